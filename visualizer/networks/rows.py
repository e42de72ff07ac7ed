"""What is known of one layer of a planned network: the row that the builder shows."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass

from visualizer.networks.layers import LAYERS
from visualizer.networks.layers.kinds import LayerKind, Misfit, Plan, Shape, Value, words
from visualizer.networks.spec import LayerSpec, Path


@dataclass(frozen=True, slots=True)
class RowPlan:
    """What is known of one row of the builder.

    ``input`` and ``output`` are None, and costs 0, where nothing is known: on a row with a ``problem`` (what
    cannot be built, one sentence) and on those that wait for it (``waits``). Costs of a block contain those of
    its layers, and ``inside`` are the shapes that those give. ``note`` is what torch does and people may not
    expect. ``values`` are the numbers kept in memory for one image, ``insert`` a kind of layer that would help
    before this one. ``too_large`` says that the problem is a limit of the whole network, or of the machine.
    """

    path: Path
    spec: LayerSpec
    input: Shape | None = None
    output: Shape | None = None
    inside: tuple[Shape, ...] = ()
    parameters: int = 0
    macs: int = 0
    operations: int = 0
    values: int = 0
    receptive_field: int | None = None  # side in pixels; None: not known, or the whole picture
    problem: str = ""
    note: str = ""
    insert: str = ""
    waits: bool = False
    enabled: bool = True  # False as well inside a block that is disabled
    too_large: bool = False


def planned_layer(
    kind: LayerKind, shape: Shape, outputs: tuple[Shape, ...], values: Mapping[str, Value]
) -> Plan:
    """The plan of one row that gets ``shape``, for a block of the ``outputs`` inside; raises ``Misfit``."""
    return _planned(kind.name, shape, outputs, tuple(values.items()))


@functools.lru_cache(maxsize=8_192)  # an edit changes few rows, and networks repeat theirs
def _planned(
    name: str, shape: Shape, outputs: tuple[Shape, ...], items: tuple[tuple[str, Value], ...]
) -> Plan:
    kind, values = LAYERS[name], dict(items)
    if len(shape) not in kind.ranks:
        raise rank_misfit(kind, shape)
    made: Plan = kind.plan(shape, outputs, **values) if kind.is_block else kind.plan(shape, **values)
    if min(made.output) < 1:
        raise Misfit(f"Its output would be {words(made.output)}; no window fits into {words(shape)}.")
    return made


def rank_misfit(kind: LayerKind, shape: Shape) -> Misfit:
    """What to say where a layer for maps gets a vector, or the other way round."""
    if len(shape) == 3:
        return Misfit(f"{kind.title} takes a vector, but {words(shape)} maps come in.", insert="flatten")
    return Misfit(f"{kind.title} takes maps, but a vector of {words(shape)} values comes in.")
