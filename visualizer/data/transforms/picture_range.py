"""The values that a network takes, and those of the picture behind them."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from visualizer.networks.network import Preprocessing


@dataclass(frozen=True, slots=True, eq=False)
class PictureRange:
    """How standardised values and picture values (0…1) become each other; ``mean`` and ``std`` are (C, 1, 1)."""

    mean: Tensor
    std: Tensor

    def picture(self, images: Tensor) -> Tensor:
        """Standardised images (N, C, H, W) as pictures."""
        return images * self.std + self.mean

    def standardised(self, pictures: Tensor) -> Tensor:
        """Pictures (N, C, H, W), cut to 0…1, as the network takes them."""
        return (pictures.clamp(0, 1) - self.mean) / self.std

    def level(self, value: float) -> Tensor:
        """What one picture value is to the network, (C, 1, 1)."""
        return (value - self.mean) / self.std


def range_of(preprocessing: Preprocessing, images: Tensor) -> PictureRange:
    """The range of images (N, C, H, W) that were standardised by ``preprocessing``."""
    channels = images.shape[1]
    if len(preprocessing.mean) != channels:
        preprocessing = preprocessing.with_channels(channels)
    mean, std = (
        torch.tensor(values, dtype=images.dtype, device=images.device)[:, None, None]
        for values in (preprocessing.mean, preprocessing.std)
    )
    return PictureRange(mean, std)
