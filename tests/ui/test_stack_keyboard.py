"""Where the keyboard goes in the Build panel: through the rows, out to the bar, back after a click."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from stack_bench import SHIFT, three_layers

from visualizer.ui.widgets.build_bar import AS_IT_STANDS

TAB, BACKTAB = Qt.Key.Key_Tab, Qt.Key.Key_Backtab


def names_on_the_way(bench, key: Qt.Key, count: int) -> list[str]:
    modifiers = SHIFT if key == BACKTAB else Qt.KeyboardModifier.NoModifier
    names = []
    for _ in range(count):
        bench.press(key, modifiers)
        focus = QApplication.focusWidget()
        names.append(focus.accessibleName() or focus.text())
    return names


def test_tab_leaves_the_rows_for_the_bar_and_comes_back(bench):
    bench.show(three_layers(), "pool1")
    bench.editor.rename(bench.identity("conv1"), "first")
    bench.select("pool1")
    fields = [f"{label} of pool1" for label in ("Name", "Kernel", "Stride", "Padding")]
    rows = [*fields, "Further settings of pool1"]
    edits = ["Undo (Ctrl+Z)", "Duplicate (Ctrl+D)", "Remove (Delete)", "Group into a block (Ctrl+G: sequence)"]
    sides = [f"Input {side}" for side in ("channels", "height", "width")]
    own = ["Name of the network", *sides, "Classes", "Batch", "Initialisation of the network"]
    way = [*rows, *edits, "Disable", *own, "Discard", "Export…", "Create network"]
    assert names_on_the_way(bench, TAB, len(way)) == way
    back = names_on_the_way(bench, BACKTAB, len(way) - len(rows))
    assert back == [*way[len(rows) : -1][::-1], "Layers"]


def test_shift_tab_leaves_the_rows_at_their_beginning(bench):
    bench.show(three_layers(), "conv1")
    bench.row("conv1").name.setFocus()
    bench.press(BACKTAB, SHIFT)
    assert bench.panel.view.hasFocus()
    bench.press(BACKTAB, SHIFT)
    assert not bench.panel.view.isAncestorOf(QApplication.focusWidget())


@pytest.mark.parametrize("by_key", [True, False])
def test_after_creating_the_rows_have_the_keyboard(bench, by_key):
    bench.show(three_layers(), "conv1")
    button = bench.panel.bar.create_button
    if by_key:
        button.setFocus()
        QTest.keyClick(button, Qt.Key.Key_Space)
    else:
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert bench.asked == [("created",)]
    assert bench.panel.view.hasFocus()


def test_after_undo_by_its_button_the_rows_have_the_keyboard(bench):
    bench.show(three_layers(), "conv1")
    QTest.mouseClick(bench.panel.bar.edits["undo"], Qt.MouseButton.LeftButton)
    assert bench.panel.view.hasFocus()


def test_the_network_that_is_open_is_not_created_again(bench):
    spec = three_layers()
    bench.editor.follow("test", spec)
    button = bench.panel.bar.create_button
    assert not button.isEnabled()
    assert AS_IT_STANDS in button.toolTip()
    bench.editor.rename(bench.identity("conv1"), "first")
    assert button.isEnabled()
    bench.editor.undo()
    assert not button.isEnabled()
