"""One unit's map over the picture, and beside it the part of the picture that made one activation."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCursor, QImage
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolTip, QVBoxLayout, QWidget

from visualizer.networks.anatomy import ReceptiveField
from visualizer.probes.frames import UnitFrame
from visualizer.ui.numbers import THIN, signed
from visualizer.ui.theme import Colors
from visualizer.ui.widgets.color_maps import lookup_table
from visualizer.ui.widgets.legend import Legend
from visualizer.ui.widgets.picture_view import Box, PictureView, Table

SIDE = 84  # px of the crop
DIMMED = 0.45  # of the picture's brightness below the map
TIP = "Click or use the arrow keys to look at another position. Only what is above 0 is coloured."


@cache
def overlay_table() -> Table:
    """Inferno that lets the picture show through where the value is small; (256, 4) RGBA."""
    opacity = np.clip(np.arange(256) / 180, 0, 1) * 240
    return np.column_stack([lookup_table("inferno"), np.round(opacity)]).astype(np.uint8)


def map_area(field: ReceptiveField | None, rows: int, columns: int) -> Box | None:
    """Where a map of units lies over the input: each cell centred on its unit's field; None: all over."""
    if field is None or 0 in field.stride:
        return None
    top, left = (
        start + (size - step) / 2
        for start, size, step in zip(field.start, field.size, field.stride, strict=True)
    )
    return left, top, columns * field.stride[1], rows * field.stride[0]


def dimmed_grey(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The luma (BT.601) of (H, W, 3) bytes, dimmed, so that the map's colours stand out."""
    weights = np.array([0.299, 0.587, 0.114], np.float32)
    return np.asarray(pixels @ (DIMMED * weights), np.uint8)


class ActivationOverlay(QWidget):
    """The seen picture in dark grey, the map in colour over it; ``position_requested(row, column)`` for a click."""

    position_requested = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._frame: UnitFrame | None = None
        self._seen: NDArray[np.uint8] | None = None
        self.picture = PictureView(interactive=True, fit_width=True)
        self.picture.setAccessibleName("Activation over input")
        self.picture.setAccessibleDescription(TIP)  # no tool tip: it would cover the value under the pointer
        self.field = PictureView(framed=True)
        self.field.setAccessibleName("Receptive field")
        self.field.setToolTip("What this activation sees of the input")
        self.field.setFixedSize(SIDE, SIDE)
        self.legend = Legend("Activation", lookup_table("inferno"))
        self.legend.setToolTip(TIP)
        self._value, self._place, self._extent = QLabel(), QLabel(), QLabel()
        for label in (self._place, self._extent):
            label.setProperty("role", "small")
        self.picture.hovered.connect(self._show_value)
        self.picture.clicked.connect(self.position_requested)
        self.picture.stepped.connect(self._step)
        self._lay_out()

    def _lay_out(self) -> None:
        beside = QVBoxLayout()
        beside.setSpacing(1)
        beside.addWidget(self.field)
        beside.addSpacing(5)
        for label in (self._value, self._place, self._extent):
            beside.addWidget(label)
        beside.addSpacing(6)
        self.legend.setFixedWidth(SIDE)
        beside.addWidget(self.legend)
        beside.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.picture, 1, Qt.AlignmentFlag.AlignTop)
        row.addLayout(beside)

    def set_colors(self, colors: Colors) -> None:
        for part in (self.picture, self.field, self.legend):
            part.set_colors(colors)

    def set_frame(self, frame: UnitFrame, seen: NDArray[np.uint8] | None) -> None:
        """Show a unit's map over what the network saw (H, W, 3); over black while that is not known."""
        rows, columns = frame.map.shape
        if seen is None or seen is not self._seen:
            self.picture.set_picture(
                np.zeros((rows, columns), np.uint8) if seen is None else dimmed_grey(seen)
            )
        self._frame, self._seen = frame, seen
        finite = np.where(np.isfinite(frame.map), frame.map, 0)
        top = float(finite.max(initial=0))
        levels = (
            np.clip(finite / top * 255, 0, 255).astype(np.uint8)
            if top > 0
            else np.zeros_like(finite, np.uint8)
        )
        area = map_area(frame.layer.receptive_field, rows, columns) if seen is not None else None
        self.picture.set_map(levels, overlay_table(), area)
        self.picture.set_boxes((frame.field_box,) if frame.field_box and seen is not None else ())
        self._say(frame, top)

    def _say(self, frame: UnitFrame, top: float) -> None:
        row, column = frame.position
        self._value.setText(f"a = {'+' if frame.value > 0 else ''}{signed(frame.value)}")
        self._place.setText(f"x {column}, y {row}")
        self._place.setToolTip(f"Column {column}, row {row} of the map")
        field = frame.layer.receptive_field
        self._extent.setText(f"{field.size[1]}×{field.size[0]}{THIN}px" if field else "sees everything")
        self._extent.setToolTip("Size of the receptive field in pixels of the input" if field else "")
        self.field.setVisible(frame.field_pixels is not None)
        if frame.field_pixels is not None:
            self.field.set_picture(frame.field_pixels)
        self.legend.set_ends("0", signed(top) if top > 0 else "nothing")

    def render_image(self) -> QImage:
        """The overlay as a picture."""
        return self.picture.render_image()

    def _show_value(self, row: int, column: int) -> None:
        if self._frame is not None:
            value = signed(float(self._frame.map[row, column]))
            QToolTip.showText(QCursor.pos(), f"<b>{value}</b>&nbsp; x {column}, y {row}", self.picture)

    def _step(self, rows: int, columns: int) -> None:
        if self._frame is None:
            return
        row, column = self._frame.position
        height, width = self._frame.map.shape
        wanted = min(max(row + rows, 0), height - 1), min(max(column + columns, 0), width - 1)
        if wanted != self._frame.position:
            self.position_requested.emit(*wanted)
