"""Colours as they are written, "#rrggbb": mixed, and told apart from the ground behind them."""

from __future__ import annotations

from collections.abc import Iterable

Parts = tuple[float, float, float]

SERIES = ("#009E73", "#E69F00", "#56B4E9", "#CC79A7", "#D55E00", "#0072B2", "#F0E442")
"""Of several series, in their order. Source: Okabe and Ito, Color Universal Design."""


def parts(color: str) -> Parts:
    """Red, green and blue, 0…255."""
    red, green, blue = (int(color[at : at + 2], 16) for at in (1, 3, 5))
    return red, green, blue


def written(channels: Iterable[float]) -> str:
    """The colour of red, green and blue, 0…255; what is beyond is taken to the nearer end."""
    return "#" + "".join(f"{min(255, max(0, round(channel))):02x}" for channel in channels)


def blended(color: str, ground: str, share: float) -> str:
    """``share`` of the first of two colours, the rest of the second."""
    return written(share * a + (1 - share) * b for a, b in zip(parts(color), parts(ground), strict=True))


def luminance(color: str) -> float:
    """The relative luminance, 0…1. Source: WCAG 2.2."""
    linear = [
        share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4
        for share in (channel / 255 for channel in parts(color))
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, 1…21. Source: WCAG 2.2."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def readable(color: str, ground: str, least: float) -> str:
    """The colour, as much darker or lighter as a contrast of ``least`` with the ground takes."""
    away = "#000000" if luminance(ground) > 0.18 else "#ffffff"
    steps = (blended(color, away, 1 - step / 40) for step in range(41))
    return next((made for made in steps if contrast(made, ground) >= least), away)
