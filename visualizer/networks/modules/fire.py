"""The fire module of SqueezeNet (Iandola et al. 2016, arXiv:1602.07360)."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Fire(nn.Module):
    """Few 1×1 filters (squeeze), then 1×1 and 3×3 filters side by side (expand), each rectified.

    (N, in_channels, H, W) → (N, expand_1x1 + expand_3x3, H, W). The names of the parts are torchvision's.
    """

    def __init__(self, in_channels: int, squeeze_channels: int, expand_1x1: int, expand_3x3: int) -> None:
        super().__init__()
        self.squeeze = nn.Conv2d(in_channels, squeeze_channels, 1)
        self.squeeze_activation = nn.ReLU()
        self.expand1x1 = nn.Conv2d(squeeze_channels, expand_1x1, 1)
        self.expand1x1_activation = nn.ReLU()
        self.expand3x3 = nn.Conv2d(squeeze_channels, expand_3x3, 3, padding=1)
        self.expand3x3_activation = nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        """The maps of both kinds of filters, one after the other."""
        x = self.squeeze_activation(self.squeeze(x))
        point = self.expand1x1_activation(self.expand1x1(x))
        square = self.expand3x3_activation(self.expand3x3(x))
        return torch.cat([point, square], dim=1)
