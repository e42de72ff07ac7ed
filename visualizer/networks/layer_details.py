"""What a layer does, in a few characters for people: "Conv 3×3 /2, groups 32"."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from torch import nn

from visualizer.networks.modules.gated import GatedMerge
from visualizer.networks.modules.locally_connected import LocallyConnected2d
from visualizer.networks.modules.maxout import Maxout
from visualizer.networks.modules.rotation import RotationConv2d
from visualizer.networks.modules.weight_norm import NormConv2d, NormLinear


def detail(module: nn.Module) -> str:
    """The row of ``DETAILS`` for the class of ``module`` or its nearest base class; else the class's name."""
    for kind in type(module).__mro__:
        if kind in DETAILS:
            return DETAILS[kind](module)
    return "Identity" if type(module) is nn.Sequential else type(module).__name__


def _times(value: Any) -> str:
    """``(3, 3)`` as "3×3"; one number stands for two equal ones."""
    sides = tuple(value) if isinstance(value, Sequence) else (value, value)
    return "×".join("any" if side is None else str(side) for side in sides)


def _step(stride: Any) -> str:
    """``(2, 2)`` as " /2", ``(2, 1)`` as " /2×1", ``(1, 1)`` as nothing."""
    sides = tuple(stride) if isinstance(stride, Sequence) else (stride,)
    if set(sides) == {1}:
        return ""
    return f" /{sides[0]}" if len(set(sides)) == 1 else f" /{_times(sides)}"


def _convolution(name: str) -> Callable[[Any], str]:
    def words(module: Any) -> str:
        depthwise = 1 < module.groups == module.in_channels
        extras = [
            "depthwise" if depthwise else f"groups {module.groups}" if module.groups > 1 else "",
            f"dilation {module.dilation[0]}" if set(module.dilation) != {1} else "",
        ]
        geometry = f"{name} {_times(module.kernel_size)}{_step(module.stride)}"
        return ", ".join([geometry, *filter(None, extras)])

    return words


def _pool(name: str) -> Callable[[Any], str]:
    return lambda module: f"{name} {_times(module.kernel_size)}{_step(module.stride or module.kernel_size)}"


def _fixed(words: str) -> Callable[[Any], str]:
    return lambda module: words


DETAILS: dict[type[nn.Module], Callable[[Any], str]] = {
    nn.Conv1d: _convolution("Conv"),
    nn.Conv2d: _convolution("Conv"),
    nn.Conv3d: _convolution("Conv"),
    nn.ConvTranspose2d: _convolution("Transposed conv"),
    RotationConv2d: lambda module: f"{_convolution('Conv')(module)}, {module.rotations} rotations",
    NormConv2d: _convolution("Norm conv"),
    NormLinear: _fixed("Norm linear"),
    LocallyConnected2d: lambda module: (
        f"Locally connected {_times(module.kernel_size)}{_step(module.stride)}"
    ),
    Maxout: lambda module: f"Maxout of {module.pieces}",
    GatedMerge: lambda module: f"Gated {module.merge} of {len(module.sizes)}",
    nn.MaxPool2d: _pool("Max-pool"),
    nn.AvgPool2d: _pool("Average pool"),
    nn.AdaptiveAvgPool2d: lambda module: f"Average pool to {_times(module.output_size)}",
    nn.AdaptiveMaxPool2d: lambda module: f"Max-pool to {_times(module.output_size)}",
    nn.Linear: _fixed("Linear"),
    nn.BatchNorm1d: _fixed("Batch norm"),
    nn.BatchNorm2d: _fixed("Batch norm"),
    nn.LayerNorm: _fixed("Layer norm"),
    nn.GroupNorm: lambda module: f"Group norm, {module.num_groups} groups",
    nn.InstanceNorm2d: _fixed("Instance norm"),
    nn.LocalResponseNorm: lambda module: f"Local response norm {module.size}",
    nn.ReLU: _fixed("ReLU"),
    nn.ReLU6: _fixed("ReLU6"),
    nn.LeakyReLU: lambda module: f"Leaky ReLU {module.negative_slope:g}",
    nn.PReLU: _fixed("PReLU"),
    nn.ELU: _fixed("ELU"),
    nn.GELU: _fixed("GELU"),
    nn.SiLU: _fixed("SiLU"),
    nn.Hardswish: _fixed("Hard swish"),
    nn.Hardsigmoid: _fixed("Hard sigmoid"),
    nn.Sigmoid: _fixed("Sigmoid"),
    nn.Tanh: _fixed("Tanh"),
    nn.Softmax: _fixed("Softmax"),
    nn.Dropout: lambda module: f"Dropout {module.p:g}",
    nn.Dropout2d: lambda module: f"Dropout of maps {module.p:g}",
    nn.Flatten: _fixed("Flatten"),
    nn.Identity: _fixed("Identity"),
    nn.Upsample: lambda module: f"Upsample {module.mode}",
    nn.ZeroPad2d: lambda module: f"Zero padding {module.padding[0]}",
    nn.MultiheadAttention: lambda module: f"Attention, {module.num_heads} heads",
}
