"""DenseNet: every layer sees the outputs of all layers before it in its block."""

from __future__ import annotations

from functools import partial

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

_GROWTH, _FIRST = 32, 64


def _densenet(blocks: tuple[int, ...], images: Images) -> Layers:
    """Dense blocks of so many layers, each but the last followed by a transition to half the maps and sides."""
    window: dict[str, Value] = {"kernel_size": 7, "stride": 2, "padding": 3}
    if images.small:
        window = {"kernel_size": 3, "padding": 1}
    features: list[LayerSpec] = [
        layer("conv", "conv0", out_channels=_FIRST, bias=False, **window),
        layer("batch_norm", "norm0"),
        layer("relu", "relu0"),
    ]
    if not images.small:
        features.append(layer("max_pool", "pool0", kernel_size=3, stride=2, padding=1))
    channels = _FIRST
    for number, count in enumerate(blocks, start=1):
        features.append(layer("dense_block", f"denseblock{number}", num_layers=count, growth_rate=_GROWTH))
        channels += count * _GROWTH
        if number < len(blocks):
            channels //= 2
            features.append(_transition(f"transition{number}", channels))
    features.append(layer("batch_norm", "norm5"))
    return sequence("features", *features), layer("relu", "relu"), *pooled_head("classifier", images)


def _transition(name: str, channels: int) -> LayerSpec:
    return sequence(
        name,
        layer("batch_norm", "norm"),
        layer("relu", "relu"),
        layer("conv", "conv", out_channels=channels, kernel_size=1, bias=False),
        layer("average_pool", "pool"),
    )


ROWS = pair(
    "densenet121",
    "DenseNet-121",
    "Dense",
    "Four blocks in which every layer sees the concatenated outputs of all layers before.",
    Paper("Huang, Liu, van der Maaten, Weinberger", 2017, "arXiv:1608.06993"),
    partial(_densenet, (6, 12, 24, 16)),
    "First convolution 3×3 without stride and no pool behind it: the maps are 32, 16, 8 and 4 wide.",
    twin=True,
)
