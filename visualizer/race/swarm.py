"""A swarm: thousands of starts of one racer at once, and the way of each of them."""

from __future__ import annotations

import math

import numpy as np

from visualizer.race.config import Race, Racer
from visualizer.race.crowd import CHUNK, Crowd
from visualizer.race.frames import Numbers, SwarmFrame
from visualizer.race.one_core import on_one_core
from visualizer.race.surface import Window
from visualizer.race.walkers import runs_alone

MOST_NUMBERS = 20_000_000  # that are kept: 80 MB
MOST_ALONE = 16


def swarm(race: Race, racer: Racer, count: int, window: Window) -> SwarmFrame:
    """About ``count`` starts all over ``window``, one somewhere in each field of a grid, by the seed of the race.

    Fewer where ``count`` ways of ``race.steps`` steps are more than 20 million numbers, and at most 16 of an
    optimizer that cannot take many starts as one batch. 5,000 starts × 300 steps take 0.3 s. Raises ``UserError``
    for settings that the optimizer does not take.
    """
    alone = runs_alone(racer)
    count = min(count, MOST_NUMBERS // (2 * (race.steps + 1)), MOST_ALONE if alone else count)
    starts = scattered(window, max(1, count), race.seed)
    points = np.full((race.steps + 1, len(starts), 2), np.nan, np.float32)
    reached = np.empty(len(starts), np.int16)
    size = 1 if alone else CHUNK
    for first in range(0, len(starts), size):
        crowd = Crowd(race, racer, starts[first : first + size], race.steps, staying=True)
        with on_one_core():
            while not crowd.complete:
                points[crowd.row, first + crowd.who] = crowd.points.T
                crowd.advance()
        reached[first : first + size] = crowd.reached
    return SwarmFrame(racer, points, reached)


def scattered(window: Window, count: int, seed: int) -> Numbers:
    """At most ``count`` points (n, 2), one in each field of a grid over the window: everywhere, yet in no pattern."""
    across = max(1, round(math.sqrt(count * min(max(window.width / window.height, 1e-3), 1e3))))
    across = min(across, count)
    up = max(1, count // across)
    random = np.random.default_rng(abs(seed))
    columns, rows = np.meshgrid(np.arange(across), np.arange(up))
    shares = (np.stack((columns, rows), axis=-1) + random.random((up, across, 2))) / (across, up)
    shares = shares.reshape(-1, 2)
    points: Numbers = (window.left, window.bottom) * (1 - shares) + shares * (window.right, window.top)
    return points
