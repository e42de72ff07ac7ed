"""Box plots of networks, one row each: how large a share of values they classify right, over images."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from visualizer.ui.numbers import signed
from visualizer.ui.text import plain_tip
from visualizer.ui.theme import DARK, Colors
from visualizer.ui.widgets.box_drawing import BoxLayout, BoxRow, draw_boxes, lay_out, least_height


class BoxPlot(QWidget):
    """One painted widget; the drawing is kept until rows, size or colours change: 0.1 ms a repaint, 2 ms anew."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colors: Colors = DARK
        self._rows: tuple[BoxRow, ...] = ()
        self._caption = self._title = ""
        self._layout: BoxLayout | None = None
        self._drawn: QPixmap | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMouseTracking(True)
        self.setAccessibleName("Box plots of networks")

    def set_rows(self, rows: Sequence[BoxRow], caption: str, title: str) -> None:
        """Show these networks from the top; ``caption`` stands above, ``title`` names the axis."""
        if (tuple(rows), caption, title) == (self._rows, self._caption, self._title):
            return
        if len(rows) != len(self._rows):
            self.setMinimumHeight(least_height(len(rows)))
        self._rows, self._caption, self._title = tuple(rows), caption, title
        boxes = (row for row in rows if row.box is not None)
        figures = [f"{row.name} {signed(row.box.median)}" for row in boxes if row.box is not None]
        self.setAccessibleDescription(f"{title}, median: {', '.join(figures)}" if figures else "")
        self._forget()

    def set_colors(self, colors: Colors) -> None:
        self._colors = colors
        self._forget()

    def sizeHint(self) -> QSize:
        return QSize(400, 300)

    def _forget(self) -> None:
        self._drawn = self._layout = None
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        ratio = self.devicePixelRatioF()
        if self._drawn is None or self._drawn.size() != self.size() * ratio:
            self._layout = lay_out(self.size(), self._rows)
            self._drawn = QPixmap(self.size() * ratio)
            self._drawn.setDevicePixelRatio(ratio)
            self._drawn.fill(Qt.GlobalColor.transparent)
            with QPainter(self._drawn) as painter:
                draw_boxes(painter, self._layout, self._rows, self._colors, self._caption, self._title)
        with QPainter(self) as painter:
            painter.drawPixmap(0, 0, self._drawn)

    def row_at(self, point: QPointF) -> int:
        """The row at a point of the widget; −1 without one."""
        if self._layout is None:
            return -1
        row = int((point.y() - self._layout.axes.plot.top()) // self._layout.row)
        return row if 0 <= row < len(self._rows) else -1

    def place_of(self, row: int, share: float) -> QPointF:
        """Where a share lies in a row, px, once the widget is painted."""
        assert self._layout is not None
        return QPointF(self._layout.axes.to_x(share), self._layout.band(row).center().y())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        row = self.row_at(event.position())
        words = (self._rows[row].words() or self._rows[row].trouble) if row >= 0 else ""
        QToolTip.showText(event.globalPosition().toPoint(), plain_tip(words), self)
