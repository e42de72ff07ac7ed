"""The trails of a race: in two layers, so that the selected one lies on top, and dashed where they diverged."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap

from visualizer.race.config import Race
from visualizer.race.frames import STATES, RaceFrame
from visualizer.ui.widgets.axes import Axes
from visualizer.ui.widgets.curve_painting import polygon
from visualizer.ui.widgets.trail_crowd import Crowd
from visualizer.ui.widgets.trail_geometry import Trail, lay_trail, pieces
from visualizer.ui.widgets.trail_heads import Head, draw_ways_out
from visualizer.ui.widgets.trail_layer import SELECTED_WIDTH, WIDTH, Rows, TrailLayer, stretches

_DIVERGED = STATES.index("diverged")
_MANY = 4_000  # steps: fewer are drawn in full within 15 ms
_FAINT = 0.4  # opacity of what is still to come


@dataclass(frozen=True, slots=True)
class _Look:
    """All but the rows on which the layers depend."""

    axes: Axes
    size: QSize
    ratio: float
    shown: tuple[tuple[str, str], ...]  # key and colour
    selected: str


class TrailPainting:
    """Draws the trails of a race up to the play head.

    While the race plays on, a frame costs 1 ms for 14 racers; what changes the whole picture (a zoom, another start)
    costs 4 ms for 8 racers of 300 steps.
    """

    def __init__(self) -> None:
        self.trails: list[Trail | None] = []
        self._frame: RaceFrame | None = None
        self._look: _Look | None = None
        self._lost: frozenset[int] = frozenset()
        self._others, self._chosen = TrailLayer(WIDTH), TrailLayer(SELECTED_WIDTH, keeps_copies=False)
        self._ends: NDArray[np.intp] = np.zeros((1, 0), np.intp)
        self._ways_out: list[tuple[object, ...]] = []
        self._dashed = QPixmap()
        self._faint: QPixmap | None = None
        self._crowd: Crowd | None = None

    def lay(
        self, frame: RaceFrame | None, race: Race, selected: str, axes: Axes, size: QSize, ratio: float
    ) -> None:
        """Take the trails of ``frame``, shown and coloured as in ``race``, which may be newer."""
        shown = tuple((racer.key, racer.color) for racer in race.racers if racer.shown)
        look = _Look(axes, size, ratio, shown, selected)
        if frame is self._frame and look == self._look:
            return
        goes_on = (
            frame is not None
            and self._frame is not None
            and look == self._look
            and frame.race is self._frame.race
        )
        if frame is not self._frame and frame is not None:
            self._ends = stretches(frame)
        self._frame, self._look = frame, look
        self._faint = self._crowd = None
        colors = dict(shown)
        self.trails = [
            lay_trail(each, axes, colors[each.racer.key]) if each.racer.key in colors else None
            for each in (frame.trajectories if frame is not None else ())
        ]
        self._fill(goes_on=goes_on)

    @property
    def crowd(self) -> Crowd:
        """Where the trails are, what is still to come too."""
        if self._crowd is None:
            assert self._look is not None
            self._crowd = Crowd(self.trails, self._look.axes.plot)
        return self._crowd

    def draw(self, painter: QPainter, rows: Rows, *, hurried: bool = False) -> None:
        """The trails up to ``rows``, without those of diverged racers.

        ``hurried``: many and long ones as hairlines, for the frames of a zoom or a drag.
        """
        lost = frozenset(
            index
            for index, (trail, row) in enumerate(zip(self.trails, rows, strict=True))
            if trail is not None and trail.trajectory.states[row] == _DIVERGED
        )
        if lost != self._lost:
            self._lost = lost
            self._fill(goes_on=False)
        if hurried and sum(rows) > _MANY:
            self._sketch(painter, rows)
            return
        self._others.draw(painter, rows)
        self._chosen.draw(painter, rows)

    def _sketch(self, painter: QPainter, rows: Rows) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for index, (trail, row) in enumerate(zip(self.trails, rows, strict=True)):
            if trail is None or index in self._lost:
                continue
            painter.setPen(QPen(QColor(trail.color), 0))
            for points in pieces(trail, 0, row):
                line = polygon(points[:, 0], points[:, 1])
                painter.drawPolyline(line)
                painter.drawPolyline(line.translated(0.6, 0.6))

    def draw_lost(self, painter: QPainter, heads: tuple[Head, ...]) -> None:
        """The dashed trails of the diverged among ``heads``, kept while they stay the same."""
        lost = tuple(head for head in heads if head.way_out is not None)
        if not lost:
            self._ways_out = []
            return
        assert self._look is not None
        if _known(lost) != self._ways_out:
            self._ways_out = _known(lost)
            self._dashed = self._blank()
            with QPainter(self._dashed) as inner:
                draw_ways_out(inner, lost)
        painter.drawPixmap(0, 0, self._dashed)

    def draw_faint(self, painter: QPainter) -> None:
        """All of every trail, what is still to come too, faintly."""
        if self._faint is None:
            self._faint = self._blank()
            with QPainter(self._faint) as inner:
                inner.setRenderHint(QPainter.RenderHint.Antialiasing)
                for trail in self.trails:
                    if trail is not None:
                        inner.setPen(QPen(QColor(trail.color), 0))
                        for points in pieces(trail, 0, trail.trajectory.steps):
                            inner.drawPolyline(polygon(points[:, 0], points[:, 1]))
        painter.setOpacity(_FAINT)
        painter.drawPixmap(0, 0, self._faint)
        painter.setOpacity(1.0)

    def _fill(self, *, goes_on: bool) -> None:
        look = self._look
        assert look is not None
        for layer, is_chosen in ((self._others, False), (self._chosen, True)):
            trails = [
                trail
                if trail is not None
                and index not in self._lost
                and (trail.trajectory.racer.key == look.selected) == is_chosen
                else None
                for index, trail in enumerate(self.trails)
            ]
            if goes_on:
                layer.extend(trails, self._ends)
            else:
                layer.reset(trails, self._ends, look.size, look.ratio)

    def _blank(self) -> QPixmap:
        assert self._look is not None
        made = QPixmap(self._look.size * self._look.ratio)
        made.setDevicePixelRatio(self._look.ratio)
        made.fill(Qt.GlobalColor.transparent)
        return made


def _known(lost: tuple[Head, ...]) -> list[tuple[object, ...]]:
    """What tells one set of dashed trails from another: where they begin and end, and how they look."""
    return [
        (head.color, head.selected, *head.way_out.line[0].tolist(), head.x, head.y, head.way_out.step)
        for head in lost
        if head.way_out is not None
    ]
