"""The Network panel: rows, columns, selection, what can be taken from it."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

import pytest
from PySide6.QtCore import QEvent, QModelIndex, QPoint, Qt
from PySide6.QtGui import QColor, QFontMetrics, QImage, QPainter
from PySide6.QtWidgets import QApplication, QStyleOptionViewItem
from pytestqt.qtbot import QtBot
from table_bench import csv_bytes

from visualizer.networks.anatomy import INPUT, Anatomy, Layer, ReceptiveField
from visualizer.ui import theme
from visualizer.ui.panels.network import TABLE_HEADER, NetworkPanel
from visualizer.ui.theme import DARK, LIGHT, font
from visualizer.ui.widgets.layer_delegate import ROW_HEIGHT, ColumnWidths, LayerDelegate, short_name
from visualizer.ui.widgets.layer_model import LayerModel, layer_rows, layer_tip


def a_layer(index: int, name: str, parents: tuple[int, ...], **changes: object) -> Layer:
    layer = Layer(
        index=index,
        name=name,
        module=name,
        call=1,
        kind="Conv2d",
        detail="Conv 3×3",
        output=(64, 56, 56),
        layout="maps",
        parameters=36_864,
        macs=115_605_504,
        receptive_field=ReceptiveField((43, 43), (4, 4), (-19.0, -19.0)),
        parents=parents,
        overwritten=False,
    )
    return replace(layer, **changes)


def a_residual_network(blocks: int = 8) -> Anatomy:
    """As resnet18 begins, with plain blocks."""
    layers = [
        a_layer(0, "conv1", (INPUT,), detail="Conv 7×7 /2", output=(64, 112, 112), macs=118_013_952),
        a_layer(1, "maxpool", (0,), kind="MaxPool2d", detail="Max-pool 3×3 /2", parameters=0, macs=0),
    ]
    for block in range(blocks):
        first = len(layers)
        layers.append(a_layer(first, f"layer1.{block}.conv1", (first - 1,)))
        layers.append(a_layer(first + 1, f"layer1.{block}.conv2", (first,)))
        relu = a_layer(
            first + 2,
            f"layer1.{block}.relu",
            (first + 1, first - 1),
            kind="ReLU",
            detail="ReLU",
            parameters=0,
            macs=0,
        )
        layers.append(relu)
    return Anatomy(tuple(layers), sum(n.parameters for n in layers), sum(n.macs for n in layers))


@pytest.fixture
def panel(qtbot: QtBot, styled: QApplication) -> NetworkPanel:
    made = NetworkPanel()
    qtbot.addWidget(made)
    made.set_colors(DARK)
    made.resize(302, 732)
    made.set_network("resnet18", a_residual_network(), (3, 224, 224), "random weights")
    made.show()
    qtbot.waitExposed(made)
    return made


def picture_of(panel: NetworkPanel) -> QImage:
    return panel.list.viewport().grab().toImage()


def test_without_a_network_it_says_how_to_open_one(qtbot: QtBot) -> None:
    panel = NetworkPanel()
    qtbot.addWidget(panel)
    panel.set_network("", None, (3, 32, 32), "")
    assert panel.export() is None
    assert not panel.list.isVisibleTo(panel)


def test_the_first_row_is_the_input() -> None:
    for channels, words in ((3, "RGB image"), (1, "Grey image"), (4, "4-channel input")):
        first = layer_rows(a_residual_network(), (channels, 96, 64))[0]
        assert (first.name, first.detail, first.output) == ("input", words, f"{channels}×96×64")


def test_rows_tell_the_figures_of_a_layer() -> None:
    rows = layer_rows(a_residual_network(), (3, 224, 224))
    assert rows[1].parameters == "36.9\u202fk"
    assert rows[1].macs == "118\u202fM"
    assert rows[1].share == 1
    assert rows[2].parameters == rows[2].macs == "–"
    assert rows[3].field == "43"
    assert rows[5].lanes.merge


def test_uneven_and_unknown_fields_are_told_apart() -> None:
    uneven = a_layer(0, "a", (INPUT,), receptive_field=ReceptiveField((3, 15), (1, 2), (0, 0)))
    unknown = a_layer(1, "b", (0,), receptive_field=None)
    rows = layer_rows(Anatomy((uneven, unknown), 0, 0), (3, 32, 32))
    assert [row.field for row in rows] == ["1", "3×15", "–"]


def test_a_click_and_the_arrow_keys_choose_layers(panel: NetworkPanel, qtbot: QtBot) -> None:
    chosen: list[int] = []
    panel.layer_selected.connect(chosen.append)
    second_row = QPoint(100, ROW_HEIGHT + 10)
    qtbot.mouseClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=second_row)
    qtbot.keyClick(panel.list, Qt.Key.Key_Down)
    qtbot.keyClick(panel.list, Qt.Key.Key_Down)
    qtbot.keyClick(panel.list, Qt.Key.Key_Up)
    assert chosen == [0, 1, 2, 1]


def test_the_input_cannot_be_chosen(panel: NetworkPanel, qtbot: QtBot) -> None:
    panel.set_layer(0)
    chosen: list[int] = []
    panel.layer_selected.connect(chosen.append)
    qtbot.mouseClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(100, 10))
    qtbot.keyClick(panel.list, Qt.Key.Key_Up)
    assert chosen == []


def test_being_told_a_layer_asks_for_nothing_and_takes_no_focus(panel: NetworkPanel) -> None:
    chosen: list[int] = []
    panel.layer_selected.connect(chosen.append)
    focus = QApplication.focusWidget()
    panel.set_layer(25)
    assert chosen == []
    assert QApplication.focusWidget() is focus
    index = panel.list.currentIndex()
    assert index.row() == 26
    assert panel.list.viewport().rect().contains(panel.list.visualRect(index))
    panel.set_layer(-1)
    assert not panel.list.currentIndex().isValid()
    assert chosen == []


def test_the_same_network_with_other_weights_keeps_the_selection(panel: NetworkPanel) -> None:
    panel.set_layer(4)
    panel.set_network("resnet18", a_residual_network(), (3, 224, 224), "from resnet18.safetensors")
    assert panel.list.currentIndex().row() == 5
    panel.set_network("other", a_residual_network(2), (3, 224, 224), "random weights")
    assert not panel.list.currentIndex().isValid()


def test_the_name_asks_for_another_network(panel: NetworkPanel, qtbot: QtBot) -> None:
    with qtbot.waitSignal(panel.open_requested):
        qtbot.mouseClick(panel._open, Qt.MouseButton.LeftButton)
    assert panel._open.accessibleName() == "Network resnet18: open another"


def test_the_selected_row_carries_the_accent(panel: NetworkPanel) -> None:
    panel.set_layer(2)
    picture = picture_of(panel)
    middle = 3 * ROW_HEIGHT + ROW_HEIGHT // 2
    assert picture.pixelColor(1, middle) == QColor(DARK.accent)
    assert picture.pixelColor(60, 3 * ROW_HEIGHT + 1) == QColor(DARK.selected)
    assert picture.pixelColor(60, 4 * ROW_HEIGHT + 1) == QColor(DARK.panel)


def test_bars_are_in_proportion_to_the_largest_layer(panel: NetworkPanel) -> None:
    columns = panel.list.layers.columns
    picture = picture_of(panel)

    def length(row: int) -> int:
        y = row * ROW_HEIGHT + 9
        xs = range(columns.macs, columns.macs + columns.macs_width)
        return sum(picture.pixelColor(x, y) == QColor(DARK.bar) for x in xs)

    assert length(0) == length(2) == 0
    assert length(1) == columns.macs_width
    assert length(3) == round(columns.macs_width * 115_605_504 / 118_013_952)


def test_the_skip_is_drawn_on_the_second_lane(panel: NetworkPanel) -> None:
    columns = panel.list.layers.columns
    picture = picture_of(panel)
    assert picture.pixelColor(columns.lane(1), 4 * ROW_HEIGHT) == QColor(DARK.muted)
    assert picture.pixelColor(columns.lane(1), 1 * ROW_HEIGHT) != QColor(DARK.muted)


def test_the_colours_follow_the_theme(panel: NetworkPanel) -> None:
    theme.apply(QApplication.instance(), LIGHT)
    try:
        panel.set_colors(LIGHT)
        panel.set_layer(2)
        picture = picture_of(panel)
        assert picture.pixelColor(1, 3 * ROW_HEIGHT + 16) == QColor(LIGHT.accent)
        assert picture.pixelColor(60, 4 * ROW_HEIGHT + 1) == QColor(LIGHT.panel)
    finally:
        theme.apply(QApplication.instance(), DARK)


def test_columns_fit_the_dock_and_the_macs_go_first(styled: QApplication) -> None:
    rows = layer_rows(a_residual_network(), (3, 224, 224))
    widths = ColumnWidths.measured(rows, 2)
    docked = widths.placed(292, 4)  # a dock of 304 px with a scroll bar
    assert docked.macs_width > 0
    room = docked.output - docked.text - QFontMetrics(font()).horizontalAdvance("64×56×56")
    assert room >= QFontMetrics(font()).horizontalAdvance("layer1.0.conv1")
    narrow = widths.placed(220, 4)
    assert narrow.macs_width == 0
    assert narrow.output > docked.output - 72


def test_long_names_keep_their_end(styled: QApplication) -> None:
    metrics = QFontMetrics(font())
    name = "features.denseblock1.denselayer12.norm1"
    assert short_name(name, 1000, metrics) == name
    for width in range(60, 200, 7):
        shortened = short_name(name, width, metrics)
        assert metrics.horizontalAdvance(shortened) <= width
        rest = name
        for part in shortened.split("…"):  # all parts, in their order
            assert part in rest
            rest = rest[rest.index(part) + len(part) :]


def test_tool_tips_show_names_as_they_are() -> None:
    tip = layer_tip(a_layer(0, "<b>conv</b>", (INPUT,)))
    assert "&lt;b&gt;conv&lt;/b&gt;" in tip
    assert "115\u202f605\u202f504 MACs" in tip
    assert "43\u202fpx, one every 4\u202fpx, the first from −19\u202fpx" in tip


def test_a_screen_reader_hears_the_row() -> None:
    model = LayerModel()
    model.set_network(a_residual_network(), (3, 224, 224))
    heard = model.data(model.index(1), Qt.ItemDataRole.AccessibleTextRole)
    assert heard == "conv1, Conv 7×7 /2, output 64×112×112, 36.9\u202fk parameters, 118\u202fM MACs"


def test_the_table_holds_every_layer_in_full(panel: NetworkPanel) -> None:
    export = panel.export()
    assert export is not None
    assert export.table is not None
    assert export.picture is not None
    lines = csv_bytes(export.table).decode().splitlines()
    assert lines[0] == ",".join(TABLE_HEADER)
    assert lines[1] == "conv1,Conv2d,64×112×112,36864,118013952,43×43"
    assert len(lines) == 1 + 26
    assert export.picture().width() == panel.width()


class CountingDelegate(LayerDelegate):
    """Notes which rows are painted."""

    painted: ClassVar[set[int]] = set()

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        self.painted.add(index.row())
        super().paint(painter, option, index)


def test_only_the_rows_in_view_are_painted(panel: NetworkPanel) -> None:
    layers = tuple(a_layer(index, f"conv{index}", (index - 1,)) for index in range(700))
    panel.set_network("deep", Anatomy(layers, 0, 0), (3, 224, 224), "random weights")
    delegate = CountingDelegate(panel.list)
    panel.list.setItemDelegate(delegate)
    CountingDelegate.painted.clear()
    picture_of(panel)
    assert 10 < len(delegate.painted) <= panel.list.viewport().height() // ROW_HEIGHT + 2


def test_the_footer_gives_up_the_count_where_it_is_narrow(panel: NetworkPanel) -> None:
    footer = panel._footer
    assert footer._layers.isVisibleTo(panel)
    assert footer._layers.text() == "26 layers"
    panel.resize(200, 732)
    QApplication.sendEvent(panel, QEvent(QEvent.Type.LayoutRequest))
    QApplication.processEvents()
    assert not footer._layers.isVisibleTo(panel)
