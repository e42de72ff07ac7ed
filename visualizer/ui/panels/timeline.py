"""The Timeline: how far the training run is, and the controls that move it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QToolButton, QWidget

from visualizer.ui.numbers import integer, percent, signed
from visualizer.ui.text import plain, plain_tip
from visualizer.ui.theme import DARK, Colors, font, icon
from visualizer.ui.training import Phase, TrainingState
from visualizer.ui.widgets.export import Export
from visualizer.ui.widgets.loss_curve import LossCurve
from visualizer.ui.widgets.panel import PADDING, ElidedLabel, Panel

HEIGHT = 60  # px
_DEVICE_WIDTH = 168  # px
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
# Icon, what it does, and in which phases it can.
_BUTTONS: tuple[tuple[str, str, tuple[Phase, ...]], ...] = (
    ("step_back", "Back to the weights before the run", ("running", "paused", "ended")),
    ("play", "Train", ("idle", "running", "paused", "ended")),
    ("step_forward", "One step", ("idle", "running", "paused", "ended")),
    ("stop", "Stop and keep the weights", ("starting", "running", "paused")),
)
_WORDS: dict[Phase, str] = {
    "impossible": "no run",
    "idle": "no run",
    "starting": "starting",
    "paused": "paused",
    "stopping": "stopping",
    "ended": "ended",
}


class TimelinePanel(Panel):
    """The bar at the bottom. Without a run it says how to begin one, or why there can be none."""

    rewind_requested = Signal()
    play_requested = Signal()
    step_requested = Signal()
    stop_requested = Signal()
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
        self._buttons: dict[str, QToolButton] = {}
        requests = (self.rewind_requested, self.play_requested, self.step_requested, self.stop_requested)
        for (name, tip, _), request in zip(_BUTTONS, requests, strict=True):
            button = QToolButton(accessibleName=tip)
            button.setProperty("role", "framed")
            button.setFixedSize(28, 28)
            button.clicked.connect(request)
            row.addWidget(button)
            self._buttons[name] = button
        self._progress = _Figures((("Step", "00 000", "/ 00 000"), ("Epoch", "00.0", "/ 00")))
        self._quality = _Figures((("Loss", "0.000", "val 0.000"), ("Accuracy", "00.0 %", "val 00.0 %")))
        self._quality.setToolTip(
            "Cross-entropy in nats and accuracy: of training, and of shapes kept for validation"
        )
        self.curve = LossCurve()
        row.addSpacing(12)
        row.addWidget(self._progress)
        row.addSpacing(16)
        row.addWidget(self._quality)
        row.addSpacing(14)
        row.addWidget(self.curve, 1)
        row.addSpacing(14)
        row.addLayout(self._build_machine())
        self.set_state(self._state)

    def _build_machine(self) -> QGridLayout:
        self._speed = QLabel(alignment=_RIGHT)
        self._speed.setMinimumWidth(QFontMetrics(font(bold=True)).horizontalAdvance("00 000 samples/s"))
        self._device = ElidedLabel()
        self._device.setAlignment(_RIGHT)
        self._device.setProperty("role", "muted")
        grid = QGridLayout()
        grid.setVerticalSpacing(2)
        grid.addWidget(self._speed, 0, 0)
        grid.addWidget(self._device, 1, 0, _RIGHT)
        return grid

    def set_state(self, state: TrainingState) -> None:
        """Show a run, or what there is to say without one."""
        self._state = state
        moment = state.moment
        self._set_buttons(state)
        if moment is None:
            self.curve.set_sentence(_sentence(state))
            self._progress.set_values((("–", ""), ("–", "")))
            self._quality.set_values((("–", ""), ("–", "")))
        else:
            self.curve.set_curve(moment.curve, moment.epoch, moment.epochs)
            step, epoch = integer(moment.step), f"{moment.epoch:.1f}"
            self._progress.set_values(
                ((step, f"/ {integer(moment.steps)}"), (epoch, f"/ {integer(moment.epochs)}"))
            )
            loss = _figures(moment.loss, moment.validation_loss, _loss)
            accuracy = _figures(moment.accuracy, moment.validation_accuracy, percent)
            self._quality.set_values((loss, accuracy))
        self._show_device(moment.device if moment else self._usual_device)
        speed = integer(round(moment.samples_per_second)) if moment else "–"
        words = _WORDS.get(state.phase)
        self._speed.setText(f"{speed} samples/s" if words is None else words)
        self._speed.setProperty("role", "strong" if words is None else "muted")
        self._speed.style().polish(self._speed)

    def set_device(self, text: str) -> None:
        """Say where the networks run."""
        self._usual_device = text
        self.set_state(self._state)

    def _show_device(self, text: str) -> None:
        if text != self._device.full_text():
            self._device.set_full_text(text)
            self._device.setFixedWidth(min(_DEVICE_WIDTH, self._device.sizeHint().width()))

    def _set_buttons(self, state: TrainingState) -> None:
        for name, tip, phases in _BUTTONS:
            button = self._buttons[name]
            button.setEnabled(state.phase in phases)
            why = f": {plain(state.reason)}" if state.phase == "impossible" else ""
            if name == "play":
                tip = {"running": "Pause", "paused": "Go on", "ended": "Train on"}.get(state.phase, tip)
                why = why or " (Space)"
            elif name == "stop":
                why = why or " (Ctrl+.)"
            button.setToolTip(plain_tip(f"{tip}{why}"))
            button.setAccessibleName(tip)
        self._set_icons()

    def _set_icons(self) -> None:
        colors = self._colors
        running = self._state.phase == "running"
        for name, button in self._buttons.items():
            shown = "pause" if name == "play" and running else name
            button.setIcon(icon(shown, colors.text, colors.disabled))
        play = self._buttons["play"]
        if play.property("active") != running:
            play.setProperty("active", running)
            play.style().polish(play)

    def set_colors(self, colors: Colors) -> None:
        self._colors = colors
        self._set_icons()
        self.curve.set_colors(colors)

    def export(self) -> Export | None:
        if self._state.moment is None:
            return None
        curve = self._state.moment.curve
        return Export(
            f"{plain(self._state.name)} loss",
            picture=self.grab,
            table=lambda: (("epoch", "loss"), *((float(epoch), float(loss)) for epoch, loss in curve)),
        )


class _Figures(QWidget):
    """Two lines of a name, a figure and what it is to be compared with; their widths do not jump."""

    def __init__(self, rows: Sequence[tuple[str, str, str]]) -> None:
        super().__init__()
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(2)
        self._labels: list[tuple[QLabel, QLabel]] = []
        for line, (name, *widest) in enumerate(rows):
            title = QLabel(name)
            title.setProperty("role", "muted")
            grid.addWidget(title, line, 0)
            figure, beside = QLabel(alignment=_RIGHT), QLabel()
            figure.setProperty("role", "strong")
            beside.setProperty("role", "muted")
            for column, (label, text) in enumerate(zip((figure, beside), widest, strict=True), start=1):
                label.setFont(font(bold=label is figure))
                label.setMinimumWidth(label.fontMetrics().horizontalAdvance(text))
                label.setAccessibleName(name)
                grid.addWidget(label, line, column)
            self._labels.append((figure, beside))

    def set_values(self, rows: Sequence[tuple[str, str]]) -> None:
        for labels, texts in zip(self._labels, rows, strict=True):
            for label, text in zip(labels, texts, strict=True):
                label.setText(text)


def _figures(
    training: float | None, validation: float | None, words: Callable[[float], str]
) -> tuple[str, str]:
    return (
        "–" if training is None else words(training),
        "" if validation is None else f"val {words(validation)}",
    )


def _loss(value: float) -> str:
    return signed(value, 3)


def _sentence(state: TrainingState) -> str:
    if state.phase == "impossible":
        return plain(state.reason)
    if state.phase == "idle":
        return f"No run yet. Press play to train {plain(state.name)} on shapes."
    return (
        "Stopping …" if state.phase == "stopping" else "Getting ready: the first step takes a few seconds …"
    )
