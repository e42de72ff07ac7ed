from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QScrollArea, QWidget

from visualizer.networks.anatomy import INPUT, Layer, ReceptiveField
from visualizer.probes.frames import ActivationFrame, Scale, UnitFrame, UnitStatistics
from visualizer.ui import theme
from visualizer.ui.panels.unit import UnitPanel
from visualizer.ui.widgets.activation_overlay import map_area
from visualizer.ui.widgets.axes import round_ticks, tick_texts
from visualizer.ui.widgets.filter_view import FilterView, grey_levels
from visualizer.ui.widgets.histogram import Histogram
from visualizer.ui.widgets.picture_view import to_image

SEEN = np.random.default_rng(3).integers(0, 255, (16, 16, 3), dtype=np.uint8)


def make_layer(output=(4, 8, 8), *, field=True, parents=(0,), layout="maps") -> Layer:
    seen = ReceptiveField((3, 3), (2, 2), (-1.0, -1.0)) if field else None
    return Layer(1, "conv", "conv", 1, "Conv2d", "Conv 3×3 /2", output, layout, 0, 0, seen, parents, False)


def make_activation(values, layer) -> ActivationFrame:
    flat = values.reshape(len(values), -1)
    statistics = UnitStatistics(
        minimum=flat.min(1),
        low=np.quantile(flat, 0.05, axis=1).astype(np.float32),
        mean=flat.mean(1),
        high=np.quantile(flat, 0.95, axis=1).astype(np.float32),
        maximum=flat.max(1),
        deviation=flat.std(1),
        nonpositive=(flat <= 0).mean(1, dtype=np.float32),
        dead=flat.min(1) == flat.max(1) if flat.shape[1] > 1 else flat[:, 0] == 0,
    )
    limits = np.tile(np.float32([-1, 1]), (len(values), 1))
    return ActivationFrame(layer, Scale(), values, np.zeros(values.shape, np.uint8), limits, statistics)


def make_frame(values, layer, unit=2, weights=None) -> UnitFrame:
    shown = values[unit]
    counts, edges = np.histogram(shown[np.isfinite(shown)], bins=8)
    position = divmod(int(np.nan_to_num(np.abs(shown)).argmax()), shown.shape[1])
    box = (1.0, 2.0, 3.0, 3.0) if layer.receptive_field else None
    return UnitFrame(
        layer,
        unit,
        shown,
        position,
        float(shown[position]),
        box,
        SEEN[2:5, 1:4] if box else None,
        counts,
        edges.astype(np.float32),
        weights,
        tuple(np.argsort(-np.linalg.norm(weights.reshape(len(weights), -1), axis=1)))
        if weights is not None
        else (),
    )


@pytest.fixture
def values():
    return np.random.default_rng(1).normal(size=(4, 8, 8)).astype(np.float32)


@pytest.fixture
def panel(qtbot, styled):
    place = QWidget()  # as in the window, where a dock holds it
    qtbot.addWidget(place)
    made = UnitPanel(place)
    made.set_colors(theme.DARK)
    place.resize(500, 800)
    made.resize(300, 700)
    place.show()
    yield made  # noqa: PT022 - not returned, so that `place` lives as long as the test


@pytest.fixture
def shown(panel, values):
    layer = make_layer()
    weights = np.random.default_rng(2).normal(size=(5, 3, 3)).astype(np.float32)
    panel.set_frame(make_frame(values, layer, weights=weights), make_activation(values, layer), SEEN)
    panel.grab()
    return panel


def test_asks_for_units_only_when_the_user_does(shown, qtbot, values):
    asked = []
    shown.unit_requested.connect(asked.append)
    layer = make_layer()
    shown.set_frame(make_frame(values, layer, unit=1), make_activation(values, layer), SEEN)
    assert asked == []
    assert shown._spin.value() == 1
    qtbot.mouseClick(shown._next, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(shown._previous, Qt.MouseButton.LeftButton)
    assert asked == [2, 1]
    assert shown._units.text() == "of 0–3"


def test_first_and_last_unit_have_no_neighbour(panel, values):
    layer = make_layer()
    activation = make_activation(values, layer)
    panel.set_frame(make_frame(values, layer, unit=0), activation, SEEN)
    assert (panel._previous.isEnabled(), panel._next.isEnabled()) == (False, True)
    panel.set_frame(make_frame(values, layer, unit=3), activation, SEEN)
    assert (panel._previous.isEnabled(), panel._next.isEnabled()) == (True, False)


@pytest.mark.parametrize("cell", [(0, 0), (0, 7), (3, 5), (7, 0), (7, 7)])
def test_a_click_names_the_cell_under_it(shown, qtbot, cell):
    asked = []
    shown.position_requested.connect(lambda row, column: asked.append((row, column)))
    view = shown.overlay.picture
    area = view.picture_area()
    # 16 px picture, stride 2, first field centred at 0.5: cell (r, c) is centred at 2 r + 0.5.
    scale = area.width() / 16
    point = QPointF(area.x() + (2 * cell[1] + 0.6) * scale, area.y() + (2 * cell[0] + 0.6) * scale)
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=point.toPoint())
    assert asked == [cell]


