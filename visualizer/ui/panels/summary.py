"""The summary of a draft: what it costs, beside the network that is open."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtWidgets import QFrame, QScrollArea, QStackedLayout, QVBoxLayout, QWidget

from visualizer.ui.build_figures import Figure, counted_up_to, figures
from visualizer.ui.editor import BuildState
from visualizer.ui.numbers import integer
from visualizer.ui.theme import Colors
from visualizer.ui.widgets.export import Export, Row
from visualizer.ui.widgets.figure_table import FigureTable
from visualizer.ui.widgets.panel import PADDING, Panel
from visualizer.ui.widgets.placeholder import Placeholder


class SummaryPanel(Panel):
    """Shows the totals of the draft; asks for nothing."""

    title = "Summary"
    key = "summary"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state: BuildState | None = None
        self._figures: tuple[Figure, ...] = ()
        self.table = FigureTable()
        content = QWidget()
        rows = QVBoxLayout(content)
        rows.setContentsMargins(PADDING, 5, PADDING, 3)
        rows.addWidget(self.table)
        rows.addStretch(1)
        area = QScrollArea(widgetResizable=True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidget(content)
        self._pages = QStackedLayout(self)
        self._pages.addWidget(Placeholder("No layers yet. Add one, and see here what it costs."))
        self._pages.addWidget(area)

    def set_state(self, state: BuildState) -> None:
        """Show what the draft costs."""
        self._state = state
        is_empty = not state.spec.layers
        self._pages.setCurrentIndex(0 if is_empty else 1)
        if is_empty:
            self._figures = ()
            self.set_subtitle("")
            return
        self._figures = figures(state)
        last = counted_up_to(state.plan)
        self.table.set_figures(
            self._figures, f"up to {last}" if last else "draft", state.opened_name if state.opened else ""
        )
        self.set_subtitle(f"batch {integer(state.batch)}, float32")

    def set_colors(self, colors: Colors) -> None:
        self.table.set_colors(colors)

    def export(self) -> Export | None:
        if self._state is None or not self._figures:
            return None
        return Export(f"{self._state.spec.name} summary", self.table.grab, table=self._table)

    def _table(self) -> Iterable[Row]:
        assert self._state is not None
        yield ("figure", self._state.spec.name, self._state.opened_name)
        for row in self._figures:
            yield (
                row.name,
                row.text if row.amount is None else row.amount,
                row.opened_text if row.opened_amount is None else row.opened_amount,
            )
