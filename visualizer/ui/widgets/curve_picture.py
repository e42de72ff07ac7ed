"""The picture of one quantity over a run: curves on their ground, kept until something of it is another."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPixmap

from visualizer.training.frames import Curves
from visualizer.ui.theme import DARK, TICK_SIZE, Colors, font
from visualizer.ui.widgets import curve_axes
from visualizer.ui.widgets.axes import LABEL_HEIGHT, TICK_LENGTH, Axes, draw_axes
from visualizer.ui.widgets.curve_axes import Labels, Range
from visualizer.ui.widgets.curve_data import Columns, MovingAverage, Quantity, Values, columns, end_of
from visualizer.ui.widgets.curve_painting import (
    POINT,
    RAW_OPACITY,
    THICK,
    draw_cross,
    draw_dashed,
    draw_envelope,
    draw_line,
    draw_points,
    draw_right_axis,
)

_ROOM_FOR_X, _ROOM_FOR_Y = 64, 26  # px between two labels
_AUTOMATIC = 40  # windows of the automatic average in a run
_FEWEST_PIXELS = 12.0  # between two measurements that get a point each


@dataclass(frozen=True, slots=True)
class CurveOptions:
    """How curves are shown. ``window`` are the steps of the moving average: 1 for none, 0 for what suits the run."""

    by_step: bool = False
    logarithmic: bool = True
    window: int = 0
    rate: bool = False


@dataclass(frozen=True, slots=True)
class _Ground:
    """All on which the ground depends."""

    size: QSize
    ratio: float
    colors: Colors
    x: Range
    y: Range
    rate_top: float  # 0: no axis for the learning rate
    options: CurveOptions


class CurvePicture:
    """Draws the curves of a run; setting costs nothing, drawing what has changed.

    ``axes`` are those of the last drawing (logarithms where the axis is logarithmic).
    """

    def __init__(self, quantity: Quantity) -> None:
        self.quantity = quantity
        self.options = CurveOptions(logarithmic=quantity.can_be_logarithmic)
        self.curves: Curves | None = None
        self.axes = Axes(QRectF(0, 0, 1, 1), (0, 1), (0, 1))
        self._epochs = 1
        self._colors: Colors = DARK
        self._zoom: Range | None = None
        self._average = MovingAverage()
        self._ground_of: _Ground | None = None
        self._ground, self._drawn = QPixmap(), QPixmap()
        self._is_current = False

    # --- what is shown ---------------------------------------------------------------------------

    def set_curves(self, curves: Curves | None, epochs: int) -> None:
        if curves is not self.curves or epochs != self._epochs:
            self.curves, self._epochs, self._is_current = curves, epochs, False

    def set_options(self, options: CurveOptions) -> None:
        if options.by_step != self.options.by_step:
            self._zoom = None
        self.options, self._is_current = options, False

    def set_colors(self, colors: Colors) -> None:
        self._colors, self._is_current = colors, False

    def set_zoom(self, zoom: Range | None) -> None:
        """Show a part of the x axis; None for all that there is."""
        self._zoom, self._is_current = zoom, False

    # --- looking things up -------------------------------------------------------------------------

    @property
    def xs(self) -> NDArray[np.generic]:
        assert self.curves is not None
        return self.curves.step if self.options.by_step else self.curves.epoch

    @property
    def validation_xs(self) -> NDArray[np.generic]:
        assert self.curves is not None
        return self.curves.validation_step if self.options.by_step else self.curves.validation_epoch

    def end(self) -> int:
        """Behind the last step before the loss was no number for good."""
        return end_of(self.curves.loss) if self.curves is not None else 0

    def averages(self) -> Values:
        """The moving average of training up to the end."""
        assert self.curves is not None
        end = self.end()
        return self._average.of(
            self.curves.step[:end], self.quantity.train(self.curves)[:end], self._window()
        )

    def _window(self) -> float:
        if self.options.window or not len(self.xs):
            return float(max(self.options.window, 1))
        assert self.curves is not None
        # A power of two, so that it stays the same while the run goes on.
        steps = float(self.curves.step[-1]) / max(float(self.curves.epoch[-1]), 1e-6) * self._epochs
        return float(2 ** np.clip(round(np.log2(max(steps / _AUTOMATIC, 1))), 2, 10))

    def total(self) -> float:
        """The end of the run on the x axis."""
        if not self.options.by_step or not len(self.xs):
            return float(self._epochs)
        assert self.curves is not None
        return float(self.curves.step[-1]) / max(float(self.curves.epoch[-1]), 1e-6) * self._epochs

    def full_range(self) -> Range:
        last = float(self.xs[-1]) if len(self.xs) else 0.0
        return curve_axes.x_range(last, self.total())

    def x_of(self, step: int) -> float:
        """Where a step lies on the x axis."""
        assert self.curves is not None
        if self.options.by_step or not len(self.curves.step):
            return float(step)
        place = int(np.searchsorted(self.curves.step, step, side="right")) - 1
        return float(self.curves.epoch[place]) if place >= 0 else 0.0

    def step_at(self, x: float) -> int:
        """The step that lies closest to ``x`` (px); 0 before the first."""
        assert self.curves is not None
        wanted = self.axes.from_x(x)
        xs = self.xs
        if not len(xs) or wanted <= float(xs[0]) / 2:
            return 0
        place = min(int(np.searchsorted(xs, np.float64(wanted))), len(xs) - 1)
        if place and wanted - float(xs[place - 1]) < float(xs[place]) - wanted:
            place -= 1
        return int(self.curves.step[place])

    def y_of(self, value: float) -> float:
        """Where a value lies, in px; NaN where it has no place."""
        if self.options.logarithmic:
            value = float(np.log10(max(value, curve_axes.SMALLEST)))
        return float(self.axes.to_y(value))

    # --- drawing -----------------------------------------------------------------------------------

    def pixmap(self, size: QSize, ratio: float) -> QPixmap:
        """The picture in ``size`` px. Costs 1 ms after new curves, nothing while all is as it was."""
        if not self._is_current or self._drawn.size() != size * ratio:
            self._draw(size, ratio)
            self._is_current = True
        return self._drawn

    def _draw(self, size: QSize, ratio: float) -> None:
        curves = self.curves
        assert curves is not None
        end, x = self.end(), self._zoom or self.full_range()
        shown = columns(self.xs[:end], *x, max(16, size.width()))
        watched = columns(self.validation_xs, *x, max(16, size.width()))
        low, high = shown.envelope(self.quantity.train(curves))
        validation = self.quantity.validation(curves)[watched.last].astype(np.float64)
        averages = self.averages()[shown.last]
        y = self._y_range(low, high, np.concatenate([averages, validation]))
        rate_top = float(curves.learning_rate.max(initial=0)) * 1.08 if self.options.rate else 0.0
        self._lay_ground(size, ratio, x, y, rate_top)
        self._drawn = QPixmap(self._ground)
        with QPainter(self._drawn) as painter:
            painter.setClipRect(self.axes.plot.adjusted(0, 0, 1, 0))
            if rate_top:
                self._draw_rate(painter, shown, rate_top)
            for change in curves.changes:
                at = self.axes.to_x(change.step if self.options.by_step else change.epoch)
                draw_dashed(painter, at, self.axes.plot, QColor(self._colors.muted))
            self._draw_raw(painter, shown, low, high)
            self._draw_validation(painter, watched, validation)
            xs = self.axes.to_x(self.xs[shown.last].astype(np.float64))
            draw_line(painter, xs, self._ys(averages), QColor(self._colors.train), THICK)
            painter.setClipping(False)
            self._draw_divergence(painter, end)

    def _ys(self, values: Values) -> Values:
        if self.options.logarithmic:
            with np.errstate(invalid="ignore"):
                values = np.log10(np.maximum(values, curve_axes.SMALLEST))
        return np.asarray(self.axes.to_y(values))

    def _y_range(self, low: Values, high: Values, must: Values) -> Range:
        if self.quantity.limits is not None:
            return self.quantity.limits
        fit = curve_axes.logarithmic_range if self.options.logarithmic else curve_axes.linear_range
        return fit(low, high, must)

    def _lay_ground(self, size: QSize, ratio: float, x: Range, y: Range, rate_top: float) -> None:
        """Draw what lies below the curves, unless it is there already."""
        wanted = _Ground(size, ratio, self._colors, x, y, rate_top, self.options)
        if wanted == self._ground_of:
            return
        self._ground_of = wanted
        height = max(24, size.height() - LABEL_HEIGHT - 8)
        y_labels = self._y_labels(y, max(2, height // _ROOM_FOR_Y))
        rates = curve_axes.linear_labels((0, rate_top), 3) if rate_top else []
        left, right = _room(y_labels), _room(rates) if rates else 9
        self.axes = Axes(QRectF(left, 6, max(24, size.width() - left - right), height), x, y)
        x_labels = curve_axes.linear_labels(x, max(2, int(self.axes.plot.width()) // _ROOM_FOR_X))
        self._ground = QPixmap(size * ratio)
        self._ground.setDevicePixelRatio(ratio)
        self._ground.fill(Qt.GlobalColor.transparent)
        with QPainter(self._ground) as painter:
            draw_axes(painter, self.axes, self._colors, x_labels, y_labels)
            if rates:
                at = [(round(self._rate_y(value, rate_top)), text) for value, text in rates]
                draw_right_axis(painter, self.axes.plot, at, "learning rate", self._colors)

    def _y_labels(self, y: Range, most: int) -> Labels:
        if self.options.logarithmic:
            return curve_axes.logarithmic_labels(y, most)
        return curve_axes.linear_labels(y, most, self.quantity.scale)

    def _draw_raw(self, painter: QPainter, shown: Columns, low: Values, high: Values) -> None:
        assert self.curves is not None
        if not len(shown.first):
            return
        color = QColor(self._colors.train)
        color.setAlphaF(RAW_OPACITY)
        if shown.is_dense:
            xs = self.axes.to_x(self.xs[shown.last].astype(np.float64))
            draw_envelope(painter, xs, self._ys(high), self._ys(low), color)
            return
        inside = slice(int(shown.first[0]), int(shown.last[-1]) + 1)
        values = self.quantity.train(self.curves)[inside].astype(np.float64)
        xs = self.axes.to_x(self.xs[inside].astype(np.float64))
        draw_line(painter, xs, self._ys(values), color)

    def _draw_validation(self, painter: QPainter, watched: Columns, values: Values) -> None:
        if not len(values):
            return
        color = QColor(self._colors.validation)
        xs = np.asarray(self.axes.to_x(self.validation_xs[watched.last].astype(np.float64)))
        ys = self._ys(values)
        draw_line(painter, xs, ys, color, THICK)
        if (xs[-1] - xs[0]) >= _FEWEST_PIXELS * (len(xs) - 1):
            finite = np.isfinite(ys)
            draw_points(painter, zip(xs[finite], ys[finite], strict=True), color, POINT)

    def _rate_y(self, value: float | Values, top: float) -> float:
        return replace(self.axes, y=(0.0, top)).to_y(value)

    def _draw_rate(self, painter: QPainter, shown: Columns, top: float) -> None:
        """The learning rate as steps, where they can be seen: it holds from one value to the next."""
        assert self.curves is not None
        if not len(shown.last):
            return
        xs = np.asarray(self.axes.to_x(self.xs[shown.last].astype(np.float64)))
        rates = self.curves.learning_rate[shown.last].astype(np.float64)
        ys = np.asarray(self._rate_y(rates, top))
        if not shown.is_dense:
            xs, ys = np.repeat(xs, 2)[1:], np.repeat(ys, 2)[:-1]
        draw_line(painter, xs, ys, QColor(self._colors.muted))

    def _draw_divergence(self, painter: QPainter, end: int) -> None:
        curves = self.curves
        assert curves is not None
        if end == len(curves.loss):
            return
        word = "NaN" if np.isnan(curves.loss[end]) else "∞"
        x = float(self.axes.to_x(float(self.xs[end])))
        last = float(self.quantity.train(curves)[end - 1]) if end else np.nan
        y = self.y_of(last) if np.isfinite(last) else self.axes.plot.center().y()
        plot = self.axes.plot
        at = QPointF(min(max(x, plot.left()), plot.right()), min(max(y, plot.top() + 6), plot.bottom() - 6))
        if plot.left() <= x <= plot.right() + 1:
            draw_cross(painter, at, f"{word} at step {int(curves.step[end])}", self._colors, plot)


def _room(labels: Labels) -> int:
    """The room (px) that the labels of a vertical axis need, ticks included."""
    metrics = QFontMetrics(font(TICK_SIZE))
    return max((metrics.horizontalAdvance(text) for _, text in labels), default=0) + TICK_LENGTH + 4
