"""A muted line that changes many times a second, shortened with … where the room is short."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from visualizer.ui.text import plain_tip
from visualizer.ui.theme import DARK, SMALL_SIZE, Colors, font


class SteadyCaption(QWidget):
    """As wide as its room, always one line high: a label would have the window laid out anew at each change.

    Where the text is shortened, the tool tip says all of it.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = ""
        self._colors: Colors = DARK
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def full_text(self) -> str:
        return self._text

    def set_full_text(self, text: str) -> None:
        if text != self._text:
            self._text = text
            self.setAccessibleName(text)
            self.update()

    def set_colors(self, colors: Colors) -> None:
        self._colors = colors
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, QFontMetrics(font(SMALL_SIZE)).height())

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.sizeHint().height())

    def _shown(self) -> str:
        metrics = QFontMetrics(font(SMALL_SIZE))
        return metrics.elidedText(self._text, Qt.TextElideMode.ElideRight, self.width())

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            if self._shown() != self._text:
                QToolTip.showText(event.globalPos(), plain_tip(self._text), self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setFont(font(SMALL_SIZE))
            painter.setPen(QColor(self._colors.muted))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter, self._shown())
