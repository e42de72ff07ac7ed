"""The layer table: every kind of layer that a network specification can name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import prod

from torch import nn

from visualizer.networks.residual import ResidualStage

Shape = tuple[int, ...]
"""The shape of one image or vector inside the network, without the batch: (C, H, W) or (features,)."""

Value = int | float | bool


@dataclass(frozen=True, slots=True)
class Field:
    """One setting of a layer, named as the argument in ``torch.nn``; without a default it must be given."""

    name: str
    type: type[int] | type[float] | type[bool]
    default: Value | None
    minimum: float
    maximum: float
    help: str


@dataclass(frozen=True, slots=True)
class LayerKind:
    """One row of the table.

    ``build(in_shape, **values)`` makes the module and ``output(in_shape, **values)`` tells the shape of its
    output; both get every field. ``ranks`` are the numbers of dimensions that the input may have.
    """

    name: str
    description: str
    build: Callable[..., nn.Module] = field(repr=False)
    output: Callable[..., Shape] = field(repr=False)
    fields: tuple[Field, ...] = ()
    ranks: tuple[int, ...] = (1, 3)


def _unchanged(shape: Shape, **values: Value) -> Shape:
    return shape


def _window(size: int, kernel: int, stride: int, padding: int, dilation: int = 1) -> int:
    """The number of positions of a sliding window over ``size`` pixels (formula of ``torch.nn.Conv2d``)."""
    return (size + 2 * padding - dilation * (kernel - 1) - 1) // stride + 1


def _conv(shape: Shape, **values: int) -> Shape:
    window = (values["kernel_size"], values["stride"], values["padding"], values["dilation"])
    return values["out_channels"], _window(shape[1], *window), _window(shape[2], *window)


def _pool(shape: Shape, *, kernel_size: int, stride: int, padding: int) -> Shape:
    if 2 * padding > kernel_size:
        raise ValueError("a window would lie in the padding only")
    return shape[0], *(_window(size, kernel_size, stride, padding) for size in shape[1:])


def _stage(shape: Shape, *, channels: int, blocks: int, stride: int) -> Shape:
    return channels, *(_window(size, 3, stride, 1) for size in shape[1:])


def _batch_norm(shape: Shape, *, eps: float, momentum: float) -> nn.Module:
    norm = nn.BatchNorm2d if len(shape) == 3 else nn.BatchNorm1d
    return norm(shape[0], eps=eps, momentum=momentum)


def _required(name: str, help: str, maximum: int = 65_536) -> Field:
    return Field(name, int, None, 1, maximum, help)


_STRIDE = Field("stride", int, 1, 1, 1024, "Step from one position to the next")
_POOL_FIELDS = (
    Field("kernel_size", int, 2, 1, 1024, "Side of the square window"),
    Field("stride", int, 2, 1, 1024, "Step from one window to the next"),
    Field("padding", int, 0, 0, 512, "Pixels added on every side"),
)

_ROWS = (
    LayerKind(
        "conv",
        "Convolution: every output map is a weighted sum over a small window of all input maps.",
        lambda shape, **values: nn.Conv2d(shape[0], **values),
        _conv,
        (
            _required("out_channels", "Number of filters, one output map each"),
            Field("kernel_size", int, 3, 1, 1024, "Side of the square filter"),
            _STRIDE,
            Field(
                "padding", int, 0, 0, 1024, "Zeros added on every side; (kernel size − 1) / 2 keeps the size"
            ),
            Field("dilation", int, 1, 1, 1024, "Distance between the filter's taps"),
            Field("groups", int, 1, 1, 65_536, "Groups of channels that do not see each other"),
            Field("bias", bool, True, 0, 1, "Add a learned constant to every map"),
        ),
        ranks=(3,),
    ),
    LayerKind(
        "batch_norm",
        "Batch normalisation: every channel standardised over the batch, then scaled and shifted.",
        _batch_norm,
        _unchanged,
        (
            Field("eps", float, 1e-5, 1e-12, 1.0, "Added to the variance"),
            Field("momentum", float, 0.1, 0.0, 1.0, "Weight of the newest batch in the running statistics"),
        ),
    ),
    LayerKind("relu", "Rectifier: negative values become 0.", lambda shape: nn.ReLU(), _unchanged),
    LayerKind(
        "max_pool",
        "Max pooling: the largest value of every window.",
        lambda shape, **values: nn.MaxPool2d(**values),
        _pool,
        _POOL_FIELDS,
        ranks=(3,),
    ),
    LayerKind(
        "average_pool",
        "Average pooling: the mean of every window.",
        lambda shape, **values: nn.AvgPool2d(**values),
        _pool,
        _POOL_FIELDS,
        ranks=(3,),
    ),
    LayerKind(
        "global_average_pool",
        "Global average pooling: the mean of every map.",
        lambda shape: nn.AdaptiveAvgPool2d(1),
        lambda shape: (shape[0], 1, 1),
        ranks=(3,),
    ),
    LayerKind(
        "dropout",
        "Dropout: in training, values are set to 0 at random and the rest is scaled up.",
        lambda shape, p: nn.Dropout(p),
        _unchanged,
        (Field("p", float, 0.5, 0.0, 1.0, "Probability that a value is set to 0"),),
    ),
    LayerKind(
        "flatten",
        "Flatten: all maps in one vector.",
        lambda shape: nn.Flatten(),
        lambda shape: (prod(shape),),
    ),
    LayerKind(
        "linear",
        "Linear: every output is a weighted sum of all inputs.",
        lambda shape, **values: nn.Linear(shape[0], **values),
        lambda shape, out_features, bias: (out_features,),
        (
            _required("out_features", "Number of outputs", maximum=1_000_000),
            Field("bias", bool, True, 0, 1, "Add a learned constant to every output"),
        ),
        ranks=(1,),
    ),
    LayerKind(
        "residual_stage",
        "Residual stage: basic blocks of two 3×3 convolutions, each added to its own input.",
        lambda shape, **values: ResidualStage(shape[0], **values),
        _stage,
        (
            _required("channels", "Number of maps of every block"),
            Field("blocks", int, 2, 1, 1000, "Number of blocks"),
            Field("stride", int, 1, 1, 2, "Stride of the first block"),
        ),
        ranks=(3,),
    ),
)

LAYERS: Mapping[str, LayerKind] = {row.name: row for row in _ROWS}
"""Every kind of layer by its name."""
