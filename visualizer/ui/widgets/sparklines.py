"""The curves of the layer statistics: those of all rows in sight are computed at once, then drawn one by one."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QRectF
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from visualizer.training.frames import Floats, StatisticsHistory
from visualizer.ui.theme import Colors
from visualizer.ui.widgets.curve_painting import draw_line, polygon
from visualizer.ui.widgets.statistic_rows import Statistic, Values

_SMALLEST, _LARGEST = 1e-12, 1e12
_SMALLEST_SPAN = 1.0  # decades
_BAND_OPACITY = 0.3
_MARGIN = 2  # px above and below a curve
_OUTLIERS = 0.02  # the share of all values at each end that need not fit


def sampled(epochs: Floats, width: int) -> tuple[NDArray[np.intp], Values]:
    """Which of the rows measured at ``epochs`` (T,) a sparkline of ``width`` px shows, and where: 0…1 of its width."""
    if not len(epochs):
        return np.zeros(0, np.intp), np.zeros(0)
    last = max(float(epochs[-1]), 1e-9)
    if len(epochs) <= width:
        return np.arange(len(epochs)), epochs.astype(np.float64) / last
    shares = np.linspace(0, 1, max(width, 2))
    rows = np.searchsorted(epochs, (shares * last).astype(epochs.dtype), side="right") - 1
    return np.maximum(rows, 0), shares


def shared_range(
    statistic: Statistic, history: StatisticsHistory, rows: NDArray[np.intp]
) -> tuple[float, float]:
    """The decades that a logarithmic statistic needs for all layers together, at ``rows``."""
    if statistic.line != "logarithmic":
        return 0.0, 1.0
    return _decades(statistic.values(history)[rows], statistic.reference)


def _decades(values: Floats, reference: float | None) -> tuple[float, float]:
    usable = np.sort(values[np.isfinite(values) & (values > 0)])
    # A learning rate that ends at 0 must not flatten all that was before.
    outliers = int(_OUTLIERS * len(usable))
    ends = [float(usable[outliers]), float(usable[-1 - outliers])] if usable.size else []
    ends += [] if reference is None else [reference]
    if not ends:
        return -1.0, 1.0
    low = math.log10(min(max(min(ends), _SMALLEST), _LARGEST))
    high = math.log10(min(max(*ends, _SMALLEST), _LARGEST))
    missing = max(0.0, _SMALLEST_SPAN - (high - low)) / 2
    return low - missing, high + missing


@dataclass(frozen=True, slots=True, eq=False)
class Sparklines:
    """The curves of one statistic for R layers at M places, in px: ``xs`` (M,), ``ys`` (R, M) from the top.

    ``half`` (R, M) is half the height of the band around each, ``reference`` where the dashed line lies. Where a
    value is no number, ``is_whole`` (R,) is false.
    """

    xs: Values
    ys: Values
    is_whole: NDArray[np.bool_]
    half: Values | None = None
    reference: float | None = None


def sparklines(
    statistic: Statistic,
    history: StatisticsHistory,
    layers: slice,
    rows: NDArray[np.intp],
    shares: Values,
    size: tuple[int, int],
    within: tuple[float, float],
) -> Sparklines:
    """The curves of the ``layers`` at ``rows``, which stand at ``shares`` (0…1), for ``size`` (width, height) in px.

    Those with a band have a scale each, logarithmic ones lie ``within`` decades.
    """
    values = statistic.values(history)[rows, layers].T.astype(np.float64)
    xs, height = shares * (size[0] - 1), size[1] - 2 * _MARGIN
    half, reference = None, None
    if statistic.line == "logarithmic":
        with np.errstate(divide="ignore", invalid="ignore"):
            values = np.where(values > 0, np.log10(values), np.where(values == 0, within[0], np.nan))
        low, scale = np.full(len(values), within[0]), np.full(len(values), height / (within[1] - within[0]))
        if statistic.reference is not None:
            reference = size[1] - _MARGIN - (math.log10(statistic.reference) - low[0]) * scale[0]
    else:
        spread = history.std[rows, layers].T.astype(np.float64)
        low, scale = _own_scales(values, spread, height)
        half = spread * scale[:, None]
    ys = np.clip(size[1] - _MARGIN - (values - low[:, None]) * scale[:, None], 0, size[1] - 1)
    return Sparklines(xs, ys, np.isfinite(ys).all(axis=1), half, reference)


def _own_scales(values: Values, spread: Values, height: int) -> tuple[Values, Values]:
    """For each layer (R,) the lowest value and the pixels a unit, so that the band and 0 fit."""
    lows, highs = values - spread, values + spread
    low = np.where(np.isfinite(lows), lows, 0.0).min(axis=1, initial=0.0)
    high = np.where(np.isfinite(highs), highs, 0.0).max(axis=1, initial=0.0)
    return low, height / np.where(high > low, high - low, 1.0)


def draw_sparkline(
    painter: QPainter, of: Sparklines, number: int, room: QRectF, colors: Colors, ink: QColor
) -> None:
    """Draw the ``number``-th curve into ``room``, on the ground that is there."""
    if not len(of.xs):
        return
    xs, ys = of.xs + room.left(), of.ys[number] + room.top()
    if of.reference is not None:
        pen = QPen(QColor(colors.axis), 1)
        pen.setDashPattern([2, 2])
        y = round(room.top() + of.reference)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(pen)
        painter.drawLine(QLineF(room.left(), y, room.right() - 1, y))
    if of.is_whole[number] and len(xs) > 1:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(ink, 1 / painter.device().devicePixelRatioF()))
        painter.drawPolyline(polygon(xs, ys))
    else:
        draw_line(painter, xs, ys, ink)


def ground(of: Sparklines, size: tuple[int, int], pitch: int, colors: Colors) -> QImage:
    """The ground of all curves with their bands, ``pitch`` px from one to the next.

    One picture: Qt takes ten times as long for the polygons.
    """
    width, height = size
    count = len(of.ys)
    plain, band = (_blend(colors.field, colors.bar, share).rgba() for share in (0.0, _BAND_OPACITY))
    pixels = np.zeros((count, pitch, width), np.uint32)
    pixels[:, :height] = plain
    if of.half is not None and len(of.xs):
        centers, halves = of.ys, of.half
        if len(of.xs) != width:
            grid = np.arange(width)
            centers, halves = (
                np.stack([np.interp(grid, of.xs, row) for row in each]) for each in (of.ys, of.half)
            )
        away = np.abs(np.arange(height)[None, :, None] - centers[:, None, :])
        pixels[:, :height][away <= halves[:, None, :]] = band
    rows = pixels.reshape(count * pitch, width)
    # The copy matters: a QImage over NumPy's memory does not keep the array alive.
    return QImage(rows.data, width, len(rows), 4 * width, QImage.Format.Format_ARGB32).copy()


def _blend(below: str, above: str, share: float) -> QColor:
    """The colour that ``share`` of ``above`` gives over ``below``."""
    low, high = QColor(below), QColor(above)
    pairs = (low.red(), high.red()), (low.green(), high.green()), (low.blue(), high.blue())
    return QColor(*(round(a + (b - a) * share) for a, b in pairs))
