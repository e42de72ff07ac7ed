"""Splits that are kept apart: a share of the training images becomes those of validation."""

from __future__ import annotations

import torch
from torch import Tensor

from visualizer.errors import UserError

FEWEST = 5


def held_out(labels: Tensor, share: float, seed: int) -> tuple[Tensor, Tensor]:
    """Indices (n,) to learn from and indices (m,) to validate with, both in the order of the data.

    Stratified: ``share`` of each class, rounded, and at least one of a class that has two. The same labels and the
    same seed give the same split. Raises ``UserError`` for a share that leaves one side empty.
    """
    if not 0 < share < 1:
        raise UserError("the share of images for validation must lie between 0 and 1; try 0.2")
    if len(labels) < FEWEST:
        raise UserError(f"there are only {len(labels)} images; a run needs {FEWEST} or more")
    order = torch.randperm(len(labels), generator=torch.Generator().manual_seed(seed))
    is_held = torch.zeros(len(labels), dtype=torch.bool)
    for label in torch.unique(labels):
        mine = order[labels[order] == label]
        count = max(round(len(mine) * share), 1)
        is_held[mine[: min(count, len(mine) - 1)]] = True
    if not is_held.any():  # every class has a single image
        is_held[order[0]] = True
    return (~is_held).nonzero()[:, 0], is_held.nonzero()[:, 0]


def sample(count: int, most: int, seed: int) -> Tensor:
    """Indices of at most ``most`` of ``count`` things, drawn with the seed, in order."""
    if count <= most:
        return torch.arange(count)
    drawn = torch.randperm(count, generator=torch.Generator().manual_seed(seed))[:most]
    return drawn.sort().values
