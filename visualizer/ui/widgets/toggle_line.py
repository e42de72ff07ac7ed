"""A line of a form that is clicked to open or to fold what follows it."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from visualizer.ui.theme import DARK, Colors

CHEVRON = 16  # px at the right


class ToggleLine(QWidget):
    """As wide as there is room, ``height`` px high. Emits ``toggled`` for a click and Space. A subclass paints it."""

    toggled = Signal()

    def __init__(self, height: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colors: Colors = DARK
        self.setFixedHeight(height)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def set_colors(self, colors: Colors) -> None:
        self._colors = colors
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, self.height())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.toggled.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space:
            self.toggled.emit()
        else:
            super().keyPressEvent(event)


def draw_chevron(painter: QPainter, at: QPointF, color: str, *, is_open: bool) -> None:
    """An arrow around ``at``: down for what is open, else to the right."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    pen = QPen(QColor(color), 1.4)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    down, right = ((-3.5, -1.75), (0, 1.75), (3.5, -1.75)), ((-1.75, -3.5), (1.75, 0), (-1.75, 3.5))
    painter.drawPolyline([at + QPointF(x, y) for x, y in (down if is_open else right)])
