"""What stands below the weights: in words what is seen, the grey levels, the figures, a small histogram."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QImage, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from visualizer.ui.numbers import signed
from visualizer.ui.theme import DARK, SMALL_SIZE, TICK_SIZE, Colors, font

LINE = 15  # px
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
    """Draws everything itself: labels would lay out the panel anew with every frame. 0.2 ms a frame."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colors: Colors = DARK
        self._footer = Footer()
        self._elided: dict[str, tuple[str, int, str]] = {}  # by place: the text, its room, what fits
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
        width = self.width()
        with QPainter(self) as painter:
            if width >= _NARROWEST and self._footer.counts.size:
                plot = min(max(width // 5, _HISTOGRAM[0]), _HISTOGRAM[1])
                self._draw_histogram(painter, QRectF(width - plot, 0, plot, self.height()))
                width -= plot + _SPACE
            painter.setFont(font(SMALL_SIZE))
            self._draw_text(painter, "note", self._footer.note, QRectF(0, 0, width, LINE), self._colors.muted)
            left = self._draw_greys(painter, LINE)
            room = QRectF(left, LINE, max(width - left, 0), LINE)
            self._draw_text(painter, "key", self._footer.key, room, self._colors.text)
            self._draw_figures(painter, QRectF(0, 2 * LINE, width, LINE))

    def _draw_text(self, painter: QPainter, place: str, text: str, room: QRectF, color: str) -> None:
        width = int(room.width())
        known = self._elided.get(place)
        if known is None or known[:2] != (text, width):
            metrics = QFontMetrics(font(SMALL_SIZE))
            known = (text, width, metrics.elidedText(text, Qt.TextElideMode.ElideRight, width))
            self._elided[place] = known
        painter.setPen(QColor(color))
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, known[2])

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

    def _draw_histogram(self, painter: QPainter, room: QRectF) -> None:
        footer, colors = self._footer, self._colors
        plot = room.adjusted(0, 0, 0, -12)
        painter.fillRect(plot, QColor(colors.field))
        counts = [counts for counts in (footer.counts, footer.start_counts) if counts is not None]
        scale = (plot.height() - 2) / max(*(math.sqrt(int(part.max())) for part in counts), 1.0)
        step = plot.width() / footer.counts.size
        # Square roots, as in a rootogram: the few large weights would not be seen beside the many small ones.
        heights = (np.sqrt(footer.counts) * scale).tolist()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colors.bar))
        bottom, left = plot.bottom(), plot.left()
        painter.drawRects(
            [
                QRectF(left + place * step, bottom - height, max(step - 0.6, 0.6), height)
                for place, height in enumerate(heights)
                if height
            ]
        )
        if footer.start_counts is not None:
            self._draw_outline(painter, plot, (bottom - np.sqrt(footer.start_counts) * scale).tolist(), step)
        self._draw_ticks(painter, plot, room)

    def _draw_outline(self, painter: QPainter, plot: QRectF, tops: list[float], step: float) -> None:
        corners = []
        for place, top in enumerate(tops):
            left = plot.left() + place * step
            corners += [QPointF(left, top), QPointF(left + step, top)]
        painter.setPen(QPen(QColor(self._colors.text), 1))
        painter.drawPolyline(QPolygonF(corners))

    def _draw_ticks(self, painter: QPainter, plot: QRectF, room: QRectF) -> None:
        painter.setPen(QPen(QColor(self._colors.axis), 1))
        painter.drawLine(plot.bottomLeft(), plot.bottomRight())
        painter.setPen(QColor(self._colors.muted))
        painter.setFont(font(TICK_SIZE))
        below = QRectF(room.left(), plot.bottom(), room.width(), room.bottom() - plot.bottom() + 1)
        sides = Qt.AlignmentFlag
        low, high = (signed(float(self._footer.edges[end])) for end in (0, -1))
        for side, text in ((sides.AlignLeft, low), (sides.AlignHCenter, "0"), (sides.AlignRight, high)):
            painter.drawText(below, side | sides.AlignVCenter, text)
