"""What a plot of a race shows: a line of values over the clock for each racer, and the ranges that suit them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from visualizer.race.config import Clock, Race
from visualizer.race.frames import STATES, RaceFrame, Trajectory
from visualizer.race.racers import Marker, marker_of, titles
from visualizer.ui.race.numbers import power
from visualizer.ui.widgets.axes import Axes
from visualizer.ui.widgets.curve_axes import Labels, Range
from visualizer.ui.widgets.curve_data import Values, columns

MOST_DECADES = 12  # below the largest value: what is smaller lies at the lower edge
_LARGEST, _SMALLEST = 1e300, 1e-300
_HALF = 0.5  # decades, by which the range jumps
_OUTLIERS = 0.005  # the share of the values at each end that need not fit
_BEYOND = 1.0  # decades above the others that a diverging racer is followed
_MILLISECONDS = 1e3


@dataclass(frozen=True, slots=True, eq=False)
class RaceLine:
    """One racer in a plot: values ``ys`` (n,) at the moments ``xs`` (n,), ascending; NaN is a gap.

    ``diverged``: it ends where its values do, and the legend marks it with ×.
    """

    key: str
    name: str
    color: str
    marker: Marker
    xs: Values = field(repr=False)
    ys: Values = field(repr=False)
    diverged: bool = False

    def value_at(self, moment: float) -> float:
        """The value after the last step that was made by then; NaN before the first and without one."""
        row = int(np.searchsorted(self.xs, moment, side="right")) - 1
        return float(self.ys[row]) if row >= 0 else math.nan

    @property
    def last(self) -> float:
        """The last value that is a number; infinite where it diverged, so that it stands above the others."""
        if self.diverged:
            return math.inf
        finite = np.flatnonzero(np.isfinite(self.ys))
        return float(self.ys[finite[-1]]) if len(finite) else math.nan


def clock_positions(clock: Clock, trajectory: Trajectory) -> Values:
    """At which moments of the clock (n + 1,) the rows of a trajectory are: steps, evaluations or seconds."""
    if clock == "evaluations":
        return trajectory.evaluations.astype(np.float64)
    rows = np.arange(len(trajectory.points), dtype=np.float64)
    return rows * trajectory.seconds if clock == "time" else rows


def race_lines(frame: RaceFrame, race: Race, values: Callable[[Trajectory], Values]) -> tuple[RaceLine, ...]:
    """``values`` (n + 1,) of the racers that ``race`` shows; colours are those of ``race``, which may be newer."""
    shown = {racer.key: racer for racer in race.racers if racer.shown}
    names = dict(zip((racer.key for racer in race.racers), titles(race.racers), strict=True))
    lines = []
    for trajectory in frame.trajectories:
        racer = shown.get(trajectory.racer.key)
        if racer is None:
            continue
        lines.append(
            RaceLine(
                racer.key,
                names[racer.key],
                racer.color,
                marker_of(racer),
                clock_positions(frame.race.clock, trajectory),
                values(trajectory),
                STATES[int(trajectory.states[-1])] == "diverged",
            )
        )
    return tuple(lines)


# --- ranges and ticks ------------------------------------------------------------------------------


def logarithmic_range(lines: Sequence[RaceLine], within: Range) -> Range:
    """A range in decades for the positive values at moments ``within``; it moves in half decades.

    Diverging racers are followed a decade beyond the others, and as far down as they come. At most 12 decades: what is
    smaller lies at the edge.
    """
    steady, lost = _values(lines, within)
    steady, lost = (np.log10(np.clip(each[each > 0], _SMALLEST, _LARGEST)) for each in (steady, lost))
    if not len(steady):
        if not len(lost):
            return -1.0, 1.0
        steady = lost[:1]
    low, high = _ends(steady)
    high = max(high, min(float(lost.max(initial=high)), high + _BEYOND))
    low = min(low, _ends(lost)[0]) if len(lost) else low
    low = max(low, high - MOST_DECADES)
    bottom, top = math.floor(low / _HALF - 0.1) * _HALF, math.ceil(high / _HALF + 0.1) * _HALF
    return bottom, max(top, bottom + 1.0)


def linear_range(lines: Sequence[RaceLine], within: Range) -> Range:
    """A round range around the values at moments ``within``; of diverging racers only the start must fit."""
    steady, lost = _values(lines, within)
    together = np.concatenate([steady, lost[:1]])
    together = together[np.abs(together) < _LARGEST]
    if not len(together):
        return 0.0, 1.0
    low, high = _ends(together)
    if low >= 0 and low < 0.5 * high:
        low = 0.0
    if high <= low:
        room = abs(high) * 0.05 or 1.0
        return low - room, high + room
    step = 10.0 ** math.floor(math.log10(high - low)) / 4
    # Where the step is below the digits of the values, they are all but equal.
    bottom, top = math.floor(low / step) * step, math.ceil((high + 0.02 * (high - low)) / step) * step
    return (bottom, top) if top > bottom else (low - 1.0, high + 1.0)


def _values(lines: Sequence[RaceLine], within: Range) -> tuple[Values, Values]:
    """The finite values at moments ``within``: of racers that did not diverge, and of those that did."""
    steady, lost = [np.zeros(0)], [np.zeros(0)]
    for line in lines:
        first, end = np.searchsorted(line.xs, within[0]), np.searchsorted(line.xs, within[1], side="right")
        inside = line.ys[first:end]
        (lost if line.diverged else steady).append(inside[np.isfinite(inside)])
    return np.concatenate(steady), np.concatenate(lost)


def _ends(values: Values) -> Range:
    ordered = np.sort(values)
    spare = int(_OUTLIERS * len(ordered))
    return float(ordered[spare]), float(ordered[-1 - spare])


def power_labels(within: Range, most: int) -> Labels:
    """Ticks of a logarithmic axis, at their logarithms: 1, 10 and else powers with raised exponents.

    Where no two powers of ten are ``within``, twice and five times them are labelled too.
    """
    low, high = within
    decades = list(range(math.ceil(low - 1e-9), math.floor(high + 1e-9) + 1))
    if len(decades) < 2:
        ticks = [
            (math.log10(factor) + decade, factor, decade)
            for decade in range(math.floor(low), math.floor(high) + 1)
            for factor in (1, 2, 5)
        ]
        inside = [(at, power_text(factor, decade)) for at, factor, decade in ticks if low <= at <= high]
        return inside[:: -(-len(inside) // max(most, 2))] if inside else []
    stride = next(
        each for each in (1, 2, 3, 4, 5, 10, 20, 50, 100, 1000) if len(decades) / each <= max(most, 2)
    )
    return [(float(each), power_text(1, each)) for each in decades if each % stride == 0]


def power_text(factor: int, decade: int) -> str:
    """``factor`` · 10 to the ``decade``: "1", "20", "10⁻²", "5·10⁴"."""
    if factor == 1:
        return power(decade)
    return f"{factor * 10.0**decade:g}" if -2 <= decade <= 2 else f"{factor}·{power(decade)}"


def clock_scale(clock: Clock) -> float:
    """What the labels of the clock are multiplied with: times are written in milliseconds."""
    return _MILLISECONDS if clock == "time" else 1.0


def clock_words(clock: Clock) -> str:
    """The unit of the clock for a subtitle: "by step"."""
    return {"steps": "by step", "evaluations": "by evaluation of the gradient", "time": "by time, ms"}[clock]


# --- from values to px -----------------------------------------------------------------------------


def to_ys(values: Values, axes: Axes, *, logarithmic: bool) -> Values:
    """Where values lie, in px; in logarithmic plots 0 and less, and what is below the range, at the lower edge."""
    if not logarithmic:
        return np.asarray(axes.to_y(np.where(np.isfinite(values), values, np.nan)))
    with np.errstate(invalid="ignore", divide="ignore"):
        decades = np.log10(np.maximum(values, _SMALLEST))
    decades[~np.isfinite(values)] = np.nan
    return np.asarray(axes.to_y(np.maximum(decades, axes.y[0])))


def thinned(xs: Values, ys: Values, axes: Axes) -> tuple[Values, Values]:
    """The part of a line (n,) in sight with at most two points a column of pixels: its lowest and highest, in px.

    ``xs`` are moments, ``ys`` px. No peak is lost; the order of the two is that in which the line passes.
    """
    width = max(16, int(axes.plot.width()))
    shown = columns(xs, *axes.x, width)
    if not len(shown.first):
        return np.zeros(0), np.zeros(0)
    start, end = int(shown.first[0]), int(shown.last[-1]) + 1
    if not shown.is_dense:
        return np.asarray(axes.to_x(xs[start:end])), ys[start:end]
    places = shown.first - start
    tops, bottoms = np.fmin.reduceat(ys[start:end], places), np.fmax.reduceat(ys[start:end], places)
    falls = ys[shown.last] > ys[shown.first]
    pairs = np.stack([np.where(falls, tops, bottoms), np.where(falls, bottoms, tops)], axis=1)
    return np.asarray(axes.to_x(xs[np.stack([shown.first, shown.last], axis=1)])).ravel(), pairs.ravel()
