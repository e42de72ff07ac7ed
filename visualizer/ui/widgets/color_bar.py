"""The legend of a mosaic: its colour map from left to right, the values at both ends beside it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from visualizer.ui.theme import DARK, SMALL_SIZE, Colors, font

BAR_WIDTH, BAR_HEIGHT = 118, 8  # px
GAP = 6  # px between a value and the bar


class ColorBar(QWidget):
    """A lookup table drawn as a bar between the texts of its lowest and highest value."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colors: Colors = DARK
        self._image = QImage()
        self._limits = ("", "")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_lookup_table(self, table: NDArray[np.uint8]) -> None:
        """Take the colours, (256, 3) uint8."""
        row = np.ascontiguousarray(table, np.uint8)
        self._image = QImage(row.data, len(row), 1, 3 * len(row), QImage.Format.Format_RGB888).copy()
        self.update()

    def set_limits(self, low: str, high: str) -> None:
        """Take the texts of the values at both ends."""
        if (low, high) == self._limits:
            return
        self._limits = (low, high)
        self.setAccessibleName(f"Grey levels from {low} to {high}")
        self.updateGeometry()
        self.update()

    def set_colors(self, colors: Colors) -> None:
        self._colors = colors
        self.update()

    def sizeHint(self) -> QSize:
        low, high = self._widths()
        return QSize(low + GAP + BAR_WIDTH + GAP + high, 16)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        low, high = self._widths()
        bar = QRectF(low + GAP, (self.height() - BAR_HEIGHT) / 2, BAR_WIDTH, BAR_HEIGHT)
        with QPainter(self) as painter:
            painter.setFont(font(SMALL_SIZE))
            painter.setPen(QColor(self._colors.text))
            middle = Qt.AlignmentFlag.AlignVCenter
            painter.drawText(QRectF(0, 0, low, self.height()), middle, self._limits[0])
            painter.drawText(QRectF(bar.right() + GAP, 0, high, self.height()), middle, self._limits[1])
            painter.drawImage(bar, self._image)

    def _widths(self) -> tuple[int, int]:
        metrics = QFontMetrics(font(SMALL_SIZE))
        return metrics.horizontalAdvance(self._limits[0]) + 1, metrics.horizontalAdvance(self._limits[1]) + 1
