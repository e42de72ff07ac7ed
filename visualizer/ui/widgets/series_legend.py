"""The legend of a plot in a title bar: a square of the colour, the name and the current value of each series."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from visualizer.ui.theme import DARK, SMALL_SIZE, Colors, font

_SQUARE, _SPACE, _BETWEEN = 8, 5, 12  # px
_NAMES = ("train", "val")


class SeriesLegend(QWidget):
    """``■ train 0.181  ■ val 0.682``; the names go first where the room is short. Keeps its size: no layout a frame."""

    def __init__(self, widest: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colors: Colors = DARK
        self._texts = ("", "")
        self._widest = widest
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.setToolTip("train: the moving average at the play head. val: the last validation up to there.")

    def set_values(self, train: str, validation: str) -> None:
        """Show the values; two empty texts hide everything."""
        if (train, validation) != self._texts:
            self._texts = (train, validation)
            self.setAccessibleName(f"train {train}, validation {validation}" if train or validation else "")
            self.update()

    def set_colors(self, colors: Colors) -> None:
        self._colors = colors
        self.update()

    def sizeHint(self) -> QSize:
        value = QFontMetrics(font(SMALL_SIZE, bold=True)).horizontalAdvance(self._widest)
        names = sum(QFontMetrics(font(SMALL_SIZE)).horizontalAdvance(name) + _SPACE for name in _NAMES)
        return QSize(2 * (_SQUARE + _SPACE + value) + names + _BETWEEN + 2, 22)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, 22)

    def paintEvent(self, event: QPaintEvent) -> None:
        if not any(self._texts):
            return
        words, values = QFontMetrics(font(SMALL_SIZE)), QFontMetrics(font(SMALL_SIZE, bold=True))
        needed = sum(_SQUARE + _SPACE + values.horizontalAdvance(text) for text in self._texts) + _BETWEEN
        if needed > self.width():
            return
        named = needed + sum(words.horizontalAdvance(name) + _SPACE for name in _NAMES) <= self.width()
        with QPainter(self) as painter:
            right = self.width()
            colors = (self._colors.train, self._colors.validation)
            for name, text, color in reversed(list(zip(_NAMES, self._texts, colors, strict=True))):
                right = self._draw(painter, right, name if named else "", text, color) - _BETWEEN

    def _draw(self, painter: QPainter, right: int, name: str, text: str, color: str) -> int:
        """One series with its right end there; where its left end is."""
        for shown, bold, ink in ((text, True, self._colors.text), (name, False, self._colors.muted)):
            if shown:
                painter.setFont(font(SMALL_SIZE, bold=bold))
                width = painter.fontMetrics().horizontalAdvance(shown)
                painter.setPen(QColor(ink))
                painter.drawText(
                    QRectF(right - width, 0, width + 1, self.height()), Qt.AlignmentFlag.AlignVCenter, shown
                )
                right -= width + _SPACE
        painter.fillRect(right - _SQUARE, (self.height() - _SQUARE) // 2, _SQUARE, _SQUARE, QColor(color))
        return right - _SQUARE
