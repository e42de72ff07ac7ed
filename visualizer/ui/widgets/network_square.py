"""The square in the colour of a network's curve, hollow where the curve is hidden."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from visualizer.ui.theme import Colors

SIZE = 8  # px
_EDGE = 2  # px, of a hollow one


def draw_square(painter: QPainter, place: QRect, color: str, colors: Colors, *, hollow: bool = False) -> None:
    """Draw it at ``place``; with an outline in the light theme, where some of the colours are hardly seen."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if hollow:
        for inset in range(_EDGE):
            painter.setPen(QPen(QColor(color), 1))
            painter.drawRect(place.adjusted(inset, inset, -inset - 1, -inset - 1))
    else:
        painter.fillRect(place, QColor(color))
    if not colors.dark:
        painter.setPen(QPen(QColor(colors.axis), 1))
        painter.drawRect(place.adjusted(0, 0, -1, -1))
