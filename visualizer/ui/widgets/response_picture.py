"""The plot of a response without its marker: drawn once for every change of the curves, then kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QFontMetrics, QPainter, QPen, QPixmap

from visualizer.ui.rotation.state import OPEN
from visualizer.ui.text import plain
from visualizer.ui.theme import DARK, TICK_SIZE, Colors, font
from visualizer.ui.widgets.axes import LABEL_HEIGHT, TICK_LENGTH, Axes, draw_axes
from visualizer.ui.widgets.curve_axes import Labels, linear_labels
from visualizer.ui.widgets.curve_painting import draw_line, finite_runs, polygon
from visualizer.ui.widgets.response_curves import ResponseCurve, ResponseGraph, Stretch, Values, value_words
from visualizer.ui.widgets.response_labels import NamePlace, name_places, shade

LINE, COARSE = 2.0, 1.0  # px; of curves that are still being refined
DASHES = ([5, 3], [1.5, 2.5])  # of the runners-up, in turn
_TOP, _RIGHT, _LEAST_LEFT = 20, 14, 42  # px; above are the words of the marker
_STRIP, _WORDS_STRIP, _STRIP_GAP = 4, 14, 2  # px; the higher one has room for names
_MOST_STRIPS = 7
_WORDS_STRIPS, _LEAST_PLOT = 2, 120  # so many strips have words, where so much of the height is left
_TINY_PLOT = 50  # px: less is left to no strip
_ROOM_FOR_X, _ROOM_FOR_Y = 38, 26  # px between two labels
_ANGLES = (15.0, 30.0, 45.0, 90.0, 180.0)  # between two labels
_CROSS, _CROSSES_APART = 2.5, 8.0  # px
_ALIGN = Qt.AlignmentFlag


def dashed(color: QColor, rank: int, width: float = 1.0) -> QPen:
    """The pen of a runner-up."""
    pen = QPen(color, width)
    pen.setDashPattern(DASHES[(rank - 1) % len(DASHES)])
    return pen


def in_order(graph: ResponseGraph) -> Iterator[ResponseCurve]:
    """The curves as they are painted, the open network's own on top."""
    yield from sorted(graph.curves, key=lambda curve: (-curve.rank, curve.key == OPEN))


def crosses(curve: ResponseCurve, px_a_unit: float) -> Values:
    """Where the network gives no numbers, with marks far enough apart to be told from each other."""
    at = curve.at[~np.isfinite(curve.ys)]
    kept: list[float] = []
    for value in at.tolist():
        if not kept or (value - kept[-1]) * px_a_unit >= _CROSSES_APART:
            kept.append(value)
    return np.array(kept)


def draw_small_cross(painter: QPainter, at: QPointF, color: QColor) -> None:
    """The × of a missing number."""
    painter.setPen(QPen(color, 1.4))
    painter.drawLine(at + QPointF(-_CROSS, -_CROSS), at + QPointF(_CROSS, _CROSS))
    painter.drawLine(at + QPointF(-_CROSS, _CROSS), at + QPointF(_CROSS, -_CROSS))


