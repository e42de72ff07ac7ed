"""Names beside points of a plot, placed so that none covers another, a point or the edge."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter

from visualizer.ui.theme import SMALL_SIZE, font

Box = tuple[float, float, float, float]
"""left, top, right, bottom in px."""

_HEIGHT, _PADDING, _GAP, _MARGIN = 19.0, 6.0, 9.0, 6.0  # px
_GROUND, _TEXT, _STRONG = QColor(27, 28, 31, 225), QColor("#c9cdd4"), QColor("#ffffff")
_HABIT, _WAY_OUT = (
    5.0,
    0.2,
)  # what a place is worth that was taken before; what a later one costs, in covered cells
_SIDES = ((1, 0), (-1, 0), (1, 1), (-1, 1), (1, -1), (-1, -1), (0, 1), (0, -1))
_REACHES = (1.0, 2.4, 4.2)  # in gaps, tried in turn


@dataclass(frozen=True, slots=True)
class Label:
    """A text that is wanted at the point ``x``, ``y``; ``keys`` say whose it is."""

    text: str
    x: float
    y: float
    radius: float
    keys: tuple[str, ...] = ()
    strong: bool = False


@dataclass(frozen=True, slots=True)
class PlacedLabel:
    """A label with its place."""

    label: Label
    box: Box

    def contains(self, x: float, y: float) -> bool:
        left, top, right, bottom = self.box
        return left <= x <= right and top <= y <= bottom


class LabelPlacer:
    """Finds the places. A label keeps its side unless another is clearly better: names must not jump with points."""

    def __init__(self) -> None:
        self._sides: dict[str, int] = {}

    def place(
        self,
        labels: Sequence[Label],
        room: QRectF,
        taken: Sequence[Box],
        covered: Callable[[Box], float] = lambda box: 0.0,
    ) -> list[PlacedLabel]:
        """The labels that have a place in ``room`` beside all ``taken`` boxes; the first ones choose first.

        Of the free places each takes the one where it covers the least. Costs 0.5 ms for 14.
        """
        edges = (room.left(), room.top(), room.right(), room.bottom())
        occupied, placed, sides = list(taken), [], {}
        for label in labels:
            name = label.keys[0] if label.keys else label.text[:5]
            chosen, side = self._best(label, self._sides.get(name), edges, occupied, covered)
            if chosen is not None:
                occupied.append(chosen)
                placed.append(PlacedLabel(label, chosen))
                sides[name] = side
        self._sides = sides
        return placed

    @staticmethod
    def _best(
        label: Label, known: int | None, edges: Box, occupied: Sequence[Box], covered: Callable[[Box], float]
    ) -> tuple[Box | None, int]:
        """The cheapest free place and its side; None without any."""
        cheapest, chosen, best = math.inf, None, -1
        sides = list(range(len(_SIDES) * len(_REACHES)))
        if known is not None:
            sides.insert(0, known)
        for side in sides:
            if cheapest <= side * _WAY_OUT and side != known:
                break  # the others cost more
            box = _box(label, side, edges)
            if _within(box, edges) and not _meets_any(box, occupied):
                cost = covered(box) + side * _WAY_OUT - _HABIT * (side == known)
                if cost < cheapest:
                    cheapest, chosen, best = cost, box, side
        return chosen, best


def box_of(rect: QRectF) -> Box:
    """A rectangle as a box."""
    return rect.left(), rect.top(), rect.right(), rect.bottom()


def around(x: float, y: float, radius: float) -> Box:
    """The box of a point that labels must leave free."""
    return x - radius, y - radius, x + radius, y + radius


@lru_cache(maxsize=512)
def _width(text: str) -> float:
    return QFontMetrics(font(SMALL_SIZE)).horizontalAdvance(text) + 2 * _PADDING


def _box(label: Label, side: int, edges: Box) -> Box:
    """The box at one side of the point; above and below it is moved along the edge of the plot."""
    across, up = _SIDES[side % len(_SIDES)]
    reach = label.radius + _GAP * _REACHES[side // len(_SIDES)]
    width = _width(label.text)
    slant = 0.7 if across and up else 1.0
    x = label.x + across * (reach * slant + width / 2)
    y = label.y + up * (reach * slant + _HEIGHT / 2)
    left, top = round(x - width / 2), round(y - _HEIGHT / 2)
    if up:
        left = max(min(left, math.floor(edges[2] - width)), math.ceil(edges[0]))
    return left, top, left + width, top + _HEIGHT


def _within(box: Box, edges: Box) -> bool:
    return box[0] >= edges[0] and box[1] >= edges[1] and box[2] <= edges[2] and box[3] <= edges[3]


def _meets_any(box: Box, others: Sequence[Box]) -> bool:
    left, top, right, bottom = box
    return any(left < x1 and x0 < right and top < y1 and y0 < bottom for x0, y0, x1, y1 in others)


def draw_labels(painter: QPainter, placed: Sequence[PlacedLabel]) -> None:
    """Light text on dark boxes."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    for each in placed:
        draw_label(painter, each.box, each.label.text, strong=each.label.strong)


def draw_label(painter: QPainter, box: Box, text: str, *, strong: bool = False) -> None:
    """One text in its box."""
    left, top, right, bottom = box
    place = QRectF(left, top, right - left, bottom - top)
    painter.fillRect(place, _GROUND)
    painter.setFont(font(SMALL_SIZE))
    painter.setPen(_STRONG if strong else _TEXT)
    painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)


def notes_at_left(above: str, below: str, plot: QRectF, inset: QRectF) -> list[tuple[Box, str]]:
    """Where sentences in the upper and lower left corner of a plot have room beside an inset; shortened if need be."""
    made = []
    for text, top in ((above, plot.top() + _MARGIN), (below, plot.bottom() - _MARGIN - _HEIGHT)):
        room = QRectF(plot.left() + _MARGIN, top, plot.width() - 2 * _MARGIN, _HEIGHT)
        if room.intersects(inset):
            if inset.center().x() < plot.center().x():
                room.setLeft(inset.right() + _MARGIN)
            else:
                room.setRight(inset.left() - _MARGIN)
        metrics = QFontMetrics(font(SMALL_SIZE))
        mode = Qt.TextElideMode.ElideRight
        shown = metrics.elidedText(text, mode, max(0, round(room.width() - 2 * _PADDING)))
        if shown:
            made.append(((room.left(), room.top(), room.left() + _width(shown), room.bottom()), shown))
    return made
