"""The response of networks around the circle: 0° at the right, counter-clockwise, with the dial in it."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QWidget

from visualizer.probes.response.interpolation import CIRCLE
from visualizer.ui.theme import DARK, TICK_SIZE, font
from visualizer.ui.widgets.curve_painting import finite_runs, polygon
from visualizer.ui.widgets.response_curves import ResponseCurve, ResponseGraph, Values
from visualizer.ui.widgets.response_hand import ResponseHand
from visualizer.ui.widgets.response_labels import draw_dot, shade
from visualizer.ui.widgets.response_picture import crosses, dashed, draw_small_cross, in_order

_SIDES, _ENDS = 33, 19  # px for the labels at the sides, above and below
_SMALL = 120  # px: below it only four spokes have labels, and there is less room around
_TINY = 80  # px: below it none has
_HANDLE, _GRIP = 5.0, 8.0  # px, radius; how far outside the rim the hand may be
_FILL = 26  # of 255
_FINEST = 1.0  # degrees: chords between values that lie further apart are bent along the circle
_STRANDS = ((-0.35, -0.35), (0.35, -0.35), (-0.35, 0.35), (0.35, 0.35))
"""Hairlines that make a line of 1.7 px together: a fifth of the time of one that is so wide."""
_ALIGN = Qt.AlignmentFlag


class PolarPlot(ResponseHand):
    """Shows a graph of a periodic transform. A frame at a new angle is one blit, the dial and its dots: 0.3 ms."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Response around the circle", parent)
        self._drawn: QPixmap | None = None

    def _forget(self) -> None:
        self._drawn = None
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(260, 240)

    def minimumSizeHint(self) -> QSize:
        return QSize(60, 60)

    # --- places ----------------------------------------------------------------------------------

    @property
    def center(self) -> QPointF:
        return QPointF(round(self.width() / 2), round(self.height() / 2))

    @property
    def radius(self) -> float:
        """Of the rim, in px."""
        side = min(self.width(), self.height())
        sides, ends = (_SIDES, _ENDS) if side >= _SMALL else (_SIDES, _ENDS - 3)
        if side < _TINY:
            sides = ends = round(_HANDLE) + 1
        return max(5.0, math.floor(min(self.width() / 2 - sides, self.height() / 2 - ends)))

    def place(self, degrees: float, share: float) -> QPointF:
        """The point at an angle, ``share`` (0…1) of the radius away from the centre."""
        turn, reach = math.radians(degrees), share * self.radius
        return self.center + QPointF(reach * math.cos(turn), -reach * math.sin(turn))

    def share_of(self, height: float) -> float:
        """How far out a height of the curves lies, 0…1."""
        low, high = self._graph.y if self._graph is not None else (0.0, 1.0)
        return min(max((height - low) / (high - low), 0.0), 1.0)

    def value_at(self, point: QPointF) -> float:
        way = point - self.center
        # 359.9° is as near to 0° as 0.1° is.
        value = math.degrees(math.atan2(-way.y(), way.x())) % CIRCLE
        return 0.0 if value > CIRCLE - self.a_pixel() / 2 else value

    def can_grab(self, point: QPointF) -> bool:
        way = point - self.center
        return math.hypot(way.x(), way.y()) <= self.radius + _GRIP

    def a_pixel(self) -> float:
        return math.degrees(1.0 / self.radius)

    # --- painting --------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        ratio = self.devicePixelRatioF()
        if self._drawn is None or self._drawn.size() != self.size() * ratio:
            self._drawn = QPixmap(self.size() * ratio)
            self._drawn.setDevicePixelRatio(ratio)
            self._drawn.fill(QColor(self._colors.panel))
            with QPainter(self._drawn) as painter:
                self._draw_ground(painter)
        with QPainter(self) as painter:
            painter.drawPixmap(0, 0, self._drawn)
            if self._graph is not None:
                self._draw_dial(painter, self._graph)

    def draw(self, painter: QPainter) -> None:
        self._draw_ground(painter)
        if self._graph is not None:
            self._draw_dial(painter, self._graph)

    def _draw_dial(self, painter: QPainter, graph: ResponseGraph) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        accent, rim = QColor(DARK.accent), self.place(self._value, 1.0)
        painter.setPen(QPen(accent, 1.6))
        painter.drawLine(self.center, rim)
        for curve in graph.curves:
            height, _ = curve.value_at(self._value)
            if math.isfinite(height):
                draw_dot(painter, self.place(self._value, self.share_of(height)), curve)
        painter.setPen(QPen(QColor(self._colors.text), 1.5) if self.hasFocus() else Qt.PenStyle.NoPen)
        painter.setBrush(accent)
        painter.drawEllipse(rim, _HANDLE, _HANDLE)

    def _draw_ground(self, painter: QPainter) -> None:
        """All but the dial. The ground is dark in both themes: the colours of the networks need it."""
        graph = self._graph
        if graph is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(DARK.field))
        painter.drawEllipse(self.center, self.radius, self.radius)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        self._draw_grid(painter, graph)
        for curve in in_order(graph):
            self._draw_curve(painter, curve)
        self._draw_labels(painter, graph)

    def _draw_grid(self, painter: QPainter, graph: ResponseGraph) -> None:
        painter.setPen(QPen(QColor(DARK.border), 1))
        for tick, _ in graph.y_ticks:
            reach = self.share_of(tick) * self.radius
            if 0 < reach < self.radius:
                painter.drawEllipse(self.center, reach, reach)
        for degrees in range(0, 360, 45):
            painter.drawLine(self.center, self.place(degrees, 1.0))
        painter.setPen(QPen(QColor(DARK.axis), 1))
        painter.drawEllipse(self.center, self.radius, self.radius)

    def _draw_labels(self, painter: QPainter, graph: ResponseGraph) -> None:
        side = min(self.width(), self.height())
        if side < _TINY:
            return
        painter.setFont(font(TICK_SIZE))
        metrics = painter.fontMetrics()
        painter.setPen(QColor(DARK.muted))
        for tick, text in _ring_labels(graph):
            at = self.place(90, self.share_of(tick))
            box = QRectF(at.x() + 4, at.y() + 1, metrics.horizontalAdvance(text) + 2, 12)
            painter.drawText(box, _ALIGN.AlignVCenter, text)
        painter.setPen(QColor(self._colors.muted))
        for degrees in range(0, 360, 45 if side >= _SMALL else 90):
            text, turn = f"{degrees}°", math.radians(degrees)
            width = metrics.horizontalAdvance(text)
            # So far outside that the box of the text just clears the handle.
            reach = self.radius + _HANDLE + 2
            x = self.center.x() + (reach + width / 2) * math.cos(turn)
            y = self.center.y() - (reach + 6) * math.sin(turn)
            painter.drawText(QRectF(x - width / 2 - 1, y - 7, width + 3, 14), _ALIGN.AlignCenter, text)

    def _draw_curve(self, painter: QPainter, curve: ResponseCurve) -> None:
        color = shade(curve)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for degrees, heights, closed in _stretches(curve):
            xs, ys = self._places(degrees, heights)
            line = polygon(xs, ys)
            if closed and curve.rank == 0:
                fill = QColor(color)
                fill.setAlpha(_FILL)
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(fill)
                # The line covers the edge: a smooth one would take four times as long.
                painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
                painter.drawPolygon(line)
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(dashed(color, curve.rank) if curve.rank else QPen(color, 1))
            for across, up in _STRANDS if curve.complete and not curve.rank else ((0.0, 0.0),):
                painter.drawPolyline(line.translated(across, up))
            if len(xs) == 1:
                painter.fillRect(QRectF(xs[0] - 2, ys[0] - 2, 4, 4), color)
        if curve.rank == 0:
            for value in crosses(curve, math.radians(1) * self.radius).tolist():
                draw_small_cross(painter, self.place(value, 1.0), color)

    def _places(self, degrees: Values, heights: Values) -> tuple[Values, Values]:
        low, high = self._graph.y if self._graph is not None else (0.0, 1.0)
        reach = np.clip((heights - low) / (high - low), 0.0, 1.0) * self.radius
        turns = np.radians(degrees)
        return self.center.x() + reach * np.cos(turns), self.center.y() - reach * np.sin(turns)


