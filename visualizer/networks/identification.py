"""Which architecture a file of weights belongs to."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator

from visualizer.networks import architectures, torchvision_zoo
from visualizer.networks.blueprint import Blueprint
from visualizer.networks.matching import Match, Tensors, compare, from_own, outline
from visualizer.networks.planning import plan
from visualizer.networks.spec import LayerSpec, module_names

_WEIGHT_NDIM = {"conv": 4, "rotation_conv": 4, "norm_conv": 4, "linear": 2, "norm_linear": 2}
_NEAR = 0.5  # how strange a file may be at most, and what part of its layers must speak for an architecture


def best_match(tensors: Tensors, file_stem: str) -> Match | None:
    """The architecture, ours or torchvision's, that fits best; incomplete if none fits, None if none is near.

    torchvision is asked only if none of ours fits exactly; then at most a skeleton of each of its architectures
    is made (about 3 s for all 80, once), and of most families only one.
    """
    own = _nearest((from_own(name), tensors) for name in _own_candidates(tensors, file_stem))
    if own is not None and own.complete and not own.unexpected:
        return own
    theirs = None
    if any(tensor.ndim == 4 for tensor in tensors.values()):
        theirs = _nearest(_of_torchvision(torchvision_zoo.with_new_keys(tensors), file_stem))
    near = [match for match in (own, theirs) if match is not None]
    return min(near, key=_rank, default=None)


def _nearest(candidates: Iterable[tuple[Blueprint, Tensors]]) -> Match | None:
    """The first perfect match, else the complete one with the least to spare, else one that is nearly right."""
    nearest: Match | None = None
    for blueprint, tensors in candidates:
        match = compare(blueprint, tensors)
        if match.complete and not match.unexpected:
            return match
        if nearest is None or _rank(match) < _rank(nearest):
            nearest = match
    near = nearest is not None and (nearest.complete or nearest.strangeness < _NEAR)
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


def _own_candidates(tensors: Tensors, file_stem: str) -> list[str]:
    """Our own architectures to compare with: all that may fit, else the one that most layers speak for.

    What torchvision builds is left to it. An architecture that shares its keys with another one counts only
    where the file is called so.
    """
    stem = file_stem.lower().replace("_", "-")
    called = {name for name in architectures.ARCHITECTURES if name.replace("_", "-") in stem}
    homes = _homes(tensors)
    shares: dict[str, float] = {}
    for name, row in architectures.ARCHITECTURES.items():
        if not row.twin and (not row.same_keys_as or name in called):
            shares[name] = _share(name, tensors, homes)
    best = max(shares.values())
    names = [name for name, share in shares.items() if share == best]
    if best < 1:
        return names[:1] if best >= _NEAR else []
    return sorted(names, key=lambda name: (name not in called, -len(name)))


def _homes(tensors: Tensors) -> set[str]:
    """The names of the modules that the tensors belong to, at every level: "layer1" and "layer1.0"."""
    homes: set[str] = set()
    for key in tensors:
        home = key.rpartition(".")[0]
        while home and home not in homes:
            homes.add(home)
            home = home.rpartition(".")[0]
    return homes


def _share(name: str, tensors: Tensors, homes: set[str]) -> float:
    """How many of the layers with weights the tensors hold, by name, outputs and kernel: 1 for all of them.

    Needs no module; what is inside a residual block and its like is not looked at.
    """
    classes = len(architectures.spec(name).classes)
    layers = _weighted_layers(name)
    found = sum(home in homes and _agrees(row, tensors, home, classes) for home, row in layers)
    return found / max(len(layers), 1)


def _agrees(row: LayerSpec, tensors: Tensors, home: str, classes: int) -> bool:
    """Whether the weight of a convolution or linear layer may be that of ``row``, as far as it says."""
    ndim = _WEIGHT_NDIM.get(row.kind)
    if ndim is None:
        return True
    weight = tensors.get(f"{home}.weight")
    if weight is None or weight.ndim != ndim:
        return False
    outputs = row.values[row.row.outputs]
    kernel = row.values.get("kernel_size", weight.shape[-1])
    return outputs in (classes, weight.shape[0]) and weight.shape[-1] == kernel


@functools.cache
def _weighted_layers(name: str) -> tuple[tuple[str, LayerSpec], ...]:
    """The layers of one of our own architectures that have parameters, with the names of their modules."""
    spec = architectures.spec(name)
    planned = (row for row in plan(spec).rows if row.enabled)
    named = zip(module_names(spec), planned, strict=True)
    return tuple((home, row) for (home, row), made in named if made.parameters and not row.layers)
