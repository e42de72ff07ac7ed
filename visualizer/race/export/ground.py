"""What stands still under the trails: filled levels, contour lines, axes, the level bar, critical points."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from visualizer.race.config import Race
from visualizer.race.export import marks, style
from visualizer.race.frames import Landscape, Numbers
from visualizer.race.landscape import level_words
from visualizer.race.surface import Window
from visualizer.rendering.drawing.axes import Axes, Scale, numbers_of, ticks
from visualizer.rendering.drawing.fonts import width
from visualizer.rendering.drawing.geometry import clipped, thinned
from visualizer.rendering.drawing.scene import Area, Box, Levels, Line, Shape, Words

BAR = 14.0  # units wide
_BAR_GAP, _TICK = 12.0, 4.0


def axes_of(box: Box, window: Window) -> Axes:
    """The plane of the window in the box."""
    return Axes(
        box,
        Scale(window.left, window.right, box.left, box.right),
        Scale(window.bottom, window.top, box.bottom, box.top),
    )


def ground(race: Race, landscape: Landscape, axes: Axes) -> Iterator[Shape]:
    """All of it, from the levels up."""
    colors = style.level_colors(len(landscape.levels) + 1)
    yield Levels(landscape.values, landscape.levels, axes.box, colors, style.GAP)
    strokes = style.line_colors(len(landscape.levels))
    for line, color in zip(landscape.lines, strokes, strict=True):
        for part in _parts(axes.place(line)):
            for inside in clipped(part, axes.box):
                yield Line(thinned(inside, 0.5), color, 0.9)
    yield from _frame(axes)
    yield from _level_bar(landscape, axes.box, colors)
    for place in (*race.surface.saddles, *race.surface.minima):
        x, y = axes.place(np.array([place.point]))[0].tolist()
        if axes.box.grown(-3).holds(Box(x, y, 0, 0)):
            yield from marks.place(place.kind, x, y)


def _parts(points: Numbers) -> list[Numbers]:
    """What rows of NaN separate."""
    gaps = np.flatnonzero(np.isnan(points[:, 0]))
    parts = np.split(points, gaps)
    return [part[1:] if np.isnan(part[:1, 0]).any() else part for part in parts if len(part) > 2]


def _frame(axes: Axes) -> Iterator[Shape]:
    box = axes.box
    yield Line(np.concatenate((box.corners, box.corners[:1])), style.AXIS, 1.0)
    across = ticks(axes.x, int(box.width / 70))
    for value, text in zip(across, numbers_of(across), strict=True):
        x = axes.x.at(value)
        yield Line(np.array(((x, box.bottom), (x, box.bottom + _TICK))), style.AXIS)
        yield Words(text, x, box.bottom + 14, style.TICK, style.MUTED, anchor="middle")
    up = ticks(axes.y, int(box.height / 60))
    for value, text in zip(up, numbers_of(up), strict=True):
        y = axes.y.at(value)
        yield Line(np.array(((box.left - _TICK, y), (box.left, y))), style.AXIS)
        yield Words(text, box.left - 8, y, style.TICK, style.MUTED, anchor="end")
    yield Words("x", box.right - 8, box.bottom - 11, style.SMALL, style.TEXT, anchor="end")
    yield Words("y", box.left + 8, box.top + 12, style.SMALL, style.TEXT)


def _level_bar(landscape: Landscape, box: Box, colors: tuple[str, ...]) -> Iterator[Shape]:
    """Which grey is which loss: one step for each band, numbers where there is room."""
    left, height = box.right + _BAR_GAP, box.height / len(colors)
    for index, color in enumerate(colors):
        step = Box(left, box.bottom - (index + 1) * height, BAR, height)
        yield Area(step.corners, color)
    outline = Box(left, box.top, BAR, box.height)
    yield Line(np.concatenate((outline.corners, outline.corners[:1])), style.AXIS, 1.0)
    every = max(1, -int(-26 // height))
    for index, text in enumerate(level_words(landscape.levels)):
        if index % every == (len(colors) - 2) % every:
            y = box.bottom - (index + 1) * height
            yield Words(text, left + BAR + 6, y, style.TICK, style.MUTED)
    yield Words("f", left + BAR / 2, box.top - 10, style.TICK, style.MUTED, anchor="middle")


def bar_width(landscape: Landscape) -> float:
    """What the level bar and its numbers take to the right of the plot."""
    words = level_words(landscape.levels)
    return _BAR_GAP + BAR + 6 + max((width(text, style.TICK) for text in words), default=0.0)
