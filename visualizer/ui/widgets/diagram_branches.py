"""What stands side by side in a block, as the diagram shows it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from visualizer.networks.layers.kinds import Shape
from visualizer.networks.planning import RowPlan
from visualizer.networks.spec import LayerSpec
from visualizer.ui.widgets.diagram_shapes import Tone

_MOST_CELLS = 8  # layers of one branch


@dataclass(frozen=True, slots=True)
class Cell:
    """One small bar; ``shape`` is None where it is not known."""

    identity: int
    name: str
    shape: Shape | None
    tone: Tone

    @property
    def broken(self) -> bool:
        """Whether nothing comes out of it."""
        return self.shape is None


@dataclass(frozen=True, slots=True)
class Branch:
    """Layers one below the other."""

    cells: tuple[Cell, ...]


# How many layers the branches of a block have that is one row of the list, by its icon.
_INSIDE: Mapping[str, tuple[int, ...]] = {"residual": (2,), "inception": (1, 2, 2, 2), "fire": (1, 1)}


def branches_of(spec: LayerSpec, row: RowPlan, rows: Mapping[int, RowPlan]) -> tuple[Branch, ...]:
    """The branches of a block, from its layers or, where it is one row, from what its kind is known to do.

    None for what has no branches.
    """
    if spec.layers:
        return tuple(
            Branch(tuple(_cells(inside, rows))[:_MOST_CELLS]) for inside in spec.layers if inside.enabled
        )
    counts = _INSIDE.get(spec.row.icon, ())
    if counts == (2,) and spec.values.get("bottleneck"):
        counts = (3,)
    cell = Cell(spec.identity, spec.name, row.output, "weights")
    return tuple(Branch((cell,) * count) for count in counts)


def _cells(spec: LayerSpec, rows: Mapping[int, RowPlan]) -> Iterator[Cell]:
    """The layers of one branch that do more than work on each value alone; its last one at least."""
    row = rows[spec.identity]
    inside = [each for each in spec.layers if rows[each.identity].enabled]
    if inside and spec.row.wiring == "chain":
        found = [cell for each in inside for cell in _cells(each, rows)]
        shaping = [
            cell for cell in found if rows[cell.identity].input != cell.shape or cell.tone == "weights"
        ]
        yield from shaping or found[-1:]
        return
    tone: Tone = "weights" if row.parameters else "plain"
    if row.output is None:
        tone = "failing" if row.problem else "waiting"
    yield Cell(spec.identity, spec.name, row.output, tone)
