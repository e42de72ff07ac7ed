"""Which blocks of the stack are collapsed."""

from __future__ import annotations

from collections.abc import Sequence

from visualizer.networks.planning import NetworkPlan
from visualizer.networks.rows import RowPlan
from visualizer.ui.widgets.stack_rows import ShownRow, block_counts, shown_rows, starts_collapsed


class Folds:
    """Remembers for every block that was seen whether it is collapsed; long ones are so at first."""

    def __init__(self) -> None:
        self._collapsed: dict[int, bool] = {}

    def rows(self, plan: NetworkPlan, selected: Sequence[int] = ()) -> tuple[ShownRow, ...]:
        """The rows to be shown; a block that is selected when it is seen first is open."""
        counts = block_counts(plan.rows)
        for row in plan.rows:
            if row.spec.row.is_block and not row.spec.layers:
                self._collapsed[row.spec.identity] = False  # what comes into it shall be seen
            elif row.spec.layers and row.spec.identity not in self._collapsed:
                closed = starts_collapsed(row, counts) and row.spec.identity not in selected
                self._collapsed[row.spec.identity] = closed
        return shown_rows(plan.rows, self._is_collapsed)

    def _is_collapsed(self, row: RowPlan) -> bool:
        return self._collapsed.get(row.spec.identity, False)

    def set_collapsed(self, identity: int, collapsed: bool) -> None:
        """Close or open a block."""
        self._collapsed[identity] = collapsed

    def reveal(self, plan: NetworkPlan, identities: Sequence[int]) -> None:
        """Open the blocks around these layers."""
        wanted = [row.path for row in plan.rows if row.spec.identity in identities]
        outer = {path[:end] for path in wanted for end in range(1, len(path))}
        for row in plan.rows:
            if row.path in outer:
                self._collapsed[row.spec.identity] = False
