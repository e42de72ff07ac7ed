"""Optimizers from modules of the user's: imported once the user has agreed, one after the other."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject

from visualizer.ui.race import jobs
from visualizer.ui.race.live import LiveRace

_TOPIC = "race code"


class RaceCode(QObject):
    """Imports ``module:Class`` in a worker, and lets it run."""

    def __init__(self, race: LiveRace) -> None:
        super().__init__(race)
        self._race = race
        self._waiting: list[str] = []
        race.workers.answer(_TOPIC, self._imported)
        race.workers.failed.connect(self._failed)

    def allow(self, name: str) -> None:
        """Import a class, as the user has allowed, and let it run."""
        self._waiting.append(name)
        self._go_on()

    def _go_on(self) -> None:
        if self._waiting and not self._race.workers.awaits(_TOPIC):
            self._race.workers.ask(_TOPIC, partial(jobs.allow_code, self._waiting.pop(0)))

    def _imported(self, name: object) -> None:
        """Let a class run that may be imported now; one that a link has brought along runs at last."""
        if any(racer.optimizer == name for racer in self._race.state.race.racers):
            self._race.run_again()
        else:
            self._race.add(str(name))
        self._go_on()

    def _failed(self, topic: str) -> None:
        if topic == _TOPIC:
            self._go_on()
