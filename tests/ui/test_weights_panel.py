"""The Weights panel under real clicks and keys, and its pixels."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch
from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QMainWindow, QMenu, QToolTip
from pytestqt.qtbot import QtBot
from torch import nn

from visualizer.networks.anatomy import examine
from visualizer.networks.network import Network, Preprocessing
from visualizer.probes.weight_frames import WeightsFrame, WeightsView
from visualizer.probes.weights import look
from visualizer.ui import theme
from visualizer.ui.panels.weights import NO_WEIGHTS, WeightsPanel
from visualizer.ui.weights_words import tip
from visualizer.ui.widgets.panel import Dock

CONV1, CONV2, CLASSES = 0, 2, 4  # layers of the network below


def made() -> Network:
    torch.manual_seed(0)
    module = nn.Sequential(
        nn.Conv2d(3, 16, 3), nn.ReLU(), nn.Conv2d(16, 8, 3), nn.Flatten(), nn.Linear(8 * 16, 5)
    )
    names = ("cat", "dog", "<b>cow</b>", "ant", "bee")
    return Network("test", module.eval(), (3, 8, 8), names, Preprocessing(8, 8, (), ()))


@pytest.fixture(scope="module")
def before() -> Network:
    return made()


@pytest.fixture(scope="module")
def after(before: Network) -> Network:
    changed = replace(before, module=copy.deepcopy(before.module))
    with torch.no_grad():
        for parameter in changed.module.parameters():
            parameter.add_(0.05 * torch.randn_like(parameter))
    return changed


Seen = Callable[..., WeightsFrame]


@pytest.fixture(scope="module")
def seen(before: Network, after: Network) -> Seen:
    anatomy = examine(before)

    def seen(index: int, view: WeightsView | None = None, start: Network | None = before) -> WeightsFrame:
        frame = look(after, anatomy, anatomy.layers[index], view, start)
        assert frame is not None
        return frame

    return seen


@pytest.fixture
def panel(qtbot: QtBot, styled: QApplication) -> WeightsPanel:
    window = QMainWindow()
    qtbot.addWidget(window)
    panel = WeightsPanel()
    dock = Dock(panel)
    window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, dock)
    dock.set_colors(theme.DARK)
    window.resize(500, 400)
    window.show()
    qtbot.waitExposed(window)
    panel.window_under_test = window
    return panel


def show(panel: WeightsPanel, frame: WeightsFrame) -> None:
    panel.set_frame(frame, "live")
    QApplication.processEvents()


def place(panel: WeightsPanel, position: int, across: float = 0.5, down: float = 0.5) -> QPoint:
    tiles = panel.tiles
    x, y, width, height = tiles._grid.rect(position)
    return tiles.mapFromScene(tiles._box.mapViewToScene(QPointF(x + across * width, y + down * height)))


def colour(panel: WeightsPanel, point: QPoint) -> tuple[int, int, int]:
    shown = panel.tiles.grab().toImage().pixelColor(point)
    return shown.red(), shown.green(), shown.blue()


def test_without_weights_it_says_what_to_do(panel: WeightsPanel, seen: Seen) -> None:
    show(panel, seen(CONV1))
    panel.set_frame(None, "step 3")
    QApplication.processEvents()
    assert panel._placeholder._sentence.text() == NO_WEIGHTS
    assert panel._placeholder.isVisible()
    assert panel.export() is None


def test_each_template_stands_beside_its_change(panel: WeightsPanel, seen: Seen) -> None:
    frame = seen(CONV1)
    show(panel, frame)
    for unit in (0, 7, 15):
        left = colour(panel, place(panel, unit, 1 / 4))
        right = colour(panel, place(panel, unit, 3 / 4))
        assert left == tuple(np.maximum(frame.tiles[unit, 1, 1], 0).tolist())
        assert right == tuple(frame.changes[unit, 1, 1].tolist())
    panel._show.setCurrentIndex(panel._show.findData("change"))
    panel._show.activated.emit(panel._show.currentIndex())
    QApplication.processEvents()
    assert colour(panel, place(panel, 7)) == tuple(frame.changes[7, 1, 1].tolist())


def test_small_kernels_are_large_enough_to_see(panel: WeightsPanel, seen: Seen) -> None:
    show(panel, seen(CONV1, WeightsView(show="weights"), None))
    left, right = place(panel, 0, 0, 0), place(panel, 0, 1, 1)
    assert min(right.x() - left.x(), right.y() - left.y()) >= 40


def test_a_click_selects_the_unit_in_whatever_order(panel: WeightsPanel, seen: Seen, qtbot: QtBot) -> None:
    frame = seen(CONV1, WeightsView(order="norm"))
    show(panel, frame)
    with qtbot.waitSignal(panel.unit_selected) as signal:
        qtbot.mouseClick(panel.tiles.viewport(), Qt.MouseButton.LeftButton, pos=place(panel, 5))
    assert signal.args == [frame.order[5]]
    panel.set_unit(signal.args[0])
    assert panel.tiles._selection == 5


def test_choices_ask_for_another_look(panel: WeightsPanel, seen: Seen, qtbot: QtBot) -> None:
    show(panel, seen(CONV1))
    for combo, key, wanted in (
        (panel._show, "weights", WeightsView("weights")),
        (panel._order, "similarity", WeightsView("weights", order="similarity")),
    ):
        combo.setFocus()
        with qtbot.waitSignal(panel.view_changed) as signal:
            while combo.currentData() != key:
                qtbot.keyClick(combo, Qt.Key.Key_Down)
        assert panel.view() == wanted
        assert isinstance(signal.args[0], WeightsView)
    menu = QMenu()
    panel.fill_menu(menu)
    layer = next(action for action in menu.actions() if "layer" in action.text())
    with qtbot.waitSignal(panel.view_changed) as signal:
        layer.trigger()
    assert signal.args == [WeightsView("weights", "layer", "similarity")]
    menu.deleteLater()


def test_a_deep_layer_shows_the_tiles_of_the_unit(panel: WeightsPanel, seen: Seen, qtbot: QtBot) -> None:
    frame = seen(CONV2)
    show(panel, frame)
    assert panel._unit_label.text() == "Unit 0 of 8"
    panel.set_unit(3)
    assert panel._unit_label.text() == "Unit 3 of 8"
    QApplication.processEvents()
    for channel in (0, 9):
        expected = frame.tiles[(frame.tile_unit == 3) & (frame.tile_channel == channel)][0, 1, 1]
        assert colour(panel, place(panel, channel, 1 / 4))[0] == max(1, expected)
    moves: list[int] = []
    panel.unit_selected.connect(moves.append)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Up):
        qtbot.keyClick(panel.tiles, key)
    qtbot.mouseClick(panel._steps[1], Qt.MouseButton.LeftButton)
    assert moves == [4, 2, 4]
    panel.set_unit(7)
    qtbot.keyClick(panel.tiles, Qt.Key.Key_Down)  # there is none behind the last
    assert moves == [4, 2, 4]


def test_a_matrix_shows_all_units(panel: WeightsPanel, seen: Seen, qtbot: QtBot) -> None:
    frame = seen(CONV2, WeightsView("weights"))
    panel.set_view(WeightsView("weights"))
    show(panel, frame)
    qtbot.mouseClick(panel._all, Qt.MouseButton.LeftButton)
    QApplication.processEvents()
    assert (panel._layout.units_are, panel.tiles.columns) == ("rows", 16)  # the panel is wider than high
    panel.window_under_test.resize(300, 900)
    show(panel, frame)
    assert (panel._layout.units_are, panel.tiles.columns) == ("columns", 8)
    position = 5 * 8 + 2
    level = frame.tiles[(frame.tile_unit == 2) & (frame.tile_channel == 5)][0, 1, 1]
    assert colour(panel, place(panel, position))[0] == max(1, level)
    with qtbot.waitSignal(panel.unit_selected) as signal:
        qtbot.mouseClick(panel.tiles.viewport(), Qt.MouseButton.LeftButton, pos=place(panel, position))
    assert signal.args == [2]
    panel.set_unit(2)
    column = panel.tiles._selection_frame.rect()
    assert column.contains(QPointF(*panel.tiles._grid.rect(position)[:2]))
    assert column.height() == panel.tiles._grid.size[0]
    qtbot.mouseClick(panel._all, Qt.MouseButton.LeftButton)
    assert panel._layout.units_are == "one"


def test_a_unit_that_has_no_tiles_here_is_asked_for(panel: WeightsPanel, seen: Seen, qtbot: QtBot) -> None:
    whole = seen(CONV2)
    part = whole.tile_unit < 4
    paged = replace(
        whole,
        tiles=whole.tiles[part],
        changes=whole.changes[part],
        tile_unit=whole.tile_unit[part],
        tile_channel=whole.tile_channel[part],
        values=whole.values[part],
    )
    show(panel, paged)
    asked: list[WeightsView] = []
    panel.view_changed.connect(asked.append)
    panel.set_unit(2)
    assert asked == []
    panel.set_unit(6)
    assert asked == [WeightsView(unit=6)]


def test_without_a_start_the_weights_stand_alone(panel: WeightsPanel, seen: Seen) -> None:
    frame = seen(CONV1, None, None)
    show(panel, frame)
    assert panel.tiles._partners is None
    assert panel.footer._footer.key == "no start to compare with"
    panel.choose(WeightsView(show="change"))
    assert colour(panel, place(panel, 3)) == tuple(frame.tiles[3, 1, 1].tolist())


def test_units_with_weights_that_are_no_numbers_have_a_cross(panel: WeightsPanel, seen: Seen) -> None:
    frame = seen(CONV1)
    norms = frame.norms.copy()
    norms[4] = np.nan
    show(panel, replace(frame, norms=norms))
    assert len(panel.tiles._marks.getData()[0]) == 1
    assert "NaN" in dict(panel.footer._footer.figures)["norm"]


def test_the_tip_tells_unit_and_weight(panel: WeightsPanel, seen: Seen, qtbot: QtBot, after: Network) -> None:
    frame = seen(CONV2)
    weight = after.module[2].weight[0, 9, 1, 1].item()
    show(panel, frame)
    tips: list[str] = []
    panel.tiles.show_tip = tips.append
    qtbot.mouseMove(panel.tiles.viewport(), place(panel, 9, 1 / 4))
    assert "<b>Unit 0</b>, input channel 9" in tips[-1]
    assert f"row 1, column 1: {weight:.3f}".replace("-", "−") in tips[-1]
    assert "changed by" in tips[-1]
    assert "&lt;b&gt;cow" in tip(seen(CLASSES), 2 * 8, 0, 0)  # names come from files
    QToolTip.hideText()


def test_the_histogram_shows_now_and_the_start(panel: WeightsPanel, seen: Seen) -> None:
    frame = seen(CONV1)
    show(panel, frame)
    plot = panel.footer._plot()
    image = panel.footer.grab(QRect(0, 0, panel.footer.width(), panel.footer.height())).toImage()
    colors = {
        image.pixelColor(x, y).name()
        for x in range(int(plot.left()), int(plot.right()))
        for y in range(int(plot.bottom()))
    }
    assert QColor(theme.DARK.bar).name() in colors
    assert QColor(theme.DARK.text).name() in colors  # the outline
    assert QColor(theme.DARK.field).name() in colors
    panel.footer.resize(200, panel.footer.height())
    assert panel.footer._plot().width() == 0
    panel.footer.grab()


def test_light_colours_reach_everything(panel: WeightsPanel, seen: Seen) -> None:
    show(panel, seen(CONV2))
    panel.set_colors(theme.LIGHT)
    assert colour(panel, QPoint(0, 0)) == (0xF7, 0xF8, 0xF9)
    panel.grab()
    assert panel.footer._colors is theme.LIGHT


def test_what_can_be_saved(panel: WeightsPanel, seen: Seen) -> None:
    frame = seen(CLASSES)
    show(panel, frame)
    export = panel.export()
    rows = list(export.table())
    assert [row[:2] for row in rows[1:]] == list(enumerate(("cat", "dog", "<b>cow</b>", "ant", "bee")))
    assert rows[1][2] == frame.norms[0]
    np.testing.assert_array_equal(export.array(), frame.values)
    picture = export.picture()
    assert (picture.height(), picture.width()) == panel.tiles._grid.size


def test_a_frame_costs_little(panel: WeightsPanel, seen: Seen, qtbot: QtBot) -> None:
    frames = [seen(CONV1), seen(CONV1)]
    show(panel, frames[0])
    sizes = panel.footer._words.cacheKey()
    subtitles: list[str] = []
    panel.subtitle_changed.connect(lambda text, _: subtitles.append(text))
    ranges: list[object] = []
    panel.tiles._box.sigRangeChanged.connect(lambda *now: ranges.append(now))
    for frame in frames:
        show(panel, frame)
    assert panel.footer._words.cacheKey() == sizes  # words are not drawn anew
    assert (subtitles, ranges) == ([], [])  # and nothing is laid out anew
