"""Paths that are dropped at random in training. Chance comes from torch's global generator of the CPU."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor


def survived(branch: Callable[[Tensor], Tensor], x: Tensor, survival: float, training: bool) -> Tensor:
    """``branch(x)`` under stochastic depth (Huang et al. 2016, arXiv:1603.09382).

    In training it is kept for the whole mini-batch with probability ``survival``, else 0 and not computed;
    in evaluation it is multiplied by ``survival``.
    """
    if survival == 1:
        return branch(x)
    if training:
        return branch(x) if torch.rand(()) < survival else x.new_zeros(())
    return survival * branch(x)


def alive(count: int, probability: float) -> list[int]:
    """Which of ``count`` paths are left when each is dropped with ``probability``: always one at least."""
    kept = [path for path, chance in enumerate(torch.rand(count).tolist()) if chance >= probability]
    return kept or [int(torch.randint(count, ()))]
