"""Layers that compute with normalised weights, so only the direction of each template matters."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class NormConv2d(nn.Conv2d):
    """A convolution with W / (‖W‖₂ + 1e-8), the norm of each filter over all its weights.

    (N, in_channels, H, W) → (N, out_channels, H', W'); arguments and parameters as of ``torch.nn.Conv2d``.
    """

    def forward(self, x: Tensor) -> Tensor:
        """The convolution with filters of length 1."""
        weight = normalised(self.weight)
        return F.conv2d(x, weight, self.bias, self.stride, self.padding, self.dilation, self.groups)


class NormLinear(nn.Linear):
    """A linear layer with W / (‖W‖₂ + 1e-8), the norm of each output's weights over all inputs.

    (N, in_features) → (N, out_features); arguments and parameters as of ``torch.nn.Linear``.
    """

    def forward(self, x: Tensor) -> Tensor:
        """The linear layer with weights of length 1 for each output."""
        return F.linear(x, normalised(self.weight), self.bias)


def normalised(weight: Tensor) -> Tensor:
    """W / (‖W‖₂ + 1e-8), the norm over all dimensions but the first."""
    norm: Tensor = torch.linalg.vector_norm(weight, dim=tuple(range(1, weight.ndim)), keepdim=True)
    return weight / (norm + 1e-8)
