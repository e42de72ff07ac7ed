"""Turns the input by itself."""

from __future__ import annotations

import time

from PySide6.QtCore import QObject, Qt, QTimer

from visualizer.data.transforms.table import TRANSFORMS
from visualizer.ui.rotation.live import LiveRotation

_TICK = 16  # ms
_ROUND = 12.0  # s for a whole turn, or from one end to the other


class RotationPlayback(QObject):
    """Moves the value with the clock: round and round, or to and fro where the ends do not meet."""

    def __init__(self, rotation: LiveRotation) -> None:
        super().__init__(rotation)
        self._rotation = rotation
        self._at, self._way = 0.0, 1
        self._timer = QTimer(self, interval=_TICK)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)

    def toggle(self) -> None:
        """Play, or hold."""
        if self._rotation.state.playing:
            self.hold()
        elif self._rotation.session.input is not None:
            self._at, self._way = time.perf_counter(), 1
            self._rotation.tell(playing=True)
            self._timer.start()

    def hold(self) -> None:
        """Stay where it is."""
        self._timer.stop()
        if self._rotation.state.playing:
            self._rotation.tell(playing=False)
            self._rotation.set_value(self._rotation.state.change.value)

    def reset(self) -> None:
        """Show the input as it is; playing ends."""
        self.hold()
        self._rotation.reset()

    def set_value(self, value: float, done: bool) -> None:
        """The hand turns: playing ends."""
        self._timer.stop()
        if self._rotation.state.playing:
            self._rotation.tell(playing=False)
        self._rotation.set_value(value, done)

    def _tick(self) -> None:
        now = time.perf_counter()
        passed, self._at = now - self._at, now
        change = self._rotation.state.change
        row = TRANSFORMS[change.transform]
        span = 360.0 if row.periodic else row.maximum - row.minimum
        value = change.value + self._way * span * min(passed, 0.1) / _ROUND
        if not row.periodic and not row.minimum <= value <= row.maximum:
            self._way = -1 if value > row.maximum else 1
        self._rotation.show_value(value)
