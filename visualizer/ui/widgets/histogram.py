"""A histogram: what is not positive in grey, what is positive in the accent colour."""

from __future__ import annotations

from bisect import bisect_right

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from visualizer.ui.numbers import integer, signed
from visualizer.ui.theme import DARK, TICK_SIZE, Colors, font
from visualizer.ui.widgets.axes import (
    LABEL_HEIGHT,
    Axes,
    draw_axes,
    draw_zero,
    label_width,
    padded,
    round_ticks,
    tick_texts,
)

HEIGHT = 104  # px
TALL = 4  # a bar this many times as high as the next would flatten all others: it is cut and labelled


class Histogram(QWidget):
    """Bars of counts between edges, with round ticks and a dashed line at zero."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colors: Colors = DARK
        self._counts: NDArray[np.int64] = np.zeros(0, np.int64)
        self._edges: NDArray[np.float32] = np.zeros(1, np.float32)
        self._grey: NDArray[np.int64] = self._counts
        self._axes: Axes | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)

    def set_counts(self, counts: NDArray[np.int64], edges: NDArray[np.float32], nonpositive: int) -> None:
        """Show ``counts`` (B,) between ``edges`` (B + 1,), of which the lowest ``nonpositive`` values are ≤ 0."""
        self._counts, self._edges = counts, edges
        # A bin that starts at 0 holds zeros and positive values: the known number of the former splits it.
        below = np.concatenate([[0], np.cumsum(counts)[:-1]]) if counts.size else counts
        self._grey = np.clip(nonpositive - below, 0, counts)
        self.update()

    def set_colors(self, colors: Colors) -> None:
        self._colors = colors
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._counts.size:
            return
        with QPainter(self) as painter:
            self._axes = self._draw_frame(painter)
            self._draw_bars(painter, self._axes)
            if self._axes.x[0] < 0 < self._axes.x[1]:
                x, plot = round(self._axes.to_x(0)), self._axes.plot
                draw_zero(painter, self._colors, QLineF(x, plot.top(), x, plot.bottom()))
            self._draw_cut(painter, self._axes)

    def _top(self) -> float:
        tallest = np.sort(self._counts)[::-1]
        cut = tallest.size > 1 and 0 < tallest[1] * TALL < tallest[0]
        return float(tallest[1] * 1.4 if cut else tallest[0] * 1.04) or 1.0

    def _draw_frame(self, painter: QPainter) -> Axes:
        top = self._top()
        y_ticks = [tick for tick in round_ticks(0, top, 4) if tick == round(tick)]
        texts = tick_texts(y_ticks)
        left = label_width(painter, texts)
        plot = QRectF(left, 6, max(10, self.width() - left - 1), HEIGHT - LABEL_HEIGHT - 8)
        low, high = padded(float(self._edges[0]), float(self._edges[-1]), 0.03)
        axes = Axes(plot, (low, high), (0, top))
        x_ticks = round_ticks(low, high, max(2, int(plot.width()) // 52))
        y_labels = list(zip(y_ticks, texts, strict=True))
        draw_axes(painter, axes, self._colors, list(zip(x_ticks, tick_texts(x_ticks), strict=True)), y_labels)
        return axes

    def _draw_bars(self, painter: QPainter, axes: Axes) -> None:
        edges = [round(axes.to_x(float(edge))) for edge in self._edges]
        bottom, top = round(axes.plot.bottom()), round(axes.plot.top())
        bars = QColor(self._colors.axis)
        accent = QColor(self._colors.accent)
        for left, right, count, grey in zip(edges[:-1], edges[1:], self._counts, self._grey, strict=True):
            if not count:
                continue
            width = max(1, right - left - (1 if right - left > 3 else 0))
            high = max(top, min(bottom - 1, round(axes.to_y(float(count)))))
            split = bottom - round((bottom - high) * int(grey) / int(count))
            painter.fillRect(left, high, width, split - high, accent)
            painter.fillRect(left, split, width, bottom - split, bars)

    def _draw_cut(self, painter: QPainter, axes: Axes) -> None:
        """Two gaps in a bar too tall for the plot say that it goes on; its count stands beside it."""
        tallest = int(self._counts.argmax())
        if self._counts[tallest] <= axes.y[1]:
            return
        ground, top = QColor(self._colors.field), round(axes.plot.top())
        left, right = (round(axes.to_x(float(edge))) for edge in self._edges[tallest : tallest + 2])
        for offset in (7, 11):
            painter.fillRect(left - 1, top + offset, right - left + 2, 2, ground)
        painter.setFont(font(TICK_SIZE))
        text = integer(int(self._counts[tallest]))
        width = painter.fontMetrics().horizontalAdvance(text) + 4
        x = right + 2 if right + 2 + width < axes.plot.right() else left - 2 - width
        room = QRectF(x, top, width, 14)
        painter.fillRect(room, ground)
        painter.setPen(QColor(self._colors.text))
        painter.drawText(room, Qt.AlignmentFlag.AlignCenter, text)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._axes is None or not self._counts.size:
            return
        bin_ = bisect_right(self._edges.tolist(), self._axes.from_x(event.position().x())) - 1
        if 0 <= bin_ < self._counts.size:
            low, high = (signed(float(edge)) for edge in self._edges[bin_ : bin_ + 2])
            text = f"{low} … {high}: {integer(int(self._counts[bin_]))} values"
            QToolTip.showText(event.globalPosition().toPoint(), text, self)
