"""The table of surfaces."""

from __future__ import annotations

from collections.abc import Mapping

from visualizer.race.surface import Place, Surface, Window

_ROWS = (
    Surface(
        "himmelblau",
        "Himmelblau",
        "(x² + y − 11)² + (x + y² − 7)²",
        Window(-7.3, 7.3, -5.2, 5.2),
        (0.1, -4.1),
        (
            Place(3.0, 2.0, 0.0, "minimum"),
            Place(-2.805118086952745, 3.131312518250573, 0.0, "minimum"),
            Place(-3.779310253377747, -3.283185991286170, 0.0, "minimum"),
            Place(3.584428340330492, -1.848126526964404, 0.0, "minimum"),
        ),
        remark="4 minima, f = 0",
        logarithmic=True,
        rates={
            "sgd": 0.003,
            "momentum": 0.003,
            "nesterov": 0.003,
            "adagrad": 0.5,
            "rmsprop": 0.05,
            "adam": 0.3,
        },
    ),
    Surface(
        "beale",
        "Beale",
        "(1.5 − x + xy)² + (2.25 − x + xy²)² + (2.625 − x + xy³)²",
        Window(-4.5, 4.5, -4.5, 4.5),
        (-1.5, 2.0),
        (Place(3.0, 0.5, 0.0, "minimum"),),
        (Place(0.0, 1.0, 14.203125, "saddle"),),
        remark="1 minimum at (3, 0.5)",
        logarithmic=True,
        rates={
            "sgd": 0.003,
            "momentum": 0.001,
            "nesterov": 0.001,
            "adagrad": 0.5,
            "rmsprop": 0.02,
            "adam": 0.1,
        },
    ),
    Surface(
        "rosenbrock",
        "Rosenbrock",
        "(1 − x)² + 100(y − x²)²",
        Window(-2.0, 2.0, -1.0, 3.0),
        (-1.2, 2.2),
        (Place(1.0, 1.0, 0.0, "minimum"),),
        remark="1 minimum at (1, 1)",
        logarithmic=True,
        rates={
            "sgd": 0.001,
            "momentum": 0.0005,
            "nesterov": 0.0005,
            "adagrad": 0.5,
            "rmsprop": 0.02,
            "adam": 0.1,
        },
    ),
    Surface(
        "saddle",
        "Saddle",
        "sin(x) + y²",
        Window(-4.0, 4.0, -2.5, 2.5),
        (1.5, 1.5),
        (Place(-1.5707963267948966, 0.0, -1.0, "minimum"),),
        (Place(1.5707963267948966, 0.0, 1.0, "saddle"),),
        remark="1 minimum and 1 saddle",
    ),
    Surface(
        "bowl",
        "Bowl",
        "x² + y²",
        Window(-2.0, 2.0, -2.0, 2.0),
        (1.5, 1.5),
        (Place(0.0, 0.0, 0.0, "minimum"),),
        remark="1 minimum at (0, 0)",
    ),
)

SURFACES: Mapping[str, Surface] = {row.name: row for row in _ROWS}
"""Every surface by its name."""


def surface(name: str) -> Surface:
    """The surface ``name``."""
    return SURFACES[name]
