"""The Build panel: the network as a stack of layers, one row each, edited in place."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from visualizer.networks.rows import RowPlan
from visualizer.ui.build_figures import layer_count
from visualizer.ui.editor import BuildState
from visualizer.ui.numbers import shape
from visualizer.ui.theme import Colors
from visualizer.ui.widgets.build_bar import BuildBar
from visualizer.ui.widgets.export import Export, Row
from visualizer.ui.widgets.panel import Panel
from visualizer.ui.widgets.stack_columns import ColumnHeader
from visualizer.ui.widgets.stack_control import StackControl
from visualizer.ui.widgets.stack_requests import StackRequests
from visualizer.ui.widgets.stack_view import StackView

TABLE_HEADER = ("name", "kind", "settings", "output", "parameters", "MACs", "problem or note")


class StackPanel(Panel):
    """Shows a ``BuildState``; what people ask comes from ``requests``."""

    title = "Build"
    key = "stack"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = BuildState()
        self.requests = StackRequests(self)
        self.view = StackView(self.requests, self)  # first: the Tab key goes from the rows to the bar
        self.bar = BuildBar(self.requests, self)
        self._header = ColumnHeader(self)
        self.view.columns_changed.connect(self._header.set_columns)
        self.control = StackControl(self.view, self.requests)
        self.setFocusProxy(self.view)
        self.bar.finished.connect(self.view.setFocus)
        rule = QFrame()
        rule.setProperty("role", "rule")
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        for part in (self.bar, rule, self._header):
            rows.addWidget(part)
        rows.addWidget(self.view, 1)

    def set_colors(self, colors: Colors) -> None:
        for part in (self.bar, self._header, self.view, self.control):
            part.set_colors(colors)

    def set_state(self, state: BuildState) -> None:
        """Show the network that is being built."""
        self._state = state
        self.bar.set_state(state)
        self.view.set_state(state)
        self._show_subtitle(state)

    def _show_subtitle(self, state: BuildState) -> None:
        count, errors = layer_count(state.plan), len(state.plan.problems)
        parts = [state.spec.name, f"{count} layer{'s' if count != 1 else ''}"]
        if errors and state.plan.rows:
            parts.append(f"{errors} error{'s' if errors != 1 else ''}")
        self.set_subtitle(", ".join(parts), warning=bool(errors and state.plan.rows))

    def open_kinds(self) -> None:
        """Open the list of layer kinds at the selected row: what Insert does."""
        self.control.choose_kind_below()

    def edit_name(self) -> None:
        """Begin to edit the name of the selected layer: what F2 does."""
        self.control.edit_name()

    def export(self) -> Export | None:
        if not self._state.plan.rows:
            return None
        rows = self._state.plan.rows
        return Export(f"{self._state.spec.name} layers", self.grab, table=lambda: _table(rows))


def _table(rows: Iterable[RowPlan]) -> Iterable[Row]:
    yield TABLE_HEADER
    for row in rows:
        settings = ", ".join(f"{name}={value}" for name, value in row.spec.values.items())
        output = shape(row.output) if row.output is not None else ""
        indented = "  " * (len(row.path) - 1) + row.spec.name
        yield (
            indented,
            row.spec.row.title,
            settings,
            output,
            row.parameters,
            row.macs,
            row.problem or row.note,
        )
