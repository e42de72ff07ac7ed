"""The curves of the layer statistics: what they span, and how one is drawn into a few pixels."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from visualizer.training.frames import Floats, StatisticsHistory
from visualizer.ui.theme import Colors
from visualizer.ui.widgets.curve_painting import draw_line, finite_runs, polygon
from visualizer.ui.widgets.statistic_rows import STATISTICS, Statistic, Values

_SMALLEST, _LARGEST = 1e-12, 1e12
_SMALLEST_SPAN = 1.0  # decades
_BAND_OPACITY = 0.3
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


def shared_ranges(history: StatisticsHistory, rows: NDArray[np.intp]) -> dict[str, tuple[float, float]]:
    """By the key of each logarithmic statistic the decades that all layers together need at ``rows``."""
    return {
        row.key: _decades(row.values(history)[rows], row.reference)
        for row in STATISTICS
        if row.line == "logarithmic"
    }


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


def draw_sparkline(
    painter: QPainter,
    room: QRectF,
    statistic: Statistic,
    shares: Values,
    values: Values,
    spread: Values,
    within: tuple[float, float],
    colors: Colors,
    line: QColor,
) -> None:
    """Draw ``values`` (M,) at ``shares`` (0…1) of the width of ``room``.

    With a band of ± ``spread`` (M,) on a scale of their own, or logarithmically ``within`` decades.
    """
    painter.fillRect(room, QColor(colors.field))
    painter.save()
    painter.setClipRect(room, Qt.ClipOperation.IntersectClip)
    if statistic.line == "logarithmic":
        with np.errstate(divide="ignore", invalid="ignore"):
            values = np.where(values > 0, np.log10(values), np.where(values == 0, within[0], np.nan))
    else:
        within = _own_range(values, spread)
    inner = room.adjusted(0, 2, 0, -2)
    scale = inner.height() / (within[1] - within[0])
    xs = inner.left() + shares * (inner.width() - 1)
    ys = inner.bottom() - (values - within[0]) * scale
    if statistic.line == "band":
        _draw_band(painter, xs, ys, spread * scale, QColor(colors.bar))
    if statistic.reference is not None:
        y = inner.bottom() - (math.log10(statistic.reference) - within[0]) * scale
        pen = QPen(QColor(colors.axis), 1)
        pen.setDashPattern([2, 2])
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(pen)
        painter.drawLine(QLineF(room.left(), round(y), room.right() - 1, round(y)))
    draw_line(painter, xs, ys, line)
    painter.restore()


def _own_range(values: Values, spread: Values) -> tuple[float, float]:
    ends = np.concatenate([values - spread, values + spread])
    ends = ends[np.isfinite(ends)]
    low, high = float(ends.min(initial=0)), float(ends.max(initial=0))
    return (low, high) if high > low else (low - 1, high + 1)


def _draw_band(painter: QPainter, xs: Values, ys: Values, half: Values, color: QColor) -> None:
    color.setAlphaF(_BAND_OPACITY)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setPen(QPen(QColor(0, 0, 0, 0)))
    painter.setBrush(color)
    for start, end in finite_runs(ys + half):
        place = slice(start, end)
        around = np.concatenate([xs[place], xs[place][::-1]])
        band: QPolygonF = polygon(around, np.concatenate([(ys - half)[place], (ys + half)[place][::-1]]))
        painter.drawPolygon(band)
    painter.setBrush(QColor(0, 0, 0, 0))
