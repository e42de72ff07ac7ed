"""What all charts have in common: a title, a natural size, and shapes in whatever box they are given."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from visualizer.rendering.charts.theme import NORMAL, TICK, TITLE, Theme
from visualizer.rendering.drawing.axes import Axes, numbers_of, ticks
from visualizer.rendering.drawing.fonts import fitted, width
from visualizer.rendering.drawing.geometry import clipped, thinned
from visualizer.rendering.drawing.scene import Area, Box, Line, Numbers, Shape, Words
from visualizer.rendering.drawing.signs import Sign, outline

MARGIN = 16.0  # units around a chart
CURVE = 2.0  # units wide
BAND = 0.18  # opacity
DASH = (6.0, 4.0)
SAMPLE = 18.0  # units of curve beside a name
_LEAST = 0.3  # units between two points of a curve: nearer ones cannot be told apart
_MOST_SIGNS = 24  # on one curve


class Chart(Protocol):
    """Anything that can be drawn into a box; frozen."""

    @property
    def title(self) -> str:
        """What the chart is called."""
        ...

    @property
    def size(self) -> tuple[float, float]:
        """The width and height in units that suit it."""
        ...

    def shapes(self, box: Box, theme: Theme) -> Iterator[Shape]:
        """All of it, from the ground up."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """One curve: ``y`` (n,) at ``x`` (n,), broken where a number is not finite.

    ``low`` and ``high`` (n,), both or none, are the limits of a band behind it. ``marker`` is a sign that tells it
    apart beside its colour, "" for none.
    """

    name: str
    color: str
    x: Numbers = field(repr=False)
    y: Numbers = field(repr=False)
    low: Numbers | None = field(default=None, repr=False)
    high: Numbers | None = field(default=None, repr=False)
    dashed: bool = False
    marker: Sign | Literal[""] = ""

    def __post_init__(self) -> None:
        """Take any numbers; raise ``ValueError`` where their counts differ."""
        for key in ("x", "y", "low", "high"):
            values = getattr(self, key)
            if values is not None:
                object.__setattr__(self, key, np.asarray(values, dtype=np.float64).ravel())
        if (self.low is None) != (self.high is None):
            raise ValueError("a band has two limits")
        if any(part is not None and len(part) != len(self.x) for part in (self.y, self.low, self.high)):
            raise ValueError("a series has as many values as places")


def heading(title: str, note: str, box: Box, theme: Theme) -> tuple[tuple[Shape, ...], Box]:
    """The words above a chart, and what is left of its box below and beside them."""
    inner = box.grown(-MARGIN)
    made: list[Shape] = []
    y = inner.top
    if title:
        text = fitted(title, inner.width, TITLE, bold=True)
        made.append(Words(text, inner.left, y + 8, TITLE, theme.text, bold=True))
        y += 24
    for line in wrapped(note, inner.width, TICK) if note else ():
        made.append(Words(line, inner.left, y + 6, TICK, theme.muted))
        y += 17
    y += 6 if note else 0
    return tuple(made), Box(inner.left, y, inner.width, max(1.0, inner.bottom - y))


def heading_height(title: str, note: str, wide: float) -> float:
    """How high the words above a chart are, with what is around it, where it is ``wide``."""
    lines = len(wrapped(note, wide - 2 * MARGIN, TICK)) if note else 0
    return 2 * MARGIN + (24 if title else 0) + 17 * lines + (6 if lines else 0)


def wrapped(text: str, room: float, size: float) -> tuple[str, ...]:
    """The text as lines that have room; a word that has none is cut."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and width(longer, size) <= room:
            lines[-1] = longer
        else:
            lines.append(fitted(word, room, size))
    return tuple(lines)


