"""The Race workspace as the window sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from visualizer.ui.race.code import RaceCode
from visualizer.ui.race.live import LiveRace
from visualizer.ui.race.playback import RacePlayback
from visualizer.ui.race.saving import RaceFiles
from visualizer.ui.race.wiring import RaceWiring

if TYPE_CHECKING:
    from visualizer.ui.main_window import MainWindow


class RaceWorkspace:
    """The race, what plays and what keeps it, and the panels around it."""

    def __init__(self, window: MainWindow) -> None:
        self.live = LiveRace(window.session)
        self.playback = RacePlayback(self.live)
        self.code = RaceCode(self.live)
        self.files = RaceFiles(window, self.live, self.code)
        self.wiring = RaceWiring(window, self.live, self.playback, self.code)
