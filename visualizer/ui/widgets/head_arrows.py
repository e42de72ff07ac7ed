"""Arrows at the heads: downhill, momentum, the last step."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter

from visualizer.ui.theme import TICK_SIZE, font
from visualizer.ui.widgets.place_labels import Box
from visualizer.ui.widgets.trail_geometry import Trail
from visualizer.ui.widgets.trail_heads import Head
from visualizer.ui.widgets.trail_layer import EDGE, trail_pen


@dataclass(frozen=True, slots=True)
class ArrowKind:
    """One row: what an arrow at a head shows; ``own_color``: in that of its racer, else white."""

    name: str
    title: str
    words: str
    own_color: bool
    dashed: bool
    tip: str


ARROWS = (
    ArrowKind("gradient", "Downhill", "downhill, −∇f", False, False, "Against the gradient, without noise"),
    ArrowKind(
        "momentum", "Momentum", "momentum", True, True, "What the optimizer carries into its next step"
    ),
    ArrowKind("step", "Last step", "last step", True, False, "From the point before to this one"),
)
"""What can be drawn at the heads."""

_SHORTEST, _GROWTH, _LONGEST = 15.0, 8.0, 60.0  # px; for each power of ten; px


def arrow_vector(kind: str, trail: Trail, row: int, units: tuple[float, float]) -> tuple[float, float] | None:
    """The arrow ``kind`` at a row, in px; ``units`` are the px of a unit of x and of y.

    Its length grows with the logarithm of the true one, which spans decades. None for nothing to show.
    """
    trajectory = trail.trajectory
    if kind == "gradient":
        x, y = (-trajectory.gradients[row]).tolist()
    elif kind == "momentum":
        x, y = trajectory.momentum[row].tolist()
    else:
        x, y = (trajectory.points[row] - trajectory.points[row - 1]).tolist() if row else (0.0, 0.0)
    x, y = x * units[0], -y * units[1]
    length = math.hypot(x, y)
    if not math.isfinite(length) or length < 1e-12:
        return None
    shown = min(_SHORTEST + _GROWTH * math.log10(1 + length), _LONGEST)
    return x / length * shown, y / length * shown


def draw_arrows(
    painter: QPainter,
    shown: Sequence[Head],
    trails: Sequence[Trail | None],
    kinds: Sequence[ArrowKind],
    units: tuple[float, float],
) -> None:
    """The arrows of these kinds at all heads in the plot."""
    for head in shown:
        trail = trails[head.index]
        if trail is None or head.beyond or head.way_out is not None:
            continue
        for kind in kinds:
            vector = arrow_vector(kind.name, trail, head.row, units)
            if vector is not None:
                draw_arrow(painter, (head.x, head.y), vector, kind, head.color)


def draw_arrow(
    painter: QPainter, at: tuple[float, float], vector: tuple[float, float], kind: ArrowKind, color: str
) -> None:
    """One arrow from ``at``: white or in the racer's colour, dashed or not, with a dark edge."""
    length = math.hypot(*vector)
    x, y = vector[0] / length, vector[1] / length
    tip = QPointF(at[0] + vector[0], at[1] + vector[1])
    barbs = [QPointF(tip.x() - 6 * x + side * 3.5 * y, tip.y() - 6 * y - side * 3.5 * x) for side in (1, -1)]
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for shade, width in ((EDGE, 3.6), (QColor(color if kind.own_color else "#ffffff"), 1.6)):
        pen = trail_pen(QColor(shade), width)
        painter.setPen(pen)
        painter.drawPolyline([barbs[0], tip, barbs[1]])
        if kind.dashed:
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
            pen.setDashPattern([2.4, 1.6] if width < 2 else [1.07, 0.71])
            painter.setPen(pen)
        painter.drawLine(QPointF(*at), tip)


# --- legend ------------------------------------------------------------------------------------------------

_ROW, _SAMPLE, _NOTE = 16.0, 30.0, "lengths: logarithmic"


def legend_box(kinds: Sequence[ArrowKind], plot: QRectF) -> Box:
    """Where the legend lies: in the lower right corner of the plot."""
    metrics = QFontMetricsF(font(TICK_SIZE))
    width = max(metrics.horizontalAdvance(text) for text in (_NOTE, *(kind.words for kind in kinds)))
    right, bottom = plot.right() - 6, plot.bottom() - 6
    return right - width - _SAMPLE - 14, bottom - _ROW * (len(kinds) + 1) - 4, right, bottom


def draw_legend(painter: QPainter, kinds: Sequence[ArrowKind], plot: QRectF) -> None:
    """What the arrows mean."""
    left, top, right, bottom = legend_box(kinds, plot)
    painter.fillRect(QRectF(left, top, right - left, bottom - top), QColor(27, 28, 31, 225))
    painter.setFont(font(TICK_SIZE))
    flags = Qt.AlignmentFlag.AlignVCenter
    for number, kind in enumerate(kinds):
        y = top + 2 + (number + 0.5) * _ROW
        draw_arrow(painter, (left + 7, y), (_SAMPLE - 8, 0), kind, "#56B4E9")
        painter.setPen(QColor("#c9cdd4"))
        painter.drawText(QRectF(left + 6 + _SAMPLE, y - 8, right - left, 16), flags, kind.words)
    painter.setPen(QColor("#8b9098"))
    painter.drawText(QRectF(left + 6 + _SAMPLE, bottom - _ROW - 2, right - left, 16), flags, _NOTE)
