"""Histograms of one layer's outputs over a run, as colours: time to the right, values upwards."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from visualizer.training.frames import StatisticsHistory
from visualizer.ui.numbers import integer, percent, signed
from visualizer.ui.theme import DARK, SMALL_SIZE, Colors, font
from visualizer.ui.widgets.axes import LABEL_HEIGHT, Axes, draw_axes, label_width, round_ticks, tick_texts
from visualizer.ui.widgets.color_maps import lookup_table
from visualizer.ui.widgets.statistic_rows import place_of

_CAPTION = 17  # px
_TICK = 5  # px of the label at the upper edge that stand above it
_MAP = "inferno"


class HeatMap(QWidget):
    """One column a pixel holds the histogram that was last measured. ``visit_requested(step)`` is a click or a drag."""

    visit_requested = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colors: Colors = DARK
        self._history: StatisticsHistory | None = None
        self._row = -1
        self._visited: int | None = None
        self._drawn: QPixmap | None = None
        self._axes = Axes(QRectF(0, 0, 1, 1), (0, 1), (0, 1))
        self._asked = -1
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMouseTracking(True)
        self.setAccessibleName("Histograms of the layer's outputs over the run")

    def set_history(self, history: StatisticsHistory | None, row: int, visited: int | None) -> None:
        """Show the outputs of the ``row``-th layer (−1 for none); the play head at ``visited``, at the end for None."""
        if history is not self._history or row != self._row:
            self._history, self._row, self._drawn = history, row, None
        self._visited = visited
        self.update()

    def set_colors(self, colors: Colors) -> None:
        self._colors, self._drawn = colors, None
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(560, 120)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, 80)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._drawn = None

    # --- painting ----------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        history = self._history
        if history is None or not len(history.step) or self._row < 0:
            return
        if self._drawn is None:
            self._drawn = QPixmap(self.size() * self.devicePixelRatioF())
            self._drawn.setDevicePixelRatio(self.devicePixelRatioF())
            self._drawn.fill(Qt.GlobalColor.transparent)
            with QPainter(self._drawn) as painter:
                self._draw(painter, history)
        with QPainter(self) as painter:
            painter.drawPixmap(0, 0, self._drawn)
            place = place_of(history, self._visited)
            x = round(self._axes.to_x(float(history.epoch[place]) if place >= 0 else 0.0))
            painter.setPen(QPen(QColor(self._colors.accent), 1))
            painter.drawLine(QLineF(x, self._axes.plot.top(), x, self._axes.plot.bottom()))

    def _draw(self, painter: QPainter, history: StatisticsHistory) -> None:
        painter.setFont(font(SMALL_SIZE))
        painter.setPen(QColor(self._colors.muted))
        caption = painter.fontMetrics().elidedText(
            f"{history.names[self._row]}: outputs over time, colour: share of values",
            Qt.TextElideMode.ElideMiddle,
            self.width(),
        )
        painter.drawText(QRectF(0, 0, self.width(), _CAPTION), Qt.AlignmentFlag.AlignVCenter, caption)
        counts = history.counts[:, self._row]
        low, high = filled(counts)
        limit, bins = float(history.limits[self._row]) or 1.0, counts.shape[1]
        y = (low / bins * 2 - 1) * limit, (high / bins * 2 - 1) * limit
        top = _CAPTION + _TICK
        height = max(20, self.height() - top - LABEL_HEIGHT - 2)
        y_ticks = round_ticks(*y, max(3, height // 26))
        y_texts = tick_texts(y_ticks)
        left = label_width(painter, y_texts)
        plot = QRectF(left, top, max(20, self.width() - left - 8), height)
        self._axes = Axes(plot, (0.0, max(float(history.epoch[-1]), 1e-6)), y)
        x_ticks = round_ticks(*self._axes.x, max(2, int(plot.width()) // 64))
        x_labels = list(zip(x_ticks, tick_texts(x_ticks), strict=True))
        draw_axes(painter, self._axes, self._colors, x_labels, list(zip(y_ticks, y_texts, strict=True)))
        image = self._image(history, counts[:, low:high], int(plot.width()))
        painter.drawImage(plot.adjusted(1, 0, 0, 0), image)

    def _image(self, history: StatisticsHistory, counts: NDArray[np.int32], width: int) -> QImage:
        times = np.linspace(0, float(history.epoch[-1]), width)
        places = np.searchsorted(history.epoch, times, side="right") - 1
        shown = counts[np.maximum(places, 0)].astype(np.float32)
        shown[places < 0] = 0
        # The square root: few values in a bin shall be seen beside many.
        levels = np.sqrt(shown * (255.0**2 / max(float(shown.max(initial=0)), 1.0)))
        rows = np.ascontiguousarray(np.ceil(levels).astype(np.uint8).T[::-1])
        image = QImage(rows.data, width, len(rows), width, QImage.Format.Format_Indexed8)
        image.setColorTable(_color_table(self._colors.dark))
        return image.copy()  # a QImage over NumPy's memory does not keep the array alive

    # --- mouse -------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self._history is None or event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        self._asked = -1
        self._visit(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        history, at = self._history, event.position()
        if history is None or not len(history.step) or self._row < 0:
            return
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._visit(at.x())
        place = int(np.searchsorted(history.epoch, self._axes.from_x(at.x()), side="right")) - 1
        if place < 0 or not self._axes.plot.contains(at):
            return
        counts, limit = history.counts[place, self._row], float(history.limits[self._row])
        width = 2 * limit / len(counts) if limit else 1.0
        share = (self._axes.plot.bottom() - at.y()) / self._axes.plot.height()
        value = self._axes.y[0] + share * (self._axes.y[1] - self._axes.y[0])
        number = min(max(int((value + limit) // width), 0), len(counts) - 1)
        text = (
            f"step {integer(int(history.step[place]))}, {signed(number * width - limit)} … "
            f"{signed((number + 1) * width - limit)}: {percent(float(counts[number]) / max(int(counts.sum()), 1))}"
        )
        QToolTip.showText(event.globalPosition().toPoint(), text, self)

    def _visit(self, x: float) -> None:
        history = self._history
        if history is None or not len(history.step):
            return
        step = int(history.step[int(np.abs(history.epoch - self._axes.from_x(x)).argmin())])
        if step != self._asked:
            self._asked = step
            self.visit_requested.emit(step)


@cache
def _color_table(dark: bool) -> list[int]:
    """From few to many; nothing at all is the ground."""
    table = lookup_table(_MAP) if dark else lookup_table(_MAP)[::-1]
    return [0, *(QColor(*rgb).rgba() for rgb in table[1:].tolist())]


def filled(counts: NDArray[np.int32]) -> tuple[int, int]:
    """The bins (low, high) of ``counts`` (T, B) that ever held a value; all where none did."""
    used = np.flatnonzero(counts.any(axis=0))
    return (int(used[0]), int(used[-1]) + 1) if len(used) else (0, counts.shape[1])
