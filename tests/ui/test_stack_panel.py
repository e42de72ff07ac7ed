from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from stack_bench import ALT, CONTROL, SHIFT, network, three_layers

from visualizer.networks.layers import LAYERS
from visualizer.ui.widgets.kind_popup import matching_kinds
from visualizer.ui.widgets.remark import Remark

# Editing in place


def test_every_key_in_a_field_is_an_edit_and_the_figures_follow(bench):
    bench.show(three_layers())
    kernel = bench.row("conv1").fields["kernel_size"]
    kernel.setFocus()
    kernel.selectAll()
    QTest.keyClicks(kernel, "11")
    identity = bench.identity("conv1")
    changes = [ask for ask in bench.asked if ask[0] == "value_changed"]
    assert changes == [
        ("value_changed", identity, "kernel_size", 1),
        ("value_changed", identity, "kernel_size", 11),
    ]
    assert bench.editor.plan.rows[0].output == (8, 22, 22)
    assert "output 8×22×22" in bench.row("conv1").accessibleName()
    assert (kernel.text(), kernel.cursorPosition()) == ("11", 2)
    assert kernel.hasFocus()


def test_a_name_is_told_when_the_line_is_left(bench):
    bench.show(three_layers(), "relu1")
    bench.press(Qt.Key.Key_F2)
    QTest.keyClicks(QApplication.focusWidget(), "act")
    assert bench.asked == []
    bench.press(Qt.Key.Key_Return)
    assert bench.asked == [("renamed", bench.identity("act"), "act")]
    assert bench.panel.view.hasFocus()


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Tab])
def test_a_name_that_is_taken_stays_marked_with_the_reason_until_escape(bench, key):
    bench.show(three_layers(), "relu1")
    bench.press(Qt.Key.Key_F2)
    name = bench.row("relu1").name
    QTest.keyClicks(name, "conv1")
    bench.press(key)
    assert (name.text(), name.property("invalid")) == ("conv1", True)
    sentence = bench.dock.findChild(Remark)
    assert sentence.isVisible()
    assert sentence.text() == name.reason == "The name 'conv1' is taken here; choose another."
    assert bench.editor.spec.layers[1].name == "relu1"
    assert name.hasFocus() == (key == Qt.Key.Key_Return)
    QTest.keyClick(name, Qt.Key.Key_Escape)
    assert (name.text(), name.property("invalid")) == ("relu1", False)
    assert not sentence.isVisible()


def test_tab_runs_through_the_fields_and_on_to_the_next_row(bench):
    bench.show(three_layers(), "conv1")
    order = []
    for _ in range(8):
        bench.press(Qt.Key.Key_Tab)
        order.append(QApplication.focusWidget().accessibleName())
    fields = [f"{label} of conv1" for label in ("Name", "Channels", "Kernel", "Stride", "Padding")]
    assert order == [*fields, "Further settings of conv1", "Name of relu1", "Name of pool1"]
    assert bench.selected() == ["pool1"]
    bench.press(Qt.Key.Key_Backtab, SHIFT)
    assert QApplication.focusWidget().accessibleName() == "Name of relu1"


def test_further_settings_open_below_the_row(bench):
    bench.show(three_layers(), "conv1")
    row = bench.row("conv1")
    height = row.height()
    bench.press(Qt.Key.Key_Return, ALT)
    assert row.details_open
    assert row.height() > height
    assert bench.row("relu1").y() == row.y() + row.height()
    QTest.mouseClick(row.fields["bias"], Qt.MouseButton.LeftButton, pos=QPoint(7, 8))
    assert bench.editor.spec.layers[0].values["bias"] is False
    row._details.initialization.setFocus()
    bench.press(Qt.Key.Key_Down)
    assert bench.editor.spec.layers[0].initialization == "default"


# Selecting and keys


def test_clicks_select(bench):
    bench.show(three_layers())
    for name, modifiers, expected in (
        ("pool1", Qt.KeyboardModifier.NoModifier, ["pool1"]),
        ("conv1", SHIFT, ["pool1", "relu1", "conv1"]),
        ("relu1", CONTROL, ["pool1", "conv1"]),
        ("conv1", Qt.KeyboardModifier.NoModifier, ["conv1"]),
    ):
        row = bench.row(name)
        QTest.mouseClick(row, Qt.MouseButton.LeftButton, modifiers, QPoint(700, 17))
        assert bench.selected() == expected
    assert bench.panel.view.hasFocus()


