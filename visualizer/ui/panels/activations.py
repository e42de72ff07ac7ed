"""The Activations panel: every unit of a layer as a tile, and how they are shown."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Signal
from PySide6.QtGui import QImage, QResizeEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLabel, QStackedLayout, QVBoxLayout, QWidget

from visualizer.probes.frames import ActivationFrame, Scale
from visualizer.probes.order import order_units
from visualizer.ui import numbers
from visualizer.ui.theme import Colors
from visualizer.ui.widgets.color_bar import ColorBar
from visualizer.ui.widgets.color_maps import COLOR_MAPS, color_map, lookup_table
from visualizer.ui.widgets.export import Export
from visualizer.ui.widgets.layer_choice import LayerChoice
from visualizer.ui.widgets.panel import PADDING, ElidedLabel, Panel
from visualizer.ui.widgets.placeholder import Placeholder
from visualizer.ui.widgets.tile_view import TileView

_LIMITS = (("layer", "Layer"), ("unit", "Unit"))
_ORDERS = (("index", "Index"), ("strength", "Strength"), ("mean", "Mean"))
_NARROWEST, _ROOM_FOR_LABELS = 296, 480  # px


class ActivationsPanel(Panel):
    """One mosaic of the selected layer.

    Emits ``unit_selected(int)``, ``scale_changed(Scale)`` (asks for other grey levels), ``order_changed(object)``
    (the units in the order of display) and ``view_changed(key, value)`` for what the settings remember.
    """

    unit_selected = Signal(int)
    scale_changed = Signal(object)
    order_changed = Signal(object)
    view_changed = Signal(str, object)
    open_requested = Signal()
    title = "Activations"
    key = "activations"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._frame: ActivationFrame | None = None
        self._order: NDArray[np.intp] = np.zeros(0, np.intp)
        self._unit = 0
        self._map = _combo("Colour map of the tiles", [(row.key, row.name) for row in COLOR_MAPS])
        self._limits = _combo("Grey levels span the whole layer, or each unit alone", _LIMITS)
        self._sort = _combo("Order of the tiles", _ORDERS)
        self._hide_dead = QCheckBox("Hide dead", toolTip="Leave out units that show one value everywhere")
        self.tiles = TileView()
        self._bar = ColorBar()
        self._summary = ElidedLabel()
        self._summary.setProperty("role", "small")
        self._dead = QLabel()
        self._dead.setProperty("role", "small")
        self._placeholder = Placeholder(
            "Nothing to show. Drop an image here, paste it, or open it.", "Open image…"
        )
        self._placeholder.clicked.connect(self.open_requested)
        self.layers = LayerChoice()
        self.head = self.layers
        self._lay_out()
        self._map.activated.connect(self._choose_map)
        self._limits.activated.connect(self._choose_scale)
        self._sort.activated.connect(self._choose_order)
        self._hide_dead.clicked.connect(self._choose_order)
        self.tiles.hovered.connect(self._show_tip)
        self.tiles.selected.connect(self._select)
        self._apply_map()

    def _lay_out(self) -> None:
        bar = QWidget(minimumWidth=_NARROWEST)
        controls = QHBoxLayout(bar)
        controls.setContentsMargins(0, 0, 0, 0)
        controls.setSpacing(8)
        self._labels: list[QLabel] = []
        for text, combo in (("Map", self._map), ("Scale", self._limits), ("Order", self._sort)):
            label = QLabel(text)
            label.setProperty("role", "muted")
            label.setBuddy(combo)
            self._labels.append(label)
            controls.addWidget(label)
            controls.addWidget(combo)
        controls.addWidget(self._hide_dead)
        controls.addStretch(1)
        legend = QHBoxLayout()
        legend.setSpacing(14)
        legend.addWidget(self._bar)
        legend.addWidget(self._summary, 1)
        legend.addWidget(self._dead)
        content = QWidget()
        rows = QVBoxLayout(content)
        rows.setContentsMargins(PADDING, 8, PADDING, 8)
        rows.setSpacing(8)
        rows.addWidget(bar)
        rows.addWidget(self.tiles, 1)
        rows.addLayout(legend)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self._placeholder)
        self._stack.addWidget(content)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        for label in self._labels:  # the tool tips say it too
            label.setVisible(event.size().width() >= _ROOM_FOR_LABELS)

    # --- what is shown ---------------------------------------------------------------------------

    def set_view(self, values: dict[str, object]) -> None:
        """Take the remembered choices: ``map``, ``limits``, ``order`` (keys), ``hide_dead``."""
        for combo, name in ((self._map, "map"), (self._limits, "limits"), (self._sort, "order")):
            combo.setCurrentIndex(max(0, combo.findData(values.get(name))))
        self._hide_dead.setChecked(bool(values.get("hide_dead")))
        self._apply_map()

    def scale(self) -> Scale:
        """The grey levels that the controls ask for."""
        return Scale(self._limits.currentData(), color_map(self._map.currentData()).diverging)

    def set_frame(self, frame: ActivationFrame | None) -> None:
        """Show the activations of a layer; None empties the panel."""
        self._frame = frame
        self._stack.setCurrentIndex(0 if frame is None else 1)
        if frame is None:
            self.set_subtitle("")
            return
        self._arrange()
        self._say(frame)

    def set_unit(self, unit: int) -> None:
        """Frame the selected unit."""
        self._unit = unit
        position = np.flatnonzero(self._order == unit)
        self.tiles.set_selection(int(position[0]) if len(position) else -1)

    def set_colors(self, colors: Colors) -> None:
        self.tiles.set_colors(colors)
        self._bar.set_colors(colors)

    def export(self) -> Export | None:
        if self._frame is None:
            return None
        name = f"{self._frame.layer.name} activations".replace("#", " call ")
        return Export(name, picture=self._picture, table=self._table, array=self._values)

    # --- inside ----------------------------------------------------------------------------------

    def _arrange(self) -> None:
        frame = self._frame
        if frame is None:
            return
        self._order = order_units(frame, self._sort.currentData(), hide_dead=self._hide_dead.isChecked())
        self.tiles.set_tiles(frame.tiles, self._order, np.flatnonzero(frame.statistics.dead[self._order]))
        self.set_unit(self._unit)
        self.order_changed.emit(self._order)

    def _say(self, frame: ActivationFrame) -> None:
        units, height, width = frame.values.shape
        extent = f", {height}×{width}{numbers.THIN}px each" if height * width > 1 else ", one value each"
        self._summary.set_full_text(
            f"{numbers.integer(units)} units{extent}" + (f"; {frame.note}" if frame.note else "")
        )
        if frame.scale.limits == "layer":
            low, high = float(frame.limits[0, 0]), float(frame.limits[0, 1])
            self._bar.set_limits(numbers.signed(low), ("+" if high > 0 > low else "") + numbers.signed(high))
        else:
            self._bar.set_limits(
                "−max" if frame.scale.symmetric else "min", "+max" if frame.scale.symmetric else "max"
            )
        dead = int(frame.statistics.dead.sum())
        words = f"× {dead} dead" if dead else "no dead units"
        if words != self._dead.text():
            self._dead.setText(words)
        self.set_subtitle(f"{frame.layer.name}, {frame.layer.detail}")

    def _apply_map(self) -> None:
        table = lookup_table(self._map.currentData())
        self.tiles.set_lookup_table(table)
        self._bar.set_lookup_table(table)

    def _choose_map(self) -> None:
        self._apply_map()
        self.view_changed.emit("map", self._map.currentData())
        if self._frame is not None and self._frame.scale != self.scale():
            self.scale_changed.emit(self.scale())

    def _choose_scale(self) -> None:
        self.view_changed.emit("limits", self._limits.currentData())
        self.scale_changed.emit(self.scale())

    def _choose_order(self) -> None:
        self.view_changed.emit("order", self._sort.currentData())
        self.view_changed.emit("hide_dead", self._hide_dead.isChecked())
        self._arrange()

    def choose(self, **values: str) -> None:
        """Choose as by hand: ``map``, ``limits``, ``order`` (keys)."""
        for name, value in values.items():
            combo = {"map": self._map, "limits": self._limits, "order": self._sort}[name]
            combo.setCurrentIndex(combo.findData(value))
            combo.activated.emit(combo.currentIndex())

    def _select(self, position: int) -> None:
        self.unit_selected.emit(int(self._order[position]))

    def _show_tip(self, position: int, row: int, column: int) -> None:
        if self._frame is None or not 0 <= position < len(self._order):
            self.tiles.show_tip("")
            return
        self.tiles.show_tip(_tip(self._frame, int(self._order[position]), row, column))

    def _picture(self) -> QImage:
        rgba = np.ascontiguousarray(self.tiles.picture())
        height, width = rgba.shape[:2]
        return QImage(rgba.data, width, height, 4 * width, QImage.Format.Format_RGBA8888).copy()

    def _values(self) -> NDArray[np.float32]:
        return self._frame.values if self._frame is not None else np.zeros((0, 1, 1), np.float32)

    def _table(self) -> list[list[object]]:
        assert self._frame is not None
        s = self._frame.statistics
        columns = (s.minimum, s.low, s.mean, s.high, s.maximum, s.deviation, s.nonpositive, s.dead)
        header: list[object] = ["unit", "min", "p5", "mean", "p95", "max", "std", "share_nonpositive", "dead"]
        return [
            header,
            *([unit, *(column[unit].item() for column in columns)] for unit in range(len(s.mean))),
        ]


def _tip(frame: ActivationFrame, unit: int, row: int, column: int) -> str:
    """What is under the pointer, as rich text: the unit, the value there, the unit's range."""
    values, statistics = frame.values[unit], frame.statistics
    dead = " &nbsp;dead" if statistics.dead[unit] else ""
    if values.size == 1:
        return f"<b>Unit {unit}</b> &nbsp;a = {numbers.signed(float(values[0, 0]), 3)}{dead}"
    row, column = min(row, values.shape[0] - 1), min(column, values.shape[1] - 1)
    here = f"x {column}, y {row}: {numbers.signed(float(values[row, column]), 3)}"
    most, mean = (numbers.signed(float(figure[unit])) for figure in (statistics.maximum, statistics.mean))
    return f"<p style='white-space: pre'><b>Unit {unit}</b>  {here}{dead}\nmax {most}  mean {mean}</p>"


def _combo(tip: str, rows: Sequence[tuple[str, str]]) -> QComboBox:
    combo = QComboBox(toolTip=tip, accessibleName=tip)
    combo.setMinimumWidth(66)  # gives way in a narrow window; the list below it stays wide
    for key, name in rows:
        combo.addItem(name, key)
    return combo
