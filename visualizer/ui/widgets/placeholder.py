"""The empty state of a panel: one muted sentence that says what to do, and a button that does it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget


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
        if button:
            pressed = QPushButton(button)
            pressed.clicked.connect(self.clicked)
            rows.addWidget(pressed, alignment=Qt.AlignmentFlag.AlignCenter)
        rows.addStretch()

    def set_sentence(self, sentence: str) -> None:
        self._sentence.setText(sentence)
