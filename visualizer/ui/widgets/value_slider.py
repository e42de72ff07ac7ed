"""A thin slider beside a number, linear or logarithmic; the number's own line stays the exact place to say it."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QSlider, QWidget

from visualizer.ui.theme import DARK, Colors

_POSITIONS = 1000
_HANDLE = 8  # px wide, 12 high


@dataclass(frozen=True, slots=True)
class Scale:
    """The values from one end of a slider to the other; ``has_zero`` puts 0 at the left end of a logarithmic one."""

    low: float
    high: float
    logarithmic: bool = False
    has_zero: bool = False

    def share(self, value: float) -> float:
        """Where a value lies, 0…1; what lies outside is at the end that is nearer."""
        if not self.logarithmic:
            return _within((value - self.low) / (self.high - self.low))
        if value <= 0:
            return 0.0
        return _within(math.log(value / self.low) / math.log(self.high / self.low))

    def value(self, share: float) -> float:
        """The value at a place 0…1, rounded to what people would type."""
        if self.logarithmic:
            if self.has_zero and share <= 0:
                return 0.0
            return float(f"{self.low * (self.high / self.low) ** share:.2g}")
        step = 10.0 ** math.floor(math.log10(self.high - self.low) - 2 + 1e-9)
        value = round((self.low + share * (self.high - self.low)) / step) * step
        return float(f"{min(max(value, self.low), self.high):.6g}")


def _within(share: float) -> float:
    return min(max(share, 0.0), 1.0)


class ValueSlider(QSlider):
    """Emits ``value_chosen(float)`` while it is dragged. The mouse alone reaches it: the keyboard has the line."""

    value_chosen = Signal(float)

    def __init__(self, scale: Scale, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._scale = scale
        self._colors: Colors = DARK
        self.setRange(0, _POSITIONS)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def show_value(self, value: float) -> None:
        """Stand where the value is; tells nobody."""
        if not self.isSliderDown():
            self.setValue(round(self._scale.share(value) * _POSITIONS))

    def set_scale(self, scale: Scale) -> None:
        """Go from one value to another from now on; ``show_value`` says where it stands on the new scale."""
        self._scale = scale

    def set_colors(self, colors: Colors) -> None:
        self._colors = colors
        self.update()

    def _choose(self, event: QMouseEvent) -> None:
        room = max(self.width() - _HANDLE, 1)
        share = _within((event.position().x() - _HANDLE / 2) / room)
        self.setValue(round(share * _POSITIONS))
        self.value_chosen.emit(self._scale.value(share))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.setSliderDown(True)
            self._choose(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.isSliderDown():
            self._choose(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.setSliderDown(False)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()  # the form scrolls

    def paintEvent(self, event: QPaintEvent) -> None:
        colors, enabled = self._colors, self.isEnabled()
        at = _HANDLE / 2 + self.value() / _POSITIONS * (self.width() - _HANDLE)
        middle = self.height() / 2
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for left, right, color in (
                (at, float(self.width()), colors.control_border),
                (0.0, at, colors.accent if enabled else colors.control_border),
            ):
                painter.setPen(QPen(QColor(color), 2))
                painter.drawLine(QPointF(left, middle), QPointF(right, middle))
            painter.setPen(QPen(QColor(colors.panel), 1))
            painter.setBrush(QColor(colors.text if enabled else colors.disabled))
            painter.drawRoundedRect(QRectF(at - _HANDLE / 2, middle - 6, _HANDLE, 12), 2, 2)
