"""The panel in its dock with an editor behind it, for tests of the stack of layers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from visualizer.networks.spec import LayerSpec, NetworkSpec, layer, walk
from visualizer.ui import theme
from visualizer.ui.editor import EMPTY, Editor
from visualizer.ui.panels.stack import StackPanel
from visualizer.ui.widgets.layer_row import LayerRow
from visualizer.ui.widgets.panel import Dock

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
ALT = Qt.KeyboardModifier.AltModifier

SLOTS = {  # signals of the panel's requests, methods of the editor
    "layer_selected": "select",
    "add_requested": "add",
    "moved": "move",
    "value_changed": "set_value",
    "renamed": "rename",
    "enabled_changed": "set_enabled",
    "initialization_chosen": "set_initialization",
    "fix_chosen": "apply_fix",
    "removed": "remove",
    "duplicated": "duplicate",
    "grouped": "group",
    "ungrouped": "ungroup",
    "stepped": "step",
    "undo_requested": "undo",
    "redo_requested": "redo",
    "name_changed": "set_name",
    "input_changed": "set_input",
    "batch_changed": "set_batch",
    "discarded": "discard",
    "created": "create",
}


def network(*layers: LayerSpec, classes: tuple[str, ...] = ()) -> NetworkSpec:
    return NetworkSpec("test", (3, 32, 32), layers, classes, EMPTY.preprocessing)


def three_layers() -> NetworkSpec:
    return network(layer("conv", "conv1", out_channels=8), layer("relu", "relu1"), layer("max_pool", "pool1"))


class Bench:
    """The panel in its dock, an editor behind it, and what was asked of that."""

    def __init__(self) -> None:
        self.panel, self.editor = StackPanel(), Editor()
        self.dock = Dock(self.panel)
        self.dock.set_colors(theme.DARK)
        self.dock.resize(870, 700)
        self.asked: list[tuple[object, ...]] = []
        for signal, method in SLOTS.items():
            source = getattr(self.panel.requests, signal)
            source.connect(lambda *values, name=signal: self.asked.append((name, *values)))
            source.connect(getattr(self.editor, method))
        self.editor.changed.connect(self.panel.set_state)
        self.panel.set_state(self.editor.state)

    def show(self, spec: NetworkSpec, *selected: str) -> None:
        self.editor.begin(spec)
        self.select(*selected)
        self.panel.view.setFocus()
        self.asked.clear()

    def select(self, *names: str) -> None:
        self.editor.select([self.identity(name) for name in names])

    def identity(self, name: str) -> int:
        return next(row.identity for _, row in walk(self.editor.spec.layers) if row.name == name)

    def row(self, name: str) -> LayerRow:
        view = self.panel.view
        index = view.index_of(self.identity(name))
        assert index is not None
        return view.widget_of(view.rows[index])

    def names(self) -> list[str]:
        return [row.plan.spec.name for row in self.panel.view.rows]

    def selected(self) -> list[str]:
        names = {row.identity: row.name for _, row in walk(self.editor.spec.layers)}
        return [names[identity] for identity in self.editor.selected]

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press a key where the keyboard is."""
        QTest.keyClick(QApplication.focusWidget(), key, modifiers)


@pytest.fixture
def bench(qtbot: QtBot, styled: QApplication) -> Iterator[Bench]:
    """The panel on the screen, with the keyboard."""
    made = Bench()
    qtbot.addWidget(made.dock)
    with qtbot.waitActive(made.dock):
        made.dock.show()
        made.dock.activateWindow()
    yield made  # noqa: PT022 - not returned, so that the dock lives as long as the test
