"""The statistics of units, and their values as grey levels."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from visualizer.probes.frames import Bytes, Floats, Scale, UnitStatistics

LARGEST = 1e38
"""What infinities count as: near the largest float32."""

_SAFE = 1e18  # squares and sums of values up to this stay within float32
_TINY = 1e-30  # keeps the division by the range of a constant layer finite
_SAMPLE = 2**12

Array = TypeVar("Array", bound=NDArray[Any])


def finite(units: Floats) -> tuple[NDArray[np.floating[Any]], str]:
    """(U, P) values one can calculate with, and a note where that changed them; usually the same array.

    NaN becomes 0, values beyond ±1e38 are cut. Values near the limits of float32 come back as float64.
    """
    if not units.size or (units.min() >= -_SAFE and units.max() <= _SAFE):  # both false if there is a NaN
        return units, ""
    missing, infinite = int(np.isnan(units).sum()), int(np.isinf(units).sum())
    notes = (
        f"{missing} values are not a number (NaN), shown as 0." if missing else "",
        f"{infinite} values are infinite." if infinite else "",
    )
    known = np.nan_to_num(units.astype(np.float64), nan=0)
    return known.clip(-LARGEST, LARGEST), " ".join(filter(None, notes))


def describe(units: NDArray[np.floating[Any]]) -> UnitStatistics:
    """The statistics of (U, P) finite values.

    Percentiles are the nearest value that occurs; of maps with more than 2¹² positions, among evenly spread
    ones. The deviation is that of the positions themselves (divided by P).
    """
    positions = units.shape[1]
    minimum, maximum = units.min(axis=1), units.max(axis=1)
    sample = units[:, :: -(-positions // _SAMPLE)]
    places = [round(share * (sample.shape[1] - 1)) for share in (0.05, 0.95)]
    ordered = np.partition(sample, places, axis=1)
    columns = {
        "minimum": minimum,
        "low": ordered[:, places[0]],
        "mean": units.mean(axis=1),
        "high": ordered[:, places[1]],
        "maximum": maximum,
        "deviation": units.std(axis=1),
        "nonpositive": np.count_nonzero(units <= 0, axis=1) / positions,
    }
    dead = minimum == maximum if positions > 1 else maximum == 0
    return UnitStatistics(
        **{name: frozen(column.astype(np.float32)) for name, column in columns.items()}, dead=frozen(dead)
    )


def grey_levels(
    units: NDArray[np.floating[Any]], statistics: UnitStatistics, scale: Scale
) -> tuple[Bytes, Floats]:
    """(U, P) finite values as grey levels, and the values shown as 0 and as 255, (U, 2).

    Symmetric: −limit, 0 and +limit become 0, 128 and 255; otherwise minimum … maximum become 0 … 255.
    """
    low, high = statistics.minimum.astype(np.float64), statistics.maximum.astype(np.float64)
    if scale.limits == "layer":
        low, high = np.full_like(low, low.min()), np.full_like(high, high.max())
    if scale.symmetric:
        high = np.maximum(-low, high)
        low = -high
    gain = (255 / (high - low + _TINY)).astype(units.dtype)[:, None]
    if scale.symmetric:
        levels = units * gain
        levels += 128
    else:
        levels = units - low.astype(units.dtype)[:, None]
        levels *= gain
        levels += 0.5
    np.clip(levels, 0, 255, out=levels)
    return levels.astype(np.uint8), frozen(np.stack([low, high], axis=1).astype(np.float32))


def frozen(array: Array) -> Array:
    """``array``, read-only from now on."""
    array.setflags(write=False)
    return array
