"""The Racer panel: every setting of the selected racer, made from the tables of optimizers and schedules."""

from __future__ import annotations

import math
from collections.abc import Iterable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QStackedLayout, QWidget

from visualizer.networks.layers.kinds import Value
from visualizer.race.config import Racer
from visualizer.race.racers import titles
from visualizer.ui.race.numbers import rate_text
from visualizer.ui.race.racer_form import RATE, edited, racer_form
from visualizer.ui.race.state import RaceState
from visualizer.ui.text import plain_tip
from visualizer.ui.theme import Colors
from visualizer.ui.widgets.export import Export, Row
from visualizer.ui.widgets.paced import Paced
from visualizer.ui.widgets.panel import Panel
from visualizer.ui.widgets.placeholder import Placeholder
from visualizer.ui.widgets.racer_form_view import RacerFormView

_PACE = 33  # ms between two edits while a slider moves


class RacerPanel(Panel):
    """Shows the racer that ``RaceState.selected`` names.

    Emits ``racer_edited(key, Racer)`` while a value is typed or dragged, 30 times a second at most, and
    ``sweep_requested`` for the button in its title bar, which offers the best rate once that is known.
    """

    title = "Racer"
    key = "racer"
    racer_edited = Signal(str, object)
    sweep_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state: RaceState | None = None
        self._racer: Racer | None = None
        self._best = math.nan
        self._edits = Paced(_PACE, self, at_once=True)
        self._edits.told.connect(self._tell)
        self.button = QPushButton()
        self.button.setProperty("role", "small")
        self.button.clicked.connect(self._find_or_use_best)
        self.head = self.button
        self.view = RacerFormView()
        self.view.value_changed.connect(self._change)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(
            Placeholder("No racer is selected. Click one in the table or in the landscape.")
        )
        self._stack.addWidget(self.view)
        self._show_button()

    # --- what is shown ---------------------------------------------------------------------------

    def set_state(self, state: RaceState) -> None:
        """Show the settings of the selected racer; what was edited and not told yet stays."""
        before, self._state = self._state, state
        is_same = before is not None and _shown_of(state) == _shown_of(before)
        if is_same or (self._racer and self._racer.key == state.selected and self._edits.is_waiting):
            return
        self._edits.flush()  # it belongs to the racer that was shown before
        named = zip(state.race.racers, titles(state.race.racers), strict=True)
        found = next(((racer, title) for racer, title in named if racer.key == state.selected), None)
        self._racer = found[0] if found else None
        self._stack.setCurrentIndex(1 if found else 0)
        self.set_subtitle(found[1] if found else "")
        if self._racer is not None:
            self.view.set_form(racer_form(self._racer))
        self._show_button()

    def _show_button(self) -> None:
        state, racer = self._state, self._racer
        curves = state.sweep.curves if state is not None and state.sweep is not None else ()
        bests = [curve.best for curve in curves if racer is not None and curve.racer.key == racer.key]
        is_done = state is not None and not state.sweeping
        self._best = bests[0] if bests and is_done else math.nan
        is_known = racer is not None and math.isfinite(self._best) and self._best != racer.learning_rate
        text = f"Use {rate_text(self._best)}" if is_known else "Sweep lr"
        if text != self.button.text():
            self.button.setText(text)
            tip = (
                "the best learning rate of the sweep"
                if is_known
                else "Find the best learning rate of every racer"
            )
            self.button.setToolTip(plain_tip(f"{text}: {tip}" if is_known else tip))
            self.button.setAccessibleName(text)
        self.button.setEnabled(racer is not None and is_done)

    def set_colors(self, colors: Colors) -> None:
        self.view.set_colors(colors)

    # --- what people do --------------------------------------------------------------------------

    def _change(self, key: str, value: Value) -> None:
        racer, state = self._racer, self._state
        if racer is None or state is None:
            return
        others = [each.color for each in state.race.racers if each.key != racer.key]
        changed = edited(racer, key, value, state.race.surface.rates, others)
        if changed != racer:
            self._racer = changed
            self.view.set_form(racer_form(changed))
            self._edits.put(changed)

    def _tell(self, racer: Racer) -> None:
        self.racer_edited.emit(racer.key, racer)

    def _find_or_use_best(self) -> None:
        if self.button.text() == "Sweep lr":
            self.sweep_requested.emit()
        else:
            self._change(RATE, self._best)

    # --- copies ----------------------------------------------------------------------------------

    def export(self) -> Export | None:
        return Export("racer", picture=self.view.grab, table=self._rows) if self._racer else None

    def _rows(self) -> Iterable[Row]:
        yield ("setting", "value")
        if self._racer is not None:
            form = racer_form(self._racer)
            yield from ((row.label, row.value) for row in (*form.left, *form.right))


def _shown_of(state: RaceState) -> tuple[object, ...]:
    """What the panel shows of a state."""
    return state.race.racers, state.selected, state.sweep, state.sweeping
