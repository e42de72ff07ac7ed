"""One line that stands for rows few people need: their values while they are folded, and a click opens them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from visualizer.ui.run_form import FormRow
from visualizer.ui.theme import SMALL_SIZE, font
from visualizer.ui.widgets.panel import PADDING
from visualizer.ui.widgets.toggle_line import CHEVRON, ToggleLine, draw_chevron

_HEIGHT = 22  # px


class MoreLine(ToggleLine):
    """Shows ``β₁ 0.9, β₂ 0.999``."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(_HEIGHT, parent)
        self.is_open = False
        self._text = ""
        self._is_waiting = False

    def set_rows(self, rows: Sequence[FormRow]) -> None:
        """Say what the rows have."""
        self._text = ", ".join(f"{row.label} {replace(row, unit='').value_text}" for row in rows)
        self._is_waiting = any(row.waiting for row in rows)
        self.setAccessibleName(f"{'Fewer' if self.is_open else 'More'} settings: {self._text}")
        self.setToolTip("Fewer settings" if self.is_open else "More settings")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        colors = self._colors
        inside = self.rect().adjusted(PADDING, 0, -PADDING, 0)
        with QPainter(self) as painter:
            if self.hasFocus():
                painter.setPen(QColor(colors.accent))
                painter.drawRect(inside.adjusted(-4, 1, 3, -2))
            painter.setFont(font(SMALL_SIZE))
            painter.setPen(QColor(colors.accent if self._is_waiting and not self.is_open else colors.muted))
            room = inside.adjusted(0, 0, -CHEVRON, 0)
            text = "Fewer settings" if self.is_open else self._text
            text = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room.width())
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, text)
            place = QPointF(inside.right() - 4, self.height() / 2)
            draw_chevron(painter, place, colors.muted, is_open=self.is_open)
