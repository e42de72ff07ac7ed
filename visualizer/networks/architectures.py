"""Our own architectures, one row each."""

from __future__ import annotations

from collections.abc import Mapping

from visualizer.errors import UserError
from visualizer.networks.network import Preprocessing
from visualizer.networks.spec import LayerSpec, NetworkSpec, layer

SHAPES = (
    "triangle",
    "parallelogram",
    "ellipse",
    "two triangles",
    "two parallelograms",
    "two ellipses",
    "triangle and parallelogram",
    "triangle and ellipse",
    "parallelogram and ellipse",
)
CIFAR10 = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
DIGITS = tuple("0123456789")

_IMAGENET_MEAN, _IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def _mini_vgg(features: int, classes: int) -> tuple[LayerSpec, ...]:
    return (
        layer("conv", "conv1", out_channels=32, padding=1),
        layer("relu", "relu1"),
        layer("conv", "conv2", out_channels=32),
        layer("relu", "relu2"),
        layer("max_pool", "pool1"),
        layer("dropout", "dropout1", p=0.25),
        layer("conv", "conv3", out_channels=64, padding=1),
        layer("relu", "relu3"),
        layer("conv", "conv4", out_channels=64),
        layer("relu", "relu4"),
        layer("max_pool", "pool2"),
        layer("dropout", "dropout2", p=0.25),
        layer("flatten", "flatten"),
        layer("linear", "fc1", out_features=features),
        layer("relu", "relu5"),
        layer("dropout", "dropout3", p=0.5),
        layer("linear", "fc2", out_features=classes),
    )


def _tiny_cnn(classes: int) -> tuple[LayerSpec, ...]:
    return (
        layer("conv", "conv1", out_channels=8, padding=1),
        layer("relu", "relu1"),
        layer("max_pool", "pool1"),
        layer("conv", "conv2", out_channels=16, padding=1),
        layer("batch_norm", "bn2"),
        layer("relu", "relu2"),
        layer("max_pool", "pool2"),
        layer("flatten", "flatten"),
        layer("linear", "fc", out_features=classes),
    )


_ROWS = (
    NetworkSpec(
        "shapes-net",
        (3, 32, 32),
        _mini_vgg(features=128, classes=len(SHAPES)),
        SHAPES,
        Preprocessing(32, 32, (0.5, 0.5, 0.5), (0.5, 0.5, 0.5)),
    ),
    NetworkSpec(
        "mini-vgg",
        (3, 32, 32),
        _mini_vgg(features=512, classes=len(CIFAR10)),
        CIFAR10,
        Preprocessing(32, 32, (0.4914, 0.4822, 0.4465), (0.2470, 0.2435, 0.2616)),
    ),
    NetworkSpec(
        "tinycnn", (1, 28, 28), _tiny_cnn(len(DIGITS)), DIGITS, Preprocessing(28, 28, (0.1307,), (0.3081,))
    ),
)

ARCHITECTURES: Mapping[str, NetworkSpec] = {row.name: row for row in _ROWS}
"""Every own architecture by its name."""


def spec(name: str) -> NetworkSpec:
    """The specification of the own architecture ``name``; raises ``UserError`` for an unknown one."""
    if name not in ARCHITECTURES:
        raise UserError(f"there is no own architecture '{name}'; there are {', '.join(ARCHITECTURES)}")
    return ARCHITECTURES[name]
