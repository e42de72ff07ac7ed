"""The Timeline: the moments of a training run, and the controls that move through it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

from visualizer.ui.theme import SMALL_SIZE, Colors, font, icon
from visualizer.ui.widgets.panel import PADDING, ElidedLabel, Panel

HEIGHT = 60  # px
_BUTTONS = (
    ("step_back", "First step"),
    ("play", "Train"),
    ("step_forward", "One step"),
    ("stop", "Stop"),
)


class TimelinePanel(Panel):
    """The bar at the bottom. Without a run its controls are off, and it says why."""

    title = "Timeline"
    key = "timeline"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("untitledPanel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(HEIGHT)
        row = QHBoxLayout(self)
        row.setContentsMargins(PADDING, 6, PADDING, 6)
        row.setSpacing(4)
        self._buttons: dict[str, QToolButton] = {}
        for name, tip in _BUTTONS:
            button = QToolButton(toolTip=f"{tip}: no run is open", accessibleName=tip, enabled=False)
            button.setFixedSize(28, 28)
            row.addWidget(button)
            self._buttons[name] = button
        row.addSpacing(12)
        row.addLayout(_pairs(("Step", "–"), ("Epoch", "–")))
        row.addSpacing(10)
        self._track = _Track()
        row.addWidget(self._track, 1)
        row.addSpacing(10)
        self._device = ElidedLabel()
        self._device.setAlignment(Qt.AlignmentFlag.AlignRight)
        speed = QLabel("– samples/s, no run", alignment=Qt.AlignmentFlag.AlignRight)
        speed.setProperty("role", "muted")
        about = QGridLayout()
        about.setVerticalSpacing(2)
        about.addWidget(speed, 0, 0)
        about.addWidget(self._device, 1, 0)
        row.addLayout(about)

    def set_device(self, text: str) -> None:
        """Say where the networks run."""
        self._device.set_full_text(text)
        self._device.setFixedWidth(self._device.sizeHint().width())

    def set_colors(self, colors: Colors) -> None:
        for name, button in self._buttons.items():
            button.setIcon(icon(name, colors.text, colors.disabled))
        self._track.set_colors(colors)


class _Track(QFrame):
    """Where the recorded moments lie; a sentence while there are none."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Recorded moments: none")
        self._colors: Colors | None = None

    def set_colors(self, colors: Colors) -> None:
        self._colors = colors
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._colors is None:
            return
        colors = self._colors
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), QColor(colors.field))
            painter.setPen(QPen(QColor(colors.border)))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
            painter.setPen(QColor(colors.muted))
            painter.setFont(font(SMALL_SIZE))
            text = "No training run is open. The network is shown as it was loaded."
            shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, self.width() - 16)
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, shown)


def _pairs(*rows: tuple[str, str]) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(10)
    grid.setVerticalSpacing(2)
    for line, (name, value) in enumerate(rows):
        label = QLabel(name)
        label.setProperty("role", "muted")
        figure = QLabel(value, alignment=Qt.AlignmentFlag.AlignRight)
        figure.setMinimumWidth(40)
        grid.addWidget(label, line, 0)
        grid.addWidget(figure, line, 1)
    return grid
