"""VGG: nothing but convolutions of 3×3 and pools, and three linear layers."""

from __future__ import annotations

from functools import partial

from visualizer.networks.architectures.architecture import HE, Images, Layers, Paper, numbered, pair
from visualizer.networks.layers.kinds import Value
from visualizer.networks.spec import layer

_CHANNELS = (64, 128, 256, 512, 512)


def _vgg(counts: tuple[int, ...], images: Images) -> Layers:
    """``counts`` convolutions before each of the five pools."""
    features: list[tuple[str, dict[str, Value]]] = []
    for channels, count in zip(_CHANNELS, counts, strict=True):
        for _ in range(count):
            features.append(("conv", {"out_channels": channels, "padding": 1}))
            if images.small:
                features.append(("batch_norm", {}))
            features.append(("relu", {}))
        features.append(("max_pool", {}))
    hidden = 512 if images.small else 4096
    classifier = numbered(
        "classifier",
        ("linear", {"out_features": hidden}),
        ("relu", {}),
        ("dropout", {}),
        ("linear", {"out_features": hidden}),
        ("relu", {}),
        ("dropout", {}),
        ("linear", {"out_features": len(images.classes)}),
    )
    pooled = () if images.small else (layer("adaptive_average_pool", "avgpool", output_size=7),)
    return numbered("features", *features), *pooled, layer("flatten", "flatten"), classifier


_PAPER = Paper("Simonyan, Zisserman", 2015, "arXiv:1409.1556")
_CHANGE = "Batch norm after each convolution, 512 hidden units; five pools leave one pixel of 32×32."

ROWS = tuple(
    made
    for name, counts in (("vgg16", (2, 2, 3, 3, 3)), ("vgg19", (2, 2, 4, 4, 4)))
    for made in pair(
        name,
        name.replace("vgg", "VGG-"),
        "VGG",
        f"{sum(counts)} convolutions of 3×3 and three linear layers.",
        _PAPER,
        partial(_vgg, counts),
        _CHANGE,
        twin=True,
        initialization=HE,
    )
)
