"""Values that come quickly, passed on at a pace that whoever computes with them can follow."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal


class Paced(QObject):
    """``told(value)`` gives the newest of many values, never two within ``interval`` ms, the last one always.

    With ``at_once`` the first is told when it comes, as suits a slider; without, ``interval`` ms after the last one
    came, as suits people who type.
    """

    told = Signal(object)

    def __init__(self, interval: int, parent: QObject, *, at_once: bool) -> None:
        super().__init__(parent)
        self._at_once = at_once
        self._waiting: list[object] = []
        self._timer = QTimer(self, singleShot=True, interval=interval)
        self._timer.timeout.connect(self.flush)

    @property
    def is_waiting(self) -> bool:
        """Whether there is a value that was not told yet."""
        return bool(self._waiting)

    def put(self, value: object) -> None:
        """Take a newer value."""
        self._waiting = [value]
        if not self._at_once:
            self._timer.start()
        elif not self._timer.isActive():
            self.flush()

    def flush(self) -> None:
        """Tell what waits now."""
        self._timer.stop()
        if self._waiting:
            value = self._waiting.pop()
            if self._at_once:
                self._timer.start()
            self.told.emit(value)

    def drop(self) -> None:
        """Forget what waits."""
        self._waiting.clear()
