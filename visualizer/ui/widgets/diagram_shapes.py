"""What a diagram of a network is made of, in px of its scene, and how large a bar is."""

from __future__ import annotations

from dataclasses import dataclass
from math import log2
from typing import Literal

from PySide6.QtCore import QPointF, QRectF, QSizeF

from visualizer.networks.layers.kinds import Shape

Tone = Literal["input", "weights", "plain", "failing", "waiting"]
LabelTone = Literal["normal", "slim", "failing", "waiting", "head"]

_LEAST_WIDTH = 22.0
_LEAST_HEIGHT, _PER_DOUBLING, _MOST_HEIGHT = 5.0, 1.9, 30.0


@dataclass(frozen=True, slots=True)
class Bar:
    """One layer; ``identity`` is None for the input. ``stacked``: more than one layer in one bar."""

    rect: QRectF
    tone: Tone
    identity: int | None = None
    stacked: bool = False
    text: str = ""


@dataclass(frozen=True, slots=True)
class Label:
    """A name with a detail below it, right-aligned at the end of ``rect``; at its start for a block's head."""

    rect: QRectF
    title: str
    detail: str = ""
    tone: LabelTone = "normal"
    identity: int | None = None


@dataclass(frozen=True, slots=True)
class Wire:
    """A line through ``points`` with rounded corners; dotted where nothing flows."""

    points: tuple[QPointF, ...]
    dotted: bool = False
    arrow: bool = False
    skip: bool = False  # around layers, not through them


@dataclass(frozen=True, slots=True)
class Joint:
    """Where branches meet: a plus where they are added, else a dot."""

    centre: QPointF
    adds: bool
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True)
class Bracket:
    """A line at the left of what a block holds, with its fold."""

    x: float
    top: float
    bottom: float
    identity: int


@dataclass(frozen=True, slots=True)
class Region:
    """Where a layer is hit; the smaller ones come first. ``fold`` is where a click folds a block that is open."""

    rect: QRectF
    identity: int
    fold: QRectF | None = None
    foldable: bool = False


@dataclass(frozen=True, slots=True)
class Diagram:
    """Everything that is drawn, and where it is hit."""

    size: QSizeF
    bars: tuple[Bar, ...] = ()
    labels: tuple[Label, ...] = ()
    wires: tuple[Wire, ...] = ()
    joints: tuple[Joint, ...] = ()
    brackets: tuple[Bracket, ...] = ()
    regions: tuple[Region, ...] = ()

    def region_at(self, point: QPointF) -> Region | None:
        """The layer at a place."""
        return next((region for region in self.regions if region.rect.contains(point)), None)


@dataclass(frozen=True, slots=True)
class Scale:
    """How large bars are.

    Each halving of the image takes the same off the width, each doubling of the channels adds the same to the height.
    """

    full: float  # width of the largest image
    largest: int  # its side in pixels

    def width(self, shape: Shape) -> float:
        """The width of what gives (C, H, W), or a vector, in px."""
        side = max(shape[1:]) if len(shape) == 3 else 1
        share = log2(side) / log2(self.largest) if self.largest > 1 else 1.0
        return _LEAST_WIDTH + (self.full - _LEAST_WIDTH) * min(share, 1.0)

    def height(self, shape: Shape) -> float:
        """The height of what gives (C, H, W), or a vector, in px."""
        return min(_LEAST_HEIGHT + _PER_DOUBLING * log2(max(shape[0], 1)), _MOST_HEIGHT)
