"""Numbers side by side in one line of a form, words before them, and below what is wrong with one."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from visualizer.networks.layers.kinds import Field
from visualizer.ui.text import plain_tip
from visualizer.ui.theme import Colors
from visualizer.ui.widgets.panel import PADDING
from visualizer.ui.widgets.setting_number import SettingNumber

_FIELD = 22  # px high
_GAP = 6


class NumberLine(QWidget):
    """Made part by part: ``add_word``, ``add_number``, ``add``. ``edits`` are its numbers by the names of fields."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.edits: dict[str, SettingNumber] = {}
        rows = QVBoxLayout(self)
        rows.setContentsMargins(PADDING, 2, PADDING, 2)
        rows.setSpacing(3)
        self._line = QHBoxLayout()
        self._line.setSpacing(_GAP)
        rows.addLayout(self._line)
        self.message = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.message.setProperty("role", "fieldError")
        self.message.hide()
        rows.addWidget(self.message)

    def add_word(self, word: str, width: int = 0) -> QLabel:
        """Put a muted word behind the other parts; with a ``width`` what follows stands below each other."""
        label = QLabel(word)
        label.setProperty("role", "muted")
        if width:
            label.setFixedWidth(width)
        self._line.addWidget(label)
        return label

    def add_number(self, setting: Field, stretch: int = 1) -> SettingNumber:
        """Put the editor of a number behind the other parts."""
        made = SettingNumber(setting)
        made.setAccessibleName(setting.label)
        made.setToolTip(plain_tip(f"{setting.label}: {setting.help}"))
        made.setFixedHeight(_FIELD)
        made.setMinimumWidth(36)
        made.refused.connect(self.say)
        self.edits[setting.name] = made
        self._line.addWidget(made, stretch)
        return made

    def add(self, part: QWidget, stretch: int = 0) -> None:
        """Put another widget behind the other parts."""
        self._line.addWidget(part, stretch)

    def add_stretch(self) -> None:
        """Leave the rest of the line empty."""
        self._line.addStretch(1)

    def say(self, sentence: str) -> None:
        """Show a sentence below the line; "" ends that."""
        if sentence != self.message.text():
            self.message.setText(sentence)
            self.message.setVisible(bool(sentence))

    def set_colors(self, colors: Colors) -> None:
        for edit in self.edits.values():
            edit.set_colors(colors)
