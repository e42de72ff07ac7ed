"""The anatomy of a network: its layers in the order of execution, what each costs and sees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Layout = Literal["maps", "maps_last", "tokens", "vector"]
"""How one output (without the batch) is laid out: (C, H, W), (H, W, C), (T, C) or (C,)."""

INPUT = -1
"""The index that stands for the network's input among a layer's parents."""


@dataclass(frozen=True, slots=True)
class ReceptiveField:
    """What a unit sees of the input, per axis (rows, columns), in pixels of the network's input.

    The unit at row ``i`` sees the rows ``start[0] + i · stride[0]`` up to that plus ``size[0]`` (excluded);
    the field may reach beyond the picture (padding). Computed by size ← size + (kernel − 1) · jump.
    """

    size: tuple[int, int]
    stride: tuple[int, int]
    start: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Layer:
    """One call of a leaf module.

    ``name`` is the module's path, with ``#2``, ``#3`` … behind it for later calls of a reused module.
    ``output`` is the shape of one output without the batch (of the first tensor, if there are several).
    ``parents`` are the indexes of the layers whose outputs reach this one (``INPUT`` for the input itself),
    so a layer after an addition or a concatenation has several. ``macs`` are multiply-accumulates of one
    image. ``overwritten`` says that later code changes the output in place: a capture must copy it.
    """

    index: int
    name: str
    module: str
    call: int
    kind: str  # the class: "Conv2d"
    detail: str  # for people: "Conv 3×3 /2"
    output: tuple[int, ...]
    layout: Layout
    parameters: int
    macs: int
    receptive_field: ReceptiveField | None
    parents: tuple[int, ...]
    overwritten: bool


@dataclass(frozen=True, slots=True)
class Anatomy:
    """All layers of a network in the order of execution, and the totals (of one image)."""

    layers: tuple[Layer, ...]
    parameters: int
    macs: int
