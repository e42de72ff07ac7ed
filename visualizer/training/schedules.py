"""The table of learning-rate schedules: one row each, all from ``torch.optim.lr_scheduler``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from torch.optim import Optimizer, lr_scheduler
from torch.optim.lr_scheduler import LRScheduler

from visualizer.errors import UserError
from visualizer.networks.naming import shown


@dataclass(frozen=True, slots=True)
class ScheduleKind:
    """One row: ``create(optimizer, steps)`` makes the schedule of a run of so many optimizer steps.

    The highest learning rate of every schedule is the one that the optimizer was made with.
    """

    name: str
    description: str
    create: Callable[[Optimizer, int], LRScheduler] = field(repr=False)


def _constant(optimizer: Optimizer, steps: int) -> LRScheduler:
    return lr_scheduler.ConstantLR(optimizer, factor=1.0, total_iters=0)


def _step(optimizer: Optimizer, steps: int) -> LRScheduler:
    return lr_scheduler.StepLR(optimizer, step_size=max(1, -(-steps // 3)), gamma=0.1)


def _cosine(optimizer: Optimizer, steps: int) -> LRScheduler:
    return lr_scheduler.CosineAnnealingLR(optimizer, T_max=steps)


def _one_cycle(optimizer: Optimizer, steps: int) -> LRScheduler:
    highest = optimizer.param_groups[0]["lr"]
    # The momentum stays as the optimizer has it, so that the schedule means the same for every optimizer.
    # One step more than the run has, so that the last step still learns.
    return lr_scheduler.OneCycleLR(optimizer, max_lr=highest, total_steps=steps + 1, cycle_momentum=False)


_ROWS = (
    ScheduleKind("constant", "the same learning rate throughout", _constant),
    ScheduleKind("step", "a tenth after each third of the run", _step),
    ScheduleKind("cosine", "falls to zero along half a cosine", _cosine),
    ScheduleKind("one-cycle", "rises over the first 30 % of the run, then falls to nearly zero", _one_cycle),
)

SCHEDULES: Mapping[str, ScheduleKind] = {row.name: row for row in _ROWS}
"""Every schedule by its name."""


def create_schedule(name: str, optimizer: Optimizer, steps: int) -> LRScheduler:
    """The schedule ``name`` for a run of so many optimizer steps; raises ``UserError`` for an unknown one."""
    if name not in SCHEDULES:
        raise UserError(f"there is no schedule '{shown(name)}'; choose one of {', '.join(SCHEDULES)}")
    return SCHEDULES[name].create(optimizer, max(1, steps))
