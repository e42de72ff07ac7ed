"""A small plot's frame: round ticks, the mapping from values to pixels, grid, axes and labels."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from visualizer.ui.numbers import MINUS, integer
from visualizer.ui.theme import TICK_SIZE, Colors, font

LABEL_HEIGHT = 16  # px below the plot
TICK_LENGTH = 4


@dataclass(frozen=True, slots=True)
class Axes:
    """Where values (numbers or arrays) lie on the screen: ``plot`` in px, ``x`` and ``y`` the values at its edges."""

    plot: QRectF
    x: tuple[float, float]
    y: tuple[float, float]

    def to_x(self, value: Any) -> Any:
        return self.plot.left() + (value - self.x[0]) / (self.x[1] - self.x[0]) * self.plot.width()

    def to_y(self, value: Any) -> Any:
        return self.plot.bottom() - (value - self.y[0]) / (self.y[1] - self.y[0]) * self.plot.height()

    def from_x(self, pixel: Any) -> Any:
        return self.x[0] + (pixel - self.plot.left()) / self.plot.width() * (self.x[1] - self.x[0])


def round_ticks(low: float, high: float, most: int) -> list[float]:
    """At most ``most`` (two at least) multiples of 1, 2 or 5 · 10ⁿ within ``low`` … ``high``."""
    if not (math.isfinite(low) and math.isfinite(high)) or high <= low:
        return []
    power = 10.0 ** math.floor(math.log10((high - low) / max(most, 2)))
    for factor in (1, 2, 5, 10, 20, 50):
        step = factor * power
        first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
        if last - first + 1 <= max(most, 2):
            break
    return [number * step for number in range(first, last + 1)]


def tick_texts(ticks: Sequence[float]) -> list[str]:
    """The labels of evenly spaced ticks, all with the digits that their distance needs."""
    if not ticks:
        return []
    step = abs(ticks[1] - ticks[0]) if len(ticks) > 1 else abs(ticks[0]) or 1.0
    largest = max(abs(tick) for tick in ticks)
    if largest >= 1e6 or step < 1e-4:
        return [f"{tick:.1g}".replace("-", MINUS) if tick else "0" for tick in ticks]
    digits = max(0, -math.floor(math.log10(step) + 1e-9))
    if digits == 0:
        return [integer(round(tick)) for tick in ticks]
    return [f"{tick:.{digits}f}".replace("-", MINUS) if tick else "0" for tick in ticks]


def padded(low: float, high: float, share: float = 0.05) -> tuple[float, float]:
    """A range with room at both ends; one around zero where there is nothing to span."""
    if not high > low:
        return low - 1.0, high + 1.0
    room = (high - low) * share
    return low - room, high + room


def label_width(painter: QPainter, texts: Sequence[str]) -> int:
    """The room that the labels of a vertical axis need, ticks included."""
    painter.setFont(font(TICK_SIZE))
    metrics = painter.fontMetrics()
    return max((metrics.horizontalAdvance(text) for text in texts), default=0) + TICK_LENGTH + 4


def draw_axes(
    painter: QPainter,
    axes: Axes,
    colors: Colors,
    x_labels: Sequence[tuple[float, str]],
    y_labels: Sequence[tuple[float, str]],
) -> None:
    """Fill the plot's ground and draw grid, axes, ticks and labels (the bars come on top)."""
    plot = axes.plot
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.fillRect(plot, QColor(colors.field))
    xs = [(round(axes.to_x(value)), text) for value, text in x_labels]
    ys = [(round(axes.to_y(value)), text) for value, text in y_labels]
    painter.setPen(QPen(QColor(colors.grid), 1))
    painter.drawLines([QLineF(x, plot.top(), x, plot.bottom()) for x, _ in xs])
    painter.drawLines([QLineF(plot.left(), y, plot.right(), y) for y, _ in ys])
    painter.setPen(QPen(QColor(colors.axis), 1))
    painter.drawLine(plot.bottomLeft(), plot.bottomRight())
    painter.drawLine(plot.topLeft(), plot.bottomLeft())
    painter.drawLines([QLineF(x, plot.bottom(), x, plot.bottom() + TICK_LENGTH) for x, _ in xs])
    painter.drawLines([QLineF(plot.left() - TICK_LENGTH, y, plot.left(), y) for y, _ in ys])
    painter.setPen(QColor(colors.muted))
    painter.setFont(font(TICK_SIZE))
    flags = Qt.AlignmentFlag
    for x, text in xs:
        room = QRectF(x - 40, plot.bottom() + TICK_LENGTH, 80, LABEL_HEIGHT - TICK_LENGTH + 1)
        painter.drawText(room, flags.AlignHCenter | flags.AlignTop, text)
    for y, text in ys:
        room = QRectF(plot.left() - 64 - TICK_LENGTH - 2, y - 8, 64, 16)
        painter.drawText(room, flags.AlignRight | flags.AlignVCenter, text)


def draw_zero(painter: QPainter, colors: Colors, line: QLineF) -> None:
    """The dashed line at zero."""
    pen = QPen(QColor(colors.muted), 1)
    pen.setDashPattern([3, 3])
    painter.setPen(pen)
    painter.drawLine(line)
