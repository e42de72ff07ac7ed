"""The Inception module of GoogLeNet (Szegedy et al. 2015, arXiv:1409.4842)."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Inception(nn.Module):
    """Four branches side by side, their maps concatenated: 1×1, 3×3 and larger convolutions, and a max pool.

    (N, in_channels, H, W) → (N, C, H, W), where C is the sum of the four branches' channels. ``reduce_3x3`` and
    ``reduce_5x5`` are the channels of 1×1 convolutions before the larger ones (0: none), ``pool_projection``
    those of the 1×1 convolution after the pool (0: none, the pooled input itself). ``large_kernel`` is the odd
    side of the largest filter: 5 in the paper, 3 in torchvision, whose names the parts have.
    """

    def __init__(
        self,
        in_channels: int,
        channels_1x1: int,
        reduce_3x3: int,
        channels_3x3: int,
        reduce_5x5: int,
        channels_5x5: int,
        pool_projection: int,
        large_kernel: int = 5,
        batch_norm: bool = True,
    ) -> None:
        super().__init__()
        self.branch1 = ConvRelu(in_channels, channels_1x1, 1, batch_norm)
        self.branch2 = _reduced(in_channels, reduce_3x3, channels_3x3, 3, batch_norm)
        self.branch3 = _reduced(in_channels, reduce_5x5, channels_5x5, large_kernel, batch_norm)
        self.branch4 = nn.Sequential(nn.MaxPool2d(3, stride=1, padding=1, ceil_mode=True))
        if pool_projection:
            self.branch4.append(ConvRelu(in_channels, pool_projection, 1, batch_norm))

    def forward(self, x: Tensor) -> Tensor:
        """The maps of the four branches, one after the other."""
        return torch.cat([self.branch1(x), self.branch2(x), self.branch3(x), self.branch4(x)], dim=1)


class ConvRelu(nn.Module):
    """A convolution that keeps the size, batch norm in place of a bias where it is wanted, and ReLU."""

    def __init__(self, in_channels: int, channels: int, kernel: int, batch_norm: bool) -> None:
        super().__init__()
        self.conv = nn.Conv2d(in_channels, channels, kernel, padding=kernel // 2, bias=not batch_norm)
        self.bn = nn.BatchNorm2d(channels, eps=0.001) if batch_norm else None
        self.relu = nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        """The rectified maps."""
        x = self.conv(x)
        if self.bn is not None:
            x = self.bn(x)
        result: Tensor = self.relu(x)
        return result


def _reduced(in_channels: int, reduced: int, channels: int, kernel: int, batch_norm: bool) -> nn.Sequential:
    """A convolution, with a 1×1 convolution to ``reduced`` channels before it unless that is 0."""
    if not reduced:
        return nn.Sequential(ConvRelu(in_channels, channels, kernel, batch_norm))
    return nn.Sequential(
        ConvRelu(in_channels, reduced, 1, batch_norm), ConvRelu(reduced, channels, kernel, batch_norm)
    )
