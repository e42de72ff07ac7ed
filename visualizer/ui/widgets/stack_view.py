"""The layers of a network as rows of editors, one below the other: only those on the screen have widgets."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate

from PySide6.QtCore import QPoint, QRect, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from visualizer.networks.layers import LAYERS
from visualizer.networks.spec import Path
from visualizer.ui.editor import BuildState
from visualizer.ui.theme import DARK, Colors, font
from visualizer.ui.widgets.layer_row import LINE_HEIGHT, LayerRow
from visualizer.ui.widgets.placeholder import Placeholder
from visualizer.ui.widgets.row_painting import kind_width
from visualizer.ui.widgets.stack_canvas import INPUT_HEIGHT, ZONE_HEIGHT, StackCanvas
from visualizer.ui.widgets.stack_columns import COLUMNS, LEAST_WIDTH, Columns, fitted
from visualizer.ui.widgets.stack_folds import Folds
from visualizer.ui.widgets.stack_requests import StackRequests
from visualizer.ui.widgets.stack_rows import ShownRow

EMPTY = "No layers yet. Drop one here, press Insert, or start from a network at the left."
_MARGIN = 180  # px above and below what is seen where rows have widgets too
_KEPT = 120  # widgets of rows at most, while they are not in use
_NAME_FRAME = 20  # px of a name's editor that are not for its text
_MEASURED = 8  # of the longest names
_MESSAGE_HEIGHT = 31  # px, about, of a row's sentence and buttons before it has widgets


class StackView(QScrollArea):
    """Shows the rows of a ``BuildState``: places them, makes and drops their widgets, scrolls to what is selected.

    ``row_made(LayerRow)`` comes with every new one, for whoever handles its clicks and drags.
    """

    row_made = Signal(object)
    columns_changed = Signal(object)
    add_clicked = Signal()

    def __init__(self, requests: StackRequests, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._requests = requests
        self._colors: Colors = DARK
        self.state = BuildState()
        self.rows: tuple[ShownRow, ...] = ()
        self.parents: dict[Path, int] = {}  # the identity of every block, by its path
        self.folds = Folds()
        self.columns: Columns = fitted(800)
        self._wanted: dict[str, int] = {}
        self._index: dict[int, int] = {}
        self._widgets: dict[int, LayerRow] = {}
        self._heights: dict[int, int] = {}
        self._tops: list[int] = [INPUT_HEIGHT]
        self._placing = False
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Layers")
        self.canvas = StackCanvas(self.row_area)
        self.canvas.scroll_wanted.connect(self._scroll_by)
        self.canvas.zone_clicked.connect(self.add_clicked)
        self.setWidget(self.canvas)
        self._empty = Placeholder(EMPTY, "Add a layer…", self.canvas)
        self._empty.clicked.connect(self.add_clicked)
        self.verticalScrollBar().valueChanged.connect(self._place_rows)

    # What is shown

    def set_colors(self, colors: Colors) -> None:
        self._colors = colors
        self.canvas.set_colors(colors)
        for widget in self._widgets.values():
            widget.set_colors(colors)

    def set_state(self, state: BuildState) -> None:
        """Show a state; rows that are the same as before are not touched."""
        old, self.state = self.state, state
        chosen_anew = state.selected != old.selected
        another = not state.rows.keys() & old.rows.keys()
        if chosen_anew:
            self.folds.reveal(state.plan, state.selected)
        self.show_rows()
        if another:
            self.verticalScrollBar().setValue(0)
        if chosen_anew and state.selected:
            self.reveal(state.selected[-1])

    def show_rows(self) -> None:
        """Lay out the rows of the state anew: after an edit, and when a block was opened or closed."""
        plan = self.state.plan
        self.rows = self.folds.rows(plan, self.state.selected)
        self._wanted = wanted_widths(self.rows)
        self.parents = {row.path: row.spec.identity for row in plan.rows if row.spec.row.is_block}
        self._index = {row.identity: at for at, row in enumerate(self.rows)}
        for identity in [known for known in self._widgets if known not in self._index]:
            self._drop(identity)
        self._empty.setVisible(not self.rows)
        self._place_rows()

    def set_open(self, identity: int, is_open: bool) -> None:
        """Open or collapse a block."""
        self.folds.set_collapsed(identity, not is_open)
        self.show_rows()

    def reveal(self, identity: int) -> None:
        """Scroll until a row is on the screen."""
        at = self._index.get(identity)
        if at is not None:
            area = self.row_area(at)
            last = ZONE_HEIGHT if at == len(self.rows) - 1 else 0
            self.ensureVisible(0, area.bottom() + last, 0, 0)
            self.ensureVisible(0, area.top() if at else 0, 0, 0)  # the first one with the input above it

    def _scroll_by(self, step: int) -> None:
        bar = self.verticalScrollBar()
        bar.setValue(bar.value() + step)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._place_rows()  # the row that the keys move from is outlined

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._place_rows()

    # Places

    def row_area(self, index: int) -> QRect:
        """Where a row is on the canvas; empty behind the last one."""
        if not 0 <= index < len(self.rows):
            return QRect()
        return QRect(0, self._tops[index], self.columns.width, self._tops[index + 1] - self._tops[index])

    def row_at(self, y: int) -> int | None:
        """The row at a height of the canvas, None above the first and below the last."""
        index = bisect_right(self._tops, y) - 1
        return index if 0 <= index < len(self.rows) else None

    def index_of(self, identity: int) -> int | None:
        """The place of a layer's row; None while it is not shown."""
        return self._index.get(identity)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_rows()

    def _place_rows(self) -> None:
        """Give every row its place, and those near the screen their widgets."""
        if self._placing:  # a scroll bar came or went meanwhile
            return
        self._placing = True
        try:
            for _ in range(4):  # heights are known for sure once a row has its widgets
                self._set_columns()
                self._measure()
                near = self._near()
                changed = [self._show(self.rows[index]) for index in near]
                if not any(changed) and self.columns.width == self._width():
                    break
            self._measure()
            self._move_widgets(near)
        finally:
            self._placing = False

    def _width(self) -> int:
        return max(self.viewport().width(), LEAST_WIDTH)

    def _set_columns(self) -> None:
        columns = fitted(self._width(), self._wanted)
        if self.columns != columns:
            self.columns = columns
            self._heights.clear()
            for widget in self._widgets.values():
                widget.set_columns(self.columns)
            self.columns_changed.emit(self.columns)

    def _measure(self) -> None:
        heights = (self._height(row) for row in self.rows)
        self._tops = list(accumulate(heights, initial=INPUT_HEIGHT))
        zone = QRect(0, self._tops[-1], self.columns.width, ZONE_HEIGHT) if self.rows else QRect()
        height = max(self._tops[-1] + zone.height() + 4, self.viewport().height())
        self.canvas.resize(self.columns.width, height)
        self.canvas.set_content(self.columns, self.state.spec.input, zone, self._input_problem())
        self._empty.setGeometry(0, INPUT_HEIGHT, self.columns.width, height - INPUT_HEIGHT)

    def _input_problem(self) -> str:
        """What is wrong with the network beside its rows; that it is empty is said below."""
        return self.state.plan.problem if self.rows else ""

    def _height(self, row: ShownRow) -> int:
        known = self._heights.get(row.identity)
        if known is not None:
            return known
        has_message = bool(row.plan.problem or row.plan.note or row.hidden)
        return LINE_HEIGHT + (_MESSAGE_HEIGHT if has_message else 0)

    def _near(self) -> range:
        """The rows on the screen or near it."""
        top = self.verticalScrollBar().value()
        first = bisect_right(self._tops, top - _MARGIN) - 1
        last = bisect_right(self._tops, top + self.viewport().height() + _MARGIN)
        return range(max(first, 0), min(last, len(self.rows)))

    def _show(self, row: ShownRow) -> bool:
        """Bring a row's widgets up to date; whether its height is another one now."""
        before = self._height(row)
        widget = self.widget_of(row)
        selected = row.identity in self.state.selected
        widget.set_row(row, len(self.state.spec.classes))
        current = self.hasFocus() and selected and row.identity == self.state.selected[-1]
        widget.set_selected(selected, current)
        height = widget.wanted_height()
        self._heights[row.identity] = height
        return height != before

    def _move_widgets(self, near: range) -> None:
        on_screen = {self.rows[index].identity: index for index in near}
        spare = len(self._widgets) - _KEPT
        for identity, widget in list(self._widgets.items()):
            index = on_screen.get(identity)
            if index is not None:
                widget.setGeometry(self.row_area(index))
                widget.place_lower_parts()
                widget.setVisible(True)
            elif widget.isAncestorOf(self.focusWidget() or self):  # hidden, it would lose the keyboard
                widget.setGeometry(self.row_area(self._index[identity]))
            else:
                widget.setVisible(False)
                if spare > 0:
                    spare -= 1
                    self._drop(identity)

    # Widgets

    def widget_of(self, row: ShownRow) -> LayerRow:
        """The widgets of a row, made where there are none yet."""
        widget = self._widgets.get(row.identity)
        if widget is None:
            kind = LAYERS[row.plan.spec.kind]
            widget = LayerRow(kind, row.identity, self._requests, self.canvas)
            widget.set_columns(self.columns)
            widget.set_colors(self._colors)
            widget.height_changed.connect(self._place_rows)
            self._widgets[row.identity] = widget
            self.row_made.emit(widget)
        return widget

    def _drop(self, identity: int) -> None:
        widget = self._widgets.pop(identity)
        self._heights.pop(identity, None)
        if widget.isAncestorOf(self.focusWidget() or self):
            self.setFocus()
        widget.hide()
        widget.deleteLater()

    def shown_widgets(self) -> Iterator[LayerRow]:
        """The widgets of the rows near the screen, from top to bottom."""
        for index in self._near():
            widget = self._widgets.get(self.rows[index].identity)
            if widget is not None:
                yield widget

    # The Tab key

    def focusNextPrevChild(self, next: bool) -> bool:
        """Go through the editors in the order of the rows, from the selected row on."""
        order = [editor for widget in self.shown_widgets() for editor in widget.editors()]
        focus = self.focusWidget()
        if focus in order:
            at = order.index(focus) + (1 if next else -1)
        elif focus is self and next and self.state.selected:
            current = self._widgets.get(self.state.selected[-1])
            at = order.index(current.name) if current is not None and current.name in order else -1
        else:
            at = 0 if next and focus is self and order else -1
        reason = Qt.FocusReason.TabFocusReason if next else Qt.FocusReason.BacktabFocusReason
        if not 0 <= at < len(order):
            if focus in order:  # leave, forwards to what follows the stack, backwards to the stack itself
                self.setFocus(reason)
            return (focus in order and not next) or super().focusNextPrevChild(next)
        order[at].setFocus(reason)
        corner = order[at].mapTo(self.canvas, QPoint(0, 0))
        self.ensureVisible(0, corner.y() + LINE_HEIGHT, 0, 12)
        self.ensureVisible(0, corner.y(), 0, 12)
        return True


def wanted_widths(rows: Sequence[ShownRow]) -> dict[str, int]:
    """What columns need for these rows, in px: kinds and names all of their text, unused columns nothing."""
    usual = {column.name: column.usual for column in COLUMNS}
    used = {setting.column for row in rows for setting in row.plan.spec.row.fields}
    wanted = {} if "extra" in used else {"extra": 0}
    names = sorted({row.plan.spec.name for row in rows}, key=len)[-_MEASURED:]
    metrics = QFontMetrics(font())
    widest = max((metrics.horizontalAdvance(name) for name in names), default=0)
    wanted["name"] = max(widest + _NAME_FRAME, usual["name"])
    kinds = {(row.plan.spec.row.title, row.lane.depth, bool(row.plan.spec.layers)): row for row in rows}
    wanted["kind"] = max((kind_width(row) for row in kinds.values()), default=0)
    wanted["kind"] = max(wanted["kind"], usual["kind"])
    return wanted
