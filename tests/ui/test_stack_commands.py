from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QToolButton
from stack_bench import network, three_layers
from table_bench import csv_bytes

from visualizer.networks.architectures import CIFAR10, DIGITS, SHAPES, spec
from visualizer.networks.numbering import numbered_classes
from visualizer.networks.spec import layer
from visualizer.ui import theme
from visualizer.ui.widgets.stack_canvas import INPUT_HEIGHT


def test_typing_an_input_and_back_again_changes_nothing(bench):
    described = spec("resnet18")  # pictures are resized to 256 px, then cropped to 224
    bench.editor.follow("resnet18", described)
    channels, height, _ = bench.panel.bar.sides
    for field, texts in ((channels, ("16", "3")), (height, ("32", "224"))):
        field.setFocus()
        for text in texts:
            field.selectAll()
            QTest.keyClicks(field, text)
    assert bench.editor.spec == described
    assert bench.editor.history.last is None


# Problems, blocks, rows that are left out


def test_a_fix_is_one_click(bench):
    bench.show(network(layer("conv", "conv1", out_channels=8, kernel_size=64), layer("relu", "relu1")))
    row = bench.row("conv1")
    assert bench.editor.plan.rows[1].waits
    button = next(b for b in row.findChildren(QPushButton) if b.text().startswith("Padding"))
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert bench.asked[0][0] == "fix_chosen"
    assert bench.editor.plan.problems == ()
    assert row.height() == bench.row("relu1").height()


def test_a_problem_inside_a_collapsed_block_is_told_and_shown(bench):
    inside = layer("linear", "fc", out_features=3)
    bench.show(network(layer("sequence", "block", layer("relu", "relu"), inside)), "block")
    bench.press(Qt.Key.Key_Left)
    row = bench.row("block")
    assert any("Inside, 'fc'" in label.text() for label in row.findChildren(QLabel))
    button = next(b for b in row.findChildren(QPushButton) if b.text() == "Show")
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert bench.names() == ["block", "relu", "fc"]
    assert row.height() == bench.row("relu").height()


def test_an_input_that_is_too_large_is_told_on_its_line(bench):
    bench.show(three_layers())
    view = bench.panel.view
    line = QRect(0, 0, view.canvas.width(), INPUT_HEIGHT)
    before = view.canvas.grab(line).toImage()
    bench.editor.set_input((1024, 8000, 8000))
    assert bench.editor.plan.problem
    assert reds(view.canvas.grab(line).toImage()) > 50
    assert reds(before) == 0


def reds(picture: QImage) -> int:
    """How many pixels have the colour of errors."""
    error = QColor(theme.DARK.error).rgb()
    return sum(picture.pixel(x, y) == error for x in range(picture.width()) for y in range(picture.height()))


def test_a_choice_is_made_with_the_arrows(bench):
    bench.show(network(layer("rotation_conv", "conv1", out_channels=8)), "conv1")
    choice = bench.row("conv1").fields["rotations"]
    choice.setFocus()
    bench.press(Qt.Key.Key_Up)
    assert bench.editor.spec.layers[0].values["rotations"] == "4"


def test_a_block_is_collapsed_by_its_chevron_and_by_keys(bench):
    bench.show(network(layer("sequence", "block", layer("relu", "inside")), layer("relu", "after")), "block")
    row = bench.row("block")
    QTest.mouseClick(row, Qt.MouseButton.LeftButton, pos=QPoint(46, 17))
    assert bench.names() == ["block", "after"]
    bench.press(Qt.Key.Key_Right)
    assert bench.names() == ["block", "inside", "after"]
    bench.press(Qt.Key.Key_Left)
    assert bench.names() == ["block", "after"]
    bench.select("inside")
    assert bench.names() == ["block", "inside", "after"]


def test_a_row_that_is_left_out_is_taken_in_again(bench):
    bench.show(network(replace(layer("relu", "relu1"), enabled=False), layer("relu", "relu2")))
    button = next(b for b in bench.row("relu1").findChildren(QToolButton) if b.text() == "off")
    assert button.isVisible()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert bench.editor.spec.layers[0].enabled
    assert not button.isVisible()


def test_the_menu_of_a_row_selects_it_and_does_what_it_says(bench):
    bench.show(network(layer("sequence", "block", layer("relu", "inside")), layer("relu", "after")))
    view = bench.panel.view
    menu = bench.panel.control.menu_at(view.row_area(0).center().y())
    assert bench.selected() == ["block"]
    entries = {action.text().partition("\t")[0]: action for action in menu.actions()}
    entries["Disable"].trigger()
    assert not bench.editor.spec.layers[0].enabled
    entries["Copy name"].trigger()
    assert QApplication.clipboard().text() == "block"
    entries["Ungroup"].trigger()
    assert bench.names() == ["inside", "after"]
    assert bench.panel.control.menu_at(view.canvas.height() + 5) is None


# The bar, the panel, many states


@pytest.mark.parametrize(
    ("classes", "text"),
    [
        (SHAPES, "Shapes 9"),
        (DIGITS, "Digits 10"),
        (CIFAR10, "CIFAR-10 10"),
        (numbered_classes(4), "Numbered 4"),
        ((), "None"),
        (("cat", "dog"), "Custom (2)"),
    ],
)
def test_the_classes_are_told(bench, classes, text):
    bench.show(network(layer("flatten", "flatten"), layer("linear", "fc", out_features=4), classes=classes))
    assert bench.panel.bar.classes.currentText() == text


def test_creating_waits_until_there_is_no_problem(bench):
    told: list[str] = []
    bench.panel.subtitle_changed.connect(lambda text, warning: told.append(text))
    bench.show(network(layer("linear", "fc", out_features=4)))
    button = bench.panel.bar.create_button
    assert not button.isEnabled()
    assert "takes a vector" in button.toolTip()
    assert told[-1] == "test, 1 layer, 1 error"
    bench.show(three_layers())
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert bench.asked == [("created",)]


def test_the_bar_edits_the_network(bench):
    bench.show(three_layers(), "pool1")
    bar = bench.panel.bar
    bar.sides[1].setFocus()
    bar.sides[1].selectAll()
    QTest.keyClicks(bar.sides[1], "48")
    assert bench.editor.spec.input == (3, 48, 32)
    bar.batch.setFocus()
    bar.batch.selectAll()
    QTest.keyClicks(bar.batch, "8")
    assert bench.editor.batch == 8
    bench.press(Qt.Key.Key_Return)
    assert bench.panel.view.hasFocus()
    QTest.mouseClick(bar.edits["remove"], Qt.MouseButton.LeftButton)
    assert bench.names() == ["conv1", "relu1"]
    QTest.mouseClick(bar.edits["undo"], Qt.MouseButton.LeftButton)
    assert bench.names() == ["conv1", "relu1", "pool1"]


def test_the_table_of_layers_can_be_saved(bench):
    assert bench.panel.export() is None
    bench.show(network(layer("sequence", "block", layer("conv", "conv1", out_channels=8, bias=False))))
    export = bench.panel.export()
    lines = csv_bytes(export.table).decode().splitlines()
    assert lines[0].startswith("name,kind,settings,output,parameters,MACs")
    assert lines[1].startswith("block,Sequence,,8×30×30,216,194400")
    assert lines[2].startswith('  conv1,Conv,"out_channels=8, kernel_size=3')
    assert not export.picture().isNull()
