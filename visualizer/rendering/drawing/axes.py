"""Axes: where numbers are in a box, round numbers to write beside it, and how they are written."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from visualizer.rendering.drawing.fonts import width
from visualizer.rendering.drawing.scene import Anchor, Box, Numbers, Words


@dataclass(frozen=True, slots=True)
class Scale:
    """From numbers between ``low`` and ``high`` to units between ``start`` and ``end``."""

    low: float
    high: float
    start: float
    end: float
    logarithmic: bool = False

    def place(self, values: Numbers) -> Numbers:
        """Where they are; not finite for what has no place."""
        with np.errstate(all="ignore"):
            if self.logarithmic:
                shares = np.log(values / self.low) / math.log(self.high / self.low)
            else:
                shares = (values - self.low) / (self.high - self.low)
            return np.asarray(self.start + shares * (self.end - self.start))

    def at(self, value: float) -> float:
        """Where one number is."""
        return float(self.place(np.array(value)))


@dataclass(frozen=True, slots=True)
class Axes:
    """A box with an axis each way."""

    box: Box
    x: Scale
    y: Scale

    def place(self, points: Numbers) -> Numbers:
        """(n, 2) in numbers → (n, 2) in units."""
        return np.column_stack((self.x.place(points[:, 0]), self.y.place(points[:, 1])))


def ticks(scale: Scale, most: int) -> tuple[float, ...]:
    """Round numbers within the scale, about ``most`` or fewer."""
    if scale.logarithmic:
        return _powers(scale.low, scale.high, most)
    least = (scale.high - scale.low) / max(1, most)
    power = 10.0 ** math.floor(math.log10(least))
    step = next((factor * power for factor in (1, 2, 5) if factor * power >= least * 0.999), 10 * power)
    first, last = math.ceil(scale.low / step - 1e-9), math.floor(scale.high / step + 1e-9)
    return tuple(float(f"{number * step:.12g}") for number in range(first, last + 1))


def _powers(low: float, high: float, most: int) -> tuple[float, ...]:
    first, last = math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9)
    every = max(1, math.ceil((last - first + 1) / max(1, most)))
    # Through 1, so that neighbours are found at the same places in every picture.
    return tuple(10.0**power for power in range(math.ceil(first / every) * every, last + 1, every))


def number(value: float, digits: int = 3, *, measured: bool = False) -> str:
    """So many significant figures: "−4.1", "0.0001", "3.9e−5"; with zeros at the end where it is ``measured``."""
    if math.isnan(value):
        return "–"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if 10 ** (digits - 1) - 0.5 <= abs(value) < 1e5:
        text = f"{value:.0f}"
    elif measured and 0 < abs(value) < 1e-3:
        text = f"{value:e}"
    elif measured and value:
        text = f"{value:#.{digits}g}"
    else:
        text = f"{value:.{digits}g}"
    if "e" in text:  # the power says the most of it
        mantissa, power = f"{value:.{max(0, digits - 2)}e}".split("e")
        text = f"{mantissa if measured else mantissa.removesuffix('.0')}e{int(power)}"
    return text.replace("-", "−")


def numbers_of(values: Sequence[float]) -> tuple[str, ...]:
    """Ticks of one axis, each with as many decimals as the others."""
    step = min((b - a for a, b in pairwise(values)), default=1.0)
    largest = max((abs(value) for value in values), default=0.0)
    if largest >= 1e5 or 0 < step < 1e-4:
        return tuple(number(value, 6) for value in values)
    decimals = max(0, -math.floor(math.log10(step) + 1e-9)) if step > 0 else 0
    if any(abs(round(value, decimals) - value) > 0.01 * step for value in values):  # quarters, for instance
        decimals += 1
    return tuple(f"{value + 0.0:.{decimals}f}".replace("-", "−") for value in values)


def power_words(
    value: float, x: float, y: float, size: float, color: str, anchor: Anchor = "end"
) -> tuple[Words, ...]:
    """A power of ten as it is written: 10 with a small figure above; 1, 10 and 100 as they are."""
    power = round(math.log10(value))
    if 0 <= power <= 2:
        return (Words(f"{value:.0f}", x, y, size, color, anchor=anchor),)
    raised, small = f"{power}".replace("-", "−"), 0.75 * size
    wide, base = width(raised, small), width("10", size)
    left = {"start": x, "middle": x - (base + wide) / 2, "end": x - base - wide}[anchor]
    return (
        Words("10", left, y, size, color),
        Words(raised, left + base + 0.5, y - 0.38 * size, small, color),
    )
