"""The legend of an overlay: its colours from left to right and the values at both ends."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from visualizer.ui.theme import DARK, SMALL_SIZE, TICK_SIZE, Colors, font
from visualizer.ui.widgets.picture_view import Table, to_image

BAR = 8  # px


class Legend(QWidget):
    """A titled bar of a colour table; ``set_ends`` names the values of its first and last colour."""

    def __init__(self, title: str, table: Table, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colors: Colors = DARK
        self._title = title
        self._image = to_image(np.arange(256, dtype=np.uint8)[None, :], table)
        self._ends = ("", "")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_ends(self, low: str, high: str) -> None:
        self._ends = (low, high)
        self.setAccessibleName(f"{self._title} {low} to {high}")
        self.update()

    def set_colors(self, colors: Colors) -> None:
        self._colors = colors
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(84, 16 + BAR + 15)

    def paintEvent(self, event: QPaintEvent) -> None:
        sides = Qt.AlignmentFlag
        with QPainter(self) as painter:
            painter.setPen(QColor(self._colors.muted))
            painter.setFont(font(SMALL_SIZE))
            painter.drawText(QRectF(0, 0, self.width(), 15), sides.AlignVCenter, self._title)
            painter.drawImage(QRectF(0, 16, self.width(), BAR), self._image)
            painter.setFont(font(TICK_SIZE))
            below = QRectF(0, 16 + BAR + 1, self.width(), 14)
            painter.drawText(below, sides.AlignLeft | sides.AlignVCenter, self._ends[0])
            painter.drawText(below, sides.AlignRight | sides.AlignVCenter, self._ends[1])
