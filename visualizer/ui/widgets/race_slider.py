"""The slider over a race: the lowest loss as a filled curve, marks where racers end, a handle on the moment."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QPolygonF,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from visualizer.ui.text import plain_tip
from visualizer.ui.theme import DARK, TICK_SIZE, Colors, font
from visualizer.ui.widgets.axes import Axes
from visualizer.ui.widgets.curve_axes import linear_labels
from visualizer.ui.widgets.race_lines import clock_scale
from visualizer.ui.widgets.race_read_out import moment_text
from visualizer.ui.widgets.race_track import RaceTrack, TrackMark

_TICKS = 13  # px below the curve
_ROOM_FOR_TICK = 56  # px
_REACH = 4  # px around a mark
_MARK = 8  # px, the height of a mark; half of it is its width
_PAGE = 10  # steps that PgUp and PgDown move by
_HEADS = {"steps": "step 0", "evaluations": "0 evaluations", "time": "0 ms"}


class RaceSlider(QWidget):
    """Shows a track with its handle. A frame at a new moment is two blits and the handle: 0.1 ms.

    Dark in both themes: the colours of the racers need it.

    Emits ``moment_requested(moment)`` while the hand moves, ``step_requested(steps)`` for the arrow keys,
    ``start_requested()`` and ``end_requested()`` for Home and End.
    """

    moment_requested = Signal(float)
    step_requested = Signal(int)
    start_requested = Signal()
    end_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self._colors: Colors = DARK
        self._track: RaceTrack | None = None
        self._moment = 0.0
        self._drawn: tuple[QPixmap, QPixmap] | None = None  # before and behind the handle
        self._marks: list[tuple[float, TrackMark]] = []  # px

    def set_track(self, track: RaceTrack | None, moment: float) -> None:
        """Show a race with the handle at ``moment``; the same track again costs nothing."""
        if track is not self._track:
            self._track, self._drawn = track, None
        elif moment == self._moment:
            return
        self._moment = moment
        self.update()

    def set_colors(self, colors: Colors) -> None:
        self._colors, self._drawn = colors, None
        self.update()

    # --- painting --------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._drawn = None

    def paintEvent(self, event: QPaintEvent) -> None:
        track = self._track
        with QPainter(self) as painter:
            if track is None:
                self._draw_frame(painter)
                return
            if self._drawn is None:
                self._drawn = self._draw(track)
            x = round(self._axes(track).to_x(min(self._moment, track.length or self._moment)))
            for pixmap, left, right in ((self._drawn[0], 0, x), (self._drawn[1], x, self.width())):
                painter.setClipRect(QRectF(left, 0, right - left, self.height()))
                painter.drawPixmap(0, 0, pixmap)
            painter.setClipping(False)
            self._draw_handle(painter, x + 0.5)

    def _room(self) -> QRectF:
        return QRectF(0, 0, self.width(), self.height() - _TICKS)

    def _axes(self, track: RaceTrack) -> Axes:
        top = 1.12  # room above the highest
        return Axes(self._room().adjusted(7, 3, -7, -2), (0, track.length or 1.0), (0, top))

    def _draw_frame(self, painter: QPainter) -> None:
        frame = self._room()
        painter.fillRect(frame, QColor(DARK.field))
        painter.setPen(QPen(QColor(self._colors.border)))
        painter.drawRect(frame.adjusted(0, 0, -1, -1))

    def _draw(self, track: RaceTrack) -> tuple[QPixmap, QPixmap]:
        axes = self._axes(track)
        self._marks = _spread(track.marks, axes)
        columns = np.arange(axes.plot.left(), axes.plot.right() + 1)
        moments = (columns - axes.plot.left()) / axes.plot.width() * axes.x[1]
        heights = track.heights(moments)
        shown = np.isfinite(heights)
        line = [
            QPointF(x, y)
            for x, y in zip(columns[shown].tolist(), axes.to_y(heights[shown]).tolist(), strict=True)
        ]
        made = []
        for before in (True, False):
            ratio = self.devicePixelRatioF()
            pixmap = QPixmap(self.size() * ratio)
            pixmap.setDevicePixelRatio(ratio)
            pixmap.fill(QColor(self._colors.panel))
            with QPainter(pixmap) as painter:
                self._draw_frame(painter)
                self._draw_ticks(painter, axes, track)
                if len(line) > 1:
                    self._draw_area(painter, line, axes.plot.bottom() + 1, before)
                for x, mark in self._marks:
                    _draw_mark(painter, x, axes.plot.bottom(), mark)
            made.append(pixmap)
        return made[0], made[1]

    def _draw_area(self, painter: QPainter, line: list[QPointF], floor: float, before: bool) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if before:
            ends = [QPointF(line[-1].x(), floor), QPointF(line[0].x(), floor)]
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(DARK.selected))
            painter.drawPolygon(QPolygonF([*line, *ends]))
        painter.setPen(QPen(QColor(DARK.accent if before else DARK.axis), 1.2))
        painter.drawPolyline(QPolygonF(line))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _draw_ticks(self, painter: QPainter, axes: Axes, track: RaceTrack) -> None:
        painter.setFont(font(TICK_SIZE))
        metrics = painter.fontMetrics()
        most = max(2, int(axes.plot.width()) // _ROOM_FOR_TICK)
        free = 0.0  # px, from where on there is room
        for tick, text in linear_labels(axes.x, most, clock_scale(track.clock)):
            x = round(axes.to_x(tick))
            painter.setPen(QColor(self._colors.axis))
            painter.drawLine(QLineF(x, axes.plot.bottom(), x, axes.plot.bottom() + 2))
            shown = text if tick else _HEADS[track.clock]
            width = metrics.horizontalAdvance(shown) + 2
            left = min(x - width / 2 if tick else 0.0, self.width() - width)
            if left < free:
                continue
            free = left + width + 6
            painter.setPen(QColor(self._colors.muted))
            painter.drawText(
                QRectF(left, self.height() - _TICKS + 1, width, _TICKS),
                Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter,
                shown,
            )

    def _draw_handle(self, painter: QPainter, x: float) -> None:
        color = QColor(DARK.accent if self.hasFocus() else DARK.text)
        painter.setPen(QPen(color))
        painter.drawLine(QLineF(x, 1, x, self._room().bottom() - 2))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        corners = ((-5, 0), (5, 0), (5, 7), (0, 12), (-5, 7))
        painter.drawPolygon(QPolygonF([QPointF(x + right, down) for right, down in corners]))

    # --- the mouse and the keys -------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._request(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        track, x = self._track, event.position().x()
        if event.buttons() & Qt.MouseButton.LeftButton:
            QToolTip.hideText()
            self._request(x)
        elif track is not None:
            near = [mark.words for at, mark in self._marks if abs(at - x) <= _REACH]
            words = "; ".join(near) or moment_text(self._moment_at(track, x), track.clock)
            QToolTip.showText(event.globalPosition().toPoint(), plain_tip(words), self)

    def leaveEvent(self, event: QEvent) -> None:
        QToolTip.hideText()

    def _moment_at(self, track: RaceTrack, x: float) -> float:
        return min(max(self._axes(track).from_x(x), 0.0), track.length)

    def _request(self, x: float) -> None:
        if self._track is not None:
            moment = self._moment_at(self._track, x)
            # Whole steps and evaluations; a pixel may be many of them, or a part of one.
            self.moment_requested.emit(moment if self._track.clock == "time" else float(round(moment)))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        walks = {
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Down: -1,
            Qt.Key.Key_Up: 1,
            Qt.Key.Key_PageDown: -_PAGE,
            Qt.Key.Key_PageUp: _PAGE,
        }
        if self._track is None:
            super().keyPressEvent(event)
        elif event.key() in walks:
            self.step_requested.emit(walks[Qt.Key(event.key())])
        elif event.key() == Qt.Key.Key_Home:
            self.start_requested.emit()
        elif event.key() == Qt.Key.Key_End:
            self.end_requested.emit()
        else:
            super().keyPressEvent(event)


def _spread(marks: tuple[TrackMark, ...], axes: Axes) -> list[tuple[float, TrackMark]]:
    """Where marks are drawn, in px, beside one another where they would overlap."""
    placed: list[tuple[float, TrackMark]] = []
    for mark in marks:
        x = float(round(axes.to_x(mark.moment)))
        if placed:
            x = max(x, placed[-1][0] + _MARK / 2 + 1)
        placed.append((min(x, axes.plot.right()), mark))
    return placed


def _draw_mark(painter: QPainter, x: float, bottom: float, mark: TrackMark) -> None:
    """A bar where a racer converges, a × where it diverges, an arrow up where it escapes."""
    color, half = QColor(mark.color), _MARK / 4
    if mark.state == "converged":
        painter.fillRect(QRectF(x - half, bottom - _MARK, 2 * half, _MARK), color)
        return
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(color, 1.6))
    top = bottom - _MARK + 1
    if mark.state == "diverged":
        painter.drawLine(QLineF(x - 2.5, top + 1, x + 2.5, top + 6))
        painter.drawLine(QLineF(x - 2.5, top + 6, x + 2.5, top + 1))
    else:
        painter.drawLine(QLineF(x, top, x, bottom - 1))
        painter.drawPolyline(
            QPolygonF([QPointF(x - 2.5, top + 3), QPointF(x, top), QPointF(x + 2.5, top + 3)])
        )
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
