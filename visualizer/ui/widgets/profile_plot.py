"""A surface in one dimension: its loss along a line, with the heads of the racers and the minima where they stand."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

import numpy as np
from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from visualizer.race.frames import Profile
from visualizer.race.racers import Marker
from visualizer.ui.numbers import signed
from visualizer.ui.race.numbers import loss_text
from visualizer.ui.theme import DARK, SMALL_SIZE, Colors, font
from visualizer.ui.widgets.axes import LABEL_HEIGHT, Axes, draw_axes, label_width
from visualizer.ui.widgets.curve_axes import Range, linear_labels
from visualizer.ui.widgets.curve_data import Values
from visualizer.ui.widgets.curve_painting import draw_line, draw_read_out, draw_vertical, finite_runs, polygon
from visualizer.ui.widgets.race_lines import power_labels, to_ys
from visualizer.ui.widgets.race_markers import draw_head

_ROOM_FOR_X, _ROOM_FOR_Y = 56, 24  # px between two labels
_TOP, _RIGHT, _NAME = 7, 11, 13  # px; the last for the name of the axis
_DECADES = 6  # at most, in a logarithmic plot
_HEAD, _SELECTED_HEAD, _CROSS = 3.6, 5.0, 4.0  # px
_NEAR = 5.0  # px, between the pointer and a head


@dataclass(frozen=True, slots=True)
class ProfileHead:
    """A racer at ``position`` on the axis, as high as its ``loss``; NaN where it is nowhere."""

    key: str
    name: str
    color: str
    marker: Marker
    position: float
    loss: float


@dataclass(frozen=True, slots=True, eq=False)
class ProfileView:
    """What a plot shows. ``minima`` (M, 2): positions on the axis and losses. ``floor``: the lowest loss known.

    In a ``logarithmic`` plot heights are those above the floor.
    """

    profile: Profile
    minima: Values = field(repr=False)
    floor: float
    logarithmic: bool


class ProfilePlot(QWidget):
    """Draws the profile once and the heads at every frame: 0.2 ms. At the pointer stand position and loss."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colors: Colors = DARK
        self._view: ProfileView | None = None
        self._heads: tuple[ProfileHead, ...] = ()
        self._selected = ""
        self._pointer: float | None = None  # px
        self._axes = Axes(QRectF(0, 0, 1, 1), (0, 1), (0, 1))
        self._drawn: QPixmap | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName("Profile of the surface")

    def set_profile(self, view: ProfileView) -> None:
        self._view, self._drawn = view, None
        self.setAccessibleName(f"Profile of the surface: {view.profile.title}")
        self.update()

    def set_heads(self, heads: tuple[ProfileHead, ...], selected: str) -> None:
        """Show where the racers are, the ``selected`` one on top."""
        if (heads, selected) != (self._heads, self._selected):
            self._heads, self._selected = heads, selected
            self.update()

    def set_colors(self, colors: Colors) -> None:
        self._colors, self._drawn = colors, None
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(420, 220)

    def minimumSizeHint(self) -> QSize:
        return QSize(140, 90)

    # --- painting ----------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        view = self._view
        with QPainter(self) as painter:
            if view is None:
                painter.fillRect(self.rect(), QColor(self._colors.panel))
                return
            ratio = self.devicePixelRatioF()
            if self._drawn is None or self._drawn.size() != self.size() * ratio:
                self._drawn = self._draw(view, ratio)
            painter.drawPixmap(0, 0, self._drawn)
            for head in sorted(self._heads, key=lambda head: head.key == self._selected):
                self._draw_head(painter, view, head)
            if self._pointer is not None:
                self._draw_pointer(painter, view, self._pointer)

    def _draw(self, view: ProfileView, ratio: float) -> QPixmap:
        pixmap = QPixmap(self.size() * ratio)
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(QColor(self._colors.panel))
        with QPainter(pixmap) as painter:
            self._draw_frame(painter, view)
            plot = self._axes.plot
            painter.setClipRect(plot.adjusted(0, 0, 1, 0))
            xs = np.asarray(self._axes.to_x(view.profile.positions))
            ys = self._to_ys(view, view.profile.losses)
            _fill_below(painter, xs, ys, plot)
            draw_line(painter, xs, ys, QColor("#b9bec7"), 1.5)
            painter.setPen(QPen(QColor("#ffffff"), 1.4))
            for x, y in zip(
                self._axes.to_x(view.minima[:, 0]), self._to_ys(view, view.minima[:, 1]), strict=True
            ):
                y = min(y, plot.bottom() - _CROSS - 1)
                painter.drawLine(QLineF(x - _CROSS, y, x + _CROSS, y))
                painter.drawLine(QLineF(x, y - _CROSS, x, y + _CROSS))
        return pixmap

    def _draw_frame(self, painter: QPainter, view: ProfileView) -> None:
        positions = view.profile.positions
        x = (float(positions[0]), float(positions[-1])) if len(positions) > 1 else (0.0, 1.0)
        y = self._y_range(view)
        height = max(24, self.height() - LABEL_HEIGHT - _NAME - _TOP)
        most = max(2, height // _ROOM_FOR_Y)
        y_labels = power_labels(y, most) if view.logarithmic else linear_labels(y, most)
        left = label_width(painter, [text for _, text in y_labels])
        plot = QRectF(left, _TOP, max(24, self.width() - left - _RIGHT), height)
        self._axes = Axes(plot, x, y)
        x_labels = linear_labels(x, max(2, int(plot.width()) // _ROOM_FOR_X))
        draw_axes(
            painter, self._axes, replace(self._colors, field=DARK.field, grid=DARK.grid), x_labels, y_labels
        )
        painter.setFont(font(SMALL_SIZE))
        painter.setPen(QColor(self._colors.muted))
        below = QRectF(left, self.height() - _NAME - 1, plot.width(), _NAME)
        painter.drawText(below, Qt.AlignmentFlag.AlignCenter, view.profile.axis)

    def _y_range(self, view: ProfileView) -> Range:
        """What the profile needs; heads and minima that lie below it too."""
        known = np.concatenate([view.profile.losses, view.minima[:, 1]])
        known = known[np.isfinite(known)]
        if not len(known):
            return 0.0, 1.0
        if view.logarithmic:
            above = known - view.floor
            positive = np.log10(np.maximum(above[above > 0], 1e-300)) if (above > 0).any() else np.zeros(1)
            top = math.ceil(2 * float(positive.max()) + 0.1) / 2
            low = max(float(np.quantile(positive, 0.01)), top - _DECADES)
            return math.floor(2 * low) / 2 - 0.5, top
        low, high = float(known.min()), float(known.max())
        room = (high - low) * 0.06 or abs(high) * 0.05 or 1.0
        return low - room, high + room

    def _to_ys(self, view: ProfileView, losses: Values) -> Values:
        if not view.logarithmic:
            return to_ys(losses, self._axes, logarithmic=False)
        return to_ys(losses - view.floor, self._axes, logarithmic=True)

    def _draw_head(self, painter: QPainter, view: ProfileView, head: ProfileHead) -> None:
        plot = self._axes.plot
        x = float(self._axes.to_x(head.position))
        y = float(self._to_ys(view, np.array([head.loss]))[0])
        if math.isfinite(x) and math.isfinite(y) and plot.left() - 1 <= x <= plot.right() + 1:
            selected = head.key == self._selected
            y = min(max(y, plot.top()), plot.bottom())
            radius, ring = (_SELECTED_HEAD, "#ffffff") if selected else (_HEAD, "")
            draw_head(painter, head.marker, x, y, head.color, radius, ring)

    def _draw_pointer(self, painter: QPainter, view: ProfileView, x: float) -> None:
        plot, profile = self._axes.plot, view.profile
        position = self._axes.from_x(x)
        place = int(np.abs(profile.positions - position).argmin())
        draw_vertical(painter, x, plot, QColor(DARK.muted))
        rows = [
            ("position", signed(float(profile.positions[place]), 3)),
            ("f", loss_text(float(profile.losses[place]))),
        ]
        near = [head for head in self._heads if abs(float(self._axes.to_x(head.position)) - x) <= _NEAR]
        rows += [(head.name, loss_text(head.loss)) for head in near]
        draw_read_out(painter, x, plot, rows, DARK)

    # --- mouse -------------------------------------------------------------------------------------

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.position()
        self._point(at.x() if self._view is not None and self._axes.plot.contains(at) else None)

    def leaveEvent(self, event: QEvent) -> None:
        self._point(None)

    def _point(self, x: float | None) -> None:
        if x != self._pointer:
            self._pointer = x
            self.update()


def _fill_below(painter: QPainter, xs: Values, ys: Values, plot: QRectF) -> None:
    """The ground below the line in grey, as if the surface were cut there."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor("#2e3238"))
    for start, end in finite_runs(ys):
        outline: QPolygonF = polygon(xs[start:end], np.minimum(ys[start:end], plot.bottom() + 1))
        outline.append(QPointF(float(xs[end - 1]), plot.bottom() + 1))
        outline.append(QPointF(float(xs[start]), plot.bottom() + 1))
        painter.drawPolygon(outline)
    painter.setBrush(Qt.BrushStyle.NoBrush)
