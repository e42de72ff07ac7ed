"""What the panels of the Build workspace show."""

from __future__ import annotations

from dataclasses import dataclass, field

from visualizer.networks.planning import NetworkPlan, RowPlan, plan
from visualizer.networks.preprocessing import Preprocessing
from visualizer.networks.spec import NetworkSpec

EMPTY = NetworkSpec("untitled", (3, 32, 32), (), (), Preprocessing(32, 32, (0.5,) * 3, (0.5,) * 3))
DEFAULT_BATCH = 64


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
