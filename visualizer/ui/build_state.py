"""What the panels of the Build workspace show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from visualizer.networks.architectures import CIFAR10, DIGITS, SHAPES
from visualizer.networks.editing import Place
from visualizer.networks.layers.kinds import Shape
from visualizer.networks.planning import NetworkPlan, RowPlan, plan
from visualizer.networks.preprocessing import Preprocessing
from visualizer.networks.spec import NetworkSpec

EMPTY = NetworkSpec("untitled", (3, 32, 32), (), SHAPES, Preprocessing(32, 32, (0.5,) * 3, (0.5,) * 3))
"""Where a new draft begins: with what play trains on."""
DEFAULT_BATCH = 64
LABELS: Mapping[str, tuple[str, ...]] = {"shapes": SHAPES, "digits": DIGITS, "CIFAR-10": CIFAR10}
"""The classes of each data set whose labels a draft can have."""


@dataclass(frozen=True, slots=True)
class BuildState:
    """What the panels of the Build workspace show.

    ``selected`` are identities of layers, the last one chosen last. ``opened`` is the plan of the network that is
    open in the window, to compare with; ``changed`` says whether the draft differs from it. ``undo_text`` and
    ``redo_text`` say what would be undone and redone, "" where there is nothing.
    """

    spec: NetworkSpec = EMPTY
    plan: NetworkPlan = field(default_factory=lambda: plan(EMPTY))
    selected: tuple[int, ...] = ()
    batch: int = DEFAULT_BATCH
    opened_name: str = ""
    opened: NetworkPlan | None = None
    changed: bool = False
    undo_text: str = ""
    redo_text: str = ""

    @property
    def rows(self) -> dict[int, RowPlan]:
        """The plan's rows by the identity of their layer."""
        return {row.spec.identity: row for row in self.plan.rows}


def shape_at(spec: NetworkSpec, planned: NetworkPlan, place: Place) -> Shape:
    """What comes in at a place, as far as it is known."""
    rows = {row.spec.identity: row for row in planned.rows}
    before = rows.get(place.before) if place.before is not None else None
    if before is not None and before.input is not None:
        return before.input
    block = rows[place.block] if place.block is not None else None
    shape = block.input if block is not None else None
    siblings = spec.layers if block is None else block.spec.layers
    if block is None or block.spec.row.wiring != "parallel":
        for sibling in siblings:
            if sibling.identity == place.before:
                break
            shape = rows[sibling.identity].output or shape
    return shape or tuple(spec.input)
