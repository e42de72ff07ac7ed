"""A matrix of shares: a row for each class, a column for each value of a transform."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QMouseEvent, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from visualizer.ui.text import plain, plain_tip
from visualizer.ui.theme import DARK, SMALL_SIZE, TICK_SIZE, Colors, font
from visualizer.ui.widgets.axes import LABEL_HEIGHT, TICK_LENGTH, Axes
from visualizer.ui.widgets.color_maps import lookup_table
from visualizer.ui.widgets.picture_view import to_image
from visualizer.ui.widgets.study_words import axis_title, value_labels

Values = NDArray[np.float64]

_MAP = "viridis"
_TOPS = (0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0)  # the share that the last colour may stand for
_HEADER, _TITLE = 20, 15  # px
_BAR, _BAR_HEIGHT = 56, 7  # px of the legend
_NAMES_FROM = 10.0  # px of a row: names would overlap in lower ones
_GRID_FROM = 8.0  # px of a row: in lower ones gaps would be most of the picture
_NAME_SHARE = 0.3  # of the width at most
_RIGHT = 14  # px, half of the last label
_ROOM_FOR_TICK = 40  # px
_BEYOND = 2  # px beyond the last column, where a tick may still stand
_ALIGN = Qt.AlignmentFlag


class AngleMatrix(QWidget):
    """One painted widget; the drawing is kept until cells, size or colours change: 0.1 ms a repaint, 2 ms anew."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colors: Colors = DARK
        self._cells: Values = np.zeros((0, 0))
        self._names: tuple[str, ...] = ()
        self._values: Values = np.zeros(0)
        self._transform, self._caption, self._quantity = "rotation", "", ""
        self._top = 1.0
        self._words: Callable[[int, int], str] = lambda row, column: ""
        self._axes: Axes | None = None
        self._drawn: QPixmap | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMouseTracking(True)
        self.setAccessibleName("Shares by class and value")

    def set_cells(
        self,
        cells: Values,
        names: Sequence[str],
        values: Values,
        transform: str,
        caption: str,
        quantity: str,
        words: Callable[[int, int], str],
        *,
        fit: bool = False,
    ) -> None:
        """Show ``cells`` (R, A), 0…1 or NaN, with a name for each row; ``words(row, column)`` are for the tool tip.

        ``quantity`` says what the colours are of. They reach to 1, or with ``fit`` little beyond the highest cell.
        """
        self._cells, self._names, self._values = cells, tuple(plain(name) for name in names), values
        self._transform, self._caption, self._words = transform, caption, words
        self._quantity = quantity
        highest = float(np.nan_to_num(cells).max(initial=0.0)) if fit else 1.0
        self._top = next((top for top in _TOPS if top >= highest), 1.0)
        self.setAccessibleDescription(f"{quantity}: {caption}")
        self._forget()

    def set_colors(self, colors: Colors) -> None:
        self._colors = colors
        self._forget()

    def sizeHint(self) -> QSize:
        return QSize(400, 300)

    def minimumSizeHint(self) -> QSize:
        return QSize(160, 110)

    def _forget(self) -> None:
        self._drawn = self._axes = None
        self.update()

    # --- painting ----------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._cells.size:
            return
        ratio = self.devicePixelRatioF()
        if self._drawn is None or self._drawn.size() != self.size() * ratio:
            self._drawn = QPixmap(self.size() * ratio)
            self._drawn.setDevicePixelRatio(ratio)
            self._drawn.fill(Qt.GlobalColor.transparent)
            with QPainter(self._drawn) as painter:
                self._axes = self._draw(painter)
        with QPainter(self) as painter:
            painter.drawPixmap(0, 0, self._drawn)

    def _draw(self, painter: QPainter) -> Axes:
        rows, columns = self._cells.shape
        metrics = QFontMetrics(font(SMALL_SIZE))
        height = max(20, self.height() - _HEADER - LABEL_HEIGHT - _TITLE - 2)
        named = height / rows >= _NAMES_FROM
        widest = max((metrics.horizontalAdvance(name) for name in self._names), default=0) if named else 0
        left = min(widest, round(_NAME_SHARE * self.width())) + 8
        plot = QRectF(left, _HEADER, max(20, self.width() - left - _RIGHT), height)
        axes = Axes(plot, (0, columns), (rows, 0))  # the first class on top
        self._draw_header(painter)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.drawImage(plot, to_image(_pixels(self._cells / self._top, self._colors)))
        if height / rows >= _GRID_FROM:
            painter.setPen(QColor(self._colors.panel))
            for row in range(1, rows):
                y = round(axes.to_y(row))
                painter.drawLine(round(plot.left()), y, round(plot.right()), y)
        if named:
            self._draw_names(painter, axes, left)
        self._draw_values(painter, axes)
        return axes

    def _draw_header(self, painter: QPainter) -> None:
        """The caption, and what the colours mean."""
        painter.setFont(font(SMALL_SIZE))
        painter.setPen(QColor(self._colors.muted))
        metrics = painter.fontMetrics()
        low, high = f"{self._quantity}  0 ", f" {self._top:g}"
        right = self.width() - _RIGHT - metrics.horizontalAdvance(high)
        bar = QRectF(right - _BAR, (_HEADER - 4 - _BAR_HEIGHT) / 2, _BAR, _BAR_HEIGHT)
        painter.drawImage(bar, to_image(_table(self._colors)[None]))
        wide = metrics.horizontalAdvance(low)
        left = bar.left() - wide
        painter.drawText(QRectF(left, 0, wide, _HEADER - 4), _ALIGN.AlignVCenter, low)
        painter.drawText(QRectF(right, 0, self.width() - right, _HEADER - 4), _ALIGN.AlignVCenter, high)
        room = QRectF(0, 0, max(0.0, left - 8), _HEADER - 4)
        caption = metrics.elidedText(self._caption, Qt.TextElideMode.ElideRight, int(room.width()))
        painter.drawText(room, _ALIGN.AlignVCenter, caption)

    def _draw_names(self, painter: QPainter, axes: Axes, left: float) -> None:
        painter.setFont(font(SMALL_SIZE))
        painter.setPen(QColor(self._colors.text))
        metrics = painter.fontMetrics()
        for row, name in enumerate(self._names):
            text = metrics.elidedText(name, Qt.TextElideMode.ElideRight, int(left - 8))
            room = QRectF(0, axes.to_y(row + 0.5) - 8, left - 6, 16)
            painter.drawText(room, _ALIGN.AlignVCenter | _ALIGN.AlignRight, text)

    def _draw_values(self, painter: QPainter, axes: Axes) -> None:
        plot, values = axes.plot, self._values
        is_round = self._transform == "rotation"
        low, high = (0.0, 360.0) if is_round else (float(values[0]), float(values[-1]))
        # A column is as wide as all others, however far its value is from the next.
        known, places = values, np.arange(len(values)) + 0.5
        if is_round:
            known, places = np.append(values, 360.0), np.append(places, len(values) + 0.5)
        painter.setFont(font(TICK_SIZE))
        for value, text in value_labels(
            self._transform, low, high, max(2, int(plot.width()) // _ROOM_FOR_TICK)
        ):
            x = axes.to_x(float(np.interp(value, known, places)))
            if x > plot.right() + _BEYOND:
                continue  # 360° would be a column more, where few columns are wide
            painter.setPen(QColor(self._colors.axis))
            painter.drawLine(QPointF(x, plot.bottom()), QPointF(x, plot.bottom() + TICK_LENGTH))
            painter.setPen(QColor(self._colors.muted))
            room = QRectF(x - 40, plot.bottom() + TICK_LENGTH, 80, LABEL_HEIGHT - TICK_LENGTH + 1)
            painter.drawText(room, _ALIGN.AlignHCenter | _ALIGN.AlignTop, text)
        painter.setFont(font(SMALL_SIZE))
        below = QRectF(plot.left(), plot.bottom() + LABEL_HEIGHT, plot.width(), _TITLE)
        painter.drawText(below, _ALIGN.AlignHCenter | _ALIGN.AlignVCenter, axis_title(self._transform))

    # --- mouse -------------------------------------------------------------------------------------

    def cell_at(self, point: QPointF) -> tuple[int, int] | None:
        """The (row, column) at a point of the widget, once it is painted."""
        if self._axes is None or not self._axes.plot.contains(point):
            return None
        plot, (rows, columns) = self._axes.plot, self._cells.shape
        row = int((point.y() - plot.top()) / plot.height() * rows)
        return min(row, rows - 1), min(int(self._axes.from_x(point.x())), columns - 1)

    def place_of(self, row: int, column: int) -> QPointF:
        """The middle of a cell, px, once the widget is painted."""
        assert self._axes is not None
        return QPointF(self._axes.to_x(column + 0.5), self._axes.to_y(row + 0.5))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        cell = self.cell_at(event.position())
        text = self._words(*cell) if cell is not None else ""
        QToolTip.showText(event.globalPosition().toPoint(), plain_tip(text), self)


def _table(colors: Colors) -> NDArray[np.uint8]:
    """From none to all: away from the ground of the theme."""
    table = lookup_table(_MAP)
    return table if colors.dark else table[::-1]


def _pixels(cells: Values, colors: Colors) -> NDArray[np.uint8]:
    """The colours (R, A, 3) of shares; the ground where nothing is known."""
    levels = np.nan_to_num(np.clip(cells, 0, 1) * 255).round().astype(np.uint8)
    pixels = _table(colors)[levels]
    ground = QColor(colors.header)
    pixels[np.isnan(cells)] = ground.red(), ground.green(), ground.blue()
    return pixels
