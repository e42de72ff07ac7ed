"""The line for the value of a transform: its unit, its decimals, its usual step; angles go round."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from visualizer.data.transforms.table import Transform
from visualizer.networks.layers.kinds import Field, Value
from visualizer.ui.widgets.number_edit import NumberEdit

_ROUNDS = 10  # of a periodic transform, either way: what is typed beyond is a slip of the finger


class ChangeValue(NumberEdit):
    """Emits ``value_chosen(float)`` for every key that leaves a value, for steps and for the wheel.

    Of a periodic transform also values of other rounds can be typed: −45° is 315°, 725° is 5°.
    """

    value_chosen = Signal(float)

    def __init__(self, row: Transform, parent: QWidget | None = None) -> None:
        super().__init__(_field(row), parent)
        self._row = row
        self.set_row(row)
        self.value_changed.connect(lambda value: self.value_chosen.emit(self._within(value)))

    def set_row(self, row: Transform) -> None:
        """Take values of another transform; ``set_value`` says which one it has."""
        self._row, self._setting, self._value = row, _field(row), None
        self.set_unit(row.unit if row.unit in ("", "°") else f" {row.unit}")
        self.setAccessibleName(f"{row.title}, {row.unit}" if row.unit else row.title)
        self.setToolTip(row.description)

    def set_value(self, value: Value) -> None:
        """Show a value, unless it is what was typed here last."""
        known = self._value
        if isinstance(known, float) and math.isclose(self._within(known), float(value), abs_tol=1e-9):
            return
        super().set_value(float(value))

    def text_of(self, value: Value) -> str:
        return f"{float(value):.{self._row.decimals}f}"

    def finish(self) -> None:
        if isinstance(self._value, float):
            self._value = self._within(self._value)
        super().finish()

    def step(self, count: int) -> None:
        if not isinstance(self._value, float):
            return
        row = self._row
        value = round(self._value + count * row.step, row.decimals)
        if not row.periodic:
            value = min(max(value, row.minimum), row.maximum)
        value = self._within(value)
        if value != self._value:
            self._give(value)
            self.selectAll()

    def _within(self, value: float) -> float:
        """The same place on the first round of a periodic transform."""
        low, high = self._row.minimum, self._row.maximum
        return low + (value - low) % (high - low) if self._row.periodic else value

    def event(self, event: QEvent) -> bool:
        is_asked = event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent)
        if is_asked and isinstance(event, QKeyEvent) and _is_letter(event):
            event.ignore()  # no number has letters or blanks in it: these keys are left to the window
            return False
        return super().event(event)


def _is_letter(event: QKeyEvent) -> bool:
    return event.key() == Qt.Key.Key_Space or (
        Qt.Key.Key_A <= event.key() <= Qt.Key.Key_Z
        and not (event.modifiers() & Qt.KeyboardModifier.ControlModifier)
    )


def _field(row: Transform) -> Field:
    low, high = row.minimum, row.maximum
    if row.periodic:
        low, high = -_ROUNDS * high, _ROUNDS * high
    return Field(row.name, float, row.neutral, low, high, row.description, title=row.title)
