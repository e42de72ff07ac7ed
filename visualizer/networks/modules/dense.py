"""The dense block of DenseNet (Huang et al. 2017, arXiv:1608.06993)."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class DenseBlock(nn.Module):
    """Layers that each see the block's input and the outputs of all layers before, concatenated.

    (N, in_channels, H, W) → (N, in_channels + num_layers · growth_rate, H, W). The names of the parts
    are torchvision's.
    """

    def __init__(
        self,
        in_channels: int,
        num_layers: int,
        growth_rate: int = 32,
        bottleneck_factor: int = 4,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        for index in range(num_layers):
            channels = in_channels + index * growth_rate
            made = DenseLayer(channels, growth_rate, bottleneck_factor, dropout)
            self.add_module(f"denselayer{index + 1}", made)

    def forward(self, x: Tensor) -> Tensor:
        """The input and the outputs of all layers, one after the other."""
        features = [x]
        for layer in self.children():
            features.append(layer(torch.cat(features, dim=1)))
        return torch.cat(features, dim=1)


class DenseLayer(nn.Sequential):
    """Batch norm, ReLU and a 3×3 convolution to ``growth_rate`` channels, without bias.

    With a ``bottleneck_factor`` b > 0, batch norm, ReLU and a 1×1 convolution to b · growth_rate channels come
    before these.
    """

    def __init__(self, in_channels: int, growth_rate: int, bottleneck_factor: int, dropout: float) -> None:
        super().__init__()
        inner = bottleneck_factor * growth_rate
        self.norm1 = nn.BatchNorm2d(in_channels)
        self.relu1 = nn.ReLU()
        if inner:
            self.conv1 = nn.Conv2d(in_channels, inner, 1, bias=False)
            self.norm2 = nn.BatchNorm2d(inner)
            self.relu2 = nn.ReLU()
            self.conv2 = nn.Conv2d(inner, growth_rate, 3, padding=1, bias=False)
        else:
            self.conv1 = nn.Conv2d(in_channels, growth_rate, 3, padding=1, bias=False)
        if dropout:
            self.dropout = nn.Dropout(dropout)
