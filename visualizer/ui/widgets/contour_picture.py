"""The ground of a race: filled levels, lines, gaps, minima and saddles, axes and the bar of levels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QPen, QPixmap

from visualizer.race.frames import Landscape, Numbers
from visualizer.race.landscape import level_words
from visualizer.race.surface import Place
from visualizer.ui.theme import TICK_SIZE, Colors, font
from visualizer.ui.widgets.contour_frame import ContourFrame, draw_frame
from visualizer.ui.widgets.curve_painting import finite_runs, polygon
from visualizer.ui.widgets.picture_view import to_image

GROUND = "#1b1c1f"  # of the plot, in both themes: the racers' colours are made for it
LINE = QColor(190, 198, 212, 50)
_LOW, _HIGH = (24, 27, 32), (86, 93, 107)  # neutral greys, so that trails own the colours
_GAP = 255  # in Landscape.bands
_GAP_COLOR, _HATCH = "#202226", "#3a3d44"
STALE = 0.4  # opacity of a ground that is not that of the race
_ROOM_FOR_LEVEL = 44  # px between two numbers at the bar


@dataclass(frozen=True, slots=True)
class Ground:
    """All on which the ground depends; ``places`` are its minima and saddles, ``opacity`` < 1 where it is stale."""

    landscape: Landscape | None
    frame: ContourFrame
    size: QSize
    ratio: float
    colors: Colors
    places: tuple[Place, ...] = ()
    lines: bool = True
    opacity: float = 1.0


class ContourPicture:
    """Draws the ground, and keeps it while nothing of it changes: 3 ms for 640 × 450 px with all lines."""

    def __init__(self) -> None:
        self._ground: Ground | None = None
        self._pixmap = QPixmap()
        self._landscape: Landscape | None = None
        self._bands = QImage()
        self._points: Numbers = np.empty((0, 2))

    def pixmap(self, ground: Ground) -> QPixmap:
        """The picture of ``ground``, opaque."""
        if ground != self._ground:
            self._ground = ground
            self._draw(ground)
        return self._pixmap

    def _draw(self, ground: Ground) -> None:
        plot = ground.frame.axes.plot
        self._pixmap = QPixmap(ground.size * ground.ratio)
        self._pixmap.setDevicePixelRatio(ground.ratio)
        self._pixmap.fill(QColor(ground.colors.panel))
        with QPainter(self._pixmap) as painter:
            painter.fillRect(plot, QColor(GROUND))
            painter.setOpacity(ground.opacity)
            painter.setClipRect(plot)
            if ground.landscape is not None:
                self._take(ground.landscape)
                self._draw_bands(painter, ground.frame, ground.landscape)
                if ground.lines:
                    self._draw_lines(painter, ground.frame)
                draw_places(painter, ground.frame, ground.places)
            painter.setClipping(False)
            painter.setOpacity(1.0)
            draw_frame(painter, ground.frame, ground.colors)
            if ground.landscape is not None and ground.frame.bar.width():
                _draw_bar(painter, ground.frame.bar, ground.landscape, ground.colors)

    def _take(self, landscape: Landscape) -> None:
        """What of a landscape does not depend on where it is drawn."""
        if landscape is self._landscape:
            return
        self._landscape = landscape
        self._bands = to_image(shades(len(landscape.levels))[landscape.bands[::-1]]).convertToFormat(
            QImage.Format.Format_ARGB32_Premultiplied
            if (landscape.bands == _GAP).any()
            else QImage.Format.Format_RGB32
        )
        between = np.full((1, 2), np.nan)
        self._points = np.concatenate(
            [part for line in landscape.lines for part in (line, between)] or [between]
        )

    def _draw_bands(self, painter: QPainter, frame: ContourFrame, landscape: Landscape) -> None:
        """The shades of the landscape where its window lies in that of the plot, which may be another by now."""
        axes, window, bands = frame.axes, landscape.window, self._bands
        left, right = float(axes.to_x(window.left)), float(axes.to_x(window.right))
        top, bottom = float(axes.to_y(window.top)), float(axes.to_y(window.bottom))
        shown = QRectF(left, top, right - left, bottom - top).intersected(axes.plot)
        if shown.isEmpty():
            return
        if bands.hasAlphaChannel():
            painter.fillRect(shown, QColor(_GAP_COLOR))
            painter.fillRect(shown, QBrush(QColor(_HATCH), Qt.BrushStyle.BDiagPattern))
        across, up = bands.width() / (right - left), bands.height() / (bottom - top)
        # Only the part that is seen: Qt's coordinates end where a deep zoom begins.
        part = QRectF(
            (shown.left() - left) * across,
            (shown.top() - top) * up,
            shown.width() * across,
            shown.height() * up,
        )
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(shown, bands, part)

    def _draw_lines(self, painter: QPainter, frame: ContourFrame) -> None:
        """Hairlines: Qt draws wider ones forty times as slowly."""
        xs, ys = frame.axes.to_x(self._points[:, 0]), frame.axes.to_y(self._points[:, 1])
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(LINE, 0))
        for start, end in finite_runs(xs):
            painter.drawPolyline(polygon(np.clip(xs[start:end], -1e5, 1e5), ys[start:end]))


def shades(levels: int) -> NDArray[np.uint8]:
    """The colours (256, 4) RGBA of the bands between so many levels, from dark to light; gaps are transparent."""
    table = np.zeros((256, 4), np.uint8)
    shares = np.linspace(0, 1, levels + 1)[:, None] if levels else np.full((1, 1), 0.4)
    table[: levels + 1, :3] = np.round(np.array(_LOW) * (1 - shares) + np.array(_HIGH) * shares)
    table[: levels + 1, 3] = 255
    return table


def draw_places(painter: QPainter, frame: ContourFrame, places: tuple[Place, ...]) -> None:
    """A + for each minimum, and a small × in a ring for each saddle."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    minimum, saddle = QPen(QColor("#e6e8ec"), 1.4), QPen(QColor("#b4b9c3"), 1.1)
    for place in places:
        x, y = frame.pixel(place.point)
        if not frame.axes.plot.adjusted(-8, -8, 8, 8).contains(x, y):
            continue
        if place.kind == "minimum":
            painter.setPen(minimum)
            painter.drawLines([QLineF(x - 5, y, x + 5, y), QLineF(x, y - 5, x, y + 5)])
        else:
            painter.setPen(saddle)
            painter.drawEllipse(QPointF(x, y), 5.0, 5.0)
            painter.drawLines([QLineF(x - 2, y - 2, x + 2, y + 2), QLineF(x - 2, y + 2, x + 2, y - 2)])


