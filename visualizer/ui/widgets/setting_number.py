"""The line for a number of a form: what cannot be taken stays as it was typed, and says why, until it is mended."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from visualizer.networks.layers.kinds import Field, Value
from visualizer.ui.widgets.number_edit import NumberEdit, number_text

_PATIENCE = 900  # ms without a key: people who type 0.05 begin with a 0


class SettingNumber(NumberEdit):
    """Emits ``refused(sentence)`` for a text that is no value, once nobody types on; "" when it is one again.

    Until then the value is the one that was there before: 6553 is not meant by whoever types 655360.
    """

    refused = Signal(str)

    def __init__(self, setting: Field, parent: QWidget | None = None) -> None:
        super().__init__(setting, parent)
        self.told = ""
        self._timer = QTimer(self, singleShot=True, interval=_PATIENCE)
        self._timer.timeout.connect(self._tell)
        self.finished.connect(self._settle)

    def event(self, event: QEvent) -> bool:
        is_asked = event.type() == QEvent.Type.ShortcutOverride
        if is_asked and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Space:
            event.ignore()  # no number has a blank in it: the key is left to the window
            return False
        return super().event(event)

    def set_value(self, value: Value) -> None:
        if value != self.value:
            self._before = value  # chosen elsewhere: there is no way back behind it
        super().set_value(value)

    def _settle(self) -> None:
        """Enter ends an edit, though the line keeps the keyboard."""
        self._before = self.value

    def _edited(self, text: str) -> None:
        super()._edited(text)
        if self.reason and self._before is not None and self._before != self.value:
            self._value = self._before
            self.value_changed.emit(self._before)

    def set_invalid(self, invalid: bool, reason: str = "") -> None:
        super().set_invalid(invalid, reason)
        if reason and not self.told:
            self._timer.start()
        else:
            self._tell()

    def _tell(self) -> None:
        self._timer.stop()
        if self.reason != self.told:
            self.told = self.reason
            self.refused.emit(self.told)

    def finish(self) -> None:
        self._tell()
        if not self.reason:
            super().finish()

    def is_refused(self) -> bool:
        """Whether the text cannot be taken; Enter says why."""
        self._tell()
        return bool(self.reason)

    def restore(self) -> None:
        """Show the last valid value in place of what cannot be taken."""
        if self.reason and self.value is not None:
            self.set_invalid(False)
            self.setText(number_text(self.value))
