"""Which docks somebody can see: what is out of sight costs a run nothing."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from visualizer.ui.widgets.panel import Dock


class VisibleDocks(QObject):
    """Follows docks, also behind tabs and in a minimised window. Emits ``changed()``, once for many changes."""

    changed = Signal()

    def __init__(self, window: QWidget, docks: Mapping[str, Dock]) -> None:
        super().__init__(window)
        self._window = window
        self._shown: dict[str, bool] = {}
        self._timer = QTimer(self, singleShot=True, interval=0)
        self._timer.timeout.connect(self.changed)
        for key, dock in docks.items():
            dock.visibilityChanged.connect(partial(self._note, key))
        window.installEventFilter(self)

    def __contains__(self, key: object) -> bool:
        return self._shown.get(str(key), False) and not self._window.isMinimized()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.WindowStateChange:
            self._timer.start()
        return False

    def _note(self, key: str, visible: bool) -> None:
        self._shown[key] = visible
        self._timer.start()
