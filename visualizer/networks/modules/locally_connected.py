"""A convolution whose filters are not shared between places."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class LocallyConnected2d(nn.Module):
    """Like a convolution, with filters and biases of its own at every place (Taigman et al. 2014, DeepFace).

    (N, in_channels, H, W) → (N, out_channels, H', W') for the one ``input_size`` (H, W). The weights are
    (H', W', out_channels, in_channels, F, F), the biases (H', W', out_channels); both begin uniformly between
    ±1/√(in_channels · F²). Padding is with zeros.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int,
        input_size: tuple[int, int],
        stride: int = 1,
        padding: int = 0,
        bias: bool = True,
    ) -> None:
        super().__init__()
        self.in_channels, self.out_channels = in_channels, out_channels
        self.kernel_size, self.stride, self.padding = kernel_size, stride, padding
        places = [(size + 2 * padding - kernel_size) // stride + 1 for size in input_size]
        self.weight = nn.Parameter(torch.empty(*places, out_channels, in_channels, kernel_size, kernel_size))
        self.bias = nn.Parameter(torch.empty(*places, out_channels)) if bias else None
        bound = 1 / math.sqrt(in_channels * kernel_size**2)
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -bound, bound)

    def forward(self, x: Tensor) -> Tensor:
        """One matrix product per place."""
        height, width = self.weight.shape[:2]
        filters = self.weight.flatten(3).flatten(0, 1)  # (places, out, in · F²)
        # With the images last, windows are copied in runs and the product needs no other order.
        maps = F.pad(x, (self.padding,) * 4).permute(1, 2, 3, 0).contiguous()
        windows = maps.unfold(1, self.kernel_size, self.stride).unfold(2, self.kernel_size, self.stride)
        columns = windows.permute(1, 2, 0, 4, 5, 3).reshape(height * width, filters.shape[2], len(x))
        result = torch.bmm(filters, columns).view(height, width, self.out_channels, len(x))
        if self.bias is not None:
            result = result + self.bias.unsqueeze(3)
        return result.permute(3, 2, 0, 1).contiguous()

    def extra_repr(self) -> str:
        """The settings, for people."""
        return (
            f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, stride={self.stride}, "
            f"padding={self.padding}, bias={self.bias is not None}"
        )
