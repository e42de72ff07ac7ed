"""The four cursors in the toolbar: network, input, selection, moment."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

from visualizer.data.inputs import Input
from visualizer.ui.jobs import OpenNetwork
from visualizer.ui.numbers import integer
from visualizer.ui.selection import Selection
from visualizer.ui.session import Session
from visualizer.ui.text import plain
from visualizer.ui.theme import Colors
from visualizer.ui.training_state import TrainingState
from visualizer.ui.widgets.panel import ElidedLabel

_LONGEST, _LEAST = 170, 110  # px
_AS_LOADED = "as loaded"


class CursorStrip(QWidget):
    """What everything on the screen is a function of, in one line."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        row = QHBoxLayout(self)
        row.setContentsMargins(4, 0, 4, 0)
        row.setSpacing(6)
        self._values: dict[str, ElidedLabel] = {}
        self._rules: list[QFrame] = []
        for name in ("Network", "Input", "Selection", "Moment"):
            if self._values:
                rule = QFrame(frameShape=QFrame.Shape.VLine, fixedWidth=1, fixedHeight=16)
                row.addSpacing(6)
                row.addWidget(rule)
                row.addSpacing(6)
                self._rules.append(rule)
            label = QLabel(name)
            label.setProperty("role", "muted")
            value = ElidedLabel("–")
            value.setMaximumWidth(_LONGEST)
            row.addWidget(label)
            row.addWidget(value)
            self._values[name] = value
        self._set("Moment", _AS_LOADED)
        session.network_changed.connect(self._network)
        session.training.changed.connect(self._moment)
        session.input_changed.connect(self._input)
        session.selection_changed.connect(self._selection)

    def set_colors(self, colors: Colors) -> None:
        for rule in self._rules:
            rule.setStyleSheet(f"background: {colors.control_border}; border: 0;")

    def _network(self, opened: OpenNetwork) -> None:
        self._set("Network", opened.network.name)
        self._set("Moment", _AS_LOADED)

    def _moment(self, state: TrainingState) -> None:
        text = _AS_LOADED if state.frame is None else f"step {integer(state.step)}"
        if text != self._values["Moment"].full_text():
            self._set("Moment", text)

    def _input(self, shown: Input) -> None:
        self._set("Input", plain(shown.name))

    def _selection(self, selection: Selection) -> None:
        layer = self._session.layer
        self._set("Selection", f"{layer.name}, unit {selection.unit}" if layer else "–")

    def _set(self, name: str, text: str) -> None:
        value = self._values[name]
        value.set_full_text(text)
        if name != "Input":  # where the room is short, this one gives way
            value.setMinimumWidth(min(value.sizeHint().width(), _LEAST))
        value.updateGeometry()
