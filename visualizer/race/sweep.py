"""The sweep of learning rates: which one suits each racer best, by one measure for all."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from visualizer.race.config import Race, Racer
from visualizer.race.formula import parse
from visualizer.race.frames import Numbers, SweepCurve, SweepFrame
from visualizer.race.lockstep import Lockstep
from visualizer.race.noise import Noise
from visualizer.race.run import noises
from visualizer.race.states import is_far, reach
from visualizer.race.surface import Surface

LOWEST, HIGHEST = 1e-5, 10.0
_HIGHER = {"adadelta": 100.0}  # its steps begin near 0.001 times the rate
_PER_DECADE = 4
_EXTREMES = 1e-10, 1e4  # where the best is at an end, the next decade is tried too, up to here
_PROPORTIONAL = (
    "sgd",
    "momentum",
    "nesterov",
    "asgd",
)  # long steps only where the gradient is: go above 10 too
_REFINEMENTS = 2  # rounds of finer rates around the best
_FINER = 5  # new rates in one of them
_SHARE = 1e-3  # of the tolerance: closer to the minimum counts no more


def objective_words(surface: Surface, steps: int) -> str:
    """What is compared, in words."""
    if not surface.minima:
        return f"mean loss over {steps} steps"
    return f"loss above the lowest minimum, geometric mean over {steps} steps"


def objective(surface: Surface, points: Numbers, losses: Numbers) -> Numbers:
    """How racers do, lower is better: (R,) from ``points`` (R, steps + 1, 2) and exact ``losses`` (R, steps + 1).

    The geometric mean, over the start and all steps, of the loss above that of the lowest known minimum: it falls
    with how soon a racer is low and with how low it gets. A thousandth of the surface's tolerance counts as reached,
    so that the last digits of one racer do not outweigh the way of another. Where no minimum is known, the mean of
    the loss. NaN for a racer that diverges.
    """
    with np.errstate(all="ignore"):  # of racers that diverge
        limit = reach(surface.window, points[:, 0])[:, None]
        diverged = is_far(surface.window, points[..., 0], points[..., 1], limit) | ~np.isfinite(losses)
        if surface.minima:
            lowest = min(place.loss for place in surface.minima)
            above = np.maximum(losses - lowest, _SHARE * surface.loss_tolerance)
            means = np.exp(np.log(above).mean(-1))
        else:
            means = losses.mean(-1)
    return np.where(diverged.any(-1), np.nan, means)


class SweepRun:
    """A sweep under way; for one thread at a time. Raises ``FormulaError`` for a formula that is none.

    Racer by racer: four rates a decade from 1e-5 to 10 (further where the best is at an end), then finer ones around
    the best, to two digits. Every try is the race itself, from its start, for its steps, with its schedule and its
    noise. Costs about 35 runs of each racer, 1 s for 300 steps.
    """

    def __init__(self, race: Race) -> None:
        self.race = race
        self._loss = parse(race.surface.formula)
        self._found: list[dict[float, float]] = [{} for _ in race.racers]
        self._fraction = 0.0
        self._work = self._tries()
        self.complete = False

    def advance(self, seconds: float | None = None) -> SweepFrame:
        """Compute for about so many seconds, at least one step (None: to the end); the sweep as far as it is."""
        end = None if seconds is None else time.perf_counter() + seconds
        for _ in self._work:
            if end is not None and time.perf_counter() >= end:
                break
        else:
            self.complete, self._fraction = True, 1.0
        words = objective_words(self.race.surface, self.race.steps)
        curves = tuple(map(_curve, self.race.racers, self._found))
        return SweepFrame(self.race, curves, words, self._fraction)

    def _tries(self) -> Iterator[None]:
        """Every racer with every rate; yields after each step."""
        rounds = 1 + _REFINEMENTS
        for index, (racer, noise) in enumerate(zip(self.race.racers, noises(self.race), strict=True)):
            found = self._found[index]
            rates, tried = grid(LOWEST, _HIGHER.get(racer.optimizer, HIGHEST)), 0
            while rates:
                for share in self._try(racer, rates, noise, found):
                    done = (tried + share) / rounds
                    self._fraction = (index + min(done, 1.0)) / len(self.race.racers)
                    yield
                rates = further(found, upwards=racer.optimizer in _PROPORTIONAL)
                if not rates and tried < _REFINEMENTS:
                    rates, tried = finer(found), tried + 1

    def _try(
        self, racer: Racer, rates: list[float], noise: Noise | None, found: dict[float, float]
    ) -> Iterator[float]:
        """Run a racer with each of ``rates`` at once into ``found``; yields the share that is done."""
        race = self.race
        racers = [replace(racer, learning_rate=rate) for rate in rates]
        starts = np.tile(np.array(race.start, np.float64), (len(rates), 1))
        walk = Lockstep(self._loss, racers, starts, race.steps, [noise] * len(rates))
        while not walk.complete:
            walk.step()
            yield walk.done / race.steps
        objectives = objective(race.surface, walk.points, walk.losses)
        found.update(zip(rates, objectives.tolist(), strict=True))


def grid(lowest: float, highest: float) -> list[float]:
    """Four rates a decade, of two digits, both ends included."""
    count = round(_PER_DECADE * math.log10(highest / lowest)) + 1
    return _rounded(np.geomspace(lowest, highest, count))


def further(found: dict[float, float], *, upwards: bool) -> list[float]:
    """The next decade, where the best so far is at an end or everything diverges; nothing where that is enough."""
    rates, best = sorted(found), _best(found)
    if (math.isnan(best) or best == rates[0]) and rates[0] > 2 * _EXTREMES[0]:
        return grid(rates[0] / 10, rates[0])[:-1]
    if upwards and best == rates[-1] and rates[-1] < _EXTREMES[1] / 2:
        return grid(rates[-1], rates[-1] * 10)[1:]
    return []


def finer(found: dict[float, float]) -> list[float]:
    """Rates between the best and its neighbours that have not been tried."""
    rates, best = sorted(found), _best(found)
    if math.isnan(best):
        return []
    place = rates.index(best)
    left, right = rates[max(0, place - 1)], rates[min(len(rates) - 1, place + 1)]
    return [rate for rate in _rounded(np.geomspace(left, right, _FINER + 2)) if rate not in found]


def _best(found: dict[float, float]) -> float:
    finite = {rate: value for rate, value in found.items() if not math.isnan(value)}
    return min(finite, key=lambda rate: (finite[rate], rate), default=math.nan)


def _rounded(rates: Numbers) -> list[float]:
    """To two digits, each once."""
    return list(dict.fromkeys(float(f"{rate:.1e}") for rate in rates))


def _curve(racer: Racer, found: dict[float, float]) -> SweepCurve:
    rates = sorted(found)
    values = np.array([found[rate] for rate in rates])
    return SweepCurve(racer, np.array(rates), values, _best(found))
