"""The heads of the trails: where each racer is at the play head, and the marks of those that are not in the plot."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap, QPolygonF

from visualizer.race.config import Race
from visualizer.race.frames import STATES, RaceFrame, State
from visualizer.race.racers import Marker, marker_of, titles
from visualizer.ui.widgets.curve_painting import polygon
from visualizer.ui.widgets.picture_view import frame_pen
from visualizer.ui.widgets.race_markers import draw_diverged, draw_head
from visualizer.ui.widgets.trail_geometry import Exit, Trail, first_exit
from visualizer.ui.widgets.trail_layer import EDGE, WIDTH, Rows, trail_pen

RADIUS, SELECTED_RADIUS = 4.5, 6.5  # px
DIAMOND, MARK = 7.0, 26  # px, half the width of the mark at the start; the side of its picture
_EDGE_INSET = 9.0  # px from the edge of the plot to the arrow of a racer beyond it
_ARROW = 6.0  # px


@dataclass(frozen=True, slots=True)
class Head:
    """One racer at the play head: ``x``, ``y`` px, moved to the edge of the plot for one that is ``beyond`` it.

    ``way_out`` is what is known of one that has diverged; a head that has no place is left out.
    """

    index: int  # in race.racers
    key: str
    title: str
    color: str
    marker: Marker
    x: float
    y: float
    row: int
    state: State
    selected: bool
    beyond: bool = False
    way_out: Exit | None = None
    stuck: bool = False  # it cannot run


def heads(
    frame: RaceFrame, race: Race, trails: Sequence[Trail | None], rows: Rows, plot: QRectF, selected: str
) -> tuple[Head, ...]:
    """The heads of the trails that are shown, the selected one last. Nothing before the first step."""
    made = []
    stuck = frame.stuck
    names = dict(zip((racer.key for racer in race.racers), titles(race.racers), strict=True))
    for index, (trail, row) in enumerate(zip(trails, rows, strict=True)):
        if trail is None or row == 0:
            continue
        racer = trail.trajectory.racer
        state = STATES[int(trail.trajectory.states[row])]
        way_out = first_exit(trail, row, plot) if state == "diverged" else None
        x, y = (way_out.x, way_out.y) if way_out is not None else trail.points[row].tolist()
        if math.isnan(x) or (state == "diverged" and way_out is None):
            continue
        beyond = not plot.contains(x, y) and way_out is None
        if beyond:
            x, y = on_edge(x, y, plot)
        made.append(
            Head(
                index,
                racer.key,
                names.get(racer.key, racer.key),
                trail.color,
                marker_of(racer),
                x,
                y,
                row,
                state,
                racer.key == selected,
                beyond,
                way_out,
                racer.key in stuck,
            )
        )
    return tuple(sorted(made, key=lambda head: head.selected))


def on_edge(x: float, y: float, plot: QRectF) -> tuple[float, float]:
    """The place itself if it is in the plot, else the nearest one near the edge."""
    if plot.contains(x, y):
        return x, y
    x = min(max(x, plot.left() + _EDGE_INSET), plot.right() - _EDGE_INSET)
    return x, min(max(y, plot.top() + _EDGE_INSET), plot.bottom() - _EDGE_INSET)


def draw_ways_out(painter: QPainter, shown: Sequence[Head]) -> None:
    """The dashed trails of the racers that have diverged, up to where they leave the plot."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for head in shown:
        if head.way_out is None:
            continue
        line = polygon(head.way_out.line[:, 0], head.way_out.line[:, 1])
        edge = trail_pen(EDGE, WIDTH + 2)
        edge.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setPen(edge)
        painter.drawPolyline(line)
        pen = QPen(edge)
        pen.setColor(QColor(head.color))
        pen.setWidthF(WIDTH + head.selected)
        pen.setDashPattern([2.5, 1.5])
        painter.setPen(pen)
        painter.drawPolyline(line)


def draw_heads(
    painter: QPainter, shown: Sequence[Head], trails: Sequence[Trail | None], plot: QRectF
) -> None:
    """A marker for each racer in the plot, an arrow for one beyond it, a × where one has left for good."""
    for head in shown:
        if head.way_out is not None:
            inset = plot.adjusted(5, 5, -5, -5)
            x = min(max(head.x, inset.left()), inset.right())
            y = min(max(head.y, inset.top()), inset.bottom())
            draw_diverged(painter, x, y, head.color)
        elif head.beyond:
            trail = trails[head.index]
            assert trail is not None
            x, y = trail.points[head.row].tolist()
            edge, size = "#ffffff" if head.selected else "#1b1c1f", _ARROW + 1.5 * head.selected
            draw_beyond(painter, (head.x, head.y), (x, y), head.color, edge, size)
        else:
            radius = SELECTED_RADIUS if head.selected else RADIUS
            ring = "#ffffff" if head.selected else ""
            draw_head(painter, head.marker, head.x, head.y, head.color, radius, ring)


def draw_beyond(
    painter: QPainter,
    place: tuple[float, float],
    target: tuple[float, float],
    color: str,
    edge: str,
    size: float,
) -> None:
    """A triangle at ``place`` that points to where something is beyond the plot."""
    x, y = target[0] - place[0], target[1] - place[1]
    length = math.hypot(x, y) or 1.0
    x, y = x / length, y / length
    corners = [(size, 0.0), (-size * 0.7, size * 0.8), (-size * 0.7, -size * 0.8)]
    placed = [QPointF(place[0] + a * x - b * y, place[1] + a * y + b * x) for a, b in corners]
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(edge), 1.4))
    painter.setBrush(QColor(color))
    painter.drawPolygon(QPolygonF(placed))
    painter.setBrush(Qt.BrushStyle.NoBrush)


@cache
def start_mark(ratio: float) -> QPixmap:
    """The white diamond at the start. Kept: drawn anew it would be a tenth of a frame."""
    mark = QPixmap(QSize(MARK, MARK) * ratio)
    mark.setDevicePixelRatio(ratio)
    mark.fill(Qt.GlobalColor.transparent)
    corners = [(0, -DIAMOND), (DIAMOND, 0), (0, DIAMOND), (-DIAMOND, 0)]
    shape = QPolygonF([QPointF(MARK / 2 + across, MARK / 2 + down) for across, down in corners])
    with QPainter(mark) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(16, 17, 20, 200), 4))
        painter.drawPolygon(shape)
        painter.setBrush(QColor("#1b1c1f"))
        painter.setPen(frame_pen("#ffffff", 2))
        painter.drawPolygon(shape)
    return mark
