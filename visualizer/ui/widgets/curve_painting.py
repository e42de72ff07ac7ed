"""What a plot of curves is drawn with: lines that are cheap at any length, marks, the box of the read-out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF
from shiboken6 import VoidPtr

from visualizer.ui.theme import SMALL_SIZE, TICK_SIZE, Colors, font
from visualizer.ui.widgets.curve_data import Values

RAW_OPACITY = 0.35
THICK = 1.5  # px, the line that counts
DOT = 3.5  # px, radius at the play head
POINT = 2.0  # px, radius of a single measurement
CROSS = 4.0  # px, half the side of the × where a curve ends
_FAR = 1e5  # px: beyond it Qt's rasteriser loses its way
_LINE_HEIGHT = 15


def polygon(xs: Values, ys: Values) -> QPolygonF:
    """The points as a polygon, written into its memory at once: a list of points takes a hundred times as long."""
    made = QPolygonF()
    made.resize(len(xs))
    if len(xs):
        memory = VoidPtr(made.data(), 16 * len(xs), True)  # type: ignore[arg-type]
        points = np.frombuffer(memory, np.float64).reshape(-1, 2)
        points[:, 0], points[:, 1] = xs, np.clip(ys, -_FAR, _FAR)
    return made


def draw_line(painter: QPainter, xs: Values, ys: Values, color: QColor, width: float = 1.0) -> None:
    """A line through the points (px), with gaps where ``ys`` are no numbers.

    Qt draws hairlines forty times as fast as wider lines, so a wider one is a few of them, one beside the other.
    """
    ratio = painter.device().devicePixelRatioF()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(color, 1 / ratio))
    strands = max(1, round(2 * (width - 1 / ratio) * ratio) + 1)
    for start, end in finite_runs(ys):
        if end - start == 1:
            draw_points(painter, [(xs[start], ys[start])], color, width / 2)
            painter.setPen(QPen(color, 1 / ratio))
        else:
            line = polygon(xs[start:end], ys[start:end])
            for strand in range(strands):
                painter.drawPolyline(line.translated(0, (strand - (strands - 1) / 2) * 0.5 / ratio))


def draw_envelope(painter: QPainter, xs: Values, tops: Values, bottoms: Values, color: QColor) -> None:
    """A line from the smallest to the largest value in every column of pixels, joined to the next.

    Down in one column and up in the next: joined at the far ends, all would be covered twice.
    """
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setPen(QPen(color, 0))
    for start, end in finite_runs(tops + bottoms):
        ends = np.stack([tops[start:end], bottoms[start:end]], axis=1)
        ends[1::2] = ends[1::2, ::-1]
        painter.drawPolyline(polygon(np.repeat(xs[start:end], 2), ends.ravel()))


def draw_points(
    painter: QPainter, points: Iterable[tuple[float, float]], color: QColor, radius: float
) -> None:
    """A filled circle at each of the points."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    for x, y in points:
        painter.drawEllipse(QPointF(x, y), radius, radius)
    painter.setBrush(Qt.BrushStyle.NoBrush)


def finite_runs(values: Values) -> list[tuple[int, int]]:
    """The stretches (start, end) of finite values."""
    finite = np.isfinite(values)
    if finite.all():
        return [(0, len(values))] if len(values) else []
    edges = np.flatnonzero(np.diff(np.concatenate([[False], finite, [False]])))
    return list(pairwise(edges.tolist()))[::2]


def draw_cross(painter: QPainter, at: QPointF, word: str, colors: Colors, plot: QRectF) -> None:
    """A red × where a curve ends, and the word for it beside."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(colors.error), 2))
    painter.drawLine(QLineF(at.x() - CROSS, at.y() - CROSS, at.x() + CROSS, at.y() + CROSS))
    painter.drawLine(QLineF(at.x() - CROSS, at.y() + CROSS, at.x() + CROSS, at.y() - CROSS))
    painter.setFont(font(SMALL_SIZE))
    width = painter.fontMetrics().horizontalAdvance(word) + 2
    left = at.x() + 8 if at.x() + 8 + width <= plot.right() else at.x() - 8 - width
    painter.drawText(QRectF(left, at.y() - 8, width, 16), Qt.AlignmentFlag.AlignVCenter, word)


def draw_dashed(painter: QPainter, x: float, plot: QRectF, color: QColor) -> None:
    """A dashed vertical line through the plot."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    pen = QPen(color, 1)
    pen.setDashPattern([3, 3])
    painter.setPen(pen)
    painter.drawLine(QLineF(round(x), plot.top(), round(x), plot.bottom()))


def draw_vertical(painter: QPainter, x: float, plot: QRectF, color: QColor) -> None:
    """A vertical line through the plot: the play head, the crosshair."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setPen(QPen(color, 1))
    painter.drawLine(QLineF(round(x), plot.top(), round(x), plot.bottom()))


def draw_right_axis(
    painter: QPainter, plot: QRectF, labels: Sequence[tuple[float, str]], name: str, colors: Colors
) -> None:
    """The labels (y in px, text) of a second quantity at the right, and its name inside the plot."""
    painter.setFont(font(TICK_SIZE))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    flags = Qt.AlignmentFlag
    painter.setPen(QPen(QColor(colors.axis), 1))
    painter.drawLine(plot.topRight(), plot.bottomRight())
    for y, text in labels:
        painter.setPen(QPen(QColor(colors.axis), 1))
        painter.drawLine(QLineF(plot.right(), y, plot.right() + 4, y))
        painter.setPen(QColor(colors.muted))
        painter.drawText(QRectF(plot.right() + 6, y - 8, 60, 16), flags.AlignVCenter, text)
    painter.setPen(QColor(colors.muted))
    painter.drawText(
        QRectF(plot.left(), plot.top() + 1, plot.width() - 5, 14), flags.AlignRight | flags.AlignTop, name
    )


def draw_read_out(
    painter: QPainter, x: float, plot: QRectF, rows: Sequence[tuple[str, str]], colors: Colors
) -> None:
    """A box of ``rows`` (what, value) beside the pointer at ``x``; a row with an empty value goes across."""
    painter.setFont(font(SMALL_SIZE))
    metrics = painter.fontMetrics()
    names = max((metrics.horizontalAdvance(name) for name, value in rows if value), default=0)
    values = max((metrics.horizontalAdvance(value) for _, value in rows), default=0)
    across = max((metrics.horizontalAdvance(name) for name, value in rows if not value), default=0)
    width = min(max(names + 12 + values, across) + 16, plot.width())
    height = len(rows) * _LINE_HEIGHT + 8
    left = x + 10 if x + 10 + width <= plot.right() else max(plot.left(), x - 10 - width)
    box = QRectF(round(left), plot.top() + 4, round(width), height)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setPen(QPen(QColor(colors.control_border), 1))
    painter.setBrush(QColor(colors.header))
    painter.drawRect(box)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    flags = Qt.AlignmentFlag
    for number, (name, value) in enumerate(rows):
        line = QRectF(box.left() + 7, box.top() + 4 + number * _LINE_HEIGHT, box.width() - 14, _LINE_HEIGHT)
        painter.setPen(QColor(colors.muted))
        shown = name if value else metrics.elidedText(name, Qt.TextElideMode.ElideRight, int(line.width()))
        painter.drawText(line, flags.AlignVCenter | flags.AlignLeft, shown)
        painter.setPen(QColor(colors.text))
        painter.drawText(line, flags.AlignVCenter | flags.AlignRight, value)
