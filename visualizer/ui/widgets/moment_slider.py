"""The slider over a run: its loss as a filled curve, and a handle on the moment that the screen shows."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
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

from visualizer.training.frames import Change, Floats, Steps
from visualizer.ui.numbers import integer, signed
from visualizer.ui.text import plain_tip
from visualizer.ui.theme import DARK, SMALL_SIZE, TICK_SIZE, Colors, font
from visualizer.ui.widgets.axes import Axes, round_ticks

_TICKS = 13  # px below the curve
_ROOM_FOR_TICK = 48  # px
_REACH = 6  # px around the handle and the marks
_LAG = 3  # px that the curve may be behind the head
_PAGE = 10  # moments that PgUp and PgDown move by


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """What lies under the handle: ``steps`` of ``epochs``, the loss (T,) at ``step`` (T,), and what can be visited.

    ``head`` is the newest step, ``recorded`` (M,) the steps of the moments in increasing order.
    """

    steps: int
    epochs: int
    head: int
    step: Steps = field(repr=False)
    loss: Floats = field(repr=False)
    recorded: Steps = field(repr=False)
    changes: tuple[Change, ...] = ()


class MomentSlider(QWidget):
    """Shows a track with its handle, or a sentence where there is no run.

    Emits ``visit_requested(step)`` of a recorded moment, ``live_requested()`` for the head of the run, and
    ``moved(moments)`` for a walk by so many recorded moments.
    """

    visit_requested = Signal(int)
    live_requested = Signal()
    moved = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMouseTracking(True)
        self._colors: Colors = DARK
        self._sentence = ""
        self._track: Track | None = None
        self._visited: int | None = None
        self._ground: QPixmap | None = None  # frame and ticks; made anew when the scale is another
        self._curve: QPixmap | None = None  # made anew when the head is some pixels on: it costs 2 ms
        self._drawn_to = 0  # px

    def set_sentence(self, sentence: str) -> None:
        """Show words in place of a track."""
        if sentence == self._sentence and self._track is None:
            return
        self._sentence, self._track = sentence, None
        self._ground = self._curve = None
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(sentence)
        self.setToolTip(plain_tip(sentence))
        self.update()

    def set_track(self, track: Track, visited: int | None) -> None:
        """Show a run with the handle at ``visited``, None for its head."""
        before = self._track
        if before is None or _scale(before) != _scale(track):
            self._ground = self._curve = None
        elif abs(self._axes(track).to_x(track.head) - self._drawn_to) >= _LAG:
            self._curve = None
        self._sentence, self._track, self._visited = "", track, visited
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        at = f"step {integer(visited)}" if visited is not None else f"the head, step {integer(track.head)}"
        self.setAccessibleName(f"Moments of the run, at {at} of {integer(track.steps)}")
        self.setToolTip("")
        self.update()

    def set_colors(self, colors: Colors) -> None:
        self._colors, self._ground, self._curve = colors, None, None
        self.update()

    # --- painting --------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._ground = self._curve = None

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            if self._track is None:
                self._draw_frame(painter, self.rect().toRectF())
                self._draw_sentence(painter)
                return
            if self._ground is None:
                self._ground = self._draw_ground(self._track)
            if self._curve is None:
                self._curve = self._draw_curve(self._track)
            painter.drawPixmap(0, 0, self._ground)
            painter.drawPixmap(0, 0, self._curve)
            self._draw_handle(painter, self._track)

    def _room(self) -> QRectF:
        return QRectF(0, 0, self.width(), self.height() - _TICKS)

    def _axes(self, track: Track, top: float = 1.0) -> Axes:
        return Axes(self._room().adjusted(6, 3, -6, -1), (0, max(track.steps, track.head, 1)), (0, top))

    def _draw_frame(self, painter: QPainter, frame: QRectF) -> None:
        painter.fillRect(frame, QColor(self._colors.field))
        painter.setPen(QPen(QColor(self._colors.border)))
        painter.drawRect(frame.adjusted(0, 0, -1, -1))

    def _draw_sentence(self, painter: QPainter) -> None:
        painter.setFont(font(SMALL_SIZE))
        painter.setPen(QColor(self._colors.muted))
        room = self.rect().adjusted(8, 2, -8, -2)
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        if painter.boundingRect(room, flags, self._sentence).height() <= room.height():
            painter.drawText(room, flags, self._sentence)
            return
        shown = painter.fontMetrics().elidedText(self._sentence, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignCenter, shown)

    def _empty(self) -> QPixmap:
        ratio = self.devicePixelRatioF()
        pixmap = QPixmap(self.size() * ratio)
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        return pixmap

    def _draw_ground(self, track: Track) -> QPixmap:
        pixmap = self._empty()
        with QPainter(pixmap) as painter:
            self._draw_frame(painter, self._room())
            self._draw_ticks(painter, track)
        return pixmap

    def _draw_ticks(self, painter: QPainter, track: Track) -> None:
        painter.setFont(font(TICK_SIZE))
        axes = self._axes(track)
        most = max(2, int(axes.plot.width()) // _ROOM_FOR_TICK)
        for tick in round_ticks(0, track.epochs, most):
            if tick != round(tick):
                continue
            x = round(axes.to_x(tick * track.steps / max(track.epochs, 1)))
            painter.setPen(QColor(self._colors.axis))
            painter.drawLine(QLineF(x, axes.plot.bottom() - 2, x, axes.plot.bottom()))
            text = f"{tick:.0f}" if tick else "epoch 0"
            width = painter.fontMetrics().horizontalAdvance(text) + 2
            left = min(max(0.0, x - (width / 2 if tick else 6)), self.width() - width)
            painter.setPen(QColor(self._colors.muted))
            room = QRectF(left, self.height() - _TICKS + 1, width, _TICKS)
            painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)

    def _draw_curve(self, track: Track) -> QPixmap:
        pixmap = self._empty()
        self._drawn_to = round(self._axes(track).to_x(track.head))
        columns, losses = column_means(track.step, track.loss, self._axes(track))
        with QPainter(pixmap) as painter:
            if len(columns) > 1:
                self._draw_area(painter, track, columns, losses)
            self._draw_changes(painter, track)
        return pixmap

    def _draw_area(
        self, painter: QPainter, track: Track, columns: NDArray[np.float64], losses: NDArray[np.float64]
    ) -> None:
        # A peak at the start must not flatten all that follows.
        top = float(np.percentile(losses, 98)) * 1.08
        axes = self._axes(track, top if top > 0 else 1.0)
        heights = np.clip(axes.to_y(losses), -9.0, axes.plot.bottom())
        points = [QPointF(x, y) for x, y in zip(columns.tolist(), heights.tolist(), strict=True)]
        floor = axes.plot.bottom() + 1
        painter.setClipRect(self._room().adjusted(1, 1, -1, -1))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._colors.selected))
        painter.drawPolygon(
            QPolygonF([*points, QPointF(points[-1].x(), floor), QPointF(points[0].x(), floor)])
        )
        painter.setPen(QPen(QColor(self._colors.accent), 1.2))
        painter.drawPolyline(QPolygonF(points))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _draw_changes(self, painter: QPainter, track: Track) -> None:
        axes = self._axes(track)
        pen = QPen(QColor(self._colors.muted), 1)
        pen.setDashPattern([2, 2])
        painter.setPen(pen)
        for change in track.changes:
            x = round(axes.to_x(change.step)) + 0.5
            painter.drawLine(QLineF(x, 2, x, axes.plot.bottom() - 1))

    def _draw_handle(self, painter: QPainter, track: Track) -> None:
        axes, bottom = self._axes(track), self._room().bottom() - 1
        head = round(axes.to_x(track.head)) + 0.5
        if self._visited is not None:  # the run goes on elsewhere
            painter.setPen(QPen(QColor(self._colors.muted)))
            painter.drawLine(QLineF(head, 1, head, bottom - 1))
        x = head if self._visited is None else round(axes.to_x(self._visited)) + 0.5
        painter.setPen(QPen(QColor(self._colors.accent if self.hasFocus() else self._colors.text)))
        painter.drawLine(QLineF(x, 1, x, bottom - 1))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._colors.accent if self.hasFocus() else self._colors.text))
        corners = ((-5, 0), (5, 0), (5, 7), (0, 12), (-5, 7))
        painter.drawPolygon(QPolygonF([QPointF(x + right, down) for right, down in corners]))

    # --- the mouse and the keys -------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._visit(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            QToolTip.hideText()
            self._visit(event.position().x())
        elif self._track is not None:
            text = self._words_at(self._track, event.position().x())
            QToolTip.showText(event.globalPosition().toPoint(), text, self)

    def leaveEvent(self, event: QEvent) -> None:
        if self._track is not None:
            QToolTip.hideText()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        walks = {
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Down: -1,
            Qt.Key.Key_Up: 1,
            Qt.Key.Key_PageDown: -_PAGE,
            Qt.Key.Key_PageUp: _PAGE,
        }
        track = self._track
        if track is None:
            super().keyPressEvent(event)
        elif event.key() in walks:
            self.moved.emit(walks[Qt.Key(event.key())])
        elif event.key() == Qt.Key.Key_Home and len(track.recorded):
            self.visit_requested.emit(int(track.recorded[0]))
        elif event.key() == Qt.Key.Key_End:
            self.live_requested.emit()
        else:
            super().keyPressEvent(event)

    def _visit(self, x: float) -> None:
        """Ask for the recorded moment under ``x``; at the head and behind it, for the head."""
        track = self._track
        if track is None or not len(track.recorded):
            return
        axes = self._axes(track)
        if x >= axes.to_x(track.head) - 1:
            self.live_requested.emit()
            return
        step = nearest(track.recorded, axes.from_x(x))
        if step != self._visited:
            self.visit_requested.emit(step)

    def _words_at(self, track: Track, x: float) -> str:
        axes = self._axes(track)
        marked = [change for change in track.changes if abs(axes.to_x(change.step) - x) <= _REACH]
        if marked:
            return plain_tip(
                "; ".join(f"{change.text} from step {integer(change.step + 1)}" for change in marked)
            )
        if x >= axes.to_x(track.head) - 1 or not len(track.recorded):
            return f"Step {integer(track.head)} of {integer(track.steps)}: the head of the run"
        step = nearest(track.recorded, axes.from_x(x))
        epoch = signed(step * track.epochs / max(track.steps, 1), 1)
        told = ""
        if len(track.step):
            place = min(int(np.searchsorted(track.step, step)), len(track.step) - 1)
            told = f", loss {signed(float(track.loss[place]), 3)} nats"
        return f"Visit step {integer(step)} (epoch {epoch}{told})"


def nearest(recorded: Steps, step: float) -> int:
    """The recorded step (of M > 0 in increasing order) that is nearest to ``step``."""
    return int(recorded[int(np.abs(recorded - step).argmin())])


def column_means(step: Steps, loss: Floats, axes: Axes) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Where a curve (T,) lies with one point a column of pixels: x in px and the mean of its finite losses."""
    finite = np.isfinite(loss)
    columns = np.rint(axes.to_x(step[finite])).astype(np.intp)
    if not len(columns):
        return np.zeros(0), np.zeros(0)
    first = columns[0]
    counts = np.bincount(columns - first)
    sums = np.bincount(columns - first, weights=loss[finite])
    filled = np.flatnonzero(counts)
    return (filled + first).astype(np.float64), sums[filled] / counts[filled]


def _scale(track: Track) -> tuple[object, ...]:
    return track.steps, track.epochs, track.changes
