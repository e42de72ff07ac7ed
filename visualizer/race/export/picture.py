"""A race as one picture: the contour plot with trails, beside it the racers and their losses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from visualizer.race.clock import length, steps_at, words
from visualizer.race.conditions import Condition, conditions
from visualizer.race.export import labels, marks, style, trails
from visualizer.race.export.ground import axes_of, bar_width, ground
from visualizer.race.export.legend import HEAD, ROW, Legend
from visualizer.race.export.losses import LossPlot
from visualizer.race.export.trails import Spot
from visualizer.race.formula_text import pretty
from visualizer.race.frames import Numbers, RaceFrame
from visualizer.race.landscape import sample
from visualizer.race.surface import Window
from visualizer.rendering.drawing.axes import number
from visualizer.rendering.drawing.fonts import fitted, width
from visualizer.rendering.drawing.scene import Area, Box, Scene, Shape, Words

SIZE = (1200, 760)
LEAST_SIZE, MOST_SIZE = (320, 200), (7680, 4320)
_MARGIN, _HEAD, _FOOT = 24.0, 64.0, 52.0
_LEFT, _COLUMN, _BETWEEN = 36.0, 372.0, 30.0


class RacePicture:
    """A race laid out for a picture of ``size`` pixels. ``window`` is what is seen, that of the surface by default.

    Sampling the surface is most of what this costs: 30 ms for 1200 × 760.
    """

    def __init__(self, frame: RaceFrame, size: tuple[int, int] = SIZE, window: Window | None = None) -> None:
        self.frame = frame
        self.scale = min(size[0] / SIZE[0], size[1] / SIZE[1])  # pixels for one unit
        self.width, self.height = size[0] / self.scale, size[1] / self.scale
        surface = replace(frame.race.surface, window=window or frame.race.surface.window)
        tall = self.height - _HEAD - _FOOT
        wide = max(0.3 * self.width, self.width - 2 * _MARGIN - _LEFT - 76 - _BETWEEN - _COLUMN)
        grid = (round(wide * self.scale / 2), round(tall * self.scale / 2))
        self._landscape = sample(
            surface.formula, surface.window, grid, logarithmic=surface.logarithmic, places=surface.minima
        )
        wide += 76 - bar_width(self._landscape)
        plot = Box(_MARGIN + _LEFT, _HEAD, wide, tall)
        self._axes = axes_of(plot, surface.window)
        self.trails = trails.trails_of(frame.trajectories, self._axes)
        left = plot.right + bar_width(self._landscape) + _BETWEEN
        column = Box(left, plot.top - 8, self.width - _MARGIN - left, plot.height + 8)
        most = min(column.height - 220, HEAD + ROW * max(1, len(self.trails)))
        self._legend = Legend(self.trails, Box(column.left, column.top, column.width, most))
        top = self._legend.bottom + 54
        self.losses = LossPlot(frame, Box(column.left + 44, top, column.width - 44, plot.bottom - top))
        x, y = self._axes.place(np.array([frame.race.start]))[0].tolist()
        self._start = (x, y)
        self._beads = [trails.beads(trail, plot) for trail in self.trails]
        ends = [trail.trajectory.steps for trail in self.trails]
        self._labels = labels.Labels(plot, self._still(), self._covered(ends))

    @property
    def plot(self) -> Box:
        """Where the contour plot is."""
        return self._axes.box

    def rows(self, moment: float) -> tuple[int, ...]:
        """How far each trail is at a moment."""
        rows = steps_at(self.frame, moment)
        shown = zip(self.frame.trajectories, rows, strict=True)
        return tuple(row for trajectory, row in shown if trajectory.racer.shown)

    def _conditions(self, moment: float) -> tuple[Condition, ...]:
        """What has become of each racer that is shown."""
        told = conditions(self.frame, steps_at(self.frame, moment))
        shown = zip(self.frame.trajectories, told, strict=True)
        return tuple(each for trajectory, each in shown if trajectory.racer.shown)

    def scene(self, moment: float | None = None) -> Scene:
        """The picture at a moment of the clock, by default the end."""
        at = length(self.frame) if moment is None else moment
        rows = self.rows(at)
        begun = (0,) * len(rows)
        shapes = (*self.ground(), *self.added(begun, rows), *self.moving(at, rows))
        return Scene(self.width, self.height, style.GROUND, shapes)

    def ground(self) -> Iterator[Shape]:
        """What never changes."""
        yield from self._title()
        yield from ground(self.frame.race, self._landscape, self._axes)
        yield from self._key()
        yield from self._legend.ground()
        box = self.losses.box
        yield Words(self.losses.title, box.left - 44, box.top - 34, style.NORMAL, style.TEXT, bold=True)
        yield from self.losses.ground()

    def added(self, drawn: Sequence[int], rows: Sequence[int]) -> Iterator[Shape]:
        """What trails and curves grow by, from rows ``drawn`` to ``rows``."""
        for trail, first, last in zip(self.trails, drawn, rows, strict=True):
            if last > first:
                yield from trails.added(trail, self.plot, first, last)
                yield from self.losses.lines(trail.trajectory, max(0, first - 1), last)

    def moving(self, moment: float, rows: Sequence[int]) -> Iterator[Shape]:
        """What lies over the trails at one moment: heads, names, numbers, the play head."""
        heads, spots = trails.heads(self.trails, rows, self.plot)
        if self.plot.holds(Box(*self._start, 0.0, 0.0)):
            yield from marks.start(*self._start)
        yield from heads
        yield from self._labels.still
        yield from self._labels.place(spots, self._covered(rows))
        yield from self._legend.values(rows, self._conditions(moment))
        yield from self.losses.cursor(self.trails, rows, moment, words(self.frame.race, moment))

    def _title(self) -> Iterator[Shape]:
        race, y = self.frame.race, 32.0
        name = race.surface.title or "f(x, y)"
        name = fitted(name, 0.4 * self.width, style.TITLE, bold=True)
        left = _MARGIN + width(name, style.TITLE, bold=True) + 18
        facts = _facts(self.frame)
        room = self.width - _MARGIN - left - width(facts, style.SMALL) - 24
        yield Words(name, _MARGIN, y, style.TITLE, style.TEXT, bold=True)
        yield Words(
            fitted(f"f = {pretty(race.surface.formula)}", room, style.NORMAL),
            left,
            y + 1,
            style.NORMAL,
            style.MUTED,
        )
        yield Words(facts, self.width - _MARGIN, y + 1, style.SMALL, style.MUTED, anchor="end")

    def _key(self) -> Iterator[Shape]:
        """What the signs on the plot mean."""
        x, y = self.plot.left, self.plot.bottom + 35
        kinds = {place.kind for place in (*self.frame.race.surface.minima, *self.frame.race.surface.saddles)}
        for kind in ("minimum", "saddle"):
            if kind in kinds:
                yield from marks.place(kind, x + 6, y)
                yield Words(kind, x + 18, y, style.TICK, style.MUTED)
                x += 36 + width(kind, style.TICK)
        if any(trail.diverges for trail in self.trails):
            yield from marks.cross(x + 6, y, 6.0, style.STATES["diverged"], 2.2, upright=False)
            yield Words("diverged", x + 18, y, style.TICK, style.MUTED)
            x += 36 + width("diverged", style.TICK)
        if not np.isfinite(self._landscape.values).all():
            yield Area(Box(x, y - 6, 12, 12).corners, style.GAP, style.AXIS, 1.0)
            yield Words("undefined", x + 18, y, style.TICK, style.MUTED)
            x += 36 + width("undefined", style.TICK)
        if self._landscape.logarithmic:
            yield Words("levels by ratios", x, y, style.TICK, style.MUTED)

    def _still(self) -> list[Spot]:
        """The words of the start, where it can be seen."""
        x, y = self.frame.race.start
        if not self.plot.holds(Box(*self._start, 0.0, 0.0)):
            return []
        return [Spot(*self._start, f"start ({number(x)}, {number(y)})")]

    def _covered(self, rows: Sequence[int]) -> Numbers:
        """Points all along the trails as far as they are: what labels had better not cover."""
        parts = [points[passed <= row] for (points, passed), row in zip(self._beads, rows, strict=True)]
        return np.concatenate([*parts, np.empty((0, 2))])


def _facts(frame: RaceFrame) -> str:
    """The noise and the length of the race, where they are not told elsewhere."""
    race = frame.race
    parts = [f"{race.steps:,} steps".replace(",", "\u202f")]
    if race.noise:
        parts.insert(0, f"gradient noise {number(race.noise)}, seed {race.seed}")
    if not frame.complete:
        parts.append("not complete")
    return " · ".join(parts)
