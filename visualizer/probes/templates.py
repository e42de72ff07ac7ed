"""Which modules hold templates, and how the templates of a layer are laid out to be looked at."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.modules.conv import _ConvNd, _ConvTransposeNd

from visualizer.networks.anatomy import INPUT, Anatomy, Layer
from visualizer.networks.modules.gated import GatedMerge
from visualizer.networks.modules.locally_connected import LocallyConnected2d
from visualizer.networks.modules.rotation import RotationConv2d
from visualizer.networks.modules.weight_norm import NormConv2d, NormLinear, normalised
from visualizer.networks.network import Network

Floats = NDArray[np.float32]
Kind = Literal["color", "channels", "class", "row"]
_NEAR_SQUARE = 4  # a row of numbers is folded into a rectangle that is at most so many times as wide as high


@dataclass(frozen=True, slots=True)
class Layout:
    """How one unit's weights (I, h, w) are shown: as ``tiles`` pictures of ``side`` (h, w), in colour or grey.

    ``kind`` is that of ``WeightsFrame``. ``folded`` is the length of the row where a tile is a row folded into
    lines (what is missing in the last line is zero), else 0.
    """

    kind: Kind
    tiles: int
    side: tuple[int, int]
    color: bool = False
    folded: int = 0

    def arrange(self, weights: Floats) -> Floats:
        """(U, I, h, w) weights as (U, tiles, h, w), in colour (U, 1, h, w, 3)."""
        units = len(weights)
        if self.color:
            return weights.reshape(units, 3, *self.side).transpose(0, 2, 3, 1)[:, None]
        if self.folded and self.folded < math.prod(self.side):
            padded = np.zeros((units, math.prod(self.side)), np.float32)
            padded[:, : self.folded] = weights.reshape(units, -1)
            weights = padded
        return weights.reshape(units, self.tiles, *self.side)


@dataclass(frozen=True, slots=True)
class _Holder:
    """One row: modules of these types hold templates, as ``arrange(module, weight)`` gives them: (U, I, h, w)."""

    types: tuple[type[nn.Module], ...]
    arrange: Callable[[nn.Module, Tensor], Tensor]
    parameter: str = "weight"


def _spatial(weight: Tensor) -> Tensor:
    """(U, I, …) as (U, I, h, w), whatever the number of dimensions of the kernel."""
    if weight.ndim == 3:
        return weight.unsqueeze(2)
    return weight.flatten(1, -3) if weight.ndim > 4 else weight


def _transposed(module: nn.Module, weight: Tensor) -> Tensor:
    groups = int(getattr(module, "groups", 1))
    inputs, outputs, *kernel = weight.shape
    split = weight.reshape(groups, inputs // groups, outputs, *kernel).transpose(1, 2)
    return _spatial(split.flatten(0, 1))


def _turned(module: nn.Module, weight: Tensor) -> Tensor:
    """All rotations of each filter where each has outputs of its own, else the filters."""
    if not isinstance(module, RotationConv2d) or module.merge != "concatenate":
        return weight
    turned = weight.flatten(2)[:, :, module.turns.to(weight.device)].transpose(
        1, 2
    )  # (filters, rotations, I, F²)
    return turned.reshape(-1, *weight.shape[1:])


def _side_by_side(module: nn.Module, weight: Tensor) -> Tensor:
    """The filters of all places of a unit as one picture: (H', W', U, I, F, F) → (U, I, H' · F, W' · F)."""
    return weight.permute(2, 3, 0, 4, 1, 5).flatten(4, 5).flatten(2, 3)


def _rows(module: nn.Module, weight: Tensor) -> Tensor:
    return weight.flatten(1)[:, :, None, None]


def _opened(module: nn.Module, weight: Tensor) -> Tensor:
    still_open = module.open.to(weight.device) if isinstance(module, GatedMerge) else 1
    return (torch.sigmoid(weight) * still_open)[:, None, None, None]


# The first row that fits counts: derived modules stand before the plain ones.
_HOLDERS = (
    _Holder((NormConv2d,), lambda module, weight: normalised(weight)),
    _Holder((NormLinear,), lambda module, weight: _rows(module, normalised(weight))),
    _Holder((RotationConv2d,), _turned),
    _Holder((LocallyConnected2d,), _side_by_side),
    _Holder((GatedMerge,), _opened),
    _Holder((_ConvTransposeNd,), _transposed),
    _Holder((_ConvNd,), lambda module, weight: _spatial(weight)),
    _Holder((nn.Linear, nn.Embedding), _rows),
    _Holder((nn.MultiheadAttention,), _rows, "in_proj_weight"),
)


def _holder(module: nn.Module) -> _Holder | None:
    for row in _HOLDERS:
        if isinstance(module, row.types) and isinstance(getattr(module, row.parameter, None), Tensor):
            return row
    return None


def parameter_name(module: nn.Module) -> str:
    """The name of the tensor in ``module`` that holds its templates, "" where it has none."""
    row = _holder(module)
    return row.parameter if row else ""


def templates(module: nn.Module, weight: Tensor) -> Floats:
    """``weight`` as ``module`` would use it, (U, I, h, w): one filter (or row) a unit, normalised where it is so.

    May share memory with ``weight``. ``module`` must have a ``parameter_name``.
    """
    row = _holder(module)
    assert row is not None
    with torch.no_grad():
        return row.arrange(module, weight.detach().float()).cpu().numpy()


def nearest(network: Network, anatomy: Anatomy, layer: Layer) -> Layer | None:
    """``layer`` if it has templates, else the nearest one before it in the flow that has, else the first behind it.

    None where no layer of the network has any.
    """
    for candidate in _from_near_to_far(anatomy, layer):
        if _holder(network.module.get_submodule(candidate.module)) is not None:
            return candidate
    return None


def _from_near_to_far(anatomy: Anatomy, layer: Layer) -> Iterator[Layer]:
    seen, level = {INPUT}, [layer.index]
    while level:
        for index in level:
            yield anatomy.layers[index]
        seen.update(level)
        parents = (parent for index in level for parent in anatomy.layers[index].parents)
        level = [index for index in dict.fromkeys(parents) if index not in seen]
    yield from anatomy.layers[layer.index + 1 :]


def layout(network: Network, anatomy: Anatomy, layer: Layer, shape: tuple[int, ...]) -> Layout:
    """How the templates of ``layer``, (I, h, w) each, are best looked at."""
    inputs, height, width = shape
    module = network.module.get_submodule(layer.module)
    if isinstance(module, nn.Linear):
        return _linear_layout(network, anatomy, layer, inputs)
    if inputs == 3 and _sees_input(network, anatomy, layer):
        return Layout("color", 1, (height, width), color=True)
    if height * width == 1 and inputs > 1:
        return _folded(inputs)
    return Layout("channels", inputs, (height, width))


def _linear_layout(network: Network, anatomy: Anatomy, layer: Layer, inputs: int) -> Layout:
    source = _source(anatomy, layer)
    maps = network.input if source is None else source.output
    if len(maps) != 3 or math.prod(maps) != inputs or (source is not None and source.layout != "maps"):
        return _folded(inputs)
    channels, height, width = maps
    if channels in (1, 3) and (source is None or _is_input(network, anatomy, source)):
        return Layout("class", 1, (height, width), color=channels == 3)
    return _folded(inputs) if height * width == 1 else Layout("channels", channels, (height, width))


def _source(anatomy: Anatomy, layer: Layer) -> Layer | None:
    """The layer whose maps were flattened into the inputs of ``layer``, None for the network's input itself."""
    while layer.parents != (INPUT,):
        if len(layer.parents) != 1:
            return layer
        parent = anatomy.layers[layer.parents[0]]
        if len(parent.output) == 3 or math.prod(parent.output) != math.prod(_last(anatomy, parent)):
            return parent
        if parent.parameters:  # a vector that was computed, not only flattened
            return parent
        layer = parent
    return None


