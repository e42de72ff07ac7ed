"""Which request of a panel of the Race workspace reaches the race, and how the panels learn of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from visualizer.race.frames import RaceFrame
from visualizer.ui.race import jobs
from visualizer.ui.race.code import RaceCode
from visualizer.ui.race.details import Details
from visualizer.ui.race.ground import Ground
from visualizer.ui.race.live import LiveRace
from visualizer.ui.race.overviews import Overviews
from visualizer.ui.race.playback import RacePlayback
from visualizer.ui.race.state import RaceState
from visualizer.ui.race.sweeping import Sweeping
from visualizer.ui.remembered_views import remember_view

if TYPE_CHECKING:
    from visualizer.ui.main_window import MainWindow

_PICTURES = "surface pictures"  # topic
_UNDER_THE_HAND = ("landscape", "surface")  # the docks that follow a dragged start at once
# ms between two pictures of the other docks meanwhile: together they cost as much as a slice.
_OTHERS_AFTER = 300


class RaceWiring(QObject):
    """Connects the panels with the race, once; a panel that nobody sees learns of it when it is seen."""

    def __init__(self, window: MainWindow, race: LiveRace, playback: RacePlayback, code: RaceCode) -> None:
        super().__init__(window)
        self._window, self._panels = window, window.race_panels
        self._race, self._playback, self._code = race, playback, code
        self._keys = [panel.key for panel in self._panels]
        self._shown: dict[str, RaceState] = {}
        self._ground = Ground(race)
        self._overviews = Overviews(race)
        self._sweeping = Sweeping(race)
        self._details = Details(race)
        self._inset = self._panels.landscape.view.options.basins
        self._has_pictures = False
        window.session.answer(_PICTURES, window.race_panels.surface.set_thumbnails)  # type: ignore[arg-type]
        self._frame: RaceFrame | None = None  # that all panels show
        self._others = QTimer(self, singleShot=True)
        self._others.timeout.connect(self._show_all)
        race.changed.connect(self._show)
        window.visible.changed.connect(self._follow_docks)
        window.closing.connect(self._end)
        self._connect_surface()
        self._connect_plots()
        self._connect_racers()
        for panel in (self._panels.landscape, self._panels.curves):
            remember_view(panel, window.settings)  # they tell what they take, so whoever follows comes first

    def _connect_surface(self) -> None:
        race, panel, landscape = self._race, self._panels.surface, self._panels.landscape
        panel.surface_requested.connect(race.set_surface)
        panel.formula_requested.connect(race.set_formula)
        panel.window_requested.connect(race.set_window)
        panel.start_requested.connect(race.set_start)
        panel.random_start_requested.connect(race.set_random_start)
        panel.swarm_requested.connect(self._overviews.show_swarm)
        panel.edited.connect(race.edit)
        panel.tolerances_requested.connect(race.set_tolerances)
        landscape.start_dragged.connect(race.set_start)
        landscape.view_requested.connect(self._ground.look_at)
        landscape.levels_requested.connect(self._ground.set_levels)
        landscape.racer_selected.connect(race.select)
        landscape.swarm_requested.connect(self._overviews.show_swarm)
        landscape.basins_toggled.connect(self._show_inset)

    def _connect_plots(self) -> None:
        panels, race, playback = self._panels, self._race, self._playback
        panels.curves.moment_requested.connect(playback.go_to)
        panels.figures.moment_requested.connect(playback.go_to)
        panels.anatomy.step_requested.connect(playback.step)
        panels.profile.profile_requested.connect(self._details.set_kind)
        panels.basins.cancel_requested.connect(self._overviews.cancel)
        panels.basins.start_dragged.connect(race.set_start)
        bar = panels.timeline
        bar.play_requested.connect(playback.toggle)
        bar.step_requested.connect(playback.step)
        bar.start_requested.connect(playback.go_to_start)
        bar.end_requested.connect(playback.go_to_end)
        bar.moment_requested.connect(playback.go_to)
        bar.speed_requested.connect(playback.set_speed)

    def _connect_racers(self) -> None:
        race, panels = self._race, self._panels
        table, form, sweep = panels.racers, panels.racer, panels.sweep
        table.racer_selected.connect(race.select)
        table.racer_added.connect(race.add)
        table.racer_duplicated.connect(race.duplicate)
        table.racer_removed.connect(race.remove)
        table.restart_requested.connect(self._playback.restart)
        table.best_rates_requested.connect(race.take_best_rates)
        table.code_requested.connect(self._code.allow)
        for edit in (table.racer_edited, form.racer_edited):
            edit.connect(race.edit_racer)
        for request in (table.sweep_requested, form.sweep_requested, sweep.sweep_requested):
            request.connect(self.sweep)
        sweep.sweep_cancelled.connect(self._sweeping.cancel)
        sweep.best_rates_requested.connect(race.take_best_rates)
        sweep.rate_requested.connect(race.set_rate)

    # --- what follows ------------------------------------------------------------------------------

    def _show(self, state: RaceState) -> None:
        """A frame with other trails is drawn anew by every panel: in two turns of the event loop, or it would hang."""
        if not state.dragging and state.frame is self._frame:
            self._show_all()
            return
        self._show_in(_UNDER_THE_HAND, state)
        if not self._others.isActive():
            self._others.start(_OTHERS_AFTER if state.dragging else 0)

    def _show_all(self) -> None:
        self._others.stop()
        self._frame = self._race.state.frame
        self._show_in(self._keys, self._race.state)

    def _show_in(self, keys: Iterable[str], state: RaceState) -> None:
        for key in keys:
            if key in self._window.visible and self._shown.get(key) is not state:
                self._shown[key] = state
                self._window.docks[key].panel.set_state(state)  # type: ignore[attr-defined]

    def _follow_docks(self) -> None:
        """What can be seen decides what is computed."""
        visible = self._window.visible
        self._race.wake(any(key in visible for key in self._keys))
        if not self._race.is_awake:
            self._playback.hold()
            return
        if "surface" in visible and not self._has_pictures:
            self._has_pictures = True
            self._window.session.ask(_PICTURES, jobs.thumbnails)
        self._overviews.show_all("basins" in visible)
        self._show_inset(self._inset)
        parts = {"anatomy": "anatomy", "profile": "profile"}
        self._details.want(tuple(part for part, key in parts.items() if key in visible))
        self._ground.wake()
        self._show_all()

    def _end(self) -> None:
        """Ask for nothing more: the window closes, and its workers end."""
        self._window.visible.changed.disconnect(self._follow_docks)
        self._playback.hold()
        self._race.wake(False)

    def _show_inset(self, shown: bool) -> None:
        self._inset = shown
        self._overviews.show_selected(shown and "landscape" in self._window.visible)

    def sweep(self) -> None:
        """Look for the best learning rates, and show how far that is."""
        dock = self._window.docks["sweep"]
        dock.show()
        dock.raise_()
        self._sweeping.start()
