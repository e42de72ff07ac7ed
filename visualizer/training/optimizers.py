"""The table of optimizers: one row each, all from ``torch.optim``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from torch import optim
from torch.nn import Parameter

from visualizer.errors import UserError
from visualizer.networks.layers.kinds import Field, Value
from visualizer.networks.naming import shown
from visualizer.training.muon import Groups, MuonAdamW
from visualizer.training.schedules import settings_of
from visualizer.training.stepping import leave_compiler_out


@dataclass(frozen=True, slots=True)
class OptimizerKind:
    """One row: ``create(groups, lr=…, **settings)`` makes the optimizer, ``learning_rate`` suits small networks.

    ``fused`` are the types of devices on which torch does a whole step in one kernel. An optimizer with
    ``needs_closure`` computes loss and gradients several times a step, with one learning rate for all parameters.
    """

    name: str
    title: str
    description: str
    learning_rate: float
    create: Callable[..., optim.Optimizer] = field(repr=False)
    fields: tuple[Field, ...] = ()
    fused: tuple[str, ...] = ()
    needs_closure: bool = False


def _adam_like(cls: Callable[..., optim.Optimizer]) -> Callable[..., optim.Optimizer]:
    """An optimizer whose two betas are fields of their own."""

    def create(groups: Groups, *, beta1: float, beta2: float, **settings: Any) -> optim.Optimizer:
        return cls(groups, betas=(beta1, beta2), **settings)

    return create


def _rprop(
    groups: Groups,
    *,
    lr: float,
    eta_minus: float,
    eta_plus: float,
    smallest: float,
    largest: float,
    **settings: Any,
) -> optim.Optimizer:
    return optim.Rprop(groups, lr, (eta_minus, eta_plus), (smallest, largest), **settings)


def _lbfgs(groups: Groups, *, line_search: str, lr: float, **settings: Any) -> optim.Optimizer:
    parameters = [parameter for group in groups for parameter in group["params"]]
    search = "strong_wolfe" if line_search == "strong Wolfe" else None
    return optim.LBFGS(parameters, lr=lr, line_search_fn=search, **settings)


def _decay(default: float, words: str = "pulls every parameter towards 0; part of the gradient") -> Field:
    return Field("weight_decay", float, default, 0.0, 10.0, words, title="Weight decay")


_DECOUPLED = "pulls every parameter towards 0, times the learning rate"
_MOMENTUM = Field("momentum", float, 0.9, 0.0, 0.9999, "the share of the last step that is taken again")
_BETA1 = Field("beta1", float, 0.9, 0.0, 0.9999, "memory of the mean of gradients", title="β₁")
_BETA2 = Field("beta2", float, 0.999, 0.0, 0.99999, "memory of the mean of their squares", title="β₂")
_EPS = Field("eps", float, 1e-8, 1e-16, 1.0, "added where it is divided, against division by 0", title="ε")
_ADAM = (_BETA1, _BETA2, _EPS)
_EVERYWHERE = ("cpu", "cuda")

_ROWS = (
    OptimizerKind("sgd", "SGD", "plain gradient descent", 0.1, optim.SGD, (_decay(0.0),), fused=_EVERYWHERE),
    OptimizerKind(
        "momentum",
        "SGD with momentum",
        "gradient descent with momentum 0.9",
        0.02,
        optim.SGD,
        (_MOMENTUM, _decay(0.0)),
        fused=_EVERYWHERE,
    ),
    OptimizerKind(
        "nesterov",
        "Nesterov",
        "momentum 0.9 with the gradient taken one step ahead",
        0.02,
        partial(optim.SGD, nesterov=True),
        (Field("momentum", float, 0.9, 0.0001, 0.9999, _MOMENTUM.help), _decay(0.0)),
        fused=_EVERYWHERE,
    ),
    OptimizerKind(
        "adagrad",
        "AdaGrad",
        "steps shrink with the sum of squared gradients",
        0.01,
        optim.Adagrad,
        (
            Field("lr_decay", float, 0.0, 0.0, 1.0, "falls as 1/(1 + decay·step)", title="Rate decay"),
            _decay(0.0),
        ),
        fused=("cpu",),
    ),
    OptimizerKind(
        "rmsprop",
        "RMSProp",
        "steps scaled by a running mean of squared gradients",
        0.001,
        optim.RMSprop,
        (Field("alpha", float, 0.99, 0.0, 0.99999, "memory of that mean", title="α"), _EPS, _decay(0.0)),
    ),
    OptimizerKind(
        "adam",
        "Adam",
        "running means of gradient and square, bias corrected",
        0.002,
        _adam_like(optim.Adam),
        (*_ADAM, _decay(0.0)),
        fused=_EVERYWHERE,
    ),
    OptimizerKind(
        "adamw",
        "AdamW",
        "adam with decoupled weight decay 0.01",
        0.002,
        _adam_like(optim.AdamW),
        (*_ADAM, _decay(0.01, _DECOUPLED)),
        fused=_EVERYWHERE,
    ),
    OptimizerKind(
        "adadelta",
        "Adadelta",
        "steps as large as the last ones, scaled by the gradient",
        1.0,
        optim.Adadelta,
        (
            Field("rho", float, 0.9, 0.0, 0.99999, "memory of the means of squares", title="ρ"),
            Field("eps", float, 1e-6, 1e-16, 1.0, _EPS.help, title="ε"),
            _decay(0.0),
        ),
    ),
    OptimizerKind(
        "nadam",
        "NAdam",
        "adam with Nesterov's look ahead",
        0.002,
        _adam_like(optim.NAdam),
        (*_ADAM, _decay(0.0)),
    ),
    OptimizerKind(
        "radam",
        "RAdam",
        "adam that waits until its mean of squares is reliable",
        0.002,
        _adam_like(optim.RAdam),
        (*_ADAM, _decay(0.0)),
    ),
    OptimizerKind(
        "adamax",
        "Adamax",
        "adam with the largest gradient of late in place of the mean of squares",
        0.002,
        _adam_like(optim.Adamax),
        (*_ADAM, _decay(0.0)),
    ),
    OptimizerKind(
        "rprop",
        "Rprop",
        "steps of their own, longer while the sign of the gradient stays; for whole data sets",
        0.0002,
        _rprop,
        (
            Field("eta_minus", float, 0.5, 0.01, 0.99, "a step's factor where the sign changes", title="η₋"),
            Field("eta_plus", float, 1.2, 1.01, 10.0, "a step's factor where it stays", title="η₊"),
            Field("smallest", float, 1e-6, 1e-16, 1.0, "the shortest step", title="Shortest step"),
            Field("largest", float, 50.0, 1e-6, 1e6, "the longest step", title="Longest step"),
        ),
    ),
    OptimizerKind(
        "asgd",
        "ASGD",
        "gradient descent with a falling rate that keeps the mean of the weights beside",
        0.1,
        optim.ASGD,
        (
            Field("lambd", float, 1e-4, 0.0, 1.0, "the rate of the decay", title="λ"),
            Field("alpha", float, 0.75, 0.0, 2.0, "the power with which the rate falls", title="α"),
            Field("t0", float, 1e6, 0.0, 1e9, "the step at which the mean begins", title="Mean from step"),
            _decay(0.0),
        ),
    ),
    OptimizerKind(
        "lbfgs",
        "L-BFGS",
        "second order: curvature from the last gradients; for large batches",
        1.0,
        _lbfgs,
        (
            Field("max_iter", int, 4, 1, 100, "iterations in one step", title="Iterations"),
            Field("history_size", int, 10, 1, 100, "past gradients that are kept", title="History"),
            Field(
                "line_search", str, "strong Wolfe", 0, 0, "how the length is found", ("strong Wolfe", "none")
            ),
        ),
        needs_closure=True,
    ),
    OptimizerKind(
        "muon",
        "Muon",
        "orthogonal steps for matrices inside the network, AdamW for all else",
        0.002,
        MuonAdamW,
        (
            Field("momentum", float, 0.95, 0.0, 0.9999, _MOMENTUM.help),
            _decay(0.01, _DECOUPLED),
        ),
    ),
)

OPTIMIZERS: Mapping[str, OptimizerKind] = {row.name: row for row in _ROWS}
"""Every optimizer by its name."""


def optimizer(name: str) -> OptimizerKind:
    """The row of the optimizer ``name``; raises ``UserError`` for an unknown one."""
    if name not in OPTIMIZERS:
        raise UserError(f"there is no optimizer '{shown(name)}'; choose one of {', '.join(OPTIMIZERS)}")
    return OPTIMIZERS[name]


def create_optimizer(
    name: str,
    parameters: Iterable[Parameter] | Groups,
    learning_rate: float | None = None,
    settings: Mapping[str, Value] | None = None,
    *,
    is_plain: bool = False,
) -> optim.Optimizer:
    """The optimizer ``name`` for parameters or groups of them; without a learning rate that of its row.

    ``is_plain``: as torch makes it by itself, which on the processor goes from parameter to parameter; otherwise in
    the way that is quickest for networks.
    """
    row = optimizer(name)
    leave_compiler_out()
    groups = [part if isinstance(part, dict) else {"params": [part]} for part in parameters]
    arguments: dict[str, Any] = settings_of(row.fields, settings or {})
    if not is_plain and not row.needs_closure and row.create is not MuonAdamW:
        device = groups[0]["params"][0].device.type
        arguments |= {"fused": True} if device in row.fused else {"foreach": True}
    return row.create(groups, lr=row.learning_rate if learning_rate is None else learning_rate, **arguments)
