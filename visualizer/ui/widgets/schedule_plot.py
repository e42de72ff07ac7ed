"""The learning rate over a run, small: what has been as a line, what is to come dashed, and where the run is."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPixmap,
    QPolygonF,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from visualizer.ui.numbers import THIN
from visualizer.ui.theme import DARK, SMALL_SIZE, Colors, font
from visualizer.ui.widgets.axes import LABEL_HEIGHT, Axes, draw_axes, label_width, round_ticks, tick_texts
from visualizer.ui.widgets.panel import PADDING

_HEIGHT = 96
_MOST_POINTS = 400  # of the line of what has been: more than there are px

Floats = NDArray[np.float32]
NO_RATES: Floats = np.zeros(0, np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class PlannedRates:
    """The learning rate (P,) at each ``epoch`` (P,) of a run of ``epochs``, as the settings have it."""

    epochs: int = 1
    epoch: Floats = field(default_factory=lambda: NO_RATES, repr=False)
    rate: Floats = field(default_factory=lambda: NO_RATES, repr=False)


def rate_text(rate: float) -> str:
    """A learning rate with three figures: ``0.0238``."""
    if rate and abs(rate) < 1e-4:
        return f"{rate:.1e}".replace("e-0", "e-")
    return f"{rate:.3g}"


class SchedulePlot(QWidget):
    """Cost per frame of a run: two short paths and a text; the axes are drawn once."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        self.setToolTip("The learning rate over the run, by epoch")
        self._colors: Colors = DARK
        self._planned = PlannedRates()
        self._past: tuple[Floats, Floats] = (NO_RATES, NO_RATES)
        self._head: float | None = None
        self._drawn: tuple[object, ...] = ()
        self._ground: tuple[QPixmap, Axes] | None = None  # drawn anew when the plan or the size changes

    def set_planned(self, planned: PlannedRates) -> None:
        """Show a plan; a curve of what has been stays."""
        if planned is self._planned:
            return
        self._planned = planned
        self._forget()

    def set_past(self, epoch: Floats, rate: Floats, head: float | None) -> None:
        """Show the learning rates (T,) that were used at each ``epoch`` (T,), and the play head at the epoch ``head``.

        None: there is no run.
        """
        before = self._top()
        chosen = np.linspace(0, len(epoch) - 1, min(len(epoch), _MOST_POINTS)).astype(np.int64)
        self._past, self._head = (epoch[chosen], rate[chosen]), head
        if self._top() != before:
            self._forget()
        if (
            self._head_drawn() != self._drawn
        ):  # drawn anew 1 ms; most steps move the head by less than a pixel
            self._name()
            self.update()

    def _head_drawn(self) -> tuple[object, ...]:
        """What can be seen of the play head and of the end of the curve."""
        if self._ground is None or self._head is None:
            return (self._head,)
        axes, rate = self._ground[1], self._rate_now()
        ends = [self._head, *(self._past[0][-1:].tolist())]
        return (*(round(axes.to_x(end)) for end in ends), rate_text(rate) if rate is not None else "")

    def set_colors(self, colors: Colors) -> None:
        self._colors = colors
        self._forget()

    def _forget(self) -> None:
        self._ground = None
        self._name()
        self.update()

    def _name(self) -> None:
        rate = self._rate_now()
        words = f", {rate_text(rate)} now" if self._head is not None and rate is not None else ""
        self.setAccessibleName(f"Learning rate over {self._planned.epochs} epochs{words}")

    # --- what is shown ---------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        return QSize(240, _HEIGHT)

    def _top(self) -> float:
        highest = [float(rates.max()) for rates in (self._planned.rate, self._past[1]) if len(rates)]
        return max([*highest, 0.0]) or 1.0

    def _rate_now(self) -> float | None:
        """The learning rate at the play head, which may be at an earlier moment than the end of the curve."""
        head = self._head or 0.0
        return self._rate_at(min(head, float(self._past[0][-1])) if len(self._past[0]) else head)

    def _rate_at(self, epoch: float) -> float | None:
        planned = self._planned
        past_epochs, past_rates = self._past
        if len(past_epochs) and epoch <= past_epochs[-1]:
            return float(np.interp(epoch, past_epochs, past_rates))
        return float(np.interp(epoch, planned.epoch, planned.rate)) if len(planned.epoch) else None

    # --- painting --------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._ground = None

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._ground is None:
            self._ground = self._drawn_ground()
        self._drawn = self._head_drawn()
        ground, axes = self._ground
        with QPainter(self) as painter:
            painter.drawPixmap(0, 0, ground)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._draw_future(painter, axes)
            if self._head is not None:
                self._draw_line(painter, axes, *self._past, dashed=False)
                self._draw_head(painter, axes, self._head)

    def _drawn_ground(self) -> tuple[QPixmap, Axes]:
        ratio = self.devicePixelRatioF()
        ground = QPixmap(QSize(round(self.width() * ratio), round(self.height() * ratio)))
        ground.setDevicePixelRatio(ratio)
        ground.fill(QColor(self._colors.panel))
        top = self._top()
        y_labels = [(0.0, "0"), (top, rate_text(top))]
        epochs = max(self._planned.epochs, 1)
        with QPainter(ground) as painter:
            left = max(label_width(painter, [text for _, text in y_labels]) + 6, PADDING + 20)
            plot = QRectF(left, 9, self.width() - left - PADDING - 4, _HEIGHT - 9 - LABEL_HEIGHT - 2)
            axes = Axes(plot, (0.0, float(epochs)), (0.0, top * 1.06))
            ticks = round_ticks(0, epochs, max(2, int(plot.width()) // 44))
            x_labels = [
                (tick, text)
                for tick, text in zip(ticks, tick_texts(ticks), strict=True)
                if tick == round(tick)
            ]
            draw_axes(painter, axes, self._colors, x_labels, y_labels)
        return ground, axes

    def _draw_future(self, painter: QPainter, axes: Axes) -> None:
        epoch, rate = self._planned.epoch, self._planned.rate
        start = float(self._past[0][-1]) if len(self._past[0]) else self._head
        if start is not None and len(epoch):
            later = epoch > start
            first = np.interp(start, epoch, rate)
            epoch = np.concatenate([[start], epoch[later]])
            rate = np.concatenate([[first], rate[later]])
        self._draw_line(painter, axes, epoch, rate, dashed=start is not None)

    def _draw_line(self, painter: QPainter, axes: Axes, epoch: Floats, rate: Floats, *, dashed: bool) -> None:
        if len(epoch) < 2:
            return
        pen = QPen(QColor(self._colors.muted if dashed else self._colors.text), 1.3)
        if dashed:
            pen.setDashPattern([2.5, 2.5])
        painter.setPen(pen)
        xs, ys = axes.to_x(epoch).tolist(), axes.to_y(rate).tolist()
        path = QPainterPath()
        path.addPolygon(QPolygonF([QPointF(x, y) for x, y in zip(xs, ys, strict=True)]))
        painter.drawPath(path)

    def _draw_head(self, painter: QPainter, axes: Axes, epoch: float) -> None:
        rate = self._rate_now()
        x = round(axes.to_x(min(epoch, axes.x[1]))) + 0.5
        accent = QColor(self._colors.accent)
        painter.setPen(QPen(accent, 1))
        painter.drawLine(QLineF(x, axes.plot.top(), x, axes.plot.bottom()))
        if rate is None:
            return
        y = axes.to_y(rate)
        painter.setPen(QPen(QColor(self._colors.panel), 1))
        painter.setBrush(accent)
        painter.drawEllipse(QPointF(x, y), 3.5, 3.5)
        painter.setFont(font(SMALL_SIZE))
        text = f"lr{THIN}{rate_text(rate)}"
        width = painter.fontMetrics().horizontalAdvance(text) + 2
        left = x + 7 if x + 7 + width <= self.width() - PADDING else x - 7 - width
        top = min(max(y - 15, axes.plot.top()), axes.plot.bottom() - 16)
        painter.setPen(QColor(self._colors.text))
        painter.drawText(QRectF(left, top, width, 14), Qt.AlignmentFlag.AlignVCenter, text)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._ground is None:
            return
        axes = self._ground[1]
        epoch = min(max(axes.from_x(event.position().x()), 0.0), axes.x[1])
        rate = self._rate_at(epoch)
        if rate is not None:
            words = f"epoch {epoch:.1f}: learning rate {rate_text(rate)}"
            QToolTip.showText(event.globalPosition().toPoint(), words, self)
