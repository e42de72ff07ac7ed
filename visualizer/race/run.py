"""A race as it is computed: piece by piece, with the same trajectories whatever the pieces."""

from __future__ import annotations

import time

import numpy as np

from visualizer.race.config import Race, Racer
from visualizer.race.formula import parse
from visualizer.race.frames import Numbers, RaceFrame, Trajectory
from visualizer.race.lockstep import Lockstep
from visualizer.race.momentum import displacements
from visualizer.race.noise import Noise, noise_of
from visualizer.race.states import judge, states


class RaceRun:
    """A race under way; for one thread at a time. Raises ``FormulaError`` for a formula that is none.

    Every racer has a parameter and an optimizer of torch of its own, as it would have alone; the gradients of all
    are one call of autograd a step. Nothing is clipped. Costs 0.2 ms a step and 0.1 ms a step and racer.
    """

    def __init__(self, race: Race) -> None:
        self.race = race
        starts = np.tile(np.array(race.start, np.float64), (len(race.racers), 1))
        self._walk = Lockstep(parse(race.surface.formula), race.racers, starts, race.steps, noises(race))
        shape = (len(race.racers), race.steps + 1)
        self._momentum: Numbers = np.empty((*shape, 2))
        self._distances: Numbers = np.empty(shape)
        self._settled, self._outside, self._far = (np.empty(shape, bool) for _ in range(3))
        self._judged = 0  # rows

    @property
    def complete(self) -> bool:
        """Whether all is computed."""
        return self._walk.complete

    def advance(self, seconds: float | None = None) -> RaceFrame:
        """Compute for about so many seconds, at least one step (None: to the end); the race as far as it is."""
        end = None if seconds is None else time.perf_counter() + seconds
        while not self._walk.complete:
            self._walk.step()
            if end is not None and time.perf_counter() >= end:
                break
        return self._frame()

    def _frame(self) -> RaceFrame:
        self._judge()
        rows = self._walk.done + 1
        found = states(self._settled[:, :rows], self._outside[:, :rows], self._far[:, :rows])
        problems = tuple(
            (racer.key, self._problem(index))
            for index, racer in enumerate(self.race.racers)
            if self._problem(index)
        )
        trajectories = tuple(
            self._trajectory(index, racer, found[index]) for index, racer in enumerate(self.race.racers)
        )
        return RaceFrame(self.race, trajectories, self.complete, problems)

    def _judge(self) -> None:
        """Look at the rows that are new."""
        walk, new = self._walk, slice(self._judged, self._walk.done + 1)
        if new.start == new.stop:
            return
        points, losses, gradients = walk.points[:, new], walk.losses[:, new], walk.gradients[:, new]
        judged = judge(self.race.surface, points, losses, gradients, self.race.start)
        self._distances[:, new], self._settled[:, new] = judged.distances, judged.settled
        self._outside[:, new], self._far[:, new] = judged.outside, judged.far
        steps = np.arange(new.start, new.stop, dtype=np.float64)
        for index, racer in enumerate(self.race.racers):
            rates = self._rates(index)[new]
            self._momentum[index, new] = displacements(racer, walk.kept[index, new], steps, rates)
        self._judged = new.stop

    def _rates(self, index: int) -> Numbers:
        walker = self._walk.walkers.get(index)
        if walker is None:
            return np.full(self.race.steps + 1, self.race.racers[index].learning_rate)
        return walker.rates.values

    def _problem(self, index: int) -> str:
        if self._walk.stopped_at[index] == 0 and index in self._walk.walkers:
            x, y = self.race.start
            return f"The formula has no finite value or gradient at ({x:g}, {y:g}): choose another start."
        return self._walk.problems.get(index, "")

    def _trajectory(self, index: int, racer: Racer, found: np.ndarray) -> Trajectory:
        walk, cannot_run = self._walk, self._walk.stopped_at[index] == 0
        rows = slice(0, 1 if cannot_run else walk.done + 1)
        points = np.array([self.race.start], np.float64) if cannot_run else walk.points[index, rows]
        return Trajectory(
            racer,
            points,
            walk.losses[index, rows],
            walk.gradients[index, rows],
            walk.used[index, : rows.stop - 1],
            self._momentum[index, rows],
            walk.evaluations[index, rows],
            self._distances[index, rows],
            found[rows],
            self._rates(index)[rows].copy(),
            0.0 if cannot_run else walk.seconds(index),
        )


def noises(race: Race) -> list[Noise | None]:
    """The noise of each racer: one for all, or each its own."""
    if race.same_noise:
        return [noise_of(race.noise, race.seed)] * len(race.racers)
    return [noise_of(race.noise, race.seed, racer.key) for racer in race.racers]
