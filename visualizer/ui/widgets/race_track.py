"""What lies under the handle of a race's slider: the lowest loss over the clock, and where racers end."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from visualizer.race.conditions import Condition
from visualizer.race.config import Clock, Race
from visualizer.race.frames import STATES, RaceFrame, State, Trajectory
from visualizer.ui.widgets.curve_axes import Range
from visualizer.ui.widgets.curve_data import Values
from visualizer.ui.widgets.race_lines import RaceLine, race_lines

_DECADES = 8  # of the lowest loss, at most
_VERBS: dict[State, str] = {"converged": "converges", "diverged": "diverges", "escaped": "escapes"}


@dataclass(frozen=True, slots=True)
class TrackMark:
    """Where a racer ends: it converges, diverges or escapes at ``moment``; ``words`` say so."""

    moment: float
    state: State
    color: str
    words: str


@dataclass(frozen=True, slots=True, eq=False)
class RaceTrack:
    """A race as its slider shows it. ``lines`` are the losses of all racers, ``states`` (n + 1,) theirs."""

    clock: Clock
    length: float
    lines: tuple[RaceLine, ...] = field(repr=False)
    states: tuple[NDArray[np.uint8], ...] = field(repr=False)
    marks: tuple[TrackMark, ...] = field(repr=False)
    floor: float = 0.0  # the lowest known loss; NaN where none is known
    complete: bool = False
    stuck: frozenset[str] = frozenset()  # keys of racers that cannot run

    def counts(self, moment: float) -> Counter[Condition]:
        """How many racers are running, converged and so on at a moment."""
        told: Counter[Condition] = Counter()
        is_over = self.complete and moment >= self.length
        for line, states in zip(self.lines, self.states, strict=True):
            row = int(np.searchsorted(line.xs, moment, side="right")) - 1
            state = STATES[int(states[max(row, 0)])]
            if line.key in self.stuck:
                told["cannot run"] += 1
            else:
                told["unfinished" if is_over and state == "running" else state] += 1
        return told

    def lowest(self, moments: Values) -> Values:
        """The lowest loss of any racer at ``moments`` (M,); NaN where none has one."""
        lowest = np.full(len(moments), np.nan)
        for line in self.lines:
            rows = np.searchsorted(line.xs, moments, side="right") - 1
            lowest = np.fmin(lowest, np.where(moments <= line.xs[-1], line.ys[np.maximum(rows, 0)], np.nan))
        return lowest

    def heights(self, moments: Values) -> Values:
        """``lowest`` as shares of the height (M,), 0 … 1: of its decades above the lowest minimum, if one is known."""
        lowest = self.lowest(moments)
        finite = np.isfinite(lowest)
        if not finite.any():
            return lowest
        if np.isfinite(self.floor):
            above = lowest - self.floor
            top = np.log10(max(float(np.nanmax(above)), 1e-300))
            with np.errstate(divide="ignore", invalid="ignore"):
                lowest = np.where(
                    finite, np.maximum(np.log10(np.maximum(above, 1e-300)), top - _DECADES), np.nan
                )
        low, high = _ends(lowest)
        return (lowest - low) / (high - low)


def _ends(values: Values) -> Range:
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    return (low, high) if high > low else (low - 1.0, low + 1e-9)


def track_of(frame: RaceFrame, race: Race, length: float) -> RaceTrack:
    """The track of a race; racers that ``race`` does not show are left out."""
    lines = race_lines(frame, race, lambda trajectory: trajectory.losses)
    by_key = {trajectory.racer.key: trajectory for trajectory in frame.trajectories}
    trajectories = [by_key[line.key] for line in lines]
    stuck = frame.stuck
    ending = [(line, each) for line, each in zip(lines, trajectories, strict=True) if line.key not in stuck]
    marks = [mark for line, each in ending for mark in _marks(line, each)]
    floor = min((place.loss for place in race.surface.minima), default=np.nan)
    return RaceTrack(
        frame.race.clock,
        length,
        lines,
        tuple(trajectory.states for trajectory in trajectories),
        tuple(sorted(marks, key=lambda mark: mark.moment)),
        floor,
        frame.complete,
        stuck,
    )


def _marks(line: RaceLine, trajectory: Trajectory) -> list[TrackMark]:
    """Where it comes into the state in which it ends, unless it runs on."""
    states = trajectory.states
    state = STATES[int(states[-1])]
    if state not in _VERBS:
        return []
    others = np.flatnonzero(states != states[-1])
    row = int(others[-1]) + 1 if len(others) else 0
    words = f"{line.name} {_VERBS[state]} at step {row}"
    return [TrackMark(float(line.xs[row]), state, line.color, words)]
