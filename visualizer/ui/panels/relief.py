"""The 3-D panel: the surface as a relief with the trails of the racers on it, where there is OpenGL."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QStackedLayout, QToolButton, QWidget

from visualizer.race import clock
from visualizer.race.frames import Landscape, RaceFrame
from visualizer.race.racers import marker_of
from visualizer.race.surface import Place
from visualizer.ui.race.state import RaceState
from visualizer.ui.widgets.export import Export
from visualizer.ui.widgets.panel import Panel
from visualizer.ui.widgets.placeholder import Placeholder
from visualizer.ui.widgets.relief_scene import Relief, make_relief
from visualizer.ui.widgets.relief_view import ReliefTrail, ReliefView

NO_OPENGL = "The 3-D view needs OpenGL 2, which is not available here; all else works."
_EMPTY = "The surface appears here as a relief as soon as it is sampled."


class ReliefPanel(Panel):
    """Shows ``state.landscape`` and the trails. Nothing of OpenGL is loaded before the panel is first seen."""

    title = "3-D"
    key = "relief"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state: RaceState | None = None
        self._relief: Relief | None = None
        self._shown: tuple[object, ...] = ()  # what the relief is made of
        self._drawn: tuple[object, ...] = ()  # what the trails are made of
        self._is_built = False
        self.view: ReliefView | None = None
        self.placeholder = Placeholder(_EMPTY)
        self.button = QToolButton(text="Reset view", toolTip="Look from where it was looked at first")
        self.button.setProperty("role", "framed")
        self.button.setFixedSize(76, 20)
        self.button.clicked.connect(self._reset)
        self.button.setEnabled(False)
        self.head = self.button
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self.placeholder)

    # --- OpenGL, late ------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._is_built:
            self._is_built = True
            QTimer.singleShot(0, self, self._build)  # the dock appears first: this takes half a second
        elif self._state is not None:
            self.set_state(self._state)

    def _build(self) -> None:
        from visualizer.ui.widgets.relief_context import drawing

        found = drawing()
        if found is None:
            self.placeholder.set_sentence(NO_OPENGL)
            return
        from visualizer.ui.widgets.relief_renderer import ReliefRenderer

        renderer = ReliefRenderer(found)
        self.view = ReliefView(renderer)
        self.view.destroyed.connect(renderer.close)
        self._stack.addWidget(self.view)
        if self._state is not None:
            self.set_state(self._state)

    # --- what is shown ---------------------------------------------------------------------------

    def set_state(self, state: RaceState) -> None:
        """Show the surface and the trails up to the play head; what did not change is not made anew."""
        self._state = state
        landscape, frame, view = state.landscape, state.frame, self.view
        if view is None or landscape is None or not self.isVisible():
            return
        surface = state.race.surface
        if landscape.formula != surface.formula:  # of the surface before: that of this one is on its way
            return
        made_of = (landscape, surface.minima, surface.saddles)
        if made_of != self._shown or self._relief is None:
            self._shown, self._drawn = made_of, ()
            self._relief = make_relief(landscape)
            view.set_relief(self._relief, _places(landscape, state), height_words(landscape))
            self._stack.setCurrentWidget(view)
            self.button.setEnabled(True)
            self.set_subtitle(surface.title or state.race.surface.formula)
        if frame is None:
            return
        drawn_of = (frame, state.race.racers, state.race.start)
        if drawn_of != self._drawn:
            self._drawn = drawn_of
            view.set_trails(_trails(self._relief, frame, state), state.race.start)
        shown = {racer.key for racer in state.race.racers if racer.shown}
        rows = clock.steps_at(frame, state.moment)
        kept = [
            row
            for row, trajectory in zip(rows, frame.trajectories, strict=True)
            if trajectory.racer.key in shown
        ]
        view.set_rows(tuple(kept), state.selected)

    def _reset(self) -> None:
        if self.view is not None:
            self.view.reset()

    def export(self) -> Export | None:
        view = self.view
        return Export("surface", picture=view.grab) if view is not None and self._relief is not None else None


def height_words(landscape: Landscape) -> str:
    """What the height of the relief is."""
    if landscape.logarithmic:
        return "height: log of f, equal from level to level"
    return "height: f, equal from level to level"


def _places(landscape: Landscape, state: RaceState) -> tuple[Place, ...]:
    """The critical points in sight."""
    surface = state.race.surface
    return tuple(place for place in surface.minima + surface.saddles if place.point in landscape.window)


def _trails(relief: Relief, frame: RaceFrame, state: RaceState) -> tuple[ReliefTrail, ...]:
    """The trails of the racers that are shown, in the order of the frame."""
    shown = {racer.key: racer for racer in state.race.racers if racer.shown}
    trails = []
    for trajectory in frame.trajectories:
        racer = shown.get(trajectory.racer.key)
        if racer is not None:
            points = np.asarray(trajectory.points, np.float64)
            trails.append(
                ReliefTrail(racer.key, racer.color, marker_of(racer), points, *relief.trail(points))
            )
    return tuple(trails)