def _last(anatomy: Anatomy, layer: Layer) -> tuple[int, ...]:
    """The shape of what goes into ``layer``; its own where that is the network's input."""
    return layer.output if layer.parents == (INPUT,) else anatomy.layers[layer.parents[0]].output


def _sees_input(network: Network, anatomy: Anatomy, layer: Layer) -> bool:
    """Whether the channels of ``layer``'s input are those of the picture: nothing before it mixes them."""
    while layer.parents != (INPUT,):
        if len(layer.parents) != 1:
            return False
        layer = anatomy.layers[layer.parents[0]]
        mixes = _holder(network.module.get_submodule(layer.module)) is not None
        if mixes or layer.output[:1] != network.input[:1]:
            return False
    return True


def _is_input(network: Network, anatomy: Anatomy, layer: Layer) -> bool:
    """Whether ``layer`` gives the network's input, its values changed at most one by one."""
    mixes = _holder(network.module.get_submodule(layer.module)) is not None
    return layer.output == network.input and not mixes and _sees_input(network, anatomy, layer)


def _folded(length: int) -> Layout:
    """A row of numbers as a rectangle, near a square and filled where the length has such divisors."""
    height = math.isqrt(length)
    exact = next(lines for lines in range(height, 0, -1) if length % lines == 0)
    if length // exact <= _NEAR_SQUARE * exact:
        height = exact
    return Layout("row", 1, (height, -(-length // height)), folded=length)
