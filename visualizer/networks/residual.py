"""The residual blocks of the CIFAR ResNets (He et al. 2016, section 4.2, arXiv:1512.03385)."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn


class BasicBlock(nn.Module):
    """Two 3×3 convolutions with batch norm, added to a shortcut without parameters ("option A").

    Where the block changes the shape, the shortcut takes every ``stride``-th pixel and pads the channels with
    zeros, half of them in front. (N, in_channels, H, W) → (N, channels, ⌈H / stride⌉, ⌈W / stride⌉).
    """

    def __init__(self, in_channels: int, channels: int, stride: int = 1) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, channels, 3, stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.relu1 = nn.ReLU()
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.relu2 = nn.ReLU()
        self.stride = stride
        self.added_channels = channels - in_channels

    def forward(self, x: Tensor) -> Tensor:
        """The sum of the two paths, rectified."""
        branch: Tensor = self.bn2(self.conv2(self.relu1(self.bn1(self.conv1(x)))))
        result: Tensor = self.relu2(branch + self._shortcut(x))
        return result

    def _shortcut(self, x: Tensor) -> Tensor:
        if self.stride > 1:
            x = x[:, :, :: self.stride, :: self.stride]
        if self.added_channels:
            front = self.added_channels // 2
            x = F.pad(x, (0, 0, 0, 0, front, self.added_channels - front))
        return x


class ResidualStage(nn.Sequential):
    """``blocks`` basic blocks in a row; only the first one changes the number of channels and the size."""

    def __init__(self, in_channels: int, channels: int, blocks: int, stride: int) -> None:
        if channels < in_channels:
            raise ValueError("a shortcut without parameters cannot take channels away")
        rest = (BasicBlock(channels, channels) for _ in range(blocks - 1))
        super().__init__(BasicBlock(in_channels, channels, stride), *rest)
