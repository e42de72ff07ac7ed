from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget

from visualizer.networks.anatomy import Layer
from visualizer.probes.frames import ActivationFrame, Scale, UnitStatistics
from visualizer.ui import theme
from visualizer.ui.panels.units import UnitsPanel
from visualizer.ui.widgets.unit_columns import columns_of


def make_statistics(units: int, seed: int = 0) -> UnitStatistics:
    rng = np.random.default_rng(seed)
    five = np.sort(rng.normal(size=(5, units)), axis=0).astype(np.float32)
    return UnitStatistics(
        minimum=five[0],
        low=five[1],
        mean=five[2],
        high=five[3],
        maximum=five[4],
        deviation=np.ones(units, np.float32),
        nonpositive=np.full(units, 0.5, np.float32),
        dead=np.zeros(units, bool),
    )


def make_frame(units: int, statistics: UnitStatistics | None = None, size: int = 2) -> ActivationFrame:
    layer = Layer(
        0, "features.3", "f", 1, "Conv2d", "Conv", (units, size, size), "maps", 0, 0, None, (), False
    )
    values = np.zeros((units, size, size), np.float32)
    limits = np.zeros((units, 2), np.float32)
    return ActivationFrame(
        layer, Scale(), values, values.astype(np.uint8), limits, statistics or make_statistics(units)
    )


@pytest.fixture
def panel(qtbot, styled):
    place = QWidget()  # as in the window, where a dock holds it
    qtbot.addWidget(place)
    made = UnitsPanel(place)
    made.set_colors(theme.DARK)
    place.resize(500, 800)
    made.resize(500, 142)
    place.show()
    yield made  # noqa: PT022 - not returned, so that `place` lives as long as the test


def x_of(panel: UnitsPanel, place: int) -> int:
    panel.grab()
    return round(panel.chart._axes.to_x(place))


@pytest.mark.parametrize("unit", [0, 17, 63])
def test_a_click_selects_the_unit_under_it(panel, qtbot, unit):
    panel.set_frame(make_frame(64))
    with qtbot.waitSignal(panel.unit_selected) as selected:
        qtbot.mouseClick(panel.chart, Qt.MouseButton.LeftButton, pos=QPoint(x_of(panel, unit), 40))
    assert selected.args == [unit]


def test_units_stand_in_the_order_that_was_set(panel, qtbot):
    panel.set_frame(make_frame(64))
    panel.set_order(np.arange(64)[::-1].copy())
    with qtbot.waitSignal(panel.unit_selected) as selected:
        qtbot.mouseClick(panel.chart, Qt.MouseButton.LeftButton, pos=QPoint(x_of(panel, 0), 40))
    assert selected.args == [63]


def test_an_order_may_leave_units_out(panel):
    panel.set_frame(make_frame(64))
    panel.set_order(np.array([5, 9, 2]))
    assert panel.chart.unit_at(x_of(panel, 1)) == 9
    assert panel.chart.unit_at(x_of(panel, 3)) is None


def test_an_order_of_another_layer_is_not_applied(panel):
    panel.set_frame(make_frame(64))
    panel.set_order(np.arange(64)[::-1].copy())
    panel.set_frame(make_frame(16))
    assert panel.chart.unit_at(x_of(panel, 3)) == 3


def test_the_keyboard_walks_in_the_order(panel, qtbot):
    panel.set_frame(make_frame(8))
    panel.set_order(np.array([3, 1, 7, 0]))
    panel.set_unit(1)
    asked = []
    panel.unit_selected.connect(asked.append)
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Home, Qt.Key.Key_End):
        qtbot.keyClick(panel.chart, key)
    panel.set_unit(0)
    qtbot.keyClick(panel.chart, Qt.Key.Key_Right)
    assert asked == [3, 7, 3, 0]


