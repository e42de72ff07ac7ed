"""One frozen state, and who follows it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, Signal


class Telling(QObject):
    """Keeps ``state``, a frozen dataclass that subclasses set. Emits ``changed(state)`` at every change."""

    changed = Signal(object)
    state: Any

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._is_telling = self._is_untold = False

    def tell(self, **changes: object) -> None:
        """Change parts of the state.

        Who changes it while others are told of a change is told afterwards: nobody hears of an older state last.
        """
        self.state = replace(self.state, **changes)
        self._is_untold = True
        if self._is_telling:
            return
        self._is_telling = True
        try:
            while self._is_untold:
                self._is_untold = False
                self.changed.emit(self.state)
        finally:
            self._is_telling = False
