"""The classification architectures of torchvision, by name.

torchvision is imported inside a function: it costs seconds, and a start without it must not pay them.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, get_args

from torch import Tensor, nn

from visualizer.networks.blueprint import Blueprint, Variant
from visualizer.networks.network import Interpolation, Preprocessing


def _models() -> Any:
    from torchvision import models  # type: ignore[import-untyped]

    return models


@functools.cache
def names() -> tuple[str, ...]:
    """Every classification architecture of the installed torchvision."""
    return tuple(_models().list_models(module=_models()))


@functools.cache
def families() -> Mapping[str, tuple[str, ...]]:
    """The names by the file of torchvision that defines them: one family shares its way to name things."""
    grouped: dict[str, tuple[str, ...]] = {}
    for name in names():
        home = _models().get_model_builder(name).__module__
        grouped[home] = (*grouped.get(home, ()), name)
    return grouped


@dataclass(frozen=True, slots=True)
class Pretrained:
    """Weights that torchvision offers: where they are, and how they are called."""

    url: str
    label: str


def pretrained(name: str) -> Pretrained:
    """The best weights of an architecture."""
    weights = _weights(name)
    return Pretrained(weights.url, f"{weights.name}, ImageNet")


@functools.cache
def blueprint(name: str) -> Blueprint:
    """The blueprint of an architecture; what goes in and comes out is told by its published weights."""
    weights = _weights(name)
    preset = weights.transforms()
    crop = int(preset.crop_size[0])
    if preset.interpolation.value not in get_args(Interpolation):
        raise NotImplementedError(f"{name} wants {preset.interpolation.value} interpolation")
    preprocessing = Preprocessing(
        int(preset.resize_size[0]), crop, tuple(preset.mean), tuple(preset.std), preset.interpolation.value
    )
    return Blueprint(
        name,
        (3, crop, crop),
        tuple(weights.meta["categories"]),
        preprocessing,
        functools.partial(_build, name),
        ("aux1.", "aux2.", "AuxLogits.") if name in _WITH_AUXILIARY_HEADS else (),
    )


def _weights(name: str) -> Any:
    return _models().get_model_weights(name).DEFAULT


_WITH_AUXILIARY_HEADS = ("googlenet", "inception_v3")
_IMAGENET_CLASSES = 1000


def _build(name: str, variant: Variant) -> nn.Module:
    settings: dict[str, Any] = {"num_classes": variant.classes}
    if name.startswith("vit_"):
        settings["image_size"] = variant.side
    if name in _WITH_AUXILIARY_HEADS:
        # The heads serve training only. The published weights come from Keras's scaling of the input; who
        # trains on other classes starts without it, as torchvision does.
        published = variant.classes == _IMAGENET_CLASSES and variant.channels == 3
        settings |= {"aux_logits": False, "init_weights": True, "transform_input": published}
    module: nn.Module = _models().get_model(name, weights=None, **settings)
    if variant.channels != 3:
        _replace_first_conv(module, variant.channels)
    return module


def _replace_first_conv(module: nn.Module, channels: int) -> None:
    name, conv = next((n, m) for n, m in module.named_modules() if isinstance(m, nn.Conv2d))
    parent, _, child = name.rpartition(".")
    replacement = nn.Conv2d(
        channels,
        conv.out_channels,
        (conv.kernel_size[0], conv.kernel_size[1]),
        (conv.stride[0], conv.stride[1]),
        conv.padding,  # type: ignore[arg-type]
        bias=conv.bias is not None,
    )
    setattr(module.get_submodule(parent), child, replacement)


_OLD_KEYS = (  # published files still have the left ones; torchvision renames them while it loads
    (re.compile(r"(.*denselayer\d+\.(?:norm|relu|conv))\.([12]\.\w+)"), r"\1\2"),
    (re.compile(r"(.*encoder_layer_\d+\.mlp)\.linear_1\.(\w+)"), r"\1.0.\2"),
    (re.compile(r"(.*encoder_layer_\d+\.mlp)\.linear_2\.(\w+)"), r"\1.3.\2"),
)


def with_new_keys(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The tensors under the names that torchvision's modules have today."""
    return {_new_key(key): tensor for key, tensor in tensors.items()}


def _new_key(key: str) -> str:
    for pattern, replacement in _OLD_KEYS:
        key = pattern.sub(replacement, key)
    return key


def hinted(stem: str, among: Iterable[str]) -> list[str]:
    """The architectures that a file's name speaks of, the longest name first: ``resnet18-f37072fd``."""
    text = stem.lower().replace("-", "_")
    return sorted((name for name in among if name in text), key=len, reverse=True)
