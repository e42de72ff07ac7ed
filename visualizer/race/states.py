"""Running, converged, diverged or escaped: what becomes of a racer, judged from where it was and the losses there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from visualizer.race.frames import STATES, Numbers, Trajectory
from visualizer.race.surface import Place, Point, Surface, Window

Flags = NDArray[np.bool_]

FAR = 1000.0  # times the larger side of the window, or the way to the start: never to come back
OUTSIDE = 0.5  # of the window's side, beyond its edge
LASTING = 10  # rows in which a racer must stay at a minimum

RUNNING, CONVERGED, DIVERGED, ESCAPED = (
    STATES.index(state) for state in ("running", "converged", "diverged", "escaped")
)


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """What can be said of single points, in the shape of the losses.

    ``nearest`` is the index of the nearest minimum (−1: none is known), ``distances`` how far it is (NaN: none).
    ``settled``: the loss is within the surface's tolerance of that of the nearest minimum and the gradient is shorter
    than its tolerance. ``outside``: more than half a window beyond an edge; ``far``: not finite, or beyond ``reach``.
    """

    nearest: NDArray[np.intp]
    distances: Numbers
    settled: Flags
    outside: Flags
    far: Flags


def judge(surface: Surface, points: Numbers, losses: Numbers, gradients: Numbers, start: Point) -> Judged:
    """Judge ``points`` (…, 2) by their losses (…) and gradients (…, 2). Costs 40 ns a point and minimum."""
    limit = reach(surface.window, np.array(start))
    x, y = points[..., 0], points[..., 1]
    with np.errstate(all="ignore"):  # of racers that diverge
        nearest, distances = nearest_minimum(surface.minima, x, y)
        settled = np.zeros(np.shape(losses), bool)
        if surface.minima:
            lowest = np.array([place.loss for place in surface.minima])[nearest]
            lengths = np.hypot(gradients[..., 0], gradients[..., 1])
            settled = np.abs(losses - lowest) <= surface.loss_tolerance
            settled &= lengths < surface.gradient_tolerance
        outside, far = (
            is_outside(surface.window, x, y),
            is_far(surface.window, x, y, limit) | ~np.isfinite(losses),
        )
    return Judged(nearest, distances, settled, outside, far)


def nearest_minimum(minima: Sequence[Place], x: Numbers, y: Numbers) -> tuple[NDArray[np.intp], Numbers]:
    """The index of the nearest minimum and its distance; −1 and NaN where none is known or a number is NaN."""
    nearest = np.full(np.shape(x), -1, np.intp)
    squares = np.full(np.shape(x), np.inf)
    for index, place in enumerate(minima):
        square = (x - place.x) ** 2 + (y - place.y) ** 2
        closer = square < squares
        nearest[closer] = index
        squares[closer] = square[closer]
    return nearest, np.where(nearest < 0, np.nan, np.sqrt(squares))


def reach(window: Window, starts: Numbers) -> Numbers:
    """How far from the centre of the window racers from ``starts`` (…, 2) may go without having diverged: (…).

    1,000 times the larger side of the window, or the way to their start: who starts far outside, or is looked at very
    closely, has not diverged for that.
    """
    centre_x, centre_y = window.centre
    with np.errstate(over="ignore"):
        away = np.hypot(starts[..., 0] - centre_x, starts[..., 1] - centre_y)
        return np.asarray(FAR * np.maximum(away, max(window.width, window.height)))


def is_far(window: Window, x: Numbers, y: Numbers, limit: Numbers) -> Flags:
    """Farther from the centre of the window than ``limit``, which is ``reach``, or not finite."""
    centre_x, centre_y = window.centre
    return ~(np.hypot(x - centre_x, y - centre_y) <= limit)


def is_outside(window: Window, x: Numbers, y: Numbers) -> Flags:
    """More than half a window beyond one of its edges."""
    wide, high = OUTSIDE * window.width, OUTSIDE * window.height
    found: Flags = (x < window.left - wide) | (x > window.right + wide)
    found |= (y < window.bottom - high) | (y > window.top + high)
    return found


def states(settled: Flags, outside: Flags, far: Flags) -> NDArray[np.uint8]:
    """The states of racers, rows in their order along the last axis: indices into ``STATES``.

    Diverged: from the first row that is far, for ever. Converged: settled, and that for at least ten rows on end or up
    to the last row there is; who leaves again is running again. A saddle and a plateau are never converged, nor is
    anything where no minimum is known. Escaped: outside now.
    """
    found = np.full(settled.shape, RUNNING, np.uint8)
    found[outside] = ESCAPED
    found[settled & _lasts(settled)] = CONVERGED
    found[np.logical_or.accumulate(far, axis=-1)] = DIVERGED
    return found


def steps_taken(trajectory: Trajectory, row: int) -> int:
    """How many steps it took up to ``row``: of one that has converged or diverged, up to when that happened."""
    now = trajectory.states[row]
    if now not in (CONVERGED, DIVERGED):
        return row
    before = np.flatnonzero(trajectory.states[: row + 1] != now)
    return int(before[-1]) + 1 if len(before) else 0


def _lasts(settled: Flags) -> Flags:
    """Whether the stretch of settled rows around each row is long enough, or goes on to the end."""
    count = settled.shape[-1]
    rows = np.arange(count)
    before = np.maximum.accumulate(np.where(settled, -1, rows), axis=-1)
    beyond = count + LASTING  # nothing is known to end it
    after = np.minimum.accumulate(np.where(settled, beyond, rows)[..., ::-1], axis=-1)[..., ::-1]
    lasting: Flags = after - before - 1 >= LASTING
    return lasting
