"""The figures of a layer's weights: extremes and norms of the units, mean, deviation, histograms."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from visualizer.probes.grey import frozen

Floats = NDArray[np.float32]
Counts = NDArray[np.int64]

BINS = 40
_SAMPLE = 2**14  # weights that the histogram counts at most
_SAFE = 1e18  # squares of values up to this stay within float32
_LARGEST = float(np.finfo(np.float32).max)
_STEPS = (
    1.0,
    1.25,
    1.5,
    2.0,
    2.5,
    3.0,
    4.0,
    5.0,
    6.0,
    8.0,
    10.0,
)  # the histogram's axis rests between two of these


@dataclass(frozen=True, slots=True, eq=False)
class RowFigures:
    """Of each row (U, P), each (U,): the extremes, the L2 norm, the largest finite absolute value."""

    minima: Floats
    maxima: Floats
    norms: Floats
    limits: Floats

    @property
    def limit(self) -> float:
        """The largest finite absolute value of all."""
        return float(self.limits.max(initial=0.0))


def describe_rows(rows: Floats) -> RowFigures:
    """The figures of (U, P) rows of weights; extremes and norm are not finite where a weight is not."""
    minima, maxima = rows.min(axis=1), rows.max(axis=1)
    return RowFigures(
        frozen(minima),
        frozen(maxima),
        frozen(_norms(rows, minima, maxima)),
        frozen(_limits(rows, minima, maxima)),
    )


def _norms(rows: Floats, minima: Floats, maxima: Floats) -> Floats:
    """The L2 norm of each row (U, P)."""
    if minima.min(initial=0) >= -_SAFE and maxima.max(initial=0) <= _SAFE:
        norms: Floats = np.sqrt(np.einsum("ij,ij->i", rows, rows))
        return norms
    with np.errstate(over="ignore", invalid="ignore"):
        wide = rows.astype(np.float64)
        lengths: Floats = np.sqrt((wide * wide).sum(axis=1)).astype(np.float32)
        return lengths


def _limits(rows: Floats, minima: Floats, maxima: Floats) -> Floats:
    """The largest finite absolute value of each row."""
    limits: Floats = np.maximum(maxima, -minima)
    bad = ~np.isfinite(limits)
    if bad.any():
        known = rows[bad]
        limits = limits.copy()
        limits[bad] = np.abs(np.where(np.isfinite(known), known, 0)).max(axis=1)
    return limits


def mean_and_deviation(rows: Floats, norms: Floats) -> tuple[float, float]:
    """Mean and standard deviation of all weights."""
    with np.errstate(over="ignore", invalid="ignore"):
        mean = float(rows.mean(dtype=np.float64 if rows.size < _SAMPLE else None))
        square = float(np.square(norms, dtype=np.float64).sum()) / max(rows.size, 1)
        return mean, math.sqrt(max(square - mean * mean, 0.0)) if math.isfinite(square) else math.nan


def histograms(rows: Floats, before: Floats | None, largest: float) -> tuple[Floats, Counts, Counts | None]:
    """Edges (B + 1,) around 0, and between them the counts (B,) of ``rows`` and of those ``before``.

    ``largest`` is the largest absolute value of ``rows``. Of more than 2¹⁴ weights evenly spread ones are counted.
    """
    stride = _stride(rows.size)
    sample = _known(rows.reshape(-1)[::stride])
    start = _known(before.reshape(-1)[::stride]) if before is not None else None
    if start is not None:
        largest = max(largest, float(np.abs(start).max(initial=0.0)))
    limit = _rounded_up(largest)
    edges = frozen(np.linspace(-limit, limit, BINS + 1).astype(np.float32))
    return edges, _counts(sample, limit), _counts(start, limit) if start is not None else None


def _known(values: Floats) -> Floats:
    finite = np.isfinite(values)
    return values if finite.all() else values[finite]


def _counts(values: Floats, limit: float) -> Counts:
    # Counting whole numbers costs a tenth of np.histogram.
    places = ((values / np.float32(limit) + 1) * np.float32(BINS / 2)).astype(np.intp)
    return frozen(np.bincount(np.minimum(np.maximum(places, 0), BINS - 1), minlength=BINS).astype(np.int64))


def _stride(count: int) -> int:
    """A step through ``count`` values that meets every place of a kernel alike: it shares no divisor with it."""
    step = -(-count // _SAMPLE) or 1
    while math.gcd(step, count) > 1:
        step += 1
    return step


def _rounded_up(value: float) -> float:
    """The next step of a coarse scale, so that the axis does not tremble while the weights grow."""
    if not value > 1e-30:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return min(power * next((step for step in _STEPS if step * power >= value), 10.0), _LARGEST)
