"""Small signs: heads of racers, the start, critical points, states."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np

from visualizer.race.export import style
from visualizer.race.export.scene import Area, Line, Shape
from visualizer.race.frames import Numbers, State
from visualizer.race.racers import Marker

_CORNERS = 40  # of a circle
_STATE_SIZE = 4.5


def head(marker: Marker, x: float, y: float, radius: float, color: str) -> Area:
    """The head of a racer, or its sign in a legend, with a dark edge."""
    return Area(_outline(marker, radius) + (x, y), color, style.SHADOW, 1.6)


def _outline(marker: Marker, radius: float) -> Numbers:
    if marker == "circle":
        angles = np.linspace(0, 2 * math.pi, _CORNERS, endpoint=False)
        return radius * np.column_stack((np.cos(angles), np.sin(angles)))
    # All about as large as the circle.
    corners = {
        "square": 0.88 * np.array(((-1, -1), (1, -1), (1, 1), (-1, 1))),
        "diamond": 1.22 * np.array(((0, -1), (1, 0), (0, 1), (-1, 0))),
        "triangle": 1.25 * np.array(((0, -1), (0.9, 0.62), (-0.9, 0.62))),
    }[marker]
    return radius * np.asarray(corners, np.float64)


def start(x: float, y: float) -> tuple[Shape, ...]:
    """Where all begin: a hollow diamond."""
    corners = 8.0 * np.array(((0, -1), (1, 0), (0, 1), (-1, 0)), np.float64) + (x, y)
    closed = np.concatenate((corners, corners[:2]))
    return (Area(corners, style.PLOT), Line(closed, style.WHITE, 2.0, outline=style.SHADOW, halo=1.0))


def cross(
    x: float, y: float, radius: float, color: str, width: float = 1.8, *, upright: bool
) -> tuple[Shape, ...]:
    """A + (``upright``) or a ×, with a dark edge."""
    arms = ((1.0, 0.0), (0.0, 1.0)) if upright else ((0.707, 0.707), (0.707, -0.707))
    lines = [np.array((arm, (-arm[0], -arm[1]))) * radius + (x, y) for arm in arms]
    edges = tuple(Line(line, style.SHADOW, width + 2.4) for line in lines)
    return (*edges, *(Line(line, color, width) for line in lines))


def place(kind: Literal["minimum", "saddle"], x: float, y: float) -> tuple[Shape, ...]:
    """A + for a minimum, a × for a saddle."""
    return cross(x, y, 6.0, style.WHITE if kind == "minimum" else style.MUTED, upright=kind == "minimum")


def state(name: State, x: float, y: float) -> tuple[Shape, ...]:
    """The sign of a state: a triangle while it runs, a hook, a cross, an arrow out."""
    color, size = style.STATES[name], _STATE_SIZE
    if name == "running":
        corners = size * np.array(((-0.7, -0.9), (0.9, 0), (-0.7, 0.9))) + (x, y)
        return (Area(corners, color),)
    strokes: dict[str, tuple[tuple[tuple[float, float], ...], ...]] = {
        "converged": (((-1, 0.05), (-0.3, 0.8), (1, -0.8)),),
        "diverged": (((-0.8, -0.8), (0.8, 0.8)), ((-0.8, 0.8), (0.8, -0.8))),
        "escaped": (((-0.8, 0.8), (0.8, -0.8)), ((-0.2, -0.8), (0.8, -0.8), (0.8, 0.2))),
    }
    return tuple(Line(size * np.array(points) + (x, y), color, 1.8) for points in strokes[name])
