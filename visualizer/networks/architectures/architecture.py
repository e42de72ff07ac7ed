"""What a row of the table of architectures is made of: the paper, the images, how its layers are made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from visualizer.networks.initialization import DEFAULT
from visualizer.networks.layers.kinds import Value
from visualizer.networks.numbering import numbered_classes
from visualizer.networks.preprocessing import Preprocessing
from visualizer.networks.spec import LayerSpec, NetworkSpec, layer

Layers = tuple[LayerSpec, ...]


@dataclass(frozen=True, slots=True)
class Paper:
    """Where an architecture was published; ``identifier`` is an arXiv number or a DOI."""

    authors: str
    year: int
    identifier: str


@dataclass(frozen=True, slots=True)
class Images:
    """The images that a network is for: (C, H, W), the labels, and how a picture becomes an input."""

    shape: tuple[int, int, int]
    classes: tuple[str, ...]
    preprocessing: Preprocessing

    @property
    def small(self) -> bool:
        """Whether a stem for ImageNet would leave too little of them."""
        return self.shape[1] < 64


@dataclass(frozen=True, slots=True)
class Architecture:
    """One row: ``make`` describes the network anew at each call; ``spec(name)`` keeps what it made.

    ``description`` is one sentence about what makes it, and for a small relative what was changed. A ``twin``
    is torchvision's network of that name, with the same parameters under the same names. ``same_keys_as``
    names an architecture whose parameters have the same names and shapes: no file can tell the two apart.
    """

    name: str
    title: str
    family: str
    description: str
    source: Paper | None
    make: Callable[[], NetworkSpec] = field(repr=False)
    twin: bool = False
    same_keys_as: str = ""


def row(
    name: str,
    title: str,
    family: str,
    description: str,
    source: Paper | None,
    images: Images,
    layers: Callable[[Images], Layers],
    *,
    twin: bool = False,
    same_keys_as: str = "",
    initialization: str = DEFAULT,
) -> Architecture:
    """A row whose network takes ``images``."""

    def make() -> NetworkSpec:
        rows = layers(images)
        return NetworkSpec(name, images.shape, rows, images.classes, images.preprocessing, initialization)

    return Architecture(name, title, family, description, source, make, twin, same_keys_as)


def pair(
    name: str,
    title: str,
    family: str,
    description: str,
    source: Paper | None,
    layers: Callable[[Images], Layers],
    change: str,
    *,
    twin: bool = False,
    same_keys_as: str = "",
    small_name: str = "",
    initialization: str = DEFAULT,
) -> tuple[Architecture, Architecture]:
    """The row for ImageNet, and that for 32×32; ``change`` says what is different there."""
    begin = partial(row, family=family, source=source, layers=layers, initialization=initialization)
    relative = f"{same_keys_as}-32" if same_keys_as else ""
    small = small_name or f"{name}-32"
    return (
        begin(name, title, description=description, images=IMAGENET, twin=twin, same_keys_as=same_keys_as),
        begin(small, f"{title}, 32×32", description=change, images=CIFAR, same_keys_as=relative),
    )


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

HE = "he_normal"
"""How deep networks without batch norm begin: with torch's own weights, gradients would die out in them."""

IMAGENET_MEAN, IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
HALF = (0.5, 0.5, 0.5)

IMAGENET = Images(
    (3, 224, 224),
    numbered_classes(1000),  # torchvision has the labels: seconds to import
    Preprocessing(256, 224, IMAGENET_MEAN, IMAGENET_STD),
)
CIFAR = Images(
    (3, 32, 32), CIFAR10, Preprocessing(32, 32, (0.4914, 0.4822, 0.4465), (0.2470, 0.2435, 0.2616))
)


# Groups of layers that many architectures have --------------------------------------------------------


def sequence(name: str, *layers: LayerSpec) -> LayerSpec:
    """Layers one after another under one name."""
    return layer("sequence", name, *layers)


def numbered(name: str, *layers: tuple[str, dict[str, Value]]) -> LayerSpec:
    """A sequence whose layers, given as (kind, values), are called by their place: ``features.0``."""
    return sequence(name, *(layer(kind, str(i), **values) for i, (kind, values) in enumerate(layers)))


def conv_norm_relu(name: str, out_channels: int, kernel_size: int, stride: int = 1) -> Layers:
    """Convolution without bias, batch norm, ReLU: conv1, bn1, relu."""
    padding = kernel_size // 2
    number = name.removeprefix("conv")
    values: dict[str, Value] = {"kernel_size": kernel_size, "stride": stride, "padding": padding}
    return (
        layer("conv", name, out_channels=out_channels, bias=False, **values),
        layer("batch_norm", f"bn{number}"),
        layer("relu", "relu"),
    )


def pooled_head(name: str, images: Images) -> Layers:
    """The mean of every map, and a linear layer to the classes."""
    return (
        layer("global_average_pool", "avgpool"),
        layer("flatten", "flatten"),
        layer("linear", name, out_features=len(images.classes)),
    )