def test_arrow_keys_move_the_position_and_stop_at_the_border(panel, qtbot):
    values = np.zeros((4, 8, 8), np.float32)
    values[2, 0, 3] = 5
    layer = make_layer()
    panel.set_frame(make_frame(values, layer), make_activation(values, layer), SEEN)
    asked = []
    panel.position_requested.connect(lambda row, column: asked.append((row, column)))
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_Up):
        qtbot.keyClick(panel.overlay.picture, key)
    assert asked == [(1, 3), (0, 2)]


def test_the_map_lies_where_its_units_look():
    # Conv 3×3 stride 2 without padding on 224 px (SqueezeNet's first): 111 units, the first sees pixels 0…2.
    field = ReceptiveField((3, 3), (2, 2), (0.0, 0.0))
    assert map_area(field, 111, 111) == (0.5, 0.5, 222, 222)
    # A padded 3×3 keeps the size: cell i is pixel i.
    assert map_area(ReceptiveField((3, 3), (1, 1), (-1.0, -1.0)), 32, 48) == (0, 0, 48, 32)
    assert map_area(None, 7, 7) is None


def test_the_strongest_cell_has_the_brightest_colour(panel, qtbot):
    values = np.full((4, 8, 8), -1, np.float32)
    values[2, 5, 5] = 4
    layer = make_layer(field=False)
    panel.set_frame(
        make_frame(values, layer), make_activation(values, layer), np.zeros((16, 16, 3), np.uint8)
    )
    image = panel.overlay.picture.grab().toImage()
    step = image.width() / 8
    hot = image.pixelColor(round(5.5 * step), round(5.5 * step))
    cold = image.pixelColor(round(2.5 * step), round(2.5 * step))
    assert hot.lightnessF() > 0.7
    assert cold == QColor(0, 0, 0)


def test_a_unit_of_one_value_shows_its_rank_and_no_map(panel):
    values = np.arange(10, dtype=np.float32).reshape(10, 1, 1)
    layer = make_layer((10,), field=False, layout="vector")
    panel.set_frame(make_frame(values, layer, unit=7), make_activation(values, layer), SEEN)
    assert panel._map_section.isHidden()
    assert panel._histogram_section.isHidden()
    assert panel._statistics._pairs == (("a", "+7.00"), ("rank", "3 of 10"))
    assert dict(panel._of_layer._pairs)["max"] == "9.00"


def test_long_figures_get_their_second_line_at_once(shown):
    values = np.float32([-1234.5, -98765.4, -2345.6, -345.6]).reshape(4, 1, 1)
    layer = make_layer((4,), field=False, layout="vector")
    shown.resize(280, 700)
    shown.set_frame(make_frame(values, layer), make_activation(values, layer), SEEN)
    figures = shown._of_layer
    assert figures.height() == figures.heightForWidth(figures.width()) > 20


def test_statistics_are_those_of_the_unit(shown, values):
    pairs = dict(shown._statistics._pairs)
    assert pairs["max"] == f"{values[2].max():.2f}"
    assert pairs["std"] == f"{values[2].std():.2f}"


def test_a_dead_unit_says_so_with_a_warning(panel, values, qtbot):
    values[2] = 0
    layer = make_layer()
    with qtbot.waitSignal(panel.subtitle_changed) as said:
        panel.set_frame(make_frame(values, layer), make_activation(values, layer), SEEN)
    assert said.args == ["dead, conv, unit 2", True]


def test_layers_without_weights_have_no_filter(shown, values):
    assert not shown._filter_section.isHidden()
    layer = make_layer()
    shown.set_frame(make_frame(values, layer), make_activation(values, layer), SEEN)
    assert shown._filter_section.isHidden()


def test_the_first_layer_of_an_rgb_network_shows_a_colour_template(panel, values):
    layer = make_layer(parents=(INPUT,))
    weights = np.zeros((3, 3, 3), np.float32)
    weights[0] = 1  # red
    panel.set_frame(make_frame(values, layer, weights=weights), make_activation(values, layer), SEEN)
    color = panel.weights.grab().toImage().pixelColor(5, 5)
    assert (color.red(), color.green(), color.blue()) == (255, 128, 128)


