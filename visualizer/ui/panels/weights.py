"""The Weights panel: the templates of a layer, each beside its change since the start."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QActionGroup, QImage, QKeyEvent
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QMenu,
    QStackedLayout,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from visualizer.probes.weight_frames import WeightsFrame, WeightsView
from visualizer.ui import weights_words
from visualizer.ui.theme import Colors, icon
from visualizer.ui.weights_layout import WeightsLayout, lay_out, tiles_per_unit
from visualizer.ui.widgets.color_maps import lookup_table
from visualizer.ui.widgets.export import Export
from visualizer.ui.widgets.panel import PADDING, ElidedLabel, Panel
from visualizer.ui.widgets.placeholder import Placeholder
from visualizer.ui.widgets.tile_view import TileView
from visualizer.ui.widgets.weights_footer import WeightsFooter

NO_WEIGHTS = "This layer has no weights. Choose a convolution or a linear layer."
FEW = 64  # tiles of a layer with several input channels, up to which all units are shown at first

_SHOWN = (("both", "Both"), ("weights", "Weights"), ("change", "Change"))
_ORDERS = (("index", "Number"), ("norm", "Norm"), ("change", "Change"), ("similarity", "Similar"))
_LIMITS = (("unit", "Each to its own maximum"), ("layer", "All to the layer's maximum"))
_AXES = {
    "one": "a tile for each input channel",
    "rows": "row: unit, column: input channel",
    "columns": "column: unit, row: input channel",
}
_STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1}


class WeightsPanel(Panel):
    """One mosaic of the weights of a layer.

    Of a layer with several input channels it shows the tiles of the selected unit, or a matrix of all units (rows)
    and input channels (columns). Emits ``view_changed(WeightsView)``, which asks for a look of another kind, and
    ``unit_selected(int)``.
    """

    view_changed = Signal(object)
    unit_selected = Signal(int)
    title = "Weights"
    key = "weights"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._frame: WeightsFrame | None = None
        self._unit, self._subtitle = 0, ""
        self._limits = "unit"
        self._all_units: bool | None = None  # None: as many as the layer has decide
        self._layout = WeightsLayout(np.zeros(0, np.intp))
        self._show = _combo("Show the weights, their change since the start, or both in pairs", _SHOWN)
        self._order = _combo("Order of the units", _ORDERS)
        self.tiles = TileView()
        self.tiles.setAccessibleName("Weights of the layer")
        self.tiles.set_lookup_table(lookup_table("grey"))
        self.footer = WeightsFooter()
        self._placeholder = Placeholder(NO_WEIGHTS)
        self.head = self._build_head()
        self._lay_out()
        self._show.activated.connect(self._choose)
        self._order.activated.connect(self._choose)
        self.tiles.hovered.connect(self._show_tip)
        self.tiles.selected.connect(self._select_tile)
        self.tiles.installEventFilter(self)

    def _build_head(self) -> QWidget:
        head = QWidget()
        row = QHBoxLayout(head)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        for combo in (self._show, self._order):
            row.addWidget(combo)
        return head

    def _build_units(self) -> QWidget:
        """The line above the tiles of a layer with several input channels."""
        units = QWidget()
        row = QHBoxLayout(units)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        self._steps = tuple(
            _button(tip, lambda _=False, step=step: self._step(step))
            for tip, step in (("Previous unit", -1), ("Next unit", 1))
        )
        self._unit_label = QLabel()
        self._axes = ElidedLabel()
        self._axes.setProperty("role", "small")
        self._all = _button("Show a matrix of all units and input channels", self._toggle_all)
        self._all.setProperty("framed", True)
        self._all.setText("All units")
        self._all.setCheckable(True)
        for widget in (self._steps[0], self._unit_label, self._steps[1]):
            row.addWidget(widget)
        row.addSpacing(8)
        row.addWidget(self._axes, 1)
        row.addWidget(self._all)
        return units

    def _lay_out(self) -> None:
        content = QWidget()
        rows = QVBoxLayout(content)
        rows.setContentsMargins(PADDING, 8, PADDING, 8)
        rows.setSpacing(7)
        self._units = self._build_units()
        self._units.hide()
        rows.addWidget(self._units)
        rows.addWidget(self.tiles, 1)
        rows.addWidget(self.footer)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self._placeholder)
        self._stack.addWidget(content)

    # --- what is shown ---------------------------------------------------------------------------

    def set_view(self, view: WeightsView) -> None:
        """Set the controls, without asking for anything."""
        self._show.setCurrentIndex(self._show.findData(view.show))
        self._order.setCurrentIndex(self._order.findData(view.order))
        self._limits = view.limits

    def view(self) -> WeightsView:
        """The look that the controls ask for."""
        return WeightsView(
            show=self._show.currentData(),
            limits="layer" if self._limits == "layer" else "unit",
            order=self._order.currentData(),
            unit=self._unit,
        )

    def set_frame(self, frame: WeightsFrame | None, words: str = "") -> None:
        """Show the weights of a layer, of the moment that ``words`` name; None empties the panel."""
        self._frame = frame
        self._stack.setCurrentIndex(0 if frame is None else 1)
        if frame is None:
            self._entitle("")
            return
        self._entitle(f"{frame.layer.name}, {words}" if words else frame.layer.name)
        self._arrange(frame)

    def _entitle(self, text: str) -> None:
        if text != self._subtitle:  # a label that is told anew is laid out anew
            self._subtitle = text
            self.set_subtitle(text)

    def set_unit(self, unit: int) -> None:
        """Frame the selected unit, or show its tiles; asks for them where the frame has only those of others."""
        if unit == self._unit:
            return
        self._unit = unit
        frame = self._frame
        if frame is None:
            return
        self._arrange(frame)
        if unit < len(frame.norms) and unit not in frame.tile_unit:
            self.view_changed.emit(self.view())

    def set_colors(self, colors: Colors) -> None:
        self.tiles.set_colors(colors)
        self.footer.set_colors(colors)
        for button, name in zip(self._steps, ("previous", "next"), strict=True):
            button.setIcon(icon(name, colors.muted))

    # --- the mosaic ------------------------------------------------------------------------------

    def _arrange(self, frame: WeightsFrame) -> None:
        shown = self._show.currentData()
        changes = frame.changes if shown != "weights" else None
        tiles = changes if changes is not None and shown == "change" else frame.tiles
        partners = changes if tiles is not changes else None
        height, width = tiles.shape[1:3]
        one = tiles_per_unit(frame) > 1 and not self._shows_all(frame)
        cell = (height, width if partners is None else 2 * width)
        room = (self.tiles.width(), self.tiles.height())
        self._layout = layout = lay_out(frame, self._unit if one else None, cell, room)
        bad = ~np.isfinite(frame.norms)
        marked = np.flatnonzero(bad[frame.tile_unit[layout.positions]]) if bad.any() else None
        self.tiles.set_tiles(tiles, layout.positions, marked, partners=partners, columns=layout.columns)
        self.tiles.set_selection(*layout.selection(frame, self._unit))
        self._say_unit(frame, layout.units_are)
        self.footer.set_footer(weights_words.footer(frame, shown))

    def _shows_all(self, frame: WeightsFrame) -> bool:
        return len(frame.tile_unit) <= FEW if self._all_units is None else self._all_units

    def _say_unit(self, frame: WeightsFrame, units_are: str) -> None:
        several = units_are != "tiles"
        if self._units.isHidden() == several:
            self._units.setVisible(several)
        if not several:
            return
        self._all.setChecked(units_are != "one")
        text = f"Unit {min(self._unit, len(frame.norms) - 1)} of {len(frame.norms)}"
        if self._unit_label.text() != text:
            self._unit_label.setText(text)
        axes = _AXES.get(units_are, "")
        if self._axes.full_text() != axes:
            self._axes.set_full_text(axes)

    def _show_tip(self, position: int, row: int, column: int) -> None:
        frame, positions = self._frame, self._layout.positions
        known = frame is not None and 0 <= position < len(positions)
        text = weights_words.tip(frame, int(positions[position]), row, column) if frame and known else ""
        self.tiles.show_tip(text)

    # --- choices ---------------------------------------------------------------------------------

    def fill_menu(self, menu: QMenu) -> None:
        scale = QActionGroup(menu)
        for key, text in _LIMITS:
            action = menu.addAction(f"Scale: {text[0].lower()}{text[1:]}")
            action.setCheckable(True)
            action.setChecked(self._limits == key)
            action.triggered.connect(lambda _=False, key=key: self._choose_limits(key))
            scale.addAction(action)
        if self._frame is not None and tiles_per_unit(self._frame) > 1:
            menu.addSeparator()
            action = menu.addAction("All units", self._toggle_all)
            action.setCheckable(True)
            action.setChecked(self._shows_all(self._frame))

    def choose(self, view: WeightsView) -> None:
        """Choose as by hand."""
        self.set_view(view)
        self._choose()

    def _choose_limits(self, key: str) -> None:
        self._limits = key
        self._choose()

    def _choose(self) -> None:
        if self._frame is not None:  # what is known is shown at once, the rest when it comes
            self._arrange(self._frame)
        self.view_changed.emit(self.view())

    def _toggle_all(self) -> None:
        if self._frame is not None:
            self._all_units = not self._shows_all(self._frame)
            self._arrange(self._frame)

    def _select_tile(self, position: int) -> None:
        if self._frame is None:
            return
        unit = int(self._frame.tile_unit[self._layout.positions[position]])
        if unit != self._unit:
            self.unit_selected.emit(unit)

    def _step(self, step: int) -> None:
        """Select the next or previous unit in the order of display."""
        if self._frame is None:
            return
        order = self._frame.order
        found = np.flatnonzero(order == min(self._unit, len(order) - 1))
        place = int(found[0]) + step
        if 0 <= place < len(order):
            self.unit_selected.emit(int(order[place]))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # Where a unit has many tiles, the arrow keys of the mosaic go from unit to unit instead of tile to tile.
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            step = _STEPS.get(Qt.Key(event.key()))
            many = self._frame is not None and tiles_per_unit(self._frame) > 1
            if step and many and event.modifiers() in _PLAIN:
                self._step(step)
                return True
        return super().eventFilter(watched, event)

    # --- copy and save ---------------------------------------------------------------------------

    def export(self) -> Export | None:
        frame = self._frame
        if frame is None:
            return None
        name = f"{frame.layer.name} weights".replace("#", " call ")
        return Export(
            name, self._picture, table=lambda: weights_words.table(frame), array=lambda: frame.values
        )

    def _picture(self) -> QImage:
        rgba = np.ascontiguousarray(self.tiles.picture())
        height, width = rgba.shape[:2]
        return QImage(rgba.data, width, height, 4 * width, QImage.Format.Format_RGBA8888).copy()


_PLAIN = (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)


def _combo(tip: str, rows: Sequence[tuple[str, str]]) -> QComboBox:
    combo = QComboBox(toolTip=tip, accessibleName=tip)
    combo.setMinimumWidth(66)
    for key, name in rows:
        combo.addItem(name, key)
    return combo


def _button(tip: str, slot: object) -> QToolButton:
    button = QToolButton(toolTip=tip, accessibleName=tip, autoRaise=True)
    button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    button.setMinimumSize(22, 20)
    button.clicked.connect(slot)
    return button
