"""One step of the selected racer closely: its anatomy, and the profile of the surface there."""

from __future__ import annotations

from functools import partial

import numpy as np
from PySide6.QtCore import QObject

from visualizer.race import clock
from visualizer.race.profile import KINDS
from visualizer.ui.race import jobs
from visualizer.ui.race.live import LiveRace
from visualizer.ui.race.state import RaceState

_TOPIC = "race details"


class Details(QObject):
    """Follows the play head; while one step is looked at, the newest wish waits."""

    def __init__(self, race: LiveRace) -> None:
        super().__init__(race)
        self._race = race
        self._wanted: tuple[str, ...] = ()
        self._kind = next(iter(KINDS))
        self._asked: tuple[object, ...] = ()
        self._asked_of: object = None  # the array itself: the next one may be at the same address
        race.workers.answer(_TOPIC, self._looked)
        race.changed.connect(self._follow)

    def want(self, parts: tuple[str, ...]) -> None:
        """Say which of "anatomy" and "profile" can be seen."""
        self._wanted = parts
        self._follow(self._race.state)

    def set_kind(self, kind: str) -> None:
        """Choose the line along which the profile goes."""
        self._kind = kind
        self._follow(self._race.state)

    def _follow(self, state: RaceState) -> None:
        frame = state.frame
        if not (self._race.is_awake and self._wanted and frame) or self._race.workers.awaits(_TOPIC):
            return
        keys = [trajectory.racer.key for trajectory in frame.trajectories]
        if state.selected not in keys:
            return
        place = keys.index(state.selected)
        step = clock.steps_at(frame, state.moment)[place]
        trajectory = frame.trajectories[place]
        point, gradient = trajectory.points[step], trajectory.gradients[step]
        if not np.isfinite(point).all():
            finite = np.isfinite(trajectory.points[: step + 1]).all(axis=1)
            step = max(0, int(finite.sum()) - 1)
            point, gradient = trajectory.points[step], trajectory.gradients[step]
        asked = (step, self._kind, self._wanted, state.selected)
        if asked != self._asked or trajectory.points is not self._asked_of:
            self._asked, self._asked_of = asked, trajectory.points
            job = partial(
                jobs.look_closely,
                frame.race,
                state.selected,
                step,
                self._kind,
                (float(point[0]), float(point[1])),
                (float(gradient[0]), float(gradient[1])),
                self._wanted,
            )
            self._race.workers.ask(_TOPIC, job)

    def _looked(self, detail: object) -> None:
        assert isinstance(detail, jobs.Detail)
        self._race.tell(
            anatomy=detail.anatomy,
            profile=detail.profile if detail.profile is not None else self._race.state.profile,
        )
