"""The plot of a sweep: a curve for every racer, a mark at its best rate and a hollow one at the rate in use."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from visualizer.ui.race.numbers import loss_text, rate_text
from visualizer.ui.theme import DARK, SMALL_SIZE, Colors, font
from visualizer.ui.widgets.axes import LABEL_HEIGHT, Axes, draw_axes, label_width
from visualizer.ui.widgets.curve_axes import Labels, linear_labels
from visualizer.ui.widgets.curve_painting import draw_line
from visualizer.ui.widgets.race_lines import power_labels, to_ys
from visualizer.ui.widgets.race_markers import draw_diverged, draw_head, marker_path
from visualizer.ui.widgets.sweep_curves import SweepLine, is_logarithmic, objective_range, rate_range

_TOP, _RIGHT, _NAME = 8, 10, 14  # px; the last is the name of the horizontal axis
_ROOM_FOR_X, _ROOM_FOR_Y = 44, 26  # px between two labels
_ROW, _LEAST_ROW, _SWATCH = 17, 12, 14  # px of the list at the right
_LIST_SHARE = 0.42  # of the width, at most
_NEAR = 12.0  # px, from which on a curve is meant
_SNAP = 8.0  # px, within which the best rate is meant
_LINE, _SELECTED_LINE = 1.5, 2.5
_ALIGN = Qt.AlignmentFlag


class SweepPlot(QWidget):
    """Shows ``SweepLine`` values, the best racer first in the list at the right.

    Emits ``rate_chosen(key, rate)`` for a click on a curve, at that rate, or on a row of the list, at its best.
    """

    rate_chosen = Signal(str, float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colors: Colors = DARK
        self._lines: tuple[SweepLine, ...] = ()
        self._selected = ""
        self._target: tuple[SweepLine, float] | None = None  # what a click would take
        self._logarithmic = True
        self._axes = Axes(QRectF(0, 0, 1, 1), (0, 1), (0, 1))
        self._x_labels: Labels = []
        self._y_labels: Labels = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMouseTracking(True)
        self.setAccessibleName("Objective against learning rate")

    # --- what is shown ---------------------------------------------------------------------------

    def set_lines(self, lines: tuple[SweepLine, ...], selected: str) -> None:
        """Show these curves, that of the racer ``selected`` on top."""
        self._lines, self._selected, self._target = lines, selected, None
        self._logarithmic = is_logarithmic(lines)
        bests = (f"{line.name} {rate_text(line.best)}" for line in lines if math.isfinite(line.best))
        self.setAccessibleDescription("Best learning rates: " + ", ".join(bests))
        self.update()

    def set_colors(self, colors: Colors) -> None:
        self._colors = colors
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(440, 220)

    def minimumSizeHint(self) -> QSize:
        return QSize(160, 100)

    # --- places ----------------------------------------------------------------------------------

    def _list_width(self) -> int:
        metrics = self.fontMetrics()
        widest = max((metrics.horizontalAdvance(f"{line.name}  0.00015") for line in self._lines), default=0)
        return min(widest + _SWATCH + 14, round(self.width() * _LIST_SHARE))

    def _place(self, painter: QPainter) -> None:
        """Find the axes for the curves and the room there is."""
        x = rate_range(self._lines)
        y = objective_range(self._lines, logarithmic=self._logarithmic)
        height = max(30.0, self.height() - _TOP - LABEL_HEIGHT - _NAME)
        most = max(2, int(height) // _ROOM_FOR_Y)
        self._y_labels = power_labels(y, most) if self._logarithmic else linear_labels(y, most)
        left = label_width(painter, [text for _, text in self._y_labels]) + 4
        width = max(40.0, self.width() - left - _RIGHT - self._list_width())
        self._axes = Axes(QRectF(left, _TOP, width, height), x, y)
        self._x_labels = power_labels(x, max(2, int(width) // _ROOM_FOR_X))

    def place_of(self, line: SweepLine, rate: float) -> QPointF:
        """Where a rate lies on a curve, px; NaN where there is nothing."""
        y = to_ys(np.array([line.at(rate)]), self._axes, logarithmic=self._logarithmic)[0]
        return QPointF(self._axes.to_x(math.log10(rate)), float(y))

    def row_place(self, row: int) -> QRectF:
        """Where a row of the list stands, px."""
        left = self._axes.plot.right() + _RIGHT
        room = (self.height() - _TOP) / max(1, len(self._lines))
        high = min(_ROW, max(_LEAST_ROW, math.floor(room)))
        return QRectF(left, _TOP + row * high - 2, self.width() - left - 8, high)

    # --- what is under the pointer ---------------------------------------------------------------

    def target_at(self, point: QPointF) -> tuple[SweepLine, float] | None:
        """The racer and the rate that a click there means."""
        for row, line in enumerate(self._lines):
            if self.row_place(row).contains(point):
                return (line, line.best) if math.isfinite(line.best) else None
        if not self._axes.plot.contains(point):
            return None
        near = [(*self._nearest(line, point), line) for line in self._lines if len(line.rates)]
        if not near:
            return None
        distance, rate, line = min(near, key=lambda each: each[0])
        return (line, rate) if distance <= _NEAR else None

    def _nearest(self, line: SweepLine, point: QPointF) -> tuple[float, float]:
        """How far (px) a curve passes by a point, and the rate there; its best rate draws clicks to it."""
        xs = point.x() + np.arange(-_NEAR, _NEAR + 1)
        decades = np.asarray(self._axes.from_x(xs))
        ys = to_ys(line.at_decades(decades), self._axes, logarithmic=self._logarithmic)
        ways = np.nan_to_num(np.hypot(xs - point.x(), ys - point.y()), nan=math.inf)
        place = int(ways.argmin())
        found = float(ways[place]), float(f"{10 ** float(decades[place]):.2g}")
        if math.isfinite(line.best):
            at = self.place_of(line, line.best)
            to_best = math.hypot(at.x() - point.x(), at.y() - point.y())
            if to_best <= _SNAP:
                return min(found[0], to_best / 2), line.best
        return found

    def mousePressEvent(self, event: QMouseEvent) -> None:
        target = self.target_at(event.position())
        if target is not None and event.button() == Qt.MouseButton.LeftButton:
            self.rate_chosen.emit(target[0].key, target[1])
        else:
            event.ignore()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point_at(self.target_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        self._point_at(None)

    def _point_at(self, target: tuple[SweepLine, float] | None) -> None:
        if target != self._target:
            self._target = target
            self.setCursor(
                Qt.CursorShape.ArrowCursor if target is None else Qt.CursorShape.PointingHandCursor
            )
            self.update()

    # --- painting --------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        target = self._target
        pointed = target[0].key if target is not None else ""
        with QPainter(self) as painter:
            self._place(painter)
            self._draw_ground(painter)
            painter.setClipRect(self._axes.plot)
            for line in sorted(
                self._lines, key=lambda line: (line.key == self._selected, line.key == pointed)
            ):
                self._draw_curve(painter, line, strong=line.key in (self._selected, pointed))
            for line in reversed(self._lines):
                self._draw_marks(painter, line)
            painter.setClipping(False)
            for row, line in enumerate(self._lines):
                self._draw_row(painter, row, line, pointed)
            if target is not None:
                self._draw_read_out(painter, *target)

    def _draw_ground(self, painter: QPainter) -> None:
        # The plot is dark in both themes: the colours of the racers need it.
        plot, colors = self._axes.plot, self._colors
        draw_axes(painter, self._axes, colors, self._x_labels, self._y_labels)
        painter.fillRect(plot, QColor(DARK.field))
        painter.setPen(QPen(QColor(DARK.grid), 1))
        for at, _ in self._x_labels:
            x = round(self._axes.to_x(at))
            painter.drawLine(x, round(plot.top()), x, round(plot.bottom()))
        for at, _ in self._y_labels:
            y = round(self._axes.to_y(at))
            painter.drawLine(round(plot.left()), y, round(plot.right()), y)
        painter.setPen(QColor(colors.muted))
        painter.setFont(font(SMALL_SIZE))
        below = QRectF(plot.left(), plot.bottom() + LABEL_HEIGHT, plot.width(), _NAME)
        painter.drawText(below, _ALIGN.AlignHCenter | _ALIGN.AlignVCenter, "learning rate")

    def _draw_curve(self, painter: QPainter, line: SweepLine, *, strong: bool) -> None:
        if not len(line.rates):
            return
        xs = np.asarray(self._axes.to_x(np.log10(line.rates)))
        ys = to_ys(line.objective, self._axes, logarithmic=self._logarithmic)
        painter.setOpacity(1.0 if strong or not self._selected else 0.75)
        draw_line(painter, xs, ys, QColor(line.color), _SELECTED_LINE if strong else _LINE)
        painter.setOpacity(1.0)

    def _draw_marks(self, painter: QPainter, line: SweepLine) -> None:
        """The best rate filled, the rate in use hollow, × where it begins to diverge."""
        selected = line.key == self._selected
        if math.isfinite(line.diverges_from):
            x = self._axes.to_x(math.log10(line.diverges_from))
            draw_diverged(painter, x, self._axes.plot.top() + 7, line.color)
        if math.isfinite(line.best):
            at = self.place_of(line, line.best)
            draw_head(painter, line.marker, at.x(), at.y(), line.color, 5.0 if selected else 4.0)
        at = self.place_of(line, line.rate)
        if math.isfinite(at.y()):
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(DARK.text if selected else line.color), 1.6))
            painter.drawPath(marker_path(line.marker, 6.5).translated(at))

    def _draw_row(self, painter: QPainter, row: int, line: SweepLine, pointed: str) -> None:
        place = self.row_place(row)
        if place.bottom() > self.height():
            return
        colors, strong = self._colors, line.key in (self._selected, pointed)
        draw_head(painter, line.marker, place.left() + 5, place.center().y(), line.color, 4.0)
        painter.setFont(font(SMALL_SIZE, bold=strong))
        known = math.isfinite(line.best)
        best = rate_text(line.best) if known else "diverges" if len(line.rates) else ""
        metrics = painter.fontMetrics()
        words = place.adjusted(_SWATCH, 0, -metrics.horizontalAdvance(best) - 4, 0)
        painter.setPen(QColor(colors.text))
        name = metrics.elidedText(line.name, Qt.TextElideMode.ElideRight, int(words.width()))
        painter.drawText(words, _ALIGN.AlignVCenter, name)
        painter.setPen(QColor(colors.text if known else colors.error))
        painter.drawText(place, _ALIGN.AlignVCenter | _ALIGN.AlignRight, best)

    def _draw_read_out(self, painter: QPainter, line: SweepLine, rate: float) -> None:
        """The rate that a click takes, and the objective there."""
        at = self.place_of(line, rate)
        if not math.isfinite(at.y()):
            return
        draw_head(painter, line.marker, at.x(), at.y(), line.color, 5.0, ring=DARK.text)
        painter.setFont(font(SMALL_SIZE))
        best = " (best)" if rate == line.best else ""
        text = f"{line.name} at {rate_text(rate)}{best}: {loss_text(line.at(rate))}"
        wide = painter.fontMetrics().horizontalAdvance(text) + 14
        plot = self._axes.plot
        left = min(max(at.x() - wide / 2, plot.left() + 2), max(plot.left() + 2, plot.right() - wide - 2))
        top = at.y() - 30 if at.y() - 30 > plot.top() else at.y() + 12
        box = QRectF(round(left), round(top), wide, 18)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(QPen(QColor(DARK.control_border), 1))
        painter.setBrush(QColor(DARK.header))
        painter.drawRect(box)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QColor(DARK.text))
        painter.drawText(box, _ALIGN.AlignCenter, text)
