"""One row of the stack: a layer or block with its fields as editors, its output and its costs."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from visualizer.networks.fixes import Fix
from visualizer.networks.layers.kinds import LayerKind
from visualizer.ui.text import plain_tip
from visualizer.ui.theme import SMALL_SIZE, Colors, font
from visualizer.ui.widgets.field_editor import FieldEditor, field_editor
from visualizer.ui.widgets.row_buttons import RowButtons
from visualizer.ui.widgets.row_details import RowDetails, has_weights
from visualizer.ui.widgets.row_message import RowMessage
from visualizer.ui.widgets.row_painting import RowLook, paint_row
from visualizer.ui.widgets.stack_columns import (
    COLUMNS,
    DEEPEST_LANE,
    GRIP_END,
    KIND_X,
    LANE_STEP,
    Columns,
    fitted,
)
from visualizer.ui.widgets.stack_requests import StackRequests
from visualizer.ui.widgets.stack_rows import ShownRow, described
from visualizer.ui.widgets.text_edit import NameEdit, TextEdit

LINE_HEIGHT = 35
_HEADINGS = {column.name: column.title for column in COLUMNS}
_NUMBER = 52  # px of a number's editor beside its label


class LayerRow(QWidget):
    """Shows a ``ShownRow``. What people ask goes to the ``StackRequests``, clicks to the stack that holds it."""

    pressed = Signal(QMouseEvent)
    dragged = Signal(QPoint)  # where it was taken
    released = Signal(QMouseEvent)
    entered = Signal()  # an editor got the keyboard
    finished = Signal()  # an editor gave it back
    menu_opened = Signal(QMenu)  # that of the text in an editor
    fold_clicked = Signal()
    height_changed = Signal()

    def __init__(self, kind: LayerKind, identity: int, requests: StackRequests, parent: QWidget) -> None:
        super().__init__(parent)
        self.setMouseTracking(True)  # for the hand over the grip
        self.kind, self.identity = kind, identity
        self._requests = requests
        self._shown: ShownRow | None = None
        self._look = RowLook()
        self._columns = fitted(800)
        self._press: QPoint | None = None
        self.name = NameEdit(self)
        self.name.renamed.connect(lambda text: requests.renamed.emit(identity, text))
        self._listen(self.name)
        self.cells: dict[str, FieldEditor] = {}  # by column
        self.fields: dict[str, FieldEditor] = {}  # by field, those of the second line included
        self._labels: dict[str, str] = {}  # by column, where the column's heading does not say it
        self._details: RowDetails | None = None
        self._message: RowMessage | None = None
        self._make_cells()
        self._buttons = RowButtons(self)
        self._buttons.more_clicked.connect(self.toggle_details)
        self._buttons.remove_clicked.connect(self._ask_removal)
        self._buttons.enable_clicked.connect(self._enable)

    def _make_cells(self) -> None:
        for setting in self.kind.fields:
            if setting.column and setting.column not in self.cells:
                editor = field_editor(setting, self)
                self.cells[setting.column] = editor
                self._connect(setting.name, editor)
                if setting.label != _HEADINGS[setting.column]:
                    editor.set_label(setting.label)
                    if _HEADINGS[setting.column]:
                        self._labels[setting.column] = setting.label

    def _connect(self, field: str, editor: FieldEditor) -> None:
        self.fields[field] = editor
        identity, requests = self.identity, self._requests
        editor.value_changed.connect(lambda value: requests.value_changed.emit(identity, field, value))
        self._listen(editor)

    def _listen(self, editor: FieldEditor | NameEdit) -> None:
        editor.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # the stack itself knows the order for the Tab key
        if isinstance(editor, TextEdit):
            editor.menu_opened.connect(self.menu_opened)
        editor.entered.connect(self.entered)
        editor.finished.connect(self.finished)

    # What is shown

    def set_colors(self, colors: Colors) -> None:
        self._look.colors = colors
        self._buttons.set_colors(colors)
        for editor in self.fields.values():
            editor.set_colors(colors)
        if self._message is not None:
            self._message.set_colors(colors)
        self.update()

    def set_row(self, shown: ShownRow, classes: int) -> None:
        """Show a row; ``classes`` is the number of outputs wanted of the last layer, 0 for any."""
        spec = shown.plan.spec
        for field, editor in self.fields.items():
            editor.set_value(spec.values[field])
        if shown == self._shown and classes == self._look.classes:
            return
        old, self._shown, self._look.classes = self._shown, shown, classes
        self._look.row = shown
        self.name.set_name(spec.name)
        if old is None or old.plan.spec.name != spec.name:
            self._tell_name(spec.name)
        self._buttons.set_state(has_more=self._has_details(), enabled=spec.enabled)
        if old is None or old.plan.enabled != shown.plan.enabled:
            self._set_quiet(not shown.plan.enabled)
        if self._details is not None:
            self._details.set_row(shown.plan)
        self._show_message(shown, classes)
        if old is None or old.lane.depth != shown.lane.depth or old.plan.spec.enabled != spec.enabled:
            self._place()
        self.setAccessibleName(described(shown.plan))
        self.setToolTip(plain_tip(f"{self.accessibleName()}. {self.kind.description}"))
        self.update()

    def _set_quiet(self, quiet: bool) -> None:
        """Grey the editors of a row that is left out of the network."""
        if bool(self.property("quiet")) != quiet:
            self.setProperty("quiet", quiet)
            for editor in (self.name, *self.fields.values()):
                editor.style().polish(editor)

    def _tell_name(self, name: str) -> None:
        self.name.setAccessibleName(f"Name of {name}")
        self._buttons.more.setAccessibleName(f"Further settings of {name}")
        labels = {setting.name: setting.label for setting in self.kind.fields}
        for field, editor in self.fields.items():
            editor.setAccessibleName(f"{labels[field]} of {name}")

    def set_selected(self, selected: bool, current: bool) -> None:
        """Whether it is selected, and whether it is the one that the keyboard moves from."""
        if (selected, current) != (self._look.selected, self._look.current):
            self._look.selected, self._look.current = selected, current
            self.update()

    def _show_message(self, shown: ShownRow, classes: int) -> None:
        plan = shown.plan
        if not (plan.problem or plan.note or shown.hidden):
            if self._message is not None:
                self._message.hide()
            return
        if self._message is None:
            self._message = RowMessage(self)
            self._message.fix_chosen.connect(self._choose_fix)
            self._message.show_clicked.connect(self.fold_clicked)
            self._message.set_colors(self._look.colors)
        self._message.set_row(shown, classes)
        self._message.show()

    def _choose_fix(self, fix: Fix) -> None:
        self.finished.emit()  # the button goes away with the problem
        self._requests.fix_chosen.emit(self.identity, fix)

    # Further settings

    def _has_details(self) -> bool:
        assert self._shown is not None
        return has_weights(self._shown.plan) or any(
            not self._in_cell(setting.name) for setting in self.kind.fields
        )

    def _in_cell(self, field: str) -> bool:
        return any(self.fields.get(field) is editor for editor in self.cells.values())

    def toggle_details(self) -> None:
        """Open or close the second line with the further settings."""
        if self._shown is None or not self._has_details():
            return
        self.set_details_open(self._details is None or self._details.isHidden())

    def set_details_open(self, is_open: bool) -> None:
        """Open or close the second line."""
        if is_open and self._details is None:
            settings = [setting for setting in self.kind.fields if not self._in_cell(setting.name)]
            self._details = RowDetails(settings, self)
            self._details.initialization.value_changed.connect(
                lambda name: self._requests.initialization_chosen.emit(self.identity, name)
            )
            self._listen(self._details.initialization)
            for field, editor in self._details.editors.items():
                self._connect(field, editor)
                editor.set_colors(self._look.colors)
        if self._details is not None:
            assert self._shown is not None
            self._details.set_row(self._shown.plan)
            self._tell_name(self._shown.plan.spec.name)
            self._details.setVisible(is_open)
            self.height_changed.emit()

    @property
    def details_open(self) -> bool:
        """Whether the second line is open."""
        return self._details is not None and not self._details.isHidden()

    # Places

    def set_columns(self, columns: Columns) -> None:
        if columns is not self._columns:
            self._columns = columns
            self._place()

    def wanted_height(self) -> int:
        """Its height in px: one line, and those of further settings and of its message."""
        return LINE_HEIGHT + sum(part.heightForWidth(self._columns.width) for part in self._lower_parts())

    def _lower_parts(self) -> Iterator[RowDetails | RowMessage]:
        for part in (self._details, self._message):
            if part is not None and not part.isHidden():
                yield part

    def _place(self) -> None:
        columns = self._columns
        self.name.setGeometry(columns.editor("name", LINE_HEIGHT))
        wide = columns.shared(self._wide_cells(), LINE_HEIGHT) if self._labels else {}
        for column, editor in self.cells.items():
            editor.setGeometry(wide.get(column, columns.editor(column, LINE_HEIGHT)))
        self._buttons.place(columns, LINE_HEIGHT)
        self.place_lower_parts()

    def _wide_cells(self) -> dict[str, int]:
        """The widths of editors that show labels, and of those beside them."""
        metrics = QFontMetrics(font(SMALL_SIZE))
        wanted = {}
        for column in self._columns.spans:
            if column in self.cells and _HEADINGS[column]:
                label = self._labels.get(column)
                usual = self._columns.spans[column][1]
                wanted[column] = max(metrics.horizontalAdvance(label) + _NUMBER, usual) if label else usual
        return wanted

    def place_lower_parts(self) -> None:
        """Put the second line and the message below the first line."""
        y = LINE_HEIGHT
        depth = min(self._shown.lane.depth, DEEPEST_LANE) if self._shown else 0
        for part in self._lower_parts():
            part.set_left_margin(KIND_X + LANE_STEP * depth)
            height = part.heightForWidth(self._columns.width)
            part.setGeometry(0, y, self._columns.width, height)
            y += height

    def sizeHint(self) -> QSize:
        return QSize(self._columns.width, self.wanted_height())

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            paint_row(painter, self.rect(), self._look, self._columns, LINE_HEIGHT)

    # Mouse and keys

    def editors(self) -> Iterator[QWidget]:
        """What the Tab key goes through, in order."""
        yield self.name
        for column in self._columns.spans:
            if column in self.cells:
                yield self.cells[column]
        if not self._buttons.more.isHidden():
            yield self._buttons.more
        if self._details is not None and self.details_open:
            yield from self._details.tab_order()
        if self._message is not None and not self._message.isHidden():
            yield from self._message.buttons

    def edit_name(self) -> None:
        """Begin to edit the name."""
        self.name.setFocus(Qt.FocusReason.OtherFocusReason)
        self.name.selectAll()

    def fold_area_contains(self, point: QPoint) -> bool:
        """Whether a point is on the chevron of a block."""
        return bool(self._shown and self._look.fold_area(LINE_HEIGHT).contains(point))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        point = event.position().toPoint()
        if event.button() == Qt.MouseButton.LeftButton:
            if self.fold_area_contains(point):
                self.fold_clicked.emit()
                return
            self._press = point
        self.pressed.emit(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._press is None or not event.buttons() & Qt.MouseButton.LeftButton:
            over_grip = event.position().x() < GRIP_END
            self.setCursor(Qt.CursorShape.OpenHandCursor if over_grip else Qt.CursorShape.ArrowCursor)
            return
        if (event.position().toPoint() - self._press).manhattanLength() >= QApplication.startDragDistance():
            start, self._press = self._press, None
            self.dragged.emit(start)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._press is not None:
            self._press = None
            self.released.emit(event)

    def _ask_removal(self) -> None:
        self._requests.layer_selected.emit((self.identity,))
        self._requests.removed.emit()

    def _enable(self) -> None:
        self._requests.enabled_changed.emit((self.identity,), True)
