"""Residual blocks: whole ones, and a shortcut around any layers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from visualizer.networks.layers.composition import Step, chained, conv_step, joined, norm_plan
from visualizer.networks.layers.convolution import GROUPS, STRIDE
from visualizer.networks.layers.kinds import (
    Construction,
    Field,
    LayerKind,
    Misfit,
    Plan,
    Shape,
    Value,
    Window,
    made_of,
    positions,
    required,
    unchanged,
    words,
)
from visualizer.networks.modules.residual import Residual, ResidualBlock

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
        convs = [conv_step(width, 1), conv_step(width, 3, stride, groups), conv_step(channels, 1)]
    else:
        convs = [conv_step(width, 3, stride, groups), conv_step(channels, 3, 1, groups)]
    steps: list[Step] = []
    for conv in convs:
        drops = (unchanged,) if dropout and conv is convs[-1] else ()
        if variant == "full_preactivation":
            steps += (norm_plan, unchanged, *drops, conv)
        else:
            steps += (*drops, conv, norm_plan, unchanged)
    branch = chained(shape, *steps)
    parts = [branch, _shortcut_plan(shape, channels, stride, variant, projection)]
    if variant in ("exclusive_gate", "shortcut_gate"):
        parts.append(_gate_plan(shape, channels, stride))
    # The sum, and what gate, scale, zero padding and survival make on the way there.
    made = joined(branch.output, *parts, merged=5)
    if variant == "dropout_shortcut" and not dropout:
        made = replace(made, note="The dropout shortcut drops nothing while the probability of dropout is 0.")
    return made


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


def _gate_plan(shape: Shape, channels: int, stride: int = 1) -> Plan:
    return chained(shape, conv_step(channels, 1, stride, bias=True), unchanged, unchanged)


_SHORTCUTS = (
    "identity",
    "scaled",
    "exclusive_gate",
    "shortcut_gate",
    "conv",
    "dropout",
    "zero_padding",
)

_ATTRIBUTES = ("_names", "_channels", "_stride", "_kind", "_scale", "_survival", "_branch")


def _residual_plan(
    shape: Shape,
    outputs: tuple[Shape, ...],
    *,
    shortcut: str,
    scale: float,
    dropout: float,
    after: str,
    survival: float,
) -> Plan:
    output = outputs[-1]
    if shortcut in ("conv", "zero_padding"):
        parts = [_projection_plan(shape, output, shortcut)]
    elif shape == output:
        parts = [_gate_plan(shape, shape[0]) if shortcut.endswith("gate") else chained(shape)]
    else:
        _stride(shape, output)  # without one no other shortcut helps, and the sentence says what does
        raise Misfit(
            f"The layers give {words(output)} and the shortcut {words(shape)}; to be added, both must be equal."
        )
    if after == "norm_relu":
        parts.append(norm_plan(output))
    # What the layers see is known; the sum, and what gate, scale and survival make on the way there, is kept.
    return replace(joined(output, *parts, merged=5), window=Window(), note="")


def _projection_plan(shape: Shape, output: Shape, shortcut: str) -> Plan:
    stride = _stride(shape, output)
    if shortcut == "conv":
        return chained(shape, conv_step(output[0], 1, stride), norm_plan)
    if output[0] < shape[0]:
        raise Misfit(
            f"Zero padding cannot take channels away, {shape[0]:,} come in for {output[0]:,}; shortcut by conv."
        )
    return Plan(output)


def _stride(shape: Shape, output: Shape) -> int:
    """The step between pixels with which a 1×1 window makes maps of the output's size; raises ``Misfit``."""
    if len(output) == 3:
        stride = -(-shape[1] // output[1])
        if all(
            positions(size, 1, stride, 0) == side for size, side in zip(shape[1:], output[1:], strict=True)
        ):
            return stride
    if len(output) == 3 and output[1] <= shape[1] and output[2] <= shape[2]:
        raise Misfit(
            f"The layers give {words(output)} and the shortcut {words(shape)}, and no stride makes them equal; "
            "give the layers padding that keeps the size."
        )
    raise Misfit(
        f"The layers give {words(output)}; no stride makes that of {words(shape)}, so there is no shortcut."
    )


def _construct_residual(shape: Shape, outputs: tuple[Shape, ...], **values: Any) -> Construction:
    stride = _stride(shape, outputs[-1])
    sizes = {"in_channels": shape[0], "channels": outputs[-1][0], "stride": stride}
    return Construction(Residual, {**sizes, **values})


def _residual_content(shape: Shape) -> tuple[tuple[str, dict[str, Value]], ...]:
    conv: tuple[str, dict[str, Value]] = (
        "conv",
        {"out_channels": shape[0], "padding": "same", "bias": False},
    )
    return (conv, ("batch_norm", {}), ("relu", {}), conv, ("batch_norm", {}))


ROWS = (
    LayerKind(
        "residual_block",
        "Residual block",
        "Blocks",
        "Residual block: two or three convolutions, added to a shortcut (ResNet and its variants).",
        _block_plan,
        made_of(ResidualBlock, "in_channels"),
        (
            required("channels", "Channels", "Number of maps that the block gives"),
            STRIDE,
            Field(
                "variant",
                str,
                "identity",
                0,
                0,
                "Kind of shortcut and order; identity where shapes agree, a projection where they change",
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
                title="Inner channels",
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
    LayerKind(
        "residual",
        "Residual",
        "Blocks",
        "Residual: a shortcut around layers of your own, to which they are added.",
        _residual_plan,
        _construct_residual,
        (
            Field(
                "shortcut",
                str,
                "identity",
                0,
                0,
                "What the layers are added to; where they change the shape, a 1×1 conv or zero padding",
                _SHORTCUTS,
                column="extra",
            ),
            _SCALE,
            Field("dropout", float, 0.5, 0.0, 1.0, "Probability of a dropout shortcut"),
            Field("after", str, "relu", 0, 0, "What follows the addition", ("none", "relu", "norm_relu")),
            _SURVIVAL,
        ),
        ranks=(3,),
        wiring="chain",
        reserved=("shortcut", "gate", "after", *_ATTRIBUTES),
        content=_residual_content,
        stem="residual",
        icon="residual",
    ),
)
