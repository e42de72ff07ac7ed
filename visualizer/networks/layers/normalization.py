"""Normalisation."""

from __future__ import annotations

from math import prod
from typing import Any

from torch import nn

from visualizer.networks.layers.kinds import (
    Construction,
    Field,
    LayerKind,
    Misfit,
    Plan,
    Shape,
    made_of,
    unchanged,
)

_EPS = Field("eps", float, 1e-5, 1e-12, 1.0, "Added to the variance", title="Epsilon")


def _per_channel(shape: Shape, **values: Any) -> Plan:
    return Plan(shape, parameters=2 * shape[0])


def _batch_norm(shape: Shape, **values: Any) -> Construction:
    norm = nn.BatchNorm2d if len(shape) == 3 else nn.BatchNorm1d
    return Construction(norm, {"num_features": shape[0], **values})


def _group_norm_plan(shape: Shape, *, num_groups: int, eps: float) -> Plan:
    if shape[0] % num_groups:
        raise Misfit(f"{num_groups} groups do not divide the {shape[0]} channels.")
    if prod(shape) == num_groups:  # torch refuses it, as its mean would be all that there is
        raise Misfit("Each group would be one value, which becomes 0; take fewer groups.")
    return Plan(shape, parameters=2 * shape[0])


ROWS = (
    LayerKind(
        "batch_norm",
        "Batch norm",
        "Normalise",
        "Batch normalisation: every channel standardised over the batch, then scaled and shifted.",
        _per_channel,
        _batch_norm,
        (
            _EPS,
            Field("momentum", float, 0.1, 0.0, 1.0, "Weight of the newest batch in the running statistics"),
        ),
        stem="bn",
        icon="norm",
    ),
    LayerKind(
        "layer_norm",
        "Layer norm",
        "Normalise",
        "Layer normalisation: all values of an image standardised together, then each scaled and shifted.",
        lambda shape, **values: Plan(shape, parameters=2 * prod(shape)),
        lambda shape, **values: Construction(nn.LayerNorm, {"normalized_shape": list(shape), **values}),
        (_EPS,),
        stem="norm",
        icon="norm",
    ),
    LayerKind(
        "group_norm",
        "Group norm",
        "Normalise",
        "Group normalisation: groups of channels standardised together, then each channel scaled and shifted.",
        _group_norm_plan,
        lambda shape, **values: Construction(nn.GroupNorm, {"num_channels": shape[0], **values}),
        (
            Field(
                "num_groups",
                int,
                8,
                1,
                65_536,
                "Number of groups of channels",
                title="Groups",
                column="channels",
            ),
            _EPS,
        ),
        stem="norm",
        icon="norm",
    ),
    LayerKind(
        "local_response_norm",
        "Local response norm",
        "Normalise",
        "Local response normalisation: every value divided by a sum over its neighbouring channels (AlexNet).",
        unchanged,
        made_of(nn.LocalResponseNorm),
        (
            Field("size", int, 5, 1, 1024, "Number of neighbouring channels", column="kernel"),
            Field("alpha", float, 1e-4, 0.0, 100.0, "Factor of the sum"),
            Field("beta", float, 0.75, 0.0, 10.0, "Exponent"),
            Field("k", float, 1.0, 1e-6, 100.0, "Added to the sum"),
        ),
        ranks=(3,),
        stem="lrn",
        icon="norm",
    ),
)
