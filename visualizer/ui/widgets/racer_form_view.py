"""The form of one racer, made from its rows in two columns or in one; what people type stays when others change."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QIcon, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QScrollArea, QVBoxLayout, QWidget

from visualizer.race.racers import RACERS
from visualizer.ui.race.racer_form import OPTIMIZER, RATE, RacerForm
from visualizer.ui.run_form import FormRow
from visualizer.ui.theme import DARK, Colors
from visualizer.ui.widgets.field_editor import WordEdit
from visualizer.ui.widgets.racer_bar import mark_icon
from visualizer.ui.widgets.rate_slider import RateSlider
from visualizer.ui.widgets.setting_row import SettingRow

_FIELD_X, _RIGHT_FIELD_X = 98, 114  # px from the left of a column
_NARROW = 390  # px, below which two columns would leave no room for numbers and words
_SHARES = 15, 17  # of the width: the words at the right are longer


class RacerFormView(QScrollArea):
    """Shows a ``RacerForm``. Emits ``value_changed(key, value)`` while a value is typed or dragged."""

    value_changed = Signal(str, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, widgetResizable=True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._colors: Colors = DARK
        self._shape: tuple[tuple[str, ...], ...] = ()
        self.rows: dict[str, SettingRow] = {}
        self.slider = RateSlider(_FIELD_X)
        self.slider.value_chosen.connect(lambda rate: self.value_changed.emit(RATE, rate))
        content = QWidget()
        side = QBoxLayout(QBoxLayout.Direction.LeftToRight, content)
        side.setContentsMargins(0, 6, 0, 6)
        side.setSpacing(0)
        self._side, self._is_narrow = side, False
        self._columns = (QVBoxLayout(), QVBoxLayout())
        for column in self._columns:
            column.setSpacing(0)
            column.addStretch(1)
            side.addLayout(column)
        self._lay_columns()
        self.setWidget(content)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_narrow = event.size().width() < _NARROW
        if is_narrow != self._is_narrow:
            self._is_narrow = is_narrow
            self._lay_columns()

    def _lay_columns(self) -> None:
        """Columns side by side by their shares; in one column the fields stand below each other."""
        way = QBoxLayout.Direction
        self._side.setDirection(way.TopToBottom if self._is_narrow else way.LeftToRight)
        for place, share in enumerate((0, 1) if self._is_narrow else _SHARES):
            self._side.setStretch(place, share)
        for column, field_x in zip(self._columns, self._fields_x(), strict=True):
            for row in self.rows.values():
                if column.indexOf(row) >= 0:
                    row.set_field_x(field_x)
        self.slider.set_left(self._fields_x()[0])

    def _fields_x(self) -> tuple[int, int]:
        return (_RIGHT_FIELD_X if self._is_narrow else _FIELD_X), _RIGHT_FIELD_X

    def set_form(self, form: RacerForm) -> None:
        """Show these rows; only what is made otherwise than before is made anew."""
        columns = (form.left, form.right)
        shape = tuple(tuple(row.key for row in column) for column in columns)
        fitting = shape == self._shape and all(
            self.rows[row.key].fits(row) for column in columns for row in column
        )
        if not fitting:
            self._make(columns)
            self._shape = shape
        for row in (*form.left, *form.right):
            self.rows[row.key].set_row(row)
            if row.key == RATE and isinstance(row.value, float):
                self.slider.show_value(row.value)

    def show_again(self) -> None:
        """Show the values although others were chosen."""
        for row in self.rows.values():
            row.show_again()

    def set_colors(self, colors: Colors) -> None:
        self._colors = colors
        self.slider.set_colors(colors)
        for row in self.rows.values():
            row.set_colors(colors)

    # --- how it is made --------------------------------------------------------------------------

    def _make(self, columns: tuple[tuple[FormRow, ...], ...]) -> None:
        old, self.rows = self.rows, {}
        for rows, layout, field_x in zip(columns, self._columns, self._fields_x(), strict=True):
            order: list[QWidget] = []
            for row in rows:
                kept = old.get(row.key)
                fits = kept is not None and kept.fits(row) and layout.indexOf(kept) >= 0
                made = old.pop(row.key) if fits else self._made_row(row, field_x)
                self.rows[row.key] = made
                order += [made, self.slider] if row.key == RATE else [made]
            for place, widget in enumerate(order):
                if layout.indexOf(widget) != place:
                    layout.insertWidget(place, widget)
                    widget.show()
        for gone in old.values():
            gone.hide()
            gone.deleteLater()
        editors = [editor for row in self.rows.values() for editor in row.editors]
        for first, second in pairwise(editors):
            QWidget.setTabOrder(first, second)

    def _made_row(self, row: FormRow, field_x: int) -> SettingRow:
        made = SettingRow(row, self.widget(), field_x)
        made.set_colors(self._colors)
        made.value_changed.connect(self.value_changed)
        if row.key == OPTIMIZER and isinstance(made.editor, WordEdit):
            for place, name in enumerate(row.setting.choices):
                made.editor.setItemIcon(place, mark_icon(RACERS[name]) if name in RACERS else QIcon())
        return made
