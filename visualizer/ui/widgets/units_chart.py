"""The distribution of every unit of a layer in one chart."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from visualizer.probes.frames import UnitStatistics
from visualizer.ui.numbers import integer, signed
from visualizer.ui.theme import DARK, Colors
from visualizer.ui.widgets.axes import (
    LABEL_HEIGHT,
    Axes,
    draw_axes,
    draw_zero,
    label_width,
    padded,
    round_ticks,
    tick_texts,
)
from visualizer.ui.widgets.unit_columns import UnitColumns, columns_of

WIDEST_BOX = 9  # px
CROSS = 3  # px, half the side of a dead unit's ×
SOME_DEAD = 5  # px, a mark above a column that hides a dead unit among living ones
LABEL_ROOM = 44  # px between two labels of the unit axis


class UnitsChart(QWidget):
    """Per unit a line from minimum to maximum, a box of the 5–95 % range, a tick at the mean.

    Units stand in ``order``, at least 1 px each: where there are more units than pixels, neighbours share a column
    that spans them all. ``selected(unit)`` is a click or a key. The drawing is kept until data, size or colours change.
    """

    selected = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colors: Colors = DARK
        self._statistics: UnitStatistics | None = None
        self._order: NDArray[np.intp] = np.zeros(0, np.intp)
        self._places: dict[int, int] = {}  # unit → place in the order
        self._unit = -1
        self._drawn: QPixmap | None = None
        self._axes = Axes(QRectF(0, 0, 1, 1), (0, 1), (0, 1))
        self._columns: UnitColumns | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName("Distribution of the activations of every unit")

    # What is shown

    def set_statistics(self, statistics: UnitStatistics | None, order: NDArray[np.intp]) -> None:
        """Show the units in ``order`` (unit indices, all or some), from left to right."""
        self._statistics, self._order = statistics, order
        self._places = {unit: place for place, unit in enumerate(order.tolist())}
        self._forget()

    def set_unit(self, unit: int) -> None:
        """Mark the selected unit."""
        if unit != self._unit:
            self._unit = unit
            self.update()

    def set_colors(self, colors: Colors) -> None:
        self._colors = colors
        self._forget()

    def sizeHint(self) -> QSize:
        return QSize(400, 130)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, 72)

    def _forget(self) -> None:
        self._drawn = None
        self.update()

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._statistics is None or not self._order.size:
            return
        ratio = self.devicePixelRatioF()
        if self._drawn is None or self._drawn.size() != self.size() * ratio:
            self._drawn = QPixmap(self.size() * ratio)
            self._drawn.setDevicePixelRatio(ratio)
            self._drawn.fill(Qt.GlobalColor.transparent)
            with QPainter(self._drawn) as painter:
                self._draw_chart(painter, self._statistics)
        with QPainter(self) as painter:
            painter.drawPixmap(0, 0, self._drawn)
            self._draw_selected(painter)
            if self.hasFocus():
                painter.setPen(QPen(QColor(self._colors.accent), 1))
                painter.drawRect(self._axes.plot.adjusted(-1, -1, 1, 0))

    def _draw_chart(self, painter: QPainter, statistics: UnitStatistics) -> None:
        self._axes, y_labels = self._fit(painter, statistics)
        self._columns = columns_of(statistics, self._order, int(self._axes.plot.width()))
        draw_axes(painter, self._axes, self._colors, self._x_labels(), y_labels)
        painter.setClipRect(self._axes.plot)
        zero = round(self._axes.to_y(0))
        painter.setOpacity(0.6)
        draw_zero(painter, self._colors, QLineF(self._axes.plot.left(), zero, self._axes.plot.right(), zero))
        painter.setOpacity(1)
        colors = self._colors
        living = np.flatnonzero(~self._columns.dead)
        self._draw_columns(painter, living, QColor(colors.axis), QColor(colors.bar))
        self._draw_crosses(painter, np.flatnonzero(self._columns.dead))
        for column in np.flatnonzero(self._columns.some_dead & ~self._columns.dead):
            x = round(self._axes.to_x(float(self._columns.center[column])))
            painter.fillRect(x - 1, round(self._axes.plot.top()), 2, SOME_DEAD, QColor(colors.error))

    def _fit(self, painter: QPainter, statistics: UnitStatistics) -> tuple[Axes, list[tuple[float, str]]]:
        """The axes that hold all units and zero; values that are no numbers are left out."""
        ends = np.concatenate([statistics.minimum[self._order], statistics.maximum[self._order]])
        ends = ends[np.isfinite(ends)].astype(float)
        low, high = padded(float(ends.min(initial=0)), float(ends.max(initial=0)))
        room = max(20, self.height() - LABEL_HEIGHT - 8)
        ticks = round_ticks(low, high, max(2, room // 26))
        texts = tick_texts(ticks)
        left, count = label_width(painter, texts), len(self._order)
        right = painter.fontMetrics().horizontalAdvance(integer(count)) / 2
        plot = QRectF(left, 6, max(20, round(self.width() - left - right)), room)
        # A single unit, or few, would become a barn door: they keep a column's width and stand at the left.
        places = max(count, int(plot.width() // 60))
        return Axes(plot, (-0.5, places - 0.5), (low, high)), list(zip(ticks, texts, strict=True))

    def _x_labels(self) -> list[tuple[float, str]]:
        """Places at powers of two, as numbers of units are, and the last one."""
        last = len(self._order) - 1
        pixels = abs(self._axes.to_x(1) - self._axes.to_x(0))
        step = 1
        while step * pixels < LABEL_ROOM:
            step *= 2
        places = [place for place in range(0, last, step) if (last - place) * pixels >= 0.6 * LABEL_ROOM]
        return [(float(place), integer(place)) for place in [*places, last]]

    def _draw_columns(self, painter: QPainter, which: NDArray[np.intp], line: QColor, box: QColor) -> None:
        columns, axes = self._columns, self._axes
        assert columns is not None
        pitch = axes.plot.width() / (axes.x[1] - axes.x[0]) * columns.units_each
        width = max(1, min(WIDEST_BOX, round(pitch * 0.6))) if columns.units_each == 1 else math.ceil(pitch)
        xs = [round(x - width / 2) for x in axes.to_x(columns.center[which]).tolist()]
        tops, highs, means, lows, bottoms = (
            np.round(axes.to_y(each[which].astype(float))).tolist()
            for each in (columns.maximum, columns.high, columns.mean, columns.low, columns.minimum)
        )
        if width < 3:
            line.setAlpha(line.alpha() // 2)  # lines this dense would hide the boxes
        painter.setPen(QPen(line, 1))
        middle = width // 2
        painter.drawLines(
            [QLineF(x + middle, top, x + middle, end) for x, top, end in zip(xs, tops, bottoms, strict=True)]
        )
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(box)
        painter.drawRects(
            [QRectF(x, high, width, max(1, low - high)) for x, high, low in zip(xs, highs, lows, strict=True)]
        )
        painter.setBrush(QColor(self._colors.field if width >= 3 else self._colors.text))
        painter.drawRects([QRectF(x, mean, width, 1) for x, mean in zip(xs, means, strict=True)])
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _draw_crosses(self, painter: QPainter, which: NDArray[np.intp]) -> None:
        assert self._columns is not None
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(self._colors.error), 1.5))
        for i in which:
            x = self._axes.to_x(float(self._columns.center[i]))
            y = self._axes.to_y(float(self._columns.mean[i]))
            painter.drawLine(QLineF(x - CROSS, y - CROSS, x + CROSS, y + CROSS))
            painter.drawLine(QLineF(x - CROSS, y + CROSS, x + CROSS, y - CROSS))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _draw_selected(self, painter: QPainter) -> None:
        place = self._places.get(self._unit)
        if place is None or self._columns is None:
            return
        accent = QColor(self._colors.accent)
        column = int(np.searchsorted(self._columns.first, place, side="right")) - 1
        if not self._columns.dead[column]:
            self._draw_columns(painter, np.array([column]), QColor(accent), accent)
        # A pointer at the axis finds the unit among thousands, and a dead one that has no box.
        x, bottom = round(self._axes.to_x(place)), self._axes.plot.bottom()
        painter.fillRect(QRectF(x - 2, bottom - 1, 5, 3), accent)

    # Mouse and keys

    def unit_at(self, x: float) -> int | None:
        """The unit whose column lies at ``x`` px."""
        place = round(self._axes.from_x(x))
        return int(self._order[place]) if 0 <= place < len(self._order) else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        unit = self.unit_at(event.position().x())
        if unit is None or self._statistics is None or not self._axes.plot.contains(event.position()):
            return
        of = self._statistics
        most, mean = signed(float(of.maximum[unit])), signed(float(of.mean[unit]))
        text = f"<b>Unit {unit}</b>&nbsp; max {most}&nbsp; mean {mean}"
        QToolTip.showText(
            event.globalPosition().toPoint(), text + ("&nbsp; dead" if of.dead[unit] else ""), self
        )

    def mousePressEvent(self, event: QMouseEvent) -> None:
        unit = self.unit_at(event.position().x())
        if unit is not None and event.button() == Qt.MouseButton.LeftButton:
            self.selected.emit(unit)
        else:
            event.ignore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        last = len(self._order) - 1
        place = self._places.get(self._unit, 0)
        wanted = {
            Qt.Key.Key_Left: place - 1,
            Qt.Key.Key_Right: place + 1,
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: last,
        }.get(Qt.Key(event.key()))
        if wanted is None or last < 0:
            super().keyPressEvent(event)
        elif 0 <= wanted <= last and wanted != place:
            self.selected.emit(int(self._order[wanted]))
