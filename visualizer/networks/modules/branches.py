"""Layers side by side."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce

import torch
from torch import Tensor, nn


class Branches(nn.Module):
    """Layers that all get the same input; ``merge`` makes one output of theirs.

    "concatenate" puts the channels (or features) one after the other, "sum", "mean" and "max" work on each value.
    """

    def __init__(self, layers: Mapping[str, nn.Module], merge: str = "concatenate") -> None:
        super().__init__()
        for name, layer in layers.items():
            self.add_module(name, layer)
        self._merge = merge

    def forward(self, x: Tensor) -> Tensor:
        """The merged outputs."""
        outputs: list[Tensor] = [layer(x) for layer in self.children()]
        if self._merge == "concatenate":
            return torch.cat(outputs, dim=1)
        combine: Callable[[Tensor, Tensor], Tensor] = torch.maximum if self._merge == "max" else torch.add
        result = reduce(combine, outputs)
        return result / len(outputs) if self._merge == "mean" else result
