"""A line edit as it behaves inside a table of layers: Enter ends, Esc goes back, foreign keys go on to the table."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLineEdit, QWidget

_HISTORY = (QKeySequence.StandardKey.Undo, QKeySequence.StandardKey.Redo)


class TextEdit(QLineEdit):
    """``finished`` says that the keyboard goes back to the table; ``entered`` that it came here.

    Undo and redo belong to the text only while something was typed since the line was entered.
    """

    finished = Signal()
    entered = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAcceptDrops(False)  # layers are dropped on the table below
        self._invalid = False

    def set_invalid(self, invalid: bool) -> None:
        """Mark the text as one that has no meaning (yet)."""
        if invalid != self._invalid:
            self._invalid = invalid
            self.setProperty("invalid", invalid)
            self.style().polish(self)

    def finish(self) -> None:
        """Settle the text when the line is left."""

    def revert(self) -> None:
        """Go back to the text with which the line was entered."""

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            if any(event.matches(key) for key in _HISTORY) and not self.isModified():
                event.ignore()  # the window's undo
                return False
            if event.key() == Qt.Key.Key_Escape:
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.finished.emit()
        elif event.key() == Qt.Key.Key_Escape:
            self.revert()
            self.finished.emit()
        elif any(event.matches(key) for key in _HISTORY) and not self.isModified():
            event.ignore()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.setModified(False)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.entered.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.finish()
            self.deselect()


class NameEdit(TextEdit):
    """A name. ``renamed`` comes when the line is left or Enter is pressed, if the name is another one then."""

    renamed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = ""
        self.setMaxLength(80)

    def set_name(self, name: str) -> None:
        """Show a name; one that is being typed stays."""
        self._name = name
        if self.text() != name and not (self.hasFocus() and self.isModified()):
            self.setText(name)
            self.setCursorPosition(0)

    def finish(self) -> None:
        text = self.text().strip()
        self.setModified(False)
        if text and text != self._name:
            self.renamed.emit(text)
        if self.text() != self._name:
            self.setText(self._name)
        self.setCursorPosition(0)

    def revert(self) -> None:
        self.setModified(False)
        self.setText(self._name)
