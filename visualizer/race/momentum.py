"""What an optimizer carries from step to step, as the displacement that it alone would make in the next step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from visualizer.race.config import Racer
from visualizer.race.frames import Numbers
from visualizer.race.racers import RACERS
from visualizer.training.schedules import settings_of


@dataclass(frozen=True, slots=True)
class Carried:
    """One row: ``names`` of the tensors in the optimizer's state, and how to see a displacement in them.

    ``displacement(first, second, step, rate, settings)``: tensors (n, 2), steps made and learning rates (n, 1).
    """

    names: tuple[str, ...]
    displacement: Callable[[Numbers, Numbers, Numbers, Numbers, Mapping[str, Any]], Numbers] = field(
        repr=False
    )


def _buffer(
    buffer: Numbers, _: Numbers, step: Numbers, rate: Numbers, settings: Mapping[str, Any]
) -> Numbers:
    """SGD: v ← ρv + g, x ← x − lr·v."""
    momentum: float = settings["momentum"]
    return -rate * momentum * buffer


def _mean(mean: Numbers, step: Numbers, settings: Mapping[str, Any]) -> Numbers:
    """The old part of the next mean of gradients, bias corrected."""
    beta: float = settings["beta1"]
    return beta * mean / (1 - beta ** (step + 1))


def _adam(
    mean: Numbers, square: Numbers, step: Numbers, rate: Numbers, settings: Mapping[str, Any]
) -> Numbers:
    """Adam, AdamW, NAdam: the mean over the root of the mean of squares as it is now."""
    beta: float = settings["beta2"]
    eps: float = settings["eps"]
    root = np.sqrt(square / (1 - beta ** np.maximum(step, 1)))
    return -rate * _mean(mean, step, settings) / (root + eps)


def _radam(
    mean: Numbers, square: Numbers, step: Numbers, rate: Numbers, settings: Mapping[str, Any]
) -> Numbers:
    """RAdam: without the mean of squares while the length ρ of its memory is at most 5, then rectified."""
    beta: float = settings["beta2"]
    eps: float = settings["eps"]
    power = beta ** np.maximum(step, 1)
    longest = 2 / (1 - beta) - 1
    length = longest - 2 * np.maximum(step, 1) * power / (1 - power)
    kept = np.maximum(length, 5.0)
    rectified = (kept - 4) * (kept - 2) * longest / ((longest - 4) * (longest - 2) * kept)
    adaptive = np.sqrt(np.maximum(rectified * (1 - power), 0.0)) / (np.sqrt(square) + eps)
    return -rate * _mean(mean, step, settings) * np.where(length > 5, adaptive, 1.0)


def _adamax(
    mean: Numbers, largest: Numbers, step: Numbers, rate: Numbers, settings: Mapping[str, Any]
) -> Numbers:
    eps: float = settings["eps"]
    return -rate * _mean(mean, step, settings) / np.maximum(largest, eps)


CARRIED: Mapping[str, Carried] = {
    "momentum": Carried(("momentum_buffer",), _buffer),
    "nesterov": Carried(("momentum_buffer",), _buffer),
    "adam": Carried(("exp_avg", "exp_avg_sq"), _adam),
    "adamw": Carried(("exp_avg", "exp_avg_sq"), _adam),
    "nadam": Carried(("exp_avg", "exp_avg_sq"), _adam),
    "radam": Carried(("exp_avg", "exp_avg_sq"), _radam),
    "adamax": Carried(("exp_avg", "exp_inf"), _adamax),
}
"""By the name of the racer; those that are not here carry nothing that moves them."""


def displacements(racer: Racer, kept: Numbers, steps: Numbers, rates: Numbers) -> Numbers:
    """What the racer carries after so many ``steps`` (n,): (n, 2), 0 at the start, NaN for those that carry nothing.

    ``kept`` (n, 2, 2): the tensors of its state then; ``rates`` (n,) those of the steps that follow.
    """
    row = CARRIED.get(racer.optimizer)
    if row is None:
        return np.full((len(steps), 2), np.nan)
    settings = settings_of(RACERS[racer.optimizer].fields, dict(racer.settings))
    with np.errstate(all="ignore"):  # of one that diverges
        found = row.displacement(kept[:, 0], kept[:, 1], steps[:, None], rates[:, None], settings)
    return np.where(steps[:, None] == 0, 0.0, found)
