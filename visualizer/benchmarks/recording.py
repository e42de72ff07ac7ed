"""What recording the moments of a run costs."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing

from visualizer.benchmarks.figures import Figure, ratio
from visualizer.benchmarks.watching import BATCH_CPU, NETWORK, start_run, take
from visualizer.training.expenses import Budget
from visualizer.training.frames import LiveFrame

STEPS, PAIRS = 8, 60  # of one measurement, and how many of them
GOAL = 0.02
_NOTHING = 1e-9


def measure() -> tuple[Figure, ...]:
    """The share of the training time: the loop's own figure, and with recording over without, in turns."""
    told: list[LiveFrame] = []
    recorded = start_run("cpu", BATCH_CPU, Budget())
    bare = start_run("cpu", BATCH_CPU, Budget(recording=_NOTHING))
    with closing(recorded), closing(bare):
        share = ratio(lambda: _take(recorded, told), lambda: _take(bare, []), PAIRS, warm_up=2)
    name = f"record: share of the training time, {NETWORK}, batch {BATCH_CPU}"
    return (
        Figure(f"{name}, by the loop's own clock", told[-1].cost.copying, "", GOAL),
        Figure(f"{name}, with recording / without − 1", share - 1, "", GOAL),
    )


def _take(frames: Generator[LiveFrame | None], told: list[LiveFrame]) -> None:
    told += take(frames, STEPS)
