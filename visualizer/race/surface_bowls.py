"""Surfaces with one minimum: bowls, ravines and valleys."""

from __future__ import annotations

import math

from visualizer.race.places import minima, saddles
from visualizer.race.surface import Surface, Window

ROWS = (
    Surface(
        "bowl",
        "Bowl",
        "x² + y²",
        Window(-2.0, 2.0, -2.0, 2.0),
        (-1.6, 1.3),
        minima((0.0, 0.0, 0.0)),
        noise=0.1,
    ),
    Surface(
        "ravine",
        "Ravine",
        "0.5(x² + 50y²)",
        Window(-10.0, 10.0, -5.0, 5.0),
        (-8.0, 3.0),
        minima((0.0, 0.0, 0.0)),
        noise=2.0,
    ),
    Surface(
        "tilted-ravine",
        "Tilted ravine",
        "0.25(x + y)² + 12(x − y)²",
        Window(-4.0, 4.0, -4.0, 4.0),
        (-3.0, -1.5),
        minima((0.0, 0.0, 0.0)),
        noise=1.0,
    ),
    Surface(
        "elliptic-bowl",
        "Bowl with a dip",
        "0.25x² + 0.125y² − exp(−0.25(x² + 5y²))",
        Window(-4.0, 4.0, -3.0, 3.0),
        (3.0, 2.3),
        minima((0.0, 0.0, -1.0)),
        noise=0.05,
    ),
    Surface(
        "quartic",
        "Flat bottom",
        "x⁴ + y⁴",
        Window(-2.0, 2.0, -2.0, 2.0),
        (-1.7, 1.2),
        minima((0.0, 0.0, 0.0)),
        logarithmic=True,
        noise=0.5,
    ),
    Surface(
        "matyas",
        "Matyas",
        "0.26(x² + y²) − 0.48xy",
        Window(-10.0, 10.0, -10.0, 10.0),
        (-8.0, 3.0),
        minima((0.0, 0.0, 0.0)),
        noise=0.1,
    ),
    Surface(
        "booth",
        "Booth",
        "(x + 2y − 7)² + (2x + y − 5)²",
        Window(-10.0, 10.0, -10.0, 10.0),
        (-8.0, -2.0),
        minima((1.0, 3.0, 0.0)),
        logarithmic=True,
        noise=2.0,
    ),
    Surface(
        "rosenbrock",
        "Rosenbrock",
        "(1 − x)² + 100(y − x²)²",
        Window(-2.0, 2.0, -1.0, 3.0),
        (-1.6, 2.0),
        minima((1.0, 1.0, 0.0)),
        steps=600,
        logarithmic=True,
        noise=5.0,
    ),
    Surface(
        "beale",
        "Beale",
        "(1.5 − x + xy)² + (2.25 − x + xy²)² + (2.625 − x + xy³)²",
        Window(-2.4, 4.6, -2.5, 2.5),
        (1.0, 1.5),
        minima((3.0, 0.5, 0.0)),
        saddles((0.0, 1.0, 14.203125)),
        logarithmic=True,
        noise=1.0,
    ),
    Surface(
        "fold",
        "Folded paper",
        "abs(x) + 3 abs(y)",
        Window(-3.0, 3.0, -2.0, 2.0),
        (-2.4, 1.5),
        minima((0.0, 0.0, 0.0)),
        noise=0.1,
        loss_tolerance=0.05,
        gradient_tolerance=math.inf,
    ),
)
