"""Pictures of bytes through a network, as training and validation both do it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext

import torch
from torch import Tensor, nn

from visualizer.training.averaging import mean_scores

PRECISIONS = ("auto", "float32", "bfloat16")


class Forward:
    """Standardises images and gives the scores of networks for them, in the precision that is wanted.

    ``auto`` is bfloat16 on a GPU that computes with it, float32 elsewhere. ``mean`` and ``std`` are per channel, of
    values 0…1.
    """

    def __init__(
        self, mean: Sequence[float], std: Sequence[float], device: torch.device, precision: str = "auto"
    ) -> None:
        self._mean = torch.tensor(mean, device=device)[:, None, None] * 255
        self._std = torch.tensor(std, device=device)[:, None, None] * 255
        self._device = device
        halves = precision == "bfloat16" or (
            precision == "auto" and device.type == "cuda" and torch.cuda.is_bf16_supported()
        )
        self.dtype = torch.bfloat16 if halves else torch.float32

    def __call__(self, modules: list[nn.Module], images: Tensor) -> Tensor:
        """Scores (N, K) float32 of images (N, C, H, W) uint8: of one network, or the mean of several."""
        prepared = self.standardised(images)
        with self._autocast():
            return mean_scores(modules, prepared).float()

    def standardised(self, images: Tensor) -> Tensor:
        """Images (N, C, H, W) float32 as the network wants them, in the order that convolutions work in."""
        return images.to(memory_format=torch.channels_last).sub(self._mean).div_(self._std)

    def _autocast(self) -> AbstractContextManager[object]:
        if self.dtype == torch.float32:
            return nullcontext()
        return torch.autocast(self._device.type, dtype=self.dtype)
