"""The table of racers: who is shown, with which settings, and how far each one is."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QFontMetrics, QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from visualizer.networks.layers.kinds import Field, Value
from visualizer.race.config import Racer
from visualizer.ui.race.racer_form import RATE_FIELD, with_setting
from visualizer.ui.theme import SMALL_SIZE, Colors, font
from visualizer.ui.widgets.racer_delegate import ROW_HEIGHT, RacerDelegate
from visualizer.ui.widgets.racer_model import (
    DISTANCE,
    EDITABLE,
    MOMENTUM,
    RATE,
    SHOWN,
    STATE,
    STEPS,
    SWATCH,
    TITLE,
    TITLES,
    Index,
    RacerModel,
)
from visualizer.ui.widgets.racer_rows import RacerLine, momentum_field, value_of

HEADER_HEIGHT = 22
_FIXED = {SHOWN: 28, SWATCH: 20}  # px
_LEAST_TITLE = 78  # px: "Momentum"
_FIRST_TO_GO = (STEPS, DISTANCE, MOMENTUM)
"""The columns that are left out where the room is short, the first one first."""
_HEAD_PADDING = 12  # px beside the title of a column, as the style sheet has it
_PADDING = 8  # px beside the text of a column


class RacerTable(QTableView):
    """Shows ``RacerLine`` rows of ``Racer`` values.

    Emits ``selected(key)``, ``edited(key, Racer)`` for an inline edit or a click on the check box, and
    ``removed(key)`` for the Delete key. Enter edits the learning rate.
    """

    selected = Signal(str)
    edited = Signal(str, object)
    removed = Signal(str)
    menu_wanted = Signal(str, QPoint)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._racers: dict[str, Racer] = {}
        self._telling = True
        self._model = RacerModel()
        self.setModel(self._model)
        self._delegate = RacerDelegate(self._setting, self._edit_cell, self)
        self.setItemDelegate(self._delegate)
        self.setAccessibleName("Racers")
        self.setShowGrid(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        trigger = QAbstractItemView.EditTrigger
        self.setEditTriggers(trigger.DoubleClicked | trigger.SelectedClicked | trigger.EditKeyPressed)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setMinimumSectionSize(ROW_HEIGHT)
        self.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        head = self.horizontalHeader()
        head.setFixedHeight(HEADER_HEIGHT)
        head.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        head.setMinimumSectionSize(0)
        head.setHighlightSections(False)
        head.setSectionsClickable(False)
        self.selectionModel().currentRowChanged.connect(self._tell_selected)

    # --- what is shown ---------------------------------------------------------------------------

    def set_lines(self, lines: tuple[RacerLine, ...], racers: tuple[Racer, ...]) -> None:
        """Show these rows, and let their settings be edited."""
        self._racers = {racer.key: racer for racer in racers}
        self._telling = False
        self._model.set_lines(lines)
        self._telling = True

    def select(self, key: str) -> None:
        """Mark the row of a racer; tells nobody."""
        row = next((row for row, line in enumerate(self._model.lines) if line.key == key), -1)
        if row == self.currentIndex().row():
            return
        self._telling = False
        if row < 0:
            self.selectionModel().clear()
        else:
            flags = QItemSelectionModel.SelectionFlag
            place = self._model.index(row, max(self.currentIndex().column(), RATE))
            self.selectionModel().setCurrentIndex(place, flags.ClearAndSelect | flags.Rows)
            self.updateGeometries()  # rows that are new cannot be scrolled to before
            self.scrollTo(place)
        self._telling = True

    @property
    def selected_key(self) -> str:
        """The racer of the marked row, "" for none."""
        row = self.currentIndex().row()
        return self._model.lines[row].key if 0 <= row < len(self._model.lines) else ""

    @property
    def lines(self) -> tuple[RacerLine, ...]:
        """The rows that are shown."""
        return self._model.lines

    def set_colors(self, colors: Colors) -> None:
        self._delegate.set_colors(colors)
        self.viewport().update()

    # --- what people do --------------------------------------------------------------------------

    def _tell_selected(self, current: QModelIndex, previous: QModelIndex) -> None:
        if self._telling and current.isValid():
            self.selected.emit(self._model.lines[current.row()].key)

    def _setting(self, index: Index) -> tuple[Field, Value]:
        racer = self._racers[self._model.lines[index.row()].key]
        field = momentum_field(racer) if index.column() == MOMENTUM else None
        return (RATE_FIELD, racer.learning_rate) if field is None else (field, value_of(racer, field))

    def _edit_cell(self, index: Index, value: Value) -> None:
        racer = self._racers[self._model.lines[index.row()].key]
        field = momentum_field(racer) if index.column() == MOMENTUM else None
        if field is None:
            self._edit(replace(racer, learning_rate=float(value)))
        else:
            self._edit(with_setting(racer, field.name, value))

    def _edit(self, racer: Racer) -> None:
        self._racers[racer.key] = racer
        self.edited.emit(racer.key, racer)

    def toggle_shown(self, key: str) -> None:
        """Show a racer that is hidden, hide one that is shown."""
        racer = self._racers[key]
        self._edit(replace(racer, shown=not racer.shown))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        if index.isValid() and index.column() == SHOWN and event.button() == Qt.MouseButton.LeftButton:
            self.toggle_shown(self._model.lines[index.row()].key)
        else:
            super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        if index.column() == SHOWN:
            self.mousePressEvent(event)  # two clicks, not one
        else:
            super().mouseDoubleClickEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space:
            event.ignore()  # the key that plays
        elif event.key() == Qt.Key.Key_Delete and self.selected_key:
            self.removed.emit(self.selected_key)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F2) and self.selected_key:
            column = self.currentIndex().column()
            self.edit(self._model.index(self.currentIndex().row(), column if column in EDITABLE else RATE))
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if by_key else self.indexAt(event.pos())
        key = self._model.lines[index.row()].key if index.isValid() else ""
        place = self.visualRect(index).bottomLeft() if by_key and key else event.pos()
        self.menu_wanted.emit(key, self.viewport().mapToGlobal(place))

    # --- places ----------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_columns()

    def _place_columns(self) -> None:
        widths = {**_FIXED, **{column: _wanted(column) for column in range(RATE, STATE + 1)}}
        room = self.viewport().width() - _LEAST_TITLE
        gone: set[int] = set()
        for column in _FIRST_TO_GO:
            if sum(width for place, width in widths.items() if place not in gone) > room:
                gone.add(column)
        taken = sum(width for place, width in widths.items() if place not in gone)
        widths[TITLE] = max(self.viewport().width() - taken, _LEAST_TITLE)
        for column, width in widths.items():
            self.setColumnHidden(column, column in gone)
            self.setColumnWidth(column, width)


def _wanted(column: int) -> int:
    row = TITLES[column]
    head = QFontMetrics(font(SMALL_SIZE)).horizontalAdvance(row.title)
    face = font(SMALL_SIZE) if column == STATE else font()
    return max(head + _HEAD_PADDING, QFontMetrics(face).horizontalAdvance(row.widest) + _PADDING)
