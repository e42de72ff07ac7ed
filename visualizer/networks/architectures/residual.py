"""Residual networks: ResNet, and what was made of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from visualizer.networks.architectures.architecture import (
    CIFAR,
    CIFAR10,
    IMAGENET_MEAN,
    IMAGENET_STD,
    Architecture,
    Images,
    Layers,
    Paper,
    conv_norm_relu,
    pair,
    pooled_head,
    row,
    sequence,
)
from visualizer.networks.layers.kinds import Value
from visualizer.networks.preprocessing import Preprocessing
from visualizer.networks.spec import LayerSpec, layer

_FAMILY = "Residual"
_WIDTHS = (64, 128, 256, 512)
_STEM_CHANGE = (
    "First convolution 3×3 without stride and no pool behind it: the maps are 32, 16, 8 and 4 wide."
)


@dataclass(frozen=True, slots=True)
class _Recipe:
    """A residual network: blocks per stage, and their fields.

    A block of stage s gives ``expansion`` · 64 · 2^s maps and has ``inner`` · 64 · 2^s between its convolutions.
    ``last_survival`` is the probability that training keeps the last block, falling linearly from 1.
    """

    blocks: tuple[int, ...]
    expansion: int = 1
    inner: int = 1
    groups: int = 1
    variant: str = "identity"
    last_survival: float = 1.0


def _resnet(recipe: _Recipe, images: Images) -> Layers:
    """ResNet with the stem for ImageNet or for small images, under torchvision's names."""
    stem = list(conv_norm_relu("conv1", 64, 3) if images.small else conv_norm_relu("conv1", 64, 7, 2))
    preactivated = recipe.variant == "full_preactivation"
    if preactivated:  # the first block begins with batch norm and ReLU itself
        stem = stem[:1]
    if not images.small:
        stem.append(layer("max_pool", "maxpool", kernel_size=3, stride=2, padding=1))
    end = (layer("batch_norm", "norm"), layer("relu", "relu")) if preactivated else ()
    return *stem, *_stages(recipe, _WIDTHS), *end, *pooled_head("fc", images)


def _stages(recipe: _Recipe, widths: tuple[int, ...], **more: Value) -> Layers:
    """One sequence of blocks per width, each but the first beginning with stride 2; ``more`` for every block."""
    stages: list[LayerSpec] = []
    total, done = sum(recipe.blocks), 0
    for number, (count, width) in enumerate(zip(recipe.blocks, widths, strict=True), start=1):
        blocks = []
        for index in range(count):
            done += 1
            values: dict[str, Value] = {
                "channels": recipe.expansion * width,
                "stride": 2 if number > 1 and index == 0 else 1,
                "variant": recipe.variant,
                "bottleneck": recipe.expansion > 1,
                "width": recipe.inner * width if recipe.expansion > 1 else 0,
                "groups": recipe.groups,
                "survival": 1 - done / total * (1 - recipe.last_survival),
            }
            blocks.append(layer("residual_block", str(index), **{**values, **more}))
        stages.append(sequence(f"layer{number}", *blocks))
    return tuple(stages)


def _cifar_resnet(blocks: int, last_survival: float, images: Images) -> Layers:
    """ResNet for CIFAR: three stages of 16, 32 and 64 maps, shortcuts padded with zeros (option A)."""
    recipe = _Recipe((blocks,) * 3, last_survival=last_survival)
    stages = _stages(recipe, (16, 32, 64), projection="zero_padding")
    return *conv_norm_relu("conv1", 16, 3), *stages, *pooled_head("linear", images)


def _wide_resnet(blocks: int, factor: int, dropout: float, images: Images) -> Layers:
    """Wide ResNet for CIFAR: pre-activated blocks with ``factor`` times as many maps."""
    recipe = _Recipe((blocks,) * 3, variant="full_preactivation")
    widths = (16 * factor, 32 * factor, 64 * factor)
    return (
        layer("conv", "conv1", out_channels=16, padding=1, bias=False),
        *_stages(recipe, widths, dropout=dropout),
        layer("batch_norm", "norm"),
        layer("relu", "relu"),
        *pooled_head("fc", images),
    )


def _resnext_cifar(images: Images) -> Layers:
    """ResNeXt-29, 8×64d: three stages of three bottlenecks, eight groups of 64 channels at first."""
    recipe = _Recipe((3, 3, 3), expansion=4, inner=8, groups=8)
    return (
        *conv_norm_relu("conv1", 64, 3),
        *_stages(recipe, (64, 128, 256)),
        *pooled_head("fc", images),
    )


_HE = Paper("He, Zhang, Ren, Sun", 2016, "arXiv:1512.03385")
_HE_IDENTITY = Paper("He, Zhang, Ren, Sun", 2016, "arXiv:1603.05027")
_ZAGORUYKO = Paper("Zagoruyko, Komodakis", 2016, "arXiv:1605.07146")
_XIE = Paper("Xie, Girshick, Dollár, Tu, He", 2017, "arXiv:1611.05431")
_HUANG = Paper("Huang, Sun, Liu, Sedra, Weinberger", 2016, "arXiv:1603.09382")

