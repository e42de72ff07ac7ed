"""The table of racers beside the plot: sign, name, learning rate, loss, state."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from visualizer.race.conditions import Condition
from visualizer.race.export import marks, style
from visualizer.race.export.trails import Trail
from visualizer.race.frames import Numbers
from visualizer.race.racers import marker_of
from visualizer.rendering.drawing.axes import number
from visualizer.rendering.drawing.fonts import fitted, width
from visualizer.rendering.drawing.scene import Box, Line, Shape, Words

ROW, LEAST_ROW, HEAD = 25.0, 15.0, 24.0
_SIGN, _STATE, _NUMBER = 24.0, 94.0, 76.0


class Legend:
    """Rows for the trails in ``box``; those that have no room are counted in the last line."""

    def __init__(self, trails: Sequence[Trail], box: Box) -> None:
        self._row = min(ROW, max(LEAST_ROW, (box.height - HEAD) / max(1, len(trails))))
        room = int((box.height - HEAD) / self._row + 1e-6)
        self._rows = tuple(trails[: room if room >= len(trails) else room - 1])
        self._left_out = len(trails) - len(self._rows)
        self._box = box
        self._size = min(style.NORMAL, 0.78 * self._row)

    @property
    def bottom(self) -> float:
        """Where it ends."""
        return self._box.top + HEAD + (len(self._rows) + bool(self._left_out)) * self._row

    def ground(self) -> Iterator[Shape]:
        """What stays: titles, signs, names, learning rates."""
        box, middle = self._box, self._box.top + HEAD / 2 - 4
        titles = (
            ("Optimizer", box.left + _SIGN, "start"),
            ("lr", self._rate, "end"),
            ("Loss", self._loss, "end"),
        )
        for text, x, anchor in titles:
            yield Words(text, x, middle, style.TICK, style.MUTED, anchor=anchor)  # type: ignore[arg-type]
        yield Words("State", self._state + 18, middle, style.TICK, style.MUTED)
        for index, trail in enumerate(self._rows):
            y, racer = self._middle(index), trail.trajectory.racer
            rate = number(racer.learning_rate)
            room = self._rate - width(rate, self._size) - 10 - box.left - _SIGN
            yield marks.head(marker_of(racer), box.left + 8, y, 5.5, racer.color)
            yield Words(fitted(trail.title, room, self._size), box.left + _SIGN, y, self._size, style.TEXT)
            yield Words(rate, self._rate, y, self._size, style.MUTED, anchor="end")
            yield Line(_rule(box, y - self._row / 2), style.GRID)
        if self._left_out:
            y = self._middle(len(self._rows))
            yield Words(f"and {self._left_out} more", box.left + _SIGN, y, self._size, style.MUTED)

    def values(self, rows: Sequence[int], states: Sequence[Condition]) -> Iterator[Shape]:
        """What changes: losses and states, at one row of each trajectory."""
        for index, (trail, row, name) in enumerate(zip(self._rows, rows, states, strict=False)):
            y, one = self._middle(index), trail.trajectory
            yield Words(
                number(float(one.losses[row]), measured=True),
                self._loss,
                y,
                self._size,
                style.TEXT,
                anchor="end",
            )
            yield from marks.state(name, self._state + 6, y)
            yield Words(name, self._state + 18, y, self._size, style.STATES[name])

    @property
    def _state(self) -> float:
        return self._box.right - _STATE

    @property
    def _loss(self) -> float:
        return self._state - 14

    @property
    def _rate(self) -> float:
        return self._loss - _NUMBER

    def _middle(self, index: int) -> float:
        return self._box.top + HEAD + (index + 0.5) * self._row


def _rule(box: Box, y: float) -> Numbers:
    return np.array(((box.left, y), (box.right, y)))
