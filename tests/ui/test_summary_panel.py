"""The summary: figures of the draft, of the open network beside it, and what waits for a problem."""

from __future__ import annotations

from dataclasses import replace
from math import prod

import pytest
import torch
from PySide6.QtCore import QPoint
from PySide6.QtGui import QColor, QHelpEvent, QImage
from PySide6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot
from table_bench import csv_bytes
from torch import nn

from visualizer.networks import architectures
from visualizer.networks.building import build
from visualizer.networks.spec import NetworkSpec, layer
from visualizer.ui.build_figures import WAITS, Figure, counted_up_to, figures
from visualizer.ui.editor import EMPTY, BuildState, Editor
from visualizer.ui.panels.summary import SummaryPanel
from visualizer.ui.theme import DARK, LIGHT
from visualizer.ui.widgets.figure_table import HEADER_HEIGHT, ROW_HEIGHT


def state_of(*names: str, batch: int = 64) -> BuildState:
    """A draft that begins as the last architecture while the first is open."""
    editor = Editor()
    if len(names) > 1:
        editor.follow(names[0], architectures.spec(names[0]))
    editor.begin(architectures.spec(names[-1]))
    editor.set_batch(batch)
    return editor.state


def line(state: BuildState, name: str) -> Figure:
    return next(row for row in figures(state) if row.name == name)


@pytest.fixture
def panel(qtbot: QtBot, styled: QApplication) -> SummaryPanel:
    made = SummaryPanel()
    qtbot.addWidget(made)
    made.set_colors(DARK)
    made.resize(320, 220)
    made.show()
    qtbot.waitExposed(made)
    return made


def test_the_figures_are_those_of_the_built_network() -> None:
    state = state_of("mini-vgg", batch=10)
    network = build(architectures.spec("mini-vgg"))
    parameters = sum(value.numel() for value in network.parameters())
    assert parameters == 1_250_858
    values: list[int] = [3 * 32 * 32]
    for module in network.modules():
        if not list(module.children()):
            module.register_forward_hook(lambda _, __, output: values.append(prod(output.shape)))
    network.eval()(torch.zeros(1, 3, 32, 32))
    assert line(state, "Parameters").amount == parameters
    assert line(state, "Parameters").text == "1.25\u202fM"
    assert line(state, "Weights").amount == 4 * parameters
    assert line(state, "Activation memory").amount == 10 * 4 * sum(values)
    assert line(state, "Training memory").amount == 4 * 4 * parameters + 10 * 4 * sum(values)
    assert line(state, "Layers").amount == sum(1 for m in network.modules() if not list(m.children()))
    assert line(state, "Output").text == "10"
    convs = (32, 32, 3), (30, 32, 32), (15, 64, 32), (13, 64, 64)
    macs = sum(side**2 * 9 * out * given for side, out, given in convs) + 64 * 36 * 512 + 512 * 10
    assert line(state, "MACs per image").amount == macs


def test_the_receptive_field_is_that_of_the_last_maps_that_see_a_part() -> None:
    # conv 3, conv 3, pool 2 / 2, conv 3, conv 3, pool 2 / 2: 1 + 2 + 2 + 1 + 2·2 + 2·2 + 2
    assert line(state_of("mini-vgg"), "Receptive field (maps)").text == "16\u202fpx"
    assert "16×16 pixels at pool2" in line(state_of("mini-vgg"), "Receptive field (maps)").tip
    assert line(state_of("linear"), "Receptive field (maps)").text == "–"


def test_tips_have_the_exact_numbers_of_both_networks() -> None:
    state = state_of("resnet18", "mini-vgg", batch=8)
    tip = line(state, "Parameters").tip
    assert "mini-vgg: 1\u202f250\u202f858." in tip
    assert "resnet18: 11\u202f689\u202f512." in tip
    assert "Adam" in line(state, "Training memory").tip
    assert "8 images" in line(state, "Training memory").tip


def test_totals_say_how_far_they_go_and_the_output_waits() -> None:
    editor = Editor()
    editor.begin(architectures.spec("mini-vgg"))
    assert counted_up_to(editor.plan) == ""
    pool = next(row for row in editor.plan.rows if row.spec.name == "pool1")
    editor.set_value(pool.spec.identity, "kernel_size", 40)
    assert counted_up_to(editor.plan) == "relu2"
    assert line(editor.state, "Output").text == WAITS
    assert line(editor.state, "Parameters").amount == 32 * 27 + 32 + 32 * 32 * 9 + 32
    editor.undo()
    editor.add("conv")  # behind the last linear layer
    assert counted_up_to(editor.plan) == "fc2"


