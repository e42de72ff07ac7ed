"""Blocks that hold other layers."""

from __future__ import annotations

from typing import Any

from torch import nn

from visualizer.networks.layers.kinds import Construction, LayerKind, Plan, Shape


def _sequence_plan(shape: Shape, outputs: tuple[Shape, ...], **values: Any) -> Plan:
    return Plan(outputs[-1], values=0)


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
)
