"""Where racers went on the contour plot: trails, heads, the places where diverging ones leave."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from visualizer.race.export import marks, style
from visualizer.race.frames import STATES, Numbers, Trajectory
from visualizer.race.racers import marker_of, titles
from visualizer.rendering.drawing.axes import Axes
from visualizer.rendering.drawing.geometry import clipped, thinned
from visualizer.rendering.drawing.scene import Box, Line, Shape

WIDTH, DASH = 2.4, (7.0, 5.0)
HEAD = 6.0  # radius
_LEAST = 0.35  # units between two points of a trail: nearer ones cannot be told apart
_BEAD, _MOST_BEADS = 7.0, 600  # units between beads on a long step; of one step, and about of one trail
_INSIDE = 1.0  # units by which marks of exits stay inside the plot


@dataclass(frozen=True, slots=True, eq=False)
class Trail:
    """One racer on the plot. ``points`` (n + 1, 2) in units, one for each step.

    One that diverges by the end of the race is drawn with dashes up to ``exit``, the first row behind which it is
    outside of the plot; −1: it never is, or does not diverge.
    """

    title: str
    trajectory: Trajectory
    points: Numbers = field(repr=False)
    diverges: bool
    exit: int

    @property
    def color(self) -> str:
        """That of the racer."""
        return self.trajectory.racer.color


@dataclass(frozen=True, slots=True)
class Spot:
    """A place that wants words: the head of a racer, or where one that diverges was seen last.

    ``event`` is what happened there in words, ``step`` when, 0 at the start.
    """

    x: float
    y: float
    title: str
    event: str = ""
    step: int = 0


def trails_of(trajectories: Sequence[Trajectory], axes: Axes) -> tuple[Trail, ...]:
    """The trails of all shown racers, in their order."""
    named = titles([trajectory.racer for trajectory in trajectories])
    return tuple(
        _trail(title, trajectory, axes)
        for title, trajectory in zip(named, trajectories, strict=True)
        if trajectory.racer.shown
    )


def _trail(title: str, trajectory: Trajectory, axes: Axes) -> Trail:
    points = axes.place(trajectory.points)
    diverges = STATES[int(trajectory.states[-1])] == "diverged"
    outside = np.flatnonzero(~_within(points, axes.box))
    # Where numbers end inside of the plot, nothing has left it.
    leaves = diverges and outside.size > 0 and outside[0] > 0 and np.isfinite(points[outside[0]]).all()
    return Trail(title, trajectory, points, diverges, int(outside[0]) - 1 if leaves else -1)


def _within(points: Numbers, box: Box) -> NDArray[np.bool_]:
    x, y = points.T
    inside: NDArray[np.bool_] = (box.left <= x) & (x <= box.right) & (box.top <= y) & (y <= box.bottom)
    return inside


def beads(trail: Trail, box: Box) -> tuple[Numbers, NDArray[np.int64]]:
    """Points (n, 2) all along what is seen of a trail, and the row (n,) by which each is passed."""
    end = trail.exit + 2 if trail.exit >= 0 else len(trail.points)
    points = trail.points[:end]
    start, step = points[:-1], np.diff(points, axis=0)
    with np.errstate(all="ignore"):
        counts = np.nan_to_num(np.hypot(*step.T) / _BEAD, nan=0.0).clip(1, _MOST_BEADS).astype(np.int64)
        segment = np.repeat(np.arange(len(step)), counts)
        shares = (np.arange(len(segment)) - np.repeat(np.cumsum(counts) - counts, counts)) / counts[segment]
        threaded = start[segment] + shares[:, None] * step[segment]
    seen = np.flatnonzero(_within(threaded, box))
    seen = seen[:: max(1, len(seen) // _MOST_BEADS)]
    return threaded[seen], segment[seen] + 1


def lines(trail: Trail, box: Box, first: int, last: int) -> Iterator[Shape]:
    """The trail from row ``first`` to row ``last``."""
    if trail.exit >= 0:
        last = min(last, trail.exit + 1)
    if last <= first:
        return
    for part in clipped(trail.points[first : last + 1], box):
        dash = DASH if trail.diverges else None
        yield Line(thinned(part, _LEAST), trail.color, WIDTH, dash, style.SHADOW)


def added(trail: Trail, box: Box, drawn: int, last: int) -> Iterator[Shape]:
    """What comes to a trail that is drawn up to row ``drawn``: its dark edge ends under what was there."""
    if trail.diverges:  # dashes would begin anew
        yield from lines(trail, box, 0, last)
        return
    yield from lines(trail, box, drawn, last)
    behind = max(0, drawn - 2)
    for part in clipped(trail.points[behind : drawn + 1], box) if drawn > behind else ():
        yield Line(part, trail.color, WIDTH)


def heads(
    trails: Sequence[Trail], rows: Sequence[int], box: Box
) -> tuple[tuple[Shape, ...], tuple[Spot, ...]]:
    """Heads and exits at one row for each trail, and the places that want words; heads outside are not drawn."""
    shapes: list[Shape] = []
    spots: list[Spot] = []
    for trail, row in zip(trails, rows, strict=True):
        gone = _departure(trail, row, box)
        if gone is not None:
            x, y = gone.x, gone.y
            spots.append(gone)
            shapes += marks.cross(x, y, 7.0, trail.color, 2.6, upright=False)
            continue
        x, y = trail.points[row].tolist()
        if _within(trail.points[row : row + 1], box)[0]:
            spots.append(Spot(x, y, trail.title))
            shapes.append(marks.head(marker_of(trail.trajectory.racer), x, y, HEAD, trail.color))
    return tuple(shapes), tuple(spots)


def _departure(trail: Trail, row: int, box: Box) -> Spot | None:
    """Where it left for good, or where its numbers ended, if that has happened by now."""
    if not trail.diverges:
        return None
    if trail.exit < 0:
        finite = np.flatnonzero(np.isfinite(trail.points).all(axis=1))
        last = int(finite[-1]) if finite.size else 0
        stuck = trail.trajectory.steps == 0
        if (row <= last and not stuck) or not _within(trail.points[last : last + 1], box)[0]:
            return None
        x, y = trail.points[last].tolist()
        return Spot(x, y, trail.title, *(("cannot run", 0) if stuck else ("diverged", last + 1)))
    if row <= trail.exit:
        return None
    parts = clipped(trail.points[trail.exit : trail.exit + 2], box)
    x, y = (parts[0][-1] if parts else trail.points[trail.exit]).tolist()
    inner = box.grown(-_INSIDE)
    x, y = min(max(x, inner.left), inner.right), min(max(y, inner.top), inner.bottom)
    return Spot(x, y, trail.title, "diverged, left", trail.exit + 1)
