"""What a benchmark gives: figures, each with its goal."""

from __future__ import annotations

import gc
import statistics
from collections.abc import Callable
from dataclasses import dataclass
from pkgutil import resolve_name
from time import perf_counter


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value; ``name`` says what is over what, ``goal`` is what it may be at most, or at least."""

    name: str
    value: float
    unit: str
    goal: float
    at_least: bool = False

    @property
    def holds(self) -> bool:
        """Whether the goal is reached."""
        return self.value >= self.goal if self.at_least else self.value <= self.goal


@dataclass(frozen=True, slots=True)
class Benchmark:
    """One benchmark: its name on the command line, and the function that measures it, as ``module:name``.

    The function takes nothing and returns a tuple of figures; it is imported when it is run.
    """

    name: str
    function: str
    needs_window: bool = False

    def measure(self) -> tuple[Figure, ...]:
        """Run the benchmark."""
        figures: tuple[Figure, ...] = resolve_name(self.function)()
        return figures


def seconds(work: Callable[[], object]) -> float:
    """How long ``work`` takes."""
    start = perf_counter()
    work()
    return perf_counter() - start


def ratio(ours: Callable[[], object], bare: Callable[[], object], pairs: int, warm_up: int = 1) -> float:
    """The median over ``pairs`` runs of the time of ``ours`` over that of ``bare``, the one after the other.

    What slows the computer down for a while slows both; which of the two comes first alternates.
    """
    for _ in range(warm_up):
        bare()
        ours()
    collecting = gc.isenabled()
    gc.disable()  # as timeit does, and as the window runs: its collector has a time of its own
    try:
        ratios = [_pair(ours, bare, ours_first=bool(pair % 2)) for pair in range(pairs)]
    finally:
        if collecting:
            gc.enable()
    return statistics.median(ratios)


def _pair(ours: Callable[[], object], bare: Callable[[], object], *, ours_first: bool) -> float:
    if ours_first:
        first = seconds(ours)
        return first / seconds(bare)
    first = seconds(bare)
    return seconds(ours) / first
