"""Small signs that tell series apart beside their colours."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

import numpy as np

from visualizer.rendering.drawing.scene import Numbers

Sign = Literal["circle", "square", "diamond", "triangle"]

CORNERS: dict[str, Sequence[tuple[float, float]]] = {
    # All about as large as a circle with radius 1.
    "square": ((-0.88, -0.88), (0.88, -0.88), (0.88, 0.88), (-0.88, 0.88)),
    "diamond": ((0, -1.22), (1.22, 0), (0, 1.22), (-1.22, 0)),
    "triangle": ((0, -1.25), (1.12, 0.78), (-1.12, 0.78)),
}
_ROUND = 40  # corners of a circle


def outline(sign: Sign, radius: float, x: float, y: float) -> Numbers:
    """The corners (n, 2) of a sign about a place."""
    if sign == "circle":
        angles = np.linspace(0, 2 * math.pi, _ROUND, endpoint=False)
        return around(np.column_stack((np.cos(angles), np.sin(angles))), radius, x, y)
    return around(CORNERS[sign], radius, x, y)


def around(corners: Sequence[Sequence[float]] | Numbers, size: float, x: float, y: float) -> Numbers:
    """Corners (n, 2) about 0, ``size`` times as large, about a place."""
    placed: Numbers = size * np.asarray(corners, np.float64) + np.array((x, y))
    return placed
