"""The palette: every kind of layer to add, and every architecture to start from."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QStackedLayout, QVBoxLayout, QWidget

from visualizer.networks.layers.kinds import Shape
from visualizer.ui.editor import BuildState
from visualizer.ui.theme import Colors, icon
from visualizer.ui.widgets.palette_list import PaletteList
from visualizer.ui.widgets.palette_model import PaletteModel, PaletteRow, palette_rows
from visualizer.ui.widgets.panel import PADDING, Panel
from visualizer.ui.widgets.placeholder import Placeholder


class PalettePanel(Panel):
    """Emits ``kind_activated(name)`` and ``start_activated(name)`` for a double-click or Enter.

    Layer kinds can be dragged out of it (``widgets/kind_drag.py``).
    """

    title = "Layer kinds"
    key = "palette"
    kind_activated = Signal(str)
    start_activated = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = PaletteModel(palette_rows())
        self.list = PaletteList(self._model)
        self.list.chosen.connect(self._ask)
        self.list.typed.connect(self._type)
        self.list.left_upwards.connect(self._leave_list)
        self.filter = QLineEdit(placeholderText="Filter layer kinds", clearButtonEnabled=True)
        self.filter.setAccessibleName("Filter layer kinds")
        self._glass = self.filter.addAction(
            icon("search", "#000000"), QLineEdit.ActionPosition.LeadingPosition
        )
        self.filter.textChanged.connect(self._filter)
        self.filter.returnPressed.connect(self.list.choose)
        self.filter.installEventFilter(self)
        self._nothing = Placeholder("")
        self._build()

    def _build(self) -> None:
        top = QVBoxLayout()
        top.setContentsMargins(PADDING - 3, 7, PADDING - 3, 7)
        top.addWidget(self.filter)
        self._pages = QStackedLayout()
        self._pages.addWidget(self.list)
        self._pages.addWidget(self._nothing)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addLayout(top)
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        rows.addLayout(self._pages, 1)

    def set_colors(self, colors: Colors) -> None:
        self._glass.setIcon(icon("search", colors.muted))
        self.list.set_colors(colors)

    def set_state(self, state: BuildState) -> None:
        """Tell apart what takes what comes in behind the selected layer, or at the end."""
        self._model.set_incoming(_incoming(state))

    def _ask(self, row: PaletteRow) -> None:
        (self.kind_activated if row.what == "kind" else self.start_activated).emit(row.name)

    def _filter(self, typed: str) -> None:
        self._model.set_filter(typed)
        self._pages.setCurrentIndex(0 if self._model.rows else 1)
        self._nothing.set_sentence(f"No kind of layer or architecture is called “{typed.strip()}”.")
        self.list.set_row(self._model.best_match(typed) if typed.strip() else -1)

    def _type(self, text: str) -> None:
        """What is typed over the list goes into the filter."""
        self.filter.setFocus()
        self.filter.insert(text)

    def _leave_list(self) -> None:
        self.filter.setFocus()
        self.filter.selectAll()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.filter and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() == Qt.Key.Key_Down and self._model.rows:
                self._enter_list()
                return True
            if event.key() == Qt.Key.Key_Escape and self.filter.text():
                self.filter.clear()
                return True
        return super().eventFilter(watched, event)

    def _enter_list(self) -> None:
        if self.list.row() is None:  # before it has the focus, which would choose the first heading
            self.list.set_row(self._model.best_match(""))
        self.list.setFocus()


def _incoming(state: BuildState) -> Shape | None:
    """What a new layer would get; None below a problem."""
    if state.selected:
        row = state.rows[state.selected[-1]]
        return row.output if row.enabled else None
    last = next((row for row in reversed(state.plan.rows) if row.enabled and len(row.path) == 1), None)
    return tuple(state.spec.input) if last is None else last.output
