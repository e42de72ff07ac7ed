"""Network in network: 1×1 convolutions behind each convolution, and no linear layer."""

from __future__ import annotations

from visualizer.networks.architectures.architecture import HE, Images, Layers, Paper, pair
from visualizer.networks.layers.kinds import Value
from visualizer.networks.spec import LayerSpec, layer

_IMAGENET_STAGES: tuple[tuple[tuple[int, int, int], dict[str, Value]], ...] = (
    ((96, 96, 96), {"kernel_size": 11, "stride": 4}),
    ((256, 256, 256), {"kernel_size": 5, "padding": 2}),
    ((384, 384, 384), {"kernel_size": 3, "padding": 1}),
    ((1024, 1024, 0), {"kernel_size": 3, "padding": 1}),
)
_CIFAR_STAGES: tuple[tuple[tuple[int, int, int], dict[str, Value]], ...] = (
    ((192, 160, 96), {"kernel_size": 5, "padding": 2}),
    ((192, 192, 192), {"kernel_size": 5, "padding": 2}),
    ((192, 192, 0), {"kernel_size": 3, "padding": 1}),
)


def _nin(images: Images) -> Layers:
    """Stages of one convolution and two of 1×1 (0 channels: one per class), pools and dropout between them."""
    stages = _CIFAR_STAGES if images.small else _IMAGENET_STAGES
    layers: list[LayerSpec] = []
    for number, (channels, window) in enumerate(stages, start=1):
        if number > 1:
            layers.append(layer("max_pool", f"pool{number - 1}", kernel_size=3, stride=2, ceil_mode=True))
            if images.small or number == len(stages):
                layers.append(layer("dropout", f"dropout{number - 1}"))
        for part, count in enumerate(channels, start=1):
            out_channels, values = count or len(images.classes), window if part == 1 else {"kernel_size": 1}
            layers.append(layer("conv", f"conv{number}_{part}", out_channels=out_channels, **values))
            layers.append(layer("relu", f"relu{number}_{part}"))
    return *layers, layer("global_average_pool", "avgpool"), layer("flatten", "flatten")


ROWS = pair(
    "nin",
    "Network in network",
    "Network in network",
    "Two 1×1 convolutions behind each convolution: a small network at every place; the last maps are the classes.",
    Paper("Lin, Chen, Yan", 2014, "arXiv:1312.4400"),
    _nin,
    "The paper's network for CIFAR-10: three stages, the first 5×5 without stride.",
    initialization=HE,
)
