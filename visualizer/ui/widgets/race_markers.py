"""The heads of racers: a shape and a colour each, so that none is told by its colour alone."""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF

from visualizer.race.racers import Marker

CROSS = 3.5  # px, half the side of the × where a racer diverged


def draw_head(
    painter: QPainter, marker: Marker, x: float, y: float, color: str, radius: float, ring: str = ""
) -> None:
    """A head at ``x``, ``y`` (px), with a dark edge, and a ring of the colour ``ring`` around it if one is given."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(ring), 1.6) if ring else QPen(QColor("#1b1c1f"), 1.2))
    painter.setBrush(QColor(color))
    painter.translate(x, y)
    painter.drawPath(marker_path(marker, radius))
    painter.translate(-x, -y)
    painter.setBrush(Qt.BrushStyle.NoBrush)


@cache
def marker_path(marker: Marker, radius: float) -> QPainterPath:
    """The outline of a marker around (0, 0); all shapes have about the same area."""
    path = QPainterPath()
    if marker == "circle":
        path.addEllipse(QPointF(0, 0), radius, radius)
    elif marker == "square":
        side = radius * 0.9
        path.addRect(QRectF(-side, -side, 2 * side, 2 * side))
    else:
        reach = radius * 1.3
        corners = (
            [(0, -reach), (reach, 0), (0, reach), (-reach, 0)]
            if marker == "diamond"
            else [(0, -reach), (reach, 0.8 * reach), (-reach, 0.8 * reach)]
        )
        path.addPolygon(QPolygonF([QPointF(*corner) for corner in corners]))
        path.closeSubpath()
    return path


def draw_diverged(painter: QPainter, x: float, y: float, color: str) -> None:
    """The × where a racer is lost."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(color), 1.8))
    painter.drawLine(QPointF(x - CROSS, y - CROSS), QPointF(x + CROSS, y + CROSS))
    painter.drawLine(QPointF(x - CROSS, y + CROSS), QPointF(x + CROSS, y - CROSS))
