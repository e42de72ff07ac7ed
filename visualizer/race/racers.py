"""The table of racers: optimizers as they take part in races, one row each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from visualizer.networks.layers.kinds import Field
from visualizer.training.optimizers import OPTIMIZERS

Marker = Literal["circle", "square", "diamond", "triangle"]


@dataclass(frozen=True, slots=True)
class RacerKind:
    """One row: ``name`` is that of a row of ``training.optimizers.OPTIMIZERS``, or "newton".

    ``elementwise``: what happens to one coordinate does not depend on any other, so that many starts run as one batch
    of parameters. ``color`` and the shape of the head tell racers apart; both are made for dark ground.
    ``learning_rate`` is for surfaces that name none.
    """

    name: str
    title: str
    color: str
    marker: Marker = "circle"
    learning_rate: float = 0.01
    elementwise: bool = True
    own_fields: tuple[Field, ...] = ()

    @property
    def fields(self) -> tuple[Field, ...]:
        """The settings besides the learning rate."""
        return OPTIMIZERS[self.name].fields if self.name in OPTIMIZERS else self.own_fields


_ROWS = (
    RacerKind("sgd", "SGD", "#E69F00"),
    RacerKind("momentum", "Momentum", "#56B4E9"),
    RacerKind("nesterov", "Nesterov", "#009E73"),
    RacerKind("adagrad", "AdaGrad", "#F0E442", learning_rate=0.5),
    RacerKind("rmsprop", "RMSProp", "#0072B2"),
    RacerKind("adam", "Adam", "#D55E00", learning_rate=0.1),
    RacerKind("nadam", "NAdam", "#CC79A7", learning_rate=0.1),
    RacerKind("adamw", "AdamW", "#FF9B73", "square", 0.1),
    RacerKind("adadelta", "Adadelta", "#B79CED", "square", 10.0),
    RacerKind("radam", "RAdam", "#8FD9C4", "square", 0.1),
    RacerKind("adamax", "Adamax", "#C9B458", "square", 0.1),
    RacerKind("rprop", "Rprop", "#A9B4C2", "triangle"),
    RacerKind("asgd", "ASGD", "#8C9EFF", "triangle"),
    RacerKind("lbfgs", "L-BFGS", "#FFFFFF", "diamond", 1.0, elementwise=False),
    RacerKind("newton", "Newton", "#F2579B", "diamond", 1.0),
)

RACERS: Mapping[str, RacerKind] = {row.name: row for row in _ROWS}
"""Every racer by its name."""

USUAL = ("sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "nadam")
"""Who runs in a first race."""
