"""A surface as a picture: sampled on a grid, with levels at round numbers and a line for each of them."""

from __future__ import annotations

import math
from collections.abc import Iterable

import contourpy
import numpy as np
import torch
from numpy.typing import NDArray

from visualizer.race.formula import Formula, parse
from visualizer.race.frames import Landscape, Numbers
from visualizer.race.one_core import on_one_core
from visualizer.race.surface import Place, Window

SIZE = (500, 400)
MOST_LEVELS = 22
HUGE = 1e300  # what is beyond is drawn as this: differences of two values stay finite
_THIN, _MINUS = "\u202f", "\u2212"
_GAP = 255  # in Landscape.bands


def sample(
    formula_text: str,
    window: Window,
    size: tuple[int, int] = SIZE,
    logarithmic: bool = False,
    places: Iterable[Place] = (),
) -> Landscape:
    """The surface ``formula_text`` at ``size`` points (across, up), each in the middle of its part of ``window``.

    ``logarithmic``: the levels are spaced by ratios of the height above the lowest loss, which is that of the lowest
    of ``places`` in the window where the samples miss it. Where the formula is not a finite number is a gap.
    Costs 20 ms for 500 × 400 samples with their lines. Raises ``FormulaError``.
    """
    values = _values(parse(formula_text), window, size)
    inner = values[1:-1, 1:-1]
    finite = inner[np.isfinite(inner)]
    low, high = (float(finite.min()), float(finite.max())) if len(finite) else (math.nan, math.nan)
    floor = min([low, *(place.loss for place in places if place.point in window)])
    levels = _levels(finite, floor, logarithmic=logarithmic)
    bands = np.searchsorted(levels, inner, side="right").astype(np.uint8)
    bands[~np.isfinite(inner)] = _GAP
    single = np.float64(np.finfo(np.float32).max)
    drawn = np.where(np.isfinite(inner), inner.clip(-single, single), math.nan).astype(np.float32)
    lines = _lines(values, levels, window)
    return Landscape(formula_text, window, drawn, levels, bands, lines, logarithmic, low, high)


def _values(formula: Formula, window: Window, size: tuple[int, int]) -> Numbers:
    """The losses (h + 2, w + 2), row 0 at the bottom: with a ring around the window, so that lines reach its edge."""
    xs = _middles(window.left, window.right, size[0])
    ys = _middles(window.bottom, window.top, size[1])
    with torch.no_grad(), on_one_core():
        losses = formula(torch.from_numpy(xs)[None, :], torch.from_numpy(ys)[:, None])
    values = np.broadcast_to(losses.numpy(), (len(ys), len(xs)))
    gaps = ~np.isfinite(values)
    values = values.clip(-HUGE, HUGE)
    values[gaps] = math.nan
    return values


def _middles(start: float, end: float, count: int) -> Numbers:
    """The middles of ``count`` equal parts from ``start`` to ``end``, and one more at either side."""
    shares: Numbers = (np.arange(-1, count + 1) + 0.5) / count
    return start * (1 - shares) + end * shares  # end − start may be too large for a number


