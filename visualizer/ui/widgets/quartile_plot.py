"""Curves with a band from the first to the third quartile: the probability of the true class over many images."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from visualizer.ui.numbers import signed
from visualizer.ui.rotation.words import value_words
from visualizer.ui.theme import DARK, SMALL_SIZE, Colors, font
from visualizer.ui.widgets.axes import LABEL_HEIGHT, Axes, draw_axes, label_width
from visualizer.ui.widgets.curve_painting import draw_line, draw_points, draw_read_out, finite_runs, polygon
from visualizer.ui.widgets.race_picture import apart
from visualizer.ui.widgets.study_words import Labels, axis_title, value_labels, values_noun

Values = NDArray[np.float64]

_HEADER, _TITLE = 20, 15  # px
_TOP = 6  # px between the header and the plot
_ROOM_FOR_TICK = 40  # px
_NAME_ROW = 14  # px
_NAME_SHARE = 0.3  # of the width at most
_BAND, _FAINT_BAND = 46, 16  # opacity of a band, of 255; of those behind others where they are many
_FEW = 3  # curves whose bands can be told apart
_Y_TICKS: Labels = [(0.0, "0"), (0.25, "0.25"), (0.5, "0.5"), (0.75, "0.75"), (1.0, "1")]
_ALIGN = Qt.AlignmentFlag


@dataclass(frozen=True, slots=True, eq=False)
class QuartileCurve:
    """One network: ``mean`` and the quartiles ``low`` and ``high`` at ``values``, each (A,), NaN in gaps."""

    name: str
    color: str
    values: Values = field(repr=False)
    mean: Values = field(repr=False)
    low: Values = field(repr=False)
    high: Values = field(repr=False)
    strong: bool = False


class QuartilePlot(QWidget):
    """One painted widget; what stands still is kept: 0.1 ms a repaint while the pointer moves, 3 ms anew."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colors: Colors = DARK
        self._curves: tuple[QuartileCurve, ...] = ()
        self._caption, self._transform = "", "rotation"
        self._range = (0.0, 360.0)
        self._axes: Axes | None = None
        self._drawn: QPixmap | None = None
        self._pointed: float | None = None  # the value at the pointer
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMouseTracking(True)
        self.setAccessibleName("Mean probability of the true class")

    def set_curves(
        self,
        curves: Sequence[QuartileCurve],
        caption: str,
        transform: str,
        value_range: tuple[float, float],
    ) -> None:
        """Show these curves over the values of ``transform`` within ``value_range``."""
        self._curves, self._caption = tuple(curves), caption
        self._transform, self._range = transform, value_range
        means = (f"{curve.name} {signed(float(np.nanmean(curve.mean)))}" for curve in curves if _known(curve))
        self.setAccessibleDescription(f"Mean over all {values_noun(transform)}: {', '.join(means)}")
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
        ratio = self.devicePixelRatioF()
        if self._drawn is None or self._axes is None or self._drawn.size() != self.size() * ratio:
            self._drawn = QPixmap(self.size() * ratio)
            self._drawn.setDevicePixelRatio(ratio)
            self._drawn.fill(Qt.GlobalColor.transparent)
            with QPainter(self._drawn) as painter:
                self._axes = self._draw(painter)
        with QPainter(self) as painter:
            painter.drawPixmap(0, 0, self._drawn)
            if self._pointed is not None:
                self._draw_pointed(painter, self._axes, self._pointed)

    def _draw(self, painter: QPainter) -> Axes:
        painter.setFont(font(SMALL_SIZE))
        painter.setPen(QColor(self._colors.muted))
        metrics = painter.fontMetrics()
        caption = metrics.elidedText(self._caption, Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(QRectF(0, 0, self.width(), _HEADER - 4), _ALIGN.AlignVCenter, caption)
        left = label_width(painter, [text for _, text in _Y_TICKS]) + 2
        names = QFontMetrics(font(SMALL_SIZE, bold=True))
        widest = max((names.horizontalAdvance(curve.name) for curve in self._curves), default=0) + 14
        right = max(12, min(widest, round(_NAME_SHARE * self.width())))
        top = _HEADER + _TOP
        height = max(30, self.height() - top - LABEL_HEIGHT - _TITLE - 2)
        plot = QRectF(left, top, max(40, self.width() - left - right), height)
        axes = Axes(plot, self._range, (0.0, 1.0))
        labels = value_labels(self._transform, *self._range, max(2, int(plot.width()) // _ROOM_FOR_TICK))
        draw_axes(painter, axes, self._colors, labels, _Y_TICKS)
        _draw_dark_ground(painter, axes, labels)
        painter.setFont(font(SMALL_SIZE))
        painter.setPen(QColor(self._colors.muted))
        below = QRectF(plot.left(), plot.bottom() + LABEL_HEIGHT, plot.width(), _TITLE)
        painter.drawText(below, _ALIGN.AlignHCenter | _ALIGN.AlignVCenter, axis_title(self._transform))
        painter.setClipRect(plot.adjusted(1, -1, 0, 0))
        ordered = sorted(self._curves, key=lambda curve: curve.strong)
        for curve in ordered:
            _draw_band(painter, axes, curve, _BAND if curve.strong or len(ordered) <= _FEW else _FAINT_BAND)
        for curve in ordered:
            xs, ys = axes.to_x(curve.values), axes.to_y(curve.mean)
            draw_line(painter, xs, ys, QColor(curve.color), 2.2 if curve.strong else 1.4)
        painter.setClipping(False)
        self._draw_names(painter, axes)
        return axes

    def _draw_names(self, painter: QPainter, axes: Axes) -> None:
        """The names at the right ends of the curves, none over another, each with its line."""
        ends = []
        for curve in self._curves:
            known = np.flatnonzero(np.isfinite(curve.mean))
            if len(known):
                ends.append((float(axes.to_y(curve.mean[known[-1]])), curve))
        ends.sort(key=lambda end: end[0])
        plot = axes.plot
        places = apart([y for y, _ in ends], _NAME_ROW, plot.top() + 4, plot.bottom() - 4)
        for (y, curve), place in zip(ends, places, strict=True):
            painter.setPen(QPen(QColor(curve.color), 1.2))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.drawLine(QLineF(plot.right() + 1, y, plot.right() + 6, place))
            painter.setFont(font(SMALL_SIZE, bold=curve.strong))
            painter.setPen(QColor(self._colors.text))
            room = QRectF(plot.right() + 8, place - 8, self.width() - plot.right() - 8, 16)
            name = painter.fontMetrics().elidedText(
                curve.name, Qt.TextElideMode.ElideRight, int(room.width())
            )
            painter.drawText(room, _ALIGN.AlignVCenter, name)

    def _draw_pointed(self, painter: QPainter, axes: Axes, value: float) -> None:
        """What every network says at the value under the pointer."""
        rows = [(value_words(self._transform, value), "")]
        x = float(axes.to_x(value))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(QPen(QColor(DARK.muted), 1))
        painter.drawLine(QLineF(round(x), axes.plot.top(), round(x), axes.plot.bottom()))
        for curve in self._curves:
            at = int(np.abs(curve.values - value).argmin()) if len(curve.values) else -1
            if at >= 0 and math.isfinite(curve.mean[at]):
                mean, low, high = (float(each[at]) for each in (curve.mean, curve.low, curve.high))
                rows.append((curve.name, f"{signed(mean)}  ({signed(low)} – {signed(high)})"))
                draw_points(painter, [(x, float(axes.to_y(mean)))], QColor(curve.color), 3.0)
        draw_read_out(painter, x, axes.plot, rows, DARK)

    # --- mouse -------------------------------------------------------------------------------------

    def value_at(self, point: QPointF) -> float | None:
        """The value nearest to a point that a curve has; None outside the plot."""
        if self._axes is None or not self._curves or not self._axes.plot.contains(point):
            return None
        values = self._curves[0].values
        if not len(values):
            return None
        return float(values[int(np.abs(values - self._axes.from_x(point.x())).argmin())])

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point_at(self.value_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        self._point_at(None)

    def _point_at(self, value: float | None) -> None:
        if value != self._pointed:
            self._pointed = value
            self.update()


def _known(curve: QuartileCurve) -> bool:
    return bool(np.isfinite(curve.mean).any())


def _draw_dark_ground(painter: QPainter, axes: Axes, labels: Labels) -> None:
    """The plot is dark in both themes: the colours of networks need it."""
    plot = axes.plot
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.fillRect(plot, QColor(DARK.field))
    painter.setPen(QPen(QColor(DARK.grid), 1))
    xs = [round(axes.to_x(at)) for at, _ in labels]
    ys = [round(axes.to_y(at)) for at, _ in _Y_TICKS]
    painter.drawLines([QLineF(x, plot.top(), x, plot.bottom()) for x in xs])
    painter.drawLines([QLineF(plot.left(), y, plot.right(), y) for y in ys])


def _draw_band(painter: QPainter, axes: Axes, curve: QuartileCurve, opacity: int) -> None:
    color = QColor(curve.color)
    color.setAlpha(opacity)
    # Where bands are many, nobody sees their edges, and smooth ones take four times as long.
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, opacity > _FAINT_BAND)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    xs, low, high = axes.to_x(curve.values), axes.to_y(curve.low), axes.to_y(curve.high)
    for start, end in finite_runs(low + high):
        around = np.concatenate([xs[start:end], xs[start:end][::-1]])
        painter.drawPolygon(polygon(around, np.concatenate([high[start:end], low[start:end][::-1]])))
    painter.setBrush(Qt.BrushStyle.NoBrush)
