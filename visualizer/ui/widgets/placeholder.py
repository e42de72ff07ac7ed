"""The empty state of a panel: one muted sentence that says what to do, and a button that does it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

WAITING = "Opening…"


class Placeholder(QWidget):
    """A centred sentence, with one button below if ``button`` is given."""

    clicked = Signal()

    def __init__(self, sentence: str, button: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(24, 24, 24, 24)
        rows.setSpacing(12)
        rows.addStretch()
        self._sentence = QLabel(sentence, wordWrap=True, alignment=Qt.AlignmentFlag.AlignCenter)
        self._sentence.setProperty("role", "muted")
        rows.addWidget(self._sentence)
        self._text, self._waiting = sentence, False
        self._button = QPushButton(button)
        self._button.clicked.connect(self.clicked)
        rows.addWidget(self._button, alignment=Qt.AlignmentFlag.AlignCenter)
        self._button.setVisible(bool(button))
        rows.addStretch()

    def set_sentence(self, sentence: str) -> None:
        self._text = sentence
        self._sentence.setText(WAITING if self._waiting else sentence)

    def set_waiting(self, waiting: bool) -> None:
        """Say that something is coming, instead of what to do."""
        if waiting != self._waiting:
            self._waiting = waiting
            self._sentence.setText(WAITING if waiting else self._text)
            self._button.setVisible(bool(self._button.text()) and not waiting)
