"""The Loss panel of a race: how far down every racer is, over the clock."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QMenu, QStackedLayout, QVBoxLayout, QWidget

from visualizer.race.frames import RaceFrame, Trajectory
from visualizer.race.surface import Surface
from visualizer.ui.race.state import RaceState
from visualizer.ui.theme import Colors
from visualizer.ui.widgets.curve_data import Values
from visualizer.ui.widgets.export import Export, Row
from visualizer.ui.widgets.panel import Panel
from visualizer.ui.widgets.placeholder import Placeholder
from visualizer.ui.widgets.race_lines import clock_positions, clock_words, race_lines
from visualizer.ui.widgets.race_plot import RacePlot
from visualizer.ui.widgets.race_quantities import QUANTITIES, RaceQuantity, smoothed
from visualizer.ui.widgets.race_read_out import moment_text

_HEADER = ("racer", "step", "evaluations", "seconds", "loss", "distance to the nearest minimum")
_CHOICE_WIDTH = 196  # px
_LEAST_CHOICE = 110  # px: in a small window the surfaces and the racers need the room more


class RaceCurvesPanel(Panel):
    """Shows a quantity of all racers, strong before the play head and faint behind it.

    Emits ``moment_requested(moment)`` and ``view_changed(key, value)`` for what the settings may remember:
    ``quantity``, ``smooth``, ``logarithmic``.
    """

    moment_requested = Signal(float)
    view_changed = Signal(str, object)
    title = "Loss"
    key = "raceCurves"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state: RaceState | None = None
        self._quantity = QUANTITIES[0]
        self._shown: tuple[object, ...] = ()  # what the lines are made of
        self.plot = RacePlot("Loss of every racer over the race")
        self.plot.moment_requested.connect(self.moment_requested)
        self.head = self._build_head()
        content = QWidget()
        rows = QVBoxLayout(content)
        rows.setContentsMargins(8, 2, 4, 2)
        rows.addWidget(self.plot)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(Placeholder("No racer is shown. Add one, or tick one, in Racers."))
        self._stack.addWidget(content)

    def _build_head(self) -> QWidget:
        head = QWidget()
        row = QHBoxLayout(head)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        self.choice = QComboBox(accessibleName="What is drawn", toolTip="What is drawn of every racer")
        self.choice.addItems([quantity.name for quantity in QUANTITIES])
        self.choice.setMinimumWidth(_LEAST_CHOICE)
        self.choice.setMaximumWidth(_CHOICE_WIDTH)
        self.choice.setFixedHeight(20)
        self.choice.activated.connect(lambda index: self._choose("quantity", QUANTITIES[index].key))
        self.smooth = QCheckBox("Smooth", toolTip="A moving average over a fortieth of the race")
        self.smooth.clicked.connect(lambda on: self._choose("smooth", on))
        self.logarithmic = QCheckBox(
            "Log", toolTip="Logarithmic; values of 0 and less lie at the lower edge", checked=True
        )
        self.logarithmic.clicked.connect(lambda on: self._choose("logarithmic", on))
        for widget in (self.choice, self.smooth, self.logarithmic):
            row.addWidget(widget)
        return head

    # --- what is shown ---------------------------------------------------------------------------

    def set_state(self, state: RaceState) -> None:
        """Show the race; costs a repaint of the plot while only the play head moves."""
        self._state = state
        frame = state.frame
        shown = frame is not None and any(racer.shown for racer in state.race.racers)
        if self._stack.currentIndex() != int(shown):
            self._stack.setCurrentIndex(int(shown))
        if frame is None:
            self._shown = ()
            self.set_subtitle("")
            return
        made_of = (frame, state.race.racers, state.race.surface, self._options())
        if made_of != self._shown:
            self._shown = made_of
            self._make_lines(frame, state)
        self.plot.set_lines(self.plot.picture.lines, state.length, frame.race.clock, state.selected)
        self.plot.set_moment(state.moment, moment_text(state.moment, frame.race.clock))

    def _options(self) -> tuple[object, ...]:
        return self._quantity.key, self.smooth.isChecked(), self.logarithmic.isChecked()

    def _make_lines(self, frame: RaceFrame, state: RaceState) -> None:
        surface = state.race.surface
        quantity = self._usable(surface)
        smooth, logarithmic = self.smooth.isChecked(), self.logarithmic.isChecked()

        def values(trajectory: Trajectory) -> Values:
            made = quantity.values(trajectory, surface)
            return smoothed(made, logarithmic=logarithmic) if smooth else made

        plot = self.plot
        plot.set_options(replace(plot.picture.options, logarithmic=logarithmic))
        plot.set_lines(race_lines(frame, state.race, values), state.length, frame.race.clock, state.selected)
        plot.setAccessibleName(f"{quantity.name} of every racer over the race")
        if self.choice.currentIndex() != QUANTITIES.index(quantity):
            self.choice.setCurrentIndex(QUANTITIES.index(quantity))
        self.choice.setEnabled(bool(surface.minima))
        parts = [quantity.words, clock_words(frame.race.clock)]
        self.set_subtitle(" ".join(parts) + (", log" if logarithmic else ""))

    def _usable(self, surface: Surface) -> RaceQuantity:
        """The chosen quantity; the loss where the chosen one needs a minimum and none is known."""
        if surface.minima or not self._quantity.needs_minimum:
            return self._quantity
        return next(quantity for quantity in QUANTITIES if not quantity.needs_minimum)

    def set_colors(self, colors: Colors) -> None:
        self.plot.set_colors(colors)

    # --- choices -----------------------------------------------------------------------------------

    def set_view(self, values: dict[str, object]) -> None:
        """Take remembered choices; what is missing or of no sense stays as it is."""
        for key in ("quantity", "smooth", "logarithmic"):
            if key in values:
                self._apply(key, values[key])

    def _choose(self, key: str, value: object) -> None:
        self._apply(key, value)
        self.view_changed.emit(key, value)

    def _apply(self, key: str, value: object) -> None:
        if key == "quantity":
            self._quantity = next((row for row in QUANTITIES if row.key == value), self._quantity)
            self.choice.setCurrentIndex(QUANTITIES.index(self._quantity))
        elif isinstance(value, bool):
            (self.smooth if key == "smooth" else self.logarithmic).setChecked(value)
        if self._state is not None:
            self.set_state(self._state)

    def fill_menu(self, menu: QMenu) -> None:
        menu.addAction("Show the whole race", self.plot.fit).setEnabled(self.plot.zoom is not None)
        if self._state is None or not self._state.race.surface.minima:
            return
        group = QActionGroup(menu)
        for quantity in QUANTITIES:
            action = menu.addAction(quantity.name)
            action.setCheckable(True)
            action.setChecked(quantity is self._quantity)
            action.triggered.connect(lambda _, key=quantity.key: self._choose("quantity", key))
            group.addAction(action)

    # --- what can be saved -------------------------------------------------------------------------

    def export(self) -> Export | None:
        frame = self._state.frame if self._state is not None else None
        if frame is None:
            return None
        return Export("race loss", picture=self.plot.grab, table=lambda: _table(frame))


def _table(frame: RaceFrame) -> Iterable[Row]:
    """A row for each racer and step."""
    yield _HEADER
    for trajectory in frame.trajectories:
        columns = (
            trajectory.evaluations.tolist(),
            clock_positions("time", trajectory).tolist(),
            trajectory.losses.tolist(),
            trajectory.distances.tolist(),
        )
        for step, row in enumerate(zip(*columns, strict=True)):
            yield trajectory.racer.key, step, *row
