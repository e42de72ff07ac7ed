"""The networks before VGG."""

from __future__ import annotations

from visualizer.networks.architectures.architecture import (
    DIGITS,
    HE,
    Images,
    Layers,
    Paper,
    numbered,
    pair,
    row,
)
from visualizer.networks.layers.kinds import Value
from visualizer.networks.preprocessing import Preprocessing
from visualizer.networks.spec import LayerSpec, layer

_DIGIT_IMAGES = Images((1, 32, 32), DIGITS, Preprocessing(32, 32, (0.1307,), (0.3081,)))


def _lenet_5(images: Images) -> Layers:
    """LeNet-5 as it is usually built today.

    In the paper the average pools have a learned factor and bias, each map of C3 sees some of S2's maps only,
    and the output is a distance to a drawing of each digit.
    """
    return (
        layer("conv", "c1", out_channels=6, kernel_size=5),
        layer("tanh", "tanh1"),
        layer("average_pool", "s2"),
        layer("conv", "c3", out_channels=16, kernel_size=5),
        layer("tanh", "tanh3"),
        layer("average_pool", "s4"),
        layer("conv", "c5", out_channels=120, kernel_size=5),
        layer("tanh", "tanh5"),
        layer("flatten", "flatten"),
        layer("linear", "f6", out_features=84),
        layer("tanh", "tanh6"),
        layer("linear", "output", out_features=len(images.classes)),
    )


def _alexnet(images: Images) -> Layers:
    """AlexNet for one GPU, as torchvision has it: 64 filters at first, no response normalisation."""
    pool: dict[str, Value] = {"kernel_size": 2 if images.small else 3, "stride": 2}
    stem: dict[str, Value] = {"kernel_size": 11, "stride": 4, "padding": 2}
    if images.small:
        stem = {"kernel_size": 3, "padding": 1}
    features = numbered(
        "features",
        ("conv", {"out_channels": 64, **stem}),
        ("relu", {}),
        ("max_pool", pool),
        ("conv", {"out_channels": 192, "kernel_size": 5, "padding": 2}),
        ("relu", {}),
        ("max_pool", pool),
        ("conv", {"out_channels": 384, "padding": 1}),
        ("relu", {}),
        ("conv", {"out_channels": 256, "padding": 1}),
        ("relu", {}),
        ("conv", {"out_channels": 256, "padding": 1}),
        ("relu", {}),
        ("max_pool", pool),
    )
    pooled = () if images.small else (layer("adaptive_average_pool", "avgpool", output_size=6),)
    return (features, *pooled, layer("flatten", "flatten"), _classifier(images))


def _zfnet(images: Images) -> Layers:
    """AlexNet with a finer first layer, and 512, 1024 and 512 filters in the convolutions 3 to 5."""
    pool: dict[str, Value] = {"kernel_size": 2 if images.small else 3, "stride": 2}
    # One pixel of padding at each pool and first layer gives the paper's maps: 110, 55, 26, 13 and 6 wide.
    padding = 0 if images.small else 1
    norm: dict[str, Value] = {"size": 5, "alpha": 1e-4, "beta": 0.75, "k": 2.0}
    first: dict[str, Value] = {"kernel_size": 7, "stride": 2, "padding": 1}
    second: dict[str, Value] = {"kernel_size": 5, "stride": 2}
    if images.small:
        first, second = {"kernel_size": 3, "padding": 1}, {"kernel_size": 5, "padding": 2}
    features = numbered(
        "features",
        ("conv", {"out_channels": 96, **first}),
        ("relu", {}),
        ("max_pool", {**pool, "padding": padding}),
        ("local_response_norm", norm),
        ("conv", {"out_channels": 256, **second}),
        ("relu", {}),
        ("max_pool", {**pool, "padding": padding}),
        ("local_response_norm", norm),
        ("conv", {"out_channels": 512, "padding": 1}),
        ("relu", {}),
        ("conv", {"out_channels": 1024, "padding": 1}),
        ("relu", {}),
        ("conv", {"out_channels": 512, "padding": 1}),
        ("relu", {}),
        ("max_pool", pool),
    )
    return features, layer("flatten", "flatten"), _classifier(images)


def _classifier(images: Images) -> LayerSpec:
    hidden = 1024 if images.small else 4096
    return numbered(
        "classifier",
        ("dropout", {}),
        ("linear", {"out_features": hidden}),
        ("relu", {}),
        ("dropout", {}),
        ("linear", {"out_features": hidden}),
        ("relu", {}),
        ("linear", {"out_features": len(images.classes)}),
    )


_FAMILY = "Classic"

ROWS = (
    row(
        "lenet-5",
        "LeNet-5",
        _FAMILY,
        "Convolutions of 5×5 and average pools in turn, for digits of 32×32.",
        Paper("LeCun, Bottou, Bengio, Haffner", 1998, "doi:10.1109/5.726791"),
        _DIGIT_IMAGES,
        _lenet_5,
    ),
    *pair(
        "alexnet",
        "AlexNet",
        _FAMILY,
        "Five convolutions with rectifiers, the first 11×11, and three linear layers with dropout.",
        Paper("Krizhevsky", 2014, "arXiv:1404.5997"),
        _alexnet,
        "First convolution 3×3 without stride, pools of 2×2, 1024 hidden units.",
        twin=True,
        initialization=HE,
    ),
    *pair(
        "zfnet",
        "ZFNet",
        _FAMILY,
        "AlexNet with a first convolution of 7×7, stride 2, and 512, 1024 and 512 filters at the end.",
        Paper("Zeiler, Fergus", 2014, "arXiv:1311.2901"),
        _zfnet,
        "First convolution 3×3, no strides, pools of 2×2, 1024 hidden units.",
        initialization=HE,
    ),
)
