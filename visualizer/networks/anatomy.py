"""The anatomy of a network: its layers in the order of execution, what each costs and sees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from torch import nn

from visualizer.errors import UserError
from visualizer.networks.layer_details import detail
from visualizer.networks.memory import is_out_of_memory
from visualizer.networks.network import Network
from visualizer.networks.tracing import INPUT as INPUT
from visualizer.networks.tracing import ForwardError, Visit, trace

Layout = Literal["maps", "maps_last", "tokens", "vector"]
"""How one output (without the batch) is laid out: (C, H, W), (H, W, C), (T, C) or (C,)."""


@dataclass(frozen=True, slots=True)
class ReceptiveField:
    """What a unit sees of the input, per axis (rows, columns), in pixels of the network's input.

    The unit at row ``i`` sees the rows ``start[0] + i · stride[0]`` up to that plus ``size[0]`` (excluded);
    the field may reach beyond the picture (padding). Computed by size ← size + (kernel − 1) · jump.
    """

    size: tuple[int, int]
    stride: tuple[float, float]
    start: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Layer:
    """One call of a leaf module.

    ``name`` is the module's path, with ``#2``, ``#3`` … behind it for later calls of a reused module.
    ``output`` is the shape of one output without the batch (of the first tensor, if there are several).
    ``parents`` are the indexes of the layers whose outputs reach this one (``INPUT`` for the input itself),
    so a layer after an addition or a concatenation has several. ``macs`` are multiply-accumulates of one
    image. ``overwritten`` says that later code changes the output in place (``out += identity``), so a capture
    must copy it; activations with ``inplace=True`` don't count, a capture switches that off.
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


def examine(network: Network) -> Anatomy:
    """The anatomy of ``network`` for one input of the size it wants, usually without computing anything.

    Raises:
        UserError: the network cannot take an input of that size, or there is too little memory for it.
    """
    try:
        run = trace(network.module, network.input)
    except ForwardError as error:
        if is_out_of_memory(error.__cause__):
            raise UserError(
                f"the network {network.name} needs more memory than there is; close other programs "
                "or choose a smaller network"
            ) from error
        shape = "×".join(map(str, network.input))
        place = f"at its layer {error.path} ({error.kind})" if error.path else "before its first layer"
        raise UserError(
            f"The network {network.name} cannot take an input of {shape}: it stops {place};"
            " choose another input size or another network."
        ) from error
    layers: list[Layer] = []
    counted: set[int] = set()  # parameters that an earlier layer has: a reused module has them once
    for visit in run.visits:
        new = {id(parameter): parameter.numel() for parameter in visit.module.parameters()}
        layers.append(_layer(visit, layers, sum(n for key, n in new.items() if key not in counted)))
        counted.update(new)
    total = sum(parameter.numel() for parameter in network.module.parameters())
    return Anatomy(tuple(layers), total, run.macs)


def _layer(visit: Visit, earlier: list[Layer], parameters: int) -> Layer:
    kind = type(visit.module).__name__
    path = visit.path or kind
    formula = visit.field.formula(visit.shape) if visit.field else None
    return Layer(
        index=len(earlier),
        name=path if visit.call == 1 else f"{path}#{visit.call}",
        module=visit.path,
        call=visit.call,
        kind=kind,
        detail=detail(visit.module),
        output=visit.shape[1:],
        layout=_layout(visit, [earlier[parent] for parent in visit.parents if parent != INPUT]),
        parameters=parameters,
        macs=visit.macs,
        receptive_field=ReceptiveField(*formula) if formula else None,
        parents=visit.parents,
        overwritten=visit.overwritten,
    )


def _layout(visit: Visit, parents: list[Layer]) -> Layout:
    """By the axes along which rows and columns were followed, else by the kind of layer and its parents."""
    if len(visit.shape) != 4:
        return "tokens" if len(visit.shape) == 3 else "vector" if len(visit.shape) < 3 else "maps"
    axes = (visit.field.rows.dim, visit.field.columns.dim) if visit.field else (None, None)
    if axes in ((-2, -1), (-3, -2)):
        return "maps" if axes == (-2, -1) else "maps_last"
    inherited: Layout = "maps_last" if any(parent.layout == "maps_last" for parent in parents) else "maps"
    if type(visit.module).__name__ == "Permute":
        return "maps" if inherited == "maps_last" else "maps_last"
    if isinstance(visit.module, (nn.Linear, nn.LayerNorm)):
        return "maps_last"
    return "maps" if isinstance(visit.module, (nn.Conv2d, nn.BatchNorm2d)) else inherited
