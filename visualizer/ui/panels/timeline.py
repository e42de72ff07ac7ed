"""The Timeline: how far the training run is, which moment of it is shown, and the controls that move both."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import (
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from visualizer.training.frames import LiveFrame
from visualizer.ui.numbers import integer, percent
from visualizer.ui.text import plain, plain_tip
from visualizer.ui.theme import DARK, Colors, font
from visualizer.ui.training_state import PLAYBACK, SPEEDS, Phase, TrainingState
from visualizer.ui.widgets.export import Export
from visualizer.ui.widgets.framed_button import FramedButton
from visualizer.ui.widgets.moment_slider import MomentSlider, Track
from visualizer.ui.widgets.panel import PADDING, ElidedLabel, Panel
from visualizer.ui.widgets.two_lines import TwoLines

HEIGHT = 60  # px
_DEVICE_WIDTH = 168  # px
_COSTS_FROM, _MACHINE_FROM = 1240, 1000  # px of the bar: in narrower ones tool tips tell it
_WORDS: dict[Phase, str] = {
    "impossible": "no run",
    "idle": "no run",
    "starting": "starting",
    "paused": "paused",
    "stopping": "stopping",
    "ended": "ended",
}
# Key, icon and the tool tip where the state says nothing more special.
_BUTTONS = (
    ("back", "step_back", "The recorded moment before (,)"),
    ("play", "play", "Train"),
    ("forward", "step_forward", "One training step"),
    ("stop", "stop", "Stop and keep the weights (Ctrl+.)"),
)
# Direction, icon and tool tip.
_PLAYBACK = (
    (-1, "playback_reverse", "Play the recorded moments backwards"),
    (1, "playback", "Play the recorded moments"),
)
_SPEED_TIP = (
    f"Speed of the playback: at 1× all recorded moments take {PLAYBACK:.0f} s. Where the panels need longer, moments "
    "are left out."
)


class TimelinePanel(Panel):
    """The bar at the bottom. Without a run it says how to begin one, or why there can be none."""

    back_requested = Signal()
    play_requested = Signal()
    forward_requested = Signal()
    stop_requested = Signal()
    visit_requested = Signal(int)
    move_requested = Signal(int)  # by so many recorded moments
    live_requested = Signal()
    playing_requested = Signal(int)  # 1 forth, -1 back, 0 hold
    speed_changed = Signal(float)
    title = "Timeline"
    key = "timeline"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("untitledPanel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(HEIGHT)
        self._colors: Colors = DARK
        self._state = TrainingState(reason="No network is open.")
        self._usual_device = ""
        row = QHBoxLayout(self)
        row.setContentsMargins(PADDING, 6, PADDING, 6)
        row.setSpacing(4)
        self._buttons: dict[str, FramedButton] = {}
        requests = (self.back_requested, self.play_requested, self.forward_requested, self.stop_requested)
        for (key, name, tip), request in zip(_BUTTONS, requests, strict=True):
            self._buttons[key] = FramedButton(name, tip)
            self._buttons[key].clicked.connect(request)
            row.addWidget(self._buttons[key])
        self._progress = TwoLines(
            (("muted", "Epoch"), ("strong", "000 000"), ("muted", "/ 000 000")), ("Step", "Epoch")
        )
        self.slider = MomentSlider()
        self.slider.visit_requested.connect(self.visit_requested)
        self.slider.live_requested.connect(self.live_requested)
        self.slider.moved.connect(self.move_requested)
        row.addSpacing(12)
        row.addWidget(self._progress)
        row.addSpacing(14)
        row.addWidget(self.slider, 1)
        row.addSpacing(10)
        row.addLayout(self._build_playback())
        row.addSpacing(14)
        row.addWidget(self._build_machine())
        self.set_state(self._state)

    def _build_playback(self) -> QGridLayout:
        """Play back and forth above their speed, and beside them the way to the head of the run."""
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(3)
        self._players: dict[int, FramedButton] = {}
        for column, (direction, name, tip) in enumerate(_PLAYBACK):
            player = FramedButton(name, tip, 28, 22)
            player.clicked.connect(partial(self._play_back, direction))
            self._players[direction] = player
            grid.addWidget(player, 0, column)
        self._speed = QComboBox(accessibleName="Speed of the playback")
        for speed in SPEEDS:
            self._speed.addItem(f"{speed:g}×")
        self._speed.setCurrentIndex(SPEEDS.index(1.0))
        self._speed.setToolTip(plain_tip(_SPEED_TIP))
        self._speed.setFixedSize(59, 22)
        self._speed.activated.connect(lambda index: self.speed_changed.emit(SPEEDS[index]))
        grid.addWidget(self._speed, 1, 0, 1, 2)
        self._live = FramedButton(tip="Show the head of the run", width=44, text="Live")
        self._live.clicked.connect(self.live_requested)
        grid.addWidget(self._live, 0, 2, 2, 1)
        return grid

    def _build_machine(self) -> QWidget:
        self._machine = QWidget()
        row = QHBoxLayout(self._machine)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(14)
        left = QVBoxLayout()
        left.setSpacing(2)
        self._rate = QLabel()
        self._rate.setMinimumWidth(QFontMetrics(font(bold=True)).horizontalAdvance("00 000 samples/s"))
        self._device = ElidedLabel()
        self._device.setProperty("role", "muted")
        left.addWidget(self._rate)
        left.addWidget(self._device)
        self._costs = TwoLines((("muted", "live view costs 00.0 %"),), align_right=True)
        row.addLayout(left)
        row.addWidget(self._costs)
        return self._machine

    # --- what is shown ---------------------------------------------------------------------------

    def set_state(self, state: TrainingState) -> None:
        """Show a run, or what there is to say without one."""
        self._state = state
        frame = state.frame
        self._set_buttons(state)
        if frame is None:
            self.slider.set_sentence(_sentence(state))
            self._progress.set_texts(("Step", "–", ""), ("Epoch", "–", ""))
        else:
            curves = frame.curves
            track = Track(
                frame.steps,
                frame.epochs,
                frame.step,
                curves.step,
                curves.loss,
                frame.recorded,
                curves.changes,
            )
            self.slider.set_track(track, state.visited)
            self._progress.set_texts(
                ("Step", integer(state.step), f"/ {integer(frame.steps)}"),
                ("Epoch", f"{state.epoch:.1f}", f"/ {integer(frame.epochs)}"),
            )
        self._show_machine(state, frame)

    def set_device(self, text: str) -> None:
        """Say where the networks run."""
        self._usual_device = text
        self.set_state(self._state)

    def _show_machine(self, state: TrainingState, frame: LiveFrame | None) -> None:
        words = _WORDS.get(state.phase)
        rate = f"{integer(round(frame.samples_per_second))} samples/s" if frame else ""
        text = rate if words is None and rate else words or "starting"
        if text != self._rate.text():
            self._rate.setText(text)
            self._rate.setProperty("role", "strong" if text == rate else "muted")
            self._rate.style().polish(self._rate)
        device = frame.device if frame else self._usual_device
        if device != self._device.full_text():
            self._device.set_full_text(device)
            self._device.setFixedWidth(min(_DEVICE_WIDTH, self._device.sizeHint().width()))
        cost = f"live view costs {percent(frame.cost.share)}" if frame else ""
        self._costs.set_texts((cost,), (frame.memory_words if frame else "",))
        tip = plain_tip(cost_words(frame)) if frame else ""
        if tip != self._machine.toolTip():
            self._machine.setToolTip(tip)

    def _set_buttons(self, state: TrainingState) -> None:
        can = _possible(state)
        why = f": {plain(state.reason)}" if state.phase == "impossible" else ""
        for key, _, tip in _BUTTONS:
            button = self._buttons[key]
            button.setEnabled(key in can)
            if key == "play":
                tip = {"running": "Pause", "paused": "Go on", "ended": "Train on"}.get(state.phase, tip)
                tip += "" if why else " (Space)"
            elif key == "forward":
                tip = "The next recorded moment (.)" if state.visited is not None else f"{tip} (.)"
            button.tell(f"{tip}{why}")
        for direction, player in self._players.items():
            player.setEnabled("playback" in can)
            player.mark(state.playing == direction)
        for direction, _, tip in _PLAYBACK:
            self._players[direction].tell("Hold the playback" if state.playing == direction else tip)
        self._speed.setEnabled("playback" in can)
        self._speed.setCurrentIndex(SPEEDS.index(state.speed) if state.speed in SPEEDS else -1)
        live = state.frame is not None and state.visited is None
        self._live.setEnabled(state.visited is not None)
        self._live.mark(live)
        self._live.tell("The head of the run is shown" if live else "Back to the head of the run (End)")
        self._set_icons()

    def _set_icons(self) -> None:
        running = self._state.phase == "running"
        for key, button in self._buttons.items():
            button.draw(self._colors, "pause" if key == "play" and running else "")
        for direction, player in self._players.items():
            player.draw(self._colors, "pause" if self._state.playing == direction else "")
        self._buttons["play"].mark(running)

    def _play_back(self, direction: int) -> None:
        self.playing_requested.emit(0 if self._state.playing == direction else direction)

    # --- the panel -------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        width = event.size().width()
        for part, least in ((self._costs, _COSTS_FROM), (self._machine, _MACHINE_FROM)):
            if part.isHidden() != (width < least):
                part.setVisible(width >= least)

    def set_colors(self, colors: Colors) -> None:
        self._colors = colors
        self._set_icons()
        self.slider.set_colors(colors)

    def export(self) -> Export | None:
        if self._state.frame is None:
            return None
        curves = self._state.frame.curves
        rows = zip(curves.step.tolist(), curves.epoch.tolist(), curves.loss.tolist(), strict=True)
        return Export(
            f"{plain(self._state.name)} loss",
            picture=self.grab,
            table=lambda: (("step", "epoch", "loss"), *rows),
        )


def cost_words(frame: LiveFrame) -> str:
    """What watching costs, in sentences for a tool tip."""
    cost = frame.cost
    return (
        f"Watching takes {percent(cost.share)} of the training time: {percent(cost.publishing)} for what the panels "
        f"show, {percent(cost.copying)} for copies of the weights, {percent(cost.waiting)} for waiting. "
        f"{cost.steps_lost:.0f} steps lost since the run began; {cost.frames_per_second:.0f} frames a second."
    )


def _possible(state: TrainingState) -> frozenset[str]:
    """The keys of the buttons that can do something."""
    by_phase: dict[Phase, tuple[str, ...]] = {
        "idle": ("play", "forward"),
        "starting": ("stop",),
        "running": ("play", "forward", "stop"),
        "paused": ("play", "forward", "stop"),
        "ended": ("play", "forward"),
    }
    can = set(by_phase.get(state.phase, ()))
    frame = state.frame
    if frame is not None and len(frame.recorded):
        can |= {"playback"}
        if state.step > int(frame.recorded[0]):
            can |= {"back"}
        if state.visited is not None:
            can |= {"forward"}
    return frozenset(can)


def _sentence(state: TrainingState) -> str:
    if state.phase == "impossible":
        return plain(state.reason)
    if state.phase == "idle":
        data = f" on {plain(state.data)}" if state.data else ""
        return f"No run yet. Press play to train {plain(state.name)}{data}."
    return "Stopping …" if state.phase == "stopping" else "Getting ready …"
