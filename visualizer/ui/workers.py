"""The session's workers: hand jobs over, take the answers from the mailbox, say what is awaited."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from visualizer.errors import UserError
from visualizer.streaming.mailbox import Mailbox
from visualizer.streaming.prober import Answer, Cancelled, Failure, Prober, Progress, Report

FAST, SLOW = 2, 33  # ms between two looks into the mailbox: while an answer is due soon, and in a long wait
_SIDE_TOPICS = frozenset(
    (
        "thumbnail",
        "folder",
        "architectures",
        "spec",
        "save",
        "mistakes",
        "history",
        "data samples",
        "surface pictures",
        "race code",
        "compared networks",
        "compared moments",
    )
)
_LONG_TOPICS = frozenset(
    (
        "data",
        "summary",
        "duplicates",
        "evaluation",
        "basins",
        "swarm",
        "sweep",
        "save race",
        "rotation curves",
        "rotation study",
        "equivariance",
    )
)
_FOR_HOURS = frozenset(("experiment",))
_TO_CLOSE = 1.2  # s for jobs under way when the window closes; with a run's last step that makes less than 3
_PATIENCE = 200  # looks at FAST pace


class Workers(QObject):
    """Four probers behind one mailbox. Answers reach who has said so with ``answer``, in the GUI thread.

    ``waiting_changed(topic, waiting)``, ``progressed(topic, text, fraction or None)``, ``noticed(kind, sentence)``,
    ``crashed(report)``, ``failed(topic)`` behind either of these two, and ``idle()`` when all is answered.
    """

    waiting_changed = Signal(str, bool)
    progressed = Signal(str, str, object)
    noticed = Signal(str, str)
    crashed = Signal(str)
    failed = Signal(str)
    idle = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._mailbox = Mailbox()
        self._prober = Prober(self._mailbox)
        self._side_prober = Prober(self._mailbox)  # for what nobody waits for
        self._long_prober = Prober(self._mailbox)  # for what may take a minute: saving must not wait for that
        self._patient_prober = Prober(self._mailbox)  # for what waits for hours on processes of its own
        self._generations: dict[str, int] = {}
        self._answers: dict[str, Callable[[object], None]] = {}
        self._refusals: dict[str, Callable[[UserError], None]] = {}
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._drain)
        self._looks = 0

    def answer(
        self, topic: str, receive: Callable[[object], None], refuse: Callable[[UserError], None] | None = None
    ) -> None:
        """Say who takes the answers of a further topic, and who its refusals, where they are no notice."""
        self._answers[topic] = receive
        if refuse is not None:
            self._refusals[topic] = refuse

    def receive(self, topic: str, value: object) -> None:
        """Take an answer that came another way than from the workers."""
        self._answers[topic](value)

    def ask(self, topic: str, job: Callable[[Report], object]) -> None:
        """Hand a job to the worker; an older request of the same topic becomes stale."""
        self._generations[topic] = self._worker(topic).ask(topic, job)
        self._looks = 0
        self._timer.start(FAST)
        self.waiting_changed.emit(topic, True)

    def cancel(self, topic: str) -> None:
        """Want no answer on a topic any more."""
        if self._generations.pop(topic, None) is not None:
            self._worker(topic).cancel(topic)
            self.waiting_changed.emit(topic, False)

    def _worker(self, topic: str) -> Prober:
        if topic in _FOR_HOURS:
            return self._patient_prober
        if topic in _LONG_TOPICS:
            return self._long_prober
        return self._side_prober if topic in _SIDE_TOPICS else self._prober

    def _drain(self) -> None:
        for topic, message in self._mailbox.take():
            assert isinstance(message, Progress | Answer | Failure)
            if self._generations.get(topic) == message.generation:  # else stale: it was asked again meanwhile
                self._receive(topic, message)
        self._looks += 1
        if not self._generations:
            self._timer.stop()
            self.idle.emit()
        elif self._looks == _PATIENCE:
            self._timer.start(SLOW)

    def _receive(self, topic: str, message: Progress | Answer | Failure) -> None:
        if isinstance(message, Progress):
            self.progressed.emit(topic, message.text, message.fraction)
            return
        del self._generations[topic]
        self.waiting_changed.emit(topic, False)
        if isinstance(message, Answer):
            self._answers[topic](message.value)
        else:
            self._fail(topic, message)

    def _fail(self, topic: str, failure: Failure) -> None:
        if isinstance(failure.error, UserError) and topic in self._refusals:
            self._refusals[topic](failure.error)
        elif isinstance(failure.error, Cancelled):
            self.noticed.emit("info", "Cancelled; what was open stays open.")
        elif isinstance(failure.error, UserError):
            self.noticed.emit("error", str(failure.error))
        elif isinstance(failure.error, MemoryError):
            self.noticed.emit("error", "There is not enough memory; take a smaller network or picture.")
        else:
            self.crashed.emit(failure.traceback_text)
        self.failed.emit(topic)

    @property
    def waiting(self) -> bool:
        """Whether an answer is still to come."""
        return bool(self._generations)

    def awaits(self, *topics: str) -> bool:
        """Whether an answer on one of these topics is still to come."""
        return any(topic in self._generations for topic in topics)

    def close(self) -> bool:
        """Stop the workers; False if one is left behind, busy, to end with the process."""
        self._timer.stop()
        self._generations.clear()
        probers = (self._prober, self._side_prober, self._long_prober, self._patient_prober)
        for prober in probers:
            prober.stop(0.0)
        until = time.monotonic() + _TO_CLOSE
        return all(prober.stop(max(0.0, until - time.monotonic())) for prober in probers)
