"""The bar below a race: which moment of it is shown, the controls that move it, and how the racers do."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from visualizer.race.conditions import CONDITIONS
from visualizer.race.config import Clock
from visualizer.race.frames import RaceFrame
from visualizer.ui.numbers import THIN, integer, signed
from visualizer.ui.race.state import SPEEDS, STEPS_PER_SECOND, RaceState
from visualizer.ui.theme import DARK, Colors
from visualizer.ui.widgets.export import Export
from visualizer.ui.widgets.framed_button import FramedButton
from visualizer.ui.widgets.panel import PADDING, Panel
from visualizer.ui.widgets.race_slider import RaceSlider
from visualizer.ui.widgets.race_track import RaceTrack, track_of
from visualizer.ui.widgets.steady_runs import Run, SteadyRuns

HEIGHT = 60  # px
_MACHINE_FROM = 1060  # px of the bar: narrower ones leave the room to the slider
# Key, icon and tool tip.
_BUTTONS = (
    ("start", "skip_back", "Back to the start (Home)"),
    ("back", "step_back", "One step back (,)"),
    ("play", "play", "Play"),
    ("forward", "step_forward", "One step (.)"),
    ("end", "skip_forward", "To the end (End)"),
)
_UNITS: dict[Clock, str] = {"steps": "Step", "evaluations": "Evaluation", "time": "Time"}


class RaceTimelinePanel(Panel):
    """The bar at the bottom of the Race workspace.

    Emits ``play_requested()``, ``step_requested(±1)``, ``start_requested()``, ``end_requested()``,
    ``moment_requested(moment)`` and ``speed_requested(speed)``.
    """

    play_requested = Signal()
    step_requested = Signal(int)
    start_requested = Signal()
    end_requested = Signal()
    moment_requested = Signal(float)
    speed_requested = Signal(float)
    title = "Race timeline"
    key = "raceTimeline"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("untitledPanel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(HEIGHT)
        self._colors: Colors = DARK
        self._state: RaceState | None = None
        self._track: RaceTrack | None = None
        self._made_of: tuple[object, ...] = ()
        row = QHBoxLayout(self)
        row.setContentsMargins(PADDING, 6, PADDING, 6)
        row.setSpacing(4)
        self._buttons: dict[str, FramedButton] = {}
        for key, name, tip in _BUTTONS:
            self._buttons[key] = FramedButton(name, tip)
            row.addWidget(self._buttons[key])
        self._connect_buttons()
        self.slider = RaceSlider()
        self.slider.moment_requested.connect(self.moment_requested)
        self.slider.step_requested.connect(self.step_requested)
        self.slider.start_requested.connect(self.start_requested)
        self.slider.end_requested.connect(self.end_requested)
        row.addSpacing(12)
        row.addLayout(self._build_progress())
        row.addSpacing(14)
        row.addWidget(self.slider, 1)
        row.addSpacing(14)
        row.addWidget(self._build_machine())

    def _connect_buttons(self) -> None:
        buttons = self._buttons
        buttons["start"].clicked.connect(self.start_requested)
        buttons["back"].clicked.connect(lambda: self.step_requested.emit(-1))
        buttons["play"].clicked.connect(self.play_requested)
        buttons["forward"].clicked.connect(lambda: self.step_requested.emit(1))
        buttons["end"].clicked.connect(self.end_requested)

    def _build_progress(self) -> QGridLayout:
        """Where the play head is, above how fast it moves."""
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(3)
        self._unit = SteadyRuns((("Evaluation", "muted"),))
        self._place = SteadyRuns((("00 000", "strong"), ("/ 00 000", "muted")), align_right=True)
        speed = QLabel("Speed")
        speed.setProperty("role", "muted")
        self.speed = QComboBox(accessibleName="Speed of play", toolTip="Speed of play")
        self.speed.addItems([f"{each:g}×" for each in SPEEDS])
        self.speed.setFixedSize(62, 20)
        self.speed.activated.connect(lambda index: self.speed_requested.emit(SPEEDS[index]))
        self._rate = SteadyRuns((("0 000 steps/s", "muted"),), align_right=True)
        grid.addWidget(self._unit, 0, 0)
        grid.addWidget(self._place, 0, 1, 1, 2, Qt.AlignmentFlag.AlignRight)
        grid.addWidget(speed, 1, 0)
        grid.addWidget(self.speed, 1, 1)
        grid.addWidget(self._rate, 1, 2)
        return grid

    def _build_machine(self) -> QWidget:
        self._machine = QWidget()
        rows = QVBoxLayout(self._machine)
        rows.setContentsMargins(0, 3, 0, 3)
        rows.setSpacing(2)
        widest: list[Run] = []
        for count, state in (("00", "running"), ("00", "converged"), ("0", "diverged")):
            widest += [(count, "strong"), (state, "muted")]
        self._counts = SteadyRuns(widest)
        self._costs = SteadyRuns(widest)
        rows.addWidget(self._counts)
        rows.addWidget(self._costs)
        return self._machine

    # --- what is shown ---------------------------------------------------------------------------

    def set_state(self, state: RaceState) -> None:
        """Show the race; while only the play head moves, no more than figures and the handle are painted."""
        before, self._state = self._state, state
        frame = state.frame
        made_of = (frame, state.race.racers, state.race.surface, state.length)
        if made_of != self._made_of:
            self._made_of = made_of
            self._track = track_of(frame, state.race, state.length) if frame is not None else None
            self._show_costs(frame)
        self.slider.set_track(self._track, state.moment)
        self._show_place(state)
        if before is None or before.speed != state.speed:
            self.speed.setCurrentIndex(SPEEDS.index(state.speed) if state.speed in SPEEDS else -1)
            rate = state.speed * STEPS_PER_SECOND
            self._rate.set_runs((f"{integer(int(rate)) if rate >= 10 else f'{rate:g}'} steps/s", "muted"))
        self._set_buttons(state)

    def _show_place(self, state: RaceState) -> None:
        clock = state.race.clock
        here, end = place_text(state.moment, clock), place_text(state.length, clock)
        self._unit.set_runs((_UNITS[clock], "muted"))
        self._place.set_runs((here, "strong"), (f"/ {end}", "muted"))
        words = f"{_UNITS[clock]} {here} of {end}"
        if self.slider.accessibleName() != words:
            self.slider.setAccessibleName(words)
        if self._track is None:
            self._counts.set_runs(("getting ready …", "muted"))
            return
        counts = self._track.counts(state.moment)
        runs: list[Run] = []
        for name in CONDITIONS:
            if counts[name]:
                runs += [(str(counts[name]), "strong"), (name, "muted")]
        self._counts.set_runs(*(runs or [("no racer is shown", "muted")]))

    def _show_costs(self, frame: RaceFrame | None) -> None:
        if frame is None:
            self._costs.set_runs()
            return
        count = len(frame.trajectories)
        racers = "1 racer" if count == 1 else f"{count} racers"
        cost = sum(trajectory.seconds for trajectory in frame.trajectories) * 1e3
        self._costs.set_runs((f"cpu float64, {racers}", "muted"), (signed(cost), ""), ("ms/step", "muted"))
        self._costs.setToolTip(
            "Computed on the processor in double precision; the time of one step of all racers"
        )

    def _set_buttons(self, state: RaceState) -> None:
        can = state.frame is not None and state.length > 0
        possible = {
            "start": state.moment > 0,
            "back": state.moment > 0,
            "play": True,
            "forward": state.moment < state.length,
            "end": state.moment < state.length,
        }
        for key, button in self._buttons.items():
            enabled = can and possible[key]
            if button.isEnabled() != enabled:
                button.setEnabled(enabled)
        play = self._buttons["play"]
        play.tell("Pause (Space)" if state.playing else "Play (Space)")
        play.mark(state.playing)
        play.draw(self._colors, "pause" if state.playing else "")

    def _set_icons(self) -> None:
        playing = self._state is not None and self._state.playing
        for key, button in self._buttons.items():
            button.draw(self._colors, "pause" if key == "play" and playing else "")

    # --- the panel -------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = event.size().width() < _MACHINE_FROM
        if self._machine.isHidden() != narrow:
            self._machine.setVisible(not narrow)

    def set_colors(self, colors: Colors) -> None:
        self._colors = colors
        self._set_icons()
        for part in (self.slider, self._unit, self._place, self._rate, self._counts, self._costs):
            part.set_colors(colors)

    def export(self) -> Export | None:
        return Export("race timeline", picture=self.grab) if self._track is not None else None


def place_text(moment: float, clock: Clock) -> str:
    """A moment as a figure: whole steps or evaluations, or milliseconds."""
    if clock == "time":
        return f"{moment * 1e3:.3g}{THIN}ms"
    return integer(int(moment + 1e-9))
