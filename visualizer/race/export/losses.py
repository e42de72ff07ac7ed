"""The loss of every racer against the clock, on a logarithmic axis, with a play head."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from visualizer.race.clock import length
from visualizer.race.config import Clock
from visualizer.race.export import marks, style
from visualizer.race.export.trails import Trail
from visualizer.race.frames import STATES, Numbers, RaceFrame, Trajectory
from visualizer.race.racers import marker_of
from visualizer.rendering.drawing.axes import Axes, Scale, number, numbers_of, power_words, ticks
from visualizer.rendering.drawing.colors import blended
from visualizer.rendering.drawing.geometry import clipped, thinned
from visualizer.rendering.drawing.scene import Area, Box, Line, Shape, Words

WIDTH, FAINT = 1.8, 0.3
_LOWEST = 1e-12  # of what is drawn; below it the digits of float64 are at their end
_AXIS_WORDS = {"steps": "step", "evaluations": "evaluations of the gradient", "time": "ms"}


class LossPlot:
    """Curves of the losses of a race in ``box``, the axes' numbers outside of it at the left and below.

    What is drawn is the loss above the lowest minimum where one is known, else the loss if all are above 0, else
    the loss above the lowest one that a racer reached which does not diverge.
    """

    def __init__(self, frame: RaceFrame, box: Box) -> None:
        self._frame, self.box = frame, box
        drawn = [one for one in frame.trajectories if one.racer.shown]
        self._base, self.title = _baseline(frame, drawn)
        self._unit = 1e3 if frame.race.clock == "time" else 1.0
        low, high = self._limits(drawn)
        last = max(length(frame) * self._unit, 1e-9)
        self._axes = Axes(
            box,
            Scale(0.0, last, box.left, box.right),
            Scale(low, high, box.bottom, box.top, logarithmic=True),
        )
        self._curves = {one.racer.key: self._curve(one) for one in drawn}

    def ground(self) -> Iterator[Shape]:
        """The axes and, faintly, all curves to their ends."""
        box, (x, y) = self.box, (self._axes.x, self._axes.y)
        yield Area(box.corners, style.PLOT)
        for value in ticks(y, int(box.height / 34)):
            at = y.at(value)
            yield Line(np.array(((box.left, at), (box.right, at))), style.GRID)
            yield from power_words(value, box.left - 8, at, style.TICK, style.MUTED)
        across = ticks(x, int(box.width / 60))
        for value, text in zip(across, numbers_of(across), strict=True):
            at = x.at(value)
            yield Line(np.array(((at, box.top), (at, box.bottom))), style.GRID)
            yield Words(text, at, box.bottom + 14, style.TICK, style.MUTED, anchor="middle")
        words = _AXIS_WORDS[self._frame.race.clock]
        yield Words(words, box.right, box.bottom + 30, style.TICK, style.MUTED, anchor="end")
        for one in self._frame.trajectories:
            if one.racer.shown:
                faint = blended(one.racer.color, style.PLOT, FAINT)
                yield from self._lines(one, 0, one.steps, faint, 1.2)
        yield Line(np.concatenate((box.corners, box.corners[:1])), style.AXIS, 1.0)

    def lines(self, trajectory: Trajectory, first: int, last: int) -> Iterator[Shape]:
        """The curve of a racer from row ``first`` to row ``last``."""
        yield from self._lines(trajectory, first, last, trajectory.racer.color, WIDTH)

    def cursor(
        self, trails: Sequence[Trail], rows: Sequence[int], moment: float, words: str
    ) -> Iterator[Shape]:
        """The play head with its words, and a dot on each curve."""
        box, at = self.box, self._axes.x.at(moment * self._unit)
        yield Line(np.array(((at, box.top), (at, box.bottom))), style.CURSOR, 1.6)
        left = at < (box.left + box.right) / 2
        x, anchor = (at + 6, "start") if left else (at - 6, "end")
        yield Words(words, x, box.top - 12, style.SMALL, style.CURSOR, bold=True, anchor=anchor)  # type: ignore[arg-type]
        for trail, row in zip(trails, rows, strict=True):
            x, y = self._curves[trail.trajectory.racer.key][row].tolist()
            if math.isfinite(x) and box.top <= y <= box.bottom:
                yield marks.head(marker_of(trail.trajectory.racer), x, y, 3.4, trail.color)

    def _lines(self, one: Trajectory, first: int, last: int, color: str, width: float) -> Iterator[Shape]:
        curve = self._curves[one.racer.key][first : last + 1]
        for part in clipped(curve, self.box):
            yield Line(thinned(part, 0.35), color, width)

    def _curve(self, one: Trajectory) -> Numbers:
        moments = _moments(self._frame.race.clock, one) * self._unit
        heights = np.maximum(one.losses - self._base, self._axes.y.low)  # NaN stays
        return self._axes.place(np.column_stack((moments, heights)))

    def _limits(self, drawn: Sequence[Trajectory]) -> tuple[float, float]:
        """Whole powers of ten around what is reached; what diverges does not press the others together."""
        finite = [one.losses[np.isfinite(one.losses)] - self._base for one in drawn]
        positive = np.concatenate([part[part > 0] for part in finite] or [np.empty(0)])
        if not positive.size:
            return 0.1, 10.0
        first = max(
            (float(part[0]) for part in finite if part.size and part[0] > 0), default=float(positive.max())
        )
        top = min(float(positive.max()), 30 * first)
        bottom = max(float(positive.min()), _LOWEST, 1e-16 * top)
        low, high = math.floor(math.log10(bottom)), math.ceil(math.log10(max(top, bottom)) + 0.15)
        return 10.0**low, 10.0 ** max(high, low + 1)


def _baseline(frame: RaceFrame, drawn: Sequence[Trajectory]) -> tuple[float, str]:
    """What is taken off every loss, and the title that says so."""
    minima = [place.loss for place in frame.race.surface.minima]
    if minima:
        lowest = min(minima)
        return lowest, "Loss" if abs(lowest) < 1e-9 else f"Loss above the minimum, {number(lowest)}"
    staying = [one for one in drawn if STATES[int(one.states[-1])] != "diverged"] or drawn
    losses = np.concatenate([one.losses[np.isfinite(one.losses)] for one in staying] or [np.empty(0)])
    lowest = float(losses.min()) if losses.size else 0.0
    return (0.0, "Loss") if lowest > 0 else (lowest, "Loss above the lowest one")


def _moments(clock: Clock, one: Trajectory) -> Numbers:
    """When the racer was at each row, on the clock of the race."""
    if clock == "evaluations":
        return one.evaluations.astype(np.float64)
    return np.arange(one.steps + 1, dtype=np.float64) * (one.seconds if clock == "time" else 1.0)
