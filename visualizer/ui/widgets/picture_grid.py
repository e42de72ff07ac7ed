"""Many small pictures with captions, in rows that fill the width and scroll."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetrics,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QToolTip, QWidget

from visualizer.ui.text import plain, plain_tip
from visualizer.ui.theme import DARK, SMALL_SIZE, Colors, font
from visualizer.ui.widgets.picture_view import frame_pen
from visualizer.ui.widgets.thumbnail import draw_centred, thumbnail

GAP, LINE = 8, 14  # px
_LARGEST, _SMALLEST, _USUAL = 96, 64, 84  # px, sides of a picture on the screen
_NARROWEST = 84  # px of a caption
_NO_PICTURES: NDArray[np.uint8] = np.zeros((0, 1, 1, 3), np.uint8)
_ALIGN = Qt.AlignmentFlag


@dataclass(frozen=True, slots=True)
class Caption:
    """Two lines below a picture, ``figure`` at the right of the first, and what the tool tip says."""

    first: str
    second: str
    figure: str
    tip: str


class PictureGrid(QAbstractScrollArea):
    """One painted widget: only what is in sight is drawn, 0.3 ms; a picture is scaled when it first comes into sight.

    ``chosen(position)`` is a click, or Return on the picture that the arrow keys have reached.
    """

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colors: Colors = DARK
        self._pictures = _NO_PICTURES
        self._captions: tuple[Caption, ...] = ()
        self._pixmaps: dict[int, QPixmap] = {}
        self._current = -1
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Pictures")
        self.viewport().setAutoFillBackground(False)

    # What is shown

    def set_pictures(self, pictures: NDArray[np.uint8], captions: tuple[Caption, ...]) -> None:
        """Show ``pictures`` (n, h, w, 3) uint8 from the first, each with its caption."""
        self._pictures, self._captions = pictures, captions
        self._pixmaps = {}
        self._current = -1
        self._fit_scroll_bar()
        self.verticalScrollBar().setValue(0)
        self._tell_current()

    def set_current(self, position: int) -> None:
        """Frame a picture and scroll to it; none for −1."""
        if position != self._current:
            self._current = position
            self._bring_into_sight()
            self._tell_current()

    def set_colors(self, colors: Colors) -> None:
        self._colors = colors
        self.viewport().update()

    def render_image(self) -> QPixmap:
        """All pictures, also those that are scrolled out of sight."""
        scale, height = self.devicePixelRatioF(), max(1, self._rows() * self._pitch()[1])
        made = QPixmap(QSize(self.viewport().width(), height) * scale)
        made.setDevicePixelRatio(scale)
        made.fill(QColor(self._colors.panel))
        with QPainter(made) as painter:
            for position in range(len(self._captions)):
                self._draw_item(painter, position, self._place(position, scrolled=0))
        return made

    def _tell_current(self) -> None:
        known = 0 <= self._current < len(self._captions)
        self.setAccessibleDescription(plain(self._captions[self._current].tip) if known else "")
        self.viewport().update()

    # Geometry

    def _side(self) -> int:
        """Of a picture on the screen: whole multiples keep pixels even."""
        size = max(self._pictures.shape[1:3])
        multiple = size * (_LARGEST // size)
        return multiple if multiple >= _SMALLEST else min(_USUAL, size) if size >= _LARGEST else _USUAL

    def _columns(self) -> int:
        return max(1, (self.viewport().width() + GAP) // (max(self._side(), _NARROWEST) + GAP))

    def _rows(self) -> int:
        return -(-len(self._captions) // self._columns())

    def _pitch(self) -> tuple[int, int]:
        return (self.viewport().width() + GAP) // self._columns(), self._side() + 2 * LINE + GAP

    def _fit_scroll_bar(self) -> None:
        bar = self.verticalScrollBar()
        bar.setSingleStep(self._pitch()[1] // 2)
        bar.setPageStep(self.viewport().height())
        bar.setRange(0, max(0, self._rows() * self._pitch()[1] - self.viewport().height()))

    def _place(self, position: int, scrolled: int | None = None) -> QRect:
        """Picture and caption; ``scrolled`` px down, by default as the bar is."""
        row, column = divmod(position, self._columns())
        width, height = self._pitch()
        top = row * height - (self.verticalScrollBar().value() if scrolled is None else scrolled)
        return QRect(column * width, top, width - GAP, height - GAP)

    def position_at(self, point: QPoint) -> int | None:
        """The position of the picture at a point of the viewport."""
        width, height = self._pitch()
        row, column = (point.y() + self.verticalScrollBar().value()) // height, point.x() // width
        position = row * self._columns() + column
        inside = 0 <= column < self._columns() and 0 <= position < len(self._captions)
        return position if inside and self._place(position).contains(point) else None

    def _bring_into_sight(self) -> None:
        if self._current < 0:
            return
        bar, place = self.verticalScrollBar(), self._place(self._current)
        if place.top() < 0:
            bar.setValue(bar.value() + place.top())
        elif place.bottom() > self.viewport().height():
            bar.setValue(bar.value() + place.bottom() - self.viewport().height() + 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_scroll_bar()

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        height = self._pitch()[1]
        top, columns = self.verticalScrollBar().value(), self._columns()
        first, last = top // height, (top + self.viewport().height()) // height + 1
        with QPainter(self.viewport()) as painter:
            for position in range(first * columns, min(last * columns, len(self._captions))):
                self._draw_item(painter, position, self._place(position))

    def _draw_item(self, painter: QPainter, position: int, place: QRect) -> None:
        caption, side = self._captions[position], self._side()
        if position not in self._pixmaps:
            self._pixmaps[position] = thumbnail(self._pictures[position], side, self.devicePixelRatioF())
        draw_centred(painter, self._pixmaps[position], QRectF(place.left(), place.top(), side, side))
        if position == self._current:
            # A line in the panel's colour keeps the accent apart from a picture of the same colour.
            square = QRect(place.left(), place.top(), side, side).toRectF()
            for inset, width, color in ((2.5, 1, self._colors.panel), (1, 2, self._colors.accent)):
                painter.setPen(frame_pen(color, width))
                painter.drawRect(square.adjusted(inset, inset, -inset, -inset))
        painter.setFont(font(SMALL_SIZE))
        metrics = QFontMetrics(font(SMALL_SIZE))
        line = QRect(place.left(), place.top() + side + 1, place.width(), LINE)
        painter.setPen(QColor(self._colors.text))
        painter.drawText(line, _ALIGN.AlignRight | _ALIGN.AlignVCenter, caption.figure)
        room = line.adjusted(0, 0, -metrics.horizontalAdvance(caption.figure) - 4, 0)
        self._draw_text(painter, room, caption.first)
        painter.setPen(QColor(self._colors.muted))
        self._draw_text(painter, line.translated(0, LINE), caption.second)

    def _draw_text(self, painter: QPainter, room: QRect, text: str) -> None:
        shown = painter.fontMetrics().elidedText(plain(text), Qt.TextElideMode.ElideMiddle, room.width())
        painter.drawText(room, _ALIGN.AlignLeft | _ALIGN.AlignVCenter, shown)

    # Mouse and keys

    def mousePressEvent(self, event: QMouseEvent) -> None:
        position = self.position_at(event.position().toPoint())
        if position is not None and event.button() == Qt.MouseButton.LeftButton:
            self.set_current(position)
            self.chosen.emit(position)
        else:
            event.ignore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, last, here = Qt.Key(event.key()), len(self._captions) - 1, self._current
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and here >= 0:
            self.chosen.emit(here)
            return
        wanted = {
            Qt.Key.Key_Left: max(here - 1, 0),
            Qt.Key.Key_Right: here + 1,
            Qt.Key.Key_Up: here - self._columns(),
            Qt.Key.Key_Down: here + self._columns() if here >= 0 else 0,
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: last,
        }.get(key)
        if wanted is None:
            super().keyPressEvent(event)  # the page keys scroll
        elif 0 <= wanted <= last:
            self.set_current(wanted)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            position = self.position_at(event.pos())
            tip = plain_tip(self._captions[position].tip) if position is not None else ""
            QToolTip.showText(event.globalPos(), tip, self)
            return True
        return super().viewportEvent(event)
