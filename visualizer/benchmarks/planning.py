"""How long the builder takes to know every shape again after an edit."""

from __future__ import annotations

import statistics
from functools import partial

from visualizer.benchmarks.figures import Figure, seconds
from visualizer.networks.architectures import spec
from visualizer.networks.editing import set_value
from visualizer.networks.planning import NetworkPlan, plan

EDITS = 200
GOAL = 30.0  # ms: typing does not lag


def measure() -> tuple[Figure, ...]:
    """The slowest but 5 % of edits to the first layer of ResNet-152: every row below is planned anew."""
    slowest = statistics.quantiles([seconds(partial(_edit, 32 + at)) for at in range(EDITS)], n=20)[-1]
    return (Figure("planning: shape propagation after an edit, ResNet-152", 1000 * slowest, "ms", GOAL),)


def _edit(channels: int) -> NetworkPlan:
    described = spec("resnet152")
    return plan(set_value(described, described.layers[0].identity, "out_channels", channels))
