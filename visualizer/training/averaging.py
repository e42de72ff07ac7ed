"""The table of averages over a run: what validation looks at in place of the weights of the last step."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from visualizer.errors import UserError
from visualizer.networks.layers.kinds import Field
from visualizer.networks.naming import shown


class Average(Protocol):
    """What is kept of the weights on the way."""

    def add(self, module: nn.Module, step: int, steps: int) -> None:
        """Take in the weights behind ``step`` of ``steps``."""
        ...

    def members(self, module: nn.Module) -> list[nn.Module]:
        """The modules whose mean prediction counts, usually one."""
        ...

    def state_dict(self) -> dict[str, Any]:
        """Tensors and plain containers."""
        ...

    def load_state_dict(self, state: dict[str, Any], module: nn.Module) -> None:
        """Go on from a state that ``state_dict`` gave; ``module`` is of the kind that is averaged."""
        ...


@dataclass(frozen=True, slots=True)
class AveragingKind:
    """One row: ``create(**settings)`` makes what takes in the weights of every step."""

    name: str
    title: str
    description: str
    create: Callable[..., Average] = field(repr=False)
    fields: tuple[Field, ...] = ()


class _None:
    def add(self, module: nn.Module, step: int, steps: int) -> None:
        pass

    def members(self, module: nn.Module) -> list[nn.Module]:
        return [module]

    def state_dict(self) -> dict[str, Any]:
        return {}

    def load_state_dict(self, state: dict[str, Any], module: nn.Module) -> None:
        pass


class _Mean:
    """A mean of the weights from a share of the run on; batch norm's running statistics are averaged with them."""

    def __init__(self, start: float, function: Callable[..., None] | None) -> None:
        self._start = start
        self._function = function
        self._averaged: AveragedModel | None = None

    def add(self, module: nn.Module, step: int, steps: int) -> None:
        if step > self._start * steps:
            self._made(module).update_parameters(module)

    def _made(self, module: nn.Module) -> AveragedModel:
        if self._averaged is None:
            # Its counter stays on the processor, so that no step waits for the device.
            self._averaged = AveragedModel(module, multi_avg_fn=self._function, use_buffers=True)
        return self._averaged

    def members(self, module: nn.Module) -> list[nn.Module]:
        return [module if self._averaged is None else self._averaged.module]

    def state_dict(self) -> dict[str, Any]:
        return {} if self._averaged is None else {"averaged": self._averaged.state_dict()}

    def load_state_dict(self, state: dict[str, Any], module: nn.Module) -> None:
        if state:
            self._made(module).load_state_dict(state["averaged"])


class _Snapshots:
    """The weights at the ends of equal parts of the run, and the present ones (Huang et al. 2017)."""

    def __init__(self, cycles: int) -> None:
        self._cycles = cycles
        self._kept: list[nn.Module] = []
        self._is_new = False  # the present weights are those of the last snapshot

    def add(self, module: nn.Module, step: int, steps: int) -> None:
        ended = step * self._cycles // steps
        self._is_new = ended > (step - 1) * self._cycles // steps
        if self._is_new:
            self._kept.append(copy.deepcopy(module).requires_grad_(False))

    def members(self, module: nn.Module) -> list[nn.Module]:
        return [*self._kept, *([] if self._is_new else [module])]

    def state_dict(self) -> dict[str, Any]:
        return {"kept": [part.state_dict() for part in self._kept], "is_new": self._is_new}

    def load_state_dict(self, state: dict[str, Any], module: nn.Module) -> None:
        self._kept, self._is_new = [], bool(state["is_new"])
        for kept in state["kept"]:
            self._kept.append(copy.deepcopy(module).requires_grad_(False))
            self._kept[-1].load_state_dict(kept)


def _ema(decay: float) -> Average:
    return _Mean(0.0, get_ema_multi_avg_fn(decay))  # type: ignore[no-untyped-call]


def _polyak(start: float) -> Average:
    return _Mean(start, None)


_ROWS = (
    AveragingKind("none", "None", "the weights of the last step", _None),
    AveragingKind(
        "ema",
        "Moving average",
        "exponential moving average of the weights",
        _ema,
        (Field("decay", float, 0.99, 0.0, 0.99999, "the share of the average that each step keeps"),),
    ),
    AveragingKind(
        "polyak",
        "Polyak",
        "mean of the weights of all steps, from a point of the run on",
        _polyak,
        (Field("start", float, 0.5, 0.0, 1.0, "the share of the run that is over when it begins"),),
    ),
    AveragingKind(
        "snapshots",
        "Snapshot ensemble",
        "mean prediction of several moments; goes with a cosine of as many cycles",
        _Snapshots,
        (Field("cycles", int, 4, 1, 50, "how many moments, at equal distances"),),
    ),
)

AVERAGINGS: Mapping[str, AveragingKind] = {row.name: row for row in _ROWS}
"""Every average by its name."""


def averaging(name: str) -> AveragingKind:
    """The row of the average ``name``; raises ``UserError`` for an unknown one."""
    if name not in AVERAGINGS:
        raise UserError(f"there is no averaging '{shown(name)}'; choose one of {', '.join(AVERAGINGS)}")
    return AVERAGINGS[name]


def mean_scores(members: list[nn.Module], images: Tensor) -> Tensor:
    """Scores (N, K) of the images: of one module its own, of several the logarithm of their mean probability."""
    if len(members) == 1:
        scores: Tensor = members[0](images)
        return scores
    logarithms = torch.stack([member(images).float().log_softmax(dim=1) for member in members])
    return logarithms.logsumexp(dim=0) - math.log(len(members))
