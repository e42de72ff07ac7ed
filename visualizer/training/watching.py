"""Looking at a network while it learns: which probes are due, and where they run."""

from __future__ import annotations

import copy
import statistics
import threading
import traceback
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Protocol

import torch
from torch import Tensor, nn

from visualizer.networks.apart import tensors_of
from visualizer.networks.network import Network
from visualizer.networks.tracing import observing
from visualizer.training.expenses import Budget, Expenses, fair_shares

Probe = Callable[[Network], object]
"""Looks at a network, which it must neither change nor keep; what it gives must be frozen."""


@dataclass(frozen=True, slots=True, eq=False)
class ProbeFailure:
    """The exception that a probe raised instead of an answer; it is not asked again until it is set anew."""

    error: BaseException
    traceback_text: str = field(repr=False)


class _Topic:
    """One probe, when it is due, and what it costs."""

    def __init__(self, probe: Probe, most_per_second: float) -> None:
        self.probe = probe
        self.most_per_second = most_per_second
        self.due = 0.0  # on the loop's clock
        self.costs: deque[float] = deque(maxlen=5)
        self.failed = False

    @property
    def cost(self) -> float:
        """Seconds that one look takes; the lower median, because the first ones come with cold caches."""
        return statistics.median_low(self.costs) if self.costs else 0.0


class Watch:
    """The topics that are looked at, each as often as its share of the budget allows."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._lock = threading.Lock()
        self._topics: dict[str, _Topic] = {}
        self._answers: dict[str, object] = {}

    def set_probes(
        self, probes: Mapping[str, Probe], most_per_second: Mapping[str, float] | None = None
    ) -> None:
        """Look at these topics from now on and at no others. A new probe is due at once."""
        rates = most_per_second or {}
        with self._lock:
            before, self._topics = self._topics, {}
            for name, probe in probes.items():
                known = before.get(name)
                topic = _Topic(probe, rates.get(name, self._budget.frames_per_second))
                if known is not None:
                    topic.costs = known.costs
                    if known.probe == probe:
                        topic = known
                    else:
                        self._answers.pop(name, None)  # of another question
                self._topics[name] = topic
            self._answers = {name: self._answers[name] for name in probes if name in self._answers}

    def due(self, now: float, *, everything: bool = False) -> dict[str, Probe]:
        """The probes that may look now, the longest overdue first."""
        with self._lock:
            topics = {name: topic for name, topic in self._topics.items() if not topic.failed}
        chosen = sorted((topic.due, name) for name, topic in topics.items() if everything or topic.due <= now)
        return {name: topics[name].probe for _, name in chosen}

    def told(self, name: str, probe: Probe, answer: object, seconds: float, now: float, share: float) -> None:
        """Keep an answer; its topic is due again when its part of the ``share`` of the time has paid for it."""
        with self._lock:
            topic = self._topics.get(name)
            if topic is None or topic.probe != probe:  # another question by now
                return
            self._answers[name] = answer
            topic.failed = isinstance(answer, ProbeFailure)
            topic.costs.append(seconds)
            shares = fair_shares(
                {other: row.cost * row.most_per_second for other, row in self._topics.items()},
                share,
            )
            interval = topic.cost / shares[name] if shares[name] > 0 else 1 / topic.most_per_second
            topic.due = max(topic.due, now - interval) + interval  # what was missed is not caught up with

    def answers(self) -> dict[str, object]:
        """The newest answer on each topic."""
        with self._lock:
            return dict(self._answers)


class Looker(Protocol):
    """Where probes run."""

    def look(self, network: Network, probes: Mapping[str, Probe], watch: Watch) -> None:
        """Have ``probes`` look at the weights that ``network`` has now; answers come into ``watch``, perhaps later."""

    @property
    def busy(self) -> bool:
        """Whether the last look is still going on."""
        ...

    def close(self) -> None:
        """End what it began."""


class Inline:
    """Probes run between two steps on the very module that is trained: on the processor no thread fights another."""

    busy = False

    def __init__(self, expenses: Expenses) -> None:
        self._expenses = expenses

    def look(self, network: Network, probes: Mapping[str, Probe], watch: Watch) -> None:
        """Look at once."""
        clock = self._expenses
        with untouched(network.module):
            for name, probe in probes.items():
                began = clock.now
                answer = ask(probe, network)
                watch.told(name, probe, answer, clock.now - began, clock.now, clock.watching.share)

    def close(self) -> None:
        """Nothing is left behind."""


class Beside:
    """Probes run in a thread of their own on a copy of the weights on the device: training never waits for them.

    ``seconds`` of a look are those that the loop itself spent on the copy.
    """

    def __init__(self, expenses: Expenses, module: nn.Module) -> None:
        self._expenses = expenses
        self._shadow = copy.deepcopy(module).eval().requires_grad_(False)
        self._to = list(tensors_of(self._shadow).values())
        self._device = self._to[0].device
        self._stream = stream_for(self._device)
        self._changed = threading.Condition()
        self._job: tuple[Network, Mapping[str, Probe], Watch, torch.cuda.Event | None] | None = None
        self._closed = False
        self._thread = threading.Thread(target=self._work, name="live probes", daemon=True)
        self._thread.start()

    @property
    def busy(self) -> bool:
        """Whether the thread still looks at the copy, which must not be written to meanwhile."""
        return self._job is not None

    def look(self, network: Network, probes: Mapping[str, Probe], watch: Watch) -> None:
        """Copy the weights without waiting and let the thread look; only where it is not ``busy``."""
        copy_tensors(self._to, list(tensors_of(network.module).values()))
        copied = torch.cuda.current_stream(self._device).record_event() if self._stream else None
        with self._changed:
            self._job = (replace(network, module=self._shadow), probes, watch, copied)
            self._changed.notify()

    def close(self) -> None:
        """End the thread behind its present probe, without waiting for it."""
        with self._changed:
            self._closed = True
            self._changed.notify()

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._closed or self._job is not None)
                if self._closed or self._job is None:
                    return
                network, probes, watch, copied = self._job
            clock = self._expenses
            with self._on_stream(copied):
                for name, probe in probes.items():
                    answer = ask(probe, network)
                    watch.told(name, probe, answer, 1e-4, clock.now, clock.watching.share)
            self._job = None

    @contextmanager
    def _on_stream(self, copied: torch.cuda.Event | None) -> Iterator[None]:
        if self._stream is None or copied is None:
            yield
            return
        with torch.cuda.stream(self._stream):
            self._stream.wait_event(copied)
            yield
            self._stream.synchronize()  # before the loop writes to the copy again


def ask(probe: Probe, network: Network) -> object:
    """The answer of a probe, or how it failed: a look must not end a run."""
    try:
        return probe(network)
    except Exception as error:
        text = "".join(traceback.format_exception(error))
        return ProbeFailure(error.with_traceback(None), text)  # its frames would keep tensors alive


def stream_for(device: torch.device) -> torch.cuda.Stream | None:
    """A queue of work beside that of the training; None on the processor."""
    return torch.cuda.Stream(device) if device.type == "cuda" else None  # type: ignore[no-untyped-call]


def copy_tensors(to: Sequence[Tensor], source: Sequence[Tensor]) -> None:
    """Copy tensors into others of the same shapes and types, without waiting for the device."""
    with torch.no_grad():
        torch._foreach_copy_(list(to), list(source), non_blocking=True)


@contextmanager
def untouched(module: nn.Module) -> Iterator[None]:
    """Evaluation mode without gradients; modes and random numbers are as before afterwards."""
    state = torch.get_rng_state()
    try:
        with observing(module):
            yield
    finally:
        torch.set_rng_state(state)
