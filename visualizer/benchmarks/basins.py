"""What basins cost: every pixel as a start, against the plain loop over one parameter with all of them."""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Callable

import torch
from torch import Tensor

from visualizer.benchmarks.figures import Figure, ratio
from visualizer.race.basins import BasinsRun
from visualizer.race.config import Race
from visualizer.race.lineup import new_race
from visualizer.race.surfaces import surface

SIZE, STEPS, RATE = 256, 200, 0.1
PAIRS, RUNS = 5, 3
GOAL, GOAL_WAIT = 3.0, 50.0
_TICK = 0.002  # seconds


def measure() -> tuple[Figure, ...]:
    """The time of 256 × 256 starts over that of the plain loop; how long another thread has to wait meanwhile."""
    race = new_race(surface("beale"), ("adam",), {"adam": RATE})
    what = f"{SIZE}×{SIZE} starts × {STEPS} steps of Adam on Beale"
    share = ratio(lambda: _ours(race), _plain, PAIRS)
    waits = [_longest_wait(lambda: _ours(race)) for _ in range(RUNS)]
    return (
        Figure(f"basins: {what} / plain loop on one parameter", share, "×", GOAL),
        Figure(f"basins: longest wait of another thread, {what}", statistics.median(waits), "ms", GOAL_WAIT),
    )


def _ours(race: Race) -> None:
    run = BasinsRun(race, race.racers[0], race.surface.window, SIZE, STEPS)
    while not run.complete:
        run.advance(0.1)


def _plain() -> None:
    """What everybody writes."""
    side = torch.linspace(-4.5, 4.5, SIZE, dtype=torch.float64)
    starts = torch.cartesian_prod(side, side).requires_grad_()  # (65536, 2)
    optimizer = torch.optim.Adam([starts], lr=RATE)
    for _ in range(STEPS):
        optimizer.zero_grad()
        _beale(starts[:, 0], starts[:, 1]).sum().backward()  # type: ignore[no-untyped-call]
        optimizer.step()


def _beale(x: Tensor, y: Tensor) -> Tensor:
    return (1.5 - x + x * y) ** 2 + (2.25 - x + x * y**2) ** 2 + (2.625 - x + x * y**3) ** 2


def _longest_wait(work: Callable[[], object]) -> float:
    """Milliseconds by which a thread that wants to run every 2 ms is late at worst while ``work`` runs beside it."""
    worker = threading.Thread(target=work)
    longest, before = 0.0, time.perf_counter()
    worker.start()
    while worker.is_alive():
        time.sleep(_TICK)
        now = time.perf_counter()
        longest, before = max(longest, now - before - _TICK), now
    return longest * 1e3
