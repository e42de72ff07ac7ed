"""The surface under the race: sampled for the part of the plane that is looked at, and again when that changes."""

from __future__ import annotations

from functools import partial
from typing import Literal

from PySide6.QtCore import QObject

from visualizer.race.frames import Landscape
from visualizer.race.surface import Window
from visualizer.ui.race import jobs
from visualizer.ui.race.live import LiveRace
from visualizer.ui.race.state import RaceState

Levels = Literal["auto", "linear", "logarithmic"]
_TOPIC = "landscape"
_SIZE = (360, 260)  # samples: one for two px of a large panel


class Ground(QObject):
    """Asks for the landscape of the window that is looked at; the newest wish waits while one is sampled."""

    def __init__(self, race: LiveRace) -> None:
        super().__init__(race)
        self._race = race
        self._view: Window | None = None  # where the user has zoomed to; None for the window of the surface
        self._levels: Levels = "auto"
        self._surface = race.state.race.surface
        self._asked: tuple[object, ...] = ()
        race.workers.answer(_TOPIC, self._sampled)
        race.changed.connect(self._follow)

    def wake(self) -> None:
        """Somebody looks again: sample what has changed meanwhile."""
        self._ask()

    def look_at(self, window: Window) -> None:
        """Sample another part of the plane."""
        self._view = window
        self._ask()

    def set_levels(self, levels: str) -> None:
        """Space the levels by ratios, by differences, or as it suits the surface."""
        self._levels = levels  # type: ignore[assignment]
        self._ask()

    def _follow(self, state: RaceState) -> None:
        surface = state.race.surface
        if (surface.formula, surface.window) != (self._surface.formula, self._surface.window):
            self._view = None
        self._surface = surface
        self._ask()

    def _ask(self) -> None:
        race, workers = self._race, self._race.workers
        if not race.is_awake or workers.awaits(_TOPIC):
            return
        surface = race.state.race.surface
        logarithmic = surface.logarithmic if self._levels == "auto" else self._levels == "logarithmic"
        window = self._view or surface.window
        wish = (surface.formula, surface.minima, window, logarithmic)
        if wish != self._asked:
            self._asked = wish
            workers.ask(_TOPIC, partial(jobs.sample, surface, window, _SIZE, logarithmic))

    def _sampled(self, landscape: object) -> None:
        assert isinstance(landscape, Landscape)
        self._race.tell(landscape=landscape)
        self._ask()
