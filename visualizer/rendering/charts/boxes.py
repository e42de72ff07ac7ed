"""Horizontal box plots: a row each, with its median and its worst value at the right."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from visualizer.rendering.boxes import BoxFigures
from visualizer.rendering.charts import chart as parts
from visualizer.rendering.charts.chart import Chart
from visualizer.rendering.charts.theme import NORMAL, TICK, Theme
from visualizer.rendering.drawing.axes import Axes, Scale, numbers_of, ticks
from visualizer.rendering.drawing.colors import blended
from visualizer.rendering.drawing.fonts import fitted, width
from visualizer.rendering.drawing.scene import Area, Box, Line, Shape, Words
from visualizer.rendering.drawing.signs import outline

ROW = 34.0  # units
_BOX, _CAP, _DOT = 16.0, 10.0, 1.6  # heights of a box and of the end of a whisker, radius of an outlier
_COLUMN = 58.0  # wide
_MOST_DOTS = 400  # of one row: more cannot be told apart
_FILLED = 0.45  # how much of its colour a highlighted box has


@dataclass(frozen=True, slots=True, eq=False)
class BoxRow:
    """One box plot; ``color`` "" is a neutral one. A highlighted row is bold and filled."""

    name: str
    figures: BoxFigures = field(repr=False)
    color: str = ""
    highlighted: bool = False


def boxes(
    title: str,
    rows: Sequence[BoxRow],
    x_label: str,
    limits: tuple[float, float] = (0.0, 1.0),
    *,
    note: str = "",
) -> Chart:
    """Box plots below each other on one axis."""
    return Boxes(title, tuple(rows), x_label, limits, note)


@dataclass(frozen=True, slots=True, eq=False)
class Boxes:
    """Box plots; see ``boxes``."""

    title: str
    rows: tuple[BoxRow, ...] = field(repr=False)
    x_label: str
    limits: tuple[float, float] = (0.0, 1.0)
    note: str = ""

    @property
    def size(self) -> tuple[float, float]:
        """A row's height for each row."""
        return 760.0, parts.heading_height(self.title, self.note, 760.0) + 66 + ROW * max(1, len(self.rows))

    def shapes(self, box: Box, theme: Theme) -> Iterator[Shape]:
        """All of it."""
        words, inner = parts.heading(self.title, self.note, box, theme)
        yield from words
        names = max((width(row.name, NORMAL, bold=True) for row in self.rows), default=0.0)
        names = min(names, 0.35 * inner.width)
        plot = Box(
            inner.left + names + 14,
            inner.top + 20,
            max(10.0, inner.width - names - 14 - 2 * _COLUMN),
            max(10.0, inner.height - 62),
        )
        axis = Scale(*self.limits, plot.left + 6, plot.right - 6)
        yield Area(plot.corners, theme.plot)
        yield from self._axis(axis, plot, theme)
        for place, title in enumerate(("median", "worst"), start=1):
            x = plot.right + place * _COLUMN
            yield Words(title, x, inner.top + 8, TICK, theme.muted, anchor="end")
        height = plot.height / max(1, len(self.rows))
        for index, row in enumerate(self.rows):
            y = plot.top + (index + 0.5) * height
            if index:
                line = np.array(((plot.left, y - height / 2), (plot.right, y - height / 2)))
                yield Line(line, theme.grid)
            yield from _row(row, Axes(plot, axis, axis), y, names, min(1.0, height / 26), theme)
        yield parts.frame(plot, theme)

    def _axis(self, axis: Scale, plot: Box, theme: Theme) -> Iterator[Shape]:
        across = ticks(axis, max(2, int(plot.width / 80)))
        if self.limits == (0.0, 1.0):
            across = (0.0, 0.25, 0.5, 0.75, 1.0)
        for value, text in zip(across, numbers_of(across), strict=True):
            x = axis.at(value)
            yield Line(np.array(((x, plot.top), (x, plot.bottom))), theme.grid)
            yield Words(text, x, plot.bottom + 14, TICK, theme.muted, anchor="middle")
        middle = (plot.left + plot.right) / 2
        yield Words(self.x_label, middle, plot.bottom + 31, TICK, theme.muted, anchor="middle")


def _row(row: BoxRow, axes: Axes, y: float, names: float, size: float, theme: Theme) -> Iterator[Shape]:
    """The name of a row, its box, and its figures; ``size`` makes what is drawn fit low rows."""
    plot, figures = axes.box, row.figures
    color = theme.curve(row.color)
    name = fitted(row.name, names, NORMAL, bold=row.highlighted)
    strong = theme.text if row.highlighted else theme.muted
    yield Words(name, plot.left - 12, y, NORMAL, theme.text, bold=row.highlighted, anchor="end")
    for place, value in enumerate((figures.median, figures.minimum), start=1):
        text = f"{value:.2f}".replace("-", "−") if math.isfinite(value) else "–"
        bold = row.highlighted and place == 1
        ink = theme.text if place == 1 else strong
        yield Words(text, plot.right + place * _COLUMN, y, NORMAL, ink, bold=bold, anchor="end")
    if not figures.count:
        yield Words("no values", plot.left + 12, y, TICK, theme.muted)
        return
    low, first, median, third, high = axes.x.place(
        np.array((figures.low, figures.first, figures.median, figures.third, figures.high))
    ).tolist()
    for start, end in ((low, first), (third, high)):
        yield Line(np.array(((start, y), (end, y))), color, 1.4)
    for at in (low, high):
        yield Line(np.array(((at, y - size * _CAP / 2), (at, y + size * _CAP / 2))), color, 1.4)
    filling = blended(color, theme.plot, _FILLED if row.highlighted or row.color else 0.25)
    half = size * _BOX / 2
    yield Area(Box(first, y - half, max(1.0, third - first), 2 * half).corners, filling, color, 1.4)
    yield Line(np.array(((median, y - half), (median, y + half))), theme.text, 2.6)
    yield from _outliers(figures, axes, y, half, color)


def _outliers(figures: BoxFigures, axes: Axes, y: float, half: float, color: str) -> Iterator[Shape]:
    """A dot each, those of equal values beside each other; evenly chosen where there are very many."""
    values = figures.outliers
    if len(values) > _MOST_DOTS:
        values = values[np.linspace(0, len(values) - 1, _MOST_DOTS).astype(np.intp)]
    places = axes.x.place(values)
    offsets = (np.arange(len(values)) * 0.618034) % 1 - 0.5  # of the golden ratio: even at any count
    for x, offset in zip(places.tolist(), offsets.tolist(), strict=True):
        if axes.box.left <= x <= axes.box.right:
            yield Area(outline("circle", _DOT, x, y + offset * half), color)