class ResponsePicture:
    """Keeps the pixmap and the ``axes`` that it is drawn with. Drawing takes 8 ms for five networks and 360 angles."""

    def __init__(self) -> None:
        self.graph: ResponseGraph | None = None
        self.axes = Axes(QRectF(0, 0, 1, 1), (0, 1), (0, 1))
        self.names: list[NamePlace] = []  # where the names of curves have room
        self._colors: Colors = DARK
        self._drawn: QPixmap | None = None
        self._strips: list[ResponseCurve] = []
        self._strip_height = _STRIP

    def set_graph(self, graph: ResponseGraph | None) -> None:
        self.graph, self._drawn = graph, None

    def set_colors(self, colors: Colors) -> None:
        self._colors, self._drawn = colors, None

    def pixmap(self, size: QSize, ratio: float) -> QPixmap:
        """The picture at ``size`` px."""
        if self._drawn is None or self._drawn.size() != size * ratio:
            self._drawn = QPixmap(size * ratio)
            self._drawn.setDevicePixelRatio(ratio)
            self._drawn.fill(QColor(self._colors.panel))
            with QPainter(self._drawn) as painter:
                self.draw(painter, size)
        return self._drawn

    def draw(self, painter: QPainter, size: QSize) -> None:
        """Draw all but the marker and the names, some of which give way to its words."""
        graph = self.graph
        if graph is None:
            return
        x_labels, y_labels = self._place(graph, size)
        # The ground is dark in both themes: the colours of the networks need it.
        ground = replace(self._colors, field=DARK.field, grid=DARK.grid)
        draw_axes(painter, self.axes, ground, x_labels, y_labels)
        painter.save()
        painter.setClipRect(self.axes.plot.adjusted(0, 0, 1, 0))
        for curve in in_order(graph):
            self._draw_curve(painter, curve)
        self.names = name_places(graph, self.axes)
        painter.restore()
        for number, curve in enumerate(self._strips):
            self._draw_strip(painter, curve, self.strip(number))
        if self._strips:
            self._draw_caption(painter, graph)

    # --- places ----------------------------------------------------------------------------------

    def _place(self, graph: ResponseGraph, size: QSize) -> tuple[Labels, Labels]:
        metrics = QFontMetrics(font(TICK_SIZE))
        widest = max((metrics.horizontalAdvance(text) for _, text in graph.y_ticks), default=0)
        left = max(widest + TICK_LENGTH + 6, _LEAST_LEFT)
        free = size.height() - _TOP - LABEL_HEIGHT - 2
        wanted = _strips(graph)
        fits = free - len(wanted) * (_STRIP + _STRIP_GAP) - _STRIP_GAP >= _TINY_PLOT
        self._strips = wanted if fits else []
        count = len(self._strips)
        has_words = 0 < count <= _WORDS_STRIPS and free - count * (_WORDS_STRIP + _STRIP_GAP) >= _LEAST_PLOT
        self._strip_height = _WORDS_STRIP if has_words else _STRIP
        strips = count * (self._strip_height + _STRIP_GAP) + (_STRIP_GAP if count else 0)
        plot = QRectF(left, _TOP, max(size.width() - left - _RIGHT, 10), max(free - strips, 10))
        self.axes = Axes(plot, graph.x, graph.y)
        most = max(2, int(plot.height() // _ROOM_FOR_Y))
        ticks = list(graph.y_ticks)
        while len(ticks) > most + 1 and len(ticks) > 2:
            ticks = ticks[::2]
        return self._x_labels(graph, plot.width()), ticks

    @staticmethod
    def _x_labels(graph: ResponseGraph, width: float) -> Labels:
        low, high = graph.x
        if graph.transform.periodic:
            apart = next(
                (each for each in _ANGLES if each >= 45 and each / 360 * width >= _ROOM_FOR_X), 180.0
            )
            return [(float(at), f"{at:g}°") for at in np.arange(0, 361, apart)]
        labels = linear_labels((low, high), max(2, int(width // 60)))
        return [(at, value_words(graph.transform, at)) for at, _ in labels]

    def strip(self, number: int) -> QRectF:
        """Where the strip of a network lies, below the labels."""
        plot, height = self.axes.plot, self._strip_height
        top = plot.bottom() + LABEL_HEIGHT + 2 + number * (height + _STRIP_GAP)
        return QRectF(plot.left(), top, plot.width(), height)

    def stretch_at(self, point: QPointF) -> tuple[ResponseCurve, Stretch] | None:
        """Whose stretch, and which, is at a point (px)."""
        for number, curve in enumerate(self._strips):
            if self.strip(number).contains(point):
                value = float(self.axes.from_x(point.x()))
                inside = (each for each in curve.elsewhere if each.start <= value < each.end)
                return next(((curve, each) for each in inside), None)
        return None

    # --- painting --------------------------------------------------------------------------------

    def _draw_curve(self, painter: QPainter, curve: ResponseCurve) -> None:
        at, ys = curve.around
        xs, px = np.asarray(self.axes.to_x(at)), np.asarray(self.axes.to_y(ys))
        color = shade(curve)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if curve.rank:
            painter.setPen(dashed(color, curve.rank))
            for start, end in finite_runs(px):
                painter.drawPolyline(polygon(xs[start:end], px[start:end]))
        else:
            draw_line(painter, xs, px, color, LINE if curve.complete else COARSE)
            if len(at) == 1 and np.isfinite(px[0]):
                painter.fillRect(QRectF(xs[0] - 2, px[0] - 2, 4, 4), color)
            scale = self.axes.plot.width() / (self.axes.x[1] - self.axes.x[0])
            for value in crosses(curve, scale).tolist():
                x = float(self.axes.to_x(value))
                draw_small_cross(painter, QPointF(x, self.axes.plot.bottom() - 5), color)

    def _draw_strip(self, painter: QPainter, curve: ResponseCurve, room: QRectF) -> None:
        """Filled where another class wins, with its name where there is room; an empty track elsewhere."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.fillRect(room, QColor(DARK.field))
        fill = shade(curve)
        fill.setAlpha(90 if self._strip_height == _WORDS_STRIP else 200)
        painter.setFont(font(TICK_SIZE))
        for each in curve.elsewhere:
            left, right = (float(self.axes.to_x(end)) for end in (each.start, each.end))
            box = QRectF(round(left), room.top(), max(round(right) - round(left) - 1, 1), room.height())
            painter.fillRect(box, fill)
            if self._strip_height == _WORDS_STRIP:
                _draw_inside(painter, box, plain(each.class_name))
            else:  # hatched, so that it is not told by its colour alone
                painter.fillRect(box, QBrush(QColor(DARK.field), Qt.BrushStyle.BDiagPattern))

    def _draw_caption(self, painter: QPainter, graph: ResponseGraph) -> None:
        strip = self.strip(0)
        painter.setFont(font(TICK_SIZE))
        painter.setPen(QColor(self._colors.muted))
        words = painter.fontMetrics().horizontalAdvance(graph.beaten)
        box = QRectF(0, strip.center().y() - 8, strip.left() - 5, 16)
        if words <= box.width():
            painter.drawText(box, _ALIGN.AlignRight | _ALIGN.AlignVCenter, graph.beaten)


def _strips(graph: ResponseGraph) -> list[ResponseCurve]:
    """The networks if one of them takes the input for another class somewhere: a strip each, or rows would jump."""
    main = [curve for curve in graph.main if len(curve.at)]
    return main[:_MOST_STRIPS] if any(curve.elsewhere for curve in main) else []


def _draw_inside(painter: QPainter, box: QRectF, text: str) -> None:
    """A class name in its stretch, if a few letters of it have room."""
    metrics = painter.fontMetrics()
    shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, int(box.width()) - 6)
    if len(shown) >= min(len(text), 4):
        painter.setPen(QColor(DARK.text))
        painter.drawText(box, _ALIGN.AlignCenter, shown)
