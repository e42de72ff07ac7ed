"""The Input panel: the picture, what the network sees of it, and a strip of others to choose from."""

from __future__ import annotations

import html
from pathlib import PurePath

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from visualizer.data.inputs import Input
from visualizer.ui.numbers import THIN, integer
from visualizer.ui.theme import Colors, icon
from visualizer.ui.widgets.export import Export
from visualizer.ui.widgets.icon_button import icon_button
from visualizer.ui.widgets.panel import PADDING, ElidedLabel, Panel
from visualizer.ui.widgets.picture_view import Box, PictureView
from visualizer.ui.widgets.placeholder import Placeholder
from visualizer.ui.widgets.strip import Strip, StripItem, shown_name

CHANNELS = {1: ", grey", 3: ""}


class InputPanel(Panel):
    """Shows the input. Emits ``open_requested()``, ``item_selected(index)`` and ``gallery_changed(name)``."""

    title = "Input"
    key = "input"
    open_requested = Signal()
    item_selected = Signal(int)
    gallery_changed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._input: Input | None = None
        self._net_input: tuple[int, int, int] | None = None
        self._notes: tuple[str, ...] = ()
        self.picture = PictureView()
        self.picture.setAccessibleName("Input picture")
        self._caption = ElidedLabel()
        self._note = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        for label in (self._caption, self._note):
            label.setProperty("role", "small")
        self.strip = Strip()
        self.strip.item_selected.connect(self.item_selected)
        self._lay_out()
        self.set_strip((), None)
        self.set_galleries((), "")
        self.set_input(None)

    # Layout

    def _lay_out(self) -> None:
        shown = QWidget()
        rows = QVBoxLayout(shown)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(6)
        rows.addWidget(self.picture, 1)
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
        rows.setSpacing(8)
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
        self.picture.set_colors(colors)
        self.strip.set_colors(colors)
        self._open.setIcon(icon("open", colors.text))

    # What is shown

    def set_input(self, input: Input | None) -> None:
        """Show a picture, as yet without what the network sees of it; None empties the panel."""
        self._input, self._notes = input, ()
        self.picture.set_picture(None if input is None else input.pixels)
        self.picture.set_crop(None)
        self.picture.set_boxes(())
        self._stack.setCurrentIndex(0 if input is None else 1)
        self._fit_picture()
        self.set_subtitle("" if input is None else shown_name(input.name))
        if input is not None:
            true_class = f"\nclass {input.label}" if input.label else ""
            tip = html.escape(shown_name(str(input.source or input.name)) + true_class).replace("\n", "<br>")
            self.picture.setToolTip(f"<qt>{tip}</qt>")
        self._say()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_picture()

    def _fit_picture(self) -> None:
        """Keep the caption directly below a wide picture, the free room below the caption."""
        self.picture.setMaximumHeight(self.picture.heightForWidth(self.width() - 2 * PADDING))

    def set_seen(
        self, crop: Box | None, net_input: tuple[int, int, int] | None, notes: tuple[str, ...] = ()
    ) -> None:
        """Show the part of the picture that the network sees, and its input's size (C, H, W)."""
        self._net_input, self._notes = net_input, notes
        self.picture.set_crop(crop)
        self._say()

    def set_field_box(self, box: Box | None) -> None:
        """Frame a receptive field, in pixels of the picture."""
        self.picture.set_boxes((box,) if box else ())

    def set_strip(self, items: tuple[StripItem, ...], current: int | None) -> None:
        """Show these pictures in the strip; ``current`` is the one that is the input."""
        self.strip.set_items(items, current)
        self.strip.setVisible(bool(items))
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
        self._choosing.setVisible(bool(names))

    def _choose_gallery(self, index: int) -> None:
        self.gallery_changed.emit(self._galleries.itemData(index))

    def _say(self) -> None:
        if self._input is None:
            return
        height, width = self._input.pixels.shape[:2]
        text = f"{width}×{height}{THIN}px"
        if self._net_input is not None:
            channels, rows, columns = self._net_input
            kind = CHANNELS.get(channels, f", {channels} channels")
            text += f" → {columns}×{rows}{THIN}px{kind}, standardised"
        self._caption.set_full_text(text)
        notes = dict.fromkeys((*self._input.notes, *self._notes))  # each once, in order
        self._note.setText("; ".join(shown_name(note) for note in notes))
        self._note.setVisible(bool(notes))

    # Copy and save

    def export(self) -> Export | None:
        if self._input is None:
            return None
        return Export(f"{PurePath(shown_name(self._input.name)).stem} input", self.picture.render_image)
