"""What a run under way is asked to look at for the panels, and the way of its answers to them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from visualizer.errors import UserError
from visualizer.networks.network import Network
from visualizer.training.live import LiveRun
from visualizer.training.watching import ProbeFailure

if TYPE_CHECKING:
    from visualizer.ui.session import Session

Job = Callable[[Network], object]

SOON = 0.2  # s between two frames: where it is longer, the worker looks too after a click
_PROBED = ("inspect", "weights", "rotation")


@dataclass(frozen=True, slots=True)
class _Probe:
    """A job, whose answer can be told from that of an older one. Equal to another one of the same job."""

    job: Job

    def __call__(self, network: Network) -> _Answered:
        return _Answered(self.job, self.job(network))


@dataclass(frozen=True, slots=True, eq=False)
class _Answered:
    job: Job
    value: object = field(repr=False)


class LiveLooks:
    """The newest job of each topic, which of them are watched, and what of the answers is new."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._jobs: dict[str, Job] = {}
        self._watched: frozenset[str] = frozenset(("inspect", "statistics"))
        self._delivered: dict[str, object] = {}
        self._last_frame, self._interval = 0.0, float("inf")

    @property
    def are_soon(self) -> bool:
        """Whether frames come so often that nobody need ask the worker."""
        return self._interval < SOON

    def begin(self) -> None:
        """A run begins: nothing is known of its pace."""
        self._last_frame, self._interval = 0.0, float("inf")
        self._delivered.clear()

    def forget(self) -> None:
        """Another network is open: the jobs were about the old one."""
        self._jobs.clear()
        self._delivered.clear()

    def note_frame(self) -> None:
        """A frame has come."""
        now = time.monotonic()
        self._interval, self._last_frame = now - self._last_frame if self._last_frame else float("inf"), now

    def watches(self, topic: str) -> bool:
        """Whether anybody looks at the topic."""
        return topic in self._watched

    def set_job(self, topic: str, job: Job) -> None:
        """Take the newest question of a topic."""
        self._jobs[topic] = job

    def set_watched(self, topics: frozenset[str]) -> None:
        """Say what can be seen."""
        self._watched = topics

    def hand_to(self, run: LiveRun, *, at_head: bool) -> None:
        """Let ``run`` answer what is watched; nothing where another moment than its head is shown."""
        topics = [topic for topic in _PROBED if topic in self._watched and topic in self._jobs]
        run.watch({topic: _Probe(self._jobs[topic]) for topic in topics if at_head})
        run.watch_statistics("statistics" in self._watched)

    def deliver(self, answers: Mapping[str, object]) -> None:
        """Hand on the answers that are new and to the newest question."""
        for topic, answer in answers.items():
            if self._delivered.get(topic) is answer:
                continue
            self._delivered[topic] = answer
            if isinstance(answer, ProbeFailure):
                self._fail(answer)
            elif isinstance(answer, _Answered) and answer.job is self._jobs.get(topic):
                self._session.cancel(topic)  # an older one may be on its way
                self._session.receive(topic, answer.value)

    def _fail(self, failure: ProbeFailure) -> None:
        if isinstance(failure.error, UserError):
            self._session.noticed.emit("error", str(failure.error))
        else:
            self._session.crashed.emit(failure.traceback_text)
