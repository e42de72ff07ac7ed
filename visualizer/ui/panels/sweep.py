"""The Sweep panel: how every racer does with each learning rate, and which one is its best."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QStackedLayout, QVBoxLayout, QWidget

from visualizer.race.config import Race
from visualizer.ui.numbers import THIN
from visualizer.ui.race.state import RaceState
from visualizer.ui.theme import Colors
from visualizer.ui.widgets.export import Export, Row
from visualizer.ui.widgets.panel import PADDING, ElidedLabel, Panel
from visualizer.ui.widgets.placeholder import Placeholder
from visualizer.ui.widgets.sweep_curves import sweep_lines
from visualizer.ui.widgets.sweep_plot import SweepPlot

_WHAT = "A sweep runs every racer with many learning rates and shows which one serves it best."


class SweepPanel(Panel):
    """Shows ``RaceState.sweep``.

    Emits ``sweep_requested``, ``sweep_cancelled``, ``best_rates_requested``, and ``rate_requested(key, rate)`` for
    a click on a curve.
    """

    title = "Sweep"
    key = "sweep"
    sweep_requested = Signal()
    sweep_cancelled = Signal()
    best_rates_requested = Signal()
    rate_requested = Signal(str, float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state: RaceState | None = None
        self.begin, self.cancel = QPushButton("Sweep again"), QPushButton("Cancel")
        self.use = QPushButton("Use the best rates", toolTip="Let every racer run at its best rate")
        self.progress, self.status = QProgressBar(textVisible=False, maximum=1000), ElidedLabel()
        self.status.setProperty("role", "small")
        self.plot = SweepPlot()
        self._empty = Placeholder(_WHAT, "Sweep")
        self._build()
        self.begin.clicked.connect(self.sweep_requested)
        self._empty.clicked.connect(self.sweep_requested)
        self.cancel.clicked.connect(self.sweep_cancelled)
        self.use.clicked.connect(self.best_rates_requested)
        self.plot.rate_chosen.connect(self.rate_requested)

    def _build(self) -> None:
        content = QWidget()
        rows = QVBoxLayout(content)
        rows.setContentsMargins(0, 0, 0, 4)
        rows.setSpacing(0)
        rows.addWidget(self.progress)
        bar = QHBoxLayout()
        bar.setContentsMargins(PADDING, 6, PADDING, 6)
        bar.setSpacing(6)
        for button in (self.begin, self.cancel, self.use):
            button.setProperty("role", "small")
            bar.addWidget(button)
        self.status.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        bar.addWidget(self.status, 1)
        rows.addLayout(bar)
        rows.addWidget(self.plot, 1)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self._empty)
        self._stack.addWidget(content)

    # --- what is shown ---------------------------------------------------------------------------

    def set_state(self, state: RaceState) -> None:
        """Show the sweep as far as it is; costs nothing while only the play head moves."""
        before, self._state = self._state, state
        if before is None or (state.race, state.sweep, state.sweeping) != (
            before.race,
            before.sweep,
            before.sweeping,
        ):
            self._say_how_far(state)
        if before is None or _drawn(state) != _drawn(before):
            self._show_sweep(state)

    def _show_sweep(self, state: RaceState) -> None:
        sweep, sweeping = state.sweep, state.sweeping
        self._stack.setCurrentIndex(0 if sweep is None and not sweeping else 1)
        self.begin.setVisible(not sweeping)
        self.cancel.setVisible(sweeping)
        self.progress.setVisible(sweeping)
        self.progress.setValue(round(1000 * sweep.fraction) if sweep is not None else 0)
        self.plot.set_lines(sweep_lines(sweep, state) if sweep is not None else (), state.selected)
        self.use.setEnabled(sweep is not None and not sweeping)

    def _say_how_far(self, state: RaceState) -> None:
        sweep = state.sweep
        is_old = sweep is not None and _compared(sweep.race) != _compared(state.race)
        if is_old and not state.sweeping:
            self.set_subtitle("of the race as it was before", warning=True)
        else:
            self.set_subtitle(f"lower is better: {sweep.objective}" if sweep is not None else "")
        share = f"{100 * sweep.fraction:.0f}{THIN}%" if sweep is not None else f"0{THIN}%"
        is_cancelled = sweep is not None and sweep.fraction < 1
        self.status.set_full_text(
            share
            if state.sweeping
            else f"cancelled at {share}"
            if is_cancelled
            else "click a curve to take its rate"
        )

    def set_colors(self, colors: Colors) -> None:
        self.plot.set_colors(colors)

    # --- copies ----------------------------------------------------------------------------------

    def export(self) -> Export | None:
        return (
            Export("sweep", picture=self.plot.grab, table=self._rows)
            if self._state and self._state.sweep
            else None
        )

    def _rows(self) -> Iterable[Row]:
        yield ("racer", "learning rate", "objective", "best")
        assert self._state is not None
        assert self._state.sweep is not None
        for line in sweep_lines(self._state.sweep, self._state):
            for rate, objective in zip(line.rates.tolist(), line.objective.tolist(), strict=True):
                yield (line.name, rate, objective, int(rate == line.best))


def _drawn(state: RaceState) -> tuple[object, ...]:
    """What the buttons and the plot show of a state."""
    return state.race.racers, state.sweep, state.sweeping, state.selected


def _compared(race: Race) -> Race:
    """The race without what a sweep does not depend on: rates, colours, who is shown, the clock."""
    racers = tuple(replace(racer, learning_rate=1.0, color="", shown=True) for racer in race.racers)
    return replace(race, racers=racers, clock="steps")
