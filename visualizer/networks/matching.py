"""Which architecture a file of weights belongs to, and loading it into that."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable, Iterator, Mapping
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
    return Outline({key: value.shape for key, value in module.state_dict().items()}, stem, head, patch)


def _outputs(layer: nn.Module) -> int | None:
    if isinstance(layer, nn.Linear):
        return layer.out_features
    return layer.out_channels if isinstance(layer, nn.Conv2d) else None


def compare(blueprint: Blueprint, tensors: Tensors) -> Match:
    """Compare with the variant of the architecture that has the classes and channels of ``tensors``.

    Raises ``UserError`` where that takes a huge input.
    """
    variant = _variant(blueprint, tensors)
    shapes = outline(blueprint, variant).shapes
    missing = [key for key in shapes if key not in tensors and not key.endswith(_CAN_MISS)]
    differing = [key for key in shapes if key in tensors and tensors[key].shape != shapes[key]]
    unexpected = [key for key in tensors if key not in shapes and not key.startswith(blueprint.optional)]
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


def best_match(tensors: Tensors, file_stem: str) -> Match | None:
    """The architecture, ours or torchvision's, that fits best; incomplete if none fits, None if none is near.

    torchvision is asked only if none of ours is near; then at most a skeleton of each of its architectures is
    made (about 3 s for all 80, once), and of most families only one.
    """
    own = (from_own(name) for name in architectures.ARCHITECTURES)
    nearest = _nearest((blueprint, tensors) for blueprint in own)
    convolutional = any(tensor.ndim == 4 for tensor in tensors.values())
    if nearest is None and convolutional:
        nearest = _nearest(_of_torchvision(torchvision_zoo.with_new_keys(tensors), file_stem))
    return nearest


def _nearest(candidates: Iterable[tuple[Blueprint, Tensors]]) -> Match | None:
    """The first perfect match, else the complete one with the least to spare, else one that is nearly right."""
    nearest: Match | None = None
    for blueprint, tensors in candidates:
        match = compare(blueprint, tensors)
        if match.complete and not match.unexpected:
            return match
        if nearest is None or _rank(match) < _rank(nearest):
            nearest = match
    near = nearest is not None and (nearest.complete or nearest.strangeness < 0.5)
    return nearest if near else None


def _rank(match: Match) -> tuple[bool, float]:
    return not match.complete, match.strangeness


def _of_torchvision(tensors: Tensors, file_stem: str) -> Iterator[tuple[Blueprint, Tensors]]:
    """Blueprints to compare with: those that the file's name speaks of, then those of families that may fit."""
    for name in torchvision_zoo.hinted(file_stem, torchvision_zoo.names()):
        yield torchvision_zoo.blueprint(name), tensors
    for members in torchvision_zoo.families().values():
        if _has_ends(torchvision_zoo.blueprint(members[0]), tensors):
            for name in members:
                yield torchvision_zoo.blueprint(name), tensors


def _has_ends(blueprint: Blueprint, tensors: Iterable[str]) -> bool:
    """Whether first and last layer are called as in this architecture, and so in its whole family."""
    parts = outline(blueprint, blueprint.usual)
    return all(f"{layer}.weight" in tensors for layer in (parts.stem, parts.head) if layer)


@functools.cache
def from_own(name: str) -> Blueprint:
    """The blueprint of one of our own architectures."""
    return from_spec(architectures.spec(name))


def under_names_of(blueprint: Blueprint, tensors: Tensors) -> Tensors:
    """The tensors under the names that the architecture uses today."""
    known = blueprint.name in architectures.ARCHITECTURES
    return tensors if known else torchvision_zoo.with_new_keys(tensors)
