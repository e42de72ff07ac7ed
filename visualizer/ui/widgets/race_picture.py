"""The picture of a race over its clock: drawn once strong and once faint, kept until something of it is another."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen, QPixmap

from visualizer.race.config import Clock
from visualizer.ui.theme import DARK, SMALL_SIZE, TICK_SIZE, Colors, font
from visualizer.ui.widgets.axes import LABEL_HEIGHT, TICK_LENGTH, Axes, draw_axes
from visualizer.ui.widgets.curve_axes import Labels, Range, linear_labels
from visualizer.ui.widgets.curve_data import Values
from visualizer.ui.widgets.curve_painting import draw_line
from visualizer.ui.widgets.race_lines import (
    RaceLine,
    clock_scale,
    linear_range,
    logarithmic_range,
    power_labels,
    thinned,
    to_ys,
)
from visualizer.ui.widgets.race_markers import CROSS, draw_diverged

_ROOM_FOR_X = 56  # px between two labels
_FAINT, _FAINT_SELECTED = 0.4, 0.55  # opacity behind the play head
_WIDTH, _SELECTED_WIDTH = 1.5, 2.5  # px
_FAINT_WIDTH = 1.0  # px: one strand, drawn in a third of the time
_TOP = 7  # px
_SWATCH, _ROW, _SMALL_ROW = 8, 14, 11  # px
_LEGEND_SHARE = 0.4  # of the width, at most


@dataclass(frozen=True, slots=True)
class RacePlotOptions:
    """``limits`` of the values where they are known, as decades where ``logarithmic``."""

    logarithmic: bool = True
    limits: Range | None = None
    legend: bool = True
    room_for_y: int = 24  # px between two labels
    left: int = 0  # px at least, so that plots above each other begin at one place


class RacePicture:
    """Draws the lines of a race; setting costs nothing, drawing what has changed.

    That takes 3 ms for 8 lines of 300 points, 10 ms for 14 of 2,000. ``axes`` are those of the last drawing (decades
    where the values are logarithmic). The plot is dark in both themes: the colours of the racers need it.
    """

    def __init__(self, options: RacePlotOptions) -> None:
        self.options = options
        self.lines: tuple[RaceLine, ...] = ()
        self.axes = Axes(QRectF(0, 0, 1, 1), (0, 1), (0, 1))
        self.selected = ""
        self.length = 1.0
        self.clock: Clock = "steps"
        self.zoom: Range | None = None
        self._colors: Colors = DARK
        self._strong, self._faint = QPixmap(), QPixmap()
        self._is_current = False

    # --- what is shown ---------------------------------------------------------------------------

    def set_lines(self, lines: tuple[RaceLine, ...], length: float, clock: Clock) -> None:
        if lines is not self.lines or (length, clock) != (self.length, self.clock):
            if clock != self.clock:
                self.zoom = None
            self.lines, self.length, self.clock = lines, length, clock
            self.forget()

    def set_selected(self, key: str) -> None:
        if key != self.selected:
            self.selected = key
            self.forget()

    def set_options(self, options: RacePlotOptions) -> None:
        if options != self.options:
            self.options = options
            self.forget()

    def set_zoom(self, zoom: Range | None) -> None:
        if zoom != self.zoom:
            self.zoom = zoom
            self.forget()

    def set_colors(self, colors: Colors) -> None:
        self._colors = colors
        self.forget()

    def forget(self) -> None:
        self._is_current = False

    # --- looking things up -------------------------------------------------------------------------

    def full_range(self) -> Range:
        """The whole race on the clock."""
        return 0.0, self.length if self.length > 0 else 1.0

    def y_of(self, value: float) -> float:
        """Where a value lies, in px, not outside the plot; NaN without a value."""
        return self.ys_of([value])[0]

    def ys_of(self, values: Sequence[float]) -> list[float]:
        """Where several values lie, at the price of one."""
        plot = self.axes.plot
        ys = to_ys(np.array(values, np.float64), self.axes, logarithmic=self.options.logarithmic)
        clipped: list[float] = np.clip(ys, plot.top(), plot.bottom()).tolist()
        return clipped

    def in_order(self) -> list[RaceLine]:
        """The lines, the selected one last, so that it lies on top."""
        return sorted(self.lines, key=lambda line: line.key == self.selected)

    # --- drawing -----------------------------------------------------------------------------------

    def pixmaps(self, size: QSize, ratio: float) -> tuple[QPixmap, QPixmap]:
        """The strong and the faint picture in ``size`` px; costs nothing while all is as it was."""
        if not self._is_current or self._strong.size() != size * ratio:
            self._draw(size, ratio)
            self._is_current = True
        return self._strong, self._faint

    def _draw(self, size: QSize, ratio: float) -> None:
        logarithmic = self.options.logarithmic
        x = self.zoom or self.full_range()
        fit = logarithmic_range if logarithmic else linear_range
        y = self.options.limits or fit(self.lines, x)
        height = max(24, size.height() - LABEL_HEIGHT - _TOP)
        most = max(2, height // self.options.room_for_y)
        y_labels = power_labels(y, most) if logarithmic else linear_labels(y, most)
        left, right = max(self.options.left, _room(y_labels)), self._legend_width(size.width())
        self.axes = Axes(QRectF(left, _TOP, max(24, size.width() - left - right), height), x, y)
        x_labels = linear_labels(
            x, max(2, int(self.axes.plot.width()) // _ROOM_FOR_X), clock_scale(self.clock)
        )
        ground = QPixmap(size * ratio)
        ground.setDevicePixelRatio(ratio)
        ground.fill(QColor(self._colors.panel))
        with QPainter(ground) as painter:
            self._draw_ground(painter, x_labels, y_labels)
        self._strong, self._faint = ground, QPixmap(ground)
        drawn = [
            (line, *thinned(line.xs, to_ys(line.ys, self.axes, logarithmic=logarithmic), self.axes))
            for line in self.in_order()
        ]
        for pixmap, faint in ((self._strong, False), (self._faint, True)):
            with QPainter(pixmap) as painter:
                painter.setClipRect(self.axes.plot.adjusted(0, 0, 1, 0))
                for line, xs, ys in drawn:
                    self._draw_line(painter, line, xs, ys, faint)

    def _draw_ground(self, painter: QPainter, x_labels: Labels, y_labels: Labels) -> None:
        # Grid and ground are those of the dark theme, labels stand on the panel.
        inside = replace(self._colors, field=DARK.field, grid=DARK.grid)
        draw_axes(painter, self.axes, inside, x_labels, y_labels)
        if self.options.legend:
            self._draw_legend(painter)

    def _draw_line(self, painter: QPainter, line: RaceLine, xs: Values, ys: Values, faint: bool) -> None:
        selected = line.key == self.selected
        if faint:
            painter.setOpacity(_FAINT_SELECTED if selected else _FAINT)
        width = _FAINT_WIDTH if faint else _SELECTED_WIDTH if selected else _WIDTH
        draw_line(painter, xs, ys, QColor(line.color), width)
        painter.setOpacity(1.0)
        if line.diverged:
            finite = np.flatnonzero(np.isfinite(ys))
            if len(finite):
                plot, at = self.axes.plot, int(finite[-1])
                y = min(max(float(ys[at]), plot.top() + CROSS + 1), plot.bottom() - CROSS - 1)
                draw_diverged(painter, float(xs[at]), y, line.color)

    # --- the legend --------------------------------------------------------------------------------

    def _legend_width(self, width: int) -> int:
        if not self.options.legend or not self.lines:
            return 9
        metrics = QFontMetrics(font(SMALL_SIZE, bold=True))
        widest = max(metrics.horizontalAdvance(_legend_text(line)) for line in self.lines)
        return min(widest + _SWATCH + 18, int(width * _LEGEND_SHARE))

    def _draw_legend(self, painter: QPainter) -> None:
        """Swatch and name of each racer at the height where its line ends, moved apart where they would overlap."""
        plot = self.axes.plot
        # Those beyond an edge of the plot by their values.
        lines = sorted(self.lines, key=lambda line: (self._legend_y(line), -line.last))
        row = _ROW if len(lines) * _ROW <= plot.height() + _ROW / 2 else _SMALL_ROW
        room = max(1, int((plot.height() + row / 2) // row))
        more = len(lines) - room
        lines = lines[: room - 1] if more > 0 else lines
        wanted = [self._legend_y(line) for line in lines]
        places = apart(wanted, row, plot.top() + row / 2 - 1, plot.bottom() - row / 2)
        left, flags = plot.right() + 9, Qt.AlignmentFlag.AlignVCenter
        width = painter.device().width() / painter.device().devicePixelRatioF() - left - _SWATCH - 6
        for line, y in zip(lines, places, strict=True):
            selected = line.key == self.selected
            painter.fillRect(QRectF(left, round(y) - _SWATCH / 2, _SWATCH, _SWATCH), QColor(line.color))
            if not self._colors.dark:
                painter.setPen(QPen(QColor(self._colors.axis), 1))
                painter.drawRect(QRectF(left, round(y) - _SWATCH / 2, _SWATCH - 1, _SWATCH - 1))
            painter.setFont(font(SMALL_SIZE if row == _ROW else TICK_SIZE, bold=selected))
            ink = self._colors.muted if line.diverged and not selected else self._colors.text
            painter.setPen(QColor(ink))
            text = painter.fontMetrics().elidedText(
                _legend_text(line), Qt.TextElideMode.ElideRight, int(width)
            )
            painter.drawText(QRectF(left + _SWATCH + 5, y - 8, width + 1, 16), flags, text)
        if more > 0:
            painter.setPen(QColor(self._colors.muted))
            painter.drawText(
                QRectF(left, plot.bottom() - 10, width, 16), flags, f"and {len(self.lines) - len(lines)} more"
            )

    def _legend_y(self, line: RaceLine) -> float:
        y = self.y_of(line.last)
        return y if math.isfinite(y) else self.axes.plot.top()


def apart(wanted: list[float], row: float, top: float, bottom: float) -> list[float]:
    """Places as near to the ``wanted`` ones (ascending) as can be, ``row`` apart, between ``top`` and ``bottom``.

    Neighbours that overlap become a block around the mean of what they want (pool adjacent violators).
    """
    blocks: list[tuple[float, int]] = []  # the mean of (wanted − row · number), how many
    for number, each in enumerate(wanted):
        mean, count = each - row * number, 1
        while blocks and blocks[-1][0] >= mean:
            before, many = blocks.pop()
            mean, count = (mean * count + before * many) / (count + many), count + many
        blocks.append((mean, count))
    means = [mean for mean, count in blocks for _ in range(count)]
    highest = max(top, bottom - row * (len(wanted) - 1))
    return [min(max(mean, top), highest) + row * number for number, mean in enumerate(means)]


def _legend_text(line: RaceLine) -> str:
    return f"{line.name} ×" if line.diverged else line.name


def _room(labels: Labels) -> int:
    """The room (px) that the labels of a vertical axis need, ticks included."""
    metrics = QFontMetrics(font(TICK_SIZE))
    return max((metrics.horizontalAdvance(text) for _, text in labels), default=0) + TICK_LENGTH + 5
