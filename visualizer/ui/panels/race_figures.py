"""The Steps panel of a race: how long the steps are, how steep it is, and whether the steps go down the gradient."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QMenu, QStackedLayout, QVBoxLayout, QWidget

from visualizer.race.frames import RaceFrame
from visualizer.race.racers import titles
from visualizer.ui.race.state import RaceState
from visualizer.ui.theme import Colors
from visualizer.ui.widgets.export import Export, Row
from visualizer.ui.widgets.panel import Panel
from visualizer.ui.widgets.placeholder import Placeholder
from visualizer.ui.widgets.race_figure import RaceFigure
from visualizer.ui.widgets.race_lines import RaceLine, clock_positions, clock_words, race_lines
from visualizer.ui.widgets.step_figures import FIGURES, StepFigure, in_background

_PAUSE = 0.1  # seconds between new lines while the start is dragged or the race is computed
_HEADER = ("racer", "step", "evaluations", "seconds", *(figure.header for figure in FIGURES))


class RaceFiguresPanel(Panel):
    """Three plots over the clock of the race; the selected racer in front, the others paler.

    Emits ``moment_requested(moment)``.
    """

    moment_requested = Signal(float)
    title = "Steps"
    key = "raceFigures"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state: RaceState | None = None
        self._shown: tuple[object, ...] = ()  # what the lines are made of
        self._made_at = -_PAUSE
        self.figures = [RaceFigure(figure.name, figure.words, figure.options) for figure in FIGURES]
        content = QWidget()
        rows = QVBoxLayout(content)
        rows.setContentsMargins(0, 0, 0, 2)
        rows.setSpacing(0)
        for figure in self.figures:
            figure.plot.moment_requested.connect(self.moment_requested)
            rows.addWidget(figure, 1)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(Placeholder("No racer is shown. Add one, or tick one, in Racers."))
        self._stack.addWidget(content)

    def set_state(self, state: RaceState) -> None:
        """Show the race; costs a repaint of the plots while only the play head moves, nothing while out of sight."""
        self._state = state
        if self.isVisible():
            self._show()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show()

    def _show(self) -> None:
        state = self._state
        frame = state.frame if state is not None else None
        if state is None or frame is None or not any(racer.shown for racer in state.race.racers):
            self._stack.setCurrentIndex(0)
            self.set_subtitle("")
            return
        self._stack.setCurrentIndex(1)
        made_of = (frame, state.race.racers, state.selected)
        if made_of != self._shown and not self._may_wait(state, frame):
            self._shown, self._made_at = made_of, time.monotonic()
            for kind, figure in zip(FIGURES, self.figures, strict=True):
                figure.plot.set_lines(
                    _lines(kind, frame, state), state.length, frame.race.clock, state.selected
                )
            names = dict(
                zip((racer.key for racer in state.race.racers), titles(state.race.racers), strict=True)
            )
            parts = (names.get(state.selected, ""), clock_words(frame.race.clock))
            self.set_subtitle(", ".join(filter(None, parts)))
        for figure in self.figures:
            plot = figure.plot
            plot.set_lines(plot.picture.lines, state.length, frame.race.clock, state.selected)
            plot.set_moment(state.moment)

    def _may_wait(self, state: RaceState, frame: RaceFrame) -> bool:
        """Whether newer lines will follow at once: three plots cost more than the hand or a worker can wait for."""
        soon = time.monotonic() < self._made_at + _PAUSE
        return soon and (state.dragging or not frame.complete)

    def set_colors(self, colors: Colors) -> None:
        for figure in self.figures:
            figure.plot.set_colors(colors)

    def fill_menu(self, menu: QMenu) -> None:
        zoomed = any(figure.plot.zoom is not None for figure in self.figures)
        menu.addAction("Show the whole race", self._fit).setEnabled(zoomed)

    def _fit(self) -> None:
        for figure in self.figures:
            figure.plot.fit()

    def export(self) -> Export | None:
        frame = self._state.frame if self._state is not None else None
        if frame is None:
            return None
        return Export("race steps", picture=self.grab, table=lambda: _table(frame))


def _lines(kind: StepFigure, frame: RaceFrame, state: RaceState) -> tuple[RaceLine, ...]:
    """The selected racer in its colour, the others paler, or left out where they would hide it."""
    lines = race_lines(frame, state.race, kind.values)
    if not any(line.key == state.selected for line in lines):
        return lines
    if kind.alone:
        return tuple(line for line in lines if line.key == state.selected)
    return tuple(
        line if line.key == state.selected else replace(line, color=in_background(line.color))
        for line in lines
    )


def _table(frame: RaceFrame) -> Iterable[Row]:
    """A row for each racer and step."""
    yield _HEADER
    for trajectory in frame.trajectories:
        columns = (
            trajectory.evaluations.tolist(),
            clock_positions("time", trajectory).tolist(),
            *(figure.values(trajectory).tolist() for figure in FIGURES),
        )
        for step, row in enumerate(zip(*columns, strict=True)):
            yield trajectory.racer.key, step, *row