def _draw_bar(painter: QPainter, bar: QRectF, landscape: Landscape, colors: Colors) -> None:
    """A step of the same height for each band, numbers at some of the levels."""
    levels = landscape.levels
    table, count = shades(len(levels)), len(levels) + 1
    edges = [round(bar.bottom() - bar.height() * step / count) for step in range(count + 1)]
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    for step in range(count):
        shade = QColor(*table[step, :3].tolist())
        painter.fillRect(
            QRectF(bar.left(), edges[step + 1], bar.width(), edges[step] - edges[step + 1]), shade
        )
    painter.setPen(QPen(QColor(colors.border), 1))
    painter.drawRect(bar.adjusted(0, 0, -1, -1))
    painter.setFont(font(TICK_SIZE))
    painter.setPen(QColor(colors.muted))
    flags = Qt.AlignmentFlag
    stride = max(1, round(_ROOM_FOR_LEVEL / (bar.height() / count)))
    words = level_words(levels)
    for step in range((len(levels) - 1) % stride // 2, len(levels), stride):
        room = QRectF(bar.right() + 5, edges[step + 1] - 8, 46, 16)
        painter.drawText(room, flags.AlignLeft | flags.AlignVCenter, words[step])
    below = QRectF(bar.left() - 10, bar.bottom() + 5, bar.width() + 20, 15)
    painter.drawText(below, flags.AlignHCenter | flags.AlignTop, "f")
