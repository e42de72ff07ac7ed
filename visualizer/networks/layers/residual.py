"""Residual blocks."""

from __future__ import annotations

from typing import Any

from visualizer.networks.layers.composition import chained, conv_step, joined, norm_plan
from visualizer.networks.layers.convolution import GROUPS, STRIDE
from visualizer.networks.layers.kinds import (
    Construction,
    Field,
    LayerKind,
    Misfit,
    Plan,
    Shape,
    required,
    unchanged,
)
from visualizer.networks.modules.residual import ResidualBlock

_VARIANTS = (
    "identity",
    "scaled",
    "exclusive_gate",
    "shortcut_gate",
    "conv_shortcut",
    "dropout_shortcut",
    "norm_after_addition",
    "relu_before_addition",
    "full_preactivation",
)
_SCALE = Field("scale", float, 0.5, 0.0, 10.0, "Factor λ of a scaled shortcut, h(x) = λ · x", title="λ")
_SURVIVAL = Field(
    "survival",
    float,
    1.0,
    0.0,
    1.0,
    "Stochastic depth: probability that a step of training keeps the branch; testing multiplies by it",
)


def _block_plan(
    shape: Shape,
    *,
    channels: int,
    stride: int,
    variant: str,
    bottleneck: bool,
    width: int,
    groups: int,
    projection: str,
    scale: float,
    dropout: float,
    survival: float,
) -> Plan:
    width = width or (max(1, channels // 4) if bottleneck else channels)
    if bottleneck:
        convs = [
            conv_step(width, 1),
            conv_step(width, 3, stride, groups),
            conv_step(channels, 1),
        ]
    else:
        convs = [conv_step(width, 3, stride, groups), conv_step(channels, 3, 1, groups)]
    order = {"full_preactivation": lambda conv: (norm_plan, unchanged, conv)}.get(
        variant, lambda conv: (conv, norm_plan, unchanged)
    )
    branch = chained(shape, *(step for conv in convs for step in order(conv)))
    if dropout:
        branch = chained(shape, lambda _: branch, unchanged)
    parts = [branch, _shortcut_plan(shape, channels, stride, variant, projection)]
    if variant in ("exclusive_gate", "shortcut_gate"):
        parts.append(chained(shape, conv_step(channels, 1, stride, bias=True), unchanged))
    # The sum, and what gate, scale, zero padding and survival make on the way there.
    return joined(branch.output, *parts, merged=5)


def _shortcut_plan(shape: Shape, channels: int, stride: int, variant: str, projection: str) -> Plan:
    """The plan of the shortcut up to gate, scale and dropout."""
    changes_shape = stride > 1 or shape[0] != channels
    if variant == "conv_shortcut" or (changes_shape and projection == "conv"):
        norms = () if variant == "full_preactivation" else (norm_plan,)
        return chained(shape, conv_step(channels, 1, stride), *norms)
    if shape[0] > channels:
        raise Misfit(
            f"Zero padding cannot take channels away, {shape[0]:,} come in for {channels:,}; project by conv."
        )
    return Plan(shape, values=0)


def _construct_block(shape: Shape, **values: Any) -> Construction:
    return Construction(ResidualBlock, {"in_channels": shape[0], **values})


ROWS = (
    LayerKind(
        "residual_block",
        "Residual block",
        "Blocks",
        "Residual block: two or three convolutions, added to a shortcut (ResNet and its variants).",
        _block_plan,
        _construct_block,
        (
            required("channels", "Channels", "Number of maps that the block gives"),
            STRIDE,
            Field(
                "variant",
                str,
                "identity",
                0,
                0,
                "What the shortcut does, and in what order",
                _VARIANTS,
                column="extra",
            ),
            Field("bottleneck", bool, False, 0, 1, "1×1, 3×3, 1×1 convolutions in place of two 3×3"),
            Field(
                "width",
                int,
                0,
                0,
                65_536,
                "Channels between the convolutions; 0: as many as given, in a bottleneck a quarter",
            ),
            GROUPS,
            Field(
                "projection",
                str,
                "conv",
                0,
                0,
                "Shortcut where the shape changes: 1×1 conv, or every stride-th pixel with zeros as channels",
                ("conv", "zero_padding"),
            ),
            _SCALE,
            Field(
                "dropout",
                float,
                0.0,
                0.0,
                1.0,
                "Probability of dropout: on a dropout shortcut, else before the last convolution",
            ),
            _SURVIVAL,
        ),
        ranks=(3,),
        stem="block",
        icon="residual",
    ),
)
