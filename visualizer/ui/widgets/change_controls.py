"""What turns the input: the dial, or a slider for other transforms, with the value, its way back, playing and flips."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

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

LINE = 24  # px, the height of one line
FULL = 84  # px, three lines
_GAP = 6  # px
_BESIDE = 12  # px between the dial and what is at its right
_VALUE = 70  # px
_WORD = 28  # px for the word before the border


class ChangeControls(QWidget):
    """Shows a change, in three lines, or in one where the room is short; never higher for one than for another.

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
        self._is_short = False
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
        self.reset = FramedButton("turn_back", "The input as it is (0); flips stay", LINE, LINE)
        self.play = FramedButton("play", "", LINE, LINE)
        self.borders = _choice("What stands where the picture does not reach", BORDERS.values(), self)
        self.flips = {
            "horizontal": FramedButton(
                "flip_horizontal", "Flip horizontally, before all else (H)", LINE, LINE
            ),
            "vertical": FramedButton("flip_vertical", "Flip vertically, before all else (V)", LINE, LINE),
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

    def set_short(self, short: bool) -> None:
        """Take one line alone."""
        if short != self._is_short:
            self._is_short = short
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
        return QSize(200, LINE if self._is_short else FULL)

    def minimumSizeHint(self) -> QSize:
        return QSize(100, LINE)  # the dock can always be made small

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._place()

    def _place(self) -> None:
        full, row = not self._is_short, self.row
        has_dial = full and row.periodic
        self.dial.setVisible(has_dial)
        self.slider.setVisible(full and not row.periodic)
        self.borders.setVisible(full and row.uses_border)
        for button in self.flips.values():
            button.setVisible(full)  # their keys are left
        width, left = self.width(), SIDE + _BESIDE if has_dial else 0
        self.dial.move(0, (FULL - SIDE) // 2)
        if has_dial:
            self.transforms.setGeometry(left, 1, width - left, LINE - 2)
            self._place_value(left, LINE + _GAP)
        else:
            buttons = _VALUE + 2 * (LINE + _GAP) + _GAP
            self.transforms.setGeometry(0, 1, width - buttons, LINE - 2)
            self._place_value(width - buttons + _GAP, 0)
        self.slider.setGeometry(0, LINE + 3, width, SLIDER_HEIGHT)
        right = self._place_buttons(list(self.flips.values()), FULL - LINE)
        self.borders.setGeometry(left + _WORD, FULL - LINE + 1, right - left - _WORD, LINE - 2)
        self.update()

    def _place_value(self, left: int, top: int) -> None:
        right = self._place_buttons((self.reset, self.play), top)
        self.value.setGeometry(left, top + 1, right - left, LINE - 2)

    def _place_buttons(self, buttons: Sequence[FramedButton], top: int) -> int:
        """At the right, in their order; gives where the room to their left ends."""
        right = self.width()
        for button in reversed(buttons):
            right -= LINE
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
