"""A row of thumbnails that scrolls sideways."""

from __future__ import annotations

import html
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QSizePolicy, QToolTip, QWidget

from visualizer.ui.text import plain
from visualizer.ui.theme import DARK, Colors
from visualizer.ui.widgets.picture_view import frame_pen, to_image

SIDE, GAP = 48, 4  # px
SCROLL_BAR = 10  # px, as in the style sheet


@dataclass(frozen=True, slots=True, eq=False)
class StripItem:
    """One picture of the strip: ``thumbnail`` is (H, W, 3) uint8, None while it is being made."""

    name: str
    thumbnail: NDArray[np.uint8] | None = field(default=None, repr=False)
    tooltip: str = ""


def shown_name(name: str) -> str:
    """A file's name as it may stand in a title: no control or direction characters, nothing undecodable."""
    return plain(name).strip() or "unnamed"


class Strip(QAbstractScrollArea):
    """Square thumbnails in one row; ``item_selected(index)`` for a click, an arrow key, Home or End.

    Only what is in sight is painted, and a thumbnail becomes a pixmap when it first comes into sight.
    """

    item_selected = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colors: Colors = DARK
        self._items: tuple[StripItem, ...] = ()
        self._pixmaps: dict[int, QPixmap] = {}
        self._current: int | None = None
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Pictures")
        self.viewport().setAutoFillBackground(False)
        self.horizontalScrollBar().setSingleStep(SIDE + GAP)

    # What is shown

    def set_items(self, items: tuple[StripItem, ...], current: int | None) -> None:
        """Show these pictures; ``current`` is framed and scrolled into sight."""
        kept = zip(range(len(items)), items, self._items, strict=False)
        unchanged = {index for index, new, old in kept if new.thumbnail is old.thumbnail}
        self._pixmaps = {index: made for index, made in self._pixmaps.items() if index in unchanged}
        moved = current != self._current or len(items) != len(self._items)
        self._items, self._current = items, current
        is_item = current is not None and 0 <= current < len(items)
        self.setAccessibleDescription(shown_name(items[current or 0].name) if is_item else "")
        self._fit_scroll_bar()
        if moved:
            self._bring_into_sight()
        self.viewport().update()

    def set_colors(self, colors: Colors) -> None:
        self._colors = colors
        self.viewport().update()

    def sizeHint(self) -> QSize:
        return QSize(200, self.minimumSizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(SIDE, SIDE + (SCROLL_BAR + 2 if self._overflows() else 0))

    # Geometry

    def _overflows(self) -> bool:
        return len(self._items) * (SIDE + GAP) - GAP > self.width()

    def _fit_scroll_bar(self) -> None:
        bar = self.horizontalScrollBar()
        bar.setPageStep(self.viewport().width())
        bar.setRange(0, max(0, len(self._items) * (SIDE + GAP) - GAP - self.viewport().width()))
        self.updateGeometry()

    def _bring_into_sight(self) -> None:
        if self._current is None:
            return
        bar, left = self.horizontalScrollBar(), self._current * (SIDE + GAP)
        if not bar.value() <= left <= bar.value() + self.viewport().width() - SIDE:
            bar.setValue(left - (self.viewport().width() - SIDE) // 2)

    def _place(self, index: int) -> QRect:
        return QRect(index * (SIDE + GAP) - self.horizontalScrollBar().value(), 0, SIDE, SIDE)

    def index_at(self, point: QPoint) -> int | None:
        """The index of the thumbnail at a point of the viewport."""
        index = (point.x() + self.horizontalScrollBar().value()) // (SIDE + GAP)
        return index if 0 <= index < len(self._items) and self._place(index).contains(point) else None

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_scroll_bar()
        self._bring_into_sight()

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        scrolled, pitch = self.horizontalScrollBar().value(), SIDE + GAP
        first, last = scrolled // pitch, (scrolled + self.viewport().width()) // pitch
        with QPainter(self.viewport()) as painter:
            for index in range(first, min(last + 1, len(self._items))):
                self._draw_item(painter, index)

    def _draw_item(self, painter: QPainter, index: int) -> None:
        place = self._place(index)
        thumbnail = self._items[index].thumbnail
        if thumbnail is None:
            painter.fillRect(place, QColor(self._colors.track))
        else:
            if index not in self._pixmaps:
                self._pixmaps[index] = square(thumbnail, round(SIDE * self.devicePixelRatioF()))
            painter.drawPixmap(place, self._pixmaps[index])
        painter.setPen(frame_pen(self._colors.border, 1))
        painter.drawRect(place.adjusted(0, 0, -1, -1))
        if index == self._current:
            # A line in the panel's colour keeps the accent apart from a picture of the same colour.
            for inset, width, color in ((2.5, 1, self._colors.panel), (1, 2, self._colors.accent)):
                painter.setPen(frame_pen(color, width))
                painter.drawRect(place.toRectF().adjusted(inset, inset, -inset, -inset))
            if self.hasFocus():
                painter.setPen(QPen(QColor(self._colors.text), 1, Qt.PenStyle.DotLine))
                painter.drawRect(place.adjusted(0, 0, -1, -1))

    # Mouse, wheel and keys

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.index_at(event.position().toPoint())
        if index is not None and event.button() == Qt.MouseButton.LeftButton:
            self.item_selected.emit(index)
        else:
            event.ignore()

    def wheelEvent(self, event: QWheelEvent) -> None:
        pixels, angle = event.pixelDelta(), event.angleDelta()
        turned = (pixels.x() or pixels.y()) or (angle.x() or angle.y()) * (SIDE + GAP) // 120
        bar = self.horizontalScrollBar()
        bar.setValue(bar.value() - turned)
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        last = len(self._items) - 1
        here = -1 if self._current is None else self._current
        wanted = {
            Qt.Key.Key_Left: max(here - 1, 0),
            Qt.Key.Key_Right: min(here + 1, last),
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: last,
        }.get(Qt.Key(event.key()))
        if wanted is None:
            event.ignore()  # the scroll area's own keys would only move the bar
        elif last >= 0 and wanted != self._current:
            self.item_selected.emit(wanted)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            index = self.index_at(event.pos())
            QToolTip.showText(event.globalPos(), self._tip(index) if index is not None else "", self)
            return True
        return super().viewportEvent(event)

    def _tip(self, index: int) -> str:
        item = self._items[index]
        text = html.escape(shown_name(item.tooltip or item.name))  # a name may look like mark-up
        return f"<qt>{text}{'' if item.thumbnail is not None else ' (loading)'}</qt>"


def square(pixels: NDArray[np.uint8], side: int) -> QPixmap:
    """The middle of a picture as a square of ``side`` px: clean pixels when enlarged, smooth when reduced."""
    image = to_image(pixels)
    size = min(image.width(), image.height())
    middle = image.copy((image.width() - size) // 2, (image.height() - size) // 2, size, size)
    mode = (
        Qt.TransformationMode.FastTransformation
        if size * 2 <= side
        else Qt.TransformationMode.SmoothTransformation
    )
    return QPixmap.fromImage(middle.scaled(side, side, Qt.AspectRatioMode.IgnoreAspectRatio, mode))
