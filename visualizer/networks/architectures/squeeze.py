"""SqueezeNet: fire modules, and the accuracy of AlexNet with a fiftieth of its parameters."""

from __future__ import annotations

from functools import partial

from visualizer.networks.architectures.architecture import (
    HE,
    IMAGENET,
    Images,
    Layers,
    Paper,
    numbered,
    pair,
    row,
)
from visualizer.networks.layers.kinds import Value
from visualizer.networks.spec import layer

_POOL = 0
_PLAN_1_0 = (_POOL, 16, 16, 32, _POOL, 32, 48, 48, 64, _POOL, 64)
_PLAN_1_1 = (_POOL, 16, 16, _POOL, 32, 32, _POOL, 48, 48, 64, 64)


def _squeezenet(stem: dict[str, Value], plan: tuple[int, ...], images: Images) -> Layers:
    """A first convolution, then pools and fire modules with so many squeezing filters, and a convolution."""
    pool: dict[str, Value] = {"kernel_size": 3, "stride": 2, "ceil_mode": True}
    if images.small:
        stem, pool = {"out_channels": 96, "padding": 1}, {}
    features: list[tuple[str, dict[str, Value]]] = [("conv", stem), ("relu", {})]
    for squeeze in plan:
        if squeeze == _POOL:
            features.append(("max_pool", pool))
        else:
            expand = 4 * squeeze
            values = {"squeeze_channels": squeeze, "expand_1x1": expand, "expand_3x3": expand}
            features.append(("fire", dict(values)))
    classifier = numbered(
        "classifier",
        ("dropout", {}),
        ("conv", {"out_channels": len(images.classes), "kernel_size": 1}),
        ("relu", {}),
        ("global_average_pool", {}),
    )
    return numbered("features", *features), classifier, layer("flatten", "flatten")


_FAMILY = "Squeeze"
_PAPER = Paper("Iandola, Han, Moskewicz, Ashraf, Dally, Keutzer", 2016, "arXiv:1602.07360")

ROWS = (
    *pair(
        "squeezenet1_0",
        "SqueezeNet 1.0",
        _FAMILY,
        "Fire modules: few 1×1 filters, then many of 1×1 and 3×3 side by side.",
        _PAPER,
        partial(_squeezenet, {"out_channels": 96, "kernel_size": 7, "stride": 2}, _PLAN_1_0),
        "First convolution 3×3 without stride, pools of 2×2: the maps are 32, 16, 8 and 4 wide.",
        twin=True,
        initialization=HE,
        small_name="squeezenet-32",
    ),
    row(
        "squeezenet1_1",
        "SqueezeNet 1.1",
        _FAMILY,
        "SqueezeNet with a smaller first convolution and earlier pools: less than half the computation.",
        _PAPER,
        IMAGENET,
        partial(_squeezenet, {"out_channels": 64, "kernel_size": 3, "stride": 2}, _PLAN_1_1),
        twin=True,
        initialization=HE,
    ),
)
