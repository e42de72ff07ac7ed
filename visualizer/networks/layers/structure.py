"""Linear layers, dropout, and layers that only rearrange."""

from __future__ import annotations

from math import prod

from torch import nn

from visualizer.networks.layers.kinds import (
    Construction,
    Field,
    LayerKind,
    Misfit,
    Plan,
    Shape,
    Window,
    made_of,
    required,
    unchanged,
    words,
)

OUT_FEATURES = required("out_features", "Outputs", "Number of outputs", maximum=1_000_000)
LINEAR_BIAS = Field("bias", bool, True, 0, 1, "Add a learned constant to every output")


def linear_plan(shape: Shape, *, out_features: int, bias: bool) -> Plan:
    """The plan of a linear layer on a vector."""
    weights = shape[0] * out_features
    return Plan((out_features,), weights + (out_features if bias else 0), macs=weights, window=Window(None))


def _unflatten_plan(shape: Shape, *, channels: int, height: int, width: int) -> Plan:
    output = (channels, height, width)
    if prod(output) != shape[0]:
        raise Misfit(f"{words(output)} are {prod(output):,} values, but {shape[0]:,} come in.")
    return Plan(output, window=Window(None))


def _construct_unflatten(shape: Shape, *, channels: int, height: int, width: int) -> Construction:
    return Construction(nn.Unflatten, {"dim": 1, "unflattened_size": (channels, height, width)})


ROWS = (
    LayerKind(
        "linear",
        "Linear",
        "Structure",
        "Linear: every output is a weighted sum of all inputs.",
        linear_plan,
        made_of(nn.Linear, "in_features"),
        (OUT_FEATURES, LINEAR_BIAS),
        ranks=(1,),
        stem="fc",
        icon="linear",
    ),
    LayerKind(
        "flatten",
        "Flatten",
        "Structure",
        "Flatten: all maps in one vector.",
        lambda shape: Plan((prod(shape),), window=Window(None)),
        made_of(nn.Flatten),
        stem="flatten",
        icon="flatten",
    ),
    LayerKind(
        "unflatten",
        "Unflatten",
        "Structure",
        "Unflatten: a vector cut into maps.",
        _unflatten_plan,
        _construct_unflatten,
        (
            Field("channels", int, 8, 1, 65_536, "Number of maps", title="Channels", column="channels"),
            Field("height", int, 7, 1, 8_192, "Rows of every map", title="Height", column="kernel"),
            Field("width", int, 7, 1, 8_192, "Columns of every map", title="Width", column="stride"),
        ),
        ranks=(1,),
        stem="unflatten",
        icon="flatten",
    ),
    LayerKind(
        "dropout",
        "Dropout",
        "Structure",
        "Dropout: in training, values are set to 0 at random and the rest is scaled up.",
        unchanged,
        made_of(nn.Dropout),
        (
            Field(
                "p", float, 0.5, 0.0, 1.0, "Probability that a value is set to 0", title="p", column="extra"
            ),
        ),
        stem="dropout",
        icon="dropout",
    ),
)
