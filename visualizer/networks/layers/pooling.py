"""Pooling, and its opposite, upsampling."""

from __future__ import annotations

from math import prod

from torch import nn

from visualizer.networks.layers.coverage import left_out
from visualizer.networks.layers.kinds import (
    Construction,
    Field,
    LayerKind,
    Misfit,
    Plan,
    Shape,
    Window,
    made_of,
    positions,
    words,
)

_FIELDS = (
    Field("kernel_size", int, 2, 1, 1024, "Side of the square window", title="Kernel", column="kernel"),
    Field("stride", int, 2, 1, 1024, "Step from one window to the next", title="Stride", column="stride"),
    Field("padding", int, 0, 0, 512, "Pixels added on every side", title="Padding", column="padding"),
    Field(
        "ceil_mode", bool, False, 0, 1, "Let a last window reach over the edge instead of leaving rows unseen"
    ),
)


def pool_plan(shape: Shape, *, kernel_size: int, stride: int, padding: int, ceil_mode: bool) -> Plan:
    """The plan of max or average pooling."""
    if 2 * padding > kernel_size:
        raise Misfit(f"Padding {padding} is more than half of the window of {kernel_size}.")
    sides = [positions(size, kernel_size, stride, padding) for size in shape[1:]]
    if ceil_mode:
        sides = [_ceiled(size, kernel_size, stride, padding) for size in shape[1:]]
    if min(sides) < 1:
        raise Misfit(f"A window of {kernel_size}×{kernel_size} does not fit into {words(shape[1:])}.")
    output = (shape[0], *sides)
    unseen, note = left_out(shape, sides, kernel_size, stride, padding)
    operations = prod(output) * kernel_size**2
    return Plan(output, operations=operations, window=Window(kernel_size, stride), note=note, unseen=unseen)


def _ceiled(size: int, kernel: int, stride: int, padding: int) -> int:
    """The number of windows where the last may reach over the edge, but not begin beyond it (as torch)."""
    count = -(-(size + 2 * padding - kernel) // stride) + 1
    return count - 1 if (count - 1) * stride >= size + padding else count


def _global_plan(shape: Shape) -> Plan:
    return Plan((shape[0], 1, 1), operations=prod(shape), window=Window(None))


def _adaptive_plan(shape: Shape, *, output_size: int) -> Plan:
    output = (shape[0], output_size, output_size)
    windows = [size // output_size for size in shape[1:]]
    exact = all(size % output_size == 0 for size in shape[1:])
    window = Window(windows[0], windows[0]) if exact and windows[0] == windows[1] else Window(None)
    return Plan(output, operations=max(prod(shape), prod(output)), window=window)


def _upsample_plan(shape: Shape, *, scale_factor: int, mode: str) -> Plan:
    output = (shape[0], *(size * scale_factor for size in shape[1:]))
    return Plan(output, window=Window(1 if mode == "nearest" else 2, 1 / scale_factor))


ROWS = (
    LayerKind(
        "max_pool",
        "Max pool",
        "Pooling",
        "Max pooling: the largest value of every window.",
        pool_plan,
        made_of(nn.MaxPool2d),
        _FIELDS,
        ranks=(3,),
        stem="pool",
        icon="max_pool",
    ),
    LayerKind(
        "average_pool",
        "Average pool",
        "Pooling",
        "Average pooling: the mean of every window.",
        pool_plan,
        made_of(nn.AvgPool2d),
        _FIELDS,
        ranks=(3,),
        stem="pool",
        icon="average_pool",
    ),
    LayerKind(
        "global_average_pool",
        "Global average pool",
        "Pooling",
        "Global average pooling: the mean of every map.",
        _global_plan,
        lambda shape: Construction(nn.AdaptiveAvgPool2d, {"output_size": 1}),
        ranks=(3,),
        stem="pool",
        icon="global_pool",
    ),
    LayerKind(
        "global_max_pool",
        "Global max pool",
        "Pooling",
        "Global max pooling: the largest value of every map.",
        _global_plan,
        lambda shape: Construction(nn.AdaptiveMaxPool2d, {"output_size": 1}),
        ranks=(3,),
        stem="pool",
        icon="global_pool",
    ),
    LayerKind(
        "adaptive_average_pool",
        "Adaptive average pool",
        "Pooling",
        "Adaptive average pooling: the means of a grid of windows, as many as wanted whatever the size.",
        _adaptive_plan,
        made_of(nn.AdaptiveAvgPool2d),
        (
            Field(
                "output_size",
                int,
                7,
                1,
                1024,
                "Rows and columns of the output",
                title="Output side",
                column="kernel",
            ),
        ),
        ranks=(3,),
        stem="pool",
        icon="average_pool",
    ),
    LayerKind(
        "upsample",
        "Upsample",
        "Pooling",
        "Upsampling: maps made larger by repeating or interpolating.",
        _upsample_plan,
        made_of(nn.Upsample),
        (
            Field("scale_factor", int, 2, 1, 64, "How many times larger", title="Scale", column="kernel"),
            Field(
                "mode",
                str,
                "nearest",
                0,
                0,
                "How values between pixels are found",
                ("nearest", "bilinear"),
                column="extra",
            ),
        ),
        ranks=(3,),
        stem="upsample",
        icon="upsample",
    ),
)
