"""The table of learning-rate schedules: pure functions, so that the curve of a run can be drawn before it begins."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from visualizer.errors import UserError
from visualizer.networks.layers.kinds import Field, Value
from visualizer.networks.naming import shown
from visualizer.training.config import TrainingConfig


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a run is: ``step`` (from 0) of ``steps``, ``epoch`` (a fraction), and what validation has said.

    ``losses`` are those of validation at the end of each epoch that is over.
    """

    step: int
    steps: int
    epoch: float
    losses: Sequence[float] = ()


@dataclass(frozen=True, slots=True)
class ScheduleKind:
    """One row: ``factor(progress, **settings)`` times the learning rate of the run is that of the next step.

    The highest factor is 1. Except for "plateau" the figures are those of ``torch.optim.lr_scheduler``.
    """

    name: str
    title: str
    description: str
    factor: Callable[..., float] = field(repr=False)
    fields: tuple[Field, ...] = ()


def _constant(at: Progress) -> float:
    return 1.0


def _step(at: Progress, drops: int, factor: float) -> float:
    """``StepLR``."""
    return float(factor) ** (at.step // max(1, math.ceil(at.steps / (drops + 1))))


def _exponential(at: Progress, rate: float) -> float:
    """``ExponentialLR`` with exp(−rate) an epoch."""
    return math.exp(-rate * at.epoch)


def _inverse(at: Progress, rate: float) -> float:
    return 1.0 / (1.0 + rate * at.epoch)


def _plateau(at: Progress, factor: float, patience: int) -> float:
    """``ReduceLROnPlateau``: falls each time that more than ``patience`` epochs have brought no better loss."""
    best, waited, drops = math.inf, 0, 0
    for loss in at.losses:
        better = loss < best * (1 - 1e-4)  # the least improvement that torch counts
        best = loss if better else best
        waited = 0 if better else waited + 1
        if waited > patience:
            drops, waited = drops + 1, 0
    return float(factor) ** drops


def _cosine(at: Progress, cycles: int, lowest: float) -> float:
    """``CosineAnnealingLR``; with more cycles ``CosineAnnealingWarmRestarts``."""
    length = max(1, math.ceil(at.steps / cycles))
    return lowest + (1 - lowest) * (1 + math.cos(math.pi * (at.step % length) / length)) / 2


def _one_cycle(at: Progress, rise: float, start: float, end: float) -> float:
    """``OneCycleLR`` for one step more than the run has, so that the last step still learns."""
    top, last = rise * (at.steps + 1) - 1, float(at.steps)
    if at.step <= top:
        return _between(start, 1.0, at.step / top if top else 1.0)
    return _between(1.0, start * end, (at.step - top) / (last - top))


def _between(start: float, end: float, share: float) -> float:
    """Half a cosine from ``start`` to ``end``."""
    return end + (start - end) * (1 + math.cos(math.pi * share)) / 2


_ROWS = (
    ScheduleKind("constant", "Constant", "the same learning rate throughout", _constant),
    ScheduleKind(
        "step",
        "Step",
        "falls to a tenth after each third of the run",
        _step,
        (
            Field("drops", int, 2, 1, 100, "how often it falls, at equal distances"),
            Field("factor", float, 0.1, 0.0001, 1.0, "what it is multiplied by each time"),
        ),
    ),
    ScheduleKind(
        "exponential",
        "Exponential",
        "α₀·e^(−kt), t in epochs",
        _exponential,
        (
            Field(
                "rate", float, 0.3, 0.0, 100.0, "k: the natural logarithm of the fall in one epoch", title="k"
            ),
        ),
    ),
    ScheduleKind(
        "inverse",
        "1 / t",
        "α₀ / (1 + kt), t in epochs",
        _inverse,
        (Field("rate", float, 1.0, 0.0, 1000.0, "k: after 1/k epochs half of it is left", title="k"),),
    ),
    ScheduleKind(
        "plateau",
        "Reduce on plateau",
        "falls when validation no longer improves",
        _plateau,
        (
            Field("factor", float, 0.1, 0.0001, 1.0, "what it is multiplied by each time"),
            Field("patience", int, 3, 0, 1000, "epochs without improvement that are waited for"),
        ),
    ),
    ScheduleKind(
        "cosine",
        "Cosine",
        "falls to zero along half a cosine",
        _cosine,
        (
            Field("cycles", int, 1, 1, 100, "how often it starts from the top again"),
            Field("lowest", float, 0.0, 0.0, 1.0, "where it ends, as a share of the learning rate"),
        ),
    ),
    ScheduleKind(
        "one-cycle",
        "One cycle",
        "rises over the first 30 % of the run, then falls to nearly zero",
        _one_cycle,
        (
            Field("rise", float, 0.3, 0.0, 0.99, "the share of the run in which it rises"),
            Field("start", float, 0.04, 0.0001, 1.0, "where it starts, as a share of the learning rate"),
            Field("end", float, 0.0001, 0.0, 1.0, "where it ends, as a share of where it started"),
        ),
    ),
)

SCHEDULES: Mapping[str, ScheduleKind] = {row.name: row for row in _ROWS}
"""Every schedule by its name."""


def schedule(name: str) -> ScheduleKind:
    """The row of the schedule ``name``; raises ``UserError`` for an unknown one."""
    if name not in SCHEDULES:
        raise UserError(f"there is no schedule '{shown(name)}'; choose one of {', '.join(SCHEDULES)}")
    return SCHEDULES[name]


def factor(config: TrainingConfig, step: int, total_steps: int, losses: Sequence[float] = ()) -> float:
    """What the learning rate is multiplied by (0…1) in the step behind ``step`` others, of ``total_steps``.

    During the warm-up it rises along a line to where the schedule starts (``LinearLR``), which then has the rest
    of the run. ``losses`` are those of validation at the ends of epochs; only "plateau" asks for them.
    """
    row = schedule(config.schedule)
    per_epoch = max(1, total_steps) / max(1, config.epochs)
    warm_up = min(round(config.warm_up * per_epoch), max(0, total_steps - 1))
    steps = max(1, total_steps - warm_up)
    behind = min(max(0, step - warm_up), steps)
    now = Progress(behind, steps, behind / per_epoch, losses)
    scheduled = row.factor(now, **settings_of(row.fields, config.schedule_settings))
    return scheduled * min(1.0, (step + 1) / (warm_up + 1))


def settings_of(fields: Sequence[Field], given: Mapping[str, Value]) -> dict[str, Value]:
    """A value for every field: what is given, else its default."""
    return {row.name: given.get(row.name, row.default) for row in fields if row.default is not None}
