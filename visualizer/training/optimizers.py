"""The table of optimizers: one row each, all from ``torch.optim``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial

from torch import optim
from torch.nn import Parameter

from visualizer.errors import UserError
from visualizer.networks.naming import shown


@dataclass(frozen=True, slots=True)
class OptimizerKind:
    """One row: ``create(parameters, lr=…)`` makes the optimizer, ``learning_rate`` suits small networks."""

    name: str
    description: str
    learning_rate: float
    create: Callable[..., optim.Optimizer] = field(repr=False)


_ROWS = (
    OptimizerKind("sgd", "plain gradient descent", 0.1, optim.SGD),
    OptimizerKind("momentum", "gradient descent with momentum 0.9", 0.02, partial(optim.SGD, momentum=0.9)),
    OptimizerKind(
        "nesterov",
        "momentum 0.9 with the gradient taken one step ahead",
        0.02,
        partial(optim.SGD, momentum=0.9, nesterov=True),
    ),
    OptimizerKind("adagrad", "steps shrink with the sum of squared gradients", 0.01, optim.Adagrad),
    OptimizerKind("rmsprop", "steps scaled by a running mean of squared gradients", 0.001, optim.RMSprop),
    OptimizerKind("adam", "running means of gradient and square, bias corrected", 0.002, optim.Adam),
    OptimizerKind("adamw", "adam with decoupled weight decay 0.01", 0.002, optim.AdamW),
)

OPTIMIZERS: Mapping[str, OptimizerKind] = {row.name: row for row in _ROWS}
"""Every optimizer by its name."""


def optimizer(name: str) -> OptimizerKind:
    """The row of the optimizer ``name``; raises ``UserError`` for an unknown one."""
    if name not in OPTIMIZERS:
        raise UserError(f"there is no optimizer '{shown(name)}'; choose one of {', '.join(OPTIMIZERS)}")
    return OPTIMIZERS[name]


def create_optimizer(
    name: str, parameters: Iterable[Parameter], learning_rate: float | None = None
) -> optim.Optimizer:
    """The optimizer ``name`` for the parameters; without a learning rate the one of its row."""
    row = optimizer(name)
    return row.create(parameters, lr=row.learning_rate if learning_rate is None else learning_rate)
