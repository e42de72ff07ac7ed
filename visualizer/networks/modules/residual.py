"""Residual blocks: y = h(x) + F(x), next = f(y), with the shortcuts h and the orders that were compared."""

from __future__ import annotations

from collections.abc import Mapping

import torch.nn.functional as F
from torch import Tensor, nn

from visualizer.networks.modules.drop_path import survived


class ResidualBlock(nn.Module):
    """Convolutions with batch norm, added to a shortcut (He et al. 2016a, arXiv:1512.03385).

    (N, in_channels, H, W) → (N, channels, ⌈H / stride⌉, ⌈W / stride⌉). The branch F is two 3×3 convolutions, or
    1×1, 3×3, 1×1 with ``bottleneck``, where the 3×3 has the stride and the groups; ``width`` is the number of its
    inner channels. The names of the parts are torchvision's. ``variant`` is one of He et al. 2016b,
    arXiv:1603.05027:

    - "identity": h = x, ReLU after the addition
    - "scaled": h = scale · x
    - "exclusive_gate": h = (1 − g) · x and F · g, with g = sigmoid(1×1 convolution of x)
    - "shortcut_gate": h = (1 − g) · x, F as it is
    - "conv_shortcut": h = 1×1 convolution with batch norm, also where the shapes agree
    - "dropout_shortcut": h = x with dropout of probability ``dropout``
    - "norm_after_addition": the last batch norm comes after the addition
    - "relu_before_addition": the last ReLU ends the branch, nothing comes after the addition
    - "full_preactivation": batch norm and ReLU before every convolution, nothing after the addition

    Where the block changes the shape, x in h is a projection of it: "conv", a 1×1 convolution with batch norm, or
    "zero_padding", every ``stride``-th pixel and zeros as further channels, half of them in front (option A).
    With full pre-activation the convolution takes the pre-activated input and has no batch norm, as in the
    authors' program.

    In the other variants ``dropout`` comes before the last convolution (Zagoruyko and Komodakis 2016,
    arXiv:1605.07146). With ``survival`` < 1, training drops the branch of a whole mini-batch with probability
    1 − survival, and evaluation multiplies it by survival (stochastic depth, Huang et al. 2016, arXiv:1603.09382).
    """

    def __init__(
        self,
        in_channels: int,
        channels: int,
        stride: int = 1,
        variant: str = "identity",
        bottleneck: bool = False,
        width: int = 0,
        groups: int = 1,
        projection: str = "conv",
        scale: float = 0.5,
        dropout: float = 0.0,
        survival: float = 1.0,
    ) -> None:
        super().__init__()
        self.channels, self.stride, self.variant = channels, stride, variant
        self.scale, self.survival = scale, survival
        self.count = 3 if bottleneck else 2  # of convolutions
        width = width or (max(1, channels // 4) if bottleneck else channels)
        if bottleneck:
            convs = [
                _conv(in_channels, width, 1),
                _conv(width, width, 3, stride, groups),
                _conv(width, channels, 1),
            ]
        else:
            convs = [_conv(in_channels, width, 3, stride, groups), _conv(width, channels, 3, groups=groups)]
        for number, conv in enumerate(convs, start=1):
            features = conv.in_channels if variant == "full_preactivation" else conv.out_channels
            self.add_module(f"conv{number}", conv)
            self.add_module(f"bn{number}", nn.BatchNorm2d(features))
            self.add_module(f"relu{number}", nn.ReLU())
        self.dropout = nn.Dropout(dropout) if dropout else None
        changes_shape = stride > 1 or in_channels != channels
        self.pads_zeros = changes_shape and projection == "zero_padding" and variant != "conv_shortcut"
        self.downsample: nn.Sequential | None = None
        if variant == "conv_shortcut" or (changes_shape and projection == "conv"):
            self.downsample = nn.Sequential(_conv(in_channels, channels, 1, stride))
            if variant != "full_preactivation":
                self.downsample.append(nn.BatchNorm2d(channels))
        has_gate = variant in ("exclusive_gate", "shortcut_gate")
        self.gate = Gate(in_channels, channels, stride) if has_gate else None

    def forward(self, x: Tensor) -> Tensor:
        """What f makes of the sum of shortcut and branch."""
        if self.variant == "full_preactivation":
            first = self._through(x, "bn1", "relu1")
            branch = survived(self._preactivated, first, self.survival, self.training)
            return self._shortcut(x if self.downsample is None else first) + branch
        branch = survived(self._branch, x, self.survival, self.training)
        shortcut = self._shortcut(x)
        if self.gate is not None:
            opening = self.gate(x)
            shortcut = (1 - opening) * shortcut
            if self.variant == "exclusive_gate":
                branch = branch * opening
        result = shortcut + branch
        if self.variant == "norm_after_addition":
            result = self._through(result, f"bn{self.count}")
        if self.variant != "relu_before_addition":
            result = self._through(result, f"relu{self.count}")
        return result

    def _branch(self, x: Tensor) -> Tensor:
        """F(x) where batch norm and ReLU come after each convolution."""
        last = self.count
        for number in range(1, last):
            x = self._through(x, f"conv{number}", f"bn{number}", f"relu{number}")
        if self.dropout is not None and self.variant != "dropout_shortcut":
            x = self.dropout(x)
        x = self._through(x, f"conv{last}")
        if self.variant != "norm_after_addition":
            x = self._through(x, f"bn{last}")
        if self.variant == "relu_before_addition":
            x = self._through(x, f"relu{last}")
        return x

    def _preactivated(self, x: Tensor) -> Tensor:
        """F(x) where batch norm and ReLU come before each convolution; x has been through the first ones."""
        for number in range(1, self.count):
            x = self._through(x, f"conv{number}", f"bn{number + 1}", f"relu{number + 1}")
        if self.dropout is not None:
            x = self.dropout(x)
        return self._through(x, f"conv{self.count}")

    def _shortcut(self, x: Tensor) -> Tensor:
        """h(x) without its gate."""
        if self.downsample is not None:
            x = self.downsample(x)
        elif self.pads_zeros:
            x = zero_padded(x, self.channels, self.stride)
        if self.variant == "scaled":
            x = self.scale * x
        if self.variant == "dropout_shortcut" and self.dropout is not None:
            x = self.dropout(x)
        return x

    def _through(self, x: Tensor, *parts: str) -> Tensor:
        for part in parts:
            x = self.get_submodule(part)(x)
        return x


class Residual(nn.Module):
    """Any layers, added to a shortcut: y = h(x) + F(x) with the layers as F.

    (N, in_channels, H, W) → (N, channels, H', W'), what the layers give. ``shortcut`` is h, as in
    ``ResidualBlock``: "identity", "scaled", "exclusive_gate", "shortcut_gate", "dropout", or where the layers
    change the shape "conv", a 1×1 convolution with this ``stride`` and batch norm, and "zero_padding". ``after``
    the addition comes nothing ("none"), "relu", or batch norm and ReLU ("norm_relu").
    """

    def __init__(
        self,
        layers: Mapping[str, nn.Module],
        in_channels: int,
        channels: int,
        stride: int = 1,
        shortcut: str = "identity",
        scale: float = 0.5,
        dropout: float = 0.5,
        after: str = "relu",
        survival: float = 1.0,
    ) -> None:
        super().__init__()
        for name, layer in layers.items():
            self.add_module(name, layer)
        self._names = tuple(layers)
        self._channels, self._stride = channels, stride
        self._kind, self._scale, self._survival = shortcut, scale, survival
        self.shortcut: nn.Module | None = None
        if shortcut == "conv":
            self.shortcut = nn.Sequential(_conv(in_channels, channels, 1, stride), nn.BatchNorm2d(channels))
        elif shortcut == "dropout":
            self.shortcut = nn.Dropout(dropout)
        self.gate = Gate(in_channels, channels) if shortcut.endswith("gate") else None
        self.after: nn.Module | None = None
        if after != "none":
            self.after = (
                nn.Sequential(nn.BatchNorm2d(channels), nn.ReLU()) if after == "norm_relu" else nn.ReLU()
            )

    def forward(self, x: Tensor) -> Tensor:
        """What comes after the sum of shortcut and layers."""
        branch = survived(self._branch, x, self._survival, self.training)
        shortcut = x if self.shortcut is None else self.shortcut(x)
        if self._kind == "zero_padding":
            shortcut = zero_padded(shortcut, self._channels, self._stride)
        if self._kind == "scaled":
            shortcut = self._scale * shortcut
        if self.gate is not None:
            opening = self.gate(x)
            shortcut = (1 - opening) * shortcut
            if self._kind == "exclusive_gate":
                branch = branch * opening
        result: Tensor = shortcut + branch
        if self.after is not None:
            result = self.after(result)
        return result

    def _branch(self, x: Tensor) -> Tensor:
        for name in self._names:
            x = self.get_submodule(name)(x)
        return x


def zero_padded(x: Tensor, channels: int, stride: int) -> Tensor:
    """Every ``stride``-th pixel of the maps, and zeros as further channels, half of them in front (option A)."""
    if stride > 1:
        x = x[:, :, ::stride, ::stride]
    added = channels - x.shape[1]
    return F.pad(x, (0, 0, 0, 0, added // 2, added - added // 2)) if added else x


class Gate(nn.Module):
    """g = sigmoid(1×1 convolution − 6), between 0 and 1: at first near 0, so that the shortcut is open.

    −6 is the best initial bias of He et al. 2016b. It is no part of the parameter, which begins at 0: so it is the
    same whatever the weights begin as.
    """

    def __init__(self, in_channels: int, channels: int, stride: int = 1) -> None:
        super().__init__()
        self.conv = nn.Conv2d(in_channels, channels, 1, stride)
        assert self.conv.bias is not None
        nn.init.zeros_(self.conv.bias)
        self.sigmoid = nn.Sigmoid()

    def forward(self, x: Tensor) -> Tensor:
        """How far the gate is open: (N, channels, ⌈H / stride⌉, ⌈W / stride⌉)."""
        result: Tensor = self.sigmoid(self.conv(x) - 6)
        return result


def _conv(in_channels: int, channels: int, kernel: int, stride: int = 1, groups: int = 1) -> nn.Conv2d:
    return nn.Conv2d(in_channels, channels, kernel, stride, padding=kernel // 2, groups=groups, bias=False)
