"""The Input panel: the picture, what is done to it and what the network sees, and a strip of others to choose from."""

from __future__ import annotations

import html
from pathlib import PurePath

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from visualizer.data.inputs import NOT_FLIPPED, Input
from visualizer.data.transforms.change import NOTHING, ROTATION, Change
from visualizer.ui.numbers import THIN, integer
from visualizer.ui.rotation.words import words
from visualizer.ui.theme import Colors, icon
from visualizer.ui.widgets.change_controls import DENSE, FULL, ONE_LINE, ChangeControls
from visualizer.ui.widgets.export import Export
from visualizer.ui.widgets.icon_button import icon_button
from visualizer.ui.widgets.panel import PADDING, Panel
from visualizer.ui.widgets.picture_view import Box, PictureView
from visualizer.ui.widgets.placeholder import Placeholder
from visualizer.ui.widgets.steady_caption import SteadyCaption
from visualizer.ui.widgets.strip import Strip, StripItem, shown_name

CHANNELS = {1: ", grey", 3: ""}
_GAP = 8  # px
_SPACING = 6  # px below the picture and between lines
_ROOMY, _SMALLEST = (
    120,
    64,
)  # px that are left to the picture before the controls are dense, and before the dial goes


class InputPanel(Panel):
    """Shows the input, and in its place what the network is given while something is done to it.

    Emits ``open_requested()``, ``item_selected(index)`` and ``gallery_changed(name)``; about what is done to the
    input ``value_requested(value, done)``, where ``done`` says that the hand has let go, ``transform_requested(name)``,
    ``border_requested(name)``, ``flip_requested("horizontal" or "vertical")``, ``reset_requested()`` and
    ``play_requested()``.
    """

    title = "Input"
    key = "input"
    open_requested = Signal()
    item_selected = Signal(int)
    gallery_changed = Signal(str)
    value_requested = Signal(float, bool)
    transform_requested = Signal(str)
    border_requested = Signal(str)
    flip_requested = Signal(str)
    reset_requested = Signal()
    play_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._input: Input | None = None
        self._net_input: tuple[int, int, int] | None = None
        self._notes: tuple[str, ...] = ()
        self._crop: Box | None = None
        self._change = NOTHING
        self._turned: NDArray[np.uint8] | None = None
        self._box: Box | None = None
        self.picture = PictureView()
        self.picture.setAccessibleName("Input picture")
        # It takes the room that the others leave, whatever its proportions are.
        self.picture.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        self.controls = ChangeControls()
        self._caption = SteadyCaption()
        self._note = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self._note.setProperty("role", "small")
        self._note.hide()
        self.strip = Strip()
        self.strip.item_selected.connect(self.item_selected)
        self._connect_controls()
        self._lay_out()
        self.set_strip((), None)
        self.set_galleries((), "")
        self.set_input(None)

    def _connect_controls(self) -> None:
        for name in ("value", "transform", "border", "flip", "reset", "play"):
            getattr(self.controls, f"{name}_requested").connect(getattr(self, f"{name}_requested"))

    # Layout

    def _lay_out(self) -> None:
        shown = QWidget()
        rows = QVBoxLayout(shown)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(_SPACING)
        rows.addWidget(self.picture, 1)
        rows.addSpacing(2)
        rows.addWidget(self.controls)
        rows.addWidget(self._caption)
        rows.addWidget(self._note)
        rows.addStretch(0)
        placeholder = Placeholder("No image. Drop one here, paste, or open.", "Open image…")
        placeholder.clicked.connect(self.open_requested)
        self._stack = QStackedWidget()
        self._stack.addWidget(placeholder)
        self._stack.addWidget(shown)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(PADDING, PADDING, PADDING, PADDING)
        rows.setSpacing(_GAP)
        rows.addWidget(self._stack, 1)
        self._choosing = self._chooser()
        rows.addWidget(self._choosing)
        rows.addWidget(self.strip)

    def _chooser(self) -> QWidget:
        self._galleries = QComboBox()
        self._galleries.setAccessibleName("Pictures in the strip")
        self._galleries.setToolTip("Pictures in the strip")
        self._galleries.setMinimumContentsLength(8)
        self._galleries.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._galleries.activated.connect(self._choose_gallery)
        self._count = QLabel()
        self._count.setProperty("role", "small")
        self._open = icon_button("Open image…")
        self._open.clicked.connect(self.open_requested)
        chooser = QWidget()
        row = QHBoxLayout(chooser)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self._galleries, 1)
        row.addWidget(self._count)
        row.addWidget(self._open)
        return chooser

    def set_colors(self, colors: Colors) -> None:
        for part in (self.picture, self.controls, self._caption):
            part.set_colors(colors)
        self.strip.set_colors(colors)
        self._open.setIcon(icon("open", colors.text))

    # What is shown

    def set_input(self, input: Input | None) -> None:
        """Show a picture, as yet without what the network sees of it; None empties the panel."""
        self._input, self._notes = input, ()
        self._crop = self._turned = self._box = None
        self.picture.set_picture(None if input is None else input.pixels)
        self.picture.set_crop(None)
        self.picture.set_boxes(())
        self._stack.setCurrentIndex(0 if input is None else 1)
        self._fit_picture()
        self.controls.set_flip(NOT_FLIPPED if input is None else input.flip)
        self.set_subtitle("" if input is None else shown_name(input.title))
        self._say()

    def set_seen(
        self, crop: Box | None, net_input: tuple[int, int, int] | None, notes: tuple[str, ...] = ()
    ) -> None:
        """Say which part of the picture the network sees, and its input's size (C, H, W)."""
        is_other = net_input != self._net_input
        self._net_input, self._notes, self._crop = net_input, notes, crop
        self.picture.set_crop(crop if self._turned is None else None)
        if is_other:
            self._fit_picture()
        self._say()

    def set_change(self, change: Change, playing: bool) -> None:
        """Say what is done to the input, and whether that goes on by itself; tells nobody."""
        self.controls.set_change(change, playing)
        if change != self._change:
            self._change = change
            self._say_size()

    def set_turned(self, pixels: NDArray[np.uint8] | None) -> None:
        """Show these pixels (H, W, 3), what the network is given, in place of the picture; None shows the picture.

        The frame of a receptive field goes along; from now on it is set in pixels of these.
        """
        if self._input is None or pixels is self._turned:
            return
        size = _size(pixels)
        if size != self.turned_size:
            self.set_field_box(self._moved(self._box, size))
        self._turned = pixels
        self.picture.set_picture(self._input.pixels if pixels is None else pixels)
        self.picture.set_crop(self._crop if pixels is None else None)

    @property
    def turned_size(self) -> tuple[int, int] | None:
        """Width and height of what is shown in place of the picture, None while that is shown itself."""
        return _size(self._turned)

    def _moved(self, box: Box | None, size: tuple[int, int] | None) -> Box | None:
        """A box of what is shown now, in pixels of a turned picture of ``size``, None for the picture itself."""
        if box is None or self._crop is None:
            return None
        shown = self.turned_size
        source = self._crop if shown is None else (0.0, 0.0, *shown)
        target = self._crop if size is None else (0.0, 0.0, *size)
        across, down = target[2] / source[2], target[3] / source[3]
        left, top = (box[0] - source[0]) * across, (box[1] - source[1]) * down
        return target[0] + left, target[1] + top, box[2] * across, box[3] * down

    def set_field_box(self, box: Box | None) -> None:
        """Frame a receptive field, in pixels of what is shown: the picture, or what is shown in its place."""
        self._box = box
        self.picture.set_boxes((box,) if box else ())

    # Room

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_picture()

    def _fit_picture(self) -> None:
        """Keep what is below directly below the picture, and the dial there while any room is left to the picture.

        First the caption gives way, whose words the picture's tool tip has too, then the dial with its fellows.
        The room is enough for the picture and for what the network sees of it: nothing moves when that is shown.
        """
        width = self.width() - 2 * PADDING
        height = 0
        if self._input is not None:
            rows, columns = self._input.pixels.shape[:2]
            height = max(24, round(width * rows / columns))
            if self._net_input is not None:
                height = max(height, round(width * self._net_input[1] / self._net_input[2]))
        self.picture.setMaximumHeight(height or width)
        room, caption = self._room(), self._caption.sizeHint().height() + _SPACING
        is_roomy = room - caption - FULL.height >= _ROOMY
        self._caption.setVisible(is_roomy)
        self.controls.set_form(FULL if is_roomy else DENSE if room - DENSE.height >= _SMALLEST else ONE_LINE)

    def _room(self) -> int:
        """Px of height for the picture, the controls and the caption."""
        taken = 2 * PADDING + _SPACING + 2
        for part in (self._choosing, self.strip):
            if not part.isHidden():
                taken += part.sizeHint().height() + _GAP
        if not self._note.isHidden():
            taken += self._note.heightForWidth(self.width() - 2 * PADDING) + _SPACING
        return self.height() - taken

    def set_strip(self, items: tuple[StripItem, ...], current: int | None) -> None:
        """Show these pictures in the strip; ``current`` is the one that is the input."""
        self.strip.set_items(items, current)
        if self.strip.isHidden() == bool(items):
            self.strip.setVisible(bool(items))
            self._fit_picture()
        self._count.setText(integer(len(items)) if items else "")
        self._count.setToolTip(f"{integer(len(items))} pictures")

    def set_galleries(self, names: tuple[str, ...], current: str) -> None:
        """Offer these sets of pictures for the strip; none is offered while there is only one."""
        with QSignalBlocker(self._galleries):
            self._galleries.clear()
            self._galleries.addItems([shown_name(name) for name in names])
            for index, name in enumerate(names):
                self._galleries.setItemData(index, name)
            self._galleries.setCurrentIndex(names.index(current) if current in names else -1)
        if self._choosing.isHidden() == bool(names):
            self._choosing.setVisible(bool(names))
            self._fit_picture()

    def _choose_gallery(self, index: int) -> None:
        self.gallery_changed.emit(self._galleries.itemData(index))

    def _say(self) -> None:
        if self._input is None:
            return
        self._say_size()
        notes = dict.fromkeys((*self._input.notes, *self._notes))  # each once, in order
        text = "; ".join(shown_name(note) for note in notes)
        if text != self._note.text():  # a label that is told anew is laid out anew, and all around it
            self._note.setText(text)
            self._note.setVisible(bool(notes))
            self._fit_picture()

    def _say_size(self) -> None:
        if self._input is None:
            return
        height, width = self._input.pixels.shape[:2]
        done, flip = words(self._change), ", flipped" if self._input.flip.words else ""
        text = f"{width}×{height}{THIN}px{flip}"
        if self._net_input is not None:
            channels, rows, columns = self._net_input
            kind = CHANNELS.get(channels, f", {channels} channels")
            seen = f"{columns}×{rows}{THIN}px{kind}, standardised"
            text = f"{seen}{flip}" if done else f"{text} → {seen}"
        if done:
            turned = "turned " if self._change.transform == ROTATION else ""
            text = f"{text}, {turned}{done}"
        self._caption.set_full_text(text)
        lines = [shown_name(str(self._input.source or self._input.name)), self._input.flip.words, text]
        lines += [f"class {self._input.label}"] if self._input.label else []
        tip = "<br>".join(html.escape(line) for line in lines if line)
        self.picture.setToolTip(f"<qt>{tip}</qt>")

    # Copy and save

    def export(self) -> Export | None:
        if self._input is None:
            return None
        return Export(f"{PurePath(shown_name(self._input.name)).stem} input", self.picture.render_image)


def _size(pixels: NDArray[np.uint8] | None) -> tuple[int, int] | None:
    return None if pixels is None else (pixels.shape[1], pixels.shape[0])
