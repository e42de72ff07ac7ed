"""Blocks that hold other layers: one after another, side by side, or beside the network's own way."""

from __future__ import annotations

from math import prod
from typing import Any

from torch import nn

from visualizer.networks.layers.kinds import Construction, Field, LayerKind, Misfit, Plan, Shape, Value, words
from visualizer.networks.modules.auxiliary import AuxiliaryHead
from visualizer.networks.modules.branches import Branches

Content = tuple[tuple[str, dict[str, Value]], ...]


def _sequence_plan(shape: Shape, outputs: tuple[Shape, ...], **values: Any) -> Plan:
    return Plan(outputs[-1], values=0)


def _branches_plan(shape: Shape, outputs: tuple[Shape, ...], *, merge: str) -> Plan:
    first = outputs[0]
    for other in outputs[1:]:
        if merge == "concatenate" and (len(first), *first[1:]) != (len(other), *other[1:]):
            raise Misfit(
                f"Its layers give {words(first)} and {words(other)}; to concatenate maps, they need equal rows "
                "and columns."
            )
        if merge != "concatenate" and first != other:
            raise Misfit(
                f"Its layers give {words(first)} and {words(other)}; their {merge} needs equal shapes."
            )
    if merge == "concatenate":
        return Plan((sum(output[0] for output in outputs), *first[1:]))
    return Plan(first, values=len(outputs) * prod(first))


def _branches_content(shape: Shape) -> Content:
    if len(shape) == 1:
        return (("linear", {"out_features": 32}), ("linear", {"out_features": 32}))
    return (("conv", {"out_channels": 32, "kernel_size": 1}), ("conv", {"out_channels": 32, "padding": 1}))


def _head_plan(shape: Shape, outputs: tuple[Shape, ...], *, weight: float) -> Plan:
    if len(outputs[-1]) != 1:
        raise Misfit(
            f"The head ends with maps, {words(outputs[-1])}; it needs one output per class, a vector."
        )
    return Plan(shape)


def _head_content(shape: Shape) -> Content:
    classifier: Content = (("flatten", {}), ("linear", {"out_features": 10}))
    return classifier if len(shape) == 1 else (("global_average_pool", {}), *classifier)


ROWS = (
    LayerKind(
        "sequence",
        "Sequence",
        "Blocks",
        "Sequence: layers one after another, as one block.",
        _sequence_plan,
        lambda shape, outputs: Construction(nn.Sequential),
        wiring="chain",
        stem="block",
        icon="sequence",
        content=lambda shape: (("conv", {"out_channels": 32, "padding": 1}), ("relu", {})),
    ),
    LayerKind(
        "branches",
        "Branches",
        "Blocks",
        "Branches: layers side by side that all get the same input, their outputs merged.",
        _branches_plan,
        lambda shape, outputs, **values: Construction(Branches, values),
        (
            Field(
                "merge",
                str,
                "concatenate",
                0,
                0,
                "How the outputs become one: channels one after the other, or value by value",
                ("concatenate", "sum", "mean", "max"),
                column="extra",
            ),
        ),
        wiring="parallel",
        reserved=("_merge",),
        content=_branches_content,
        stem="branches",
        icon="branches",
    ),
    LayerKind(
        "auxiliary_head",
        "Auxiliary head",
        "Blocks",
        "Auxiliary head: a classifier in the middle that adds to the loss in training; nothing in use.",
        _head_plan,
        lambda shape, outputs, **values: Construction(AuxiliaryHead, values),
        (
            Field(
                "weight",
                float,
                0.3,
                0.0,
                100.0,
                "Factor of this head's loss in the sum of all losses",
                column="extra",
            ),
        ),
        wiring="chain",
        training_only=True,
        reserved=("loss_weight", "logits"),
        content=_head_content,
        stem="aux",
        icon="auxiliary_head",
    ),
)
