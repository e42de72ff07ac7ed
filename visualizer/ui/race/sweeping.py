"""The sweep of learning rates: started and cancelled by the user."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject

from visualizer.ui.race import jobs
from visualizer.ui.race.live import LiveRace
from visualizer.ui.race.state import RaceState

_TOPIC = "sweep"
_SLICE = 0.15  # s


class Sweeping(QObject):
    """Looks for the best learning rate of every racer, and shows how far it is."""

    def __init__(self, race: LiveRace) -> None:
        super().__init__(race)
        self._race = race
        self._formula = ""  # of the surface that is swept on
        race.workers.answer(_TOPIC, self._went_on)
        race.workers.failed.connect(self._failed)
        race.changed.connect(self._follow)

    def start(self) -> None:
        """Begin anew, for the race as it is."""
        if self._race.state.race.racers:
            self._formula = self._race.state.race.surface.formula
            self._race.workers.ask(_TOPIC, partial(jobs.begin_sweep, self._race.state.race, _SLICE))
            self._race.tell(sweep=None, sweeping=True)

    def cancel(self) -> None:
        """Leave it where it is."""
        self._race.workers.cancel(_TOPIC)
        self._race.tell(sweeping=False)

    def _follow(self, state: RaceState) -> None:
        """Rates of one surface say nothing of another."""
        if state.sweeping and state.race.surface.formula != self._formula:
            self.cancel()

    def _failed(self, topic: str) -> None:
        if topic == _TOPIC:
            self._race.tell(sweeping=False)

    def _went_on(self, value: object) -> None:
        assert isinstance(value, jobs.SweepSlice)
        under_way = value.frame.fraction < 1
        self._race.tell(sweep=value.frame, sweeping=under_way)
        if under_way:
            self._race.workers.ask(_TOPIC, partial(jobs.sweep_on, value.run, _SLICE))
