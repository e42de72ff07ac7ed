"""The box beside the pointer: what every racer has at that moment, best first."""

from __future__ import annotations

import math

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from visualizer.race.config import Clock
from visualizer.ui.numbers import THIN, integer
from visualizer.ui.race.numbers import loss_text
from visualizer.ui.theme import DARK, SMALL_SIZE, font
from visualizer.ui.widgets.race_picture import RacePicture

_ROW, _SWATCH = 14, 8  # px


def draw_race_read_out(painter: QPainter, picture: RacePicture, x: float) -> None:
    """Draw the values at ``x`` (px) beside it; rows that find no room are left out, the selected racer never."""
    plot = picture.axes.plot
    moment = picture.axes.from_x(x)
    rows = sorted(
        ((line.value_at(moment), line) for line in picture.lines),
        key=lambda row: math.inf if math.isnan(row[0]) else row[0],
    )
    room = max(1, int((plot.height() - 10) // _ROW) - 1)
    if len(rows) > room:
        kept = [row for row in rows if row[1].key == picture.selected]
        others = [row for row in rows if row[1].key != picture.selected][: room - len(kept)]
        rows = [row for row in rows if row in kept or row in others]
    painter.setFont(font(SMALL_SIZE))
    metrics = painter.fontMetrics()
    head = moment_text(moment, picture.clock)
    texts = [loss_text(value) for value, _ in rows]
    names = max((metrics.horizontalAdvance(line.name) for _, line in rows), default=0) + _SWATCH + 6
    width = max(
        names + 14 + max(map(metrics.horizontalAdvance, texts), default=0), metrics.horizontalAdvance(head)
    )
    width += 14
    left = x + 10 if x + 10 + width <= plot.right() else max(plot.left(), x - 10 - width)
    box = QRectF(round(left), plot.top() + 3, round(width), (len(rows) + 1) * _ROW + 7)
    painter.setPen(QPen(QColor(DARK.control_border), 1))
    painter.setBrush(QColor(DARK.header))
    painter.drawRect(box)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    flags = Qt.AlignmentFlag
    line_box = QRectF(box.left() + 7, box.top() + 3, box.width() - 14, _ROW)
    painter.setPen(QColor(DARK.muted))
    painter.drawText(line_box, flags.AlignVCenter, head)
    for text, (_, line) in zip(texts, rows, strict=True):
        line_box.translate(0, _ROW)
        painter.fillRect(QRectF(line_box.left(), line_box.top() + 3, _SWATCH, _SWATCH), QColor(line.color))
        painter.setPen(QColor(DARK.text))
        painter.drawText(line_box.adjusted(_SWATCH + 6, 0, 0, 0), flags.AlignVCenter, line.name)
        painter.drawText(line_box, flags.AlignVCenter | flags.AlignRight, text)


def moment_text(moment: float, clock: Clock) -> str:
    """A moment in words: "step 120", "240 evaluations", "3.4 ms"."""
    if clock == "time":
        return f"{moment * 1e3:.3g}{THIN}ms"
    whole = math.floor(moment + 1e-9)
    return f"step {integer(whole)}" if clock == "steps" else f"{integer(whole)} evaluations"
