"""What is known of a curve between the values where it was computed: a line from one to the next."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from visualizer.data.transforms.table import TRANSFORMS
from visualizer.probes.response.frames import Response

Values = NDArray[np.float64]

CIRCLE = 360.0  # the period of what is periodic
_SAME = 1e-9  # of the range: values that are equal but for rounding


@dataclass(frozen=True, slots=True)
class Between:
    """Where a value lies: behind the ``first`` known one (an index) by ``share`` of the ``gap`` to the ``second``.

    Both are the same and the gap is 0 where it is one of them.
    """

    first: int
    second: int
    share: float = 0.0
    gap: float = 0.0

    def is_near(self, step: float) -> bool:
        """Whether the eye tells no difference: the known values are at most ``step`` apart."""
        return self.gap <= step * (1 + _SAME)


def between(at: Values, value: float, period: float = 0.0) -> Between | None:
    """The places beside ``value`` in ``at`` (n,), known values that rise; None outside of them.

    With a ``period`` the last one is beside the first.
    """
    count = len(at)
    place = int(np.searchsorted(at, value))
    span = _SAME * max(period or float(at[-1] - at[0]), 1.0) if count else 0.0
    beside = [
        (index % count, float(at[index % count]) + index // count * period)
        for index in (place - 1, place)
        if 0 <= index < count or (period and count)
    ]
    for index, where in beside:
        if abs(where - value) <= span:
            return Between(index, index)
    if len(beside) < 2 or beside[0][0] == beside[1][0]:
        return None
    (first, start), (second, end) = beside
    return Between(first, second, (value - start) / (end - start), end - start)


def mixed(rows: Values, found: Between) -> Values:
    """What stands on the line from the first of ``rows`` (2, …) to the second at a value between them."""
    made: Values = rows[0] + found.share * (rows[1] - rows[0])
    return made


def probabilities_at(response: Response, value: float) -> tuple[Values, bool]:
    """The probabilities (K,) at a value of the transform, NaN where nothing is known, and whether they are exact.

    That is computed there, or at neighbours so near that the eye tells no difference.
    """
    row, known = TRANSFORMS[response.transform], np.flatnonzero(response.known)
    found = between(response.values[known], value, CIRCLE if row.periodic else 0.0)
    if found is None:
        return np.full(response.probabilities.shape[1], math.nan), False
    # Two rows are copied, not the table: it may have megabytes.
    rows = response.probabilities[known[[found.first, found.second]]]
    return mixed(rows, found), found.is_near(row.step)
