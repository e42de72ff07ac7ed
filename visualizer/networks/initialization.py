"""How weights begin: one row per initialisation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from torch import nn


@dataclass(frozen=True, slots=True)
class Initialization:
    """One row: ``function(weight, **arguments)``, of ``torch.nn.init``, fills a weight in place; biases become 0.

    A weight is a parameter of two dimensions or more that is no bias. None leaves every layer as torch begins it.
    """

    name: str
    title: str
    description: str
    function: Callable[..., object] | None = field(default=None, repr=False)
    arguments: Mapping[str, Any] = field(default_factory=dict)


_ROWS = (
    Initialization("default", "torch's own", "As torch begins each layer: uniform ±1/√n_in for most."),
    Initialization(
        "he_normal",
        "He normal",
        "Normal with σ = √(2 / n_in), for rectifiers (He et al. 2015, arXiv:1502.01852).",
        nn.init.kaiming_normal_,
        {"nonlinearity": "relu"},
    ),
    Initialization(
        "xavier_uniform",
        "Glorot uniform",
        "Uniform ±√6 / √(n_in + n_out), for tanh (Glorot and Bengio 2010).",
        nn.init.xavier_uniform_,
    ),
    Initialization(
        "small_normal",
        "Normal σ = 0.01",
        "Normal with σ = 0.01: activations die with depth.",
        nn.init.normal_,
        {"std": 0.01},
    ),
    Initialization(
        "unit_normal",
        "Normal σ = 1",
        "Normal with σ = 1: tanh saturates.",
        nn.init.normal_,
        {"std": 1.0},
    ),
    Initialization(
        "orthogonal",
        "Orthogonal",
        "Rows of length 1 at right angles (Saxe et al. 2014, arXiv:1312.6120).",
        nn.init.orthogonal_,
    ),
)

INITIALIZATIONS: Mapping[str, Initialization] = {row.name: row for row in _ROWS}
"""Every initialisation by its name."""

DEFAULT = "default"


def initialize(module: nn.Module, name: str) -> None:
    """Begin all weights in ``module`` as the initialisation ``name`` says; "default" leaves them.

    Weights of more than four dimensions hold a bank of filters for every place, and each begins by itself.
    Other parameters (scales of norms, slopes, gates) stay as they are. Nothing happens on the meta device.
    """
    row = INITIALIZATIONS[name]
    if row.function is None:
        return
    for key, parameter in module.named_parameters():
        if parameter.is_meta:
            continue
        if key.rpartition(".")[2] == "bias":
            nn.init.zeros_(parameter)
        elif parameter.ndim > 1:
            for bank in parameter.data.view(-1, *parameter.shape[-4:]):
                row.function(bank, **row.arguments)
