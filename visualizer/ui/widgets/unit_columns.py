"""The figures of units brought together in as many columns as there are pixels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from visualizer.probes.frames import UnitStatistics


@dataclass(frozen=True, slots=True, eq=False)
class UnitColumns:
    """What a chart draws, one entry per column: at most one column per pixel.

    ``first`` is the place of a column's first unit, ``center`` the middle of its places. ``dead`` says that all of
    its units are, ``some_dead`` that one is. A unit of one value gets a box from zero, so that it can be seen.
    """

    units_each: int
    first: NDArray[np.intp]
    center: NDArray[np.float64]
    minimum: NDArray[np.float32]
    low: NDArray[np.float32]
    mean: NDArray[np.floating]
    high: NDArray[np.float32]
    maximum: NDArray[np.float32]
    dead: NDArray[np.bool_]
    some_dead: NDArray[np.bool_]


def columns_of(statistics: UnitStatistics, order: NDArray[np.intp], most: int) -> UnitColumns:
    """The units in ``order`` in at most ``most`` columns; what is no finite number counts as zero."""
    each = -(-len(order) // max(1, most))
    first = np.arange(0, len(order), each)
    last = np.minimum(first + each, len(order)) - 1
    minimum, low, mean, high, maximum = (
        np.nan_to_num(values[order], nan=0.0, posinf=0.0, neginf=0.0)
        for values in (
            statistics.minimum,
            statistics.low,
            statistics.mean,
            statistics.high,
            statistics.maximum,
        )
    )
    single = minimum == maximum
    zero = np.float32(0)
    low = np.where(single, np.minimum(low, zero), low)
    high = np.where(single, np.maximum(high, zero), high)
    return UnitColumns(
        units_each=each,
        first=first,
        center=(first + last) / 2,
        minimum=np.minimum.reduceat(minimum, first),
        low=np.minimum.reduceat(low, first),
        mean=np.add.reduceat(mean, first) / (last - first + 1),
        high=np.maximum.reduceat(high, first),
        maximum=np.maximum.reduceat(maximum, first),
        dead=np.logical_and.reduceat(statistics.dead[order], first),
        some_dead=np.logical_or.reduceat(statistics.dead[order], first),
    )