def _ring_labels(graph: ResponseGraph) -> list[tuple[float, str]]:
    """Every other ring from the rim inwards, not the centre."""
    return [(tick, text) for tick, text in graph.y_ticks[::-1][::2] if tick > graph.y[0]]


def _stretches(curve: ResponseCurve) -> Iterator[tuple[Values, Values, bool]]:
    """Angles and heights without gaps, and whether they go all around; where values are far apart, along the circle."""
    at, ys = curve.around
    if len(at) < 2:
        yield at[np.isfinite(ys)], ys[np.isfinite(ys)], False
        return
    if np.isfinite(ys).all():
        yield *_bent(at[1:], ys[1:]), True
        return
    finite = finite_runs(ys)
    for start, end in finite:
        yield *_bent(at[start:end], ys[start:end]), False


def _bent(at: Values, ys: Values) -> tuple[Values, Values]:
    """The points, and between those that lie far apart more of them, linear over the angle."""
    counts = np.maximum(np.ceil(np.diff(at) / _FINEST - 1e-6), 1).astype(int)
    if not len(counts) or counts.max() == 1:
        return at, ys
    steps = [np.linspace(0, 1, count, endpoint=False) for count in counts.tolist()]
    places = np.concatenate([number + part for number, part in enumerate(steps)] + [[len(at) - 1.0]])
    numbers = np.arange(len(at))
    return np.interp(places, numbers, at), np.interp(places, numbers, ys)
