"""Augmentation: pure functions on batches of images, on whatever device they are."""

from __future__ import annotations

import torch
from torch import Tensor

MAX_SHIFT = 0.1  # of the side


def augment(images: Tensor, generator: torch.Generator) -> Tensor:
    """Images (N, C, H, W), each shifted by up to a tenth of its sides and, half of them, mirrored.

    ``generator`` lives on the processor, so that every device gets the same random numbers.
    """
    count, _, height, width = images.shape
    uniform = torch.rand(3, count, generator=generator)
    down = ((uniform[0] * 2 - 1) * MAX_SHIFT * height).round().long()
    right = ((uniform[1] * 2 - 1) * MAX_SHIFT * width).round().long()
    device = images.device
    shifted = shift(images, down.to(device), right.to(device))
    return flip(shifted, (uniform[2] < 0.5).to(device))


def shift(images: Tensor, down: Tensor, right: Tensor) -> Tensor:
    """Image n of (N, C, H, W) moved by ``down[n]`` and ``right[n]`` px; its border pixels fill the gap."""
    count, _, height, width = images.shape
    rows = torch.arange(height, device=images.device) - down[:, None]
    columns = torch.arange(width, device=images.device) - right[:, None]
    image = torch.arange(count, device=images.device)[:, None, None]
    row = rows.clamp(0, height - 1)[:, :, None]
    column = columns.clamp(0, width - 1)[:, None, :]
    return images.permute(0, 2, 3, 1)[image, row, column].permute(0, 3, 1, 2)


def flip(images: Tensor, which: Tensor) -> Tensor:
    """Images (N, C, H, W); those with a true value in ``which`` (N,) are mirrored left to right."""
    return torch.where(which[:, None, None, None], images.flip(-1), images)
