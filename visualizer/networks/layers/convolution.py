"""Convolutions, and what else computes maps from windows with weights."""

from __future__ import annotations

from typing import Any

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
    required,
    words,
)

MAX_CHANNELS, MAX_KERNEL = 65_536, 1024

OUT_CHANNELS = required("out_channels", "Channels", "Number of filters, one output map each", MAX_CHANNELS)
KERNEL = Field(
    "kernel_size", int, 3, 1, MAX_KERNEL, "Side of the square filter", title="Kernel", column="kernel"
)
STRIDE = Field(
    "stride", int, 1, 1, 1024, "Step from one position to the next", title="Stride", column="stride"
)
PADDING = Field(
    "padding",
    int,
    0,
    0,
    1024,
    "Zeros added on every side; 'same' keeps the size, 'valid' is 0",
    choices=("same", "valid"),
    title="Padding",
    column="padding",
)
DILATION = Field("dilation", int, 1, 1, 1024, "Distance between the filter's taps")
GROUPS = Field("groups", int, 1, 1, MAX_CHANNELS, "Groups of channels that do not see each other")
BIAS = Field("bias", bool, True, 0, 1, "Add a learned constant to every map")


def window_sides(
    shape: Shape, kernel: int, stride: int, padding: int | str, dilation: int = 1
) -> tuple[int, int]:
    """Height and width of a convolution's output; raises ``Misfit`` where there is none."""
    if padding == "same":
        if stride > 1:
            raise Misfit("Padding 'same' needs stride 1; give the padding as a number.")
        return shape[1], shape[2]
    added = 0 if padding == "valid" else int(padding)
    sides = tuple(positions(size, kernel, stride, added, dilation) for size in shape[1:])
    if min(sides) < 1:
        reach = dilation * (kernel - 1) + 1
        with_padding = f" with padding {added}" if added else ""
        raise Misfit(f"A window of {reach}×{reach} does not fit into {words(shape[1:])}{with_padding}.")
    return sides[0], sides[1]


def check_groups(shape: Shape, out_channels: int, groups: int) -> None:
    """Raises ``Misfit`` where groups do not divide the channels."""
    for count, what in ((shape[0], "input"), (out_channels, "output")):
        if count % groups:
            raise Misfit(f"{groups} groups do not divide the {count} {what} channels.")


def conv_plan(
    shape: Shape,
    *,
    out_channels: int,
    kernel_size: int,
    stride: int = 1,
    padding: int | str = 0,
    dilation: int = 1,
    groups: int = 1,
    bias: bool = True,
    times: int = 1,
) -> Plan:
    """The plan of a convolution; ``times`` for a filter bank that is applied several times over.

    Parameters are out·(in/groups·F² + 1 with bias), MACs outH·outW·out·in/groups·F².
    """
    check_groups(shape, out_channels, groups)
    height, width = window_sides(shape, kernel_size, stride, padding, dilation)
    weights = out_channels * (shape[0] // groups) * kernel_size**2
    kept = out_channels * height * width * times
    if dilation > 1:
        kept += shape[0] * kernel_size**2 * height * width  # torch unfolds every window
    unseen, note = 0, ""
    if padding != "same":
        added = 0 if isinstance(padding, str) else padding
        unseen, note = left_out(shape, (height, width), kernel_size, stride, added, dilation)
    return Plan(
        (out_channels, height, width),
        parameters=weights + (out_channels if bias else 0),
        macs=height * width * weights * times,
        values=kept,
        window=Window(dilation * (kernel_size - 1) + 1, stride),
        note=note,
        unseen=unseen,
    )


def _construct_conv(shape: Shape, **values: Any) -> Construction:
    padding = 0 if values["padding"] == "valid" else values["padding"]
    return Construction(nn.Conv2d, {"in_channels": shape[0], **values, "padding": padding})


def _transposed_plan(
    shape: Shape,
    *,
    out_channels: int,
    kernel_size: int,
    stride: int,
    padding: int,
    output_padding: int,
    dilation: int,
    groups: int,
    bias: bool,
) -> Plan:
    check_groups(shape, out_channels, groups)
    if output_padding >= max(stride, dilation):
        raise Misfit(f"Output padding {output_padding} must be smaller than stride or dilation.")
    reach = dilation * (kernel_size - 1) + 1
    height, width = ((size - 1) * stride - 2 * padding + reach + output_padding for size in shape[1:])
    if min(height, width) < 1:
        raise Misfit(f"Padding {padding} leaves nothing of the output, {height}×{width}.")
    weights = shape[0] * (out_channels // groups) * kernel_size**2
    return Plan(
        (out_channels, height, width),
        parameters=weights + (out_channels if bias else 0),
        macs=shape[1] * shape[2] * weights,
        values=out_channels * height * width + out_channels // groups * kernel_size**2 * shape[1] * shape[2],
        window=Window(-(-reach // stride), 1 / stride),
    )


ROWS = (
    LayerKind(
        "conv",
        "Conv",
        "Convolution",
        "Convolution: every output map is a weighted sum over a small window of all input maps.",
        conv_plan,
        _construct_conv,
        (OUT_CHANNELS, KERNEL, STRIDE, PADDING, DILATION, GROUPS, BIAS),
        ranks=(3,),
        stem="conv",
        icon="conv",
    ),
    LayerKind(
        "conv_transpose",
        "Transposed conv",
        "Convolution",
        "Transposed convolution: every input value paints a small window of the output, which grows.",
        _transposed_plan,
        made_of(nn.ConvTranspose2d, "in_channels"),
        (
            OUT_CHANNELS,
            Field(
                "kernel_size",
                int,
                2,
                1,
                MAX_KERNEL,
                "Side of the square filter",
                title="Kernel",
                column="kernel",
            ),
            Field(
                "stride", int, 2, 1, 1024, "Step between the painted windows", title="Stride", column="stride"
            ),
            Field(
                "padding",
                int,
                0,
                0,
                1024,
                "Rows and columns cut off on every side",
                title="Padding",
                column="padding",
            ),
            Field("output_padding", int, 0, 0, 1023, "Rows and columns added at one side"),
            DILATION,
            GROUPS,
            BIAS,
        ),
        ranks=(3,),
        stem="deconv",
        icon="conv_transpose",
    ),
)
