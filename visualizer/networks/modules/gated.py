"""A block that learns its own wiring: gates between every layer and all that come after it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class GatedMerge(nn.Module):
    """Several sources, each weighted by sigmoid(w) with a learned w, made one.

    Maps (N, C, H, W) → maps of the smallest height and width among them, to which the others are resized
    bilinearly. ``channels`` are those of each source. ``merge`` is "concatenate", "sum" or "max". There is one
    w for each source, or with ``per_map`` one for each map; it begins at ``initial``.
    """

    open: Tensor

    def __init__(
        self, channels: Sequence[int], merge: str = "concatenate", per_map: bool = False, initial: float = 0.0
    ) -> None:
        super().__init__()
        self.merge = merge
        self.sizes = list(channels) if per_map else [1] * len(channels)  # gates of each source
        self.weight = nn.Parameter(torch.empty(sum(self.sizes)))
        nn.init.constant_(self.weight, initial)
        self.register_buffer("open", torch.ones(sum(self.sizes)))  # 0: pruned

    def gates(self) -> Tensor:
        """How far each gate is open, between 0 and 1: (gates,)."""
        return torch.sigmoid(self.weight) * self.open

    def forward(self, *sources: Tensor) -> Tensor:
        """Resize, weight, merge."""
        side = [min(source.shape[dim] for source in sources) for dim in (2, 3)]
        weighted = [
            resized(source, side) * gate.view(-1, 1, 1)
            for source, gate in zip(sources, torch.split(self.gates(), self.sizes), strict=True)
        ]
        if self.merge == "concatenate":
            return torch.cat(weighted, dim=1)
        stacked = torch.stack(weighted)
        return stacked.sum(0) if self.merge == "sum" else stacked.amax(0)

    def extra_repr(self) -> str:
        """The settings, for people."""
        return f"sources={len(self.sizes)}, merge={self.merge}, gates={sum(self.sizes)}"


class GatedBlock(nn.Module):
    """Layers that each get the block's input and the outputs of all layers before, through a ``GatedMerge``.

    The last layer's output is the block's. ``channels`` are those of the block's input and of every layer's
    output but the last, ``gates`` is "per_layer" or "per_map". Everything inside is maps (N, C, H, W).
    """

    def __init__(
        self,
        layers: OrderedDict[str, nn.Module],
        channels: Sequence[int],
        merge: str = "concatenate",
        gates: str = "per_layer",
        initial: float = 0.0,
    ) -> None:
        super().__init__()
        for name, layer in layers.items():
            self.add_module(name, layer)
        self.gates = nn.ModuleList(
            GatedMerge(channels[: count + 1], merge, gates == "per_map", initial)
            for count in range(len(layers))
        )

    def forward(self, x: Tensor) -> Tensor:
        """The output of the last layer."""
        outputs = [x]
        layers = (layer for name, layer in self.named_children() if name != "gates")
        for layer, merge in zip(layers, self.merges(), strict=True):
            outputs.append(layer(merge(*outputs)))
        return outputs[-1]

    def merges(self) -> list[GatedMerge]:
        """What feeds each layer, in their order."""
        return [merge for merge in self.gates if isinstance(merge, GatedMerge)]

    def gate_matrix(self) -> Tensor:
        """How far the gates are open, (sources, targets): the mean of those between each pair.

        The first source is the block's input, the next the first layer, whose gates are the first column. NaN
        where the source does not come before the target.
        """
        count = len(self.gates)
        matrix = torch.full((count, count), torch.nan)
        for target, merge in enumerate(self.merges()):
            opened = torch.split(merge.gates().detach(), merge.sizes)
            matrix[: target + 1, target] = torch.stack([gate.mean() for gate in opened])
        return matrix

    def prune(self, threshold: float) -> int:
        """Close all gates that are open less than ``threshold``, for good; returns how many were closed now.

        A layer whose gates are all closed gets zeros.
        """
        closed = 0
        for merge in self.merges():
            weak = (torch.sigmoid(merge.weight.detach()) < threshold) & (merge.open > 0)
            merge.open[weak] = 0
            closed += int(weak.sum())
        return closed


def resized(maps: Tensor, side: Sequence[int]) -> Tensor:
    """The maps at this height and width, bilinearly; as they are where they have it."""
    if list(maps.shape[2:]) == list(side):
        return maps
    return F.interpolate(maps, list(side), mode="bilinear", align_corners=False)
