"""Words at the curves of a response: names where no curve is in the way, values beside the marker."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen

from visualizer.ui.text import plain
from visualizer.ui.theme import DARK, SMALL_SIZE, font
from visualizer.ui.widgets.axes import Axes
from visualizer.ui.widgets.diagram_painting import mixed
from visualizer.ui.widgets.place_labels import Box
from visualizer.ui.widgets.race_picture import apart
from visualizer.ui.widgets.response_curves import ResponseCurve, ResponseGraph, Values

DOT, SMALL_DOT = 4.0, 2.6  # px, radius where the marker meets a curve
_NAME_HEIGHT, _VALUE_HEIGHT = 15, 15  # px
_LONGEST_NAME = 120  # px
_FAR = 30.0  # px: words further from their dot than that are not taken for its value
_GAP = 4  # px between a name and its curve
_TRIES = 28  # places along the curve
_USUAL_SHARE, _TO_THE_RIGHT = 0.8, 12.0  # of the width; what it costs to be all of the width away from there
_GROUND = QColor(27, 28, 31, 205)

_STALE = 0.4  # of the colour of a curve that is of what was before

NamePlace = tuple[ResponseCurve, str, QRectF]


def shade(curve: ResponseCurve) -> QColor:
    """The colour of a curve; pale on the ground of the plots while it is of what was before.

    Not by opacity: lines are several strands, which would cover each other.
    """
    return mixed(DARK.field, curve.color, _STALE if curve.stale else 1.0)


def name_places(graph: ResponseGraph, axes: Axes) -> list[NamePlace]:
    """Where names stand: just above or below their curve and clear of all; curves without such a place have none.

    Costs 1 ms for seven curves.
    """
    plot = axes.plot
    columns = np.arange(math.ceil(plot.left()), math.floor(plot.right()) + 1, dtype=np.float64)
    heights = [_heights(curve, axes, columns) for curve in graph.curves]
    if not heights:
        return []
    everything = np.stack(heights)
    taken: list[Box] = []
    placed: list[NamePlace] = []
    for curve, ys in zip(graph.curves, heights, strict=True):
        metrics = QFontMetrics(font(SMALL_SIZE))
        text = metrics.elidedText(plain(curve.name), Qt.TextElideMode.ElideRight, _LONGEST_NAME)
        width = metrics.horizontalAdvance(text) + 4
        box = _best(ys, everything, columns, width, plot, taken)
        if box is not None:
            taken.append(box)
            placed.append((curve, text, QRectF(box[0], box[1], box[2] - box[0], box[3] - box[1])))
    return placed


def _heights(curve: ResponseCurve, axes: Axes, columns: Values) -> Values:
    """The height of a curve (px) in every column, NaN in gaps."""
    at, ys = curve.around
    if not len(at):
        return np.full(len(columns), np.nan)
    return np.asarray(axes.to_y(np.interp(axes.from_x(columns), at, ys, left=np.nan, right=np.nan)))


def _best(
    ys: Values, everything: Values, columns: Values, width: int, plot: QRectF, taken: Sequence[Box]
) -> Box | None:
    """The free box that is nearest to the curve, and rather at the right of the plot; None without one."""
    if len(columns) <= width:
        return None
    shares = np.linspace(0.03, 0.97, _TRIES)
    starts = (shares * (len(columns) - width)).astype(int)
    own = sliding_window_view(ys, width)[starts]  # (tries, width)
    others = sliding_window_view(everything, width, axis=1)[:, starts]  # (curves, tries, width)
    low, high = own.min(axis=1), own.max(axis=1)
    found: list[tuple[float, Box]] = []
    for tops in (high + _GAP, low - _GAP - _NAME_HEIGHT):
        with np.errstate(invalid="ignore"):  # gaps meet nothing, and there are no names over them
            inside = (tops >= plot.top() + 2) & (tops + _NAME_HEIGHT <= plot.bottom() - 2)
            near = (others > tops[:, None] - 2) & (others < tops[:, None] + _NAME_HEIGHT + 2)
        free = inside & ~near.any(axis=(0, 2))
        for place in np.flatnonzero(free).tolist():
            left, top = float(columns[starts[place]]), float(tops[place])
            cost = float(high[place] - low[place]) + _TO_THE_RIGHT * abs(float(shares[place]) - _USUAL_SHARE)
            found.append((cost, (left, top, left + width, top + _NAME_HEIGHT)))
    return next((box for _, box in sorted(found) if not _meets(box, taken)), None)


def _meets(box: Box, others: Sequence[Box]) -> bool:
    return any(
        box[0] < right and left < box[2] and box[1] < bottom and top < box[3]
        for left, top, right, bottom in others
    )


def draw_names(painter: QPainter, places: Sequence[NamePlace]) -> None:
    """The names in the colours of their curves."""
    painter.setFont(font(SMALL_SIZE))
    for curve, text, box in places:
        painter.setPen(shade(curve))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)


# --- at the marker -----------------------------------------------------------------------------------


def draw_dot(painter: QPainter, at: QPointF, curve: ResponseCurve) -> None:
    """Where the marker meets a curve."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(DARK.field), 1.2))
    painter.setBrush(QColor(curve.color))
    radius = SMALL_DOT if curve.rank else DOT
    painter.drawEllipse(at, radius, radius)
    painter.setBrush(Qt.BrushStyle.NoBrush)