def _levels(finite: Numbers, floor: float, *, logarithmic: bool) -> Numbers:
    """Up to 24 ascending levels, all between the lowest and the highest value; none for a constant."""
    if not len(finite):
        return np.empty(0)
    few = finite[:: max(1, len(finite) // 20_000)]  # enough for percentiles, in a tenth of the time
    low, high = float(finite.min()), float(finite.max())
    if high - low <= 1e-12 * max(abs(low), abs(high)) or high - low < 1e-290:
        return np.empty(0)
    levels = floor + _ratios(few - floor, high - floor) if logarithmic else np.empty(0)
    if len(levels) < 5:  # or the losses are within one decade
        levels = _steps(few, low, high)
    return np.unique(levels[(levels > low) & (levels < high)])


def _steps(few: Numbers, low: float, high: float) -> Numbers:
    """Multiples of a round number. A few values far above or below the others get no levels."""
    bottom, shoulder, top = np.percentile(few, (0.5, 90, 99.5)).tolist()
    if (
        1 < (top - shoulder) / max(shoulder - bottom, 1e-300) < 50
    ):  # a steep rim; beyond that, peaks on a plain
        top = shoulder + 0.3 * (shoulder - bottom)
    if top > bottom:
        low = max(low, bottom - 2 * (top - bottom))
        high = min(high, top + (top - bottom) / 4)
    step = _round_step((high - low) / MOST_LEVELS)
    multiples = np.arange(math.floor(low / step) + 1, math.ceil(high / step)).tolist()
    return np.array(
        [float(f"{multiple * step:.15g}") for multiple in multiples]
    )  # 0.6, not 0.6000000000000001


def _round_step(least: float) -> float:
    """The smallest of … 0.1, 0.2, 0.5, 1, 2, 5 … that is at least that large."""
    power = 10.0 ** math.floor(math.log10(least))
    return next((factor * power for factor in (1, 2, 5) if factor * power >= least), 10 * power)


_MANTISSAS: tuple[tuple[float, ...], ...] = (
    (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8),
    (1, 1.5, 2, 3, 5, 7),
    (1, 2, 5),
    (1, 3),
    (1,),
)
"""What levels that are spaced by ratios begin with, from close to wide."""


def _ratios(heights: Numbers, highest: float) -> Numbers:
    """Round heights above the floor, about equally far apart as ratios."""
    heights = heights[heights > 0]
    if not len(heights):
        return np.empty(0)
    lowest, top = np.percentile(heights, (0.3, 99)).tolist()
    top = min(highest, 30 * top)
    lowest = max(lowest, 1e-9 * top)
    decades = range(math.floor(math.log10(lowest)), math.floor(math.log10(top)) + 1)
    for mantissas in _MANTISSAS:
        levels = np.array([float(f"{m}e{decade}") for decade in decades for m in mantissas])
        levels = levels[(levels >= lowest) & (levels <= top)]
        if len(levels) <= MOST_LEVELS:
            break
    return levels


def _lines(values: Numbers, levels: Numbers, window: Window) -> tuple[Numbers, ...]:
    """For each level its lines, separated by rows of NaN, in units of the window."""
    generator = contourpy.contour_generator(z=values, name="serial", line_type="ChunkCombinedNan")
    return tuple(_placed(generator.lines(level)[0][0], values.shape, window) for level in levels.tolist())


def _placed(line: Numbers | None, shape: tuple[int, ...], window: Window) -> Numbers:
    """From columns and rows of the samples to x and y."""
    if line is None:
        return np.empty((0, 2))
    shares = (line - 0.5) / (shape[1] - 2, shape[0] - 2)
    starts, ends = np.array((window.left, window.bottom)), np.array((window.right, window.top))
    placed: Numbers = starts * (1 - shares) + ends * shares
    return placed


def level_words(levels: NDArray[np.float64]) -> tuple[str, ...]:
    """Short texts for a legend, all different where the levels are: ``1 200``, ``0.05``, ``−3``, ``2e−7``."""
    values = [float(level) for level in levels]
    for digits in range(2, 17):
        words = tuple(_words(value, digits) for value in values)
        near = all(abs(float(f"{value:.{digits}g}") - value) <= 0.01 * abs(value) for value in values)
        if near and len(set(words)) == len(set(values)):
            break
    return words


def _words(value: float, digits: int) -> str:
    value = float(f"{value:.{digits}g}")
    if value and not 1e-3 <= abs(value) < 1e5:
        mantissa, power = f"{value:.{digits - 1}e}".split("e")
        mantissa = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
        return f"{mantissa}e{int(power)}".replace("-", _MINUS)
    decimals = max(0, digits - 1 - math.floor(math.log10(abs(value)))) if value else 0
    text = f"{value:,.{decimals}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.replace(",", _THIN).replace("-", _MINUS)
