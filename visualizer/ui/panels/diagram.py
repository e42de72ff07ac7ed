"""The live diagram of a draft: how large the maps are, how many, and how branches run."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import QPoint, Signal
from PySide6.QtWidgets import QGraphicsScene, QStackedLayout, QToolTip, QWidget

from visualizer.networks.planning import RowPlan
from visualizer.ui.editor import BuildState
from visualizer.ui.numbers import integer, shape, short
from visualizer.ui.text import plain
from visualizer.ui.theme import Colors
from visualizer.ui.widgets.diagram_layout import lay_out
from visualizer.ui.widgets.diagram_view import DiagramView
from visualizer.ui.widgets.export import Export
from visualizer.ui.widgets.panel import Panel
from visualizer.ui.widgets.placeholder import Placeholder


class DiagramPanel(Panel):
    """Emits ``row_selected(identity)`` for a click or a key."""

    title = "Diagram"
    key = "diagram"
    row_selected = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state: BuildState | None = None
        self._drawn: tuple[object, ...] = ()
        self._folded: set[int] = set()
        self.view = DiagramView()
        self.view.selected.connect(self.row_selected)
        self.view.folded.connect(self._fold)
        self.view.resized.connect(self._draw)
        self.view.tip_requested.connect(self._show_tip)
        self._pages = QStackedLayout(self)
        self._pages.addWidget(Placeholder("No layers yet. Add one, and it is drawn here."))
        self._pages.addWidget(self.view)

    def set_state(self, state: BuildState) -> None:
        """Draw the draft."""
        self._state = state
        is_empty = not state.spec.layers
        self._pages.setCurrentIndex(0 if is_empty else 1)
        self.set_subtitle("" if is_empty else "width: image side, height: channels")
        self._draw()
        self.view.set_selected(state.selected)

    def set_colors(self, colors: Colors) -> None:
        self.view.set_colors(colors)

    def _draw(self) -> None:
        """Lay out what is shown, where anything of it is another than before."""
        if self._state is None:
            return
        width = self.view.viewport().width()
        key = (self._state.plan, width, frozenset(self._folded))
        if not self._drawn or self._drawn[0] is not key[0] or self._drawn[1:] != key[1:]:
            self._drawn = key
            self.view.set_diagram(lay_out(self._state.spec, self._state.plan, width, self._folded))

    def _fold(self, identity: int) -> None:
        self._folded ^= {identity}
        self._draw()

    def _show_tip(self, identity: int, place: QPoint) -> None:
        row = self._state.rows.get(identity) if self._state else None
        if row is not None:
            QToolTip.showText(place, _tip(row), self.view)

    def export(self) -> Export | None:
        if self._state is None or not self._state.spec.layers:
            return None
        return Export(f"{self._state.spec.name} diagram", self.view.picture, scene=self._scene)

    def _scene(self) -> QGraphicsScene:
        return self.view.scene()


def _tip(row: RowPlan) -> str:
    """Everything about a row: kind, fields, shapes, costs, what is wrong."""
    kind = row.spec.row
    lines = [f"<b>{escape(plain(row.spec.name))}</b>, {escape(kind.title)}"]
    lines += [
        f"{escape(field.label)} {escape(str(row.spec.values[field.name]))}"
        for field in kind.fields
        if row.spec.values[field.name] != field.default
    ]
    if row.input is not None and row.output is not None:
        lines.append(f"{shape(row.input)} → {shape(row.output)}")
        if row.parameters or row.macs:
            lines.append(f"{integer(row.parameters)} parameters, {short(row.macs)} MACs")
    lines += [escape(sentence) for sentence in (row.problem, row.note) if sentence]
    if row.waits:
        lines.append("Waits for a problem above.")
    if not row.enabled:
        lines.append("Left out of the network.")
    return "<p style='white-space: pre-wrap'>" + "<br>".join(lines) + "</p>"
