"""Editors for the fields of a layer: a number, a word out of some, yes or no."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QStyle, QStyleOptionComboBox, QStylePainter, QWidget

from visualizer.networks.layers.kinds import Field, Value
from visualizer.ui.text import plain_tip
from visualizer.ui.theme import Colors
from visualizer.ui.widgets.number_edit import NumberEdit, number_text

COMBO_FRAME = 34  # px of a choice that are not for its text
_LIST_FRAME = 24  # px of its list that are not


def field_editor(setting: Field, parent: QWidget) -> FieldEditor:
    """The editor for a field, with its help as tool tip."""
    made: FieldEditor
    if setting.type is bool:
        made = CheckEdit(parent)
    elif setting.type is str:
        made = WordEdit(setting.choices, parent)
    else:
        made = NumberEdit(setting, parent)
    made.setToolTip(plain_tip(help_text(setting)))
    return made


def help_text(setting: Field) -> str:
    """The help of a field with its range."""
    text = f"{setting.label}: {setting.help}"
    if setting.type in (int, float):
        text += f" ({number_text(setting.minimum)} to {number_text(setting.maximum)}"
        if setting.choices:
            text += ", or " + ", ".join(f"{word[0]} for {word}" for word in setting.choices)
        text += ")"
    return text


class WordEdit(QComboBox):
    """One of some words. The wheel scrolls the stack, it does not change the word."""

    value_changed = Signal(object)
    finished = Signal()
    entered = Signal()

    def __init__(
        self, words: tuple[str, ...], parent: QWidget | None = None, titles: tuple[str, ...] = ()
    ) -> None:
        super().__init__(parent)
        self._words = words
        self._counted = ""
        self.addItems(list(titles) or [word.replace("_", " ").capitalize() for word in words])
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.activated.connect(lambda index: self.value_changed.emit(self._words[index]))

    def set_value(self, value: Value) -> None:
        index = self._words.index(str(value)) if value in self._words else -1
        if index != self.currentIndex():
            self.setCurrentIndex(index)

    def set_colors(self, colors: Colors) -> None:
        """Take the colours of the theme: the style sheet has them."""

    def set_label(self, label: str) -> None:
        """Say behind the word what it counts; only figures need that."""
        self._counted = label.lower() if all(word.isdigit() for word in self._words) else ""
        self.update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.entered.emit()

    def showPopup(self) -> None:
        """Open the list, wide enough for its words."""
        widths = (self.fontMetrics().horizontalAdvance(self.itemText(i)) for i in range(self.count()))
        self.view().setMinimumWidth(max(widths) + _LIST_FRAME)
        super().showPopup()

    def paintEvent(self, event: QPaintEvent) -> None:
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        room = self.width() - COMBO_FRAME
        text = f"{option.currentText} {self._counted}".rstrip()
        option.currentText = self.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room)
        painter = QStylePainter(self)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)
        painter.end()

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape):
            self.finished.emit()
            return
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Insert):
            event.ignore()
            return
        super().keyPressEvent(event)


class CheckEdit(QCheckBox):
    """Yes or no."""

    value_changed = Signal(object)
    finished = Signal()
    entered = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.clicked.connect(lambda checked: self.value_changed.emit(checked))

    def set_value(self, value: Value) -> None:
        self.setChecked(bool(value))

    def set_colors(self, colors: Colors) -> None:
        """Take the colours of the theme: the style sheet has them."""

    def set_label(self, label: str) -> None:
        """Show what it is behind the box."""
        self.setText(label)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.entered.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape):
            self.finished.emit()
            return
        super().keyPressEvent(event)


FieldEditor = NumberEdit | WordEdit | CheckEdit
