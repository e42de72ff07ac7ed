"""What a row of the layer table is made of: fields, the plan of what a layer does, how its module is made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import prod
from typing import Any, Literal

from torch import nn

Shape = tuple[int, ...]
"""The shape of one image or vector inside the network, without the batch: (C, H, W) or (features,)."""

Value = int | float | bool | str

Wiring = Literal["", "chain", "parallel", "all"]
"""What the layers inside a block get: "" for a layer without any inside; "chain" the output of the one before;
"parallel" all of them the block's own input; "all" something made of the block's input and every output before
(``LayerKind.feed``)."""


@dataclass(frozen=True, slots=True)
class Field:
    """One setting of a layer, named as the argument in ``torch.nn`` where there is one.

    A field without a default must be given. ``choices`` are words that may be given: in place of the number
    for a number field ("same"), the only possible values for a text field. ``column`` is where the builder
    shows it; "" means among the further settings of the row.
    """

    name: str
    type: type[int] | type[float] | type[bool] | type[str]
    default: Value | None
    minimum: float
    maximum: float
    help: str
    choices: tuple[str, ...] = ()
    title: str = ""  # "Kernel"; the name in words where it is empty
    column: Literal["channels", "kernel", "stride", "padding", "extra", ""] = ""

    @property
    def label(self) -> str:
        """What the window calls it."""
        return self.title or self.name.replace("_", " ").capitalize()


@dataclass(frozen=True, slots=True)
class Window:
    """What one output sees of a layer's input, per axis: ``size`` pixels, the next output ``stride`` further.

    ``size`` None: all of it.
    """

    size: int | None = 1
    stride: float = 1


@dataclass(frozen=True, slots=True)
class Plan:
    """What a layer would do to one image, by arithmetic alone; for a block, what it does beside its layers.

    ``macs`` are multiply-accumulates, ``operations`` what else costs time (pixels that pooling looks at),
    ``values`` the numbers it keeps in memory while it computes (None: those of its output), ``modules`` how many
    modules of torch it consists of, about. ``note`` is one sentence about what torch does and people may not
    expect, ``unseen`` the number of rows and columns of the input that no window looks at.
    """

    output: Shape
    parameters: int = 0
    macs: int = 0
    operations: int = 0
    values: int | None = None
    modules: int = 1
    window: Window = Window()
    note: str = ""
    unseen: int = 0

    @property
    def kept(self) -> int:
        """The numbers it keeps in memory."""
        return prod(self.output) if self.values is None else self.values


class Misfit(Exception):
    """A layer cannot be built on the input it gets: one sentence that says why.

    ``insert`` names a kind of layer that would help if it stood before this one.
    """

    def __init__(self, sentence: str, insert: str = "") -> None:
        super().__init__(sentence)
        self.insert = insert


@dataclass(frozen=True, slots=True)
class Construction:
    """How a module is made: its class and the arguments that go there.

    The class of a block gets its layers first, as an ``OrderedDict`` of modules by name.
    """

    cls: type[nn.Module]
    arguments: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LayerKind:
    """One row of the table.

    For a layer, ``plan(in_shape, **values)`` tells what it does and ``construct(in_shape, **values)`` how its
    module is made. For a block (``wiring``) both get, after ``in_shape``, the shapes that the layers inside give,
    ``plan(in_shape, outputs, **values)``, and ``feed(in_shape, outputs, **values)`` is the shape that the next
    layer inside gets (wiring "all" only). Every function gets every field. ``plan`` raises ``Misfit``.

    ``ranks`` are the numbers of dimensions that the input may have. ``reserved`` are names that layers inside a
    block may not have, because the block's own parts are called so. ``content(in_shape)`` is what a new block
    holds: (kind, values) of each layer. ``stem`` begins the names of new layers: "conv" for conv1, conv2.
    The layers inside a ``training_only`` block compute nothing in evaluation; only their parameters count.
    """

    name: str
    title: str  # "Max pool"
    group: str  # of GROUPS
    description: str
    plan: Callable[..., Plan] = field(repr=False)
    construct: Callable[..., Construction] = field(repr=False)
    fields: tuple[Field, ...] = ()
    ranks: tuple[int, ...] = (1, 3)
    wiring: Wiring = ""
    feed: Callable[..., Shape] | None = field(default=None, repr=False)
    reserved: tuple[str, ...] = ()
    training_only: bool = False
    content: Callable[[Shape], tuple[tuple[str, dict[str, Value]], ...]] | None = field(
        default=None, repr=False
    )
    stem: str = ""
    icon: str = ""

    @property
    def is_block(self) -> bool:
        """Whether it holds layers."""
        return bool(self.wiring)

    @property
    def outputs(self) -> str:
        """The field with the number of outputs, channels or features; "" where that follows from the rest."""
        return next((row.name for row in self.fields if row.column == "channels" and row.default is None), "")

    def defaults(self) -> dict[str, Value]:
        """A value for every field: its default, or a usual one where it has none."""
        return {row.name: 32 if row.default is None else row.default for row in self.fields}


GROUPS = ("Convolution", "Pooling", "Normalise", "Activate", "Structure", "Blocks")


def words(shape: Shape) -> str:
    """A shape as people read it: ``64×7×7``."""
    return "×".join(map(str, shape))


def made_of(cls: type[nn.Module], incoming: str = "") -> Callable[..., Construction]:
    """How a module is made whose arguments are the fields of its row.

    ``incoming`` is the argument for the number of channels or features that come in, if there is one.
    """

    def construct(shape: Shape, **values: Any) -> Construction:
        return Construction(cls, {incoming: shape[0], **values} if incoming else values)

    return construct


def unchanged(shape: Shape, **values: Value) -> Plan:
    """The plan of a layer without parameters that works on each value alone."""
    return Plan(shape)


def positions(size: int, kernel: int, stride: int, padding: int, dilation: int = 1) -> int:
    """The number of positions of a sliding window over ``size`` pixels (formula of ``torch.nn.Conv2d``)."""
    return (size + 2 * padding - dilation * (kernel - 1) - 1) // stride + 1


def required(name: str, title: str, help: str, maximum: int = 65_536) -> Field:
    """A field for a number of outputs, which must be given."""
    return Field(name, int, None, 1, maximum, help, title=title, column="channels")
