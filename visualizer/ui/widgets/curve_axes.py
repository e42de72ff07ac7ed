"""The ranges and ticks of a plot that grows: they move in jumps, so that the ground below the curves can be kept."""

from __future__ import annotations

import math

import numpy as np

from visualizer.ui.numbers import MINUS
from visualizer.ui.widgets.axes import round_ticks, tick_texts
from visualizer.ui.widgets.curve_data import Values

Range = tuple[float, float]
Labels = list[tuple[float, str]]

SMALLEST = 1e-8  # a loss of 0 has no logarithm
_LOG_STEP = 0.1  # decades
_SMALLEST_LOG_SPAN = 0.5  # decades
_FEW_DECADES = 2.6  # up to which 2 and 5 are labelled too
_OUTLIERS = 0.02  # the share of the columns at each end that need not fit


def x_range(last: float, total: float) -> Range:
    """From 0 to a little beyond ``last``, and not beyond ``total``; at least a twentieth of it."""
    wanted = max(last, total / 20)
    if wanted <= 0:
        return 0.0, 1.0
    decade = 10.0 ** math.floor(math.log10(wanted))
    grain = decade * (0.1 if wanted < 2 * decade else 0.2 if wanted < 5 * decade else 0.5)
    return 0.0, min(math.ceil(wanted * 1.02 / grain) * grain, max(total, last))


def linear_range(low: Values, high: Values, must: Values) -> Range:
    """From 0 (or below) to a round value above most of ``high`` (M,) and all of ``must``.

    ``low`` and ``high`` are the ends of the columns of pixels. A peak of few columns must not flatten all others.
    """
    low, high, must = (each[np.isfinite(each)] for each in (low, high, must))
    top = max(_at_share(high, 1 - _OUTLIERS) if len(high) else 0.0, float(must.max(initial=0)))
    bottom = min(_at_share(low, _OUTLIERS) if len(low) else 0.0, float(must.min(initial=0)), 0.0)
    if top <= bottom:
        return bottom, bottom + 1.0
    step = 10.0 ** math.floor(math.log10(top - bottom)) / 4
    return math.floor(bottom / step) * step, math.ceil(top * 1.02 / step) * step


def logarithmic_range(low: Values, high: Values, must: Values) -> Range:
    """The same in decades: the logarithms of a round range around the positive values."""
    low, high, must = (each[np.isfinite(each) & (each > 0)] for each in (low, high, must))
    if not len(high) + len(must):
        return -1.0, 0.5
    smallest = min(_at_share(low, _OUTLIERS) if len(low) else np.inf, float(must.min(initial=np.inf)))
    largest = max(_at_share(high, 1 - _OUTLIERS) if len(high) else 0.0, float(must.max(initial=0)))
    bottom = math.floor(math.log10(max(smallest, SMALLEST)) / _LOG_STEP - 0.3) * _LOG_STEP
    top = math.ceil(math.log10(max(largest, SMALLEST)) / _LOG_STEP + 0.3) * _LOG_STEP
    missing = max(0.0, _SMALLEST_LOG_SPAN - (top - bottom)) / 2
    return bottom - missing, top + missing


def _at_share(values: Values, share: float) -> float:
    """The value below which a share of all lies; a fifth of the time of NumPy's percentiles."""
    return float(np.sort(values)[round(share * (len(values) - 1))])


def linear_labels(within: Range, most: int, scale: float = 1.0) -> Labels:
    """Round ticks where they lie, written as ``scale`` times their value."""
    ticks = round_ticks(within[0] * scale, within[1] * scale, most)
    return [(tick / scale, text) for tick, text in zip(ticks, tick_texts(ticks), strict=True)]


def logarithmic_labels(within: Range, most: int) -> Labels:
    """Powers of ten, with 2 and 5 of them where there are few, at their logarithms."""
    low, high = within
    factors = (1, 2, 5) if high - low <= _FEW_DECADES else (1,)
    values = [
        (math.log10(factor) + decade, factor * 10.0**decade)
        for decade in range(math.floor(low), math.ceil(high) + 1)
        for factor in factors
    ]
    inside = [(place, value) for place, value in values if low <= place <= high]
    if len(inside) > most:
        stride = -(-len(inside) // max(most, 2))
        inside = [each for number, each in enumerate(inside) if number % stride == 0]
    return [(place, _written(value)) for place, value in inside]


def _written(value: float) -> str:
    if 1e-3 <= value < 1e5:
        return f"{value:g}"
    return f"{value:.0e}".replace("+", "").replace("e0", "e").replace("e-0", "e-").replace("-", MINUS)
