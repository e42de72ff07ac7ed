"""One row of a form: a label, the editor of a field, where it helps a slider, and below what is wrong."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QCheckBox, QLabel, QSizePolicy, QWidget

from visualizer.networks.layers.kinds import Value
from visualizer.ui.run_form import FormRow
from visualizer.ui.text import plain_tip
from visualizer.ui.theme import DARK, Colors, icon
from visualizer.ui.widgets.field_editor import CheckEdit, FieldEditor, WordEdit, help_text
from visualizer.ui.widgets.panel import PADDING
from visualizer.ui.widgets.setting_number import SettingNumber
from visualizer.ui.widgets.value_slider import ValueSlider

ROW = 26  # px
FIELD = 22
FIELD_X = 123  # px from the left
_BESIDE_SLIDER = 82  # px of a field
_NARROWEST_SLIDER = 40
_LOCK = 14
_MESSAGE_GAP = 4


class SettingRow(QWidget):
    """Shows a ``FormRow``. Emits ``value_changed(key, value)`` and ``switched(key, on)``."""

    value_changed = Signal(str, object)
    switched = Signal(str, bool)

    def __init__(self, row: FormRow, parent: QWidget | None = None, field_x: int = FIELD_X) -> None:
        super().__init__(parent)
        self.key = row.key
        self._field_x = field_x
        self._row = row
        self._shape = _made_for(row)
        self._colors: Colors = DARK
        self.setSizePolicy(_height_for_width())
        self.box = self._made_box(row)
        self._label = QLabel(row.label, self, textFormat=Qt.TextFormat.PlainText)
        self._label.setProperty("role", "muted")
        self._label.setVisible(self.box is None and row.setting.type is not bool)
        self.editor: FieldEditor = self._made_editor(row)
        self.slider = ValueSlider(row.scale, self) if row.scale else None
        if self.slider is not None:
            self.slider.value_chosen.connect(self._tell)
        self._message = QLabel(self, wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self._message.setProperty("role", "fieldError")
        self._message.hide()
        self._show_row()

    def _made_box(self, row: FormRow) -> QCheckBox | None:
        if row.switch is None:
            return None
        box = QCheckBox(row.label, self)
        box.clicked.connect(lambda on: self.switched.emit(self.key, on))
        box.setToolTip(plain_tip(f"{row.label}: {row.setting.help}"))
        return box

    def _made_editor(self, row: FormRow) -> FieldEditor:
        made: FieldEditor
        if row.setting.type is bool:
            made = CheckEdit(self)
            made.set_label(row.label)
        elif row.setting.type is str:
            made = WordEdit(row.setting.choices, self, row.titles)
        else:
            made = SettingNumber(row.setting, self)
            made.set_unit(row.unit)
            made.refused.connect(self._show_message)
        made.setAccessibleName(f"{row.label}, {row.unit}" if row.unit else row.label)
        made.value_changed.connect(self._tell)
        return made

    def _tell(self, value: Value) -> None:
        self.value_changed.emit(self.key, value)

    # --- what is shown ---------------------------------------------------------------------------

    @property
    def editors(self) -> tuple[QWidget, ...]:
        """What the Tab key goes to."""
        return (self.editor,) if self.box is None else (self.box, self.editor)

    def fits(self, row: FormRow) -> bool:
        """Whether this widget can show the row as it is made."""
        return _made_for(row) == self._shape

    def set_row(self, row: FormRow) -> None:
        """Show a row that it fits; the text under people's hands stays."""
        if row != self._row:
            self._row = row
            self._show_row()

    def show_again(self) -> None:
        """Show the row's value although another was chosen."""
        self.editor.set_value(self._row.value)

    def restore(self) -> None:
        """Let go of what was typed and could not be taken."""
        if isinstance(self.editor, SettingNumber):
            self.editor.restore()

    def _show_row(self) -> None:
        row = self._row
        off = row.switch is False
        self.editor.setToolTip(plain_tip(help_text(row.setting)))
        self.editor.set_value(row.value)
        if row.locked:
            self.restore()  # the run has begun with another value, and nobody can mend this one
        self.editor.setEnabled(not (row.locked or off))
        if self.slider is not None and isinstance(row.value, int | float):
            self.slider.show_value(row.value)
            self.slider.setEnabled(not row.locked)
        if self.box is not None:
            self.box.setChecked(bool(row.switch))
            self.box.setEnabled(not row.locked)
        self._label.setEnabled(not row.locked)
        self._mark(self.editor, waiting=row.waiting)
        self._show_message()
        self._place()
        self.update()

    def _mark(self, editor: QWidget, *, waiting: bool) -> None:
        if bool(editor.property("waiting")) != waiting:
            editor.setProperty("waiting", waiting)
            editor.style().polish(editor)
            editor.setAccessibleDescription("Waits for Apply" if waiting else "")

    def _show_message(self) -> None:
        typed = self.editor.told if isinstance(self.editor, SettingNumber) else ""
        sentence = typed or self._row.problem
        if sentence != self._message.text():
            self._message.setText(sentence)
            self._message.setVisible(bool(sentence))
            self.updateGeometry()
            self._place()

    @property
    def message(self) -> str:
        """The sentence below the field, "" if all is well."""
        return self._message.text()

    def set_colors(self, colors: Colors) -> None:
        self._colors = colors
        self.editor.set_colors(colors)
        if self.slider is not None:
            self.slider.set_colors(colors)
        self.update()

    # --- places ----------------------------------------------------------------------------------

    def heightForWidth(self, width: int) -> int:
        return ROW + self._message_height(width)

    def _message_height(self, width: int) -> int:
        if not self._message.text():
            return 0
        self._message.ensurePolished()
        return self._message.heightForWidth(width - 2 * PADDING) + _MESSAGE_GAP

    def set_field_x(self, x: int) -> None:
        """Let the field begin so many px from the left."""
        if x != self._field_x:
            self._field_x = x
            self._place()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._place()

    def _place(self) -> None:
        right = self.width() - PADDING - (_LOCK + 5 if self._row.locked else 0)
        left = self._field_x
        top = (ROW - FIELD) // 2
        if self._row.setting.type is bool:
            self.editor.setGeometry(PADDING, top, right - PADDING, FIELD)
        else:
            has_slider = self.slider is not None and right - left >= _BESIDE_SLIDER + _NARROWEST_SLIDER
            end = left + _BESIDE_SLIDER if has_slider else right
            self.editor.setGeometry(left, top, end - left, FIELD)
            if self.slider is not None:
                self.slider.setVisible(has_slider)
                self.slider.setGeometry(end + 8, top, max(right - end - 8, 0), FIELD)
        self._label.setGeometry(PADDING, top, left - PADDING - 4, FIELD)
        if self.box is not None:
            self.box.setGeometry(PADDING, top, left - PADDING - 4, FIELD)
        message = self._message_height(self.width())
        self._message.setGeometry(
            PADDING, ROW - 1, self.width() - 2 * PADDING, max(message - _MESSAGE_GAP, 0)
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            if self._row.waiting:
                painter.fillRect(QRect(0, 2, 2, ROW - 4), QColor(self._colors.accent))
            if self._row.locked:
                place = QRect(self.width() - PADDING - _LOCK, (ROW - _LOCK) // 2, _LOCK, _LOCK)
                icon("lock", self._colors.disabled).paint(painter, place)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.editor.setFocus(event.reason())


def _made_for(row: FormRow) -> tuple[object, ...]:
    """What of a row a widget is made for: it can show all rows that have the same."""
    made = row.setting
    limits = (made.type, made.minimum, made.maximum, made.choices, made.label)
    return row.key, limits, row.label, row.unit, row.titles, row.scale, row.switch is None


def _height_for_width() -> QSizePolicy:
    policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
    policy.setHeightForWidth(True)
    return policy
