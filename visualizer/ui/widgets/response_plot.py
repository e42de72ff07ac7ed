"""The response of networks as lines over the values of a transform, with the marker at the value that is set."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QToolTip, QWidget

from visualizer.ui.text import plain, plain_tip
from visualizer.ui.theme import DARK, SMALL_SIZE, Colors, font
from visualizer.ui.widgets.curve_painting import draw_read_out, draw_vertical
from visualizer.ui.widgets.response_curves import ResponseGraph, value_words
from visualizer.ui.widgets.response_hand import ResponseHand
from visualizer.ui.widgets.response_labels import draw_names, draw_values
from visualizer.ui.widgets.response_picture import ResponsePicture

_WORDS_HEIGHT = 15  # px
_NEAR_MARKER = 6.0  # px, within which the values at the marker are not told twice
_MOST_ROWS = 12  # of a read-out


class ResponsePlot(ResponseHand):
    """Shows a graph; a frame at a new value is one blit, names, the marker, its dots and their values: 0.5 ms."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Response over the values of the transform", parent)
        self.picture = ResponsePicture()
        self._pointer: float | None = None  # px

    def set_colors(self, colors: Colors) -> None:
        self.picture.set_colors(colors)
        super().set_colors(colors)

    def _forget(self) -> None:
        self.picture.set_graph(self._graph)
        self._pointer = None
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(460, 240)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, 60)

    # --- the hand --------------------------------------------------------------------------------

    def value_at(self, point: QPointF) -> float:
        plot = self.picture.axes.plot
        return float(self.picture.axes.from_x(min(max(point.x(), plot.left()), plot.right())))

    def can_grab(self, point: QPointF) -> bool:
        return self.picture.axes.plot.adjusted(-4, 0, 4, 0).contains(point)

    def a_pixel(self) -> float:
        low, high = self.picture.axes.x
        return (high - low) / max(self.picture.axes.plot.width(), 1.0)

    def point_at(self, point: QPointF | None) -> None:
        inside = point is not None and self.picture.axes.plot.contains(point)
        pointer = point.x() if point is not None and inside else None
        if pointer != self._pointer:
            self._pointer = pointer
            self.update()
        found = self.picture.stretch_at(point) if point is not None else None
        if found is not None and self._graph is not None:
            curve, stretch = found
            ends = (value_words(self._graph.transform, end) for end in (stretch.start, stretch.end))
            text = f"{curve.name}: {stretch.class_name} is first from {' to '.join(ends)}"
            QToolTip.showText(self.mapToGlobal(point.toPoint()), plain_tip(text), self)  # type: ignore[union-attr]

    # --- painting --------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.drawPixmap(0, 0, self.picture.pixmap(self.size(), self.devicePixelRatioF()))
            if self._graph is None:
                return
            axes = self.picture.axes
            if self.hasFocus():
                painter.setPen(QPen(QColor(self._colors.accent), 1))
                painter.drawRect(axes.plot.adjusted(-1, -1, 0, 0))
            x = float(axes.to_x(self._value))
            if axes.plot.left() - 1 <= x <= axes.plot.right() + 1:
                self._draw_marker(painter, self._graph, x)
            else:
                draw_names(painter, self.picture.names)
            if self._pointer is not None and abs(self._pointer - x) > _NEAR_MARKER:
                self._draw_read_out(painter, self._graph, self._pointer)

    def draw(self, painter: QPainter) -> None:
        self.picture.draw(painter, self.size())
        if self._graph is not None:
            self._draw_marker(painter, self._graph, float(self.picture.axes.to_x(self._value)))

    def _draw_marker(self, painter: QPainter, graph: ResponseGraph, x: float) -> None:
        plot = self.picture.axes.plot
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.fillRect(QRectF(round(x) - 1, plot.top(), 2, plot.height()), QColor(DARK.accent))
        painter.setFont(font(SMALL_SIZE, bold=True))
        words = value_words(graph.transform, self._value)
        width = painter.fontMetrics().horizontalAdvance(words) + 6
        left = min(max(x - width / 2, plot.left()), plot.right() - width)
        box = QRectF(round(left), plot.top() - _WORDS_HEIGHT - 2, width, _WORDS_HEIGHT)
        painter.setPen(QColor(self._colors.accent))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)
        draw_values(painter, graph, self.picture.axes, x, self._value, self.picture.names)

    def _draw_read_out(self, painter: QPainter, graph: ResponseGraph, x: float) -> None:
        """What all curves say below the pointer, and which class the networks take the input for there."""
        axes = self.picture.axes
        value = self._rounded(float(axes.from_x(x)), coarse=False)
        x = float(axes.to_x(value))
        rows = [(value_words(graph.transform, value), "")]
        for curve in graph.curves[: _MOST_ROWS - 1]:
            height, exact = curve.value_at(value)
            if math.isfinite(height):
                first = curve.predicted_at(value)
                name = f"{curve.name} (first: {first})" if first else curve.name
                rows.append((plain(name), ("" if exact else "≈") + graph.quantity.text(height)))
        draw_vertical(painter, x, axes.plot, QColor(DARK.muted))
        draw_read_out(painter, x, axes.plot, rows, DARK)
