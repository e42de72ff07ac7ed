"""FractalNet: as deep as a residual network, without shortcuts."""

from __future__ import annotations

from visualizer.networks.architectures.architecture import CIFAR, Images, Layers, Paper, row
from visualizer.networks.spec import LayerSpec, layer

_CHANNELS = (64, 128, 256, 512, 512)
_DROPOUT = (0.0, 0.1, 0.2, 0.3, 0.4)


def _fractalnet(images: Images) -> Layers:
    """Five blocks of three columns, each followed by dropout and a max pool: 32×32 becomes one pixel."""
    layers: list[LayerSpec] = []
    for number, (channels, p) in enumerate(zip(_CHANNELS, _DROPOUT, strict=True), start=1):
        layers.append(layer("fractal", f"block{number}", channels=channels, columns=3, drop_path=0.15))
        layers.append(layer("dropout", f"dropout{number}", p=p))
        layers.append(layer("max_pool", f"pool{number}"))
    head = layer("linear", "fc", out_features=len(images.classes))
    return *layers, layer("flatten", "flatten"), head


ROWS = (
    row(
        "fractalnet-20",
        "FractalNet-20",
        "Fractal",
        "Columns of one, two and four convolutions that join; training drops paths, so each column can stand alone.",
        Paper("Larsson, Maire, Shakhnarovich", 2017, "arXiv:1605.07648"),
        CIFAR,
        _fractalnet,
    ),
)
