"""Which signal of the session reaches which panel, and which request of a panel reaches the session."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject

from visualizer.data.inputs import Input
from visualizer.probes.frames import Inspection, UnitFrame
from visualizer.ui.jobs import OpenNetwork
from visualizer.ui.rotation.words import words
from visualizer.ui.selection import Selection
from visualizer.ui.widgets.placeholder import Placeholder
from visualizer.ui.workspaces import BY_KEY

if TYPE_CHECKING:
    from visualizer.ui.main_window import MainWindow


def connect_panels(window: MainWindow) -> None:
    """Connect the window's panels with its session, once."""
    show = PanelUpdates(window)
    session = window.session
    session.network_changed.connect(show.network)
    session.weights_changed.connect(show.weights)
    session.input_changed.connect(show.input)
    session.selection_changed.connect(show.selection)
    session.inspection_changed.connect(show.inspection)
    session.unit_changed.connect(show.unit)
    session.waiting_changed.connect(show.waiting)
    session.idle.connect(show.idle)
    session.gallery.changed.connect(window.input.set_strip)
    session.gallery.galleries_changed.connect(window.input.set_galleries)
    window.network.layer_selected.connect(session.select_layer)
    window.activations.layers.layer_selected.connect(session.select_layer)
    window.network.open_requested.connect(window.opening.choose_network)
    window.activations.unit_selected.connect(session.select_unit)
    window.activations.scale_changed.connect(session.set_scale)
    window.activations.order_changed.connect(show.order)
    window.activations.open_requested.connect(window.opening.open_files)
    window.units.unit_selected.connect(session.select_unit)
    window.unit.unit_requested.connect(session.select_unit)
    window.unit.position_requested.connect(session.look_at)
    window.input.open_requested.connect(window.opening.open_files)
    window.input.flip_requested.connect(session.flip)
    window.input.item_selected.connect(session.gallery.choose)
    window.input.gallery_changed.connect(session.gallery.show)


class PanelUpdates(QObject):
    """Hands what the session knows to the panels that show it."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._greeted = False
        self._late: Input | None = None  # shown with its first look: turned, it would first be seen upright
        self._unseen: dict[tuple[str, str], Callable[[], None]] = {}  # by dock and what it is to show
        window.visible.changed.connect(self._catch_up)
        shown = [window.docks[key] for key in BY_KEY["inspect"].docks]
        self._placeholders = [part for dock in shown for part in dock.findChildren(Placeholder)]

    def network(self, opened: OpenNetwork) -> None:
        window, network = self._window, opened.network
        window.network.set_network(network.name, opened.anatomy, network.input, network.weights)
        window.activations.layers.set_layers(opened.anatomy.layers)
        window.activations.set_frame(None)
        self._unseen.clear()
        window.units.set_frame(None)
        window.unit.set_frame(None, None, None)
        window.prediction.set_prediction(None, network.name)

    def weights(self, opened: OpenNetwork) -> None:
        panel, network = self._window.network, opened.network
        self._show(
            "network",
            "weights",
            lambda: panel.set_network(network.name, opened.anatomy, network.input, network.weights),
        )

    def _show(self, dock: str, what: str, show: Callable[[], None]) -> None:
        """Show something in a dock, or when that is next seen: a run changes it many times a second."""
        self._unseen[dock, what] = show
        self._catch_up()

    def _catch_up(self) -> None:
        for key in [key for key in self._unseen if key[0] in self._window.visible]:
            self._unseen.pop(key)()

    def order(self, order: NDArray[np.intp]) -> None:
        self._show("units", "order", lambda: self._window.units.set_order(order))

    def waiting(self, topic: str, waiting: bool) -> None:
        if waiting and topic in ("network", "input", "inspect"):
            for placeholder in self._placeholders:
                placeholder.set_waiting(True)

    def idle(self) -> None:
        for placeholder in self._placeholders:
            placeholder.set_waiting(False)
        self._show_late()

    def input(self, shown: Input) -> None:
        if words(self._window.session.change) and self._window.session.opened is not None:
            self._late = shown
        else:
            self._late = None
            self._window.input.set_input(shown)

    def _show_late(self) -> None:
        late, self._late = self._late, None
        if late is not None:
            self._window.input.set_input(late)

    def selection(self, selection: Selection) -> None:
        window = self._window
        window.network.set_layer(selection.layer)
        window.activations.layers.set_layer(selection.layer)
        window.activations.set_unit(selection.unit)
        window.units.set_unit(selection.unit)

    def inspection(self, inspection: Inspection) -> None:
        window, session = self._window, self._window.session
        self._show_late()
        frame = inspection.frame
        self._show("units", "frame", lambda: window.units.set_frame(frame))
        window.activations.set_frame(frame)
        if not self._greeted:
            self._greeted = True
            if window.workspaces.current.key == "inspect":
                window.activations.tiles.setFocus()  # so that arrows and [ ] work at once
        assert session.opened is not None
        network = session.opened.network
        window.prediction.set_prediction(inspection.prediction, network.name, "; ".join(inspection.notes))
        window.input.set_seen(inspection.crop, network.input, inspection.notes)
        known = session.prepared
        window.input.set_turned(known.turned if known is not None else None)

    def unit(self, frame: UnitFrame) -> None:
        window, inspection = self._window, self._window.session.inspection
        if inspection is None or inspection.frame.layer.index != frame.layer.index:
            return  # the layer has moved on meanwhile
        self._show("unit", "frame", lambda: window.unit.set_frame(frame, inspection.frame, inspection.seen))
        known = self._window.session.prepared
        turned = known.turned if known is not None else None
        window.input.set_field_box(_in_picture(frame.field_box, inspection, turned))


def _in_picture(
    box: tuple[float, float, float, float] | None, inspection: Inspection, turned: NDArray[np.uint8] | None
) -> tuple[float, float, float, float] | None:
    """A box in pixels of the network's input, as one in pixels of the picture, or of the changed one that is shown."""
    if box is None:
        return None
    left, top, width, height = inspection.crop
    if turned is not None:
        left, top, height, width = 0.0, 0.0, *turned.shape[:2]
    rows, columns = inspection.seen.shape[:2]
    across, down = width / columns, height / rows
    return left + box[0] * across, top + box[1] * down, box[2] * across, box[3] * down