def test_totals_that_end_inside_a_block_name_the_place() -> None:
    editor = Editor()
    editor.begin(architectures.spec("resnet18"))
    stage = next(row for row in editor.plan.rows if row.spec.name == "layer2")
    second = stage.spec.layers[1]
    editor.set_enabled([second.layers[0].identity] if second.layers else [second.identity], False)
    assert counted_up_to(editor.plan) == ""
    editor.undo()
    editor.select([second.identity])
    editor.add("linear")
    assert counted_up_to(editor.plan) == "layer2.1"


def test_a_layer_that_is_refused_for_its_size_is_in_no_total() -> None:
    huge = layer("conv", "huge", out_channels=60_000, padding=1)
    editor = Editor()
    editor.begin(replace(EMPTY, input=(3, 512, 512), layers=(layer("conv", "small", out_channels=8), huge)))
    assert "more than the limit" in editor.plan.problems[0]
    assert counted_up_to(editor.plan) == "small"
    assert line(editor.state, "Parameters").amount == 8 * 27 + 8
    assert line(editor.state, "MACs per image").amount == 510 * 510 * 8 * 27


def test_outputs_that_do_not_match_the_classes_are_still_told() -> None:
    editor = Editor()
    editor.begin(architectures.spec("mini-vgg"))
    last = editor.plan.rows[-1].spec
    editor.set_value(last.identity, "out_features", 7)
    assert editor.plan.problems
    assert counted_up_to(editor.plan) == ""
    assert line(editor.state, "Output").text == "7"
    assert "does not match" in line(editor.state, "Output").tip


def test_an_empty_draft_says_what_to_do(panel: SummaryPanel) -> None:
    editor = Editor()
    editor.changed.connect(panel.set_state)
    panel.set_state(editor.state)
    assert not panel.table.isVisible()
    assert panel.export() is None
    editor.add("conv")
    assert panel.table.isVisible()
    assert "Parameters 896" in panel.table.accessibleDescription()
    editor.undo()
    assert not panel.table.isVisible()


def test_bars_compare_the_two_networks(panel: SummaryPanel) -> None:
    editor = Editor()
    editor.follow("open", _only_conv(8))
    editor.begin(_only_conv(4))
    panel.set_state(editor.state)
    QApplication.processEvents()
    image = panel.table.grab().toImage()
    rows = range(HEADER_HEIGHT, HEADER_HEIGHT + ROW_HEIGHT)  # the parameters, below the header
    draft = _longest(image, rows, DARK.text)
    opened = _longest(image, rows, DARK.axis)
    assert draft == pytest.approx(opened / 2, abs=1)
    assert opened > 20


def _only_conv(channels: int) -> NetworkSpec:
    return replace(EMPTY, layers=(layer("conv", "conv", out_channels=channels),))


def _longest(image: QImage, rows: range, color: str) -> int:
    wanted, best = QColor(color), 0
    for y in rows:
        run = 0
        for x in range(image.width()):
            run = run + 1 if image.pixelColor(x, y) == wanted else 0
            best = max(best, run)
    return best


def test_it_keeps_names_and_figures_at_any_width_in_both_themes(panel: SummaryPanel) -> None:
    panel.set_state(state_of("resnet18-stochastic-depth", "vgg16"))
    for colors in (DARK, LIGHT):
        panel.set_colors(colors)
        for width in (150, 240, 320, 600):
            panel.resize(width, 220)
            QApplication.processEvents()
            draft, bars, opened = panel.table._columns()
            assert draft.right() < bars.left() or not bars.width()
            assert draft.right() < opened.left()
            assert not panel.grab().isNull()


def test_the_tool_tip_is_that_of_the_line_below_the_pointer(panel: SummaryPanel, qtbot: QtBot) -> None:
    panel.set_state(state_of("mini-vgg"))
    place = QPoint(40, HEADER_HEIGHT + ROW_HEIGHT // 2)
    QApplication.sendEvent(
        panel.table, QHelpEvent(QHelpEvent.Type.ToolTip, place, panel.table.mapToGlobal(place))
    )
    assert "1\u202f250\u202f858" in QToolTip.text()
    QToolTip.hideText()


def test_the_table_has_plain_numbers(panel: SummaryPanel) -> None:
    panel.set_state(state_of("linear", "mini-vgg"))
    export = panel.export()
    assert export is not None
    assert export.table is not None
    lines = csv_bytes(export.table).decode().splitlines()
    assert lines[0] == "figure,mini-vgg,linear"
    assert lines[1] == f"Parameters,1250858,{nn.Linear(3072, 10).weight.numel() + 10}"


def test_the_batch_stands_in_the_title(panel: SummaryPanel, qtbot: QtBot) -> None:
    with qtbot.waitSignal(panel.subtitle_changed, check_params_cb=lambda text, _: "batch 128" in text):
        panel.set_state(state_of("mini-vgg", batch=128))
