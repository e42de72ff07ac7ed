"""The input that turns in the window: what is done to it, which networks are asked, and what they have said."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer

from visualizer.data.inputs import Input
from visualizer.data.transforms import Change
from visualizer.data.transforms.table import BORDERS, TRANSFORMS
from visualizer.ui.numbers import integer
from visualizer.ui.rotation.state import COLORS, OPEN, Line, RotationState
from visualizer.ui.telling import Telling
from visualizer.ui.training_state import TrainingState

if TYPE_CHECKING:
    from visualizer.ui.jobs import OpenNetwork
    from visualizer.ui.session import Session

_INSPECT = "inspect"  # topic
_PATIENCE = 500  # ms that a run has to look at a value before the next one is asked for


class LiveRotation(Telling):
    """Keeps the state of the turning input. Emits ``changed(RotationState)`` at every change.

    Requests are the public methods. While a look at the input is under way, the newest value waits, so that turning
    never queues up and what was looked at is shown.
    """

    state: RotationState

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.session = session
        self.state = RotationState()
        self._waits = False  # a value that nobody has looked at yet
        self._is_over = False
        self._steps: dict[str, float] = {}  # of the transforms that were chosen before
        self._after_paint = QTimer(self, singleShot=True, interval=0)
        self._after_paint.timeout.connect(self._look)
        self._patience = QTimer(self, singleShot=True, interval=_PATIENCE)  # goes on while a run is to look
        self._patience.timeout.connect(self._look)
        session.network_changed.connect(self._network_opened)
        session.weights_changed.connect(self._weights_changed)
        session.input_changed.connect(self._input_opened)
        session.inspection_changed.connect(self._looked)
        session.failed.connect(self._failed)
        session.training.changed.connect(self._follow_run)

    # --- the state ---------------------------------------------------------------------------------

    def set_line(self, key: str, **changes: object) -> None:
        """Change parts of one line, where it is still there."""
        lines = tuple(
            replace(line, **changes) if line.key == key else line  # type: ignore[arg-type]
            for line in self.state.lines
        )
        self.tell(lines=lines)

    # --- requests: what is done to the input ---------------------------------------------------------

    def set_value(self, value: float, done: bool = True) -> None:
        """Turn the input there; not ``done`` while the hand moves."""
        row = TRANSFORMS[self.state.change.transform]
        self.show_value(round(value, row.decimals), moving=not done)

    def show_value(self, value: float, *, moving: bool = False) -> None:
        """The same, as finely as it is played."""
        row = TRANSFORMS[self.state.change.transform]
        value = value % 360 if row.periodic else min(max(value, row.minimum), row.maximum)
        self._change(replace(self.state.change, value=value), moving=moving)

    def turn(self, by: float) -> None:
        """Turn it further; of another transform, by as many of its usual steps as degrees."""
        row = TRANSFORMS[self.state.change.transform]
        self.set_value(self.state.change.value + (by if row.periodic else by * row.step))

    def turn_a_little(self) -> None:
        """By a degree."""
        self.turn(1.0)

    def turn_far(self) -> None:
        """By 15 degrees."""
        self.turn(15.0)

    def reset(self) -> None:
        """Show the input as it is."""
        self.set_value(TRANSFORMS[self.state.change.transform].neutral)

    def set_transform(self, name: str) -> None:
        """Change the input in another way; its values are as far apart as they were when it was last chosen."""
        if name in TRANSFORMS and name != self.state.change.transform:
            self._steps[self.state.change.transform] = self.state.step
            change = replace(self.state.change, transform=name, value=TRANSFORMS[name].neutral)
            self._change(change, step=self._steps.get(name, TRANSFORMS[name].step))

    def set_border(self, name: str) -> None:
        """Let something else stand where the picture does not reach."""
        if name in BORDERS:
            self._change(replace(self.state.change, border=name))

    def set_step(self, step: float) -> None:
        """Ask at values so far apart."""
        self.tell(step=step)

    def set_class(self, name: str) -> None:
        """Look at the curve of another class, "" for the true or the predicted one."""
        self.tell(wanted=name)

    def toggle_line(self, key: str) -> None:
        """Hide the curves of a network, or show them again; it is asked on meanwhile."""
        if any(line.key == key for line in self.state.lines):
            self.tell(hidden=self.state.hidden ^ {key})

    def end(self) -> None:
        """Ask for nothing more: who would answer ends."""
        self._is_over = True
        self._patience.stop()

    def _change(self, change: Change, *, moving: bool = False, step: float | None = None) -> None:
        # While the session takes it for turning, it is to learn that it rests, even where it rests at the same value.
        self._waits = self._waits or change != self.state.change or self.session.is_turning
        # In one word: a transform with the step of another may have too many values, or hardly any.
        self.tell(change=change, moving=moving, step=self.state.step if step is None else step)
        self._look()

    def _look(self) -> None:
        """Have the newest value looked at, once the look before has been answered."""
        if self._is_over or self._patience.isActive():
            return
        if self._waits and not self.session.awaits(_INSPECT):
            self._waits = False
            state = self.state
            self.session.set_change(state.change, turning=state.moving or state.playing)
            if self.session.training.is_live and not self.session.awaits(_INSPECT):
                self._patience.start()  # an answer to a value before the newest would be dropped

    def _looked(self, _: object) -> None:
        self._patience.stop()
        if self._waits and (self.state.moving or self.state.playing):
            self._after_paint.start()  # what has come is painted first: the worker would hold that up
        elif self._waits:
            self._look()

    def _failed(self, topic: str) -> None:
        if topic == _INSPECT:
            self._look()

    # --- what the session says -----------------------------------------------------------------------

    def _network_opened(self, opened: OpenNetwork) -> None:
        others = tuple(line for line in self.state.lines if line.key != OPEN)
        line = Line(OPEN, opened.network.name, self._moment(), COLORS[0])
        classes = opened.network.classes
        wanted = self.state.wanted if self.state.wanted in classes else ""
        self.tell(lines=(line, *others), hidden=self.state.hidden - {OPEN}, wanted=wanted, live=False)

    def _weights_changed(self, opened: OpenNetwork) -> None:
        self.set_line(OPEN, name=opened.network.name, moment=self._moment(), studied=None, study_trouble="")

    def _input_opened(self, shown: Input) -> None:
        self.tell(input_name=shown.title)

    def _follow_run(self, _: TrainingState) -> None:
        live, moment = self.session.training.is_live, self._moment()
        lines = self.state.lines
        if live != self.state.live or (lines and lines[0].moment != moment):
            if lines:
                lines = (replace(lines[0], moment=moment), *lines[1:])
            self.tell(live=live, lines=lines)

    def _moment(self) -> str:
        """Which weights are open: "live", "step 480", "" without a run."""
        training = self.session.training
        if training.is_live:
            return "live"
        return "" if training.state.frame is None else f"step {integer(training.state.step)}"
