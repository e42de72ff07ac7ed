"""The curve of one layer's equivariance over angles beside that of the outputs, with the angle of the dial."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QHideEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from visualizer.ui.rotation.state import COLORS
from visualizer.ui.theme import DARK, SMALL_SIZE, Colors, font
from visualizer.ui.widgets.axes import LABEL_HEIGHT, Axes, draw_axes, draw_zero, label_width
from visualizer.ui.widgets.curve_axes import linear_labels
from visualizer.ui.widgets.curve_painting import DOT, draw_line, draw_points, draw_read_out, draw_vertical
from visualizer.ui.widgets.equivariance_map import FADED
from visualizer.ui.widgets.equivariance_rows import EquivarianceRows, number

_LEGEND, _TOP, _RIGHT = 18, 6, 16  # px; the legend stands above the plot
_ROOM_FOR_Y = 24  # px between two labels
_SWATCH = 16  # px
_FULL = 360.0
_ALIGN = Qt.AlignmentFlag


class EquivariancePlot(QWidget):
    """Shows one row and, dashed, that of the outputs. Emits ``angle_chosen(angle, done)`` for a click or a drag."""

    angle_chosen = Signal(float, bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colors: Colors = DARK
        self._table: EquivarianceRows | None = None
        self._row = -1
        self._angle: float | None = None
        self._pointer: float | None = None  # degrees
        self._faded = self._dragging = False
        self._drawn: QPixmap | None = None
        self._axes = Axes(QRectF(0, 0, 1, 1), (0, _FULL), (0, 1))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMouseTracking(True)
        self.setAccessibleName("Correlation of one layer's maps over angles")

    # --- what is shown -----------------------------------------------------------------------------

    def set_rows(self, table: EquivarianceRows | None, row: int, *, faded: bool) -> None:
        """Show the curve of ``row`` (−1 for none); ``faded`` while a newer one is awaited."""
        if (table, row, faded) != (self._table, self._row, self._faded):
            self._table, self._row, self._faded, self._drawn = table, row, faded, None
            self.update()

    def set_angle(self, angle: float | None) -> None:
        if angle != self._angle:
            self._angle = angle
            self.update()

    def set_colors(self, colors: Colors) -> None:
        self._colors, self._drawn = colors, None
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(430, 130)

    def minimumSizeHint(self) -> QSize:
        return QSize(200, 96)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._drawn = None

    # --- painting ----------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        table = self._table
        if table is None:
            return
        if self._drawn is None:
            self._drawn = QPixmap(self.size() * self.devicePixelRatioF())
            self._drawn.setDevicePixelRatio(self.devicePixelRatioF())
            self._drawn.fill(Qt.GlobalColor.transparent)
            with QPainter(self._drawn) as painter:
                self._draw(painter, table)
        with QPainter(self) as painter:
            painter.setOpacity(FADED if self._faded else 1.0)
            painter.drawPixmap(0, 0, self._drawn)
            self._draw_legend(painter, table)
            painter.setOpacity(1.0)
            if self._angle is not None:
                self._draw_angle(painter, table, self._angle % _FULL)
            if self._pointer is not None and not self._dragging:
                self._draw_pointer(painter, table, self._pointer)

    def _draw(self, painter: QPainter, table: EquivarianceRows) -> None:
        height = max(24, self.height() - _LEGEND - _TOP - LABEL_HEIGHT)
        y = (table.lowest, 1.0)
        y_labels = linear_labels(y, max(2, height // _ROOM_FOR_Y))
        left = label_width(painter, [text for _, text in y_labels]) + 4
        plot = QRectF(left, _LEGEND + _TOP, max(24, self.width() - left - _RIGHT), height)
        self._axes = Axes(plot, (0.0, _FULL), y)
        step = 45 if plot.width() > 300 else 90
        x_labels = [(float(angle), f"{angle}°") for angle in range(0, 361, step)]
        draw_axes(painter, self._axes, self._colors, x_labels, y_labels)
        if table.lowest < 0:
            zero = round(self._axes.to_y(0.0))
            draw_zero(painter, self._colors, QLineF(plot.left(), zero, plot.right(), zero))
        painter.setClipRect(plot.adjusted(-DOT, -DOT, DOT, DOT))
        last = len(table.rows) - 1
        self._draw_curve(painter, table, last, QColor(self._colors.muted), is_dashed=True)
        if 0 <= self._row < last:
            self._draw_curve(painter, table, self._row, QColor(COLORS[0]), is_dashed=False)

    def _draw_curve(
        self, painter: QPainter, table: EquivarianceRows, row: int, color: QColor, *, is_dashed: bool
    ) -> None:
        """Through what is known so far, closed at 360°."""
        found = table.rows[row].correlation
        finite = np.isfinite(found)
        if not finite.any():
            return
        if finite.sum() == 1:  # nothing to draw a line through
            place = int(finite.argmax())
            at = self._axes.to_x(table.values[place] % _FULL), self._axes.to_y(float(found[place]))
            draw_points(painter, [at], color, DOT)
            return
        angles, values = table.values[finite] % _FULL, found[finite].astype(np.float64)
        order = np.argsort(angles, kind="stable")
        angles, values = (
            np.append(angles[order], angles[order][0] + _FULL),
            np.append(values[order], values[order][0]),
        )
        xs, ys = np.asarray(self._axes.to_x(angles)), np.asarray(self._axes.to_y(values))
        if is_dashed:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(color, 1.5, Qt.PenStyle.DashLine))
            painter.drawPolyline([QPointF(x, y) for x, y in zip(xs.tolist(), ys.tolist(), strict=True)])
        else:
            draw_line(painter, xs, ys, color, 2.0)

    def _draw_legend(self, painter: QPainter, table: EquivarianceRows) -> None:
        """Which line is which, with the values at the dial."""
        last, left = len(table.rows) - 1, self._axes.plot.left()
        shown = [(last, QColor(self._colors.muted), Qt.PenStyle.DashLine)]
        if 0 <= self._row < last:
            shown.insert(0, (self._row, QColor(COLORS[0]), Qt.PenStyle.SolidLine))
        painter.setFont(font(SMALL_SIZE))
        metrics = painter.fontMetrics()
        room = (self.width() - _RIGHT - left) / len(shown)
        for row, color, style in shown:
            value = ""
            if self._angle is not None:
                value = f"  {number(table.value_at(row, self._angle))}"
            painter.setPen(QPen(color, 2, style))
            painter.drawLine(QLineF(left, _LEGEND / 2, left + _SWATCH, _LEGEND / 2))
            painter.setPen(QColor(self._colors.text))
            free = int(room - _SWATCH - 18 - metrics.horizontalAdvance(value))
            name = metrics.elidedText(table.rows[row].name, Qt.TextElideMode.ElideMiddle, free)
            words = f"{name}{value}"
            painter.drawText(QRectF(left + _SWATCH + 6, 0, room, _LEGEND), _ALIGN.AlignVCenter, words)
            left += _SWATCH + 6 + metrics.horizontalAdvance(words) + 18

    def _draw_angle(self, painter: QPainter, table: EquivarianceRows, angle: float) -> None:
        plot, accent = self._axes.plot, QColor(self._colors.accent)
        x = self._axes.to_x(angle)
        draw_vertical(painter, x, plot, accent)
        places = [
            self._axes.to_y(table.value_at(row, angle))
            for row in {self._row, len(table.rows) - 1}
            if row >= 0
        ]
        draw_points(painter, [(round(x), y) for y in places if math.isfinite(y)], accent, DOT)

    def _draw_pointer(self, painter: QPainter, table: EquivarianceRows, angle: float) -> None:
        x = self._axes.to_x(angle)
        draw_vertical(painter, x, self._axes.plot, QColor(self._colors.muted))
        rows = [("angle", f"{angle:.0f}°")]
        if 0 <= self._row < len(table.rows) - 1:
            rows.append((table.rows[self._row].name, number(table.value_at(self._row, angle))))
        rows.append(("output", number(table.value_at(len(table.rows) - 1, angle))))
        draw_read_out(painter, x, self._axes.plot, rows, self._colors)

    # --- mouse -------------------------------------------------------------------------------------

    def angle_at(self, x: float) -> float:
        """The whole angle at ``x`` px, 0…359."""
        return float(min(max(round(self._axes.from_x(x)), 0), 359))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = event.position()
        inside = self._axes.plot.adjusted(-4, 0, 4, 0).contains(at)
        if self._table is None or event.button() != Qt.MouseButton.LeftButton or not inside:
            event.ignore()
            return
        self._dragging = True
        self.angle_chosen.emit(self.angle_at(at.x()), False)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.position()
        if self._dragging:
            self.angle_chosen.emit(self.angle_at(at.x()), False)
        else:
            inside = self._table is not None and self._axes.plot.contains(at)
            self._point(self.angle_at(at.x()) if inside else None)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._dragging:
            self._dragging = False
            self.angle_chosen.emit(self.angle_at(event.position().x()), True)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if self._dragging:  # no release will come
            self._dragging = False
            self.angle_chosen.emit(self._angle or 0.0, True)

    def leaveEvent(self, event: QEvent) -> None:
        self._point(None)

    def _point(self, angle: float | None) -> None:
        if angle != self._pointer:
            self._pointer = angle
            self.update()