def test_setting_emits_nothing_and_keeps_the_drawing(panel):
    asked = []
    panel.unit_selected.connect(asked.append)
    panel.set_frame(make_frame(64))
    panel.grab()
    drawn = panel.chart._drawn
    panel.set_unit(12)
    panel.grab()
    assert panel.chart._drawn is drawn
    assert asked == []


def test_the_selected_unit_is_drawn_in_accent(panel):
    panel.set_frame(make_frame(64))
    panel.set_unit(20)
    x = x_of(panel, 20)
    image = panel.chart.grab().toImage()
    column = {image.pixelColor(x, y).name() for y in range(image.height())}
    assert theme.DARK.accent in column
    elsewhere = {image.pixelColor(x_of(panel, 40), y).name() for y in range(image.height())}
    assert theme.DARK.accent not in elsewhere


def test_a_dead_unit_has_a_red_cross(panel):
    statistics = make_statistics(32)
    for each in (statistics.minimum, statistics.low, statistics.mean, statistics.high, statistics.maximum):
        each[10] = 0
    statistics.dead[10] = True
    panel.set_frame(make_frame(32, statistics))
    x, axes = x_of(panel, 10), panel.chart._axes
    color = panel.chart.grab().toImage().pixelColor(x, round(axes.to_y(0)))
    error = QColor(theme.DARK.error)
    assert abs(color.red() - error.red()) < 40
    assert abs(color.green() - error.green()) < 60


@pytest.mark.parametrize(("units", "most"), [(64, 440), (2048, 440), (441, 440), (1000, 7), (1, 1)])
def test_shared_columns_lose_no_extreme(units, most):
    statistics = make_statistics(units)
    statistics.dead[units // 2] = True
    columns = columns_of(statistics, np.arange(units), most)
    assert len(columns.first) <= most
    assert columns.maximum.max() == statistics.maximum.max()
    assert columns.minimum.min() == statistics.minimum.min()
    assert columns.some_dead.sum() == 1
    for number, first in enumerate(columns.first):
        assert columns.maximum[number] == statistics.maximum[first : first + columns.units_each].max()


def test_one_value_per_unit_is_a_bar_from_zero(panel, qtbot):
    statistics = make_statistics(10)
    for each in (statistics.minimum, statistics.low, statistics.high, statistics.maximum):
        each[:] = statistics.mean
    columns = columns_of(statistics, np.arange(10), 100)
    np.testing.assert_array_equal(columns.high, np.maximum(statistics.mean, 0))
    np.testing.assert_array_equal(columns.low, np.minimum(statistics.mean, 0))
    with qtbot.waitSignal(panel.subtitle_changed) as said:
        panel.set_frame(make_frame(10, statistics, size=1))
    assert said.args[0] == "value by unit"


def test_values_that_are_no_numbers_are_shown_without_complaint(panel):
    statistics = make_statistics(10)
    statistics.maximum[3], statistics.mean[3], statistics.minimum[4] = np.inf, np.nan, -np.inf
    panel.set_frame(make_frame(10, statistics))
    panel.grab()
    for each in (statistics.minimum, statistics.low, statistics.mean, statistics.high, statistics.maximum):
        each[:] = np.nan
    panel.set_frame(make_frame(10, statistics))
    panel.grab()


def test_all_zero_and_a_single_unit_can_be_drawn(panel):
    statistics = make_statistics(1)
    for each in (statistics.minimum, statistics.low, statistics.mean, statistics.high, statistics.maximum):
        each[:] = 0
    panel.set_frame(make_frame(1, statistics))
    panel.resize(130, 80)
    panel.grab()


def test_export_has_a_row_per_unit(panel):
    assert panel.export() is None
    frame = make_frame(6)
    panel.set_frame(frame)
    header, *rows = panel.export().table()
    assert header[:3] == ("unit", "minimum", "5 %")
    assert len(rows) == 6
    assert float(str(rows[4][5])) == pytest.approx(float(frame.statistics.maximum[4]))
    assert not panel.export().picture().isNull()
    panel.set_frame(None)
    assert panel.export() is None