_BOTTLENECKS = "Bottlenecks of 1×1, 3×3 and 1×1 convolutions, each added to what went in."
_RESNETS = (
    ("18", _Recipe((2, 2, 2, 2)), "Pairs of 3×3 convolutions, each added to what went in."),
    ("34", _Recipe((3, 4, 6, 3)), "Pairs of 3×3 convolutions, each added to what went in."),
    ("50", _Recipe((3, 4, 6, 3), expansion=4), _BOTTLENECKS),
    ("101", _Recipe((3, 4, 23, 3), expansion=4), _BOTTLENECKS),
    ("152", _Recipe((3, 8, 36, 3), expansion=4), _BOTTLENECKS),
)
_PREACTIVATED = "Batch norm and ReLU before each convolution: the shortcuts stay untouched from end to end."

# The published weights of the CIFAR networks want pictures standardised as for ImageNet.
_CIFAR_RESNET_IMAGES = Images((3, 32, 32), CIFAR10, Preprocessing(32, 32, IMAGENET_MEAN, IMAGENET_STD))


def _imagenet_rows() -> tuple[Architecture, ...]:
    rows: list[Architecture] = []
    for depth, recipe, description in _RESNETS:
        make = partial(_resnet, recipe)
        rows += pair(
            f"resnet{depth}", f"ResNet-{depth}", _FAMILY, description, _HE, make, _STEM_CHANGE, twin=True
        )
    for depth, recipe in (("18", _Recipe((2, 2, 2, 2))), ("50", _Recipe((3, 4, 6, 3), expansion=4))):
        changed = _Recipe(recipe.blocks, recipe.expansion, variant="full_preactivation")
        make = partial(_resnet, changed)
        title = f"Pre-activation ResNet-{depth}"
        rows += pair(f"preact-resnet{depth}", title, _FAMILY, _PREACTIVATED, _HE_IDENTITY, make, _STEM_CHANGE)
    return tuple(rows)


_WIDE = _Recipe((3, 4, 6, 3), expansion=4, inner=2)
_GROUPED = _Recipe((3, 4, 6, 3), expansion=4, inner=2, groups=32)
_STOCHASTIC = _Recipe((2, 2, 2, 2), last_survival=0.5)
_SURVIVAL = "Each step of training leaves blocks out, the first seldom, the last in half of the steps."

ROWS = (
    *_imagenet_rows(),
    *pair(
        "wide_resnet50_2",
        "Wide ResNet-50-2",
        _FAMILY,
        "ResNet-50 with twice as many channels inside its bottlenecks.",
        _ZAGORUYKO,
        partial(_resnet, _WIDE),
        _STEM_CHANGE,
        twin=True,
    ),
    *pair(
        "resnext50_32x4d",
        "ResNeXt-50, 32×4d",
        _FAMILY,
        "ResNet-50 whose 3×3 convolutions are cut into 32 groups that do not see each other.",
        _XIE,
        partial(_resnet, _GROUPED),
        _STEM_CHANGE,
        twin=True,
    ),
    *pair(
        "resnet18-stochastic-depth",
        "ResNet-18 with stochastic depth",
        _FAMILY,
        _SURVIVAL,
        _HUANG,
        partial(_resnet, _STOCHASTIC),
        _STEM_CHANGE,
        same_keys_as="resnet18",
    ),
    *(
        row(
            f"resnet{depth}",
            f"ResNet-{depth} for CIFAR",
            _FAMILY,
            f"Three stages of {depth // 6} pairs of 3×3 convolutions with 16, 32 and 64 maps.",
            _HE,
            _CIFAR_RESNET_IMAGES,
            partial(_cifar_resnet, depth // 6, 1.0),
        )
        for depth in (20, 56)
    ),
    row(
        "resnet110-stochastic-depth",
        "ResNet-110 with stochastic depth",
        _FAMILY,
        _SURVIVAL,
        _HUANG,
        _CIFAR_RESNET_IMAGES,
        partial(_cifar_resnet, 18, 0.5),
    ),
    row(
        "wide-resnet-16-8",
        "Wide ResNet-16-8",
        _FAMILY,
        "16 layers, eight times as wide as a ResNet for CIFAR.",
        _ZAGORUYKO,
        CIFAR,
        partial(_wide_resnet, 2, 8, 0.0),
    ),
    row(
        "wide-resnet-28-10",
        "Wide ResNet-28-10",
        _FAMILY,
        "28 layers, ten times as wide as a ResNet for CIFAR, with dropout in its blocks.",
        _ZAGORUYKO,
        CIFAR,
        partial(_wide_resnet, 4, 10, 0.3),
    ),
    row(
        "resnext29-8x64d",
        "ResNeXt-29, 8×64d",
        _FAMILY,
        "Bottlenecks of eight groups, three in each of three stages.",
        _XIE,
        CIFAR,
        _resnext_cifar,
    ),
)
