"""Lines cut to a box, into dashes, and down to the points that can be seen."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from visualizer.rendering.drawing.scene import Box, Numbers


def clipped(points: Numbers, box: Box) -> list[Numbers]:
    """The parts of the line through ``points`` (n, 2) that are in the box, each (m, 2) with m ≥ 2.

    The line is broken where a number is not finite. After Liang and Barsky, all segments at once.
    """
    start, end = points[:-1], points[1:]
    with np.errstate(all="ignore"):
        step = end - start
        enter, leave = np.zeros(len(step)), np.ones(len(step))
        inside = np.isfinite(step).all(axis=1) & np.isfinite(start).all(axis=1)
        for axis, low, high in ((0, box.left, box.right), (1, box.top, box.bottom)):
            along, at = step[:, axis], start[:, axis]
            still = along == 0
            inside &= ~still | ((low <= at) & (at <= high))
            one, other = (low - at) / along, (high - at) / along
            enter = np.where(still, enter, np.maximum(enter, np.minimum(one, other)))
            leave = np.where(still, leave, np.minimum(leave, np.maximum(one, other)))
        inside &= enter <= leave
        first, last = start + enter[:, None] * step, start + leave[:, None] * step
    return _joined(first, last, inside, enter, leave)


def _joined(
    first: Numbers, last: Numbers, inside: NDArray[np.bool_], enter: Numbers, leave: Numbers
) -> list[Numbers]:
    """Segments one behind the other as one line."""
    rows = np.flatnonzero(inside)
    if not rows.size:
        return []
    goes_on = (np.diff(rows) == 1) & (leave[rows[:-1]] >= 1) & (enter[rows[1:]] <= 0)
    parts = np.split(rows, np.flatnonzero(~goes_on) + 1)
    return [np.concatenate((first[part[:1]], last[part])) for part in parts]


def dashes(points: Numbers, on: float, off: float) -> list[Numbers]:
    """The line through ``points`` as dashes of the length ``on`` with gaps of ``off``."""
    lengths = np.hypot(*np.diff(points, axis=0).T)
    along = np.concatenate(([0.0], np.cumsum(lengths)))
    parts = []
    for begin in np.arange(0.0, along[-1], on + off):
        end = min(begin + on, along[-1])
        inner = points[(along > begin) & (along < end)]
        ends = np.column_stack([np.interp((begin, end), along, points[:, axis]) for axis in (0, 1)])
        parts.append(np.concatenate((ends[:1], inner, ends[1:])))
    return parts


def thinned(points: Numbers, least: float) -> Numbers:
    """The line without points that are nearer than ``least`` to the last one that was kept; both ends stay."""
    if len(points) < 3:
        return points
    kept, x, y = [0], float(points[0, 0]), float(points[0, 1])
    for row, (next_x, next_y) in enumerate(points.tolist()):
        if (next_x - x) ** 2 + (next_y - y) ** 2 >= least**2:
            kept.append(row)
            x, y = next_x, next_y
    if kept[-1] != len(points) - 1:
        kept.append(len(points) - 1)
    return points[kept]
