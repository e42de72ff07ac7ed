"""What stands below the weights: in words what is seen, the grey levels, the figures, a small histogram."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QImage, QPainter, QPaintEvent, QPen, QPixmap, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from visualizer.ui.numbers import signed
from visualizer.ui.theme import DARK, SMALL_SIZE, TICK_SIZE, Colors, font

LINE, LABEL_HEIGHT = 15, 12  # px
BAR_WIDTH, BAR_HEIGHT = 44, 8  # px
_HISTOGRAM = (80, 168)  # px wide at least and at most
_NARROWEST = 300  # px of the whole, below which the histogram is left out
_SPACE = 10  # px between words and histogram

Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Footer:
    """What is said: ``note`` and ``key`` in words, the texts at both ends of the grey levels, ``figures`` by name.

    ``counts`` (B,) between ``edges`` (B + 1,) make the histogram, ``start_counts`` (B,) its outline at the start.
    """

    note: str = ""
    key: str = ""
    ends: tuple[str, str] = ("", "")
    figures: tuple[tuple[str, str], ...] = ()
    counts: Counts = field(default_factory=lambda: np.zeros(0, np.int64))
    edges: NDArray[np.float32] = field(default_factory=lambda: np.zeros(1, np.float32))
    start_counts: Counts | None = None


class WeightsFooter(QWidget):
    """Draws everything itself: labels would lay out the panel anew with every frame. 0.1 ms a frame."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colors: Colors = DARK
        self._footer = Footer()
        self._words = QPixmap()
        self._words_for: tuple[object, ...] = ()
        grey = np.arange(256, dtype=np.uint8)
        self._greys = QImage(grey.data, 256, 1, 256, QImage.Format.Format_Grayscale8).copy()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_footer(self, footer: Footer) -> None:
        if (footer.note, footer.key) != (self._footer.note, self._footer.key):
            self.setAccessibleName(" ".join(filter(None, (footer.note, footer.key))))
            started = "; the line: as they were at the start" if footer.start_counts is not None else ""
            self.setToolTip(f"<p>{footer.note}</p><p>The histogram counts the weights{started}.</p>")
        self._footer = footer
        self.update()

    def set_colors(self, colors: Colors) -> None:
        self._colors = colors
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(300, 3 * LINE + 1)

    def minimumSizeHint(self) -> QSize:
        return QSize(80, 3 * LINE + 1)

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._words.isNull() or self._words_for != self._said():
            self._words, self._words_for = self._draw_words(), self._said()
        with QPainter(self) as painter:
            painter.drawPixmap(0, 0, self._words)
            width = self._words_width()
            painter.setFont(font(SMALL_SIZE))
            self._draw_figures(painter, QRectF(0, 2 * LINE, width, LINE))
            if width < self.width():
                self._draw_bars(painter, self._plot())

    def _words_width(self) -> int:
        """The px from the left that are free for words."""
        plot = self._plot()
        return int(plot.left()) - _SPACE if plot.width() else self.width()

    def _plot(self) -> QRectF:
        """Where the histogram stands, its labels below it; of no width where it has no room."""
        if self.width() < _NARROWEST or not self._footer.counts.size:
            return QRectF()
        width = min(max(self.width() // 5, _HISTOGRAM[0]), _HISTOGRAM[1])
        return QRectF(self.width() - width, 0, width, self.height() - LABEL_HEIGHT)

    def _said(self) -> tuple[object, ...]:
        """What the words depend on."""
        shown = self._footer
        ends = (float(shown.edges[0]), float(shown.edges[-1]))
        return (shown.note, shown.key, shown.ends, ends, self.size(), self._colors, self.devicePixelRatioF())

    def _draw_words(self) -> QPixmap:
        """All that does not change with every frame."""
        ratio, colors = self.devicePixelRatioF(), self._colors
        pixmap = QPixmap(self.size() * ratio)
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        width = self._words_width()
        with QPainter(pixmap) as painter:
            painter.setFont(font(SMALL_SIZE))
            _draw_elided(painter, self._footer.note, QRectF(0, 0, width, LINE), colors.muted)
            left = self._draw_greys(painter, LINE)
            room = QRectF(left, LINE, max(width - left, 0), LINE)
            _draw_elided(painter, self._footer.key, room, colors.text)
            if width < self.width():
                self._draw_ground(painter, self._plot())
        return pixmap

    def _draw_greys(self, painter: QPainter, top: float) -> float:
        """The grey levels between the texts of their ends; returns where they stop."""
        low, high = self._footer.ends
        metrics = QFontMetrics(font(SMALL_SIZE))
        x = float(metrics.horizontalAdvance(low)) + 5
        painter.setPen(QColor(self._colors.muted))
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(0, top, x, LINE), middle, low)
        painter.drawImage(QRectF(x, top + (LINE - BAR_HEIGHT) / 2, BAR_WIDTH, BAR_HEIGHT), self._greys)
        x += BAR_WIDTH + 5
        advance = metrics.horizontalAdvance(high) + 1
        painter.drawText(QRectF(x, top, advance, LINE), middle, high)
        return x + advance + 11

    def _draw_ground(self, painter: QPainter, plot: QRectF) -> None:
        """The histogram without its bars."""
        painter.fillRect(plot, QColor(self._colors.field))
        painter.setPen(QPen(QColor(self._colors.axis), 1))
        painter.drawLine(plot.bottomLeft(), plot.bottomRight())
        painter.setPen(QColor(self._colors.muted))
        painter.setFont(font(TICK_SIZE))
        below = QRectF(plot.left(), plot.bottom(), plot.width(), LABEL_HEIGHT + 1)
        sides = Qt.AlignmentFlag
        low, high = (signed(float(self._footer.edges[end])) for end in (0, -1))
        for side, text in ((sides.AlignLeft, low), (sides.AlignHCenter, "0"), (sides.AlignRight, high)):
            painter.drawText(below, side | sides.AlignVCenter, text)

    def _draw_figures(self, painter: QPainter, room: QRectF) -> None:
        """As many pairs of name and number as have room."""
        metrics = QFontMetrics(font(SMALL_SIZE))
        x = room.left()
        for name, number in self._footer.figures:
            first, second = (metrics.horizontalAdvance(text) + 1 for text in (name, number))
            if x + first + 5 + second > room.right():
                return
            for text, width, color in (
                (name, first, self._colors.muted),
                (number, second, self._colors.text),
            ):
                painter.setPen(QColor(color))
                painter.drawText(QRectF(x, room.top(), width, LINE), Qt.AlignmentFlag.AlignVCenter, text)
                x += width + 5
            x += 8

    def _draw_bars(self, painter: QPainter, plot: QRectF) -> None:
        """The bars of now, the outline of the start."""
        footer = self._footer
        counts = [counts for counts in (footer.counts, footer.start_counts) if counts is not None]
        scale = (plot.height() - 2) / max(*(math.sqrt(int(part.max())) for part in counts), 1.0)
        step, bottom, left = plot.width() / footer.counts.size, plot.bottom(), plot.left()
        # Square roots, as in a rootogram: the few large weights would not be seen beside the many small ones.
        heights = (np.sqrt(footer.counts) * scale).tolist()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._colors.bar))
        bars = [(left + place * step, height) for place, height in enumerate(heights) if height]
        painter.drawRects([QRectF(x, bottom - height, max(step - 0.6, 0.6), height) for x, height in bars])
        if footer.start_counts is None:
            return
        corners = []
        for place, top in enumerate((bottom - np.sqrt(footer.start_counts) * scale).tolist()):
            corners += [QPointF(left + place * step, top), QPointF(left + (place + 1) * step, top)]
        painter.setPen(QPen(QColor(self._colors.text), 1))
        painter.drawPolyline(QPolygonF(corners))


def _draw_elided(painter: QPainter, text: str, room: QRectF, color: str) -> None:
    shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(room.width()))
    painter.setPen(QColor(color))
    painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, shown)
