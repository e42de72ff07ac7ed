"""Moving the cursors by keys and by search."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt

from visualizer.networks.architectures import ARCHITECTURES
from visualizer.networks.layers import LAYERS
from visualizer.ui.actions import ROWS
from visualizer.ui.search import Entry
from visualizer.ui.text import plain

if TYPE_CHECKING:
    from visualizer.ui.main_window import MainWindow


class Navigation(QObject):
    """Steps through layers, units, pictures and moments, and finds them by name."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window, self._session = window, window.session

    def previous_layer(self) -> None:
        self._session.step_layer(-1)

    def next_layer(self) -> None:
        self._session.step_layer(1)

    def previous_unit(self) -> None:
        self._session.select_unit(self._session.selection.unit - 1)

    def next_unit(self) -> None:
        self._session.select_unit(self._session.selection.unit + 1)

    def previous_picture(self) -> None:
        self._session.gallery.step(-1)

    def next_picture(self) -> None:
        self._session.gallery.step(1)

    def previous_moment(self) -> None:
        self._session.training.step_back()

    def next_moment(self) -> None:
        """Show the next recorded moment; unlike the button, it never trains."""
        self._session.training.playback.hold()
        self._session.training.moments.walk(1)

    def first_moment(self) -> None:
        self._session.training.visit(0)

    def focus_search(self) -> None:
        search = self._window.toolbar.search
        search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        search.selectAll()

    def fill_search(self) -> None:
        """Give the search field what can be found now."""
        session, entries = self._session, []
        for layer in session.opened.anatomy.layers if session.opened else ():
            entries.append(Entry(layer.detail, layer.name, partial(session.select_layer, layer.index)))
        for index, item in enumerate(session.gallery.items):
            entries.append(Entry("picture", plain(item.name), partial(session.gallery.choose, index)))
        for row in ROWS:
            action = self._window.actions_by_id[row.id]
            if action.isEnabled():
                entries.append(Entry("command", row.text, action.trigger))
        entries += self._what_can_be_built()
        self._window.toolbar.search.set_entries(entries)

    def _what_can_be_built(self) -> list[Entry]:
        building = self._window.building
        kinds = [
            Entry(row.group, f"Add {row.title}", partial(building.add_layer, row.name))
            for row in LAYERS.values()
        ]
        return kinds + [
            Entry(row.family, f"Build from {row.title}", partial(building.start_from, row.name))
            for row in ARCHITECTURES.values()
        ]
