"""The list of surfaces: a small picture of each, its name, a few words about its minima."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QImage, QKeyEvent, QPainter, QPixmap
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from visualizer.race.surface import Surface
from visualizer.ui.text import plain, plain_tip
from visualizer.ui.theme import DARK, SMALL_SIZE, Colors, font
from visualizer.ui.widgets.layer_delegate import ACCENT_BAR
from visualizer.ui.widgets.panel import PADDING

Index = QModelIndex | QPersistentModelIndex
Picture = NDArray[np.uint8]
ROW_HEIGHT = 52
PICTURE = QSize(66, 44)  # px
_GAP = 12  # px between picture and words
_UNDEFINED = 255
_SURFACE = Qt.ItemDataRole.UserRole
_ROOT = QModelIndex()
_LINE = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine


class SurfaceList(QListView):
    """Emits ``chosen(name)`` for a click or a key; the row of an own formula stands first and is called ""."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[Surface, ...] = ()
        self._words: list[str] = []
        self._name = ""
        self._telling = True
        self._model = _SurfaceModel()
        self.setModel(self._model)
        self._delegate = _SurfaceDelegate(self)
        self.setItemDelegate(self._delegate)
        self.setAccessibleName("Surfaces")
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalScrollBar().setSingleStep(ROW_HEIGHT // 2)
        self.selectionModel().currentChanged.connect(self._tell_current)

    def set_surfaces(self, rows: Sequence[Surface]) -> None:
        """List these surfaces."""
        self._rows = tuple(rows)
        self._fill()

    def set_pictures(self, pictures: Mapping[str, Picture]) -> None:
        """Show a small picture (h, w) of each surface by its name; 0 is the lowest level, 255 undefined."""
        self._delegate.set_pictures(pictures)
        self.viewport().update()

    def show_matching(self, typed: str) -> None:
        """List only those whose name or remark holds every word of ``typed``."""
        self._words = typed.lower().split()
        self._fill()

    def select(self, name: str) -> None:
        """Mark the row of a surface and scroll to it; tells nobody."""
        if name != self._name or not self.currentIndex().isValid():
            self._name = name
            self._mark()

    def set_colors(self, colors: Colors) -> None:
        self._delegate.set_colors(colors)
        self.viewport().update()

    def sizeHint(self) -> QSize:
        return QSize(246, 3 * ROW_HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, 2 * ROW_HEIGHT)

    @property
    def names(self) -> tuple[str, ...]:
        """The rows that are listed."""
        return tuple(surface.name for surface in self._model.rows)

    def _fill(self) -> None:
        def text(surface: Surface) -> str:
            return f"{surface.title} {surface.name} {surface.remark}".lower()

        rows = tuple(row for row in self._rows if all(word in text(row) for word in self._words))
        self._telling = False
        self._model.set_rows(rows)
        self._telling = True
        self._mark()

    def _mark(self) -> None:
        self._telling = False
        if self._name in self.names:
            self.setCurrentIndex(self._model.index(self.names.index(self._name)))
            self.scrollTo(self.currentIndex())
        else:
            self.selectionModel().clear()
        self._telling = True

    def _tell_current(self, current: QModelIndex) -> None:
        if self._telling and current.isValid():
            self._name = self._model.rows[current.row()].name
            self.chosen.emit(self._name)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space:
            event.ignore()  # the key that plays
        else:
            super().keyPressEvent(event)


class _SurfaceModel(QAbstractListModel):
    def __init__(self) -> None:
        super().__init__()
        self.rows: tuple[Surface, ...] = ()

    def set_rows(self, rows: tuple[Surface, ...]) -> None:
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()

    def rowCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        surface = self.rows[index.row()]
        if role == _SURFACE:
            return surface
        if role == Qt.ItemDataRole.DisplayRole:
            return surface.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{surface.title}, {surface.remark}" if surface.remark else surface.title
        if role == Qt.ItemDataRole.ToolTipRole:
            formula = surface.formula if len(surface.formula) <= 300 else f"{surface.formula[:300]}…"
            remark = f" ({surface.remark})" if surface.remark else ""
            return plain_tip(f"{surface.title}: f(x, y) = {formula}{remark}")
        return None


class _SurfaceDelegate(QStyledItemDelegate):
    """Picture at the left; the title over the remark, bold where it is selected."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._colors: Colors = DARK
        self._pictures: dict[str, Picture] = {}
        self._pixmaps: dict[tuple[str, float], QPixmap] = {}

    def set_pictures(self, pictures: Mapping[str, Picture]) -> None:
        self._pictures = dict(pictures)
        self._pixmaps.clear()

    def set_colors(self, colors: Colors) -> None:
        self._colors = colors
        self._pixmaps.clear()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        surface: Surface = index.data(_SURFACE)
        colors, room = self._colors, option.rect
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        if selected or hovered:
            painter.fillRect(room, QColor(colors.selected if selected else colors.header))
        painter.fillRect(QRect(room.left(), room.bottom(), room.width(), 1), QColor(colors.grid))
        if selected:
            bar = QRect(room.left(), room.top(), ACCENT_BAR, room.height())
            painter.fillRect(bar, QColor(colors.accent))
        place = QRect(room.left() + PADDING, room.top() + 4, PICTURE.width(), PICTURE.height())
        self._draw_picture(painter, surface.name, place)
        words = QRect(place.right() + _GAP, room.top() + 8, room.right() - place.right() - _GAP - 4, 18)
        self._draw_words(painter, words, surface.title, font(bold=selected), colors.text)
        self._draw_words(painter, words.translated(0, 18), surface.remark, font(SMALL_SIZE), colors.muted)

    def _draw_words(self, painter: QPainter, room: QRect, text: str, face: QFont, color: str) -> None:
        painter.setFont(face)
        painter.setPen(QColor(color))
        shown = painter.fontMetrics().elidedText(plain(text), Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, _LINE, shown)

    def _draw_picture(self, painter: QPainter, name: str, place: QRect) -> None:
        if name not in self._pictures:
            painter.fillRect(place, QColor(self._colors.track))
            return
        ratio = painter.device().devicePixelRatioF()
        key = (name, ratio)
        if key not in self._pixmaps:
            self._pixmaps[key] = _pixmap(self._pictures[name], ratio, self._colors)
        painter.drawPixmap(place, self._pixmaps[key])


def _pixmap(levels: Picture, ratio: float, colors: Colors) -> QPixmap:
    """The grey levels with the cool tint of the landscape's ground, which is dark in both themes."""
    height, width = levels.shape
    image = QImage(np.ascontiguousarray(levels).data, width, height, width, QImage.Format.Format_Indexed8)
    table = [QColor(g, min(255, round(1.08 * g)), min(255, round(1.23 * g))).rgb() for g in range(256)]
    table[_UNDEFINED] = QColor(colors.panel).rgb()
    image.setColorTable(table)
    scaled = image.convertToFormat(QImage.Format.Format_RGB32).scaled(
        PICTURE * ratio, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
    )
    made = QPixmap.fromImage(scaled)
    made.setDevicePixelRatio(ratio)
    return made
