"""The most probable classes as bars: label, bar, percentage."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from visualizer.probes.frames import ClassProbability
from visualizer.ui.numbers import THIN, percent
from visualizer.ui.text import plain_tip
from visualizer.ui.theme import DARK, Colors, font

ROWS = 5
ROW_HEIGHT = 28
_BAR_HEIGHT = 12
GAP = 10
LABEL_SHARE = 0.47  # of the width: fixed, so that bars stay where they are from one prediction to the next
WIDEST = f">{THIN}99.9{THIN}%"
LINE = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine


class ProbabilityBars(QWidget):
    """Up to five classes, the first in bold and in the accent colour."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._top: tuple[ClassProbability, ...] = ()
        self._colors = DARK
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Most probable classes")

    def set_classes(self, top: tuple[ClassProbability, ...]) -> None:
        self._top = top[:ROWS]
        self.setAccessibleDescription(
            ", ".join(f"{each.label} {percent(each.probability)}" for each in self._top)
        )
        self.update()

    def set_colors(self, colors: Colors) -> None:
        self._colors = colors
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(240, ROWS * ROW_HEIGHT)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            row = event.pos().y() // ROW_HEIGHT
            if row < len(self._top):
                each = self._top[row]
                tip = plain_tip(f"{each.label}: {percent(each.probability, 4)}, class {each.index}")
                QToolTip.showText(event.globalPos(), tip, self)
            else:
                QToolTip.hideText()
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            for row, each in enumerate(self._top):
                self._paint_row(painter, row, each)

    def _paint_row(self, painter: QPainter, row: int, each: ClassProbability) -> None:
        first = row == 0
        top, width = row * ROW_HEIGHT, self.width()
        face = font(bold=first)
        percentages = QFontMetrics(font(bold=True)).horizontalAdvance(WIDEST)
        label = QRect(0, top, round(width * LABEL_SHARE), ROW_HEIGHT)
        track_left = label.right() + 1 + GAP
        track_width = max(width - percentages - GAP - track_left, 0)
        track = QRect(track_left, top + (ROW_HEIGHT - _BAR_HEIGHT) // 2, track_width, _BAR_HEIGHT)
        painter.setFont(face)
        painter.setPen(QColor(self._colors.text))
        shown = QFontMetrics(face).elidedText(each.label, Qt.TextElideMode.ElideRight, label.width())
        painter.drawText(label, Qt.AlignmentFlag.AlignLeft | LINE, shown)
        value = QRect(width - percentages, top, percentages, ROW_HEIGHT)
        painter.drawText(value, Qt.AlignmentFlag.AlignRight | LINE, percent(each.probability))
        painter.fillRect(track, QColor(self._colors.track))
        if each.probability > 0 and math.isfinite(each.probability):
            track.setWidth(max(1, round(track_width * each.probability)))
            painter.fillRect(track, QColor(self._colors.accent if first else self._colors.bar))
