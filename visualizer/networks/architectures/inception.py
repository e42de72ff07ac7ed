"""GoogLeNet: branches side by side, and two auxiliary heads for training."""

from __future__ import annotations

from visualizer.networks.architectures.architecture import (
    Images,
    Layers,
    Paper,
    pair,
    pooled_head,
    sequence,
)
from visualizer.networks.layers.kinds import Value
from visualizer.networks.spec import LayerSpec, layer

_FIELDS = ("channels_1x1", "reduce_3x3", "channels_3x3", "reduce_5x5", "channels_5x5", "pool_projection")
_MODULES = {
    "3a": (64, 96, 128, 16, 32, 32),
    "3b": (128, 128, 192, 32, 96, 64),
    "4a": (192, 96, 208, 16, 48, 64),
    "4b": (160, 112, 224, 24, 64, 64),
    "4c": (128, 128, 256, 24, 64, 64),
    "4d": (112, 144, 288, 32, 64, 64),
    "4e": (256, 160, 320, 32, 128, 128),
    "5a": (256, 160, 320, 32, 128, 128),
    "5b": (384, 192, 384, 48, 128, 128),
}
_BEFORE = {"4a": "maxpool3", "5a": "maxpool4"}
_HEAD_BEHIND = {"4a": "aux1", "4d": "aux2"}


def _googlenet(images: Images) -> Layers:
    """GoogLeNet as torchvision has it: with batch norm, and 3×3 where the paper has 5×5."""
    layers = [*_stem(images)]
    for name, channels in _MODULES.items():
        if name in _BEFORE:
            layers.append(_pool(_BEFORE[name], 2 if name == "5a" else 3))
        values: dict[str, Value] = dict(zip(_FIELDS, channels, strict=True))
        layers.append(layer("inception", f"inception{name}", large_kernel=3, **values))
        if name in _HEAD_BEHIND:
            layers.append(_auxiliary_head(_HEAD_BEHIND[name], images))
    pool, flatten, fc = pooled_head("fc", images)
    return *layers, pool, flatten, layer("dropout", "dropout", p=0.2), fc


def _stem(images: Images) -> Layers:
    if images.small:
        return (_conv("conv3", 192, 3),)
    return (
        _conv("conv1", 64, 7, stride=2),
        _pool("maxpool1", 3),
        _conv("conv2", 64, 1),
        _conv("conv3", 192, 3),
        _pool("maxpool2", 3),
    )


def _conv(name: str, out_channels: int, kernel_size: int, stride: int = 1) -> LayerSpec:
    window: dict[str, Value] = {"kernel_size": kernel_size, "stride": stride, "padding": kernel_size // 2}
    return sequence(
        name,
        layer("conv", "conv", out_channels=out_channels, bias=False, **window),
        layer("batch_norm", "bn", eps=0.001),
        layer("relu", "relu"),
    )


def _pool(name: str, kernel_size: int) -> LayerSpec:
    return layer("max_pool", name, kernel_size=kernel_size, stride=2, ceil_mode=True)


def _auxiliary_head(name: str, images: Images) -> LayerSpec:
    return layer(
        "auxiliary_head",
        name,
        layer("adaptive_average_pool", "avgpool", output_size=4),
        _conv("conv", 128, 1),
        layer("flatten", "flatten"),
        layer("linear", "fc1", out_features=1024),
        layer("relu", "relu"),
        layer("dropout", "dropout", p=0.7),
        layer("linear", "fc2", out_features=len(images.classes)),
    )


ROWS = pair(
    "googlenet",
    "GoogLeNet",
    "Inception",
    "Convolutions of several sizes side by side, and two heads in the middle that help while it learns.",
    Paper("Szegedy, Liu, Jia, Sermanet, Reed, and others", 2015, "arXiv:1409.4842"),
    _googlenet,
    "One 3×3 convolution of 192 filters for a stem: the maps are 32, 16 and 8 wide.",
    twin=True,
)
