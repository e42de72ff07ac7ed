"""A line for one number that tells every valid value while it is typed, and keeps what is typed otherwise."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRect, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QMenu, QWidget

from visualizer.networks.layers.kinds import Field, Value
from visualizer.ui.theme import DARK, SMALL_SIZE, Colors, font
from visualizer.ui.widgets.remark import remark
from visualizer.ui.widgets.text_edit import TextEdit

_ARROWS = 13  # px at the right for the two arrows
_FRAME = 14  # px at the sides of the text
_SHORTEST = 16  # px of text that there is always room for
_LONGEST = 24  # characters


def number_text(value: Value) -> str:
    """A number as it stands in an editor: four significant figures for a float; words as they are."""
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def range_text(setting: Field) -> str:
    """What a field takes, in a sentence with its range."""
    what = "a whole number" if setting.type is int else "a number"
    label = setting.label[:1].upper() + setting.label[1:]
    text = f"{label} must be {what} from {number_text(setting.minimum)} to {number_text(setting.maximum)}"
    return f"{text}, or {' or '.join(setting.choices)}." if setting.choices else f"{text}."


class NumberEdit(TextEdit):
    """One number of a field, or one of the words that the field allows in its place.

    ``value_changed`` comes with every key that leaves a valid text. Anything else stays as it is typed, marked,
    until the field is left; the last valid value is shown then. Up and Down, the wheel and the arrows step,
    with Ctrl ten steps; a click on an arrow that is held repeats.
    """

    value_changed = Signal(object)

    def __init__(self, setting: Field, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._setting = setting
        self._value: Value | None = None
        self._before: Value | None = None
        self._label = self._unit = ""
        self._colors: Colors = DARK
        self._repeat = QTimer(self, singleShot=True)
        self._repeat.timeout.connect(self._step_again)
        self._direction = 0
        self.setMaxLength(_LONGEST)
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.textEdited.connect(self._edited)
        self.textChanged.connect(self._place_label)

    # What is shown

    def set_value(self, value: Value) -> None:
        """Show a value, unless it is what was typed here last: the text under people's hands stays."""
        if value == self._value and type(value) is type(self._value):
            return
        self._value = value
        self.set_invalid(False)
        self.setText(self.text_of(value))

    def text_of(self, value: Value) -> str:
        """How a value is written here."""
        return number_text(value)

    @property
    def value(self) -> Value | None:
        """The last valid value."""
        return self._value

    def set_label(self, label: str) -> None:
        """A muted word at the left, where there is room for it."""
        self._label = label
        self._place_label()

    def set_unit(self, unit: str) -> None:
        """A muted word behind the number."""
        self._unit = unit
        self._place_label()

    @property
    def label_shown(self) -> str:
        """The label, "" where there is no room for it."""
        return self._label if self._label_width() else ""

    def set_colors(self, colors: Colors) -> None:
        self._colors = colors
        self.update()

    def _has_arrows(self) -> bool:
        text = max(self.fontMetrics().horizontalAdvance(self.text()), _SHORTEST) + self._unit_width()
        return self.width() >= text + self._label_width() + _FRAME + _ARROWS - 3

    def _unit_width(self) -> int:
        """Room for the unit; Qt leaves the gap before it."""
        return self.fontMetrics().horizontalAdvance(self._unit)

    def _place_label(self) -> None:
        right = self._unit_width() + (_ARROWS - 3 if self._has_arrows() else 0)
        if self.textMargins().right() != right:
            self.setTextMargins(0, 0, right, 0)

    def _label_width(self) -> int:
        """Room for the label and the gap behind it, 0 where there is too little."""
        if not self._label:
            return 0
        wanted = QFontMetrics(font(SMALL_SIZE)).horizontalAdvance(self._label) + 4
        text = self.fontMetrics().horizontalAdvance(self.text())
        return wanted if self.width() >= text + wanted + _FRAME else 0

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_label()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if self._label_width():
                painter.setFont(font(SMALL_SIZE))
                painter.setPen(QColor(self._colors.muted if self.isEnabled() else self._colors.disabled))
                inside = QRect(7, 0, self.width() - 7, self.height())
                painter.drawText(inside, Qt.AlignmentFlag.AlignVCenter, self._label)
            if self._unit:
                painter.setFont(self.font())
                painter.setPen(QColor(self._colors.muted if self.isEnabled() else self._colors.disabled))
                inside = self.rect().adjusted(0, 0, -7 - (_ARROWS - 3 if self._has_arrows() else 0), 0)
                flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
                painter.drawText(inside, flags, self._unit)
            if self._has_arrows():
                pen = QPen(QColor(self._colors.muted if self.isEnabled() else self._colors.disabled), 1.2)
                pen.setCapStyle(Qt.PenCapStyle.RoundCap)
                painter.setPen(pen)
                x, middle = self.width() - _ARROWS / 2 - 2.5, self.height() / 2
                for side in (-1, 1):
                    y = middle + side * 3.5
                    painter.drawPolyline(
                        [QPointF(x - 2.5, y), QPointF(x, y + side * 2.5), QPointF(x + 2.5, y)]
                    )

    # What is typed

    def _edited(self, text: str) -> None:
        value = self._parsed(text)
        self.set_invalid(value is None, "" if value is not None else range_text(self._setting))
        if value is not None and value != self._value:
            self._value = value
            self.value_changed.emit(value)

    def _parsed(self, text: str) -> Value | None:
        """The value of a text, None where it is not finished or out of range."""
        text = text.strip().lower()
        setting = self._setting
        for word in setting.choices:
            if text and word.startswith(text):
                return word
        try:
            value = int(text) if setting.type is int else float(text.replace(",", "."))
        except ValueError:
            return None
        fits = math.isfinite(value) and setting.minimum <= value <= setting.maximum
        return value if fits else None

    def finish(self) -> None:
        """Show the value as it is, however it was typed."""
        if self._value is not None and self.text() != self.text_of(self._value):
            self.setText(self.text_of(self._value))
        remark(self, self.reason)
        self.set_invalid(False)

    def revert(self) -> None:
        """Go back to the value with which the field was entered."""
        if self._before is not None:
            self._give(self._before)

    def _give(self, value: Value) -> None:
        changed = value != self._value
        self._value = value
        self._typed = False
        self.set_invalid(False)
        self.setText(self.text_of(value))
        if changed:
            self.value_changed.emit(value)

    # Steps

    def step(self, count: int) -> None:
        """Go up (positive) or down by so many steps, up to the ends of the range."""
        setting, value = self._setting, self._value
        if isinstance(value, str) or value is None:
            new: Value = int(setting.minimum)
        elif setting.type is int:
            new = int(min(max(value + count, setting.minimum), setting.maximum))
        else:
            size = _float_step(float(value), setting.maximum, down=count < 0)
            new = float(f"{min(max(value + count * size, setting.minimum), setting.maximum):.6g}")
        if new != value:
            self._give(new)
            self.selectAll()

    def _step_again(self) -> None:
        self.step(self._direction)
        self._repeat.start(60)

    def _arrow_at(self, event: QMouseEvent) -> int:
        """1 over the upper arrow, -1 over the lower one, else 0."""
        if not self._has_arrows() or event.position().x() < self.width() - _ARROWS - 3:
            return 0
        return 1 if event.position().y() < self.height() / 2 else -1

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._direction = self._arrow_at(event) if event.button() == Qt.MouseButton.LeftButton else 0
        if not self._direction:
            super().mousePressEvent(event)
            return
        self.step(self._direction)
        self._repeat.start(400)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._repeat.stop()
        super().mouseReleaseEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self._arrow_at(event):
            self.mousePressEvent(event)
        else:
            self.selectAll()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        over = self._arrow_at(event)
        self.setCursor(Qt.CursorShape.ArrowCursor if over else Qt.CursorShape.IBeamCursor)
        if not self._direction or not event.buttons():
            super().mouseMoveEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if not self.hasFocus():
            event.ignore()  # the stack scrolls
        elif event.angleDelta().y():
            self.step(1 if event.angleDelta().y() > 0 else -1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        directions = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}
        direction = directions.get(Qt.Key(event.key()), 0)
        if direction and not event.modifiers() & Qt.KeyboardModifier.AltModifier:
            ten = event.modifiers() & Qt.KeyboardModifier.ControlModifier
            self.step(direction * (10 if ten else 1))
            return
        super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._before = self._value
        super().focusInEvent(event)

    def text_menu(self) -> QMenu:
        menu = super().text_menu()
        first = menu.actions()[0]
        for word in self._setting.choices:
            action = menu.addAction(word.capitalize())
            action.triggered.connect(lambda _=False, word=word: self._give(word))
            menu.insertAction(first, action)
        if self._setting.choices:
            menu.insertSeparator(first)
        return menu


def _float_step(value: float, maximum: float, *, down: bool) -> float:
    """One unit of the first significant figure, a tenth of it below a power of ten."""
    if value == 0:
        return min(0.1, maximum / 10)
    power = 10.0 ** math.floor(math.log10(abs(value)) + 1e-9)
    return power / 10 if down and math.isclose(abs(value), power) else power
