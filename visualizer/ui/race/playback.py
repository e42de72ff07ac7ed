"""Plays a race with the clock, at a chosen speed."""

from __future__ import annotations

import time

from PySide6.QtCore import QObject, Qt, QTimer

from visualizer.ui.race.live import LiveRace
from visualizer.ui.race.state import STEPS_PER_SECOND

_TICK = 16  # ms


class RacePlayback(QObject):
    """Moves the play head; where the panels need longer than a tick, moments are left out."""

    def __init__(self, race: LiveRace) -> None:
        super().__init__(race)
        self._race = race
        self._at = 0.0  # when the play head was last moved, in s
        self._timer = QTimer(self, interval=_TICK)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)

    def toggle(self) -> None:
        """Play, or hold; from the end it begins anew."""
        state = self._race.state
        if state.playing:
            self.hold()
            return
        if state.frame is None or state.length <= 0:
            return
        if state.moment >= state.length:
            self._race.show_moment(0.0)
        self._at = time.perf_counter()
        self._timer.start()
        self._race.tell(playing=True)

    def restart(self) -> None:
        """Play from the start."""
        self.hold()
        self._race.show_moment(0.0)
        self.toggle()

    def hold(self) -> None:
        """Stay where it is."""
        self._timer.stop()
        if self._race.state.playing:
            self._race.tell(playing=False)

    def step(self, steps: int) -> None:
        """Hold, and move by steps."""
        self.hold()
        self._race.walk(steps)

    def step_back(self) -> None:
        self.step(-1)

    def step_forward(self) -> None:
        self.step(1)

    def go_to(self, moment: float) -> None:
        """Move the play head by hand; it plays on from there if it did."""
        self._race.show_moment(moment)

    def go_to_start(self) -> None:
        self._race.show_moment(0.0)

    def go_to_end(self) -> None:
        self.hold()
        self._race.show_moment(self._race.state.length)

    def set_speed(self, speed: float) -> None:
        self._race.tell(speed=speed)

    def _tick(self) -> None:
        now = time.perf_counter()
        passed, self._at = now - self._at, now
        state = self._race.state
        # At 1× a step of the quickest racer takes as long by every clock.
        a_step = state.length / max(1, state.race.steps)
        moment = state.moment + passed * state.speed * STEPS_PER_SECOND * a_step
        if moment >= state.length:
            self._timer.stop()
            self._race.tell(moment=state.length, playing=False)
        else:
            self._race.show_moment(moment)
