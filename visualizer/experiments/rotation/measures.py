"""The figures that networks are compared by, each with its spread."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from visualizer.experiments.rotation.results import Results, RunFigures

SURE = 1.96  # standard errors: 95 % of what chance makes of a normal figure lies within
LEVEL = 0.9
"""The common level: this share of the lowest best accuracy among the networks that are compared."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure and its spread; see ``over_seeds``."""

    value: float
    spread: float


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a network converges: the ``area`` under its validation curve, the ``epochs`` to the common level."""

    area: Estimate
    epochs: Estimate


def accuracy(run: RunFigures) -> Estimate:
    """Of the images as they are; with the standard error of a share."""
    value, count = run.look.accuracy, max(run.look.tested, 1)
    return Estimate(value, math.sqrt(value * (1 - value) / count))


def share(run: RunFigures) -> Estimate:
    """The mean over images of the share of angles that is right; with its standard error."""
    shares = run.shares
    error = float(shares.std(ddof=1)) / math.sqrt(len(shares)) if len(shares) > 1 else 1.0
    return Estimate(float(shares.mean()), error)


def over_seeds(runs: Sequence[RunFigures], measure: Callable[[RunFigures], Estimate]) -> Estimate | None:
    """Mean and standard deviation over seeds; of one run 1.96 of its standard errors. None without runs."""
    return _over([measure(run) for run in runs])


def _over(estimates: Sequence[Estimate]) -> Estimate | None:
    if not estimates:
        return None
    values = np.array([estimate.value for estimate in estimates])
    if len(values) == 1:
        return Estimate(float(values[0]), SURE * estimates[0].spread)
    return Estimate(float(values.mean()), float(values.std(ddof=1)))


def together(first: Estimate, second: Estimate) -> float:
    """The spread of the difference of two figures."""
    return math.hypot(first.spread, second.spread)


def paces(results: Results, names: Sequence[str]) -> Mapping[str, Pace]:
    """How fast each of the networks converges that has runs.

    Compared seed by seed over the epochs that all of that seed have: the mean accuracy of validation, which is the
    area under the curve, and the epochs, in parts, until it first reaches the common level.
    """
    parts: dict[str, list[tuple[Estimate, Estimate]]] = {}
    for seed in results.plan.seeds:
        runs = [run for name in names for run in results.of(name) if run.seed == seed and run.epochs]
        if not runs:
            continue
        level = LEVEL * min(float(run.validation.max()) for run in runs)
        epochs = min(run.epochs for run in runs)
        count = max(results.data.validated, 1)
        for run in runs:
            area = float(run.validation[:epochs].mean())
            error = math.sqrt(area * (1 - area) / count)  # as of one look: epochs are no independent samples
            reached = epochs_to(run, level, results.data.chance)
            parts.setdefault(run.name, []).append((Estimate(area, error), Estimate(reached, 0.0)))
    made = {}
    for name, pairs in parts.items():
        areas, reaches = _over([pair[0] for pair in pairs]), _over([pair[1] for pair in pairs])
        if areas is not None and reaches is not None:
            made[name] = Pace(areas, reaches)
    return made


def epochs_to(run: RunFigures, level: float, chance: float) -> float:
    """The epochs until validation first reaches ``level``, along lines between their ends and from chance at 0."""
    if level <= chance:  # the slowest of them has learnt nothing
        return 0.0
    before = chance
    for epoch, value in enumerate(run.look.validation):
        if value >= level:
            return epoch + ((level - before) / (value - before) if value > before else 0.0)
        before = value
    return math.inf


def epochs_words(own: Pace, other: Pace) -> str:
    """The epochs of two networks to the common level, in words."""
    return f"{own.epochs.value:.1f} epochs to the common level, not {other.epochs.value:.1f}"
