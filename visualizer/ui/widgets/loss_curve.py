"""The loss of a training run over its epochs, small and live: what has been in the accent colour, then nothing yet."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPolygonF,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from visualizer.ui.numbers import signed
from visualizer.ui.theme import DARK, SMALL_SIZE, TICK_SIZE, Colors, font
from visualizer.ui.widgets.axes import Axes, round_ticks

_TICKS = 13  # px below the curve
_ROOM_FOR_TICK = 48  # px
_NOTHING: NDArray[np.float32] = np.zeros((0, 2), np.float32)


class LossCurve(QWidget):
    """Shows a curve with a play head, or a sentence where there is none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMouseTracking(True)
        self._colors: Colors = DARK
        self._sentence = ""
        self._curve = _NOTHING
        self._epoch, self._epochs = 0.0, 1
        self._line: QPainterPath | None = None  # made anew when the curve or the size is another

    def set_sentence(self, sentence: str) -> None:
        """Show words in place of a curve."""
        self._sentence, self._curve, self._line = sentence, _NOTHING, None
        self.setAccessibleName(sentence)
        self.setToolTip(sentence)
        self.update()

    def set_curve(self, curve: NDArray[np.float32], epoch: float, epochs: int) -> None:
        """Show ``curve`` (R, 2), epochs and losses, of a run of ``epochs`` that is at ``epoch``."""
        if curve is not self._curve:
            self._curve, self._line = curve, None
            self.setAccessibleName(
                f"Loss over {epochs} epochs" + (f": {curve[-1, 1]:.3f}" if len(curve) else "")
            )
        self._sentence, self._epoch, self._epochs = "", epoch, epochs
        self.setToolTip("")
        self.update()

    def set_colors(self, colors: Colors) -> None:
        self._colors = colors
        self.update()

    # --- painting --------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._line = None

    def paintEvent(self, event: QPaintEvent) -> None:
        colors = self._colors
        with QPainter(self) as painter:
            frame = self._frame()
            painter.fillRect(frame, QColor(colors.field))
            painter.setPen(QPen(QColor(colors.border)))
            painter.drawRect(frame.adjusted(0, 0, -1, -1))
            if self._sentence:
                self._draw_sentence(painter)
            else:
                axes = self._axes()
                self._draw_ticks(painter, axes)
                self._draw_curve(painter, axes)
                self._draw_head(painter, axes)

    def _frame(self) -> QRectF:
        """The sentence has all the room; under a curve stand the epochs."""
        return QRectF(0, 0, self.width(), self.height() - (0 if self._sentence else _TICKS))

    def _axes(self) -> Axes:
        losses = self._curve[:, 1]
        # A peak at the start must not flatten all that follows.
        top = float(np.percentile(losses, 98)) * 1.08 if len(losses) else 1.0
        return Axes(self._frame().adjusted(6, 3, -6, -1), (0, self._epochs), (0, top or 1.0))

    def _draw_sentence(self, painter: QPainter) -> None:
        painter.setPen(QColor(self._colors.muted))
        painter.setFont(font(SMALL_SIZE))
        room = self.rect().adjusted(8, 0, -8, 0)
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        needed = painter.boundingRect(room, flags, self._sentence)
        if needed.height() <= room.height():
            painter.drawText(room, flags, self._sentence)
            return
        shown = painter.fontMetrics().elidedText(self._sentence, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignCenter, shown)

    def _draw_ticks(self, painter: QPainter, axes: Axes) -> None:
        painter.setFont(font(TICK_SIZE))
        most = max(2, int(axes.plot.width()) // _ROOM_FOR_TICK)
        for tick in round_ticks(0, self._epochs, most):
            if tick != round(tick):
                continue
            x = axes.to_x(tick)
            painter.setPen(QColor(self._colors.axis))
            painter.drawLine(QLineF(x, axes.plot.bottom() - 2, x, axes.plot.bottom()))
            text = f"{tick:.0f}" if tick else "epoch 0"
            width = painter.fontMetrics().horizontalAdvance(text) + 2
            left = min(max(0.0, x - (width / 2 if tick else 6)), self.width() - width)
            painter.setPen(QColor(self._colors.muted))
            room = QRectF(left, self.height() - _TICKS + 1, width, _TICKS)
            painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)

    def _draw_curve(self, painter: QPainter, axes: Axes) -> None:
        if len(self._curve) < 2:
            return
        if self._line is None:
            self._line = self._path(axes)
        area = QPainterPath(self._line)
        area.lineTo(axes.to_x(float(self._curve[-1, 0])), axes.plot.bottom())
        area.lineTo(axes.to_x(float(self._curve[0, 0])), axes.plot.bottom())
        painter.save()
        painter.setClipRect(self._frame().adjusted(1, 1, -1, -1))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillPath(area, QColor(self._colors.selected))
        painter.setPen(QPen(QColor(self._colors.accent), 1.2))
        painter.drawPath(self._line)
        painter.restore()

    def _path(self, axes: Axes) -> QPainterPath:
        xs, ys = axes.to_x(self._curve[:, 0]), axes.to_y(self._curve[:, 1])
        path = QPainterPath()
        path.addPolygon(QPolygonF([QPointF(x, y) for x, y in zip(xs.tolist(), ys.tolist(), strict=True)]))
        return path

    def _draw_head(self, painter: QPainter, axes: Axes) -> None:
        x = round(axes.to_x(min(self._epoch, self._epochs)))
        painter.setPen(QPen(QColor(self._colors.text)))
        painter.drawLine(QLineF(x, 1, x, self._frame().bottom() - 2))
        painter.fillRect(QRectF(x - 3, 0, 7, 6), QColor(self._colors.text))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._sentence or not len(self._curve):
            return
        at = self._axes().from_x(event.position().x())
        epoch, loss = self._curve[int(np.abs(self._curve[:, 0] - at).argmin())].tolist()
        QToolTip.showText(
            event.globalPosition().toPoint(), f"epoch {signed(epoch, 1)}: loss {signed(loss, 3)} nats", self
        )
