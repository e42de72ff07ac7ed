"""Plays the recorded moments of a run, forth or back, at a chosen speed."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, QTimer

from visualizer.ui.training_state import PLAYBACK

if TYPE_CHECKING:
    from visualizer.ui.training import LiveTraining

_TICK = 33  # ms


class Playback(QObject):
    """Moves the moment cursor with the clock; where the panels need longer, moments are left out."""

    def __init__(self, training: LiveTraining) -> None:
        super().__init__(training)
        self._training = training
        self._place = 0.0  # among the recorded moments
        self._at = 0.0  # when it was there, in s
        self._timer = QTimer(self, interval=_TICK)
        self._timer.timeout.connect(self._tick)

    def play(self, direction: int) -> None:
        """Play forth (1), back (−1) or hold (0); at the end it begins anew from the other one."""
        training = self._training
        recorded = training.moments.recorded
        if direction == 0 or len(recorded) < 2:
            self.hold()
            return
        here = int(np.searchsorted(recorded, training.state.step))
        last = len(recorded) - 1
        at_end = here >= last if direction > 0 else here <= 0
        self._place = float((0 if direction > 0 else last) if at_end else min(here, last))
        self._at = time.monotonic()
        training.tell(playing=direction)
        self._timer.start()
        training.moments.visit(int(recorded[int(self._place)]))

    def set_speed(self, speed: float) -> None:
        """At 1 all moments take ``PLAYBACK`` seconds."""
        self._training.tell(speed=speed)

    def hold(self) -> None:
        """Stay where it is."""
        self._timer.stop()
        if self._training.state.playing:
            self._training.tell(playing=0)

    def _tick(self) -> None:
        training = self._training
        recorded, direction = training.moments.recorded, training.state.playing
        if not direction or not len(recorded):
            self.hold()
            return
        now = time.monotonic()
        rate = max(len(recorded) - 1, 1) / PLAYBACK * training.state.speed
        self._place += direction * rate * (now - self._at)
        self._at = now
        place = min(max(self._place, 0.0), len(recorded) - 1.0)
        if not training.moments.is_busy:
            step = int(recorded[int(place)])
            if step != training.state.visited:
                training.moments.visit(step)
            elif place != self._place:
                self.hold()
