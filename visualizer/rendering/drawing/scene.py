"""What a picture consists of: few frozen shapes in units of their own, for the backends of pixels and of SVG.

A unit is a pixel of a picture of 1200 × 760. x goes to the right, y down.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Anchor = Literal["start", "middle", "end"]


@dataclass(frozen=True, slots=True)
class Box:
    """An upright rectangle in units."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """The right edge."""
        return self.left + self.width

    @property
    def bottom(self) -> float:
        """The lower edge."""
        return self.top + self.height

    @property
    def corners(self) -> Numbers:
        """(4, 2), clockwise from the upper left one."""
        right, bottom = self.right, self.bottom
        return np.array(((self.left, self.top), (right, self.top), (right, bottom), (self.left, bottom)))

    def grown(self, by: float) -> Box:
        """The box with ``by`` more on each side."""
        return Box(self.left - by, self.top - by, self.width + 2 * by, self.height + 2 * by)

    def overlaps(self, other: Box) -> bool:
        """Whether they share more than an edge."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )

    def holds(self, other: Box) -> bool:
        """Whether the other one is all inside."""
        return (
            self.left <= other.left
            and other.right <= self.right
            and self.top <= other.top
            and other.bottom <= self.bottom
        )


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """A line through ``points`` (n, 2), all finite; ``dash`` are the lengths of dash and gap.

    Below it lies a line of the color ``outline``, if any, ``halo`` wider on each side.
    """

    points: Numbers = field(repr=False)
    color: str
    width: float = 1.0
    dash: tuple[float, float] | None = None
    outline: str = ""
    halo: float = 1.2


@dataclass(frozen=True, slots=True, eq=False)
class Area:
    """A filled polygon with corners (n, 2), with or without an edge; ``opacity`` (0…1) is that of the filling."""

    points: Numbers = field(repr=False)
    color: str
    edge: str = ""
    edge_width: float = 1.0
    opacity: float = 1.0


@dataclass(frozen=True, slots=True)
class Words:
    """One line of text whose letters are centred on ``y``; ``anchor`` is the part of it that is at ``x``."""

    text: str
    x: float
    y: float
    size: float
    color: str
    bold: bool = False
    anchor: Anchor = "start"


@dataclass(frozen=True, slots=True, eq=False)
class Levels:
    """The filled levels of a landscape in a box: one color more than there are levels, and that of gaps.

    ``values`` (H, W), row 0 at the bottom, NaN in gaps; ``levels`` (L,) ascending.
    """

    values: NDArray[np.float32] = field(repr=False)
    levels: Numbers = field(repr=False)
    box: Box
    colors: tuple[str, ...]
    gap: str


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """A grid of even rectangles in a box; ``colors`` (R, C, 3), row 0 at the top."""

    colors: NDArray[np.uint8] = field(repr=False)
    box: Box


Shape = Line | Area | Words | Levels | Cells


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """Shapes one over the other on plain ground."""

    width: float
    height: float
    ground: str
    shapes: tuple[Shape, ...]
