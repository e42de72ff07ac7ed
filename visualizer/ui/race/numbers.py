"""Losses, distances and learning rates as the tables of a race write them: few figures, powers where they help."""

from __future__ import annotations

import math

from visualizer.ui.numbers import MINUS, integer

NOTHING = "–"
_SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


def power(exponent: int) -> str:
    """A power of ten: ``-4`` → ``10⁻⁴``; 0 and 1 as 1 and 10."""
    return str(10**exponent) if exponent in (0, 1) else f"10{str(exponent).translate(_SUPERSCRIPTS)}"


def loss_text(value: float) -> str:
    """A loss in at most seven characters: ``3.9e−3``, ``48.41``, ``> 10⁶``; – for no number."""
    if math.isnan(value):
        return NOTHING
    size = abs(value)
    if size >= 1e6:
        return f"> {power(6)}" if value > 0 else f"< {MINUS}{power(6)}"
    if size >= 1000:
        return integer(round(value))
    if size >= 0.01:
        return f"{value:.{2 if size >= 10 else 3}f}".replace("-", MINUS)
    return "0" if value == 0 else scientific(value)


def scientific(value: float) -> str:
    """Two figures and a power, one figure where the power has two: ``3.9e−3``, ``4e−12``."""
    mantissa, _, exponent = f"{value:.1e}".partition("e")
    if abs(int(exponent)) >= 10:
        mantissa, _, exponent = f"{value:.0e}".partition("e")
    return f"{mantissa}e{int(exponent)}".replace("-", MINUS)


def distance_text(value: float) -> str:
    """A distance in units of x and y: ``0.015``; – where no minimum is known."""
    if math.isnan(value):
        return NOTHING
    if value >= 1e4:
        return f"> {power(4)}"
    return scientific(value) if 0 < value < 5e-4 else f"{value:.{3 if value < 100 else 1}f}"


def rate_text(value: float) -> str:
    """A learning rate in two figures, more where it has more: ``0.35``, ``0.010``, ``1.5e−4``, ``3e−12``."""
    if value and not 1e-3 <= abs(value) < 1e4:
        mantissa, _, exponent = f"{value:.2e}".partition("e")
        if abs(int(exponent)) >= 10:  # as many as a column has room for
            mantissa, _, exponent = f"{value:.0e}".partition("e")
        return f"{mantissa.rstrip('0').rstrip('.')}e{int(exponent)}".replace("-", MINUS)
    exact, two = f"{value:.4g}", f"{value:#.2g}".rstrip(".")
    return (two if float(two) == float(exact) else exact).replace("-", MINUS)
