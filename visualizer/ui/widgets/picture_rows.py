"""Rows of small pictures, each row with a name and a remark: the same pictures treated in several ways."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QHelpEvent, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from visualizer.ui.text import plain_tip
from visualizer.ui.theme import DARK, SMALL_SIZE, Colors, font
from visualizer.ui.widgets.thumbnail import draw_centred, thumbnail

PICTURE, GAP = 42, 4  # px
_ROW = PICTURE + GAP
_NAME = 104  # px
_ALIGN = Qt.AlignmentFlag


@dataclass(frozen=True, slots=True, eq=False)
class PictureRow:
    """``pictures`` (n, h, w, 3) uint8 with a ``name``, a muted ``remark`` below it, and more in the tool tip."""

    name: str
    remark: str
    tip: str
    pictures: NDArray[np.uint8] = field(repr=False)


class PictureRows(QWidget):
    """As many pictures of each row as fit; drawn once and kept until rows, size or colours change."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colors: Colors = DARK
        self._rows: tuple[PictureRow, ...] = ()
        self._drawn: QPixmap | None = None
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def set_rows(self, rows: tuple[PictureRow, ...]) -> None:
        self._rows, self._drawn = rows, None
        self.setAccessibleName(", ".join(row.name for row in rows))
        self.updateGeometry()
        self.update()

    def set_colors(self, colors: Colors) -> None:
        self._colors, self._drawn = colors, None
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(240, max(0, len(self._rows) * _ROW - GAP))

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        ratio = self.devicePixelRatioF()
        if self._drawn is None or self._drawn.size() != self.size() * ratio:
            self._drawn = QPixmap(self.size() * ratio)
            self._drawn.setDevicePixelRatio(ratio)
            self._drawn.fill(Qt.GlobalColor.transparent)
            with QPainter(self._drawn) as painter:
                painter.setFont(font(SMALL_SIZE))
                for number, row in enumerate(self._rows):
                    self._draw_row(painter, row, number * _ROW)
        with QPainter(self) as painter:
            painter.drawPixmap(0, 0, self._drawn)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            number = event.pos().y() // _ROW
            tip = plain_tip(self._rows[number].tip) if 0 <= number < len(self._rows) else ""
            QToolTip.showText(event.globalPos(), tip, self)
            return True
        return super().event(event)

    def _draw_row(self, painter: QPainter, row: PictureRow, top: int) -> None:
        lines = [(row.name, self._colors.text), (row.remark, self._colors.muted)]
        height = QFontMetrics(font(SMALL_SIZE)).height()
        y = top + (PICTURE - height * (2 if row.remark else 1)) / 2
        for text, color in lines:
            painter.setPen(QColor(color))
            shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, _NAME - GAP)
            painter.drawText(QRectF(0, y, _NAME, height), _ALIGN.AlignLeft | _ALIGN.AlignVCenter, shown)
            y += height
        left = _NAME
        for pixels in row.pictures:
            if left + PICTURE > self.width():
                return
            pixmap = thumbnail(pixels, PICTURE, self.devicePixelRatioF())
            draw_centred(painter, pixmap, QRectF(left, top, PICTURE, PICTURE))
            left += PICTURE + GAP
