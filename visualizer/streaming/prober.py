"""The prober: one thread that answers the newest question on each topic, and no older one."""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from visualizer.streaming.mailbox import Mailbox


class Cancelled(Exception):
    """Raised inside a job, by its ``Report``, when nobody waits for its answer any more."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the job of a topic is: a few words, and the part done (0…1, None where it is not known)."""

    topic: str
    generation: int
    text: str
    fraction: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """What the job of a topic returned."""

    topic: str
    generation: int
    value: object = field(repr=False)


@dataclass(frozen=True, slots=True, eq=False)
class Failure:
    """The exception, of whatever type, that ended the job of a topic, and its traceback in words."""

    topic: str
    generation: int
    error: BaseException
    traceback_text: str = field(repr=False)


class Report(Protocol):
    """Handed to a job: publishes its progress, and raises ``Cancelled`` where its answer is not wanted."""

    def __call__(self, text: str, fraction: float | None = None) -> None:
        """Tell ``text``, and the part that is done (0…1) where it is known."""


Job = Callable[[Report], object]


@dataclass(frozen=True, slots=True, eq=False)
class _Request:
    topic: str
    generation: int
    job: Job


class Prober:
    """Answers questions in a thread of its own; moving a slider never queues up.

    Each topic has at most one wanted request. ``Progress``, ``Answer`` and ``Failure`` arrive in the mailbox
    under the topic. An answer that was already in the mailbox when its topic was asked again stays there:
    compare generations where that matters. Close with ``stop``.
    """

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox
        self._changed = threading.Condition()
        self._wanted: dict[str, _Request] = {}  # neither answered nor cancelled, in the order of asking
        self._running = False
        self._stopped = False
        self._generation = 0
        self._thread = threading.Thread(target=self._work, name="prober", daemon=True)
        self._thread.start()

    def ask(self, topic: str, job: Job) -> int:
        """Have ``job`` answered; returns the generation of its messages. Replaces an older request.

        Raises ``RuntimeError`` after ``stop``.
        """
        with self._changed:
            if self._stopped:
                raise RuntimeError(f"the prober has stopped and cannot answer {topic!r}")
            self._generation += 1
            self._wanted.pop(topic, None)  # the newer request takes its place at the end of the order
            self._wanted[topic] = _Request(topic, self._generation, job)
            self._changed.notify()
            return self._generation

    def cancel(self, topic: str) -> None:
        """Withdraw the request of ``topic``: after this no message of it arrives."""
        with self._changed:
            self._wanted.pop(topic, None)
            self._mailbox.discard(topic)

    def pending(self) -> tuple[str, ...]:
        """The topics that wait for their answer, in the order of asking."""
        with self._changed:
            return tuple(self._wanted)

    def busy(self) -> bool:
        """Whether a job runs (be it a stale one) or waits."""
        with self._changed:
            return self._running or bool(self._wanted)

    def stop(self, timeout: float = 2.0) -> bool:
        """Cancel everything and end the thread; False if a job did not return within ``timeout`` seconds.

        Such a job is left to its daemon thread, which ends with the process.
        """
        with self._changed:
            self._stopped = True
            for topic in self._wanted:
                self._mailbox.discard(topic)
            self._wanted.clear()
            self._changed.notify()
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _work(self) -> None:
        while self._answer_next():
            pass

    def _answer_next(self) -> bool:
        """Answer the request that was asked first; False when stopped.

        A method of its own, so that between two requests no local variable keeps a job and its tensors alive.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._wanted or self._stopped)
            if self._stopped:
                return False
            request = next(iter(self._wanted.values()))
            self._running = True
        message: Answer | Failure
        try:
            message = Answer(request.topic, request.generation, request.job(self._reporter(request)))
        except (
            BaseException
        ) as error:  # also SystemExit: an exception that is not told leaves the screen waiting
            text = "".join(traceback.format_exception(error))
            error.__traceback__ = None  # its frames would keep the job's tensors alive
            message = Failure(request.topic, request.generation, error, text)
        with self._changed:
            self._running = False
            if self._wanted.get(request.topic) is request:  # otherwise it is stale, and dropped
                del self._wanted[request.topic]
                self._mailbox.put(request.topic, message)
        return True

    def _reporter(self, request: _Request) -> Report:
        def report(text: str, fraction: float | None = None) -> None:
            with self._changed:
                if self._wanted.get(request.topic) is not request:
                    raise Cancelled
                progress = Progress(request.topic, request.generation, text, fraction)
                self._mailbox.put(request.topic, progress)

        return report
