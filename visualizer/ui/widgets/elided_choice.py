"""A choice of one of some names that may be longer than its room."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QComboBox, QStyle, QStyleOptionComboBox, QStylePainter

_LIST_FRAME = 36  # px of the list that are not for its text


class ElidedChoice(QComboBox):
    """Ends a name that is too long with "…", where Qt's own cuts it off in a letter; its list is wide enough."""

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.isEditable():  # its line paints the name
            super().paintEvent(event)
            return
        style, option = QStyle.ComplexControl.CC_ComboBox, QStyleOptionComboBox()
        self.initStyleOption(option)
        part = QStyle.SubControl.SC_ComboBoxEditField
        room = self.style().subControlRect(style, option, part, self).width() - 2
        whole = self.currentText()
        option.currentText = self.fontMetrics().elidedText(whole, Qt.TextElideMode.ElideRight, room)
        painter = QStylePainter(self)
        painter.drawComplexControl(style, option)
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)
        painter.end()

    def showPopup(self) -> None:
        widths = (self.fontMetrics().horizontalAdvance(self.itemText(i)) for i in range(self.count()))
        self.view().setMinimumWidth(max(widths, default=0) + _LIST_FRAME)
        super().showPopup()