def test_arrows_move_the_selection(bench):
    bench.show(three_layers())
    for key, modifiers, expected in (
        (Qt.Key.Key_Down, Qt.KeyboardModifier.NoModifier, ["conv1"]),
        (Qt.Key.Key_Down, Qt.KeyboardModifier.NoModifier, ["relu1"]),
        (Qt.Key.Key_Down, SHIFT, ["relu1", "pool1"]),
        (Qt.Key.Key_Home, Qt.KeyboardModifier.NoModifier, ["conv1"]),
        (Qt.Key.Key_Up, Qt.KeyboardModifier.NoModifier, ["conv1"]),
        (Qt.Key.Key_A, CONTROL, ["conv1", "relu1", "pool1"]),
    ):
        bench.press(key, modifiers)
        assert bench.selected() == expected


@pytest.mark.parametrize(
    ("key", "modifiers", "expected"),
    [
        (Qt.Key.Key_Delete, Qt.KeyboardModifier.NoModifier, ["conv1", "pool1"]),
        (Qt.Key.Key_D, CONTROL, ["conv1", "relu1", "relu2", "pool1"]),
        (Qt.Key.Key_Up, ALT, ["relu1", "conv1", "pool1"]),
        (Qt.Key.Key_Down, ALT, ["conv1", "pool1", "relu1"]),
        (Qt.Key.Key_G, CONTROL, ["conv1", "block1", "relu1", "pool1"]),
    ],
)
def test_keys_edit_the_selected_layer(bench, key, modifiers, expected):
    bench.show(three_layers(), "relu1")
    bench.press(key, modifiers)
    assert bench.names() == expected
    bench.press(Qt.Key.Key_Z, CONTROL)
    assert bench.names() == ["conv1", "relu1", "pool1"]
    bench.press(Qt.Key.Key_Z, CONTROL | SHIFT)
    assert bench.names() == expected


def test_keys_of_the_text_do_not_edit_the_layers(bench):
    bench.show(three_layers(), "relu1")
    bench.press(Qt.Key.Key_F2)
    bench.press(Qt.Key.Key_Delete)
    assert bench.names() == ["conv1", "relu1", "pool1"]
    assert QApplication.focusWidget().text() == ""


def test_a_net_of_three_convolutions_is_built_with_the_keyboard_alone(bench):
    bench.show(network())
    for kind, channels in (
        ("conv", "16"),
        ("relu", ""),
        ("max", ""),
        ("conv", "32"),
        ("conv", "64"),
        ("flat", ""),
    ):
        bench.press(Qt.Key.Key_Insert)
        QTest.keyClicks(bench.panel.control.popup.filter, kind)
        QTest.keyClick(bench.panel.control.popup.filter, Qt.Key.Key_Return)
        if channels:
            bench.press(Qt.Key.Key_Tab)
            bench.press(Qt.Key.Key_Tab)
            QTest.keyClicks(QApplication.focusWidget(), channels)
            bench.press(Qt.Key.Key_Return)
    kinds = [row.kind for row in bench.editor.spec.layers]
    assert kinds == ["conv", "relu", "max_pool", "conv", "conv", "flatten"]
    assert bench.editor.plan.output == (64 * 11 * 11,)


def test_the_list_of_kinds_moves_with_the_arrows_and_closes_with_escape(bench):
    bench.show(three_layers(), "conv1")
    popup = bench.panel.control.popup
    bench.press(Qt.Key.Key_Insert)
    assert popup.list.count() == len(LAYERS)
    QTest.keyClick(popup.filter, Qt.Key.Key_Escape)
    assert not popup.isVisible()
    assert bench.asked == []
    bench.press(Qt.Key.Key_Insert)
    QTest.keyClick(popup.filter, Qt.Key.Key_Down)
    QTest.keyClick(popup.filter, Qt.Key.Key_Return)
    assert bench.editor.spec.layers[1].kind == list(LAYERS)[1]
    assert bench.editor.selected == (bench.editor.spec.layers[1].identity,)


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("conv", "conv"),
        ("max", "max_pool"),
        ("fc", "linear"),
        ("bn", "batch_norm"),
        ("drop", "dropout"),
        ("ReLU", "relu"),
        ("res", "residual_block"),
    ],
)
def test_a_few_letters_find_the_likeliest_kind_first(typed, kind):
    assert matching_kinds(typed)[0].name == kind


def test_letters_that_mean_nothing_find_nothing(bench):
    bench.show(three_layers(), "conv1")
    popup = bench.panel.control.popup
    bench.press(Qt.Key.Key_Insert)
    QTest.keyClicks(popup.filter, "xyzzy")
    QTest.keyClick(popup.filter, Qt.Key.Key_Return)
    assert popup.isVisible()
    assert [popup.list.item(at).text() for at in range(popup.list.count())] == ["No kind matches."]
    popup.close()
    assert bench.asked == []
