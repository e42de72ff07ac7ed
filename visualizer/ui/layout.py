"""Where the docks stand: the default for wide and for narrow windows, saving, restoring, maximising."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QByteArray, Qt
from PySide6.QtWidgets import QDockWidget, QMainWindow

VERSION = 1
"""Raised when docks are added or renamed: an older saved layout is then left alone."""

NARROW = 1240  # px; below, the Unit dock shares its place with the Input
_HORIZONTAL, _VERTICAL = Qt.Orientation.Horizontal, Qt.Orientation.Vertical


def arrange(window: QMainWindow, docks: Mapping[str, QDockWidget]) -> None:
    """Put every dock at its default place, shown and docked, sized for the window as wide as it is."""
    for dock in docks.values():
        dock.setFloating(False)
        window.removeDockWidget(dock)
    network, activations, units = docks["network"], docks["activations"], docks["units"]
    unit, shown, prediction = docks["unit"], docks["input"], docks["prediction"]
    window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, network)
    window.splitDockWidget(network, activations, _HORIZONTAL)
    wide = window.width() >= NARROW
    if wide:
        window.splitDockWidget(activations, unit, _HORIZONTAL)
        window.splitDockWidget(unit, shown, _HORIZONTAL)
    else:
        window.splitDockWidget(activations, shown, _HORIZONTAL)
    window.splitDockWidget(activations, units, _VERTICAL)
    window.splitDockWidget(shown, prediction, _VERTICAL)
    if not wide:
        window.tabifyDockWidget(shown, unit)
    window.addDockWidget(Qt.DockWidgetArea.BottomDockWidgetArea, docks["timeline"])
    for dock in docks.values():
        dock.show()
    shown.raise_()
    _resize(window, docks, wide)


def _resize(window: QMainWindow, docks: Mapping[str, QDockWidget], wide: bool) -> None:
    # Qt distributes what is given in proportion: the numbers are the widths in a window of this width.
    left, right = (304, 280) if wide else (256, 264)
    if wide:
        card = 308
        middle = max(320, window.width() - left - right - card - 20)
        columns = [docks["network"], docks["activations"], docks["unit"], docks["input"]]
        window.resizeDocks(columns, [left, middle, card, right], _HORIZONTAL)
    else:
        middle = max(320, window.width() - left - right - 16)
        columns = [docks["network"], docks["activations"], docks["input"]]
        window.resizeDocks(columns, [left, middle, right], _HORIZONTAL)
    height = max(400, window.height() - 150)
    window.resizeDocks([docks["activations"], docks["units"]], [height * 3 // 4, height // 4], _VERTICAL)
    window.resizeDocks([docks["input"], docks["prediction"]], [height * 3 // 5, height * 2 // 5], _VERTICAL)


class Maximiser:
    """Gives one dock the whole window, and everything back afterwards."""

    def __init__(self, window: QMainWindow, docks: Mapping[str, QDockWidget]) -> None:
        self._window, self._docks = window, docks
        self._before: QByteArray | None = None

    @property
    def active(self) -> bool:
        return self._before is not None

    def maximise(self, key: str) -> None:
        if self._before is not None:
            return
        self._before = self._window.saveState(VERSION)
        for name, dock in self._docks.items():
            if name not in (key, "timeline"):
                dock.hide()
        self._docks[key].show()

    def restore(self) -> None:
        if self._before is not None:
            self._window.restoreState(self._before, VERSION)
            self._before = None
