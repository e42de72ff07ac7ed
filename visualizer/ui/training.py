"""Training in the window: one run at a time of the open network, in a thread of its own.

The run trains a copy. While it is followed, it looks at its own weights for the panels between two steps; now and
then, and whenever it holds, the session's network is replaced by a snapshot of it. Nothing that is shown changes
under a probe.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from visualizer.errors import UserError, as_sentence
from visualizer.networks.network import Network
from visualizer.streaming.mailbox import Mailbox
from visualizer.streaming.runner import Finished, Runner
from visualizer.training.config import TrainingConfig
from visualizer.training.frames import LiveFrame
from visualizer.training.live import LiveRun
from visualizer.ui import training_jobs
from visualizer.ui.live_looks import Job, LiveLooks
from visualizer.ui.moment_cursor import MomentCursor
from visualizer.ui.playback import Playback
from visualizer.ui.training_data import TrainingData
from visualizer.ui.training_jobs import Begun, OpenData, Start
from visualizer.ui.training_state import Phase, TrainingState, error_words, result_words, stopped_words

if TYPE_CHECKING:
    from visualizer.ui.jobs import OpenNetwork
    from visualizer.ui.session import Session

INTERVAL = 66  # ms between two looks at the run: live panels repaint at most 15 times a second
FIGURES = 0.5  # s between two states that tell new figures alone: curves are dear to draw and move little
SNAPSHOT = 3.0  # s between two copies of the weights while the run looks for itself
TOPIC = "training"


class LiveTraining(QObject):
    """The run of the open network on the chosen data.

    Emits ``changed(TrainingState)``, where nothing but figures are new at most twice a second.
    ``how`` is how the next run begins, ``data`` opens data sets, ``playback`` moves the cursor ``moments``.
    """

    changed = Signal(object)

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self.state = TrainingState(reason="No network is open.")
        self.how = Start()
        self.run: LiveRun | None = None  # also after its end, for its moments
        self._before: Network | None = None  # the open network as it was before the run
        self._head: Network | None = None  # the newest snapshot of the run
        self._asked = 0.0  # when it was asked for the last one
        self._told = 0.0  # when the state was
        self._is_news = False  # whether it has changed since
        self._runner: Runner | None = None
        self._left: list[Runner] = []  # told to stop, perhaps still in their last step
        self._mailbox = Mailbox()
        self._begins_paused = self._continues = False
        self._phase_before: Phase = "idle"  # of the start of a run
        self._looks = LiveLooks(session)
        self.data = TrainingData(session, self)
        self.moments = MomentCursor(session, self)
        self.playback = Playback(self)
        self._timer = QTimer(self, interval=INTERVAL)
        self._timer.timeout.connect(self._drain)
        session.network_changed.connect(self._follow)
        session.answer(TOPIC, self._prepared)
        self.data.changed.connect(self._data_changed)

    # --- requests --------------------------------------------------------------------------------

    def toggle(self) -> None:
        """Train, pause, or go on from the head of the run; say why where the network cannot be trained."""
        phase = self.state.phase
        if phase == "impossible":
            self._session.noticed.emit("info", self.state.reason)
        elif phase in ("idle", "ended"):
            self._begin(paused=False)
        elif phase == "running":
            self._hold()
        elif phase == "paused" and self.run and self._runner:
            self.playback.hold()
            self.moments.go_live()
            self.run.follow_closely(False)
            self._runner.resume()
            self.tell(phase="running")
            self.watch()

    def step(self) -> None:
        """Take one step, then hold."""
        self.playback.hold()
        if self.state.phase in ("idle", "ended"):
            self._begin(paused=True)
        elif self.state.phase in ("running", "paused"):
            self.moments.go_live()
            self._hold()

    def step_forward(self) -> None:
        """The next recorded moment, at the head of the run one step of training."""
        if self.state.visited is None:
            self.step()
        else:
            self.playback.hold()
            self.moments.walk(1)

    def step_back(self) -> None:
        """The recorded moment before the one that is shown."""
        self.playback.hold()
        self.moments.walk(-1)

    def visit(self, step: int) -> None:
        """Show a recorded moment; what is played is held."""
        self.playback.hold()
        self.moments.visit(step)

    def go_live(self) -> None:
        """Show the head of the run."""
        self.playback.hold()
        self.moments.go_live()
        self.watch()

    def stop(self) -> bool:
        """End the run and keep its weights; False where there is none to end."""
        if self.state.phase == "starting":
            self._session.cancel(TOPIC)
            self.data.want_no_more()
            self.tell(phase=self._phase_before)
        elif self.state.phase in ("running", "paused") and self._runner:
            self._runner.stop(0.0)  # its end comes by the mailbox
            self.tell(phase="stopping")
        else:
            return False
        return True

    def rewind(self) -> None:
        """End the run, and give the network the weights that it had before."""
        before = self._before
        if before is None:
            return
        self._drop_run()
        self.tell(phase="idle", frame=None, visited=None, playing=0)
        self._session.set_weights(before)

    def apply(self, config: TrainingConfig) -> None:
        """Let a run that is on go on with other settings; the next one begins with them."""
        self.how = replace(self.how, config=config)
        if self.run is not None and self.state.phase in ("running", "paused"):
            self.run.apply(config)

    def close(self) -> bool:
        """End the thread; False if it is left behind in a long step, to end with the process."""
        self._drop_run()
        self._timer.stop()
        for runner in self._left:
            runner.stop(0.0)
        until = time.monotonic() + 1.0
        return all(runner.stop(max(0.0, until - time.monotonic())) for runner in self._left)

    # --- looking ---------------------------------------------------------------------------------

    @property
    def start(self) -> Network | None:
        """The network as the run began; None without one."""
        return self.run.start if self.run is not None else None

    @property
    def is_live(self) -> bool:
        """Whether the run itself looks for the panels."""
        return self.state.phase == "running" and self.state.visited is None

    def look(self, topic: str, job: Job) -> bool:
        """Have ``job`` done with each frame from now on; False where the worker is to do it as well."""
        self._looks.set_job(topic, job)
        self.watch()
        return self.is_live and self._looks.are_soon and self._looks.watches(topic)

    def set_watched(self, topics: frozenset[str]) -> None:
        """Say what can be seen."""
        self._looks.set_watched(topics)
        self.watch()

    def watch(self) -> None:
        """Let the run look at what is watched; at nothing while another moment is shown."""
        if self.run is not None and self._runner is not None:
            self._looks.hand_to(self.run, at_head=self.state.visited is None)

    # --- the run ---------------------------------------------------------------------------------

    def _begin(self, *, paused: bool) -> None:
        self._continues = self.state.phase == "ended"
        if self._continues:
            self.playback.hold()
            self.moments.go_live()
        self._begins_paused, self._phase_before = paused, self.state.phase
        self.tell(phase="starting")  # the run before stays until there is another
        self.data.want(self._with_data, self._without_data)

    def _with_data(self, data: OpenData) -> None:
        opened = self._session.opened
        how = replace(self.how, fresh=False) if self._continues else self.how  # with what it has learnt
        if opened is not None and self.state.phase == "starting":
            # In the prober's thread, so that no probe is under way while the module is copied.
            self._session.ask(TOPIC, lambda _: training_jobs.begin(opened, data, how))

    def _without_data(self, sentence: str) -> None:
        self.tell(phase=self._phase_before)
        self._data_changed(sentence)
        self._session.noticed.emit("error", as_sentence(sentence))

    def _prepared(self, begun: object) -> None:
        assert isinstance(begun, Begun)
        assert self._session.opened is not None
        before, paused = self._session.opened, self._begins_paused
        if begun.opened.anatomy is not before.anatomy:  # other layers
            self._session.show_network(begun.opened)
        elif begun.opened is not before:
            self._session.set_weights(begun.opened.network)
        if begun.news:
            self._session.noticed.emit("info", begun.news)
        elif self._continues:
            words = f"A new run goes on with what {before.network.name} has learnt."
            self._session.noticed.emit("info", words)
        self._before = before.network if begun.opened.anatomy is before.anatomy else begun.opened.network
        self.run = begun.run
        self._mailbox = Mailbox()  # of its own: nothing of an earlier run arrives
        self._runner = Runner(self.run.frames(), self._mailbox, TOPIC)
        self._looks.begin()
        self.tell(phase="running", name=begun.opened.network.name, frame=None, visited=None)
        self._session.look_again()  # beside the start of the run from now on
        self._runner.start(paused=paused)
        self._timer.start()
        if paused:
            self._hold()

    def failed(self, topic: str) -> None:
        """A job has failed, as the session has said; where it was ours, there is no run."""
        if topic == TOPIC:
            self.tell(phase=self._phase_before)

    def _hold(self) -> None:
        """Pause behind the next step, whose weights are then shown."""
        assert self.run is not None
        assert self._runner is not None
        self.run.follow_closely(True)
        self._runner.pause()
        self._runner.step()
        self.tell(phase="paused")

    def _drain(self) -> None:
        for _, message in self._mailbox.take():
            if isinstance(message, LiveFrame):
                self._take(message)
            elif isinstance(message, Finished):
                self._finish(message)
        if self._is_news and (self.state.phase != "running" or time.monotonic() - self._told > FIGURES):
            self.tell()
        self.show_head()
        self._left = [runner for runner in self._left if runner.alive()]
        if self._runner is None and not self._left:
            self._timer.stop()

    def _take(self, frame: LiveFrame) -> None:
        self._looks.note_frame()
        self._head = frame.network or self._head
        self.state = replace(self.state, frame=frame)
        self._is_news = True
        if self.state.phase == "running" and self.state.visited is None:
            self._looks.deliver(frame.answers)

    def show_head(self) -> None:
        """Let the session have the newest snapshot, once all panels have shown the one before; ask for the next."""
        opened, head, live = self._session.opened, self._head, self.is_live
        if opened is None or self.state.visited is not None:
            return
        now, pace = time.monotonic(), SNAPSHOT if live else 0.0
        if self.run is not None and self._is_shown(head) and now - self._asked > pace:
            self._asked = now
            self.run.ask()
        can_show = live or not self._session.awaits("inspect", "weights")
        if head is not None and not self._is_shown(head) and can_show:
            self._session.set_weights(head, look=not live)

    def _is_shown(self, head: Network | None) -> bool:
        opened = self._session.opened
        return head is None or (opened is not None and opened.network is head)

    def _finish(self, finished: Finished) -> None:
        run, frame = self.run, self.state.frame
        assert run is not None
        self._runner = None
        if isinstance(finished.error, UserError):
            self._session.noticed.emit("error", error_words(finished.error, frame))
        elif finished.error is not None:
            self._session.crashed.emit(finished.traceback_text)
        last = run.last or frame
        if last is None or last.step == 0:
            before, self.run = self._before, None
            self.tell(phase="idle", frame=None, visited=None, playing=0)
            if before is not None:
                self._session.set_weights(before)
            return
        self.playback.hold()
        self.moments.forget()
        self.tell(phase="ended", frame=last, visited=None)
        self._head = last.network or run.moments.network(run.moments.newest())
        self._session.set_weights(self._head)  # at once: what is saved now is what was trained
        if finished.error is None and not finished.stopped:
            self._session.noticed.emit("info", result_words(self.state, last))

    def _drop_run(self) -> None:
        """Want nothing of the run any more."""
        self._session.cancel(TOPIC)
        self.data.want_no_more()
        self.playback.hold()
        self.moments.forget()
        if self._runner is not None:
            self._runner.stop(0.0)
            self._left.append(self._runner)
        self.run = self._runner = self._before = self._head = None
        self._mailbox = Mailbox()  # what it still has to say reaches nobody

    # --- what else happens -------------------------------------------------------------------------

    def _follow(self, opened: OpenNetwork) -> None:
        """Another network is open: the run of the old one ends."""
        if self._runner is not None:
            self._session.noticed.emit("info", stopped_words(self.state))
        self._drop_run()
        self._looks.forget()
        self._judge(opened, name=opened.network.name, frame=None, visited=None)

    def _data_changed(self, _: object) -> None:
        if (opened := self._session.opened) is not None and self.state.phase in ("idle", "impossible"):
            self._judge(opened)

    def _judge(self, opened: OpenNetwork, **changes: object) -> None:
        reason = self.data.obstacle(opened)
        self.tell(phase="impossible" if reason else "idle", reason=reason, **changes)

    def tell(self, **changes: object) -> None:
        """Change the state, and say so."""
        self.state = replace(self.state, data=self.data.name, **changes)  # type: ignore[arg-type]
        self._told, self._is_news = time.monotonic(), False
        self.changed.emit(self.state)
