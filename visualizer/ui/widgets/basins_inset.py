"""The basins of the selected racer as a small picture in the corner of the landscape."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPixmap, QPolygonF

from visualizer.race.basin_colors import picture
from visualizer.race.frames import BasinsFrame
from visualizer.race.surface import Point
from visualizer.ui.numbers import percent
from visualizer.ui.theme import SMALL_SIZE, TICK_SIZE, font
from visualizer.ui.widgets.picture_view import to_image
from visualizer.ui.widgets.place_labels import Box, box_of

_TITLE = 19.0  # px
_SHARE, _LEAST, _MOST = 0.215, 84.0, 170.0  # of the plot's width, px
_INSET = 8.0  # px from the corner
_SMALLEST_PLOT = (230.0, 190.0)  # px
_FEW, _MANY = 30.0, 90.0  # cells with trails that an inset may hide: at another corner, before it goes there
_GROUND, _BORDER, _TEXT, _MUTED = (
    QColor("#1b1c1f"),
    QColor("#44484f"),
    QColor("#d7dae0"),
    QColor("#8b9098"),
)
_GOAL = 150.0  # such cells, that a minimum counts for: there the race ends
NOT_YET = "Looking where every start ends…"


class BasinsInset:
    """Draws the inset; ``rect`` is where it was drawn last, empty where the plot has no room for it."""

    def __init__(self) -> None:
        self.rect = QRectF()
        self._corner: int | None = None
        self._frame: BasinsFrame | None = None
        self._basins, self._drawn = QPixmap(), QPixmap()
        self._drawn_of: tuple[object, ...] = ()

    def lay(
        self,
        plot: QRectF,
        start: QPointF,
        minima: Sequence[QPointF],
        covered: Callable[[Box], float],
        *,
        shown: bool,
    ) -> None:
        """Find the place: a corner of ``plot`` that hides neither the start nor minima nor much of the trails.

        Of the corners the upper right one comes first; it stays at the last one while no other hides much less.
        """
        if not shown or plot.width() < _SMALLEST_PLOT[0] or plot.height() < _SMALLEST_PLOT[1]:
            self.rect = QRectF()
            return
        side = round(min(max(_SHARE * plot.width(), _LEAST), _MOST, 0.45 * plot.height()))
        lefts = plot.right() - _INSET - side, plot.left() + _INSET
        tops = plot.top() + _INSET, plot.bottom() - _INSET - side - _TITLE
        corners = [QRectF(left, top, side, side + _TITLE) for top in tops for left in lefts]
        around = [each.adjusted(-9, -9, 9, 9) for each in corners]
        free = [i for i in range(len(corners)) if not around[i].contains(start)]

        def hidden(corner: int) -> float:
            goals = sum(around[corner].contains(minimum) for minimum in minima)
            return _GOAL * goals + covered(box_of(corners[corner]))

        if self._corner not in free or hidden(self._corner) > _MANY:
            best = min(free, key=lambda i: hidden(i) // _FEW, default=0)
            if self._corner not in free or hidden(best) < hidden(self._corner) - _MANY + _FEW:
                self._corner = best
        self.rect = corners[self._corner]

    def forget_place(self) -> None:
        """Begin with the upper right corner again: another surface is shown."""
        self._corner = None

    @property
    def picture_rect(self) -> QRectF:
        """Where the basins themselves are, in px."""
        return self.rect.adjusted(1, _TITLE, -1, -1)

    def point_at(self, position: QPointF) -> Point | None:
        """The start that lies at a pixel of the inset; None elsewhere."""
        area = self.picture_rect
        if self._frame is None or self.rect.isEmpty() or not area.contains(position):
            return None
        window = self._frame.window
        across = (position.x() - area.left()) / area.width()
        up = (area.bottom() - position.y()) / area.height()
        return window.left + across * window.width, window.bottom + up * window.height

    def draw(
        self, painter: QPainter, frame: BasinsFrame | None, name: str, start: Point, ratio: float
    ) -> None:
        """The basins of the racer ``name``, with its minima and ``start``; a sentence while there are none."""
        if self.rect.isEmpty():
            return
        if frame is not self._frame:
            self._frame = frame
            self._basins = QPixmap() if frame is None else QPixmap.fromImage(to_image(picture(frame)))
        wanted = (frame, name, start, self.rect.size(), ratio)
        if wanted != self._drawn_of:
            self._drawn_of = wanted
            self._draw(name, start, ratio)
        painter.drawPixmap(self.rect.topLeft(), self._drawn)

    def _draw(self, name: str, start: Point, ratio: float) -> None:
        """The whole inset as one picture: in pieces, a frame of a playing race would cost twice as much."""
        frame, whole = self._frame, QRectF(0, 0, self.rect.width(), self.rect.height())
        area = whole.adjusted(1, _TITLE, -1, -1)
        self._drawn = QPixmap(whole.size().toSize() * ratio)
        self._drawn.setDevicePixelRatio(ratio)
        self._drawn.fill(_GROUND)
        with QPainter(self._drawn) as painter:
            self._draw_title(painter, name)
            if frame is None:
                painter.setPen(_MUTED)
                painter.setFont(font(TICK_SIZE))
                flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
                painter.drawText(area.adjusted(6, 0, -6, 0), flags, NOT_YET)
            else:
                painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
                painter.drawPixmap(area, self._basins, QRectF(self._basins.rect()))
                _draw_marks(painter, frame, start, area)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.setPen(QPen(_BORDER, 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(whole.adjusted(0, 0, -1, -1))

    def _draw_title(self, painter: QPainter, name: str) -> None:
        """``Basins Adam, lr 0.35``, or how far they are."""
        title, metrics, frame = "Basins ", QFontMetricsF(font(SMALL_SIZE)), self._frame
        area = QRectF(6, 0, self.rect.width() - 10, _TITLE)
        painter.setFont(font(SMALL_SIZE))
        painter.setPen(_TEXT)
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, title)
        words = name
        if frame is not None:
            rate = f"{frame.racer.learning_rate:.3g}"
            words = f"{name}, lr {rate}" if frame.fraction >= 1 else f"{name}, {percent(frame.fraction, 0)}"
        area.setLeft(area.left() + metrics.horizontalAdvance(title))
        painter.setPen(_MUTED)
        shown = metrics.elidedText(words, Qt.TextElideMode.ElideRight, area.width())
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, shown)


def _draw_marks(painter: QPainter, frame: BasinsFrame, start: Point, area: QRectF) -> None:
    window = frame.window
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)

    def place(point: Point) -> QPointF:
        across, up = (point[0] - window.left) / window.width, (point[1] - window.bottom) / window.height
        return QPointF(area.left() + across * area.width(), area.bottom() - up * area.height())

    painter.setPen(QPen(QColor("#1b1c1f"), 1))
    painter.setBrush(QColor("#ffffff"))
    for minimum in frame.minima:
        if minimum.point in window:
            painter.drawEllipse(place(minimum.point), 2.2, 2.2)
    if start in window:
        at = place(start)
        painter.setBrush(QColor("#1b1c1f"))
        painter.setPen(QPen(QColor("#ffffff"), 1.4))
        corners = [QPointF(0, -4), QPointF(4, 0), QPointF(0, 4), QPointF(-4, 0)]
        painter.drawPolygon(QPolygonF([at + corner for corner in corners]))
    painter.setBrush(Qt.BrushStyle.NoBrush)
