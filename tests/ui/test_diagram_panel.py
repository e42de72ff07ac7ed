"""The diagram: sizes of bars, blocks, problems, clicks and keys, folding, pictures."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from math import log2

import pytest
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QColor, QHelpEvent
from PySide6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot

from visualizer.networks import architectures
from visualizer.networks.architectures import SHAPES
from visualizer.networks.planning import plan
from visualizer.networks.spec import LayerSpec, NetworkSpec, layer, walk
from visualizer.ui.editor import EMPTY, Editor
from visualizer.ui.panels.diagram import DiagramPanel
from visualizer.ui.theme import DARK, LIGHT
from visualizer.ui.widgets.diagram_layout import MOST_INSIDE, lay_out
from visualizer.ui.widgets.diagram_shapes import Bar, Diagram, Label
from visualizer.ui.widgets.export import png_bytes, svg_bytes


def net(*layers: LayerSpec, side: int = 32) -> NetworkSpec:
    return replace(EMPTY, input=(3, side, side), layers=layers, classes=())


def conv(name: str, channels: int, **values: int) -> LayerSpec:
    return layer("conv", name, out_channels=channels, **{"padding": 1, **values})


def drawn(spec: NetworkSpec, width: float = 310, folded: tuple[int, ...] = ()) -> Diagram:
    return lay_out(spec, plan(spec), width, folded)


def named(spec: NetworkSpec, name: str) -> int:
    return next(row.identity for _, row in walk(spec.layers) if row.name == name)


def bars_of(spec: NetworkSpec, diagram: Diagram, name: str) -> list[Bar]:
    return [bar for bar in diagram.bars if bar.identity == named(spec, name)]


def label_of(diagram: Diagram, title: str) -> Label:
    return next(label for label in diagram.labels if label.title == title)


@pytest.fixture
def editor() -> Editor:
    made = Editor()
    made.begin(architectures.spec("mini-vgg"))
    return made


@pytest.fixture
def panel(qtbot: QtBot, styled: QApplication, editor: Editor) -> DiagramPanel:
    made = DiagramPanel()
    qtbot.addWidget(made)
    made.set_colors(DARK)
    made.resize(320, 400)
    made.show()
    qtbot.waitExposed(made)
    editor.changed.connect(made.set_state)
    made.row_selected.connect(lambda identity: editor.select((identity,)))
    made.set_state(editor.state)
    QApplication.processEvents()
    return made


def place_of(panel: DiagramPanel, identity: int) -> QPoint:
    region = next(region for region in panel.view.diagram.regions if region.identity == identity)
    panel.view.ensureVisible(region.rect, 0, 0)
    return panel.view.mapFromScene(region.rect.center())


def test_each_halving_takes_the_same_off_the_width(styled: QApplication) -> None:
    halves = [layer("max_pool", f"pool{side}") for side in (16, 8, 4, 2)]
    spec = net(conv("conv", 8), *halves)
    diagram = drawn(spec)
    names = ["conv", *(pool.name for pool in halves)]
    widths = [bars_of(spec, diagram, name)[0].rect.width() for name in names]
    steps = [one - other for one, other in pairwise(widths)]
    assert all(step == pytest.approx(steps[0]) for step in steps)
    assert steps[0] * log2(32) == pytest.approx(widths[0] - 22)  # down to the least width at one pixel


def test_each_doubling_of_channels_adds_the_same_to_the_height(styled: QApplication) -> None:
    spec = net(*(conv(f"conv{channels}", channels) for channels in (8, 16, 32, 64)))
    diagram = drawn(spec)
    heights = [bars_of(spec, diagram, row.name)[0].rect.height() for row in spec.layers]
    steps = [other - one for one, other in pairwise(heights)]
    assert steps[0] > 1
    assert all(step == pytest.approx(steps[0]) for step in steps)


def test_bars_and_labels_never_overlap_and_stay_inside(styled: QApplication) -> None:
    for name in ("mini-vgg", "resnet18", "vgg16", "lenet-5", "autoencoder"):
        for width in (160, 310, 700):
            diagram = drawn(architectures.spec(name), width)
            assert all(bar.rect.left() > 0 and bar.rect.right() < width for bar in diagram.bars)
            for one, other in pairwise(diagram.bars):
                assert one.rect.bottom() <= other.rect.top()
            for label in diagram.labels:
                assert not any(label.rect.intersects(bar.rect) for bar in diagram.bars)
            assert diagram.size.height() > diagram.bars[-1].rect.bottom()


def test_what_has_weights_is_filled_and_the_rest_is_not(styled: QApplication) -> None:
    spec = net(conv("conv", 8), layer("batch_norm", "bn"), layer("relu", "relu"), layer("max_pool", "pool"))
    diagram = drawn(spec)
    tones = {name: bars_of(spec, diagram, name)[0].tone for name in ("conv", "bn", "relu", "pool")}
    assert tones == {"conv": "weights", "bn": "weights", "relu": "plain", "pool": "plain"}
    assert bars_of(spec, diagram, "relu")[0].rect.height() == 3  # the shape stays: a line


def test_below_a_problem_layers_wait(styled: QApplication) -> None:
    spec = net(conv("conv", 8), layer("max_pool", "pool", kernel_size=50), conv("more", 8))
    diagram = drawn(spec)
    assert bars_of(spec, diagram, "pool")[0].tone == "failing"
    assert label_of(diagram, "pool").detail == "does not fit"
    assert bars_of(spec, diagram, "more")[0].tone == "waiting"
    assert label_of(diagram, "more").detail == "waits"
    assert [wire.dotted for wire in diagram.wires] == [False, False, True]


def test_outputs_that_do_not_match_the_classes_are_failing(styled: QApplication) -> None:
    fc = layer("linear", "fc", out_features=4)
    spec = replace(net(layer("flatten", "flat"), fc), classes=SHAPES)
    assert bars_of(spec, drawn(spec), "fc")[0].tone == "failing"
    assert label_of(drawn(spec), "fc").detail == "4 ≠ 9 classes"


def test_disabled_layers_have_a_name_and_no_bar(styled: QApplication) -> None:
    spec = net(conv("conv", 8), replace(conv("out", 8), enabled=False))
    diagram = drawn(spec)
    assert not bars_of(spec, diagram, "out")
    assert label_of(diagram, "out, off").tone == "waiting"


@pytest.mark.parametrize(("bottleneck", "count"), [(False, 2), (True, 3)])
def test_a_residual_block_shows_its_shortcut(styled: QApplication, bottleneck: bool, count: int) -> None:
    spec = net(conv("conv", 64), layer("residual_block", "block", channels=64, bottleneck=bottleneck))
    diagram = drawn(spec)
    bars = bars_of(spec, diagram, "block")
    assert len(bars) == count
    (skip,) = [wire for wire in diagram.wires if wire.skip]
    assert skip.points[1].x() < min(bar.rect.left() for bar in bars)
    assert skip.points[0].y() < bars[0].rect.top()
    assert skip.points[-1].y() > bars[-1].rect.bottom()
    assert [joint.adds for joint in diagram.joints] == [True]


def test_branches_stand_side_by_side(styled: QApplication) -> None:
    chain = layer("sequence", "chain", conv("one", 8), layer("relu", "relu"), conv("two", 8))
    spec = net(layer("branches", "wide", conv("left", 8), chain, layer("dropout", "drop")))
    diagram = drawn(spec)
    left, one, two, drop = (bars_of(spec, diagram, name)[0].rect for name in ("left", "one", "two", "drop"))
    assert left.top() == one.top() == drop.top() < two.top()
    assert left.right() < one.left()
    assert one.right() < drop.left()
    assert not bars_of(spec, diagram, "relu")
    hit = diagram.region_at(two.center())
    assert hit is not None
    assert hit.identity == named(spec, "two")
    assert label_of(diagram, "wide").detail == "19×32×32"


def test_a_problem_in_a_branch_is_named(styled: QApplication) -> None:
    spec = net(layer("branches", "wide", conv("left", 8), conv("huge", 8, kernel_size=99)), conv("end", 8))
    diagram = drawn(spec)
    assert bars_of(spec, diagram, "huge")[0].tone == "failing"
    assert label_of(diagram, "wide").detail == "huge does not fit"
    assert bars_of(spec, diagram, "end")[0].tone == "waiting"


def test_large_blocks_are_one_bar_until_they_are_opened(styled: QApplication) -> None:
    convs = tuple(conv(f"conv{at}", 8) for at in range(MOST_INSIDE + 1))
    spec = net(layer("sequence", "large", *convs), layer("sequence", "small", *convs[:2]))
    diagram = drawn(spec)
    assert label_of(diagram, "large").detail == f"{MOST_INSIDE + 1} layers, 8×32×32"
    assert bars_of(spec, diagram, "large")[0].stacked
    assert [bracket.identity for bracket in diagram.brackets] == [named(spec, "small")]
    both = (named(spec, "large"), named(spec, "small"))
    assert [bracket.identity for bracket in drawn(spec, folded=both).brackets] == [named(spec, "large")]


def test_a_click_selects_the_layer(panel: DiagramPanel, editor: Editor, qtbot: QtBot) -> None:
    for name in ("conv2", "relu1", "fc2"):
        wanted = named(editor.spec, name)
        with qtbot.waitSignal(panel.row_selected) as selected:
            qtbot.mouseClick(panel.view.viewport(), Qt.MouseButton.LeftButton, pos=place_of(panel, wanted))
        assert selected.args == [wanted]


def test_the_selected_layer_has_the_accent_and_comes_into_view(panel: DiagramPanel, editor: Editor) -> None:
    assert panel.view.verticalScrollBar().value() == 0
    editor.select((named(editor.spec, "fc2"),))
    assert panel.view.verticalScrollBar().value() > 0
    image = panel.view.viewport().grab().toImage()
    found = {image.pixelColor(x, y).name() for x in range(0, image.width(), 2) for y in range(image.height())}
    assert DARK.accent in found


def test_arrow_keys_go_through_the_rows(panel: DiagramPanel, editor: Editor, qtbot: QtBot) -> None:
    for key, name in ((Qt.Key.Key_Down, "conv1"), (Qt.Key.Key_Down, "relu1"), (Qt.Key.Key_Up, "conv1")):
        qtbot.keyClick(panel.view, key)
        assert editor.selected == (named(editor.spec, name),)


def test_a_block_is_folded_by_its_arrow_and_opened_by_a_double_click(
    panel: DiagramPanel, editor: Editor, qtbot: QtBot
) -> None:
    editor.begin(architectures.spec("resnet18-32"))
    stage = named(editor.spec, "layer1")
    region = next(region for region in panel.view.diagram.regions if region.identity == stage)
    assert region.fold is not None
    height = panel.view.diagram.size.height()
    panel.view.ensureVisible(region.fold, 0, 0)
    arrow = panel.view.mapFromScene(region.fold.center())
    qtbot.mouseClick(panel.view.viewport(), Qt.MouseButton.LeftButton, pos=arrow)
    assert panel.view.diagram.size.height() < height
    assert label_of(panel.view.diagram, "layer1").detail == "2 layers, 64×32×32"
    qtbot.mouseDClick(panel.view.viewport(), Qt.MouseButton.LeftButton, pos=place_of(panel, stage))
    assert panel.view.diagram.size.height() == height


def test_the_tool_tip_tells_all_of_a_layer(panel: DiagramPanel, editor: Editor) -> None:
    place = place_of(panel, named(editor.spec, "conv1"))
    event = QHelpEvent(QHelpEvent.Type.ToolTip, place, panel.view.viewport().mapToGlobal(place))
    QApplication.sendEvent(panel.view.viewport(), event)
    for part in ("conv1", "Channels 32", "Padding 1", "3×32×32 → 32×32×32", "896 parameters"):
        assert part in QToolTip.text()
    assert "Stride" not in QToolTip.text()  # as usual
    QToolTip.hideText()


def test_it_fits_the_width_and_is_laid_out_again_only_when_needed(
    panel: DiagramPanel, editor: Editor
) -> None:
    before = panel.view.diagram
    editor.select((named(editor.spec, "conv2"),))
    assert panel.view.diagram is before
    panel.resize(500, 400)
    assert panel.view.diagram.size.width() == panel.view.viewport().width() > before.size.width()
    editor.set_value(named(editor.spec, "conv2"), "out_channels", 48)
    assert label_of(panel.view.diagram, "conv2").detail == "48×30×30"


def test_an_empty_draft_says_what_to_do(panel: DiagramPanel, editor: Editor) -> None:
    editor.begin(EMPTY)
    assert not panel.view.isVisible()
    assert panel.export() is None
    editor.undo()
    assert panel.view.isVisible()


def test_all_of_it_is_saved_as_picture_and_as_drawing(panel: DiagramPanel) -> None:
    export = panel.export()
    assert export is not None
    assert export.picture is not None
    assert export.scene is not None
    image, size = panel.view.picture(), panel.view.diagram.size
    assert (image.width(), image.height()) == (round(2 * size.width()), round(2 * size.height()))
    assert size.height() > panel.view.viewport().height()  # more than what is seen
    assert png_bytes(export.picture).startswith(b"\x89PNG")
    svg = svg_bytes(export.scene).decode()
    assert "conv1" in svg
    assert "fc2" in svg


def test_networks_of_every_kind_are_painted_in_both_themes(panel: DiagramPanel, editor: Editor) -> None:
    gated = layer("gated", "gate", *(conv(f"g{at}", 8) for at in range(4)))
    residual = layer("residual", "res", conv("a", 16), layer("relu", "b"), conv("c", 16))
    editor.begin(net(conv("conv", 16), residual, gated, layer("inception", "mix"), layer("fire", "fire")))
    assert editor.plan.output is not None
    for colors in (DARK, LIGHT):
        panel.set_colors(colors)
        image = panel.view.picture()
        assert image.pixelColor(1, 1) == QColor(colors.panel)
        assert (
            len(
                {
                    image.pixelColor(x, y).name()
                    for x in range(0, image.width(), 5)
                    for y in range(0, image.height(), 5)
                }
            )
            > 5
        )
    joints = [joint.adds for joint in panel.view.diagram.joints]
    assert joints == [True, False, False, False]
    assert panel.view.diagram.region_at(QRectF(0, 0, 1, 1).center()) is None
