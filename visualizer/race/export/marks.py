"""Small signs: heads of racers, the start, critical points, states."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from visualizer.race.conditions import Condition
from visualizer.race.export import style
from visualizer.race.racers import Marker
from visualizer.rendering.drawing.scene import Area, Line, Shape
from visualizer.rendering.drawing.signs import CORNERS, around, outline

_STROKES: dict[str, Sequence[Sequence[tuple[float, float]]]] = {
    "converged": (((-1, 0.05), (-0.3, 0.8), (1, -0.8)),),
    "diverged": (((-0.8, -0.8), (0.8, 0.8)), ((-0.8, 0.8), (0.8, -0.8))),
    "unfinished": (((-0.7, -0.7), (0.7, -0.7), (0.7, 0.7), (-0.7, 0.7), (-0.7, -0.7)),),
    "cannot run": (((-0.8, 0), (0.8, 0)),),
    "escaped": (((-0.8, 0.8), (0.8, -0.8)), ((-0.2, -0.8), (0.8, -0.8), (0.8, 0.2))),
}
_STATE_SIZE = 4.5


def head(marker: Marker, x: float, y: float, radius: float, color: str) -> Area:
    """The head of a racer, or its sign in a legend, with a dark edge."""
    return Area(outline(marker, radius, x, y), color, style.SHADOW, 1.6)


def start(x: float, y: float) -> tuple[Shape, ...]:
    """Where all begin: a hollow diamond."""
    corners = around(CORNERS["diamond"], 6.6, x, y)
    closed = np.concatenate((corners, corners[:2]))
    return (Area(corners, style.PLOT), Line(closed, style.WHITE, 2.0, outline=style.SHADOW, halo=1.0))


def cross(
    x: float, y: float, radius: float, color: str, width: float = 1.8, *, upright: bool
) -> tuple[Shape, ...]:
    """A + (``upright``) or a ×, with a dark edge."""
    arms = ((1.0, 0.0), (0.0, 1.0)) if upright else ((0.707, 0.707), (0.707, -0.707))
    lines = [around((arm, (-arm[0], -arm[1])), radius, x, y) for arm in arms]
    edges = tuple(Line(line, style.SHADOW, width + 2.4) for line in lines)
    return (*edges, *(Line(line, color, width) for line in lines))


def place(kind: Literal["minimum", "saddle"], x: float, y: float) -> tuple[Shape, ...]:
    """A + for a minimum, a × for a saddle."""
    return cross(x, y, 6.0, style.WHITE if kind == "minimum" else style.MUTED, upright=kind == "minimum")


def state(name: Condition, x: float, y: float) -> tuple[Shape, ...]:
    """The sign of a state: a triangle while it runs, a hook, a cross, an arrow out, a square, a dash."""
    color, size = style.STATES[name], _STATE_SIZE
    if name == "running":
        return (Area(around(((-0.7, -0.9), (0.9, 0), (-0.7, 0.9)), size, x, y), color),)
    return tuple(Line(around(points, size, x, y), color, 1.8) for points in _STROKES[name])
