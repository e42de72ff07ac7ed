"""A matrix as cells, darker or lighter with their value, with a bar that says which value is which."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from visualizer.rendering.charts import chart as parts
from visualizer.rendering.charts.chart import Chart
from visualizer.rendering.charts.theme import TICK, Theme
from visualizer.rendering.drawing.axes import Scale, numbers_of, ticks
from visualizer.rendering.drawing.colors import contrast, written
from visualizer.rendering.drawing.colors import parts as channels
from visualizer.rendering.drawing.fonts import fitted, width
from visualizer.rendering.drawing.scene import Box, Cells, Line, Numbers, Shape, Words

_BAR, _BAR_ROOM = 12.0, 62.0
_LEAST_ROW = 15.0  # units: below it not every row is named


def matrix(
    title: str,
    values: NDArray[np.floating],
    row_names: Sequence[str],
    column_names: Sequence[str],
    limits: tuple[float, float] = (0.0, 1.0),
    *,
    x_label: str = "",
    y_label: str = "",
    note: str = "",
) -> Chart:
    """``values`` (R, C), row 0 at the top, NaN for what has no value; ``limits`` are the ends of the colours.

    Values are written into cells where there is room, and names where they do not meet.
    """
    array = np.asarray(values, dtype=np.float64)
    if array.shape != (len(row_names), len(column_names)):
        raise ValueError("a matrix has a name for each row and column")
    return Matrix(title, array, tuple(row_names), tuple(column_names), limits, x_label, y_label, note)


@dataclass(frozen=True, slots=True, eq=False)
class Matrix:
    """A matrix; see ``matrix``."""

    title: str
    values: Numbers = field(repr=False)
    row_names: tuple[str, ...] = field(repr=False)
    column_names: tuple[str, ...] = field(repr=False)
    limits: tuple[float, float] = (0.0, 1.0)
    x_label: str = ""
    y_label: str = ""
    note: str = ""

    @property
    def size(self) -> tuple[float, float]:
        """Rows high enough for their names, as far as that goes."""
        rows = min(900.0, max(80.0, 24.0 * len(self.row_names)))
        return 760.0, parts.heading_height(self.title, self.note, 760.0) + 66 + rows

    def shapes(self, box: Box, theme: Theme) -> Iterator[Shape]:
        """All of it."""
        words, inner = parts.heading(self.title, self.note, box, theme)
        yield from words
        names = min(max((width(name, TICK) for name in self.row_names), default=0.0), 0.3 * inner.width)
        plot = Box(
            inner.left + names + 10,
            inner.top + 18,
            max(10.0, inner.width - names - 10 - _BAR_ROOM),
            max(10.0, inner.height - 60),
        )
        colors = ramp(self.values, self.limits, theme)
        if colors.size:
            yield Cells(colors, plot)
            yield from self._figures(colors, plot, theme)
        yield parts.frame(plot, theme)
        yield Words(self.y_label, inner.left, inner.top + 4, TICK, theme.muted)
        middle = (plot.left + plot.right) / 2
        yield Words(self.x_label, middle, plot.bottom + 31, TICK, theme.muted, anchor="middle")
        yield from self._names(plot, names, theme)
        yield from self._bar(plot, theme)

    def _names(self, plot: Box, room: float, theme: Theme) -> Iterator[Shape]:
        height = plot.height / max(1, len(self.row_names))
        every = max(1, round(np.ceil(_LEAST_ROW / height)))
        for row in range(0, len(self.row_names), every):
            text = fitted(self.row_names[row], room, TICK)
            yield Words(text, plot.left - 8, plot.top + (row + 0.5) * height, TICK, theme.text, anchor="end")
        wide = plot.width / max(1, len(self.column_names))
        widest = max((width(name, TICK) for name in self.column_names), default=0.0) + 8
        for column in range(0, len(self.column_names), _every(len(self.column_names), widest / wide)):
            x = plot.left + (column + 0.5) * wide
            yield Words(self.column_names[column], x, plot.bottom + 14, TICK, theme.text, anchor="middle")

    def _figures(self, colors: NDArray[np.uint8], plot: Box, theme: Theme) -> Iterator[Shape]:
        """The values in their cells, where all have room."""
        rows, columns = self.values.shape
        wide, height = plot.width / columns, plot.height / rows
        if wide < 34 or height < 15:
            return
        for row in range(rows):
            for column in range(columns):
                value, ground = self.values[row, column], written(colors[row, column].tolist())
                text = f"{value:.2f}".replace("-", "−") if np.isfinite(value) else "–"
                ink = max(("#16181c", "#ffffff"), key=lambda one: contrast(one, ground))
                x, y = plot.left + (column + 0.5) * wide, plot.top + (row + 0.5) * height
                yield Words(text, x, y, TICK, ink, anchor="middle")

    def _bar(self, plot: Box, theme: Theme) -> Iterator[Shape]:
        """Which colour is which value."""
        box = Box(plot.right + 14, plot.top, _BAR, plot.height)
        values = np.linspace(self.limits[1], self.limits[0], 128)[:, None]
        yield Cells(ramp(values, self.limits, theme), box)
        yield parts.frame(box, theme)
        scale = Scale(*self.limits, box.bottom, box.top)
        marks = ticks(scale, max(1, int(box.height / 30)))
        for value, text in zip(marks, numbers_of(marks), strict=True):
            y = scale.at(value)
            yield Line(np.array(((box.right, y), (box.right + 3, y))), theme.axis)
            yield Words(text, box.right + 7, y, TICK, theme.muted)


def _every(count: int, least: float) -> int:
    """Which names are written: every so many, a number that columns are often counted by."""
    if least <= 1:
        return 1
    steps = (2, 3, 5, 10, 15, 30, 45, 60, 90, 180, 360)
    return next((step for step in steps if step >= least), max(1, count))


def ramp(values: NDArray[np.floating], limits: tuple[float, float], theme: Theme) -> NDArray[np.uint8]:
    """(R, C) → (R, C, 3): from the low colour over the middle one to the high one."""
    low, high = limits
    with np.errstate(all="ignore"):
        shares = ((np.asarray(values, np.float64) - low) / (high - low)).clip(0, 1)
    gaps = ~np.isfinite(shares)
    stops = np.array([channels(color) for color in (theme.low, theme.middle, theme.high)])
    filled = np.where(gaps, 0.0, shares)
    made = np.stack([np.interp(filled, (0, 0.5, 1), stops[:, channel]) for channel in range(3)], axis=-1)
    made[gaps] = channels(theme.gap)
    return np.asarray(np.rint(made), dtype=np.uint8)
