"""The fractal block of FractalNet (Larsson et al. 2017, arXiv:1605.07648)."""

from __future__ import annotations

from collections import OrderedDict

import torch
from torch import Tensor, nn

from visualizer.networks.modules.drop_path import alive


class Fractal(nn.Module):
    """Columns of 1, 2, 4 … convolutions side by side, which join wherever some of them end together.

    f₁(z) = conv(z), f₍C+1₎(z) = join(f_C(f_C(z)), conv(z)), where a conv is 3×3 with batch norm and ReLU, and
    joins that meet are one: the mean of all columns that end there. (N, in_channels, H, W) → (N, channels, H, W).

    In training, half of the mini-batches go through a single column (global drop-path, drawn for each block
    alone); in the other half each join leaves every column out with probability ``drop_path``, but never all
    (local drop-path). Without drop-path (0) and in evaluation all columns are there.
    """

    def __init__(self, in_channels: int, channels: int, columns: int, drop_path: float = 0.15) -> None:
        super().__init__()
        self.drop_path = drop_path
        self.columns = nn.ModuleList(
            nn.Sequential(
                *(_conv(in_channels if index == 0 else channels, channels) for index in range(2**column))
            )
            for column in range(columns)
        )

    def forward(self, x: Tensor) -> Tensor:
        """The last join."""
        count = len(self.columns)
        drops = self.training and self.drop_path > 0
        if drops and torch.rand(()) < 0.5:
            result: Tensor = self.columns[int(torch.randint(count, ()))](x)
            return result
        deepest = 2 ** (count - 1)  # convolutions of the last column
        given = [x] * count  # what the next convolution of each column gets
        for depth in range(1, deepest + 1):
            ending = [column for column in range(count) if depth * 2**column % deepest == 0]
            kept = [ending[place] for place in alive(len(ending), self.drop_path)] if drops else ending
            outputs = []
            for column in kept:
                conv = self.columns.get_submodule(f"{column}.{depth * 2**column // deepest - 1}")
                outputs.append(conv(given[column]))
            x = sum(outputs[1:], start=outputs[0]) / len(outputs)
            for column in ending:
                given[column] = x
        return x


def _conv(in_channels: int, channels: int) -> nn.Sequential:
    return nn.Sequential(
        OrderedDict(
            conv=nn.Conv2d(in_channels, channels, 3, padding=1, bias=False),
            bn=nn.BatchNorm2d(channels),
            relu=nn.ReLU(),
        )
    )
