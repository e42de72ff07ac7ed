"""The four cursors in the toolbar: network, input, selection, moment."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

from visualizer.race import clock
from visualizer.race.racers import titles
from visualizer.ui.jobs import OpenNetwork
from visualizer.ui.numbers import integer, short
from visualizer.ui.race.live import LiveRace
from visualizer.ui.race.state import RaceState
from visualizer.ui.rotation.words import words
from visualizer.ui.selection import Selection
from visualizer.ui.session import Session
from visualizer.ui.text import plain
from visualizer.ui.theme import Colors
from visualizer.ui.training_state import TrainingState
from visualizer.ui.widgets.panel import ElidedLabel

_LONGEST, _LEAST = 170, 110  # px
_AS_LOADED = "as loaded"


class Strip(QWidget):
    """Names with what they stand for, in one line. ``gives_way`` is the one that is cut where the room is short."""

    def __init__(self, names: Sequence[str], gives_way: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(4, 0, 4, 0)
        row.setSpacing(6)
        self._gives_way = gives_way
        self._values: dict[str, ElidedLabel] = {}
        self._captions: list[QLabel] = []
        self._rules: list[QFrame] = []
        for name in names:
            if self._values:
                rule = QFrame(frameShape=QFrame.Shape.VLine, fixedWidth=1, fixedHeight=16)
                row.addSpacing(6)
                row.addWidget(rule)
                row.addSpacing(6)
                self._rules.append(rule)
            label = QLabel(name)
            label.setProperty("role", "muted")
            # In the middle: how far the input is turned stands at the end.
            value = ElidedLabel("–", mode=Qt.TextElideMode.ElideMiddle)
            value.setMaximumWidth(_LONGEST)
            value.setAccessibleName(name)
            self._captions.append(label)
            row.addWidget(label)
            row.addWidget(value)
            self._values[name] = value

    def set_colors(self, colors: Colors) -> None:
        for rule in self._rules:
            rule.setStyleSheet(f"background: {colors.control_border}; border: 0;")

    def set_narrow(self, narrow: bool) -> None:
        """Leave the captions out where the room is short: the values tell what they are."""
        for caption in self._captions:
            caption.setVisible(not narrow)

    def set_value(self, name: str, text: str) -> None:
        value = self._values[name]
        if text == value.full_text():
            return
        value.set_full_text(text)
        width = min(value.sizeHint().width(), _LEAST)
        # The moment only wider: as it plays, it would lay out the toolbar again and again.
        if name == self._gives_way:
            value.updateGeometry()
        elif width > value.minimumWidth() or name != "Moment":
            value.setMinimumWidth(width)
            value.updateGeometry()


class CursorStrip(Strip):
    """What everything on the screen is a function of, in one line."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(("Network", "Input", "Selection", "Moment"), "Input", parent)
        self._session = session
        self.set_value("Moment", _AS_LOADED)
        session.network_changed.connect(self._network)
        session.training.changed.connect(self._moment)
        session.input_changed.connect(self._input)
        session.change_changed.connect(self._input)
        session.selection_changed.connect(self._selection)

    def _network(self, opened: OpenNetwork) -> None:
        self.set_value("Network", opened.network.name)
        self.set_value("Moment", _AS_LOADED)

    def _moment(self, state: TrainingState) -> None:
        self.set_value("Moment", _AS_LOADED if state.frame is None else f"step {integer(state.step)}")

    def _input(self, _: object) -> None:
        shown, change = self._session.input, words(self._session.change)
        if shown is not None:
            flip = "flipped" if shown.flip.words else ""  # the room is short: the Input dock says which way
            self.set_value("Input", ", ".join(filter(None, (plain(shown.name), flip, change))))

    def _selection(self, selection: Selection) -> None:
        layer = self._session.layer
        self.set_value("Selection", f"{layer.name}, unit {selection.unit}" if layer else "–")


class RaceStrip(Strip):
    """What the Race workspace is a function of."""

    def __init__(self, race: LiveRace, parent: QWidget | None = None) -> None:
        super().__init__(("Surface", "Start", "Racer", "Moment"), "Start", parent)
        self._race = race
        race.changed.connect(self.set_state)
        self.set_state(race.state)

    def set_state(self, state: RaceState) -> None:
        if not self._race.is_awake:
            return
        x, y = state.race.start
        racers = state.race.racers
        names = {racer.key: title for racer, title in zip(racers, titles(racers), strict=True)}
        self.set_value("Surface", state.race.surface.title)
        self.set_value("Start", f"({short(x)}, {short(y)})")
        self.set_value("Racer", names.get(state.selected, "–"))
        self.set_value("Moment", clock.words(state.race, state.moment))
