"""The look of pictures of races: dark ground, which the colours of the racers need."""

from __future__ import annotations

from visualizer.rendering.drawing.colors import written

GROUND = "#1e1f22"
PLOT = "#1b1c1f"
GAP = "#101113"  # where a formula is undefined
BOX = "#1b1c1f"  # behind words over a plot
TEXT = "#d7dae0"
MUTED = "#8b9098"
AXIS = "#565b63"
GRID = "#2b2d32"
CURSOR = "#5b9cff"
SHADOW = "#131417"  # around trails
WHITE = "#ffffff"
STATES = {
    "running": TEXT,
    "unfinished": TEXT,
    "converged": "#4fb286",
    "diverged": "#f0706a",
    "escaped": "#e2b340",
    "cannot run": "#f0706a",
}

TITLE, NORMAL, SMALL, TICK = 20.0, 14.0, 13.0, 12.0  # units

_LOWEST, _HIGHEST = (25, 27, 30), (78, 84, 93)


def level_colors(count: int) -> tuple[str, ...]:
    """Greys from the lowest to the highest of so many bands."""
    return tuple(_grey(index / max(1, count - 1)) for index in range(count))


def line_colors(count: int) -> tuple[str, ...]:
    """The colours of so many contour lines: each a little lighter than the bands that it parts."""
    return tuple(_grey((index + 1) / max(1, count) + 0.28) for index in range(count))


def _grey(share: float) -> str:
    return written(low + share * (high - low) for low, high in zip(_LOWEST, _HIGHEST, strict=True))
