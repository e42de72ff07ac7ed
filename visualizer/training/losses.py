"""The table of losses, and the regularisers that go with each of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from visualizer.errors import UserError
from visualizer.networks.naming import shown


@dataclass(frozen=True, slots=True)
class LossKind:
    """One row: ``compute(scores, labels, smoothing)`` is the mean loss of scores (N, K) and labels (N,).

    ``measure`` names it beside its curve, with its unit where it has one.
    """

    name: str
    title: str
    measure: str
    description: str
    compute: Callable[[Tensor, Tensor, float], Tensor] = field(repr=False)
    smooths: bool = False


def _cross_entropy(scores: Tensor, labels: Tensor, smoothing: float) -> Tensor:
    return F.cross_entropy(scores, labels, label_smoothing=smoothing)


def _hinge(scores: Tensor, labels: Tensor, smoothing: float) -> Tensor:
    """Σ max(0, s_j − s_y + 1) over j ≠ y (Weston and Watkins 1999); torch divides that by the number of classes."""
    return F.multi_margin_loss(scores, labels) * scores.shape[1]


_ROWS = (
    LossKind(
        "cross-entropy",
        "Cross-entropy",
        "cross-entropy, nats",
        "minus the logarithm of the right class's probability, in nats",
        _cross_entropy,
        smooths=True,
    ),
    LossKind(
        "hinge",
        "Multi-class hinge",
        "multi-class hinge",
        "how far each wrong score comes within 1 of the right one",
        _hinge,
    ),
)

LOSSES: Mapping[str, LossKind] = {row.name: row for row in _ROWS}
"""Every loss by its name."""


def loss_kind(name: str) -> LossKind:
    """The row of the loss ``name``; raises ``UserError`` for an unknown one."""
    if name not in LOSSES:
        raise UserError(f"there is no loss '{shown(name)}'; choose one of {', '.join(LOSSES)}")
    return LOSSES[name]


def regularised(module: nn.Module) -> list[nn.Parameter]:
    """The learning weights that regularisers act on: not biases, nor the parameters of normalisation."""
    return [parameter for parameter in module.parameters() if parameter.ndim > 1 and parameter.requires_grad]


def penalty(weights: Sequence[Tensor], l1: float, l2: float) -> Tensor:
    """l2·Σw² + l1·Σ|w| over all weights; with both it is the elastic net."""
    squares = sum((weight.square().sum() for weight in weights), torch.zeros(()))
    sizes = sum((weight.abs().sum() for weight in weights), torch.zeros(()))
    return l2 * squares + l1 * sizes


@torch.no_grad()
def add_penalty_gradients(weights: Sequence[Tensor], l1: float, l2: float) -> None:
    """Add the gradient of ``penalty`` to those of the weights: the same as through autograd, in two kernels."""
    pairs = [(weight, weight.grad) for weight in weights if weight.grad is not None]
    if not pairs:
        return
    values, gradients = [value for value, _ in pairs], [gradient for _, gradient in pairs]
    if l2:
        torch._foreach_add_(gradients, values, alpha=2 * l2)
    if l1:
        torch._foreach_add_(gradients, torch._foreach_sign(values), alpha=l1)
