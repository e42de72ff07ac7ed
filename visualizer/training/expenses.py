"""What watching may cost a run, and what it does cost: measured by the loop itself."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from visualizer.training.frames import Cost
from visualizer.training.moments import BUDGET

Purpose = Literal["publishing", "copying", "waiting"]

WINDOW = 4.0
"""Seconds that the shares of ``Cost`` look back."""
MEASURED_AT_FIRST = 30.0
"""Seconds whose share for measuring may be spent at once: most happens in the first epochs, be they short."""


@dataclass(frozen=True, slots=True)
class Budget:
    """What watching may take: ``share`` (0…1) of the run's time.

    Of it ``recording`` is for moments, and ``measuring`` for the statistics at the ends of epochs. ``moment_bytes``
    is what the moments may take of the memory.
    """

    share: float = 0.05
    frames_per_second: float = 11
    moment_bytes: int = BUDGET
    recording: float = 0.01  # by the clock; what it pushes out of the caches comes on top
    measuring: float = 0.005


class Allowance:
    """Lets a share of time be spent: what was spent is a debt that is paid off as time passes."""

    def __init__(self, share: float, saved: float = 0.25) -> None:
        self.share = share
        self._saved = saved  # s: time that passed without spending counts up to here
        self._free = -saved  # when all debt will be paid

    def allows(self, now: float) -> bool:
        """Whether there is no debt at the time ``now``."""
        return now >= self._free

    def spend(self, now: float, seconds: float) -> None:
        """Take ``seconds``, which are spent at the time ``now``."""
        self._free = max(self._free, now - self._saved) + seconds / self.share


@dataclass(frozen=True, slots=True, eq=False)
class _Entry:
    """Seconds that were spent up to the time ``ended``."""

    ended: float
    purpose: Purpose
    seconds: float
    payer: Allowance


class Expenses:
    """The loop's own clock, pauses left out, and what of its time went into watching."""

    def __init__(self, budget: Budget) -> None:
        self._share = budget.share
        recording = min(budget.recording, budget.share)
        self.watching = Allowance(max(budget.share / 2, budget.share - recording))
        self.recording = Allowance(recording)
        self.telling = Allowance(budget.share)
        self.measuring = Allowance(min(budget.measuring, budget.share), saved=MEASURED_AT_FIRST)
        self._started = time.perf_counter()
        self._stopped: float | None = None
        self._entries: deque[_Entry] = deque()
        self._frames: deque[float] = deque()
        self._steps: deque[tuple[float, float]] = deque(maxlen=65)  # when, and all that was spent until then
        self._spent = 0.0
        self._count = 0

    @property
    def now(self) -> float:
        """Seconds that the run has taken so far."""
        return (self._stopped or time.perf_counter()) - self._started

    def pause(self) -> None:
        """The loop hands over; what passes from now on is not its time."""
        self._stopped = time.perf_counter()

    def resume(self) -> None:
        """The loop goes on."""
        if self._stopped is not None:
            self._started += time.perf_counter() - self._stopped
            self._stopped = None

    @contextmanager
    def spending(self, purpose: Purpose, allowance: Allowance | None = None) -> Iterator[None]:
        """Count the time inside as spent on watching, or from another allowance."""
        began = self.now
        try:
            yield
        finally:
            now = self.now
            payer = allowance or self.watching
            payer.spend(now, now - began)
            self._spent += now - began
            self._entries.append(_Entry(now, purpose, now - began, payer))

    def stepped(self) -> None:
        """One step of training is over."""
        self._count += 1
        self._steps.append((self.now, self._spent))

    def published(self) -> None:
        """One frame is made. What recording and measuring do not need of their shares is there for looking."""
        self._frames.append(self.now)
        length = self._last_seconds()
        set_apart = (self.recording, self.measuring)
        needed = sum(entry.seconds for entry in self._entries if entry.payer in set_apart) / length
        self.watching.share = max(self._share / 2, self._share - needed)

    def steps_per_second(self) -> float:
        """Over the last steps, everything between them included; 0 before the second."""
        if len(self._steps) < 2 or self._steps[-1][0] <= self._steps[0][0]:
            return 0.0
        return (len(self._steps) - 1) / (self._steps[-1][0] - self._steps[0][0])

    def cost(self) -> Cost:
        """The shares of the last seconds; the steps lost since the run began."""
        length = self._last_seconds()
        sums = dict.fromkeys(("publishing", "copying", "waiting"), 0.0)
        for entry in self._entries:
            sums[entry.purpose] += entry.seconds
        bare = self.now - self._spent  # s that went into training itself
        return Cost(
            **{purpose: min(1.0, seconds / length) for purpose, seconds in sums.items()},
            steps_lost=self._count * self._spent / bare if bare > 0 else 0.0,
            frames_per_second=len(self._frames) / length,
        )

    def _last_seconds(self) -> float:
        """Forget what is older than ``WINDOW``; the seconds that are looked back, fewer at the beginning."""
        now = self.now
        begin = max(0.0, now - WINDOW)
        while self._entries and self._entries[0].ended < begin:
            self._entries.popleft()
        while self._frames and self._frames[0] < begin:
            self._frames.popleft()
        return max(now - begin, 1e-9)


def fair_shares(demands: Mapping[str, float], share: float) -> dict[str, float]:
    """``share`` of the time divided among those who want some: who wants little gets it, the others the rest alike."""
    given: dict[str, float] = {}
    left = share
    for number, name in enumerate(sorted(demands, key=lambda name: demands[name])):
        given[name] = min(demands[name], left / (len(demands) - number))
        left -= given[name]
    return given
