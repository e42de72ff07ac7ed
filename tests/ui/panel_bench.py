"""Panels on their own for the tests: free, docked, or in a window that has the keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from visualizer.ui import theme
from visualizer.ui.widgets.panel import Dock, Panel

P = TypeVar("P", bound=Panel)


def shown(kind: Callable[[QWidget], P], qtbot: QtBot, width: int, height: int) -> Iterator[P]:
    """A panel within a widget, as in the window, where a dock holds it."""
    place = QWidget()
    qtbot.addWidget(place)
    made = kind(place)
    made.set_colors(theme.DARK)
    place.resize(width, height)
    made.resize(width, height)
    place.show()
    yield made


def docked(kind: Callable[[], P], qtbot: QtBot, width: int, height: int) -> Iterator[P]:
    """A panel in its dock, with the title bar."""
    made = kind()
    dock = Dock(made)
    dock.set_colors(theme.DARK)
    qtbot.addWidget(dock)
    dock.resize(width, height)
    dock.show()
    yield made
    dock.close()


def active(kind: Callable[[], Any], qtbot: QtBot, state: object, width: int, height: int) -> Any:
    """A panel that shows ``state`` and has the keys."""
    made = kind()
    qtbot.addWidget(made)
    made.resize(width, height)
    made.set_colors(theme.DARK)
    made.set_state(state)
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    return made
