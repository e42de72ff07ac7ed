"""Training in the window: one run at a time of the open network, in a thread of its own.

The run trains a copy. Now and then the session's network is replaced by a snapshot of it, so that every panel
follows and nothing that is shown changes under a probe.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QObject, QTimer, Signal

from visualizer.errors import UserError
from visualizer.networks.network import Network
from visualizer.streaming.mailbox import Mailbox
from visualizer.streaming.runner import Finished, Runner
from visualizer.training.live import LiveConfig, LiveRun, Moment, obstacle
from visualizer.ui.numbers import percent

if TYPE_CHECKING:
    from visualizer.ui.jobs import OpenNetwork
    from visualizer.ui.session import Session

INTERVAL = 66  # ms between two looks at the run: live panels repaint at most 15 times a second
TOPIC = "training"

Phase = Literal["impossible", "idle", "starting", "running", "paused", "stopping", "ended"]


@dataclass(frozen=True, slots=True, eq=False)
class TrainingState:
    """What the Timeline shows: the network's name, why it cannot be trained if so, the newest moment of a run."""

    phase: Phase = "impossible"
    name: str = ""
    reason: str = ""
    moment: Moment | None = None


class LiveTraining(QObject):
    """The run of the open network on the built-in shapes. Emits ``changed(TrainingState)``, at most 15 times a second.

    ``config`` None lets each network have the settings of a first try.
    """

    changed = Signal(object)

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self.state = TrainingState(reason="No network is open.")
        self.config: LiveConfig | None = None
        self._before: Network | None = None  # the open network as it was before the run
        self._run: LiveRun | None = None
        self._runner: Runner | None = None
        self._left: list[Runner] = []  # told to stop, perhaps still in their last step
        self._mailbox = Mailbox()
        self._begins_paused = False
        self._timer = QTimer(self, interval=INTERVAL)
        self._timer.timeout.connect(self._drain)
        session.network_changed.connect(self._follow)
        session.answer(TOPIC, self._prepared)

    # --- requests --------------------------------------------------------------------------------

    def toggle(self) -> None:
        """Train, pause, or go on; say why where the network cannot be trained."""
        if self.state.phase == "impossible":
            self._session.noticed.emit("info", self.state.reason)
        elif self.state.phase in ("idle", "ended"):
            self._prepare(paused=False)
        elif self.state.phase == "running":
            self._hold()
        elif self.state.phase == "paused" and self._run and self._runner:
            self._run.follow_closely(False)
            self._runner.resume()
            self._tell(phase="running")

    def step(self) -> None:
        """Take one step, then hold."""
        if self.state.phase in ("idle", "ended"):
            self._prepare(paused=True)
        elif self.state.phase in ("running", "paused"):
            self._hold()

    def stop(self) -> bool:
        """End the run and keep its weights; False where there is none to end."""
        if self.state.phase == "starting":
            self._session.cancel(TOPIC)
            self._tell(phase="idle")
        elif self.state.phase in ("running", "paused") and self._runner:
            self._runner.stop(0.0)  # its end comes by the mailbox
            self._tell(phase="stopping")
        else:
            return False
        return True

    def rewind(self) -> None:
        """End the run, and give the network the weights that it had before."""
        before = self._before
        if before is None:
            return
        self._drop_run()
        self._tell(phase="idle", moment=None)
        self._session.set_weights(before)

    def close(self) -> bool:
        """End the thread; False if it is left behind in a long step, to end with the process."""
        self._drop_run()
        for runner in self._left:
            runner.stop(0.0)
        return all(runner.stop(2.0) for runner in self._left)

    # --- the run ---------------------------------------------------------------------------------

    def _prepare(self, *, paused: bool) -> None:
        opened, config = self._session.opened, self.config
        assert opened is not None
        self._begins_paused = paused
        self._tell(phase="starting", moment=None)
        # In the prober's thread, so that no probe is under way while the module is copied.
        self._session.ask(TOPIC, lambda _: LiveRun(opened.network, opened.anatomy, config))

    def _prepared(self, run: object) -> None:
        assert isinstance(run, LiveRun)
        assert self._session.opened is not None
        self._before = self._session.opened.network
        self._run = run
        self._mailbox = Mailbox()  # of its own: nothing of an earlier run arrives
        self._runner = Runner(run.moments(), self._mailbox, TOPIC)
        run.ask()
        self._runner.start(paused=self._begins_paused)
        self._timer.start()
        if self._begins_paused:
            self._hold()
        else:
            self._tell(phase="running")

    def failed(self, topic: str) -> None:
        """A job has failed, as the session has said; where it was ours, there is no run."""
        if topic == TOPIC:
            self._tell(phase="idle")

    def _hold(self) -> None:
        """Pause behind the next step, whose weights are then shown."""
        assert self._run is not None
        assert self._runner is not None
        self._run.follow_closely(True)
        self._runner.pause()
        self._runner.step()
        self._tell(phase="paused")

    def _drain(self) -> None:
        for _, message in self._mailbox.take():
            if isinstance(message, Moment):
                self._tell(moment=message)
            elif isinstance(message, Finished):
                self._finish(message)
        self._show_weights()
        self._left = [runner for runner in self._left if runner.alive()]

    def _show_weights(self) -> None:
        """Let the session have the newest snapshot, once all panels have shown the one before."""
        moment, opened = self.state.moment, self._session.opened
        if moment is None or opened is None or self._session.awaits("inspect"):
            return
        if moment.network is not opened.network:
            self._session.set_weights(moment.network)
            if self._run is not None:
                self._run.ask()
        elif self._run is None:
            self._timer.stop()

    def _finish(self, finished: Finished) -> None:
        assert self._run is not None
        last = self._run.last
        self._run = self._runner = None
        if finished.error is None and last is not None:
            self._tell(phase="ended", moment=last)
            self._session.set_weights(last.network)  # at once: what is saved now is what was trained
            if not finished.stopped:
                self._session.noticed.emit("info", _result(self.state.name, last))
            return
        before = self._before
        self._tell(phase="idle", moment=None)
        self._timer.stop()
        if isinstance(finished.error, UserError):
            self._session.noticed.emit("error", str(finished.error))
        elif finished.error is not None:
            self._session.crashed.emit(finished.traceback_text)
        if before is not None:
            self._session.set_weights(before)

    def _drop_run(self) -> None:
        """Want nothing of the run any more."""
        self._session.cancel(TOPIC)
        self._timer.stop()
        if self._runner is not None:
            self._runner.stop(0.0)
            self._left.append(self._runner)
        self._run = self._runner = self._before = None

    def _follow(self, opened: OpenNetwork) -> None:
        """Another network is open: the run of the old one ends."""
        name, moment = self.state.name, self.state.moment
        if self._run is not None:
            at = f" at step {moment.step}" if moment else ""
            self._session.noticed.emit(
                "info", f"Training of {name} was stopped{at}: another network is open."
            )
        self._drop_run()
        reason = obstacle(opened.network, opened.anatomy)
        phase: Phase = "impossible" if reason else "idle"
        self._tell(phase=phase, name=opened.network.name, reason=reason, moment=None)

    def _tell(self, **changes: object) -> None:
        self.state = replace(self.state, **changes)  # type: ignore[arg-type]
        self.changed.emit(self.state)


def _result(name: str, moment: Moment) -> str:
    accuracy = moment.validation_accuracy
    told = "" if accuracy is None else f": {percent(accuracy)} of the shapes it has not seen are right"
    return f"Trained {name} for {moment.step} steps{told}. File > Save network keeps it."
