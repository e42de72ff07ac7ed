"""Auxiliary heads: classifiers in the middle of a network that help it learn (Szegedy et al. 2015)."""

from __future__ import annotations

from collections.abc import Mapping

import torch.nn.functional as F
from torch import Tensor, nn


class AuxiliaryHead(nn.Module):
    """Hands its input on as it is; in training its layers also make logits of it, (N, classes).

    They are kept in ``logits`` until ``auxiliary_loss`` takes them; in evaluation nothing is computed and
    ``logits`` is None. ``weight`` is the factor of the head's loss.
    """

    def __init__(self, layers: Mapping[str, nn.Module], weight: float = 0.3) -> None:
        super().__init__()
        for name, layer in layers.items():
            self.add_module(name, layer)
        self.loss_weight = weight
        self.logits: Tensor | None = None

    def forward(self, x: Tensor) -> Tensor:
        """The input."""
        self.logits = None
        if self.training:
            made = x
            for layer in self.children():
                made = layer(made)
            self.logits = made
        return x


def auxiliary_heads(module: nn.Module) -> list[AuxiliaryHead]:
    """The auxiliary heads in ``module``, in its order."""
    return [part for part in module.modules() if isinstance(part, AuxiliaryHead)]


def auxiliary_loss(heads: list[AuxiliaryHead], labels: Tensor) -> Tensor | float:
    """The heads' weighted cross-entropies of the last forward pass, to be added to the network's own; 0 without.

    Takes the logits out of the heads: a kept graph could not be copied, and would hold its memory.
    """
    loss: Tensor | float = 0.0
    for head in heads:
        if head.logits is not None:
            loss = loss + head.loss_weight * F.cross_entropy(head.logits, labels)
            head.logits = None
    return loss
