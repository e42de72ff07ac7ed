"""The runner: drains one generator in a thread of its own, with pause, step and stop."""

from __future__ import annotations

import threading
import traceback
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Final

from visualizer.streaming.mailbox import Mailbox

_END: Final = object()


@dataclass(frozen=True, slots=True, eq=False)
class Finished:
    """The run is over: at its end, stopped by the user, or by ``error``, with its traceback in words."""

    topic: str
    stopped: bool = False
    error: BaseException | None = None
    traceback_text: str = field(repr=False, default="")


class Runner:
    """One run of one generator: every ``yield`` is where it can publish, pause, step or stop.

    What the generator yields goes to the mailbox under ``topic`` (None does not), newest wins; so it must be
    state, never a difference. ``Finished`` goes under ``topic + " finished"``, so as not to replace the last
    result. The generator runs and is closed in the worker thread, because device work belongs to one thread.
    """

    def __init__(self, generator: Generator[object], mailbox: Mailbox, topic: str = "run") -> None:
        self._generator = generator
        self._mailbox = mailbox
        self._topic = topic
        self._changed = threading.Condition()
        self._steps: int | None = None  # how many more may be taken; None for no limit, 0 is paused
        self._stopped = self._holds = False
        self._thread = threading.Thread(target=self._run, name=topic, daemon=True)

    def start(self, paused: bool = False) -> None:
        """Begin the run; with ``paused`` it waits for ``step`` or ``resume``. Only once."""
        self._steps = 0 if paused else None
        self._thread.start()

    def pause(self) -> None:
        """Hold before the next step."""
        self._allow(0)

    def resume(self) -> None:
        """Run on."""
        self._allow(None)

    def step(self) -> None:
        """Go on to the next ``yield``, then hold. Steps asked for while paused add up."""
        with self._changed:
            self._steps = (self._steps or 0) + 1
            self._changed.notify()

    def stop(self, timeout: float = 2.0) -> bool:
        """End the run, paused or not; False if its current step did not return within ``timeout`` seconds."""
        with self._changed:
            self._stopped = True
            self._changed.notify()
        if self._thread.ident is not None:  # it was started
            self._thread.join(timeout)
        return not self._thread.is_alive()

    def alive(self) -> bool:
        """Whether the run has begun and is not over; it may be paused."""
        return self._thread.is_alive()

    @property
    def holds(self) -> bool:
        """Whether the step that was under way when it was paused is over: it waits for ``step`` or ``resume``."""
        with self._changed:
            return self._holds and self._steps == 0

    def _allow(self, steps: int | None) -> None:
        with self._changed:
            self._steps = steps
            self._changed.notify()

    def _may_step(self) -> bool:
        """Wait out a pause; False when the run is to stop."""
        with self._changed:
            self._holds = True
            self._changed.wait_for(lambda: self._stopped or self._steps != 0)
            self._holds = False
            if self._stopped:
                return False
            if self._steps is not None:
                self._steps -= 1
            return True

    def _run(self) -> None:
        stopped = False
        error: BaseException | None = None
        text = ""
        try:
            with closing(self._generator) as generator:
                while not (stopped := not self._may_step()):
                    if (result := next(generator, _END)) is _END:
                        break
                    if result is not None:
                        self._mailbox.put(self._topic, result)
        except BaseException as caught:  # of whatever type: an untold end leaves the screen "running"
            text = "".join(traceback.format_exception(caught))
            error = caught.with_traceback(None)  # its frames would keep the run's tensors alive
        self._mailbox.put(f"{self._topic} finished", Finished(self._topic, stopped, error, text))
