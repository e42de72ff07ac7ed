"""The curves of all networks: computed in slices while somebody looks, coarse ones first."""

from __future__ import annotations

import time
from functools import partial

from PySide6.QtCore import QObject, QTimer

from visualizer.errors import UserError
from visualizer.networks.network import Network
from visualizer.probes.response.curve import ResponseRun
from visualizer.probes.response.frames import Response
from visualizer.ui.rotation import jobs
from visualizer.ui.rotation.comparison import Comparison
from visualizer.ui.rotation.live import LiveRotation
from visualizer.ui.rotation.state import OPEN, RotationState

_CURVES, _LIVE = "rotation curves", "rotation"  # topics: of the worker, and of a run that looks for itself
_SLICE, _SHORT_SLICE = 0.1, 0.03  # s; the short ones while the input moves
_ANSWERS_ITSELF = 3.0  # s after its last answer, in which nobody need ask for a run
_PAUSE = 400  # ms between two short ones: what moves needs the cores

_Wish = tuple[object, ...]


class Curves(QObject):
    """Keeps the curve of every line up to date. The network in training answers for itself."""

    def __init__(self, rotation: LiveRotation, comparison: Comparison) -> None:
        super().__init__(rotation)
        self._rotation, self._session, self._comparison = rotation, rotation.session, comparison
        self._awake = False
        self._wishes: dict[str, _Wish] = {}  # what the run or the answer of each line is of
        self._runs: dict[str, ResponseRun] = {}  # between two slices
        self._done: dict[str, float] = {}  # how far each is, 0…1
        self._asked = ""  # the line whose slice is under way
        self._live_wish: _Wish = ()
        self._looked_at = -_ANSWERS_ITSELF  # when the run did
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE)
        self._pause.timeout.connect(self._go_on)
        self._session.answer(_CURVES, self._went_on, self._refused)
        self._session.answer(_LIVE, self._looked)
        self._session.failed.connect(self._failed)
        rotation.changed.connect(self._follow)

    def wake(self, awake: bool) -> None:
        """Somebody looks, or no longer."""
        self._awake = awake
        self._follow(self._rotation.state)

    def cancel(self) -> None:
        """Leave the curves as coarse as they are, until something else is asked."""
        self._session.cancel(_CURVES)
        self._runs.clear()
        self._asked = ""
        for key in self._wishes:
            self._done[key] = 1.0
        self._tell_progress()

    # --- what is wanted ------------------------------------------------------------------------------

    def _wish(self, network: Network) -> _Wish:
        """All that the curve of a network depends on."""
        change = self._rotation.state.change
        shown = self._session.input
        return (network, shown, change.transform, change.border, self._rotation.state.step)

    def _network(self, key: str) -> Network | None:
        if key == OPEN:
            return self._session.opened.network if self._session.opened else None
        return self._comparison.network(key)

    def _follow(self, state: RotationState) -> None:
        """Note what is wanted now, also while nobody looks: nothing of what was wanted before is kept or shown."""
        self._let_run_look(state)
        keys = [line.key for line in state.lines]
        for gone in [key for key in self._wishes if key not in keys]:
            self._forget(gone)
        for key in keys if self._session.input is not None else ():
            network = self._network(key)
            answers_itself = time.monotonic() - self._looked_at < _ANSWERS_ITSELF
            if network is None or (key == OPEN and state.live and answers_itself):
                continue
            wish = self._wish(network)
            if wish != self._wishes.get(key):
                self._forget(key)
                self._wishes[key], self._done[key] = wish, 0.0
                self._mark_stale(key)
        self._tell_progress()
        self._go_on()

    def _mark_stale(self, key: str) -> None:
        """What is shown is of what was before; of another transform it says nothing at all."""
        state = self._rotation.state
        line = next(line for line in state.lines if line.key == key)
        if line.response is not None and line.response.transform != state.change.transform:
            self._rotation.set_line(key, response=None, stale=False)
        elif line.response is not None and not line.stale:
            self._rotation.set_line(key, stale=True)

    def _forget(self, key: str) -> None:
        self._wishes.pop(key, None)
        self._runs.pop(key, None)
        self._done.pop(key, None)
        if self._asked == key:
            self._session.cancel(_CURVES)
            self._asked = ""

    def _let_run_look(self, state: RotationState) -> None:
        """Have a run, if one goes on, answer with each of its frames."""
        shown, change, run = self._session.input, state.change, self._session.training.run
        if run is None or shown is None:
            self._live_wish = ()  # the moments of a run that is gone are large
            return
        wish = (shown, change.transform, change.border, state.step, run)
        if wish != self._live_wish:
            self._live_wish = wish
            job = jobs.LookWhileItTurns(shown, self._session.prepared, change, state.step)
            self._session.training.look(_LIVE, job)

    def _looked(self, value: object) -> None:
        """A run has looked: its curve is newer than whatever the worker has."""
        assert isinstance(value, Response)
        self._looked_at = time.monotonic()
        self._forget(OPEN)
        self._rotation.set_line(OPEN, response=value, trouble="", stale=False)
        self._tell_progress()
        self._go_on()  # with the lines of others, where the slice of this one was dropped

    # --- slices --------------------------------------------------------------------------------------

    def _go_on(self) -> None:
        """Have the next slice computed, of the line that is the farthest behind."""
        state, shown = self._rotation.state, self._session.input
        due = {key: done for key, done in self._done.items() if done < 1 and key in self._wishes}
        if not due or not self._awake or self._session.awaits(_CURVES) or shown is None:
            return
        if (state.moving or state.playing) and self._pause.isActive():
            return
        seconds = _SLICE
        if state.moving or state.playing:
            self._pause.start()
            seconds = _SHORT_SLICE
        key = min(due, key=lambda name: due[name])
        self._asked = key
        run = self._runs.pop(key, None)
        if run is not None:
            self._session.ask(_CURVES, partial(jobs.curve_on, key, run, seconds))
            return
        network = self._network(key)
        assert network is not None
        known = self._session.prepared
        job = partial(jobs.begin_curve, key, network, shown, known, state.change, state.step, seconds)
        self._session.ask(_CURVES, job)

    def _went_on(self, value: object) -> None:
        assert isinstance(value, jobs.CurveSlice)
        self._asked = ""
        if value.key in self._wishes:
            done = float(value.response.known.mean())
            self._done[value.key] = done
            if done < 1:
                self._runs[value.key] = value.run
            self._rotation.set_line(value.key, response=value.response, trouble="", stale=False)
            self._tell_progress()
        self._go_on()

    def _refused(self, error: UserError) -> None:
        """A network that cannot be asked: said beside its name, once."""
        self._give_up(str(error))

    def _failed(self, topic: str) -> None:
        """Behind a refusal, of which nothing is left to say, and behind an error that has been reported."""
        if topic == _CURVES and self._asked:
            self._give_up("Its curve ended with an error.")
        if topic == _CURVES:
            self._go_on()

    def _give_up(self, sentence: str) -> None:
        key, self._asked = self._asked, ""
        if key in self._wishes:
            self._done[key] = 1.0
            self._rotation.set_line(key, response=None, trouble=sentence, stale=False)
        self._tell_progress()

    def _tell_progress(self) -> None:
        parts = list(self._done.values())
        share = sum(parts) / len(parts) if parts else 1.0
        progress = share if share < 1 else None
        lines = self._rotation.state.lines
        trouble = lines[0].trouble if len(lines) == 1 else ""
        state = self._rotation.state
        if progress != state.progress or trouble != state.sentence:
            self._rotation.tell(progress=progress, sentence=trouble)
