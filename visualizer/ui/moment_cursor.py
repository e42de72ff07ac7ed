"""The moment cursor: which recorded moment of the run the session shows, or the head of the run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Signal

from visualizer.training.frames import Steps
from visualizer.ui import training_jobs
from visualizer.ui.training_jobs import Visited

if TYPE_CHECKING:
    from visualizer.ui.session import Session
    from visualizer.ui.training import LiveTraining

TOPIC = "moment"
_SHOWN = ("inspect", "weights", "unit")  # what must be answered before the next moment is visited


class MomentCursor(QObject):
    """Visits recorded moments, the newest request wins; a run that goes on is not disturbed.

    Emits ``arrived(step)`` when all panels have what they show of a visited moment.
    """

    arrived = Signal(int)

    def __init__(self, session: Session, training: LiveTraining) -> None:
        super().__init__(training)
        self._session, self._training = session, training
        self._wanted: int | None = None
        self._showing: int | None = None  # visited, and not yet in all panels
        session.answer(TOPIC, self._visited)
        session.waiting_changed.connect(self._waited)

    @property
    def recorded(self) -> Steps:
        """The steps of all moments that can be visited, in order."""
        run = self._training.run
        return run.moments.steps() if run is not None else np.zeros(0, np.int64)

    @property
    def is_busy(self) -> bool:
        """Whether a moment is on its way to the panels."""
        return self._wanted is not None or self._session.awaits(TOPIC, *_SHOWN)

    def visit(self, step: int) -> None:
        """Show the recorded moment nearest to ``step``; while one is on its way, the newest wish waits."""
        if self._training.run is not None and self._training.state.phase != "starting":
            self._wanted = step
            self._go_on()

    def go_live(self) -> None:
        """Show the head of the run."""
        self._wanted = self._showing = None
        self._session.cancel(TOPIC)
        if self._training.state.visited is not None:
            self._training.tell(visited=None)
            self._training.show_head()

    def walk(self, moments: int) -> None:
        """Move by so many recorded moments; behind the last one is the head of the run."""
        recorded = self.recorded
        if not len(recorded):
            return
        state = self._training.state
        here = self._wanted if self._wanted is not None else state.visited
        if here is None:
            if moments > 0:
                return
            place = int(np.searchsorted(recorded, state.step)) + moments
        else:
            place = int(np.searchsorted(recorded, here)) + moments
        if place >= len(recorded) or (moments > 0 and recorded[place] >= self._head):
            self.go_live()
        else:
            self.visit(int(recorded[max(0, place)]))

    def forget(self) -> None:
        """The run is gone."""
        self._wanted = self._showing = None
        self._session.cancel(TOPIC)

    @property
    def _head(self) -> int:
        frame = self._training.state.frame
        return frame.step if frame is not None else 0

    def _go_on(self) -> None:
        wanted, run, opened = self._wanted, self._training.run, self._session.opened
        if wanted is None or run is None or opened is None or self._session.awaits(TOPIC, *_SHOWN):
            return
        self._wanted = None
        self._session.ask(TOPIC, lambda _: training_jobs.visit(run, wanted, opened.network))

    def _visited(self, value: object) -> None:
        assert isinstance(value, Visited)
        self._showing = value.step
        self._training.tell(visited=value.step)
        self._training.watch()
        self._session.set_weights(value.network)
        self._settle()

    def _waited(self, topic: str, waiting: bool) -> None:
        if topic in _SHOWN and not waiting:
            self._settle()

    def _settle(self) -> None:
        if self._session.awaits(TOPIC, *_SHOWN):
            return
        if self._showing is not None:
            step, self._showing = self._showing, None
            self.arrived.emit(step)
        self._go_on()
