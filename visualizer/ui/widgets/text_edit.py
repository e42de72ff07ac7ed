"""A line edit as it behaves inside a table of layers: Enter ends, Esc goes back, foreign keys go on to the table."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QLineEdit, QMenu, QStyle, QStyleOptionFrame, QToolTip, QWidget

from visualizer.errors import UserError
from visualizer.ui.text import plain_tip
from visualizer.ui.widgets.remark import remark

_TEXT_MARGIN = 2  # px that Qt leaves beside the text
_HISTORY = (QKeySequence.StandardKey.Undo, QKeySequence.StandardKey.Redo)


class TextEdit(QLineEdit):
    """``finished`` says that the keyboard goes back to the table; ``entered`` that it came here.

    Undo and redo belong to the text once something was typed since the line was entered.
    """

    finished = Signal()
    entered = Signal()
    menu_opened = Signal(QMenu)  # whoever has more to offer adds it

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAcceptDrops(False)  # layers are dropped on the table below
        self._invalid = False
        self._typed = False
        self._entered_now = False
        self.reason = ""
        self.textEdited.connect(self._note_typing)

    def _note_typing(self) -> None:
        self._typed = True

    def set_invalid(self, invalid: bool, reason: str = "") -> None:
        """Mark the text as one that has no meaning (yet); the ``reason`` becomes its tool tip."""
        self.reason = reason
        if invalid != self._invalid:
            self._invalid = invalid
            self.setProperty("invalid", invalid)
            self.style().polish(self)

    def finish(self) -> None:
        """Settle the text when the line is left."""

    def is_refused(self) -> bool:
        """Whether the text must be mended before Enter ends."""
        return False

    def revert(self) -> None:
        """Go back to the text with which the line was entered."""

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            if any(event.matches(key) for key in _HISTORY) and not self._typed:
                event.ignore()  # the window's undo
                return False
            if event.key() == Qt.Key.Key_Escape:
                event.accept()
                return True
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent) and self.reason:
            QToolTip.showText(event.globalPos(), plain_tip(self.reason), self)
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if not self.is_refused():
                self.finished.emit()
        elif event.key() == Qt.Key.Key_Escape:
            remark(self, "")
            self.revert()
            self.finished.emit()
        elif any(event.matches(key) for key in _HISTORY) and not self._typed:
            event.ignore()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.setModified(False)
        self._entered_now = event.reason() == Qt.FocusReason.MouseFocusReason
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self._typed = False
            self.entered.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        entered_now, self._entered_now = self._entered_now, False
        if entered_now and event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            event.ignore()  # the table's selection is extended, not that of a text that nobody edits yet
        else:
            super().mousePressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = self.text_menu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.menu_opened.emit(menu)
        menu.popup(event.globalPos())

    def text_menu(self) -> QMenu:
        """What can be done with the text."""
        return self.createStandardContextMenu()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.finish()
            self.deselect()


class NameEdit(TextEdit):
    """A name. ``renamed`` comes when the line is left or Enter is pressed, if the name is another one then.

    ``refusal(name)`` tells why a name cannot be taken, "" if it can. One that cannot stays, marked, until it is
    mended or Esc is pressed.
    """

    renamed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = ""
        self.refusal: Callable[[str], str] = lambda name: ""
        self.textEdited.connect(lambda: self.set_invalid(False))
        self.setMaxLength(80)

    def set_name(self, name: str) -> None:
        """Show a name; one that is being typed stays."""
        self._name = name
        is_typed = self._invalid or (self.hasFocus() and self.isModified())
        if self.text() != name and not is_typed:
            self.setText(name)
            self.setCursorPosition(0)

    def is_refused(self) -> bool:
        text = self.text().strip()
        reason = self.refusal(text) if text and text != self._name else ""
        self.set_invalid(bool(reason), reason)
        remark(self, reason)
        return bool(reason)

    def finish(self) -> None:
        if self.is_refused():
            return
        text = self.text().strip()
        self.setModified(False)
        if text and text != self._name:
            self.renamed.emit(text)
        if self.text() != self._name:
            self.setText(self._name)
        self.setCursorPosition(0)

    def revert(self) -> None:
        self.setModified(False)
        self.set_invalid(False)
        self.setText(self._name)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Shorten a long name in its middle while nobody edits it: names differ at their ends."""
        option = QStyleOptionFrame()
        self.initStyleOption(option)
        area = self.style().subElementRect(QStyle.SubElement.SE_LineEditContents, option, self)
        room = area.adjusted(_TEXT_MARGIN, 0, -_TEXT_MARGIN, 0)
        if self.hasFocus() or self.fontMetrics().horizontalAdvance(self.text()) <= room.width():
            super().paintEvent(event)
            return
        shown = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideMiddle, room.width())
        with QPainter(self) as painter:
            self.style().drawPrimitive(QStyle.PrimitiveElement.PE_PanelLineEdit, option, painter, self)
            painter.setPen(self.palette().color(self.foregroundRole()))
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, shown)


def refusal(edit: Callable[[], object]) -> str:
    """Why an edit cannot be done, as a sentence; "" if it can."""
    try:
        edit()
    except UserError as error:
        reason = str(error)
        return f"{reason[:1].upper()}{reason[1:].rstrip('.')}."
    return ""
