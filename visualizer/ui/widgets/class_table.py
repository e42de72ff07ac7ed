"""The classes of a data set: for each its images in every split as bars and numbers, and a few of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QHelpEvent, QMouseEvent, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from visualizer.ui.numbers import integer
from visualizer.ui.text import plain, plain_tip
from visualizer.ui.theme import DARK, SMALL_SIZE, Colors, font
from visualizer.ui.widgets.thumbnail import draw_centred, thumbnail

ROW, PICTURE, GAP = 34, 30, 4  # px
_HEAD = 18  # px, the names of the splits
_NAME_SHARE, _WIDEST_NAME = 0.3, 180  # of the width, px
_BAR, _BETWEEN = 38, 6  # px, of a split's column
SHORT_SPLITS = {"training": "train", "validation": "val", "test": "test"}
_ALIGN = Qt.AlignmentFlag


class ClassTable(QWidget):
    """As high as its rows, in a scroll area; only rows in sight are drawn, and their pictures scaled.

    ``picture_chosen(row, number)`` is a click on one of the pictures of a class.
    """

    picture_chosen = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colors: Colors = DARK
        self._classes: tuple[str, ...] = ()
        self._splits: tuple[str, ...] = ()
        self._counts: NDArray[np.int64] = np.zeros((0, 0), np.int64)
        self._samples: tuple[NDArray[np.uint8], ...] = ()
        self._pixmaps: dict[tuple[int, int], QPixmap] = {}
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Images of each class")

    def set_classes(
        self,
        classes: tuple[str, ...],
        splits: tuple[str, ...],
        counts: NDArray[np.int64],
        samples: tuple[NDArray[np.uint8], ...],
    ) -> None:
        """Show K ``classes`` with ``counts`` (K, S), a column a split, and ``samples``, one (n, h, w, 3) a class."""
        self._classes = tuple(map(plain, classes))
        self._splits, self._counts, self._samples = splits, counts, samples
        self._pixmaps = {}
        totals = (f"{integer(int(n))} {split}" for n, split in zip(counts.sum(axis=0), splits, strict=True))
        self.setAccessibleDescription(f"{len(classes)} classes: {', '.join(totals)}")
        self.updateGeometry()
        self.update()

    def set_colors(self, colors: Colors) -> None:
        self._colors = colors
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(240, _HEAD + len(self._classes) * ROW)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.sizeHint().height())

    # Geometry: names | a column a split: number above its bar | pictures

    def _name_width(self) -> int:
        metrics = QFontMetrics(font(SMALL_SIZE))
        longest = max((metrics.horizontalAdvance(name) for name in self._classes[:200]), default=0)
        return min(longest, round(self.width() * _NAME_SHARE), _WIDEST_NAME) + 2 * GAP

    def _split_left(self, split: int) -> int:
        return self._name_width() + split * (_BAR + _BETWEEN)

    def paintEvent(self, event: QPaintEvent) -> None:
        first = max(0, (event.rect().top() - _HEAD) // ROW)
        last = min(len(self._classes), (event.rect().bottom() - _HEAD) // ROW + 1)
        with QPainter(self) as painter:
            painter.setFont(font(SMALL_SIZE))
            if event.rect().top() < _HEAD:
                self._draw_head(painter)
            for row in range(first, last):
                self._draw_row(painter, row)

    def _draw_head(self, painter: QPainter) -> None:
        painter.setPen(QColor(self._colors.muted))
        for index, split in enumerate(self._splits):
            room = QRectF(self._split_left(index), 0, _BAR + _BETWEEN, _HEAD - 4)
            painter.drawText(room, _ALIGN.AlignLeft | _ALIGN.AlignVCenter, SHORT_SPLITS.get(split, split))

    def _draw_row(self, painter: QPainter, row: int) -> None:
        top, colors = _HEAD + row * ROW, self._colors
        painter.setPen(QColor(colors.text))
        width = self._name_width() - 2 * GAP
        name = painter.fontMetrics().elidedText(self._classes[row], Qt.TextElideMode.ElideMiddle, width)
        painter.drawText(QRectF(0, top, width + 2, ROW - GAP), _ALIGN.AlignLeft | _ALIGN.AlignVCenter, name)
        most = max(1, int(self._counts.max(initial=1)))
        for split, color in zip(
            range(len(self._splits)), (colors.train, colors.validation, colors.bar), strict=False
        ):
            self._draw_count(painter, row, split, most, color)
        self._draw_pictures(painter, row)

    def _draw_count(self, painter: QPainter, row: int, split: int, most: int, color: str) -> None:
        left, top, count = self._split_left(split), _HEAD + row * ROW, int(self._counts[row, split])
        painter.setPen(QColor(self._colors.text if count else self._colors.warning))
        room = QRectF(left, top + 2, _BAR, 15)
        painter.drawText(room, _ALIGN.AlignLeft | _ALIGN.AlignVCenter, integer(count))
        painter.fillRect(QRectF(left, top + 19, _BAR, 5), QColor(self._colors.track))
        if count:
            painter.fillRect(QRectF(left, top + 19, max(1, round(_BAR * count / most)), 5), QColor(color))

    def _draw_pictures(self, painter: QPainter, row: int) -> None:
        for number, pixels in enumerate(self._samples[row]):
            place = self.picture_place(row, number)
            if place.right() > self.width():
                return
            if (row, number) not in self._pixmaps:
                self._pixmaps[row, number] = thumbnail(pixels, PICTURE, self.devicePixelRatioF())
            draw_centred(painter, self._pixmaps[row, number], place)

    def picture_place(self, row: int, number: int) -> QRectF:
        """Where a picture of a class stands."""
        left = self._split_left(len(self._splits)) + number * (PICTURE + GAP)
        return QRectF(left, _HEAD + row * ROW, PICTURE, PICTURE)

    def picture_at(self, point: QPoint) -> tuple[int, int] | None:
        """The row and the number of the picture under a point of the widget."""
        row = (point.y() - _HEAD) // ROW
        number = (point.x() - self._split_left(len(self._splits))) // (PICTURE + GAP)
        if not (0 <= row < len(self._classes) and 0 <= number < len(self._samples[row])):
            return None
        place = self.picture_place(row, number)
        return (row, number) if place.contains(point) and place.right() <= self.width() else None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        found = self.picture_at(event.position().toPoint())
        if found is not None and event.button() == Qt.MouseButton.LeftButton:
            self.picture_chosen.emit(*found)
        else:
            event.ignore()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            row = (event.pos().y() - _HEAD) // ROW
            inside = 0 <= row < len(self._classes)
            QToolTip.showText(event.globalPos(), self._tip(row) if inside else "", self)
            return True
        return super().event(event)

    def _tip(self, row: int) -> str:
        counts = zip(self._counts[row].tolist(), self._splits, strict=True)
        return plain_tip(
            f"{self._classes[row]}: " + ", ".join(f"{integer(count)} {split}" for count, split in counts)
        )
