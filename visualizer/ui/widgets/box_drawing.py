"""How rows of box plots are laid out and drawn: names, boxes, outliers, two columns of figures, the axis."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from PySide6.QtCore import QLineF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen

from visualizer.rendering.boxes import BoxFigures
from visualizer.ui.numbers import signed
from visualizer.ui.theme import DARK, SMALL_SIZE, TEXT_SIZE, Colors, font
from visualizer.ui.widgets.axes import LABEL_HEIGHT, TICK_LENGTH, Axes
from visualizer.ui.widgets.curve_painting import polygon

HEADER, TITLE = 20, 15  # px above the rows; the name of the axis
LEAST_ROW, MOST_ROW = 18, 48  # px
_AROUND = HEADER + LABEL_HEIGHT + TITLE + 2  # px above and below the rows
_COLUMN = 46  # px of a figure at the right
_NAME_SHARE = 0.32  # of the width at most
_GAP = 8  # px between a name and the plot
_HIGHEST_BOX = 20  # px
_GOLDEN = 0.6180339887  # its multiples are spread evenly: outliers at one place beside each other
_TICKS = ((0.0, "0"), (0.25, "0.25"), (0.5, "0.5"), (0.75, "0.75"), (1.0, "1"))
_ALIGN = Qt.AlignmentFlag


@dataclass(frozen=True, slots=True, eq=False)
class BoxRow:
    """One network: its box (None before it is asked), or a sentence why there is none.

    ``strong`` is the one that is open. ``complete``: all images are done. ``words`` makes the tool tip.
    """

    key: str
    name: str
    color: str
    box: BoxFigures | None = field(default=None, repr=False)
    strong: bool = False
    complete: bool = True
    trouble: str = ""
    words: Callable[[], str] = str


@dataclass(frozen=True, slots=True)
class BoxLayout:
    """Where things are, px: ``axes`` maps shares to x in the plot; rows share its height."""

    axes: Axes
    names: int
    row: float

    def band(self, index: int) -> QRectF:
        """The row of a network, in the plot."""
        plot = self.axes.plot
        return QRectF(plot.left(), plot.top() + index * self.row, plot.width(), self.row)


def lay_out(size: QSize, rows: Sequence[BoxRow]) -> BoxLayout:
    """The layout that fills ``size``."""
    metrics = QFontMetrics(font(TEXT_SIZE, bold=True))
    widest = max((metrics.horizontalAdvance(row.name) for row in rows), default=0)
    names = min(widest + 2, round(size.width() * _NAME_SHARE)) + _GAP
    room = size.height() - _AROUND
    row = min(MOST_ROW, max(1.0, room / max(1, len(rows))))
    width = max(40.0, size.width() - names - 2 * _COLUMN - 2)
    plot = QRectF(names, HEADER, width, row * max(1, len(rows)))
    return BoxLayout(Axes(plot, (-0.01, 1.01), (0, 1)), names, row)


def least_height(count: int) -> int:
    """The height (px) that so many rows need."""
    return _AROUND + LEAST_ROW * max(2, count)


def most_height(count: int) -> int:
    """The height (px) that so many rows can use."""
    return _AROUND + MOST_ROW * max(1, count)


def draw_boxes(
    painter: QPainter,
    layout: BoxLayout,
    rows: Sequence[BoxRow],
    colors: Colors,
    caption: str,
    title: str,
) -> None:
    """Draw everything; the plot is dark in both themes: the colours of networks need it."""
    _draw_header(painter, layout, colors, caption)
    _draw_ground(painter, layout, len(rows), colors, title)
    for index, row in enumerate(rows):
        band = layout.band(index)
        _draw_name(painter, layout, band, row, colors)
        if row.box is not None and row.box.count:
            _draw_box(painter, layout.axes, band, row, row.box)
            _draw_figures(painter, band, row, row.box, colors)
        else:
            painter.setFont(font(SMALL_SIZE))
            painter.setPen(QColor(DARK.error if row.trouble else DARK.muted))
            room = band.adjusted(8, 0, -6, 0)
            text = painter.fontMetrics().elidedText(
                row.trouble or "no answers yet", _ELIDE, int(room.width())
            )
            painter.drawText(room, _ALIGN.AlignVCenter, text)


_ELIDE = Qt.TextElideMode.ElideRight


def _draw_header(painter: QPainter, layout: BoxLayout, colors: Colors, caption: str) -> None:
    painter.setFont(font(SMALL_SIZE))
    painter.setPen(QColor(colors.muted))
    right = layout.axes.plot.right()
    room = QRectF(0, 0, right, HEADER - 4)
    text = painter.fontMetrics().elidedText(caption, _ELIDE, int(room.width()))
    painter.drawText(room, _ALIGN.AlignVCenter, text)
    for number, word in enumerate(("median", "worst")):
        column = QRectF(right + number * _COLUMN, 0, _COLUMN, HEADER - 4)
        painter.drawText(column, _ALIGN.AlignVCenter | _ALIGN.AlignRight, word)


def _draw_ground(painter: QPainter, layout: BoxLayout, count: int, colors: Colors, title: str) -> None:
    plot, axes = layout.axes.plot, layout.axes
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.fillRect(plot, QColor(DARK.field))
    painter.setPen(QPen(QColor(DARK.grid), 1))
    xs = [(round(axes.to_x(value)), text) for value, text in _TICKS]
    painter.drawLines([QLineF(x, plot.top(), x, plot.bottom()) for x, _ in xs])
    edges = [round(plot.top() + number * layout.row) for number in range(1, count)]
    painter.drawLines([QLineF(plot.left(), y, plot.right(), y) for y in edges])
    painter.setPen(QPen(QColor(colors.axis), 1))
    painter.drawLine(plot.bottomLeft(), plot.bottomRight())
    painter.drawLine(plot.topLeft(), plot.bottomLeft())
    painter.drawLines([QLineF(x, plot.bottom(), x, plot.bottom() + TICK_LENGTH) for x, _ in xs])
    painter.setPen(QColor(colors.muted))
    painter.setFont(font(10))
    for x, text in xs:
        room = QRectF(x - 40, plot.bottom() + TICK_LENGTH, 80, LABEL_HEIGHT - TICK_LENGTH + 1)
        painter.drawText(room, _ALIGN.AlignHCenter | _ALIGN.AlignTop, text)
    below = QRectF(plot.left() - 60, plot.bottom() + LABEL_HEIGHT, plot.width() + 120, TITLE)
    painter.setFont(font(SMALL_SIZE))
    painter.drawText(below, _ALIGN.AlignHCenter | _ALIGN.AlignVCenter, title)


def _draw_name(painter: QPainter, layout: BoxLayout, band: QRectF, row: BoxRow, colors: Colors) -> None:
    painter.setFont(font(TEXT_SIZE, bold=row.strong))
    painter.setPen(QColor(colors.text))
    room = QRectF(0, band.top(), layout.names - _GAP, band.height())
    text = painter.fontMetrics().elidedText(row.name, Qt.TextElideMode.ElideMiddle, int(room.width()))
    painter.drawText(room, _ALIGN.AlignVCenter | _ALIGN.AlignRight, text)


def _draw_figures(painter: QPainter, band: QRectF, row: BoxRow, box: BoxFigures, colors: Colors) -> None:
    for number, value in enumerate((box.median, box.minimum)):
        is_median = number == 0
        painter.setFont(font(TEXT_SIZE, bold=row.strong and is_median))
        painter.setPen(QColor(colors.text if is_median and row.complete else colors.muted))
        column = QRectF(band.right() + number * _COLUMN, band.top(), _COLUMN, band.height())
        painter.drawText(column, _ALIGN.AlignVCenter | _ALIGN.AlignRight, signed(value))


def _draw_box(painter: QPainter, axes: Axes, band: QRectF, row: BoxRow, box: BoxFigures) -> None:
    """Whiskers with ends, the box in the network's colour, a light tick at the median, outliers as dots."""
    middle = round(band.center().y()) + 0.5
    half = max(3.0, min(_HIGHEST_BOX, band.height() * 0.55) / 2)
    low, first, median, third, high = (
        axes.to_x(value) for value in (box.low, box.first, box.median, box.third, box.high)
    )
    color, fill = QColor(row.color), QColor(row.color)
    fill.setAlpha(110 if row.strong else 70)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    _draw_outliers(painter, axes, middle, half, box)
    painter.setPen(QPen(color, 1.2))
    painter.drawLines([QLineF(low, middle, first, middle), QLineF(third, middle, high, middle)])
    painter.drawLines([QLineF(x, middle - half / 2, x, middle + half / 2) for x in (low, high)])
    painter.setBrush(fill)
    painter.drawRect(QRectF(first, middle - half, max(1.0, third - first), 2 * half))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(DARK.text), 2.4 if row.strong else 1.8))
    painter.drawLine(QLineF(median, middle - half, median, middle + half))


def _draw_outliers(painter: QPainter, axes: Axes, middle: float, half: float, box: BoxFigures) -> None:
    """A dot for each, above and below the line so that equal ones are told apart; always in the same places."""
    spread = np.arange(len(box.outliers)) * _GOLDEN % 1.0 - 0.5
    pen = QPen(QColor(190, 195, 203, 150), 2.6)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    ys = np.asarray(middle + 1.4 * half * spread, np.float64)
    painter.drawPoints(polygon(np.asarray(axes.to_x(box.outliers), np.float64), ys))
