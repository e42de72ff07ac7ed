"""The table of racers: optimizers as they take part in races, one row each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from visualizer.networks.layers.kinds import Field
from visualizer.race.config import Racer
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


def titles(racers: Sequence[Racer]) -> tuple[str, ...]:
    """What racers are called: the title of the optimizer, with a number behind where several have the same."""
    counts: Counter[str] = Counter()
    named = []
    for racer in racers:
        row = RACERS.get(racer.optimizer)
        title = row.title if row else racer.optimizer.rpartition(":")[2]
        counts[title] += 1
        named.append(title if counts[title] == 1 else f"{title} {counts[title]}")
    return tuple(named)


def marker_of(racer: Racer) -> Marker:
    """The shape of a racer's head; a square for a class from a module."""
    row = RACERS.get(racer.optimizer)
    return row.marker if row else "square"
