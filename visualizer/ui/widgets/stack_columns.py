"""The columns of the stack of layers: one geometry that the header and every row share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from visualizer.ui.theme import DARK, SMALL_SIZE, Colors, font

GRIP_X, GRIP_END = 5, 18  # px, the grip
LANE_X = 26  # px, the line through the rows outside of all blocks
LANE_STEP = 12  # px from the lane of a block to that of its layers
DEEPEST_LANE = 6  # rows deeper inside share the last lane
KIND_X = LANE_X + 14  # px, the icon of a row outside of all blocks
HEADER_HEIGHT = 24
EDITOR_HEIGHT = 22


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its narrowest, usual and widest width in px; ``number`` columns are aligned at the right."""

    name: str
    title: str
    least: int
    usual: int
    most: int
    number: bool = False


COLUMNS = (
    Column("kind", "Kind", 22, 134, 210),
    Column("name", "Name", 52, 86, 170),
    Column("channels", "Channels", 43, 60, 84),
    Column("kernel", "Kernel", 36, 56, 76),
    Column("stride", "Stride", 34, 50, 64),
    Column("padding", "Padding", 42, 54, 64),
    Column("extra", "", 56, 102, 150),
    Column("more", "", 18, 18, 18),
    Column("output", "Output", 70, 80, 110, number=True),
    Column("parameters", "Parameters", 48, 68, 90, number=True),
    Column("macs", "MACs", 40, 54, 80, number=True),
    Column("remove", "", 18, 18, 18),
)
_DROPPED_FIRST = ("macs", "parameters", "remove")  # where the room is short: the summary has the sums
LEAST_WIDTH = 450  # px with which all columns but those have their narrowest width
_ROOMY = 700  # px from which gaps are wide
_KEPT: tuple[
    tuple[int, Mapping[str, int]], ...
] = (  # from which width on, px of the wanted width that are kept
    (_ROOMY, {"kind": 160, "name": 130}),
    (540, {"kind": 76, "name": 84}),
)
_END = 5  # px behind the last column


@dataclass(frozen=True, slots=True)
class Columns:
    """Where each column is in a row of ``width`` px: name → (left, width). Those left out have no entry."""

    width: int
    spans: Mapping[str, tuple[int, int]]

    def left(self, name: str) -> int:
        return self.spans[name][0]

    def cell(self, name: str, height: int, top: int = 0) -> QRect:
        """The cell of a column in a line of a row; empty where the column is left out."""
        left, width = self.spans.get(name, (0, 0))
        return QRect(left, top, width, height)

    def editor(self, name: str, height: int) -> QRect:
        """Where an editor stands in its cell, as wide as the cell and vertically in the middle."""
        return self.cell(name, EDITOR_HEIGHT, (height - EDITOR_HEIGHT) // 2)

    def shared(self, wanted: Mapping[str, int], height: int) -> dict[str, QRect]:
        """Where editors stand that are wider than their columns: side by side from the first one's column on.

        ``wanted`` are their widths in px by column; all of them shrink where the room up to "extra" is too short.
        """
        if not wanted:
            return {}
        gap = 4
        x = self.left(next(iter(wanted)))
        room = self.left("extra") - x - gap * len(wanted)
        share = min(room / sum(wanted.values()), 1.0)
        places = {}
        for name, width in wanted.items():
            places[name] = QRect(x, (height - EDITOR_HEIGHT) // 2, int(width * share), EDITOR_HEIGHT)
            x += int(width * share) + gap
        return places


def fitted(width: int, wanted: Mapping[str, int] = MappingProxyType({})) -> Columns:
    """The columns in ``width`` px: between least and usual widths, then between usual and most ones.

    ``wanted`` has widths that replace the usual ones. Texts keep theirs longer than the others.
    """
    shown = [_wanted(column, wanted, width) for column in COLUMNS]
    gap = 6 if width >= _ROOMY else 4
    room = max(width, LEAST_WIDTH) - KIND_X - _END
    for name in _DROPPED_FIRST:
        needed = sum((column.least + column.usual) // 2 for column in shown) + gap * (len(shown) - 1)
        if needed > room:
            shown = [column for column in shown if column.name != name]
    room -= gap * (len(shown) - 1)
    narrow = room < sum(column.usual for column in shown)
    ranges = [(each.least, each.usual) if narrow else (each.usual, each.most) for each in shown]
    low, high = (sum(each[end] for each in ranges) for end in (0, 1))
    share = min(max((room - low) / max(high - low, 1), 0.0), 1.0)
    widths = [round(least + share * (most - least)) for least, most in ranges]
    spare = max(room - sum(widths), 0) if share == 1.0 else 0
    spans: dict[str, tuple[int, int]] = {}
    x = KIND_X
    for column, size in zip(shown, widths, strict=True):
        if column.name == "output":  # what is left over separates the settings from the figures
            x += spare
        spans[column.name] = (x, size)
        x += size + gap
    return Columns(width, spans)


def _wanted(column: Column, wanted: Mapping[str, int], width: int) -> Column:
    if column.name not in wanted:
        return column
    usual = min(max(wanted[column.name], column.least), column.most)
    kept = next((kept for from_width, kept in _KEPT if width >= from_width), {})
    least = max(min(usual, kept.get(column.name, 0)), column.least)
    return replace(column, least=least, usual=usual)


class ColumnHeader(QWidget):
    """The titles above the columns."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colors: Colors = DARK
        self._columns = fitted(800)
        self.setFixedHeight(HEADER_HEIGHT)

    def set_columns(self, columns: Columns) -> None:
        self._columns = columns
        self.update()

    def set_colors(self, colors: Colors) -> None:
        self._colors = colors
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(LEAST_WIDTH, HEADER_HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setPen(QColor(self._colors.border))
            painter.drawLine(0, self.height() - 1, self.width(), self.height() - 1)
            painter.setFont(font(SMALL_SIZE))
            painter.setPen(QColor(self._colors.muted))
            for column in COLUMNS:
                side = Qt.AlignmentFlag.AlignRight if column.number else Qt.AlignmentFlag.AlignLeft
                cell = self._columns.cell(column.name, self.height() - 1)
                if cell.isEmpty() or not column.title:
                    continue
                title = painter.fontMetrics().elidedText(
                    column.title, Qt.TextElideMode.ElideRight, cell.width() + 4
                )
                painter.drawText(
                    cell.adjusted(-2 if column.number else 0, 0, 2, 0),
                    side | Qt.AlignmentFlag.AlignVCenter,
                    title,
                )
