"""Layers beyond those of torch: rotated, normalised and unshared filters, and maxout."""

from __future__ import annotations

from dataclasses import replace
from math import prod
from typing import Any

from visualizer.networks.layers.convolution import (
    BIAS,
    DILATION,
    GROUPS,
    KERNEL,
    OUT_CHANNELS,
    PADDING,
    STRIDE,
    conv_plan,
)
from visualizer.networks.layers.kinds import Construction, Field, LayerKind, Misfit, Plan, Shape, made_of
from visualizer.networks.layers.structure import LINEAR_BIAS, OUT_FEATURES, linear_plan
from visualizer.networks.modules.locally_connected import LocallyConnected2d
from visualizer.networks.modules.maxout import Maxout
from visualizer.networks.modules.rotation import RotationConv2d
from visualizer.networks.modules.weight_norm import NormConv2d, NormLinear


def _rotation_plan(shape: Shape, *, rotations: str, merge: str, **values: Any) -> Plan:
    """The plan of a convolution whose bank holds every rotation of its filters."""
    times = int(rotations)
    if times == 8 and values["kernel_size"] % 2 == 0:
        raise Misfit("Rotations by 45° need an odd kernel size, which has a centre; take 4 rotations.")
    plain = conv_plan(shape, **values, times=times)
    channels, *sides = plain.output
    if merge == "concatenate":
        return replace(plain, output=(channels * times, *sides))
    # The responses are there beside their maximum.
    return replace(plain, values=plain.kept + prod(plain.output))


def _construct_rotation(shape: Shape, *, rotations: str, **values: Any) -> Construction:
    arguments = {"in_channels": shape[0], **values, "rotations": int(rotations)}
    return Construction(RotationConv2d, arguments)


def _local_plan(shape: Shape, *, bias: bool, **values: Any) -> Plan:
    """The plan of an unshared convolution: as many weights as multiplications, and every window unfolded."""
    shared = conv_plan(shape, **values, bias=False)
    _, height, width = shared.output
    windows = height * width * shape[0] * values["kernel_size"] ** 2
    padded = shape[0] * (shape[1] + 2 * values["padding"]) * (shape[2] + 2 * values["padding"])
    return replace(
        shared,
        parameters=shared.macs + (prod(shared.output) if bias else 0),
        # Maps in another order, windows, and results as products, with biases, with the channels in front.
        values=2 * padded + windows + 3 * prod(shared.output),
    )


def _construct_local(shape: Shape, **values: Any) -> Construction:
    return Construction(LocallyConnected2d, {"in_channels": shape[0], **values, "input_size": shape[1:]})


def _maxout_plan(shape: Shape, *, pieces: int) -> Plan:
    if shape[0] % pieces:
        what = "channels" if len(shape) == 3 else "values"
        raise Misfit(f"Groups of {pieces} do not divide the {shape[0]:,} {what}.")
    return Plan((shape[0] // pieces, *shape[1:]), operations=prod(shape))


ROWS = (
    LayerKind(
        "rotation_conv",
        "Rotation conv",
        "Convolution",
        "Rotation convolution: every filter is tried at several rotations, with the weights of one.",
        _rotation_plan,
        _construct_rotation,
        (
            OUT_CHANNELS,
            KERNEL,
            STRIDE,
            PADDING,
            Field(
                "rotations",
                str,
                "8",
                0,
                0,
                "4: in steps of 90°; 8: of 45°, for odd kernels",
                choices=("4", "8"),
                column="extra",
            ),
            Field(
                "merge",
                str,
                "max",
                0,
                0,
                "The largest response of each filter, or all of them, filter by filter",
                choices=("max", "concatenate"),
            ),
            DILATION,
            GROUPS,
            BIAS,
        ),
        ranks=(3,),
        stem="rotation",
        icon="rotation_conv",
    ),
    LayerKind(
        "norm_conv",
        "Norm conv",
        "Convolution",
        "Convolution with every filter divided by its length: only the template's direction matters.",
        conv_plan,
        made_of(NormConv2d, "in_channels"),
        (OUT_CHANNELS, KERNEL, STRIDE, PADDING, DILATION, GROUPS, BIAS),
        ranks=(3,),
        stem="conv",
        icon="norm_conv",
    ),
    LayerKind(
        "locally_connected",
        "Locally connected",
        "Convolution",
        "Like a convolution, with filters of its own at every place (DeepFace).",
        _local_plan,
        _construct_local,
        (
            OUT_CHANNELS,
            KERNEL,
            STRIDE,
            replace(PADDING, help="Zeros added on every side", choices=()),
            replace(BIAS, help="Add a learned constant at every place of every map"),
        ),
        ranks=(3,),
        stem="local",
        icon="locally_connected",
    ),
    LayerKind(
        "norm_linear",
        "Norm linear",
        "Structure",
        "Linear with the weights of every output divided by their length: only their direction matters.",
        linear_plan,
        made_of(NormLinear, "in_features"),
        (OUT_FEATURES, LINEAR_BIAS),
        ranks=(1,),
        stem="fc",
        icon="norm_linear",
    ),
    LayerKind(
        "maxout",
        "Maxout",
        "Activate",
        "Maxout: the largest of every few channels next to each other.",
        _maxout_plan,
        made_of(Maxout),
        (Field("pieces", int, 2, 1, 1_024, "Channels that share an output", title="Pieces", column="extra"),),
        stem="maxout",
        icon="maxout",
    ),
)
