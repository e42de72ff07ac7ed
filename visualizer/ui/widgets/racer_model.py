"""The racers as a table: one row each, what changes from moment to moment is told cell by cell."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from visualizer.ui.text import plain_tip
from visualizer.ui.widgets.racer_rows import RacerLine

Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()
LINE_ROLE = Qt.ItemDataRole.UserRole
SHOWN, SWATCH, TITLE, RATE, MOMENTUM, LOSS, DISTANCE, STEPS, STATE = range(9)
EDITABLE = (RATE, MOMENTUM)


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its head, what it says of a racer, its help, and the widest text that is usual in it."""

    title: str
    text: Callable[[RacerLine], str]
    help: str
    widest: str
    left: bool = False


TITLES: tuple[Column, ...] = (
    Column("", lambda line: "shown" if line.shown else "hidden", "Show or hide the trail", ""),
    Column("", lambda line: line.color, "Colour and shape of the head", ""),
    Column("Optimizer", lambda line: line.title, "The optimizer", "Momentum", left=True),
    Column("lr", lambda line: line.rate, "Learning rate; a double click edits it", "0.0015"),
    Column("Mom.", lambda line: line.momentum, "Momentum, or β₁; a double click edits it", "0.999"),
    Column("Loss", lambda line: line.loss, "f(x, y) at the moment", "3.9e−3"),
    Column("Dist.", lambda line: line.distance, "Distance to the nearest minimum", "1.7e−2"),
    Column(
        "Steps", lambda line: line.steps, "Steps so far; of one that is through, those that it took", "1 000"
    ),
    Column("State", lambda line: line.state, "What has become of it", "→ converged", left=True),
)


class RacerModel(QAbstractTableModel):
    """Holds ``RacerLine`` rows."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: tuple[RacerLine, ...] = ()

    def set_lines(self, lines: tuple[RacerLine, ...]) -> None:
        """Show these rows; as long as they are of the same racers, only the cells that differ are drawn again."""
        before, keys = self.lines, [line.key for line in lines]
        if [line.key for line in before] != keys:
            self.beginResetModel()
            self.lines = lines
            self.endResetModel()
            return
        self.lines = lines
        for row, (old, new) in enumerate(zip(before, lines, strict=True)):
            if old != new:
                changed = [
                    place for place, column in enumerate(TITLES) if column.text(old) != column.text(new)
                ]
                first, last = (changed[0], changed[-1]) if changed else (0, STATE)
                if SHOWN in changed:
                    last = max(last, TITLE)
                self.dataChanged.emit(self.index(row, first), self.index(row, last))

    def rowCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self.lines)

    def columnCount(self, parent: Index = _ROOT) -> int:
        return len(TITLES)

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        line = self.lines[index.row()]
        can_edit = index.column() == RATE or (index.column() == MOMENTUM and len(line.momentum) > 1)
        return flags | Qt.ItemFlag.ItemIsEditable if can_edit else flags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        line, column = self.lines[index.row()], index.column()
        if role == LINE_ROLE:
            return line
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return TITLES[column].text(line)
        if role == Qt.ItemDataRole.ToolTipRole:
            if line.problem:
                return plain_tip(line.problem)
            return plain_tip(line.title if column == TITLE else TITLES[column].help)
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        if orientation != Qt.Orientation.Horizontal:
            return None
        column = TITLES[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.title
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(column.help)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignLeft if column.left else Qt.AlignmentFlag.AlignRight
            return side | Qt.AlignmentFlag.AlignVCenter
        return None
