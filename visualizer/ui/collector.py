"""Garbage collection in the GUI thread only.

CPython collects cycles in whichever thread allocates; a QObject that dies in a worker thread crashes Qt.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

_INTERVAL = 2000  # ms


class GuiThreadCollector(QObject):
    """Switches Python's automatic collection off and collects from a timer instead, until ``stop``."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        gc.disable()
        gc.freeze()  # what the imports made stays for ever: no need to walk over it every time
        self._full = 0
        self._timer = QTimer(self, interval=_INTERVAL)
        self._timer.timeout.connect(self._collect)
        self._timer.start()

    def _collect(self) -> None:
        self._full = (self._full + 1) % 5
        gc.collect(2 if self._full == 0 else 1)

    def stop(self) -> None:
        """Give the collection back to Python."""
        self._timer.stop()
        gc.unfreeze()
        gc.enable()