def draw_values(
    painter: QPainter,
    graph: ResponseGraph,
    axes: Axes,
    x: float,
    value: float,
    names: Sequence[NamePlace] = (),
) -> None:
    """The dots on the curves, and the values of the class that is looked at beside the marker, none over another.

    The names of the curves are left out where a value is in their way.
    """
    rows: list[tuple[float, ResponseCurve, str]] = []
    plot = axes.plot
    for curve in graph.curves:
        height, exact = curve.value_at(value)
        if not math.isfinite(height):
            continue
        y = float(axes.to_y(height))
        draw_dot(painter, QPointF(x, y), curve)
        if curve.rank == 0 and not curve.stale:
            rows.append((y, curve, ("" if exact else "≈") + graph.quantity.text(height)))
    rows = rows[: max(int(plot.height()) // _VALUE_HEIGHT, 1)]
    painter.setFont(font(SMALL_SIZE, bold=True))
    metrics = painter.fontMetrics()
    widest = max((metrics.horizontalAdvance(text) for _, _, text in rows), default=0) + 6
    left = x + DOT + 4 if x + DOT + 4 + widest <= plot.right() else x - DOT - 4 - widest
    half = _VALUE_HEIGHT / 2
    room = (plot.top() + half, plot.bottom() - half)
    rows.sort(key=lambda row: row[0])
    wanted = [_beside_curve(curve, axes, left, left + widest, y, room) for y, curve, _ in rows]
    places = apart(wanted, _VALUE_HEIGHT, *room)
    boxes = []
    for (_, _, text), y in zip(rows, places, strict=True):
        width = metrics.horizontalAdvance(text) + 6
        start = left if left > x else x - DOT - 4 - width
        boxes.append(QRectF(round(start), round(y - half), width, _VALUE_HEIGHT))
    draw_names(painter, [name for name in names if not any(name[2].intersects(box) for box in boxes)])
    painter.setFont(font(SMALL_SIZE, bold=True))
    for (_, curve, text), box in zip(rows, boxes, strict=True):
        painter.fillRect(box, _GROUND)
        painter.setPen(QColor(curve.color))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)


def _beside_curve(
    curve: ResponseCurve, axes: Axes, left: float, right: float, y: float, room: tuple[float, float]
) -> float:
    """The height nearest to ``y`` at which words between ``left`` and ``right`` are clear of their own curve."""
    ys = _heights(curve, axes, np.arange(left, right, 2.0))
    ys = ys[np.isfinite(ys)]
    if not len(ys):
        return y
    clear = _VALUE_HEIGHT / 2 + 2
    above, below = min(float(ys.min()), y) - clear, max(float(ys.max()), y) + clear
    near = [place for place in (above, below) if room[0] <= place <= room[1] and abs(place - y) <= _FAR]
    return min(near, key=lambda place: abs(place - y), default=y + clear if y < sum(room) / 2 else y - clear)
