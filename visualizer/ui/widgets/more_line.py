"""One line that stands for rows few people need: their values while they are folded, and a click opens them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QPointF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from visualizer.ui.run_form import FormRow
from visualizer.ui.theme import DARK, SMALL_SIZE, Colors, font
from visualizer.ui.widgets.folding_section import draw_chevron
from visualizer.ui.widgets.panel import PADDING

_HEIGHT = 22  # px
_CHEVRON = 16


class MoreLine(QWidget):
    """Shows ``β₁ 0.9, β₂ 0.999``. Emits ``toggled`` for a click, Space and Enter."""

    toggled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.is_open = False
        self._text = ""
        self._is_waiting = False
        self._colors: Colors = DARK
        self.setFixedHeight(_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def set_rows(self, rows: Sequence[FormRow]) -> None:
        """Say what the rows have."""
        self._text = ", ".join(f"{row.label} {replace(row, unit='').value_text}" for row in rows)
        self._is_waiting = any(row.waiting for row in rows)
        self.setAccessibleName(f"{'Fewer' if self.is_open else 'More'} settings: {self._text}")
        self.setToolTip("Fewer settings" if self.is_open else "More settings")
        self.update()

    def set_colors(self, colors: Colors) -> None:
        self._colors = colors
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, _HEIGHT)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.toggled.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space:
            self.toggled.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        colors = self._colors
        inside = self.rect().adjusted(PADDING, 0, -PADDING, 0)
        with QPainter(self) as painter:
            if self.hasFocus():
                painter.setPen(QColor(colors.accent))
                painter.drawRect(inside.adjusted(-4, 1, 3, -2))
            painter.setFont(font(SMALL_SIZE))
            painter.setPen(QColor(colors.accent if self._is_waiting and not self.is_open else colors.muted))
            room = inside.adjusted(0, 0, -_CHEVRON, 0)
            text = "Fewer settings" if self.is_open else self._text
            text = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room.width())
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, text)
            place = QPointF(inside.right() - 4, self.height() / 2)
            draw_chevron(painter, place, colors.muted, is_open=self.is_open)