def curve(series: Series, points: Numbers, box: Box, theme: Theme) -> Iterator[Shape]:
    """A series through ``points`` (n, 2) in units, cut to the box, with its signs."""
    color = theme.curve(series.color)
    for part in clipped(points, box):
        yield Line(thinned(part, _LEAST), color, CURVE, DASH if series.dashed else None)
    if series.marker:
        seen = points[np.isfinite(points).all(axis=1)]
        for x, y in seen[:: max(1, -(-len(seen) // _MOST_SIGNS))].tolist():
            if box.grown(0.5).holds(Box(x, y, 0, 0)):
                yield Area(outline(series.marker, 3.6, x, y), color, theme.plot, 1.0)


def band(low: Numbers, high: Numbers, color: str, box: Box) -> Iterator[Shape]:
    """The area between two lines (n, 2) in units, cut to the box from above and below."""
    finite = np.asarray(np.isfinite(np.hstack((low, high))).all(axis=1))
    for rows in runs(finite):
        there, back = low[rows], high[rows][::-1]
        corners = np.concatenate((there, back))
        corners = corners.clip((box.left, box.top), (box.right, box.bottom))
        if len(rows) > 1:
            yield Area(corners, color, opacity=BAND)


def runs(wanted: NDArray[np.bool_]) -> list[NDArray[np.intp]]:
    """The indexes of what is wanted, split where something is left out."""
    rows = np.flatnonzero(wanted)
    return np.split(rows, np.flatnonzero(np.diff(rows) > 1) + 1) if rows.size else []


def sample(series: Series, x: float, y: float, theme: Theme) -> Iterator[Shape]:
    """A piece of the curve from ``x`` on, for a name beside it."""
    color = theme.curve(series.color)
    line = np.array(((x, y), (x + SAMPLE, y)))
    yield Line(line, color, CURVE + 0.4, (7.0, 4.0) if series.dashed else None)
    if series.marker:
        yield Area(outline(series.marker, 3.6, x + SAMPLE / 2, y), color, theme.ground, 1.0)


def grid(
    axes: Axes,
    theme: Theme,
    across: Sequence[float] | None,
    up: Sequence[float] | None,
    unit: str = "",
) -> Iterator[Shape]:
    """The ground of a plot, its grid, and the numbers at the left of it and below; ``unit`` is that of x."""
    box = axes.box
    yield Area(box.corners, theme.plot)
    across = ticks(axes.x, max(2, int(box.width / 70))) if across is None else across
    last = -np.inf
    for value, text in zip(across, numbers_of(across), strict=True):
        x = axes.x.at(value)
        yield Line(np.array(((x, box.top), (x, box.bottom))), theme.grid)
        half = width(text, TICK) / 2
        if x - half > last + 6:
            yield Words(text + unit, x, box.bottom + 14, TICK, theme.muted, anchor="middle")
            last = x + half + width(unit, TICK)
    up = ticks(axes.y, max(2, int(box.height / 45))) if up is None else up
    for value, text in zip(up, numbers_of(up), strict=True):
        y = axes.y.at(value)
        yield Line(np.array(((box.left, y), (box.right, y))), theme.grid)
        yield Words(text, box.left - 8, y, TICK, theme.muted, anchor="end")


def frame(box: Box, theme: Theme) -> Shape:
    """The edge of a plot."""
    return Line(np.concatenate((box.corners, box.corners[:2])), theme.axis, 1.0)


def legend(series: Sequence[Series], box: Box, theme: Theme) -> Iterator[Shape]:
    """Names beside pieces of their curves, in as many columns as have room in the box."""
    columns, row = legend_columns(series, box.width), 20.0
    for index, one in enumerate(series):
        x = box.left + index % columns * (box.width / columns)
        y = box.top + index // columns * row + row / 2
        yield from sample(one, x, y, theme)
        room = box.width / columns - SAMPLE - 20
        yield Words(fitted(one.name, room, NORMAL), x + SAMPLE + 8, y, NORMAL, theme.words(one.color))


def legend_columns(series: Sequence[Series], wide: float) -> int:
    """How many names have room beside each other."""
    widest = max((width(one.name, NORMAL) for one in series), default=0.0) + SAMPLE + 28
    return max(1, min(len(series), int(wide / widest)))


def legend_height(series: Sequence[Series], wide: float) -> float:
    """How high a legend is."""
    return 20.0 * -(-len(series) // legend_columns(series, wide))
