"""A part of a form under a band with its name; a click on the band, or Space, folds it away."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from visualizer.ui.text import plain_tip
from visualizer.ui.theme import SMALL_SIZE, TEXT_SIZE, font
from visualizer.ui.widgets.panel import PADDING
from visualizer.ui.widgets.toggle_line import CHEVRON, ToggleLine, draw_chevron

BAND = 26  # px high


class Band(ToggleLine):
    """Bold ``title`` at the left, a muted ``hint`` at the right, and an arrow that says whether it is open."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(BAND, parent)
        self._title, self._hint, self._kind, self._help = title, "", "", ""
        self._open = True

    def set_hint(self, hint: str, kind: str = "") -> None:
        """``kind`` "error" or "waiting" colours the words."""
        if (hint, kind) != (self._hint, self._kind):
            self._hint, self._kind = hint, kind
            self._name()
            self.update()

    def set_help(self, help: str) -> None:
        """What the section is about, for the tool tip."""
        self._help = help
        self._name()

    def set_open(self, is_open: bool) -> None:
        self._open = is_open
        self._name()
        self.update()

    def _name(self) -> None:
        self.setAccessibleName(f"{self._title}, {'open' if self._open else 'folded'}")
        self.setAccessibleDescription(self._hint or self._help)
        self.setToolTip(plain_tip(self._help))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        keys = {Qt.Key.Key_Right: not self._open, Qt.Key.Key_Left: self._open}
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) or keys.get(Qt.Key(event.key())):
            self.toggled.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        colors = self._colors
        inside = self.rect().adjusted(PADDING, 0, -PADDING, 0)
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), QColor(colors.header))
            painter.setPen(QColor(colors.border))
            painter.drawLine(0, 0, self.width(), 0)
            painter.drawLine(0, BAND - 1, self.width(), BAND - 1)
            if self.hasFocus():
                painter.setPen(QColor(colors.accent))
                painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
            painter.setFont(font(TEXT_SIZE, bold=True))
            painter.setPen(QColor(colors.muted))
            painter.drawText(inside, Qt.AlignmentFlag.AlignVCenter, self._title)
            taken = painter.fontMetrics().horizontalAdvance(self._title)
            self._draw_hint(painter, inside.adjusted(taken + 8, 0, -CHEVRON, 0))
            place = QPointF(inside.right() - 4, self.height() / 2)
            draw_chevron(painter, place, colors.muted, is_open=self._open)

    def _draw_hint(self, painter: QPainter, room: QRect) -> None:
        colors = self._colors
        color = {"error": colors.error, "waiting": colors.accent}.get(self._kind, colors.muted)
        metrics = QFontMetrics(font(SMALL_SIZE))
        painter.setFont(font(SMALL_SIZE))
        painter.setPen(QColor(color))
        text = metrics.elidedText(self._hint, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, text)


class FoldingSection(QWidget):
    """A band and, while it is open, what was added below it. Emits ``folded`` when that changes."""

    folded = Signal()

    def __init__(self, title: str, parent: QWidget | None = None, *, folded: bool = False) -> None:
        super().__init__(parent)
        self.title = title
        self.band = Band(title, self)
        self.content = QWidget(self)
        self.rows = QVBoxLayout(self.content)
        self.rows.setContentsMargins(0, 4, 0, 4)
        self.rows.setSpacing(0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.band)
        column.addWidget(self.content)
        self.band.toggled.connect(lambda: self.set_open(not self.is_open))
        self.set_open(not folded)

    @property
    def is_open(self) -> bool:
        """Whether the content is shown."""
        return not self.content.isHidden()

    def set_open(self, is_open: bool) -> None:
        self.content.setVisible(is_open)
        self.band.set_open(is_open)
        self.folded.emit()
