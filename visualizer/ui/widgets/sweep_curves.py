"""What the plot of a sweep shows: for every racer the objective against the learning rate, its best, its own rate."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from visualizer.race.frames import SweepFrame
from visualizer.race.racers import Marker, marker_of, titles
from visualizer.ui.race.state import RaceState
from visualizer.ui.widgets.curve_axes import Range
from visualizer.ui.widgets.curve_data import Values

_RATIO = 30.0  # of the largest to the smallest objective, from which on the axis is logarithmic


@dataclass(frozen=True, slots=True, eq=False)
class SweepLine:
    """One racer: ``objective`` (n,) at ``rates`` (n,), ascending; NaN where it diverges.

    ``rate`` is the one it runs at, ``best`` the one with the lowest objective, NaN where there is none.
    """

    key: str
    name: str
    color: str
    marker: Marker
    rates: Values = field(repr=False)
    objective: Values = field(repr=False)
    best: float
    rate: float

    def at_decades(self, decades: Values) -> Values:
        """The objective at logarithms (n,) of rates; NaN outside of those that were tried and where it diverges."""
        if not len(self.rates):
            return np.full(len(decades), np.nan)
        return np.interp(decades, np.log10(self.rates), self.objective, math.nan, math.nan)

    def at(self, rate: float) -> float:
        """The objective at a rate."""
        return float(self.at_decades(np.array([math.log10(rate)]))[0])

    @property
    def lowest(self) -> float:
        """The objective at the best rate, infinite without one."""
        return self.at(self.best) if math.isfinite(self.best) else math.inf

    @property
    def diverges_from(self) -> float:
        """The lowest rate beyond the best at which it diverges; NaN where it never does."""
        lost = self.rates[~np.isfinite(self.objective)]
        lost = lost[lost > self.best] if math.isfinite(self.best) else lost
        return float(lost[0]) if len(lost) else math.nan


def sweep_lines(sweep: SweepFrame, state: RaceState) -> tuple[SweepLine, ...]:
    """The curves of those racers that are still there, the best one first; rates are those they run at now."""
    names = titles(state.race.racers)
    now = {racer.key: (racer, name) for racer, name in zip(state.race.racers, names, strict=True)}
    lines = []
    for curve in sweep.curves:
        if curve.racer.key in now and now[curve.racer.key][0].optimizer == curve.racer.optimizer:
            racer, name = now[curve.racer.key]
            order = np.argsort(curve.rates)
            lines.append(
                SweepLine(
                    racer.key,
                    name,
                    racer.color,
                    marker_of(racer),
                    curve.rates[order],
                    curve.objective[order],
                    curve.best,
                    racer.learning_rate,
                )
            )
    return tuple(sorted(lines, key=lambda line: line.lowest))


def rate_range(lines: Sequence[SweepLine]) -> Range:
    """The decades of all rates that were tried or are in use on a curve."""
    rates = np.concatenate([line.rates for line in lines]) if lines else np.zeros(0)
    if not len(rates):
        return -5.0, 1.0
    return math.floor(math.log10(rates.min()) + 1e-9), math.ceil(math.log10(rates.max()) - 1e-9)


def is_logarithmic(lines: Sequence[SweepLine]) -> bool:
    """Whether the objectives are positive and span so much that a linear axis would hide the best."""
    values = _finite(lines)
    return bool(len(values)) and values.min() > 0 and values.max() / values.min() > _RATIO


def objective_range(lines: Sequence[SweepLine], *, logarithmic: bool) -> Range:
    """A range for the values (decades where ``logarithmic``) that leaves room for the marks at the bests."""
    values = _finite(lines)
    if not len(values):
        return 0.0, 1.0
    if logarithmic:
        low, high = math.log10(values.min()), math.log10(values.max())
    else:
        low, high = float(values.min()), float(values.max())
    room = max((high - low) * 0.07, 0.1 if logarithmic else abs(high) * 0.01, 1e-12)
    return low - room, high + room


def _finite(lines: Sequence[SweepLine]) -> Values:
    values = np.concatenate([line.objective for line in lines]) if lines else np.zeros(0)
    return values[np.isfinite(values) & (np.abs(values) < 1e15)]
