"""The slider of a learning rate: seven decades, with their powers below."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from visualizer.ui.race.numbers import power
from visualizer.ui.theme import DARK, TICK_SIZE, Colors, font
from visualizer.ui.widgets.panel import PADDING
from visualizer.ui.widgets.value_slider import Scale, ValueSlider

HEIGHT = 26
_LOWEST, _HIGHEST = -6, 1  # powers of ten
_LABELS = (-6, -3, 0, 1)
_SLIDER = 12  # px high
_HANDLE = 8  # px, by half of which the scale stands in at both ends
SCALE = Scale(10.0**_LOWEST, 10.0**_HIGHEST, logarithmic=True)


class RateSlider(QWidget):
    """``value_chosen(rate)`` while it is dragged. ``left`` px are kept free for the labels of the form."""

    value_chosen = Signal(float)

    def __init__(self, left: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._left = left
        self._colors: Colors = DARK
        self.setFixedHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.slider = ValueSlider(SCALE, self)
        self.slider.setAccessibleName("Learning rate")
        self.slider.value_chosen.connect(self.value_chosen)

    def show_value(self, rate: float) -> None:
        """Stand where the rate is, at the nearer end for one that is not on the scale."""
        self.slider.show_value(rate)

    def set_left(self, left: int) -> None:
        """Keep so many px free."""
        self._left = left
        self._place()

    def set_colors(self, colors: Colors) -> None:
        self._colors = colors
        self.slider.set_colors(colors)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, HEIGHT)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._place()

    def _place(self) -> None:
        self.slider.setGeometry(self._left, 0, max(self.width() - self._left - PADDING, 10), _SLIDER)

    def paintEvent(self, event: QPaintEvent) -> None:
        room = self.slider.geometry()
        with QPainter(self) as painter:
            painter.setFont(font(TICK_SIZE))
            for exponent in range(_LOWEST, _HIGHEST + 1):
                x = room.left() + _HANDLE / 2 + SCALE.share(10.0**exponent) * (room.width() - _HANDLE)
                painter.setPen(QPen(QColor(self._colors.control_border), 1))
                painter.drawLine(round(x), _SLIDER - 2, round(x), _SLIDER)
                if exponent in _LABELS:
                    text = power(exponent)
                    wide = painter.fontMetrics().horizontalAdvance(text) + 2
                    left = min(max(x - wide / 2, room.left() - 4), room.right() + 4 - wide)
                    painter.setPen(QColor(self._colors.muted))
                    place = QRectF(left, _SLIDER + 1, wide, HEIGHT - _SLIDER)
                    painter.drawText(place, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, text)
