"""DeepFace: layers whose filters are not shared between places."""

from __future__ import annotations

from visualizer.networks.architectures.architecture import HALF, HE, Images, Layers, Paper, row
from visualizer.networks.preprocessing import Preprocessing
from visualizer.networks.spec import layer

_FACES = Images(
    (3, 152, 152), tuple(f"person {index}" for index in range(4030)), Preprocessing(152, 152, HALF, HALF)
)


def _deepface(images: Images) -> Layers:
    return (
        layer("conv", "c1", out_channels=32, kernel_size=11),
        layer("relu", "relu1"),
        layer("max_pool", "m2", kernel_size=3, stride=2, ceil_mode=True),
        layer("conv", "c3", out_channels=16, kernel_size=9),
        layer("relu", "relu3"),
        layer("locally_connected", "l4", out_channels=16, kernel_size=9),
        layer("relu", "relu4"),
        layer("locally_connected", "l5", out_channels=16, kernel_size=7, stride=2),
        layer("relu", "relu5"),
        layer("locally_connected", "l6", out_channels=16, kernel_size=5),
        layer("relu", "relu6"),
        layer("flatten", "flatten"),
        layer("linear", "f7", out_features=4096),
        layer("relu", "relu7"),
        layer("dropout", "dropout"),
        layer("linear", "f8", out_features=len(images.classes)),
    )


ROWS = (
    row(
        "deepface",
        "DeepFace",
        "Locally connected",
        "Three locally connected layers: faces are aligned, so each place of them can have filters of its own.",
        Paper("Taigman, Yang, Ranzato, Wolf", 2014, "doi:10.1109/CVPR.2014.220"),
        _FACES,
        _deepface,
        initialization=HE,
    ),
)
