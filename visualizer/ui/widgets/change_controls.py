"""What turns the input: the dial, or a slider for other transforms, with the value, its way back, playing and flips."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRect, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QComboBox, QSizePolicy, QWidget

from visualizer.data.inputs import Flip
from visualizer.data.transforms.borders import BORDERS, Border
from visualizer.data.transforms.change import NOTHING, Change
from visualizer.data.transforms.table import TRANSFORMS, Transform
from visualizer.ui.theme import DARK, Colors, font
from visualizer.ui.widgets.change_slider import HEIGHT as SLIDER_HEIGHT
from visualizer.ui.widgets.change_slider import ChangeSlider
from visualizer.ui.widgets.change_value import ChangeValue
from visualizer.ui.widgets.dial import SIDE, Dial
from visualizer.ui.widgets.framed_button import FramedButton


@dataclass(frozen=True, slots=True)
class Form:
    """How much room the controls take: ``lines`` of ``line`` px, ``gap`` px apart."""

    lines: int
    line: int
    gap: int

    @property
    def height(self) -> int:
        """Of all lines, px."""
        return self.lines * self.line + (self.lines - 1) * self.gap

    @property
    def dial(self) -> int:
        """The side of the dial, px: odd, as it is drawn best."""
        return min(SIDE, (self.height - 1) | 1)


FULL = Form(3, 24, 6)
DENSE = Form(3, 22, 2)  # all that the full form has
ONE_LINE = Form(1, 24, 0)  # without dial, border and flips; their keys are left
_GAP = 6  # px between parts of one line
_CHOICE = 22  # px, the height of a choice and of the value
_BESIDE = 12  # px between the dial and what is at its right
_VALUE = 70  # px
_WORD = 28  # px for the word before the border


class ChangeControls(QWidget):
    """Shows a change in the room of a form, never higher for one change than for another.

    Emits ``value_requested(value, done)``, where ``done`` says that the hand has let go, ``transform_requested(name)``,
    ``border_requested(name)``, ``flip_requested("horizontal" or "vertical")``, ``reset_requested()`` and
    ``play_requested()``; ``set_change`` and ``set_flip`` emit nothing.
    """

    value_requested = Signal(float, bool)
    transform_requested = Signal(str)
    border_requested = Signal(str)
    flip_requested = Signal(str)
    reset_requested = Signal()
    play_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._change, self._playing = NOTHING, False
        self._form = FULL
        self._colors: Colors = DARK
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Maximum)
        self._make()
        self._connect()
        self._show_row()
        self._show_values()

    def _make(self) -> None:
        # Made in the order in which Tab goes through them.
        self.dial = Dial(self)
        self.transforms = _choice("What is done to the input", TRANSFORMS.values(), self)
        self.slider = ChangeSlider(self.row, self)
        self.value = ChangeValue(self.row, self)
        self.reset = FramedButton("turn_back", "The input as it is (0); flips stay")
        self.play = FramedButton("play", "")
        self.borders = _choice("What stands where the picture does not reach", BORDERS.values(), self)
        self.flips = {
            "horizontal": FramedButton("flip_horizontal", "Flip horizontally, before all else (H)"),
            "vertical": FramedButton("flip_vertical", "Flip vertically, before all else (V)"),
        }
        for button in (self.reset, self.play, *self.flips.values()):
            button.setParent(self)

    def _connect(self) -> None:
        self.dial.value_changed.connect(self.value_requested)
        self.slider.value_changed.connect(self.value_requested)
        self.value.value_chosen.connect(lambda value: self.value_requested.emit(value, True))
        self.value.finished.connect(self._leave_value)
        self.reset.clicked.connect(self.reset_requested)
        self.play.clicked.connect(self.play_requested)
        for way, button in self.flips.items():
            button.setCheckable(True)
            button.clicked.connect(lambda _, way=way: self.flip_requested.emit(way))
        self.transforms.activated.connect(
            lambda index: self.transform_requested.emit(self.transforms.itemData(index))
        )
        self.borders.activated.connect(lambda index: self.border_requested.emit(self.borders.itemData(index)))

    def _leave_value(self) -> None:
        """Enter and Esc end what is typed; the keys belong to the dial then."""
        if self.dial.isVisible():
            self.dial.setFocus()
        else:
            self.value.clearFocus()

    # What is shown

    @property
    def row(self) -> Transform:
        """The transform."""
        return TRANSFORMS[self._change.transform]

    def set_change(self, change: Change, playing: bool) -> None:
        """Show what is done to the input, and whether it plays; tells nobody."""
        before, self._change = self._change, change
        if playing != self._playing:
            self._playing = playing
            self._show_playing()
        if change == before:
            return
        if change.transform != before.transform:
            self._show_row()
        self._show_values()

    def set_flip(self, flip: Flip) -> None:
        """Show how the input is flipped."""
        for way, button in self.flips.items():
            button.setChecked(getattr(flip, way))

    def set_form(self, form: Form) -> None:
        """Take the room of this form."""
        if form != self._form:
            self._form = form
            self.updateGeometry()
            self._place()

    def set_colors(self, colors: Colors) -> None:
        self._colors = colors
        for part in (self.dial, self.slider, self.value):
            part.set_colors(colors)
        for button in (self.reset, *self.flips.values()):
            button.draw(colors)
        self._show_playing()
        self.update()

    def _show_row(self) -> None:
        row = self.row
        self.slider.set_row(row)
        self.value.set_row(row)
        with QSignalBlocker(self.transforms):
            self.transforms.setCurrentIndex(self.transforms.findData(row.name))
        self._place()

    def _show_values(self) -> None:
        change, row = self._change, self.row
        if row.periodic:
            self.dial.set_angle(change.value)
        else:
            self.slider.set_value(change.value)
        self.value.set_value(round(change.value, row.decimals))
        if self.borders.currentData() != change.border:
            with QSignalBlocker(self.borders):
                self.borders.setCurrentIndex(self.borders.findData(change.border))
                self.borders.setToolTip(BORDERS[change.border].description.capitalize())

    def _show_playing(self) -> None:
        self.play.draw(self._colors, "pause" if self._playing else "play")
        self.play.mark(self._playing)
        self.play.tell("Hold it where it is" if self._playing else "Let the value go on by itself")

    # Places

    def sizeHint(self) -> QSize:
        return QSize(200, self._form.height)

    def minimumSizeHint(self) -> QSize:
        return QSize(100, ONE_LINE.height)  # the dock can always be made small

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._place()

    def _place(self) -> None:
        form, row = self._form, self.row
        has_all = form != ONE_LINE
        has_dial = has_all and row.periodic
        self.dial.setVisible(has_dial)
        self.slider.setVisible(has_all and not row.periodic)
        self.borders.setVisible(has_all and row.uses_border)
        for button in (self.reset, self.play, *self.flips.values()):
            button.setFixedSize(form.line, form.line)
        for button in self.flips.values():
            button.setVisible(has_all)
        width, left = self.width(), form.dial + _BESIDE if has_dial else 0
        self.dial.setFixedSize(form.dial, form.dial)
        self.dial.move(0, (form.height - form.dial) // 2)
        if has_dial:
            self._place_choice(self.transforms, left, width, 0)
            self._place_value(left, form.line + form.gap)
        else:
            buttons = _VALUE + 2 * (form.line + _GAP) + _GAP
            self._place_choice(self.transforms, 0, width - buttons, 0)
            self._place_value(width - buttons + _GAP, 0)
        last = form.height - form.line
        self.slider.setGeometry(0, (form.line + last + 1 - SLIDER_HEIGHT) // 2, width, SLIDER_HEIGHT)
        self._place_choice(
            self.borders, left + _WORD, self._place_buttons(list(self.flips.values()), last), last
        )
        self.update()

    def _place_choice(self, part: QWidget, left: int, right: int, top: int) -> None:
        """In the middle of the line that begins at ``top``."""
        part.setGeometry(left, top + (self._form.line - _CHOICE) // 2, right - left, _CHOICE)

    def _place_value(self, left: int, top: int) -> None:
        self._place_choice(self.value, left, self._place_buttons((self.reset, self.play), top), top)

    def _place_buttons(self, buttons: Sequence[FramedButton], top: int) -> int:
        """At the right, in their order; gives where the room to their left ends."""
        right = self.width()
        for button in reversed(buttons):
            right -= self._form.line
            button.move(right, top)
            right -= _GAP
        return right

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.borders.isVisible():
            place = self.borders.geometry()
            with QPainter(self) as painter:
                painter.setFont(font())
                painter.setPen(QColor(self._colors.muted))
                word = QRect(place.left() - _WORD, place.top(), _WORD, place.height())
                painter.drawText(word, Qt.AlignmentFlag.AlignVCenter, "Fill")


def _choice(name: str, rows: Iterable[Transform | Border], parent: QWidget) -> QComboBox:
    """A choice of one of the rows; each explains itself in the list."""
    made = QComboBox(parent)
    made.setAccessibleName(name)
    made.setToolTip(name)
    made.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    for row in rows:
        made.addItem(row.title, row.name)
        made.setItemData(made.count() - 1, row.description.capitalize(), Qt.ItemDataRole.ToolTipRole)
    return made
