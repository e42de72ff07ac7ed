"""One tile of the basins: where a racer's starts end, as a picture, and in words."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPixmap

from visualizer.race.basin_colors import minimum_color, picture
from visualizer.race.config import Racer
from visualizer.race.frames import LOST, UNKNOWN, UNREACHED, BasinsFrame
from visualizer.race.surface import Place, Point, Window
from visualizer.ui.numbers import percent, signed
from visualizer.ui.race.numbers import rate_text
from visualizer.ui.theme import DARK, SMALL_SIZE, TICK_SIZE, Colors, font
from visualizer.ui.widgets.race_markers import marker_path

HEAD, FOOT = 18, 16  # px above and below the picture
_SWATCH = 8  # px


@dataclass(frozen=True, slots=True, eq=False)
class BasinTile:
    """A racer called ``name`` and, as far as it is known, where its starts end.

    ``shares`` are those of the known pixels by what they reached: the index of a minimum, ``UNREACHED`` or ``LOST``;
    the largest first.
    """

    racer: Racer
    name: str
    frame: BasinsFrame | None = None
    drawn: QPixmap = field(default_factory=QPixmap, repr=False)
    shares: tuple[tuple[int, float], ...] = ()


def make_tile(racer: Racer, name: str, frame: BasinsFrame | None) -> BasinTile:
    """Colour the pixels and count them: 4 ms for 256²."""
    if frame is None:
        return BasinTile(racer, name)
    rows = np.ascontiguousarray(picture(frame))
    height, width = rows.shape[:2]
    # fromImage copies: a QImage over NumPy's memory does not keep the array alive.
    drawn = QPixmap.fromImage(QImage(rows.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy())
    return BasinTile(racer, name, frame, drawn, _shares(frame))


def _shares(frame: BasinsFrame) -> tuple[tuple[int, float], ...]:
    counts = np.bincount(frame.reached.ravel() - UNKNOWN, minlength=1 - UNKNOWN)
    known = int(counts[1:].sum())
    found = [(index + UNKNOWN, int(count) / known) for index, count in enumerate(counts) if index and count]
    return tuple(sorted(found, key=lambda row: -row[1]))


def draw_tile(
    painter: QPainter,
    tile: BasinTile,
    box: QRectF,
    window: Window,
    start: Point,
    colors: Colors,
    *,
    marked: bool,
) -> QRectF:
    """Draw a tile into ``box`` (px), with an accent edge if it is ``marked``; returns where its picture is."""
    area = box.adjusted(0, HEAD, 0, -FOOT)
    _draw_title(painter, tile, QRectF(box.left(), box.top(), box.width(), HEAD), colors)
    painter.fillRect(area, QColor(DARK.field))
    if tile.frame is None:
        painter.setPen(QColor(DARK.muted))
        painter.setFont(font(SMALL_SIZE))
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, "waits")
    else:
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, tile.drawn.width() > area.width())
        painter.drawPixmap(area, tile.drawn, QRectF(tile.drawn.rect()))
        painter.setClipRect(area)
        for place in tile.frame.minima:
            _draw_minimum(painter, at(place.point, area, window))
        _draw_start(painter, at(start, area, window))
        painter.setClipping(False)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setPen(QPen(QColor(colors.accent if marked else colors.control_border), 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(area.adjusted(-1, -1, 0, 0))
    _draw_shares(painter, tile, QRectF(box.left(), area.bottom() + 2, box.width(), FOOT - 2), colors)
    return area


def at(point: Point, area: QRectF, window: Window) -> QPointF:
    """Where a point of the plane is in a picture of the window, in px."""
    return QPointF(
        area.left() + (point[0] - window.left) / window.width * area.width(),
        area.bottom() - (point[1] - window.bottom) / window.height * area.height(),
    )


def point_at(position: QPointF, area: QRectF, window: Window) -> Point:
    """The point of the plane at a place (px) in a picture of the window, not outside of it."""
    x = window.left + (position.x() - area.left()) / area.width() * window.width
    y = window.bottom + (area.bottom() - position.y()) / area.height() * window.height
    return min(max(x, window.left), window.right), min(max(y, window.bottom), window.top)


def place_words(place: Place) -> str:
    """A minimum in words: "(3, 2), f = 0"."""
    return f"{point_words(place.point)}, f = {_short(place.loss)}"


def point_words(point: Point) -> str:
    """A point as it is written: "(3, −1.85)"."""
    return f"({_short(point[0])}, {_short(point[1])})"


def words_at(tile: BasinTile, point: Point) -> str:
    """What becomes of a start, as a sentence for a tool tip."""
    frame = tile.frame
    if frame is None:
        return ""
    height, width = frame.reached.shape
    column = int((point[0] - frame.window.left) / frame.window.width * width)
    row = int((point[1] - frame.window.bottom) / frame.window.height * height)
    row, column = min(max(row, 0), height - 1), min(max(column, 0), width - 1)
    fate = _fate(tile.name, frame, int(frame.reached[row, column]), int(frame.taken[row, column]), point)
    return f"{fate} ({frame.problem})" if frame.problem else fate


def _fate(name: str, frame: BasinsFrame, reached: int, taken: int, point: Point) -> str:
    if reached == UNKNOWN:
        return f"{point_words(point)}: not computed yet"
    if reached < 0:
        fate = "is lost" if reached == LOST else f"is at no minimum after {frame.steps} steps"
        return f"{name} from {point_words(point)} {fate}"
    return f"{name} from {point_words(point)} reaches {place_words(frame.minima[reached])} in {taken} steps"


def share_words(reached: int) -> str:
    """What a share of the starts is called: the number of the minimum, or why it is at none."""
    return "lost" if reached == LOST else "at none" if reached == UNREACHED else f"min {reached + 1}"


def _short(value: float) -> str:
    text = signed(value)
    return text.rstrip("0").rstrip(".") if "." in text and "e" not in text else text


def _draw_title(painter: QPainter, tile: BasinTile, box: QRectF, colors: Colors) -> None:
    flags = Qt.AlignmentFlag
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    swatch = QRectF(box.left(), box.top() + 5, _SWATCH, _SWATCH)
    painter.fillRect(swatch, QColor(tile.racer.color))
    if not colors.dark:  # white is a colour of racers too
        painter.setPen(QPen(QColor(colors.axis), 1))
        painter.drawRect(swatch.adjusted(0, 0, -1, -1))
    painter.setFont(font(SMALL_SIZE))
    metrics = painter.fontMetrics()
    right = ""
    if tile.frame is not None and tile.frame.fraction < 1:
        right = percent(tile.frame.fraction, 0)
    left = box.left() + _SWATCH + 5
    room = box.right() - left - (metrics.horizontalAdvance(right) + 6 if right else 0)
    name = metrics.elidedText(tile.name, Qt.TextElideMode.ElideRight, int(room))
    painter.setPen(QColor(colors.text))
    painter.drawText(QRectF(left, box.top(), room, HEAD), flags.AlignVCenter, name)
    painter.setPen(QColor(colors.muted))
    after = left + metrics.horizontalAdvance(name) + 6
    rate = f"lr {rate_text(tile.racer.learning_rate)}"
    if after + metrics.horizontalAdvance(rate) <= left + room:
        painter.drawText(QRectF(after, box.top(), 120, HEAD), flags.AlignVCenter, rate)
    painter.drawText(box, flags.AlignVCenter | flags.AlignRight, right)


def _draw_shares(painter: QPainter, tile: BasinTile, box: QRectF, colors: Colors) -> None:
    """The largest shares, each behind a square of its colour, as many as find room; then what the problem is."""
    painter.setFont(font(TICK_SIZE))
    metrics = painter.fontMetrics()
    painter.setPen(QColor(colors.muted))
    flags = Qt.AlignmentFlag.AlignVCenter
    left = box.left()
    for reached, share in tile.shares:
        text = percent(share, 0) if reached >= 0 else f"{percent(share, 0)} {share_words(reached)}"
        width = metrics.horizontalAdvance(text) + 2
        dot = 9 if reached >= 0 else 0
        if left + dot + width > box.right():
            break
        if dot:
            painter.fillRect(QRectF(left, box.center().y() - 3, 6, 6), QColor(*minimum_color(reached)))
        painter.setPen(QColor(colors.muted))
        painter.drawText(QRectF(left + dot, box.top(), width, box.height()), flags, text)
        left += dot + width + 6
    if tile.frame is not None and tile.frame.problem:
        room = QRectF(left, box.top(), box.right() - left, box.height())
        shown = metrics.elidedText(tile.frame.problem, Qt.TextElideMode.ElideRight, int(room.width()))
        painter.drawText(room, flags, shown)


def _draw_minimum(painter: QPainter, place: QPointF) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(DARK.field), 1))
    painter.setBrush(QColor("#ffffff"))
    painter.drawEllipse(place, 2.5, 2.5)
    painter.setBrush(Qt.BrushStyle.NoBrush)


def _draw_start(painter: QPainter, place: QPointF) -> None:
    """The diamond of the start, as in the landscape: dark with a white edge, so that it is no minimum."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(place)
    painter.setPen(QPen(QColor(DARK.field), 3.5))
    painter.drawPath(marker_path("diamond", 4.0))
    painter.setPen(QPen(QColor("#ffffff"), 1.6))
    painter.setBrush(QColor(DARK.field))
    painter.drawPath(marker_path("diamond", 4.0))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.translate(-place)