def test_values_that_are_no_numbers_are_shown_without_complaint(panel, values):
    values[2, 0, 0], values[2, 1, 1] = np.nan, np.inf
    layer = make_layer()
    panel.set_frame(make_frame(values, layer), make_activation(values, layer), SEEN)
    panel.grab()
    values[2] = np.nan
    panel.set_frame(make_frame(values, layer), make_activation(values, layer), SEEN)
    panel.grab()


@pytest.mark.parametrize("width", [280, 300, 460])
def test_nothing_is_wider_than_the_panel(shown, qtbot, width):
    shown.resize(width, 400)
    shown.grab()
    area = shown.findChild(QScrollArea)
    assert area.widget().width() <= area.viewport().width()
    assert area.verticalScrollBar().maximum() > 0
    view = shown.overlay.picture
    assert view.width() == pytest.approx(view.height(), abs=1)


def test_without_a_picture_the_map_stands_alone(panel, values):
    layer = make_layer()
    panel.set_frame(make_frame(values, layer), make_activation(values, layer), None)
    assert panel.overlay.picture._size == (8, 8)
    panel.grab()


def test_emptied_and_filled_again(shown, values):
    assert shown.export() is not None
    shown.set_frame(None, None, None)
    assert shown.export() is None
    assert shown._stack.currentIndex() == 0


def test_export_has_the_maps_own_numbers(shown, values):
    export = shown.export()
    assert export.name == "conv unit 2"
    np.testing.assert_array_equal(export.array(), values[2])
    header, *rows = export.table()
    assert len(header) == 9
    assert [float(str(cell)) for cell in rows[3][1:]] == pytest.approx(values[2, 3].tolist(), abs=1e-6)
    picture = export.picture()
    assert isinstance(picture, QImage)
    assert picture.width() == picture.height() >= 512


def test_images_own_their_memory():
    pixels = np.full((2, 3, 3), 7, np.uint8)
    image = to_image(pixels)
    pixels[:] = 200
    del pixels
    assert image.pixelColor(2, 1) == QColor(7, 7, 7)
    indexed = to_image(np.array([[0, 255]], np.uint8), np.tile(np.arange(256, dtype=np.uint8)[:, None], 3))
    assert indexed.pixelColor(1, 0) == QColor(255, 255, 255)


def test_zero_weight_is_mid_grey():
    levels = grey_levels(np.float32([-2, -1, 0, 1, 2, np.nan]), 2)
    assert levels.tolist() == [0, 64, 128, 192, 255, 128]
    assert grey_levels(np.zeros(2, np.float32), 0).tolist() == [128, 128]


@pytest.mark.parametrize(
    "shape", [(64, 3, 3), (512, 3, 3), (2048, 1, 1), (25088, 1, 1), (1, 7, 7), (3, 16, 16)]
)
@pytest.mark.parametrize("width", [258, 276, 438])
def test_every_channel_has_a_tile_and_none_is_out_of_sight(qtbot, shape, width):
    view = FilterView()
    qtbot.addWidget(view)
    order = tuple(range(shape[0]))[::-1]
    view.set_weights(np.ones(shape, np.float32), order)
    height = view.heightForWidth(width)
    view.resize(width, height)
    assert height <= 240
    columns, scale, gap = view._grid_for(width)
    place = shape[0] - 1
    x, y = place % columns * (shape[2] * scale + gap), place // columns * (shape[1] * scale + gap)
    assert x + shape[2] * scale <= width
    assert y + shape[1] * scale <= height
    assert view.channel_at(x, y) == 0
    assert view.channel_at(0, 0) == shape[0] - 1


def test_zeros_in_the_first_bin_stay_grey(qtbot, styled):
    histogram = Histogram()
    qtbot.addWidget(histogram)
    histogram.set_counts(np.array([90, 20, 10]), np.float32([0, 1, 2, 3]), nonpositive=80)
    assert histogram._grey.tolist() == [80, 0, 0]
    assert histogram._top() == pytest.approx(28)  # 90 would flatten the rest: its bar is cut
    histogram.set_counts(np.array([5, 3, 2]), np.float32([-2, -1, 0, 1]), nonpositive=8)
    assert histogram._grey.tolist() == [5, 3, 0]
    assert histogram._top() == pytest.approx(5.2)
    histogram.resize(270, 104)
    histogram.grab()


def test_ticks_are_round():
    assert round_ticks(-3, 5, 5) == [-2, 0, 2, 4]
    assert round_ticks(0, 405, 5) == [0, 100, 200, 300, 400]
    assert round_ticks(-0.031, 0.012, 4) == pytest.approx([-0.02, 0])
    assert round_ticks(1, 1, 4) == []
    assert tick_texts([-0.5, 0.0, 0.5]) == ["−0.5", "0", "0.5"]
    assert tick_texts([0.0, 5000.0]) == ["0", "5\u202f000"]
