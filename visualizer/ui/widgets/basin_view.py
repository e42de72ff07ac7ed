"""The basins of several racers side by side, and the legend of their colours."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from visualizer.race.basin_colors import UNREACHED_COLOR, minimum_color
from visualizer.race.surface import Place, Point, Window
from visualizer.ui.text import plain_tip
from visualizer.ui.theme import DARK, SMALL_SIZE, Colors, font
from visualizer.ui.widgets.basin_tile import FOOT, HEAD, BasinTile, draw_tile, place_words, point_at, words_at

_GAP, _LINE = 10, 16  # px
_MOST_ASPECT = 2.0
_FEW_LINES = 3  # of the legend


class BasinView(QWidget):
    """Tiles in rows and columns, as large as they can be.

    Emits ``start_dragged(point, done)`` while the hand sets a start.
    """

    start_dragged = Signal(object, bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colors: Colors = DARK
        self._tiles: tuple[BasinTile, ...] = ()
        self._window = Window(-1, 1, -1, 1)
        self._minima: tuple[Place, ...] = ()
        self._start: Point = (0.0, 0.0)
        self._selected = ""
        self._areas: list[QRectF] = []
        self._held = -1  # the tile in which the hand is
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMouseTracking(True)
        self.setAccessibleName("Basins of attraction")

    def set_tiles(
        self,
        tiles: tuple[BasinTile, ...],
        window: Window,
        minima: tuple[Place, ...],
        start: Point,
        selected: str,
    ) -> None:
        """Show ``tiles`` of ``window``, the start in each, the racer ``selected`` marked."""
        self._tiles, self._window, self._minima = tiles, window, minima
        self._start, self._selected = start, selected
        self.update()

    def set_colors(self, colors: Colors) -> None:
        self._colors = colors
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(640, 400)

    def minimumSizeHint(self) -> QSize:
        return QSize(160, 120)

    # --- painting ----------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            lines = self._legend_lines(painter)
            legend = len(lines) * _LINE + 4
            boxes = self._boxes(self.width(), self.height() - legend)
            self._areas = [
                draw_tile(
                    painter,
                    tile,
                    box,
                    self._window,
                    self._start,
                    self._colors,
                    marked=tile.racer.key == self._selected,
                )
                for tile, box in zip(self._tiles, boxes, strict=True)
            ]
            top = max((box.bottom() for box in boxes), default=0.0) + 6
            for number, line in enumerate(lines):
                self._draw_line(painter, line, min(top, self.height() - legend) + number * _LINE)

    def _boxes(self, width: float, height: float) -> list[QRectF]:
        """Where the tiles are: in as many columns as make them largest."""
        count = len(self._tiles)
        if not count:
            return []
        aspect = min(max(self._window.width / self._window.height, 1 / _MOST_ASPECT), _MOST_ASPECT)
        best = (0.0, 1)
        for columns in range(1, count + 1):
            rows = math.ceil(count / columns)
            wide = (width - _GAP * (columns - 1)) / columns
            high = (height - _GAP * (rows - 1)) / rows - HEAD - FOOT
            best = max(best, (min(wide, high * aspect), columns))
        across, columns = max(best[0], 24.0), best[1]
        down = across / aspect + HEAD + FOOT
        return [
            QRectF(
                round((index % columns) * (across + _GAP)) + 1,
                round((index // columns) * (down + _GAP)),
                round(across) - 2,
                round(down),
            )
            for index in range(count)
        ]

    # --- the legend --------------------------------------------------------------------------------

    def _legend_lines(self, painter: QPainter) -> list[list[tuple[QBrush, str]]]:
        """The entries (what a square is filled with, words), broken into lines; the last minima may be left out."""
        painter.setFont(font(SMALL_SIZE))
        metrics = painter.fontMetrics()
        entries = [
            (QBrush(QColor(*minimum_color(index))), place_words(place))
            for index, place in enumerate(self._minima)
        ]
        most = max(1, _FEW_LINES * self.width() // 150 - 3)
        if len(entries) > most:
            entries = [*entries[:most], (QBrush(), f"and {len(entries) - most} more minima")]
        entries += [
            (QBrush(QColor(*UNREACHED_COLOR)), "at no minimum at the end"),
            (QBrush(QColor("#8b9098"), Qt.BrushStyle.BDiagPattern), "lost"),
            (QBrush(), "darker: more steps"),
        ]
        lines: list[list[tuple[QBrush, str]]] = [[]]
        left = 0
        for brush, text in entries:
            width = metrics.horizontalAdvance(text) + 30
            if left and left + width > self.width():
                lines.append([])
                left = 0
            lines[-1].append((brush, text))
            left += width
        return lines

    def _draw_line(self, painter: QPainter, line: list[tuple[QBrush, str]], top: float) -> None:
        painter.setFont(font(SMALL_SIZE))
        left = 1.0
        for brush, text in line:
            if brush.style() != Qt.BrushStyle.NoBrush:
                box = QRectF(left, top + 4, 8, 8)
                painter.fillRect(box, QColor(DARK.field))
                painter.fillRect(box, brush)
                left += 13
            width = painter.fontMetrics().horizontalAdvance(text)
            painter.setPen(QColor(self._colors.muted))
            painter.drawText(QRectF(left, top, width + 2, _LINE), Qt.AlignmentFlag.AlignVCenter, text)
            left += width + 17

    # --- mouse -------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._held = self._tile_at(event.position()) if event.button() == Qt.MouseButton.LeftButton else -1
        if self._held < 0:
            event.ignore()
            return
        self._drag(event.position(), done=False)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._held >= 0:
            self._drag(event.position(), done=False)
            return
        index = self._tile_at(event.position())
        if index >= 0:
            point = point_at(event.position(), self._areas[index], self._window)
            text = plain_tip(words_at(self._tiles[index], point))
            QToolTip.showText(event.globalPosition().toPoint(), text, self)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._held >= 0:
            self._drag(event.position(), done=True)
            self._held = -1

    def leaveEvent(self, event: QEvent) -> None:
        QToolTip.hideText()

    def _tile_at(self, position: QPointF) -> int:
        return next((index for index, area in enumerate(self._areas) if area.contains(position)), -1)

    def _drag(self, position: QPointF, *, done: bool) -> None:
        if self._held < len(self._areas):
            self.start_dragged.emit(point_at(position, self._areas[self._held], self._window), done)
