"""Curves around a circle: 0° to the right, counter-clockwise, the middle is 0 and the rim 1."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from visualizer.rendering.charts import chart as parts
from visualizer.rendering.charts.chart import Chart, Series
from visualizer.rendering.charts.theme import TICK, Theme
from visualizer.rendering.drawing.axes import numbers_of
from visualizer.rendering.drawing.scene import Area, Box, Line, Numbers, Shape, Words

Rows = NDArray[np.intp]
RINGS = (0.25, 0.5, 0.75, 1.0)
SPOKES = tuple(range(0, 360, 45))
_FILLING = 0.07  # opacity
_WORDS = 26.0  # units around the rim for the degrees


def polar(title: str, series: Sequence[Series], *, names: bool = True, note: str = "") -> Chart:
    """Series of radii (0…1) at degrees; what goes all around is closed.

    ``names`` is whether a legend stands below: without one a plot beside it has to name them.
    """
    return Polar(title, tuple(series), names, note)


@dataclass(frozen=True, slots=True, eq=False)
class Polar:
    """Curves around a circle; see ``polar``."""

    title: str
    series: tuple[Series, ...] = field(repr=False)
    names: bool = True
    note: str = ""

    @property
    def _named(self) -> bool:
        return self.names and len(self.series) > 1

    @property
    def size(self) -> tuple[float, float]:
        """A square for the circle, and what is written around it."""
        legend = parts.legend_height(self.series, 380 - 2 * parts.MARGIN) + 8 if self._named else 0.0
        return 380.0, parts.heading_height(self.title, self.note, 380.0) + 320.0 + legend

    def shapes(self, box: Box, theme: Theme) -> Iterator[Shape]:
        """All of it."""
        words, inner = parts.heading(self.title, self.note, box, theme)
        yield from words
        under = parts.legend_height(self.series, inner.width) + 8 if self._named else 0.0
        radius = max(10.0, (min(inner.width, inner.height - under) - 2 * _WORDS) / 2)
        middle = np.array(
            (inner.left + inner.width / 2, inner.top + (inner.height - under) / 2), dtype=np.float64
        )
        yield from _ground(middle, radius, theme)
        room = Box(middle[0] - radius, middle[1] - radius, 2 * radius, 2 * radius).grown(3)
        curves = [(one, _closed(one)) for one in self.series]
        for one, rows in curves:
            yield from _area(one, rows, middle, radius, theme)
        for one, rows in curves:
            yield from parts.curve(one, _place(one.x[rows], one.y[rows], middle, radius), room, theme)
        yield from _degrees(middle, radius, theme)
        if self._named:
            place = Box(inner.left, inner.bottom - under + 8, inner.width, under)
            yield from parts.legend(self.series, place, theme)


def _place(degrees: Numbers, radii: Numbers, middle: Numbers, radius: float) -> Numbers:
    """(n,) degrees and shares of the radius → (n, 2) in units; shares beyond 0…1 are on the rim or in the middle."""
    angles, shares = np.radians(degrees), radii.clip(0, 1)
    around = np.column_stack((np.cos(angles), -np.sin(angles)))  # y goes down
    return np.asarray(middle + radius * shares[:, None] * around, dtype=np.float64)


def _closed(series: Series) -> Rows:
    """The rows of a series, the first one again at the end where the gap there is no wider than the others."""
    rows = np.arange(len(series.x))
    if len(rows) < 3:
        return rows
    steps = np.diff(series.x)
    gap = 360 - (series.x[-1] - series.x[0])
    return np.append(rows, 0) if 0 < gap <= 1.5 * steps.max() else rows


def _ground(middle: Numbers, radius: float, theme: Theme) -> Iterator[Shape]:
    around = np.arange(0, 361, 2, dtype=np.float64)
    yield Area(_place(around, np.ones_like(around), middle, radius), theme.plot)
    for spoke in SPOKES:
        end = _place(np.array([float(spoke)]), np.ones(1), middle, radius)[0]
        yield Line(np.array((middle, end)), theme.grid)
    for ring in RINGS:
        color = theme.axis if ring == 1 else theme.grid
        yield Line(_place(around, np.full_like(around, ring), middle, radius), color)


def _area(series: Series, rows: Rows, middle: Numbers, radius: float, theme: Theme) -> Iterator[Shape]:
    """The band of a series, or else what it surrounds, faintly."""
    color = theme.curve(series.color)
    if series.low is not None and series.high is not None:
        inside, outside = (
            _place(series.x[rows], part[rows], middle, radius) for part in (series.low, series.high)
        )
        room = Box(middle[0] - radius, middle[1] - radius, 2 * radius, 2 * radius)
        yield from parts.band(inside, outside, color, room)
    elif len(rows) > len(series.x) and np.isfinite(series.y).all():
        yield Area(_place(series.x, series.y, middle, radius), color, opacity=_FILLING)


def _degrees(middle: Numbers, radius: float, theme: Theme) -> Iterator[Shape]:
    """The words of the spokes around the rim, those of the rings along the spoke at 67°, over the curves."""
    for spoke in SPOKES:
        x, y = _place(np.array([float(spoke)]), np.ones(1), middle, radius + 15)[0].tolist()
        yield Words(f"{spoke}°", x, y, TICK, theme.muted, anchor="middle")
    for ring, text in zip(RINGS, numbers_of(RINGS), strict=True):
        x, y = _place(np.array([67.5]), np.array([ring - 8 / radius]), middle, radius)[0].tolist()
        yield Words(text.removesuffix(".00"), x, y, TICK - 1, theme.muted, anchor="middle")
