"""Numbers as people read them: thin spaces before units and in thousands, a real minus."""

from __future__ import annotations

import math

THIN = "\u202f"  # narrow no-break space
MINUS = "\u2212"
_PREFIXES = {"k": 1e3, "M": 1e6, "G": 1e9}


def integer(value: int) -> str:
    """``1250858`` → ``1 250 858`` with thin spaces."""
    return f"{value:,}".replace(",", THIN).replace("-", MINUS)


def short(value: float, unit: str = "") -> str:
    """Three significant figures with k, M, G: ``7962624`` → ``7.96 M``."""
    for limit, prefix in ((0.9995e9, "G"), (0.9995e6, "M"), (1e4, "k")):
        if abs(value) >= limit:
            return f"{_three(value / _PREFIXES[prefix])}{THIN}{prefix}{unit}"
    text = integer(round(value)) if float(value).is_integer() else _three(value)
    return f"{text}{THIN}{unit}" if unit else text


def _three(value: float) -> str:
    digits = 2 if abs(value) < 9.995 else 1 if abs(value) < 99.95 else 0
    return f"{value:.{digits}f}".replace("-", MINUS)


def signed(value: float, digits: int = 2) -> str:
    """A measured value: ``−0.05``; fewer digits for large, powers for tiny and huge ones; words for no number."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "∞" if value > 0 else f"{MINUS}∞"
    if value != 0 and (abs(value) < 10**-digits / 2 or abs(value) >= 1e5):
        return f"{value:.1e}".replace("-", MINUS)
    if abs(value) >= 100:
        digits = min(digits, 1 if abs(value) < 1000 else 0)
    return f"{value:.{digits}f}".replace("-", MINUS)


def percent(share: float, digits: int = 1) -> str:
    """A share of 1 as per cent: ``0.913`` → ``91.3 %``.

    What would round to nothing or to everything but is neither says so: ``< 0.1 %``, ``> 99.9 %``.
    """
    if math.isnan(share):
        return "–"
    text, least = f"{100 * share:.{digits}f}", 10**-digits
    if share > 0 and float(text) == 0:
        return f"<{THIN}{least:.{digits}f}{THIN}%"
    if share < 1 and float(text) == 100:
        return f">{THIN}{100 - least:.{digits}f}{THIN}%"
    return f"{text}{THIN}%"


def shape(sizes: tuple[int, ...]) -> str:
    """``(64, 48, 48)`` → ``64×48×48``."""
    return "×".join(str(size) for size in sizes) or "1"
