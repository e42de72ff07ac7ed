"""Mini-VGG with other layers in the place of some: filters tried at several rotations, normalised weights."""

from __future__ import annotations

from functools import partial

from visualizer.networks.architectures.architecture import CIFAR, Architecture, Images, Layers, row
from visualizer.networks.architectures.small import mini_vgg
from visualizer.networks.layers.kinds import Value
from visualizer.networks.spec import LayerSpec, layer

CONVS = 4  # of mini-VGG
_FAMILY = "Mini-VGG variants"
_MERGES = (("", "max"), ("_concat", "concatenate"))


def _with_rotations(rotations: int, last: int, merge: str, images: Images) -> Layers:
    """Mini-VGG whose last convolutions are rotation convolutions, so many of them."""
    layers = mini_vgg(images, 512)
    turned = {found.name for found in [found for found in layers if found.kind == "conv"][-last:]}
    more: dict[str, Value] = {"rotations": str(rotations), "merge": merge}
    return tuple(_as("rotation_conv", found, more) if found.name in turned else found for found in layers)


def _with_norms(kinds: dict[str, str], images: Images) -> Layers:
    """Mini-VGG with layers of some kinds replaced by those of others."""
    return tuple(
        _as(kinds[found.kind], found, {}) if found.kind in kinds else found for found in mini_vgg(images, 512)
    )


def _as(kind: str, found: LayerSpec, more: dict[str, Value]) -> LayerSpec:
    """The layer as one of another kind that has the same fields and ``more``."""
    return layer(kind, found.name, **{**found.values, **more})


def _rotation_row(rotations: int, last: int, suffix: str, merge: str) -> Architecture:
    place = {1: "The last convolution", CONVS: "All convolutions"}.get(last, f"The last {last} convolutions")
    verb = "tries" if last == 1 else "try"
    end = "keeping the largest response" if merge == "max" else "and all responses are passed on"
    where = {1: "in the last convolution", CONVS: "in all convolutions"}.get(
        last, f"in the last {last} convolutions"
    )
    how = "" if merge == "max" else ", concatenated"
    return row(
        f"{rotations}_rot_{last}{suffix}",
        f"Mini-VGG, {rotations} rotations {where}{how}",
        _FAMILY,
        f"{place} of Mini-VGG {verb} every filter at {rotations} rotations, {end}.",
        None,
        CIFAR,
        partial(_with_rotations, rotations, last, merge),
        same_keys_as="mini-vgg" if merge == "max" else "",
    )


_NORMS = (
    ("norm_conv", {"conv": "norm_conv"}, "convolutions"),
    ("norm_dense", {"linear": "norm_linear"}, "linear layers"),
    ("norm_conv_dense", {"conv": "norm_conv", "linear": "norm_linear"}, "convolutions and linear layers"),
)

ROWS = (
    *(
        _rotation_row(rotations, last, suffix, merge)
        for suffix, merge in _MERGES
        for rotations in (4, 8)
        for last in range(1, CONVS + 1)
    ),
    *(
        row(
            name,
            f"Mini-VGG, normalised {what}",
            _FAMILY,
            f"The {what} of Mini-VGG compute with weights of length 1: only their direction matters.",
            None,
            CIFAR,
            partial(_with_norms, kinds),
            same_keys_as="mini-vgg",
        )
        for name, kinds, what in _NORMS
    ),
)
