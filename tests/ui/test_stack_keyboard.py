"""Where the keyboard goes in the Build panel: through the rows, out to the bar, back after a click."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from stack_bench import CONTROL, SHIFT, network, three_layers

from visualizer.networks.spec import layer
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
    edits = [
        "Undo (Ctrl+Z)",
        "Duplicate (Ctrl+D)",
        "Remove (Delete)",
        "Group into a block (Ctrl+G: sequence)",
    ]
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
    bench.editor.follow("test", three_layers())
    button = bench.panel.bar.create_button
    assert not button.isEnabled()
    assert AS_IT_STANDS in button.toolTip()
    bench.editor.rename(bench.identity("conv1"), "first")
    assert button.isEnabled()
    bench.editor.undo()
    assert not button.isEnabled()


def test_undo_in_a_name_never_goes_on_to_the_layers(bench):
    bench.show(three_layers(), "relu1")
    bench.editor.add("conv")
    added = bench.editor.spec
    bench.press(Qt.Key.Key_F2)
    name = QApplication.focusWidget()
    old = name.text()
    QTest.keyClicks(name, "ab")
    for _ in range(6):
        bench.press(Qt.Key.Key_Z, CONTROL)
    assert name.text() == old
    assert bench.editor.spec == added


def test_shift_click_on_a_field_selects_the_rows_up_to_it(bench):
    bench.show(three_layers())
    QTest.mouseClick(bench.row("conv1"), Qt.MouseButton.LeftButton, pos=QPoint(700, 17))
    field = bench.row("pool1").fields["kernel_size"]
    QTest.mouseClick(field, Qt.MouseButton.LeftButton, SHIFT, QPoint(12, 10))
    assert bench.selected() == ["conv1", "relu1", "pool1"]
    assert bench.panel.view.hasFocus()


def test_the_menu_of_a_field_ends_with_that_of_its_layer(bench):
    bench.show(three_layers())
    field = bench.row("pool1").fields["padding"]
    menu = field.text_menu()
    field.menu_opened.emit(menu)
    texts = [action.text().partition("\t")[0].replace("&", "") for action in menu.actions()]
    assert "Paste" in texts
    assert texts[-1] == "Remove"
    menu.actions()[-1].trigger()
    assert bench.names() == ["conv1", "relu1"]
    menu.deleteLater()


def test_another_network_is_shown_from_its_beginning_and_home_shows_the_input(bench):
    bench.show(network(*(layer("relu", f"relu{number}") for number in range(40))))
    bar = bench.panel.view.verticalScrollBar()
    bench.press(Qt.Key.Key_End)
    assert bar.value() > 0
    bench.press(Qt.Key.Key_Home)
    assert bar.value() == 0
    bench.press(Qt.Key.Key_End)
    bench.editor.begin(network(*(layer("tanh", f"tanh{number}") for number in range(30))))
    assert bar.value() == 0


def test_labels_that_headings_do_not_say_stand_in_the_editor(bench):
    bench.show(network(layer("dense_block", "block", num_layers=6, growth_rate=32)))
    block = bench.row("block")
    growth, layers = block.fields["growth_rate"], block.fields["num_layers"]
    assert growth.label_shown == "Growth"
    assert layers.label_shown == "Layers"
    assert growth.geometry().right() < layers.x()


def test_long_names_have_their_room(bench):
    bench.show(network(layer("relu", "denseblock1_relu"), layer("global_average_pool", "pool")))
    name = bench.row("denseblock1_relu").name
    assert name.width() > name.fontMetrics().horizontalAdvance(name.text()) + 12


def test_tab_reaches_the_bar_and_the_filter_of_the_palette_in_the_window(window):
    window.activateWindow()
    QTest.keyClick(window, Qt.Key.Key_N, CONTROL)
    window.editor.add("conv")
    window.stack.view.setFocus()
    reached = []
    while window.layer_kinds.filter not in reached and len(reached) < 60:
        QTest.keyClick(QApplication.focusWidget(), TAB)
        reached.append(QApplication.focusWidget())
    assert window.stack.bar.name in reached
    assert window.layer_kinds.filter in reached
    assert len(set(reached)) == len(reached)
