"""The trails behind the heads, drawn once: while the race plays on, only what is new is added."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap

from visualizer.race import clock
from visualizer.race.frames import RaceFrame
from visualizer.ui.widgets.curve_painting import polygon
from visualizer.ui.widgets.trail_geometry import Trail, pieces

WIDTH, SELECTED_WIDTH = 2.0, 3.0  # px
EDGE = QColor(16, 17, 20, 190)  # of the dark edge that parts trails from the ground
_EDGE_WIDTH = 2.0  # px, more than the trail
_STRETCH = 16  # steps that are drawn at once: Qt's strokes take ever longer with the length of a line
_MOST_STRETCHES = 160
_BETWEEN_COPIES = 20  # stretches between two copies of the layer, to go back without beginning anew
_COPIES_BYTES = 48_000_000

Rows = tuple[int, ...]
"""A row of each trail."""


def stretches(frame: RaceFrame) -> NDArray[np.intp]:
    """Where each racer (K + 1, R) is at the ends of stretches of the clock, as far as all are computed."""
    race, lasts = frame.race, np.array([trajectory.steps for trajectory in frame.trajectories], np.intp)
    count = max(1, min(-(-race.steps // _STRETCH), _MOST_STRETCHES))
    if race.clock == "steps":
        reached = np.floor(np.linspace(0, race.steps, count + 1) + 1e-9).astype(np.intp)[:, None]
        ends = np.minimum(reached, lasts)
        over = (reached <= lasts)[:, lasts > 0]
    else:
        moments = np.linspace(0, clock.length(frame), count + 1).tolist()
        ends = np.array([clock.steps_at(frame, moment) for moment in moments], np.intp)
        over = (ends < lasts)[:, lasts > 0]
    if frame.complete:
        return ends
    over[0] = True
    return ends[over.all(axis=1)]


@dataclass(frozen=True, slots=True)
class _Copy:
    stretch: int
    pixmap: QPixmap


def _stretch_of(copy: _Copy) -> int:
    return copy.stretch


class TrailLayer:
    """The trails of several racers on transparent ground, up to the last whole stretch before the play head.

    ``reset`` begins anew; ``draw`` adds what is missing and paints the rest, which is not yet a whole stretch, itself.
    All edges lie below all trails. What is drawn depends on the moment alone, not on the way to it.
    """

    def __init__(self, width: float, *, keeps_copies: bool = True) -> None:
        self._width, self._keeps_copies = width, keeps_copies
        self._trails: Sequence[Trail | None] = ()
        self._ends: NDArray[np.intp] = np.zeros((1, 0), np.intp)
        self._size, self._ratio = QSize(), 1.0
        self._pixmap = QPixmap()
        self._done = 0  # stretches
        self._copies: list[_Copy] = []

    def reset(
        self, trails: Sequence[Trail | None], ends: NDArray[np.intp], size: QSize, ratio: float
    ) -> None:
        """Take other trails, None for those that are not drawn here; ``ends`` as ``stretches`` gives them."""
        self._trails, self._ends, self._size, self._ratio = trails, ends, size, ratio
        self._copies, self._done = [], 0

    def extend(self, trails: Sequence[Trail | None], ends: NDArray[np.intp]) -> None:
        """Take the same trails with more rows; what is drawn of them stays."""
        done = min(self._done, len(ends) - 1)
        if done and (self._ends[: done + 1] == ends[: done + 1]).all():
            self._trails, self._ends = trails, ends
        else:
            self.reset(trails, ends, self._size, self._ratio)

    def draw(self, painter: QPainter, rows: Rows) -> None:
        """Paint the trails up to ``rows``."""
        if not any(self._trails):
            return
        target = self._stretches_before(rows)
        self._jump(target)
        if target > self._done:
            self._add(target)
        if self._done:
            painter.drawPixmap(0, 0, self._pixmap)
        self._draw_rows(painter, self._ends[self._done], rows)

    def _stretches_before(self, rows: Rows) -> int:
        """How many stretches are over for every racer."""
        over = (self._ends <= np.array(rows, np.intp)).all(axis=1)
        return int(np.flatnonzero(over)[-1]) if over.any() else 0

    def _jump(self, target: int) -> None:
        """Go to the copy that comes closest to ``target`` from before, unless the layer itself does."""
        done = self._done if self._done <= target else 0
        nearest = max(
            (copy for copy in self._copies if copy.stretch <= target), default=None, key=_stretch_of
        )
        if nearest is not None and nearest.stretch > done:
            self._done, self._pixmap = nearest.stretch, QPixmap(nearest.pixmap)
        else:
            self._done = done

    def _add(self, target: int) -> None:
        if not self._done:
            self._pixmap = QPixmap(self._size * self._ratio)
            self._pixmap.setDevicePixelRatio(self._ratio)
            self._pixmap.fill(Qt.GlobalColor.transparent)
        while self._done < target:
            end = min(target, (self._done // _BETWEEN_COPIES + 1) * _BETWEEN_COPIES)
            with QPainter(self._pixmap) as painter:
                for stretch in range(self._done, end):
                    self._draw_rows(painter, self._ends[stretch], self._ends[stretch + 1], below=True)
            self._done = end
            if end % _BETWEEN_COPIES == 0 and self._may_copy(end):
                self._copies.append(_Copy(end, QPixmap(self._pixmap)))

    def _may_copy(self, stretch: int) -> bool:
        each = 4 * self._pixmap.width() * self._pixmap.height()
        has_room = self._keeps_copies and (len(self._copies) + 1) * each <= _COPIES_BYTES
        return has_room and all(copy.stretch != stretch for copy in self._copies)

    def _draw_rows(
        self,
        painter: QPainter,
        firsts: Sequence[int] | NDArray[np.intp],
        lasts: Sequence[int] | NDArray[np.intp],
        *,
        below: bool = False,
    ) -> None:
        """The rows of all trails, edges first; ``below``: under all that is drawn already."""
        lines = [
            (trail.color, polygon(points[:, 0], points[:, 1]))
            for trail, first, last in zip(self._trails, firsts, lasts, strict=True)
            if trail is not None
            for points in pieces(trail, int(first), int(last))
        ]
        if not lines:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        over, under = (
            QPainter.CompositionMode.CompositionMode_SourceOver,
            QPainter.CompositionMode.CompositionMode_DestinationOver,
        )
        painter.setCompositionMode(under if below else over)
        painter.setPen(trail_pen(EDGE, self._width + _EDGE_WIDTH))
        for _, line in lines:
            painter.drawPolyline(line)
        painter.setCompositionMode(over)
        for color, line in lines:
            painter.setPen(trail_pen(QColor(color), self._width))
            painter.drawPolyline(line)


def trail_pen(color: QColor, width: float) -> QPen:
    """A pen for trails: round ends, plain corners (round ones take four times as long)."""
    return QPen(color, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.BevelJoin)
