"""Activations: functions of each value, and softmax."""

from __future__ import annotations

from torch import nn

from visualizer.networks.layers.kinds import Construction, Field, LayerKind, Plan, Shape, made_of, unchanged


def _row(
    name: str, title: str, description: str, cls: type[nn.Module], *fields: Field, stem: str = ""
) -> LayerKind:
    return LayerKind(
        name,
        title,
        "Activate",
        description,
        unchanged,
        made_of(cls),
        fields,
        stem=stem or name,
        icon="activation",
    )


def _prelu_plan(shape: Shape, *, per_channel: bool, init: float) -> Plan:
    return Plan(shape, parameters=shape[0] if per_channel else 1)


def _construct_prelu(shape: Shape, *, per_channel: bool, init: float) -> Construction:
    return Construction(nn.PReLU, {"num_parameters": shape[0] if per_channel else 1, "init": init})


ROWS = (
    _row("relu", "ReLU", "Rectifier: negative values become 0.", nn.ReLU),
    _row(
        "leaky_relu",
        "Leaky ReLU",
        "Leaky rectifier: negative values are made small.",
        nn.LeakyReLU,
        Field(
            "negative_slope",
            float,
            0.01,
            0.0,
            1.0,
            "Factor of negative values",
            title="Slope",
            column="extra",
        ),
        stem="relu",
    ),
    LayerKind(
        "prelu",
        "PReLU",
        "Activate",
        "Parametric rectifier: the factor of negative values is learned.",
        _prelu_plan,
        _construct_prelu,
        (
            Field(
                "init", float, 0.25, -10.0, 10.0, "The factor to begin with", title="Slope", column="extra"
            ),
            Field("per_channel", bool, True, 0, 1, "One factor per channel instead of one for all"),
        ),
        stem="prelu",
        icon="activation",
    ),
    _row(
        "elu",
        "ELU",
        "Exponential linear unit: negative values run smoothly to −α.",
        nn.ELU,
        Field(
            "alpha", float, 1.0, 0.0, 100.0, "Where very negative values end", title="Alpha", column="extra"
        ),
    ),
    _row("gelu", "GELU", "Gaussian error linear unit: x · Φ(x).", nn.GELU),
    _row("silu", "SiLU", "Sigmoid linear unit, also swish: x · sigmoid(x).", nn.SiLU),
    _row("sigmoid", "Sigmoid", "Sigmoid: every value between 0 and 1.", nn.Sigmoid),
    _row("tanh", "Tanh", "Hyperbolic tangent: every value between −1 and 1.", nn.Tanh),
    LayerKind(
        "softmax",
        "Softmax",
        "Activate",
        "Softmax: the values of all classes, or of all channels at a place, become probabilities.",
        unchanged,
        lambda shape: Construction(nn.Softmax, {"dim": 1}),
        stem="softmax",
        icon="softmax",
    ),
)
