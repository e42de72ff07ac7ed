"""Paints the cells of the table of racers and edits two of them in place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from PySide6.QtCore import QAbstractItemModel, QEvent, QObject, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from visualizer.networks.layers.kinds import Field, Value
from visualizer.race.conditions import Condition
from visualizer.ui.theme import DARK, SMALL_SIZE, Colors, font
from visualizer.ui.widgets.layer_delegate import ACCENT_BAR
from visualizer.ui.widgets.layer_model import Index
from visualizer.ui.widgets.race_markers import draw_head
from visualizer.ui.widgets.racer_model import LINE_ROLE, SHOWN, STATE, SWATCH, TITLE, TITLES
from visualizer.ui.widgets.racer_rows import RacerLine
from visualizer.ui.widgets.remark import remark
from visualizer.ui.widgets.setting_number import SettingNumber

ROW_HEIGHT = 28
BOX = 13  # px, the side of a check box
_GAP = 6  # px at the right of a number
_ICON = 12  # px, the room of the sign before a state
_FLAGS = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
_LEFT = int(Qt.AlignmentFlag.AlignLeft | _FLAGS)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | _FLAGS)


class RacerDelegate(QStyledItemDelegate):
    """A row of 28 px; ``setting(index)`` is the field and the value behind a cell that can be edited.

    ``edit(index, value)`` is called with every key that leaves a valid value.
    """

    def __init__(
        self,
        setting: Callable[[Index], tuple[Field, Value]],
        edit: Callable[[Index, Value], None],
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self.colors = DARK
        self._setting, self._edit = setting, edit

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, ROW_HEIGHT)

    # --- what is drawn ---------------------------------------------------------------------------

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        line: RacerLine = index.data(LINE_ROLE)
        column, room = index.column(), option.rect
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        self._draw_ground(painter, room, column, selected)
        if column == SHOWN:
            draw_box(painter, room, line.shown, self.colors)
        elif column == SWATCH:
            middle = QPointF(room.center()) + QPointF(0.5, 0.5)
            draw_head(painter, line.marker, middle.x(), middle.y(), line.color, 5.5)
        elif column == TITLE:
            self._draw_title(painter, room, line, selected)
        elif column == STATE:
            draw_state(painter, room, line.state, self.colors)
        else:
            text = TITLES[column].text(line)
            painter.setFont(font())
            painter.setPen(QColor(self.colors.text if len(text) > 1 or text.isdigit() else self.colors.muted))
            painter.drawText(room.adjusted(0, 0, -_GAP, 0), _RIGHT, text)

    def _draw_ground(self, painter: QPainter, room: QRect, column: int, selected: bool) -> None:
        if selected:
            painter.fillRect(room, QColor(self.colors.selected))
            if column == SHOWN:
                bar = QRect(room.left(), room.top(), ACCENT_BAR, room.height())
                painter.fillRect(bar, QColor(self.colors.accent))
        else:
            painter.fillRect(QRect(room.left(), room.bottom(), room.width(), 1), QColor(self.colors.grid))

    def _draw_title(self, painter: QPainter, room: QRect, line: RacerLine, selected: bool) -> None:
        inside = room.adjusted(2, 0, -2, 0)
        bold = font(bold=True)
        fits = QFontMetrics(bold).horizontalAdvance(line.title) <= inside.width()
        painter.setFont(bold if selected and fits else font())
        painter.setPen(QColor(self.colors.text if line.shown else self.colors.muted))
        shown = painter.fontMetrics().elidedText(line.title, Qt.TextElideMode.ElideMiddle, inside.width())
        painter.drawText(inside, _LEFT, shown)

    def set_colors(self, colors: Colors) -> None:
        self.colors = colors

    # --- what is typed ---------------------------------------------------------------------------

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        field, value = self._setting(index)
        made = SettingNumber(field, parent)
        made.setAccessibleName(field.label)
        made.set_value(value)
        made.set_colors(self.colors)
        made.refused.connect(lambda sentence: remark(made, sentence))
        row, column, model = index.row(), index.column(), index.model()
        made.value_changed.connect(lambda value: self._edit(model.index(row, column), value))
        return made

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        room = option.rect
        width = max(room.width(), 78)
        editor.setGeometry(room.right() - width + 1, room.top() + 3, width, ROW_HEIGHT - 6)

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        assert isinstance(editor, SettingNumber)
        editor.set_value(self._setting(index)[1])

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        """Nothing is left to do: every valid key was told."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(watched, SettingNumber) and event.type() == QEvent.Type.KeyPress:
            assert isinstance(event, QKeyEvent)
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and watched.is_refused():
                return True
            if event.key() == Qt.Key.Key_Escape:
                remark(watched, "")
                watched.revert()
        return super().eventFilter(watched, event)


def draw_box(painter: QPainter, room: QRect, checked: bool, colors: Colors) -> None:
    """A check box in the middle of a room, as the style sheet has it."""
    box = QRectF(room.center().x() - BOX // 2, room.center().y() - BOX // 2, BOX, BOX)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(colors.accent if checked else colors.control_border), 1))
    painter.setBrush(QColor(colors.accent if checked else colors.field))
    painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 2, 2)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if checked:
        painter.setPen(QPen(QColor(colors.on_accent), 1.8))
        painter.drawPolyline([box.topLeft() + QPointF(x, y) for x, y in ((3, 6.8), (5.6, 9.3), (10, 3.9))])


def draw_state(painter: QPainter, room: QRect, state: Condition | Literal[""], colors: Colors) -> None:
    """A sign and the word for a state, both in its colour."""
    if not state:
        return
    color = state_color(state, colors)
    sign = QPointF(room.left() + 4, room.center().y() + 0.5)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(color), 1.5))
    for stroke in _SIGNS[state]:
        painter.drawPolyline([sign + QPointF(x, y) for x, y in stroke])
    if state == "running":
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(color))
        painter.drawPolygon([sign + QPointF(x, y) for x, y in ((0.5, -4), (7.5, 0), (0.5, 4))])
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QColor(color))
    painter.setFont(font(SMALL_SIZE))
    painter.drawText(room.adjusted(_ICON + 5, 0, 0, 0), _LEFT, state)


_Stroke = tuple[tuple[float, float], ...]
_SIGNS: dict[Condition, tuple[_Stroke, ...]] = {
    "running": (),
    "converged": (((0, 0.5), (3, 3.5), (8.5, -3.5)),),
    "diverged": (((0.5, -3.5), (7.5, 3.5)), ((0.5, 3.5), (7.5, -3.5))),
    "escaped": (((1, 3.5), (7.5, -3)), ((2.5, -3.2), (7.7, -3.2), (7.7, 2))),
    "unfinished": (((1, -3), (7, -3), (7, 3), (1, 3), (1, -3)),),
    "cannot run": (((0.5, 0), (7.5, 0)),),
}


def state_color(state: Condition | Literal[""], colors: Colors) -> str:
    """The colour of a state's word."""
    by_state = {
        "converged": colors.ok,
        "diverged": colors.error,
        "cannot run": colors.error,
        "escaped": colors.warning,
    }
    return by_state.get(state, colors.text)
