"""The Anatomy of a step: how the selected racer came from where it was to where it is, one line per term."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QStackedLayout,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from visualizer.race.frames import StepAnatomy
from visualizer.race.racers import marker_of
from visualizer.ui.race.state import RaceState
from visualizer.ui.theme import Colors, icon
from visualizer.ui.widgets.anatomy_headline import AnatomyHeadline
from visualizer.ui.widgets.anatomy_table import AnatomyTable
from visualizer.ui.widgets.export import Export, Row
from visualizer.ui.widgets.panel import PADDING, Panel
from visualizer.ui.widgets.placeholder import Placeholder

NO_RACER = "Select a racer: its step at the moment is taken apart here, from the gradient to the new point."
NO_STEP = "Step 0 is the start: press play, or go one step on."
WAITING = "Taking the step apart…"


class AnatomyPanel(Panel):
    """Shows the step of the selected racer that ends at the play head.

    Emits ``step_requested(by)``: one step on or back.
    """

    step_requested = Signal(int)
    title = "Anatomy of a step"
    key = "anatomy"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state: RaceState | None = None
        self._anatomy: StepAnatomy | None = None
        self._look: object = None
        self.headline, self.table = AnatomyHeadline(), AnatomyTable()
        self.placeholder = Placeholder(NO_RACER)
        self._buttons = {
            "previous": self._button("One step back (,)", -1),
            "next": self._button("One step on (.)", 1),
        }
        self.head = QWidget()
        row = QHBoxLayout(self.head)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        for button in self._buttons.values():
            row.addWidget(button)
        content = QWidget()
        rows = QVBoxLayout(content)
        rows.setContentsMargins(PADDING, 8, 0, 4)
        rows.setSpacing(2)
        above = QVBoxLayout()
        above.setContentsMargins(0, 0, PADDING, 0)
        above.addWidget(self.headline)
        rows.addLayout(above)
        rows.addWidget(self._scrolled(), 1)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self.placeholder)
        self._stack.addWidget(content)

    def _button(self, tip: str, by: int) -> QToolButton:
        button = QToolButton(toolTip=tip, accessibleName=tip, autoRaise=True)
        button.setFixedSize(22, 22)
        button.setAutoRepeat(True)
        button.clicked.connect(lambda: self.step_requested.emit(by))
        return button

    def _scrolled(self) -> QScrollArea:
        """The table in an area that scrolls up and down where there is less room."""
        inside = QWidget()
        rows = QVBoxLayout(inside)
        rows.setContentsMargins(0, 0, PADDING, 0)
        rows.addWidget(self.table)
        rows.addStretch()
        area = QScrollArea(widgetResizable=True, frameShape=QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inside)
        return area

    def set_colors(self, colors: Colors) -> None:
        for name, button in self._buttons.items():
            button.setIcon(icon(name, colors.muted, colors.disabled))
        self.headline.set_colors(colors)
        self.table.set_colors(colors)

    def set_state(self, state: RaceState) -> None:
        """Show ``state.anatomy``; the last one stays while that of another step of the same racer is made."""
        before, self._state = self._state, state
        if before is not None and _parts(before) == _parts(state):
            return
        racer = next((each for each in state.race.racers if each.key == state.selected), None)
        shown, has_step = state.anatomy, state.moment > 0
        if shown is None and has_step and self._anatomy is not None and before is not None:
            shown = self._anatomy if before.race is state.race else None
        if racer is None or not has_step or shown is None or shown.key != racer.key:
            self._anatomy = None
            self.placeholder.set_sentence(NO_RACER if racer is None else WAITING if has_step else NO_STEP)
            self._stack.setCurrentIndex(0)
        else:
            look = (shown, racer.color)
            if self._anatomy is None or look != self._look:
                self._anatomy, self._look = shown, look
                self.headline.set_anatomy(shown, racer.color, marker_of(racer))
                self.table.set_anatomy(shown)
            self._stack.setCurrentIndex(1)
        self._buttons["previous"].setEnabled(racer is not None and has_step)
        self._buttons["next"].setEnabled(racer is not None and state.moment < state.length)

    def export(self) -> Export | None:
        anatomy = self._anatomy
        if anatomy is None:
            return None
        name = f"{anatomy.title}, step {anatomy.step}"
        return Export(name, picture=self._picture, table=lambda: _table(anatomy))

    def _picture(self) -> QPixmap:
        return self.grab()


def _parts(state: RaceState) -> tuple[object, ...]:
    """All on which the panel depends, compared by identity where it is large."""
    return id(state.anatomy), id(state.race), state.selected, state.moment > 0, state.moment < state.length


def _table(anatomy: StepAnatomy) -> Iterable[Row]:
    """The terms with their numbers in full."""
    yield "symbol", "words", "formula", "x", "y"
    yield "", f"{anatomy.title}, point before step {anatomy.step}", "", *anatomy.start
    for term in anatomy.terms:
        yield term.symbol, term.words, term.formula, *term.value
    yield "", "effective rate", "−Δ / g", *anatomy.effective_rate
    yield "", "point after it", "", *anatomy.end
    yield "", "loss before and after", "", anatomy.loss_before, anatomy.loss_after
