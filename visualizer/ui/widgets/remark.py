"""A sentence that stands below a field for a while: why what was typed there is not taken."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtWidgets import QLabel, QWidget

_SHOWN = 6000  # ms
_WIDEST = 340  # px


class Remark(QLabel):
    """One per window; a tool tip would go with the next event of the mouse."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window, wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.setProperty("role", "remark")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._timer = QTimer(self, singleShot=True, interval=_SHOWN)
        self._timer.timeout.connect(self.hide)

    def show_below(self, field: QWidget, sentence: str) -> None:
        """Show a sentence below a field, above it where there is no room."""
        window = field.window()
        self.setText(sentence)
        self.ensurePolished()
        wanted = self.fontMetrics().horizontalAdvance(sentence) + 22
        width = min(wanted, _WIDEST, window.width())
        height = self.heightForWidth(width)
        corner = field.mapTo(window, QPoint(0, field.height() + 3))
        if corner.y() + height > window.height():
            corner.setY(corner.y() - field.height() - height - 6)
        self.setGeometry(min(corner.x(), window.width() - width), corner.y(), width, height)
        self.raise_()
        self.show()
        self._timer.start()


def remark(field: QWidget, sentence: str) -> None:
    """Say below a field why what was typed there is not taken; "" ends that."""
    window = field.window()
    found = window.findChild(Remark, options=Qt.FindChildOption.FindDirectChildrenOnly)
    if sentence:
        (found or Remark(window)).show_below(field, sentence)
    elif found is not None:
        found.hide()
