"""The slider for the value of a transform: its ends, and a mark where it changes nothing."""

from __future__ import annotations

import math

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from visualizer.data.transforms.table import Transform
from visualizer.ui.rotation.words import value_words
from visualizer.ui.theme import DARK, TICK_SIZE, Colors, font
from visualizer.ui.widgets.paced import Paced
from visualizer.ui.widgets.value_slider import Scale, ValueSlider

HEIGHT = 26  # px, as much as two dense lines leave between them
_SLIDER = 12  # px high
_HANDLE = 8  # px, by half of which the scale stands in at both ends
_CATCH = 4  # px around the mark within which the mark is meant
_PACE = 16  # ms between two moves that are told: a screen shows no more
_NOTCH = 120  # of a wheel, as Qt counts


class ChangeSlider(QWidget):
    """``value_changed(value, done)`` while the hand moves it, at most 60 times a second and the last one always.

    ``done`` when the hand lets go, and for the wheel.
    """

    value_changed = Signal(float, bool)

    def __init__(self, row: Transform, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._row, self._value = row, row.neutral
        self._colors: Colors = DARK
        self._notches = 0.0
        self.setFixedHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.slider = ValueSlider(Scale(row.minimum, row.maximum), self)
        self._paced = Paced(_PACE, self, at_once=True)
        self._paced.told.connect(lambda told: self.value_changed.emit(*told))
        self.slider.value_chosen.connect(self._choose)
        self.slider.sliderReleased.connect(self._let_go)
        self.set_row(row)

    def set_row(self, row: Transform) -> None:
        """Go over the values of another transform; ``set_value`` says where it stands."""
        self._row = row
        self.slider.set_scale(Scale(row.minimum, row.maximum))
        self.slider.setAccessibleName(f"{row.title}, share of its range in thousandths")
        self.set_value(row.neutral)
        self.update()

    def set_value(self, value: float) -> None:
        """Stand where the value is; tells nobody. While the hand holds the slider, it stays where the hand is."""
        if not self.slider.isSliderDown() and not self._paced.is_waiting:
            self._value = value
            self.slider.show_value(value)

    def set_colors(self, colors: Colors) -> None:
        self._colors = colors
        self.slider.set_colors(colors)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, HEIGHT)

    def _choose(self, value: float) -> None:
        neutral = self._row.neutral
        if abs(self._x(value) - self._x(neutral)) <= _CATCH:
            value = neutral
        if value != self._value:
            self._value = value
            self._paced.put((value, False))

    def _let_go(self) -> None:
        self._paced.drop()
        self.slider.show_value(self._value)  # on the mark, where that was meant
        self.value_changed.emit(self._value, True)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.accept()
        if self.slider.isSliderDown():
            return
        self._notches += (event.angleDelta().y() or event.angleDelta().x()) / _NOTCH
        whole = math.trunc(self._notches)
        self._notches -= whole
        row = self._row
        value = round(min(max(self._value + whole * row.step, row.minimum), row.maximum), row.decimals)
        if value != self._value:
            self._value = value
            self.slider.show_value(value)
            self._paced.put((value, True))

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.slider.setGeometry(0, 0, self.width(), _SLIDER)

    def _x(self, value: float) -> float:
        """Where a value lies, in px."""
        share = Scale(self._row.minimum, self._row.maximum).share(value)
        return _HANDLE / 2 + share * (self.width() - _HANDLE)

    def paintEvent(self, event: QPaintEvent) -> None:
        row, colors = self._row, self._colors
        with QPainter(self) as painter:
            painter.setFont(font(TICK_SIZE))
            free = 0.0  # px, from where on there is room
            for value in dict.fromkeys((row.minimum, row.neutral, row.maximum)):
                x, is_neutral = round(self._x(value)), value == row.neutral
                painter.setPen(QPen(QColor(colors.text if is_neutral else colors.control_border), 1))
                painter.drawLine(x, _SLIDER - 2, x, _SLIDER + 1)
                text = value_words(row.name, value)
                wide = painter.fontMetrics().horizontalAdvance(text) + 2
                left = min(max(x - wide / 2, 0.0), self.width() - wide)
                if left < free:
                    continue
                free = left + wide + 6
                painter.setPen(QColor(colors.text if is_neutral else colors.muted))
                place = QRectF(left, _SLIDER + 2, wide, HEIGHT - _SLIDER - 2)
                painter.drawText(place, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, text)
