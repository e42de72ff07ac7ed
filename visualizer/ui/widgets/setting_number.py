"""The line for a number of a form: what cannot be taken stays as it was typed, and says why, until it is mended."""

from __future__ import annotations

from PySide6.QtCore import Signal

from visualizer.ui.widgets.number_edit import NumberEdit, number_text


class SettingNumber(NumberEdit):
    """Emits ``refused(sentence)`` for a text that is no value, "" once it is one again."""

    refused = Signal(str)

    def set_invalid(self, invalid: bool, reason: str = "") -> None:
        changed = reason != self.reason
        super().set_invalid(invalid, reason)
        if changed:
            self.refused.emit(reason)

    def finish(self) -> None:
        if not self.reason:
            super().finish()

    def restore(self) -> None:
        """Show the last valid value in place of what cannot be taken."""
        if self.reason and self.value is not None:
            self.set_invalid(False)
            self.setText(number_text(self.value))
