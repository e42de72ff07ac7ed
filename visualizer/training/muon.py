"""Muon for the matrices inside a network and AdamW for the rest, as one optimizer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torch import Tensor, optim

from visualizer.training.stepping import take_step

Groups = Sequence[dict[str, Any]]
"""Parameter groups as ``torch.optim`` has them: ``params``, and what differs from the optimizer's own settings."""


class MuonAdamW(optim.Optimizer):
    """``torch.optim.Muon`` for the groups marked with ``matrices``, ``torch.optim.AdamW`` for the others.

    One optimizer to the outside; its groups and its state are those of the two.
    """

    def __init__(self, groups: Groups, **settings: Any) -> None:
        shared = {"lr": settings["lr"], "weight_decay": settings["weight_decay"]}
        matrices = [{**group} for group in groups if group.get("matrices")]
        others = [{**group} for group in groups if not group.get("matrices")]
        parts: list[optim.Optimizer] = []
        if matrices:  # adjusted, their steps are as large as AdamW's, so that both go with one learning rate
            momentum = settings["momentum"]
            parts.append(optim.Muon(matrices, momentum=momentum, adjust_lr_fn="match_rms_adamw", **shared))
        if others:
            parts.append(optim.AdamW(others, foreach=True, **shared))
        self.parts = tuple(parts)
        self.defaults = shared
        self.param_groups = [group for part in self.parts for group in part.param_groups]

    @property
    def state(self) -> dict[Tensor, Any]:  # type: ignore[override]
        """What is kept for each parameter."""
        return {key: value for part in self.parts for key, value in part.state.items()}

    def step(self, closure: Any = None) -> None:  # type: ignore[override]
        """One step of both."""
        for part in self.parts:
            take_step(part)

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget all gradients."""
        for part in self.parts:
            part.zero_grad(set_to_none)

    def state_dict(self) -> dict[str, Any]:
        """The states of both."""
        return {"parts": [part.state_dict() for part in self.parts]}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go on from a state that ``state_dict`` gave."""
        for part, state in zip(self.parts, state_dict["parts"], strict=True):
            part.load_state_dict(state)
        self.param_groups = [group for part in self.parts for group in part.param_groups]
