"""How a file of weights compares with an architecture, and loading it into that."""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from visualizer.errors import UserError
from visualizer.networks import architectures, torchvision_zoo
from visualizer.networks.blueprint import Blueprint, Variant, from_spec
from visualizer.networks.naming import shown

Tensors = Mapping[str, Tensor]
_CAN_MISS = "num_batches_tracked"  # of batch norm; torch before 0.4.1 had none
MAX_CHANNELS = 1024
MAX_SIDE = 1024  # of a vision transformer's pictures: attention costs the fourth power of it
MAX_INPUT_BYTES = 256_000_000  # of one input in float32
_POSITIONS = "encoder.pos_embedding"  # of vision transformers: one row per patch, and one for the class


@dataclass(frozen=True, slots=True)
class Outline:
    """The keys and shapes of a module, and which layers meet the input (first conv) and the classes (last)."""

    shapes: Mapping[str, torch.Size] = field(repr=False)
    stem: str | None
    head: str | None
    patch: int


@dataclass(frozen=True, slots=True)
class Match:
    """How tensors compare with one variant of an architecture: keys that lack, differ, are too much."""

    blueprint: Blueprint
    variant: Variant
    missing: tuple[str, ...]
    differing: tuple[str, ...]
    unexpected: tuple[str, ...]
    keys: int

    @property
    def complete(self) -> bool:
        """Whether the architecture gets every value it needs."""
        return not self.missing and not self.differing

    @property
    def strangeness(self) -> float:
        """0 for a perfect match, 1 or more where nothing fits."""
        return (len(self.missing) + len(self.differing) + len(self.unexpected)) / max(self.keys, 1)


@functools.lru_cache(maxsize=256)
def outline(blueprint: Blueprint, variant: Variant) -> Outline:
    """The outline of a variant; costs no memory, and up to 0.2 s the first time."""
    module = blueprint.skeleton(variant)
    stem = head = None
    patch = 1
    for name, layer in module.named_modules():
        if isinstance(layer, nn.Conv2d) and stem is None:
            stem, patch = name, layer.kernel_size[0]
        if _outputs(layer) == variant.classes:
            head = name
    return Outline(shapes(module), stem, head, patch)


def shapes(module: nn.Module) -> dict[str, torch.Size]:
    """The shape of every parameter and buffer by its name."""
    return {key: value.shape for key, value in module.state_dict().items()}


def _outputs(layer: nn.Module) -> int | None:
    if isinstance(layer, nn.Linear):
        return layer.out_features
    return layer.out_channels if isinstance(layer, nn.Conv2d) else None


def compare(blueprint: Blueprint, tensors: Tensors) -> Match:
    """Compare with the variant of the architecture that has the classes and channels of ``tensors``.

    Raises ``UserError`` where that takes a huge input.
    """
    variant = _variant(blueprint, tensors)
    wanted = outline(blueprint, variant).shapes
    missing = [key for key in wanted if key not in tensors and not key.endswith(_CAN_MISS)]
    differing = [key for key in wanted if key in tensors and tensors[key].shape != wanted[key]]
    unexpected = [key for key in tensors if key not in wanted and not key.startswith(blueprint.optional)]
    return Match(blueprint, variant, tuple(missing), tuple(differing), tuple(unexpected), len(tensors))


def _variant(blueprint: Blueprint, tensors: Tensors) -> Variant:
    """The usual variant with the numbers that ``tensors`` have instead, where only those numbers differ."""
    usual = blueprint.usual
    parts = outline(blueprint, usual)
    classes = _other_size(parts, parts.head, tensors, dimension=0)
    channels = _other_size(parts, parts.stem, tensors, dimension=1)
    side = None
    tokens = tensors.get(_POSITIONS)
    if tokens is not None and tokens.ndim == 3 and _POSITIONS in parts.shapes:
        side = math.isqrt(max(tokens.shape[1] - 1, 0)) * parts.patch
    variant = Variant(classes or usual.classes, channels or usual.channels, side or usual.side)
    if (variant.channels, variant.side) != (usual.channels, usual.side):
        _refuse_huge_input(blueprint, variant)
    return variant


def _refuse_huge_input(blueprint: Blueprint, variant: Variant) -> None:
    channels, side = variant.channels, variant.side
    if channels > MAX_CHANNELS or side > MAX_SIDE or channels * side**2 * 4 > MAX_INPUT_BYTES:
        raise UserError(
            f"the file's weights for {shown(blueprint.name)} want inputs of {channels:,} channels of "
            f"{side:,} × {side:,}, too many; choose a network with at most {MAX_CHANNELS:,} channels, "
            f"sides of {MAX_SIDE:,} and {MAX_INPUT_BYTES // 10**6} MB for one input"
        )


def _other_size(parts: Outline, layer: str | None, tensors: Tensors, dimension: int) -> int | None:
    key = f"{layer}.weight"
    if key not in parts.shapes or key not in tensors:
        return None
    expected, given = list(parts.shapes[key]), list(tensors[key].shape)
    if len(expected) != len(given) or given[dimension] < 1:
        return None
    size = given[dimension]
    expected[dimension] = size
    return size if expected == given else None


def load(match: Match, tensors: Tensors) -> nn.Module:
    """The module of a complete match, whose parameters are the given tensors themselves."""
    module = match.blueprint.skeleton(match.variant)
    fill(module, tensors)
    return module


def fill(module: nn.Module, tensors: Tensors) -> None:
    """Put the tensors in the place of the module's parameters and buffers; keys it does not have are left."""
    state = module.state_dict()
    for key, value in state.items():
        if key in tensors:
            state[key] = tensors[key].to(value.dtype)
        elif value.is_meta:
            raise KeyError(key)
    module.requires_grad_(False)  # assignment keeps that, and whole numbers could not require gradients
    module.load_state_dict(state, assign=True)


@functools.cache
def from_own(name: str) -> Blueprint:
    """The blueprint of one of our own architectures."""
    return from_spec(architectures.spec(name))


def under_names_of(blueprint: Blueprint, tensors: Tensors) -> Tensors:
    """The tensors under the names that the architecture uses today."""
    return tensors if blueprint.spec is not None else torchvision_zoo.with_new_keys(tensors)
