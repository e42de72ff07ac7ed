"""Everything that opens something: files, the zoo, the clipboard, drops, recent files, the command line."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QMenu

from visualizer.ui import settings
from visualizer.ui.jobs import BUNDLED_NETWORK
from visualizer.ui.panels.open_network import NetworkChoice, OpenNetworkDialog
from visualizer.ui.text import plain
from visualizer.ui.widgets.dropping import Arrival, arrival

if TYPE_CHECKING:
    from visualizer.ui.main_window import MainWindow

FILE_FILTER = "Images and networks (*)"
NETWORK_FILTER = "Networks (*.safetensors *.pth *.pt *.ckpt *.th *.bin);;All files (*)"


class Opening(QObject):
    """Asks the user where that is needed, and hands what is to be opened to the session."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window, self._session = window, window.session
        self.dialog: OpenNetworkDialog | None = None
        self._session.architectures_changed.connect(self._list_architectures)
        self._session.file_opened.connect(window.settings.remember_file)

    def open_command_line(self, paths: Sequence[Path]) -> None:
        """Open what the program was started with; the bundled network and picture where there is nothing."""
        others = self._window.race.files.take(paths)
        networks = [path for path in others if self._session.looks_like_network(path)]
        if not networks:
            self._session.open_network(BUNDLED_NETWORK)
        if others:
            self._window.workspaces.show("inspect")
            self._session.open_paths(others)
        if len(networks) == len(others):
            self._session.gallery.open_bundled_picture()
        self._session.gallery.open_samples()
        self._session.ask_for_device()

    def open_files(self) -> None:
        store = self._window.settings
        start = store.get(settings.FOLDER) or str(Path.home())
        chosen, _ = QFileDialog.getOpenFileNames(self._window, "Open images or networks", start, FILE_FILTER)
        if chosen:
            store.set(settings.FOLDER, str(Path(chosen[0]).parent))
            self.receive(Arrival(tuple(Path(name) for name in chosen)))

    def choose_compared(self) -> None:
        """Ask for networks to compare the open one with."""
        store = self._window.settings
        start = store.get(settings.FOLDER) or str(Path.home())
        chosen, _ = QFileDialog.getOpenFileNames(self._window, "Compare with networks", start, NETWORK_FILTER)
        if chosen:
            store.set(settings.FOLDER, str(Path(chosen[0]).parent))
            self._window.turning.comparison.open([Path(name) for name in chosen])

    def choose_network(self) -> None:
        """Show the zoo; its names come from the worker, because importing torchvision takes seconds."""
        if self.dialog is None:
            self.dialog = OpenNetworkDialog(self._window)
            self.dialog.chosen.connect(self._open_choice)
            self._session.ask_for_architectures()
        self.dialog.open()

    def paste(self) -> None:
        self.receive(arrival(QGuiApplication.clipboard().mimeData()))

    def receive(self, arrived: Arrival) -> None:
        """Open what was dropped or pasted."""
        if arrived.paths:
            others = self._window.race.files.take(arrived.paths)
            if others:
                self._session.open_paths(others)
        elif arrived.picture:
            self._session.open_picture_bytes(arrived.picture, arrived.name)
        else:
            self._session.noticed.emit("info", arrived.sentence)

    def list_recent(self, menu: QMenu) -> None:
        """Fill the menu of recent files."""
        menu.clear()
        for path in self._window.settings.recent_files():
            action = menu.addAction(plain(path.name), partial(self._session.open_paths, [path]))
            action.setToolTip(plain(str(path)))
        if menu.isEmpty():
            menu.addAction("Nothing yet").setEnabled(False)

    def _list_architectures(self, rows: object) -> None:
        if self.dialog is not None:
            self.dialog.set_architectures(rows)  # type: ignore[arg-type]

    def _open_choice(self, choice: NetworkChoice) -> None:
        self._session.open_network(choice.text, pretrained=choice.pretrained, weights=choice.weights)
