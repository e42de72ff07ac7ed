"""The probability of one class over the epochs of a run, small and live."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from visualizer.probes.over_training import ProbabilityHistory
from visualizer.ui.numbers import percent
from visualizer.ui.text import plain, plain_tip
from visualizer.ui.theme import DARK, SMALL_SIZE, Colors, font
from visualizer.ui.widgets.axes import LABEL_HEIGHT, Axes, draw_axes, label_width, round_ticks, tick_texts

HEIGHT = 130  # px when there is room
_LEAST = 64  # px: less is no plot
_HEAD = 22  # px of the words above
_ROOM_FOR_TICK = 44  # px
_RIGHT = 11  # px, half of the last label


class ProbabilityPlot(QWidget):
    """Takes what height is left, up to 130 px, and asks for none: panels do not grow when a run begins.

    The frame is kept until the axes change, the line until there are more values: 0.1 ms a repaint, 1 ms a new line.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colors: Colors = DARK
        self._history: ProbabilityHistory | None = None
        self._visited: float | None = None
        self._last_epoch = 1.0
        self._axes: Axes | None = None
        self._frame: QPixmap | None = None
        self._drawn: QPixmap | None = None  # the frame with the line on it
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self.setMaximumHeight(HEIGHT)
        self.setMouseTracking(True)

    def set_history(
        self, history: ProbabilityHistory | None, visited_epoch: float | None, last_epoch: float
    ) -> None:
        """Show ``history`` on an axis up to ``last_epoch``, with the cursor at ``visited_epoch`` (None: at its end)."""
        if (history is self._history, visited_epoch, last_epoch) == (True, self._visited, self._last_epoch):
            return
        if history is not self._history:
            renamed = history is None or self._history is None or history.label != self._history.label
            self._history, self._drawn = history, None
            if renamed:
                self._frame = None
                self.setAccessibleName(self._words())
        if last_epoch != self._last_epoch:
            self._last_epoch = last_epoch
            self._forget()
        self._visited = visited_epoch
        self.update()

    def set_colors(self, colors: Colors) -> None:
        self._colors = colors
        self._forget()

    def sizeHint(self) -> QSize:
        return QSize(240, HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, 0)

    def _forget(self) -> None:
        self._frame = self._drawn = self._axes = None
        self.update()

    def _words(self) -> str:
        return f"p({plain(self._history.label)}) over training, by epoch" if self._history is not None else ""

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._history is None or self.height() < _LEAST:
            return
        if self._frame is None or self._axes is None or self._frame.size() != self.size() * self._ratio():
            self._drawn = None
            self._frame = QPixmap(self.size() * self._ratio())
            self._frame.setDevicePixelRatio(self._ratio())
            self._frame.fill(Qt.GlobalColor.transparent)
            with QPainter(self._frame) as painter:
                self._axes = self._draw_frame(painter)
        if self._drawn is None:
            self._drawn = QPixmap(self._frame)
            with QPainter(self._drawn) as painter:
                self._prepare(painter, self._axes)
                painter.setPen(QPen(QColor(self._colors.text), 1.2))
                painter.drawPolyline(_polyline(self._history, self._axes))
        with QPainter(self) as painter:
            painter.drawPixmap(0, 0, self._drawn)
            self._prepare(painter, self._axes)
            self._draw_cursor(painter, self._history, self._axes)

    def _ratio(self) -> float:
        return self.devicePixelRatioF()

    def _prepare(self, painter: QPainter, axes: Axes) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setClipRect(axes.plot.adjusted(0, -3, 3, 1))

    def _draw_frame(self, painter: QPainter) -> Axes:
        painter.setFont(font(SMALL_SIZE))
        painter.setPen(QColor(self._colors.muted))
        words = painter.fontMetrics().elidedText(self._words(), Qt.TextElideMode.ElideMiddle, self.width())
        painter.drawText(
            QRectF(0, 0, self.width(), _HEAD - 6),
            Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter,
            words,
        )
        y_labels = [(0.0, "0"), (0.5, "0.5"), (1.0, "1")]
        left = label_width(painter, [text for _, text in y_labels])
        plot = QRectF(
            left, _HEAD, max(10, self.width() - left - _RIGHT), self.height() - _HEAD - LABEL_HEIGHT - 2
        )
        ticks = round_ticks(0, self._last_epoch, max(2, int(plot.width()) // _ROOM_FOR_TICK))
        axes = Axes(plot, (0, self._last_epoch or 1.0), (0, 1.02))
        draw_axes(painter, axes, self._colors, list(zip(ticks, tick_texts(ticks), strict=True)), y_labels)
        return axes

    def _draw_cursor(self, painter: QPainter, history: ProbabilityHistory, axes: Axes) -> None:
        place = self._place(self._visited)
        if place is None:
            return
        epoch, probability = float(history.epochs[place]), float(history.probability[place])
        x = axes.to_x(epoch if self._visited is None else self._visited)
        painter.setPen(QPen(QColor(self._colors.accent), 1))
        painter.drawLine(QLineF(x, axes.plot.top(), x, axes.plot.bottom()))
        if math.isfinite(probability):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(self._colors.accent))
            painter.drawEllipse(QPointF(x, axes.to_y(probability)), 3, 3)

    def _place(self, epoch: float | None) -> int | None:
        """The index of the value that holds at ``epoch``: the last one not behind it; of the last for None."""
        if self._history is None or not len(self._history.epochs):
            return None
        if epoch is None:
            return len(self._history.epochs) - 1
        return max(0, int(np.searchsorted(self._history.epochs, np.float32(epoch), side="right")) - 1)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        history, axes = self._history, self._axes
        if history is None or axes is None or not axes.plot.contains(event.position()):
            return
        place = self._place(axes.from_x(event.position().x()))
        if place is not None:
            probability = percent(float(history.probability[place]))
            text = f"epoch {history.epochs[place]:.2f}: p({history.label}) {probability}"
            QToolTip.showText(event.globalPosition().toPoint(), plain_tip(text), self)


def _polyline(history: ProbabilityHistory, axes: Axes) -> QPolygonF:
    """The curve in px; where values are closer than pixels, the lowest and the highest of each pixel."""
    known = np.isfinite(history.probability)
    xs, ys = (
        axes.to_x(history.epochs[known].astype(float)),
        axes.to_y(history.probability[known].astype(float)),
    )
    if len(xs) > 2 * axes.plot.width():
        chosen = _thinned(xs, ys)
        xs, ys = xs[chosen], ys[chosen]
    return QPolygonF([QPointF(x, y) for x, y in zip(xs.tolist(), ys.tolist(), strict=True)])


def _thinned(xs: NDArray[np.float64], ys: NDArray[np.float64]) -> NDArray[np.intp]:
    """At most two indices for each pixel of ``xs`` (rising), in order."""
    pixels = xs.astype(np.int64)
    starts = np.flatnonzero(np.diff(pixels, prepend=pixels[0] - 1))
    by_height = np.lexsort((ys, pixels))  # within each pixel
    ends = np.append(starts[1:], len(xs)) - 1
    return np.unique(np.concatenate([by_height[starts], by_height[ends]]))
