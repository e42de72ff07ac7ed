"""A line for a formula that marks the place at which it cannot be read."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QLineEdit, QWidget

from visualizer.race.formula import LONGEST
from visualizer.ui.theme import DARK, Colors

_WAVE = 2.0  # px, half the height of the mark
_LEAST_MARK = 7  # px


class FormulaEdit(QLineEdit):
    """``typed(text)`` comes with every key, ``entered(text)`` with Enter, ``reverted`` with Esc.

    A text that is pasted is cut one character beyond what can be read, so that the sentence about its length comes.
    """

    typed = Signal(str)
    entered = Signal(str)
    reverted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colors: Colors = DARK
        self._mark = -1
        self.setMaxLength(LONGEST + 1)
        self.setAccessibleName("Formula f(x, y)")
        self.textEdited.connect(self.typed)

    def show_trouble(self, sentence: str, place: int) -> None:
        """Mark the text as one that cannot be read, ``place`` within it (−1: no place); "" ends that."""
        self._mark = place if sentence else -1
        self.setToolTip("")
        self.setAccessibleDescription(sentence)
        if bool(self.property("invalid")) != bool(sentence):
            self.setProperty("invalid", bool(sentence))
            self.style().polish(self)
        self.update()

    @property
    def marked(self) -> int:
        """The index of the marked character, −1 for none."""
        return self._mark

    def set_colors(self, colors: Colors) -> None:
        self._colors = colors
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.entered.emit(self.text())
        elif event.key() == Qt.Key.Key_Escape:
            self.reverted.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._mark < 0:
            return
        left, right = self._mark_range()
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(self._colors.error), 1.4))
            base = self.height() - 4.5
            count = max(2, round((right - left) / _WAVE))
            points = [
                QPointF(left + n * _WAVE, base + (_WAVE / 2 if n % 2 else -_WAVE / 2))
                for n in range(count + 1)
            ]
            painter.drawPolyline(points)

    def _mark_range(self) -> tuple[float, float]:
        """The left and right end (px) of the marked character, or word; behind the text for what is missing there."""
        metrics, text = self.fontMetrics(), self.text()
        at_cursor = self.cursorRect().center().x() + 0.5
        origin = at_cursor - metrics.horizontalAdvance(text[: self.cursorPosition()])
        place = min(self._mark, len(text))
        left = origin + metrics.horizontalAdvance(text[:place])
        width = max(metrics.horizontalAdvance(text[place : _end_of_word(text, place)]), _LEAST_MARK)
        left = min(max(left, 4.0), self.width() - 4.0 - width)
        return left, left + width


def _end_of_word(text: str, place: int) -> int:
    """Where the name or number ends that begins at ``place``; one character further for anything else."""
    end = place
    while end < len(text) and (text[end].isalnum() or text[end] in "._"):
        end += 1
    return max(end, place + 1)
