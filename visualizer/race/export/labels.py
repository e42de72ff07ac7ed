"""Names beside the heads: near heads share one, none covers another, and none jumps without need."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from visualizer.race.export import style
from visualizer.race.export.trails import HEAD, Spot
from visualizer.race.frames import Numbers
from visualizer.rendering.drawing.fonts import width
from visualizer.rendering.drawing.scene import Area, Box, Line, Shape, Words

NEAR = 26.0  # units: heads nearer than this share a label
_MOST_NAMES = 3
_HIGH, _PADDING = 20.0, 6.0
_CLEAR = 12.0  # between a label and its head
_DIRECTIONS = ((1, 0), (-1, 0), (1, 1), (-1, 1), (1, -1), (-1, -1), (0, 1), (0, -1))
_DISTANCES = (1.0, 1.9, 3.0)
_ON_HEAD, _ON_TRAIL, _FARTHER = 60.0, 1.0, 6.0  # what is bad about a place


class Labels:
    """Places labels in ``box``; remembers between frames of a film where they were.

    ``still`` are labels that stay where they are, each with its point; ``trails`` what they had better not cover.
    """

    def __init__(self, box: Box, still: Sequence[Spot], trails: Numbers) -> None:
        self._box = box.grown(-3)
        self._taken: list[Box] = []
        self._last: dict[str, tuple[float, float]] = {}
        self.still: tuple[Shape, ...] = ()
        for spot in still:
            found = self._best([spot], spot.title, self._taken, [_around(spot)], trails)
            if found is not None:
                self._taken.append(found[0])
                self.still += boxed(spot.title, found[0])

    def place(self, spots: Sequence[Spot], trails: Numbers) -> tuple[Shape, ...]:
        """The labels of heads and exits; ``trails`` (n, 2) are points that are better not covered.

        A label without a free place is left out: the legend has the name too.
        """
        taken, shapes = list(self._taken), list[Shape]()
        heads = [_around(spot) for spot in spots]
        offsets: dict[str, tuple[float, float]] = {}
        for group in _groups(spots):
            text = _text(group)
            found = self._best(group, text, taken, heads, trails)
            if found is None:
                continue
            box, offset = found
            offsets[text] = offset
            taken.append(box)
            shapes += [*_leader(group[0], box), *boxed(text, box)]
        self._last = offsets
        return tuple(shapes)

    def _best(
        self, group: Sequence[Spot], text: str, taken: list[Box], heads: list[Box], trails: Numbers
    ) -> tuple[Box, tuple[float, float]] | None:
        x, y = (sum(values) / len(group) for values in ([s.x for s in group], [s.y for s in group]))
        size = width(text, style.SMALL) + 2 * _PADDING, _HIGH
        best, least = None, np.inf
        last = self._last.get(text)
        for offset in ([last] if last else []) + _offsets(size):
            box = Box(x + offset[0], y + offset[1], *size)
            if not self._box.holds(box) or any(box.overlaps(other) for other in taken):
                continue
            bad = _ON_HEAD * sum(box.overlaps(head) for head in heads)
            bad += _ON_TRAIL * _covered(box, trails)
            bad += 0.0 if offset == last else _FARTHER + np.hypot(*offset) / 20
            if bad < least:
                best, least = (box, offset), bad
        return best


def boxed(text: str, box: Box) -> tuple[Shape, ...]:
    """Words on a plain ground that makes them legible over lines."""
    middle = (box.top + box.bottom) / 2
    return (
        Area(box.corners, style.BOX, style.GRID, 1.0),
        Words(text, box.left + _PADDING, middle, style.SMALL, style.TEXT),
    )


def _leader(spot: Spot, box: Box) -> tuple[Shape, ...]:
    """A thin line from a label that stands apart to its head."""
    end = np.array((min(max(spot.x, box.left), box.right), min(max(spot.y, box.top), box.bottom)))
    centre = np.array((spot.x, spot.y))
    apart = float(np.hypot(*(end - centre)))
    if apart <= 2.2 * _CLEAR:
        return ()
    begin = centre + (end - centre) * (HEAD + 2) / apart
    return (Line(np.array((begin, end)), style.MUTED, 1.0, outline=style.SHADOW, halo=0.8),)


def _around(spot: Spot) -> Box:
    """What the head there takes."""
    return Box(spot.x, spot.y, 0, 0).grown(HEAD + 2)


def _offsets(size: tuple[float, float]) -> list[tuple[float, float]]:
    """From a head to the upper left corner of its label, the nearest first."""
    made = []
    for distance in _DISTANCES:
        for across, down in _DIRECTIONS:
            clear = distance * _CLEAR * (0.8 if across and down else 1.0)
            left = {1: clear, 0: -size[0] / 2, -1: -clear - size[0]}[across]
            top = {1: clear, 0: -size[1] / 2, -1: -clear - size[1]}[down]
            made.append((left, top))
    return made


def _covered(box: Box, points: Numbers) -> int:
    x, y = points.T
    inside = (box.left < x) & (x < box.right) & (box.top < y) & (y < box.bottom)
    return int(np.count_nonzero(inside))


def _groups(spots: Sequence[Spot]) -> list[list[Spot]]:
    """Spots that are near the first one of their group, what happened to them alike."""
    groups: list[list[Spot]] = []
    for spot in spots:
        for group in groups:
            first = group[0]
            alike = first.event == spot.event
            if alike and np.hypot(first.x - spot.x, first.y - spot.y) < NEAR:
                group.append(spot)
                break
        else:
            groups.append([spot])
    return groups


def _text(group: Sequence[Spot]) -> str:
    names = ", ".join(spot.title for spot in group[:_MOST_NAMES])
    if len(group) > _MOST_NAMES:
        names += f" + {len(group) - _MOST_NAMES}"
    event, steps = group[0].event, [spot.step for spot in group]
    if not event:
        return names
    if not steps[0]:
        return f"{names} {event}"
    when = f"step {steps[0]}" if min(steps) == max(steps) else f"steps {min(steps)}–{max(steps)}"
    return f"{names} {event} at {when}"
