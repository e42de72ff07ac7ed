"""Pairs of images that look the same, one below the other: both pictures, their labels, where they are."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QHelpEvent, QMouseEvent, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from visualizer.data.duplicate_pictures import ShownDuplicates
from visualizer.data.near_duplicates import Pair, Place
from visualizer.ui.numbers import integer, percent
from visualizer.ui.text import plain, plain_tip
from visualizer.ui.theme import DARK, SMALL_SIZE, Colors, font
from visualizer.ui.widgets.class_table import SHORT_SPLITS
from visualizer.ui.widgets.thumbnail import draw_centred, thumbnail

ROW, PICTURE, GAP = 50, 44, 4  # px
_LINE = 15  # px
_ALIGN = Qt.AlignmentFlag


class PairList(QWidget):
    """As high as its rows, in a scroll area; only rows in sight are drawn, and their pictures scaled.

    ``image_chosen(split, index)`` is a click on a picture.
    """

    image_chosen = Signal(str, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colors: Colors = DARK
        self._shown: ShownDuplicates | None = None
        self._pixmaps: dict[tuple[int, int], QPixmap] = {}
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Pairs of images that look the same")

    def set_pairs(self, shown: ShownDuplicates | None) -> None:
        self._shown, self._pixmaps = shown, {}
        self.updateGeometry()
        self.update()

    def set_colors(self, colors: Colors) -> None:
        self._colors = colors
        self.update()

    def count(self) -> int:
        """How many pairs are listed."""
        return len(self._shown.pictures) if self._shown is not None else 0

    def sizeHint(self) -> QSize:
        return QSize(240, self.count() * ROW)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._shown is None:
            return
        first, last = event.rect().top() // ROW, min(self.count(), event.rect().bottom() // ROW + 1)
        with QPainter(self) as painter:
            painter.setFont(font(SMALL_SIZE))
            for row in range(max(0, first), last):
                for which in (0, 1):
                    if (row, which) not in self._pixmaps:
                        pixels = self._shown.pictures[row, which]
                        self._pixmaps[row, which] = thumbnail(pixels, PICTURE, self.devicePixelRatioF())
                    draw_centred(painter, self._pixmaps[row, which], _picture_place(row, which))
                self._draw_words(painter, row, self._shown.found.pairs[row], self._shown.classes)

    def _draw_words(self, painter: QPainter, row: int, pair: Pair, classes: tuple[str, ...]) -> None:
        colors, left = self._colors, 2 * (PICTURE + GAP) + GAP
        lines = (
            (labels(pair, classes), colors.error if pair.is_inconsistent else colors.text),
            (splits(pair), colors.warning if pair.is_leak else colors.muted),
            (likeness(pair), colors.muted),
        )
        for number, (text, color) in enumerate(lines):
            room = QRectF(left, row * ROW + number * _LINE, max(0, self.width() - left), _LINE)
            painter.setPen(QColor(color))
            shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(room.width()))
            painter.drawText(room, _ALIGN.AlignLeft | _ALIGN.AlignVCenter, shown)

    def _at(self, point: QPoint) -> tuple[int, int] | None:
        """The row and 0 or 1: the picture under a point."""
        row = point.y() // ROW
        if not 0 <= row < self.count():
            return None
        return next(((row, which) for which in (0, 1) if _picture_place(row, which).contains(point)), None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        found = self._at(event.position().toPoint())
        if found is None or self._shown is None or event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        pair = self._shown.found.pairs[found[0]]
        place = (pair.first, pair.second)[found[1]]
        self.image_chosen.emit(place.split, place.index)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            row = event.pos().y() // ROW
            if self._shown is not None and 0 <= row < self.count():
                pair, classes = self._shown.found.pairs[row], self._shown.classes
                QToolTip.showText(event.globalPos(), plain_tip(words(pair, classes)), self)
            return True
        return super().event(event)


def words(pair: Pair, classes: tuple[str, ...]) -> str:
    """All that is known of a pair, in one line."""
    places = " and ".join(_place_words(place, classes) for place in (pair.first, pair.second))
    return f"{places}: {likeness(pair)}, histogram distance {pair.distance:.4f}"


def labels(pair: Pair, classes: tuple[str, ...]) -> str:
    """``dog``, or ``labels differ: dog, cat``."""
    first, second = (plain(classes[place.label]) for place in (pair.first, pair.second))
    return f"labels differ: {first}, {second}" if pair.is_inconsistent else first


def splits(pair: Pair) -> str:
    """``train 12 and 40``, or ``leak: train 12, val 4``."""
    if not pair.is_leak:
        return f"{_short(pair.first)} and {integer(pair.second.index)}"
    return f"leak: {_short(pair.first)}, {_short(pair.second)}"


def likeness(pair: Pair) -> str:
    """How alike the pixels are."""
    return "exactly the same" if pair.is_exact else f"pixels differ by {percent(pair.difference)}"


def _short(place: Place) -> str:
    return f"{SHORT_SPLITS.get(place.split, place.split)} {integer(place.index)}"


def _place_words(place: Place, classes: tuple[str, ...]) -> str:
    return f"{place.split} image {place.index} ({plain(classes[place.label])})"


def _picture_place(row: int, which: int) -> QRectF:
    return QRectF(which * (PICTURE + GAP), row * ROW, PICTURE, PICTURE)
