"""What a surface is: a formula in x and y, the window it is looked at in, and its minima and saddles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, cast

Point = tuple[float, float]
"""x and y."""


@dataclass(frozen=True, slots=True)
class Window:
    """A part of the plane; right > left, top > bottom, all finite."""

    left: float
    right: float
    bottom: float
    top: float

    @property
    def width(self) -> float:
        """In units of x."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """In units of y."""
        return self.top - self.bottom

    @property
    def centre(self) -> Point:
        """The point in the middle."""
        return (self.left + self.right) / 2, (self.bottom + self.top) / 2

    def __contains__(self, point: object) -> bool:
        x, y = cast(Point, point)
        return bool(self.left <= x <= self.right and self.bottom <= y <= self.top)


@dataclass(frozen=True, slots=True)
class Place:
    """A critical point, where the gradient is 0 (or undefined, at the tip of a cone), and the loss there."""

    x: float
    y: float
    loss: float
    kind: Literal["minimum", "saddle"]

    @property
    def point(self) -> Point:
        """Its x and y."""
        return self.x, self.y


@dataclass(frozen=True, slots=True)
class Surface:
    """A loss surface f(x, y).

    ``formula`` is text for ``race.formula.parse``. ``rates`` are learning rates that work from ``start``, by the
    name of the racer; others take that of their row. ``logarithmic``: levels and lines are spaced by ratios, for
    surfaces whose losses span decades. ``noise`` is the standard deviation of the noise in each component of the
    gradient that suits the noisy version. A racer has converged where the loss is within ``loss_tolerance`` of that
    of a minimum and the gradient is shorter than ``gradient_tolerance`` (infinite where the minimum is a cusp, at
    which gradients never become small). An own formula has the name "".
    """

    name: str
    title: str
    formula: str
    window: Window
    start: Point
    minima: tuple[Place, ...] = ()
    saddles: tuple[Place, ...] = ()
    remark: str = ""  # "4 minima, f = 0"
    rates: Mapping[str, float] = field(default_factory=dict)
    steps: int = 300
    logarithmic: bool = False
    noise: float = 0.1
    loss_tolerance: float = 1e-3
    gradient_tolerance: float = 1e-2
