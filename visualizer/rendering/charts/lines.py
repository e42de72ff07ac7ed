"""Curves over an axis, their names at their ends."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from visualizer.rendering.charts import chart as parts
from visualizer.rendering.charts.chart import SAMPLE, Chart, Series
from visualizer.rendering.charts.theme import NORMAL, TICK, Theme
from visualizer.rendering.drawing.axes import Axes, Scale, numbers_of, ticks
from visualizer.rendering.drawing.fonts import fitted, width
from visualizer.rendering.drawing.scene import Box, Line, Numbers, Shape, Words

Limits = tuple[float, float]
_ROW = 17.0  # units between two names
_LEADER, _GAP = 12.0, 6.0  # from a curve's end to its piece beside the name, and on to the name
_WIDEST = 0.34  # of the chart, for names


def lines(
    title: str,
    series: Sequence[Series],
    x_label: str,
    y_label: str,
    x_limits: Limits | None = None,
    y_limits: Limits | None = None,
    x_ticks: Sequence[float] | None = None,
    *,
    y_ticks: Sequence[float] | None = None,
    x_unit: str = "",
    note: str = "",
) -> Chart:
    """Curves in one plot; limits and ticks that are not given are those of the numbers.

    ``x_unit`` stands behind the numbers of x ("°"), ``note`` in small words below the title.
    """
    both = [np.concatenate([np.empty(0), *(getattr(one, key) for one in series)]) for key in ("x", "y")]
    bands = [part for one in series for part in (one.low, one.high) if part is not None]
    return Lines(
        title,
        tuple(series),
        x_label,
        y_label,
        x_limits or _around(both[0], 0.0),
        y_limits or _around(np.concatenate([both[1], *bands]), 0.05),
        None if x_ticks is None else tuple(x_ticks),
        None if y_ticks is None else tuple(y_ticks),
        x_unit,
        note,
    )


def _around(values: Numbers, share: float) -> Limits:
    """The limits of numbers, with a share of their distance on both sides."""
    finite = values[np.isfinite(values)]
    if not finite.size:
        return 0.0, 1.0
    low, high = float(finite.min()), float(finite.max())
    more = share * (high - low) or (0.0 if low < high else max(1e-9, 0.5 * abs(low)) or 0.5)
    return low - more, high + more


@dataclass(frozen=True, slots=True, eq=False)
class Lines:
    """Curves; see ``lines``."""

    title: str
    series: tuple[Series, ...] = field(repr=False)
    x_label: str
    y_label: str
    x_limits: Limits
    y_limits: Limits
    x_ticks: tuple[float, ...] | None = None
    y_ticks: tuple[float, ...] | None = None
    x_unit: str = ""
    note: str = ""

    @property
    def size(self) -> tuple[float, float]:
        """As high as all names need."""
        least = _ROW * len(self.series) + 60 if len(self.series) > 14 else 300.0
        return 760.0, parts.heading_height(self.title, self.note, 760.0) + max(300.0, least)

    def shapes(self, box: Box, theme: Theme) -> Iterator[Shape]:
        """All of it."""
        words, inner = parts.heading(self.title, self.note, box, theme)
        yield from words
        names = min(
            _WIDEST * box.width, max((width(one.name, NORMAL) for one in self.series), default=0.0) + 2
        )
        beside = len(self.series) > 1 and len(self.series) * _ROW <= inner.height - 40
        below = len(self.series) > 1 and not beside
        under = parts.legend_height(self.series, inner.width) + 8 if below else 0.0
        right = _LEADER + SAMPLE + _GAP + names if beside else 16.0
        plot = self._plot(inner, right, under)
        axes = Axes(
            plot,
            Scale(*self.x_limits, plot.left, plot.right),
            Scale(*self.y_limits, plot.bottom, plot.top),
        )
        yield from self._ground(axes, inner, theme)
        placed = [axes.place(np.column_stack((one.x, one.y))) for one in self.series]
        for one in self.series:
            if one.low is not None and one.high is not None:
                low, high = (axes.place(np.column_stack((one.x, part))) for part in (one.low, one.high))
                yield from parts.band(low, high, theme.curve(one.color), plot)
        for one, points in zip(self.series, placed, strict=True):
            yield from parts.curve(one, points, plot, theme)
        if beside:
            yield from _names(self.series, placed, plot, names, theme)
        if below:
            place = Box(inner.left, inner.bottom - under + 8, inner.width, under)
            yield from parts.legend(self.series, place, theme)

    def _plot(self, inner: Box, right: float, under: float) -> Box:
        """Where the curves are: what the words around them leave."""
        height = inner.height - 20 - 38 - under  # the name of y above, numbers and the name of x below
        scale = Scale(*self.y_limits, inner.bottom, inner.top)
        up = self.y_ticks or ticks(scale, max(2, int(height / 45)))
        left = max((width(text, TICK) for text in numbers_of(up)), default=0.0) + 10
        return Box(
            inner.left + left, inner.top + 20, max(10.0, inner.width - left - right), max(10.0, height)
        )

    def _ground(self, axes: Axes, inner: Box, theme: Theme) -> Iterator[Shape]:
        box = axes.box
        yield from parts.grid(axes, theme, self.x_ticks, self.y_ticks, self.x_unit)
        yield parts.frame(box, theme)
        yield Words(fitted(self.y_label, inner.width, TICK), inner.left, inner.top + 4, TICK, theme.muted)
        middle = (box.left + box.right) / 2
        yield Words(self.x_label, middle, box.bottom + 31, TICK, theme.muted, anchor="middle")


def _names(
    series: Sequence[Series], placed: Sequence[Numbers], plot: Box, room: float, theme: Theme
) -> Iterator[Shape]:
    """Each name as near to the end of its curve as the others let it be."""
    ends = [_end(points, plot) for points in placed]
    heights = spread([y for _, y in ends], _ROW, plot.top, plot.bottom)
    for one, (x, y), at in zip(series, ends, heights, strict=True):
        start = plot.right + _LEADER
        if x > plot.right - 2:
            leader = np.array(((plot.right + 1, y), (start, at)))
            yield Line(leader, theme.curve(one.color), 0.8)
        yield from parts.sample(one, start, at, theme)
        text = fitted(one.name, room, NORMAL)
        yield Words(text, start + SAMPLE + _GAP, at, NORMAL, theme.words(one.color))


def _end(points: Numbers, plot: Box) -> tuple[float, float]:
    """The last place of a curve that is within the plot; its lower right corner where there is none."""
    inside = np.isfinite(points).all(axis=1)
    inside &= (points[:, 0] >= plot.left - 0.5) & (points[:, 0] <= plot.right + 0.5)
    seen = points[inside]
    if not len(seen):
        return plot.left, plot.bottom
    x, y = seen[-1].tolist()
    return x, min(max(y, plot.top), plot.bottom)


def spread(wanted: Sequence[float], apart: float, low: float, high: float) -> list[float]:
    """Places near the ``wanted`` ones, at least ``apart``, between ``low`` and ``high`` where there is room.

    The least sum of squared distances: blocks of neighbours that touch move together.
    """
    order = sorted(range(len(wanted)), key=lambda index: wanted[index])
    blocks: list[list[float]] = []  # of each: how many, and the sum of where its first one wants to be
    for index in order:
        blocks.append([1, wanted[index]])
        while len(blocks) > 1 and _start(blocks[-2]) + blocks[-2][0] * apart > _start(blocks[-1]):
            count, total = blocks.pop()
            before = blocks[-1][0]
            blocks[-1] = [before + count, blocks[-1][1] + total - count * before * apart]
    made = [_start(block) + row * apart for block in blocks for row in range(int(block[0]))]
    for row in range(len(made)):  # down from the top edge …
        made[row] = max(made[row], low if row == 0 else made[row - 1] + apart)
    for row in reversed(range(len(made))):  # … and up from the lower one
        made[row] = min(made[row], high if row == len(made) - 1 else made[row + 1] - apart)
    places = [0.0] * len(wanted)
    for index, place in zip(order, made, strict=True):
        places[index] = place
    return places


def _start(block: Sequence[float]) -> float:
    return block[1] / block[0]
