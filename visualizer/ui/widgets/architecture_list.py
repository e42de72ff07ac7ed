"""A list of architectures in groups, that shows those whose name holds what was typed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPalette
from PySide6.QtWidgets import (
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from visualizer.ui.theme import SMALL_SIZE, font
from visualizer.ui.widgets.layer_delegate import ACCENT_BAR

BUNDLED = "Bundled"
SMALL = "This program's architectures, small images"
OWN = "This program's architectures, large images"
TORCHVISION = "torchvision"
LOADING = "Loading the list…"
_ROW_HEIGHT, _GROUP_HEIGHT = 24, 28
_MARGIN, _INDENT = 10, 20
_ARCHITECTURE = Qt.ItemDataRole.UserRole
_LINE = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine


@dataclass(frozen=True, slots=True)
class Architecture:
    """One row: a name that can be opened, the heading it stands under, a few words about it, and its tool tip."""

    name: str
    group: str = TORCHVISION
    description: str = ""
    tip: str = ""


class ArchitectureList(QListWidget):
    """Groups in the order in which they are first given, their architectures by name."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[Architecture, ...] | None = None
        self.setObjectName("field")
        self.setAccessibleName("Architectures")
        self.setItemDelegate(_RowDelegate(self))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.verticalScrollBar().setSingleStep(_ROW_HEIGHT)
        self._say(LOADING)

    def architecture(self) -> Architecture | None:
        """The selected row."""
        item = self.currentItem()
        return item.data(_ARCHITECTURE) if item is not None and item.isSelected() else None

    def set_architectures(self, rows: tuple[Architecture, ...]) -> None:
        order = {group: place for place, group in enumerate(dict.fromkeys(row.group for row in rows))}
        self._rows = tuple(sorted(rows, key=lambda row: (order[row.group], _in_natural_order(row.name))))

    def show_matching(self, typed: str) -> None:
        """Show the rows whose name holds every word of ``typed``; keep the selected one if it is among them."""
        if self._rows is None:
            return
        words = typed.lower().split()
        matching = [row for row in self._rows if all(word in row.name.lower() for word in words)]
        selected = self.architecture()
        self.clear()
        for group, rows in groupby(matching, key=lambda row: row.group):
            self.addItem(_heading(group))
            for row in rows:
                item = QListWidgetItem(row.name)
                item.setData(_ARCHITECTURE, row)
                item.setToolTip(row.tip)
                item.setData(
                    Qt.ItemDataRole.AccessibleTextRole, f"{row.name}, {row.description or row.group}"
                )
                self.addItem(item)
        if not matching:
            self._say(f"No architecture is called “{typed.strip()}”.")
            return
        self._select(selected if selected in matching else _best(matching, typed))

    def _select(self, wanted: Architecture) -> None:
        for row in range(self.count()):
            if self.item(row).data(_ARCHITECTURE) == wanted:
                self.setCurrentRow(row)
                self.scrollToItem(self.item(row))
                break
        if self.currentRow() == 1:
            self.scrollToTop()  # with its heading

    def _say(self, sentence: str) -> None:
        self.clear()
        item = QListWidgetItem(sentence)
        item.setFlags(Qt.ItemFlag.NoItemFlags)
        item.setTextAlignment(Qt.AlignmentFlag.AlignCenter)
        self.addItem(item)


def _best(matching: list[Architecture], typed: str) -> Architecture:
    """The one that is called exactly what was typed, else the first that begins with it, else the first."""
    typed = typed.strip().lower()
    exact = (row for row in matching if row.name.lower() == typed)
    beginning = (row for row in matching if row.name.lower().startswith(typed))
    return next(exact, next(beginning, matching[0]))


def _in_natural_order(name: str) -> list[tuple[int, str]]:
    """A key that puts resnet50 before resnet101."""
    parts = re.findall(r"\d+|\D+", name.lower())
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in parts]


def _heading(group: str) -> QListWidgetItem:
    item = QListWidgetItem(group)
    item.setFlags(Qt.ItemFlag.NoItemFlags)
    return item


class _RowDelegate(QStyledItemDelegate):
    """Name on the left, description muted on the right; headings and sentences muted."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        heading = index.data(_ARCHITECTURE) is None
        return QSize(0, _GROUP_HEIGHT if heading else _ROW_HEIGHT)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        row: Architecture | None = index.data(_ARCHITECTURE)
        palette: QPalette = option.palette
        muted = palette.color(QPalette.ColorGroup.Active, QPalette.ColorRole.PlaceholderText)
        rect: QRect = option.rect
        painter.save()
        if row is None:
            centred = index.data(Qt.ItemDataRole.TextAlignmentRole) is not None
            side = Qt.AlignmentFlag.AlignHCenter if centred else Qt.AlignmentFlag.AlignLeft
            painter.setFont(font(SMALL_SIZE) if centred else font(SMALL_SIZE, bold=True))
            painter.setPen(muted)
            painter.drawText(rect.adjusted(_MARGIN, 2, -_MARGIN, 0), side | _LINE, index.data())
        else:
            selected = bool(option.state & QStyle.StateFlag.State_Selected)
            if selected:
                painter.fillRect(
                    rect, palette.color(QPalette.ColorGroup.Active, QPalette.ColorRole.Highlight)
                )
                painter.fillRect(rect.left(), rect.top(), ACCENT_BAR, rect.height(), palette.link().color())
            self._paint_texts(painter, rect, row, muted, palette.color(QPalette.ColorRole.Text), selected)
        painter.restore()

    def _paint_texts(
        self, painter: QPainter, rect: QRect, row: Architecture, muted: QColor, text: QColor, selected: bool
    ) -> None:
        inside = rect.adjusted(_INDENT, 0, -_MARGIN, 0)
        face = font(bold=selected)
        painter.setFont(face)
        painter.setPen(text)
        painter.drawText(inside, Qt.AlignmentFlag.AlignLeft | _LINE, row.name)
        room = inside.width() - QFontMetrics(face).horizontalAdvance(row.name) - 16
        small = font(SMALL_SIZE)
        shown = QFontMetrics(small).elidedText(row.description, Qt.TextElideMode.ElideRight, max(room, 0))
        painter.setFont(small)
        painter.setPen(muted)
        painter.drawText(inside, Qt.AlignmentFlag.AlignRight | _LINE, shown)
