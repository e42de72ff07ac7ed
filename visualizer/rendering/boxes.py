"""What a box plot draws of some values."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
WHISKER = 1.5  # times the distance of the quartiles: how far a whisker may reach (Tukey)


@dataclass(frozen=True, slots=True, eq=False)
class BoxFigures:
    """``low`` and ``high`` end the whiskers, ``first``, ``median`` and ``third`` are the quartiles.

    ``outliers`` (n,) are the values beyond the whiskers, rising. ``mean`` and ``minimum`` are of all ``count``
    values. Without values all are NaN.
    """

    low: float
    first: float
    median: float
    third: float
    high: float
    outliers: Numbers = field(repr=False)
    mean: float
    minimum: float
    count: int


def box_figures(values: NDArray[np.floating]) -> BoxFigures:
    """The box of ``values`` (n,); those that are not finite are left out.

    Quartiles are interpolated linearly. A whisker ends at the last value within 1.5 times the distance of the
    quartiles from the box, and never inside the box. Source: Tukey, Exploratory Data Analysis, 1977.
    """
    ordered = np.sort(np.asarray(values, dtype=np.float64).ravel())
    ordered = ordered[np.isfinite(ordered)]
    if not len(ordered):
        nothing = math.nan
        return BoxFigures(nothing, nothing, nothing, nothing, nothing, ordered, nothing, nothing, 0)
    first, median, third = (float(value) for value in np.percentile(ordered, (25, 50, 75)))
    reach = WHISKER * (third - first)
    inside = ordered[(ordered >= first - reach) & (ordered <= third + reach)]
    outliers = ordered[(ordered < first - reach) | (ordered > third + reach)]
    outliers.flags.writeable = False
    return BoxFigures(
        low=min(float(inside[0]), first),
        first=first,
        median=median,
        third=third,
        high=max(float(inside[-1]), third),
        outliers=outliers,
        mean=float(ordered.mean()),
        minimum=float(ordered[0]),
        count=len(ordered),
    )
