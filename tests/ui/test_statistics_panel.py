"""Layer statistics: rows, figures and what is odd about them, histograms over time."""

from __future__ import annotations

import math

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QFontMetrics, QImage
from PySide6.QtWidgets import QWidget

from visualizer.training.frames import StatisticsHistory
from visualizer.ui import theme
from visualizer.ui.panels.statistics import StatisticsPanel
from visualizer.ui.theme import SMALL_SIZE, font
from visualizer.ui.widgets.heat_map import filled
from visualizer.ui.widgets.sparklines import sampled
from visualizer.ui.widgets.statistic_rows import STATISTICS, figures
from visualizer.ui.widgets.statistics_columns import lay_out
from visualizer.ui.widgets.statistics_picture import HEADING, ROW

BINS = 64


def make_history(times: int, layers: int = 6, seed: int = 0) -> StatisticsHistory:
    rng = np.random.default_rng(seed)

    def some(scale: float = 1.0) -> np.ndarray:
        return (scale * rng.uniform(0.5, 1.5, size=(times, layers))).astype(np.float32)

    step = np.arange(1, times + 1) * 5
    counts = np.zeros((times, layers, BINS), np.int32)
    counts[:, :, 20:40] = rng.integers(1, 99, size=(times, layers, 20))
    return StatisticsHistory(
        layers=tuple(range(0, 3 * layers, 3)),
        names=tuple(f"block{number}.conv" for number in range(layers)),
        step=step,
        epoch=(step / 50).astype(np.float32),
        mean=some(),
        std=some(),
        dead=some(0.1),
        gradient=some(),
        update=some(1e-3),
        counts=counts,
        limits=np.full(layers, 4, np.float32),
    )


@pytest.fixture
def panel(qtbot, styled):
    place = QWidget()  # as in the window, where a dock holds it
    qtbot.addWidget(place)
    made = StatisticsPanel(place)
    made.set_colors(theme.DARK)
    place.resize(800, 600)
    made.resize(560, 262)
    place.show()
    yield made  # noqa: PT022 - not returned, so that `place` lives as long as the test


def at_row(panel: StatisticsPanel, row: int) -> QPoint:
    return QPoint(100, HEADING + row * ROW + ROW // 2 - panel.chart.verticalScrollBar().value())


def count_of(image: QImage, color: str) -> int:
    plain = image.convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.frombuffer(plain.constBits(), np.uint32)
    return int((pixels & 0xFFFFFF == QColor(color).rgb() & 0xFFFFFF).sum())


def texts(history: StatisticsHistory, layer: int, place: int) -> list[str]:
    return [each.text.replace("\u202f", " ") for each in figures(history, layer, place)]


def test_without_a_run_it_says_what_to_do(panel):
    assert panel.export() is None
    assert not panel.chart.isVisible()
    panel.set_statistics(make_history(10), None)
    assert panel.chart.isVisible()
    panel.set_statistics(None, None)
    assert not panel.chart.isVisible()


def test_the_figures_are_those_of_the_visited_step():
    history = make_history(20)
    history.mean[7, 2], history.gradient[7, 2], history.update[7, 2], history.dead[7, 2] = (
        -0.05,
        0.5,
        6.8e-4,
        0.12,
    )
    assert texts(history, 2, 7) == ["−0.05", "0.50", "0.68 ‰", "12 %"]
    assert texts(history, 2, -1) == ["–"] * 4


@pytest.mark.parametrize(
    ("update", "text", "doubt"),
    [
        (1e-3, "1.00 ‰", ""),
        (9.9e-3, "9.90 ‰", ""),
        (1.1e-2, "11.00 ‰", "High"),
        (0.5, "50 %", "High"),
        (1.1e-5, "0.01 ‰", ""),
        (0.9e-5, "< 0.01 ‰", "Low"),
        (0.0, "0.00 ‰", "Low"),
    ],
)
def test_updates_that_are_too_large_or_too_small_are_told(update, text, doubt):
    history = make_history(5)
    history.update[-1, 0] = update
    found = figures(history, 0, 4)[2]
    assert found.text.replace("\u202f", " ") == text
    assert found.doubt.startswith(doubt)
    assert bool(found.doubt) == bool(doubt)


def test_what_is_no_number_any_more_is_wrong_and_what_was_never_measured_is_not():
    history = make_history(10)
    history.gradient[:, 0] = math.nan
    assert texts(history, 0, 9)[1] == "–"
    history.gradient[8:, 1] = math.nan
    assert texts(history, 1, 9)[1] == texts(history, 1, 7)[1], "measured less often"
    history.gradient[3:, 2] = math.nan
    assert figures(history, 2, 9)[1].is_wrong
    history.gradient[9, 3] = math.inf
    assert figures(history, 3, 9)[1].is_wrong
    history.mean[9, 4] = math.nan
    assert texts(history, 4, 9)[0] == "NaN"
    assert texts(history, 4, 8)[0] != "NaN"


def test_odd_figures_are_amber_and_wrong_ones_red(panel):
    panel.set_statistics(make_history(10), None)
    image = panel.chart.grab().toImage()
    assert not count_of(image, theme.DARK.warning) + count_of(image, theme.DARK.error)
    odd = make_history(10)
    odd.update[:, 1] = 0.05
    panel.set_statistics(odd, 50)
    assert count_of(panel.chart.grab().toImage(), theme.DARK.warning)
    odd.mean[9, 2] = math.nan
    panel.set_statistics(None, None)
    panel.set_statistics(odd, None)
    assert count_of(panel.chart.grab().toImage(), theme.DARK.error)
    assert "High: steps above" in panel.chart.describe(1)


def test_a_click_and_the_keys_select_layers(panel, qtbot):
    history, asked = make_history(10), []
    panel.set_statistics(history, None)
    panel.layer_selected.connect(asked.append)
    qtbot.mouseClick(panel.chart.viewport(), Qt.MouseButton.LeftButton, pos=at_row(panel, 2))
    panel.set_layer(6)
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
        qtbot.keyClick(panel.chart, key)
    assert asked == [6, 9, 3, 0, 15]
    qtbot.mouseClick(panel.chart.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(50, 4))
    qtbot.mouseClick(panel.chart.viewport(), Qt.MouseButton.LeftButton, pos=at_row(panel, 7))
    assert len(asked) == 5, "the heading and the room below are no layers"


def test_the_selected_layer_is_marked_and_brought_into_sight(panel):
    history = make_history(10, layers=40)
    panel.set_statistics(history, None)
    panel.set_layer(3 * 30)
    image = panel.chart.grab().toImage()
    y = at_row(panel, 30).y()
    assert 0 < y < image.height()
    assert image.pixelColor(1, y) == QColor(theme.DARK.accent)
    panel.set_layer(0)
    assert panel.chart.verticalScrollBar().value() == 0
    panel.set_layer(1)  # an activation function: no row of its own
    image = panel.chart.grab().toImage()
    assert image.pixelColor(1, at_row(panel, 0).y()) != QColor(theme.DARK.accent)


def test_only_rows_in_sight_cost(panel, monkeypatch):
    drawn = []
    panel.set_statistics(make_history(10, layers=400), None)
    from visualizer.ui.widgets import statistics_picture

    real = statistics_picture.figures
    monkeypatch.setattr(statistics_picture, "figures", lambda *args: drawn.append(args[1]) or real(*args))
    panel.chart.verticalScrollBar().setValue(100 * ROW)
    panel.chart.grab()
    assert len(drawn) < 12
    assert min(drawn) == 100


def test_nothing_is_drawn_again_or_while_it_cannot_be_seen(panel, qtbot):
    history = make_history(10)
    panel.set_statistics(history, None)
    panel.chart.grab()
    drawn = panel.chart._drawn
    panel.set_statistics(history, None)
    panel.set_statistics(make_history(11), None)
    assert panel.chart._drawn is drawn, "newer ones wait a little"
    qtbot.waitUntil(lambda: panel.chart._drawn is not drawn, timeout=20_000)
    panel.set_statistics(make_history(11), 20)
    assert panel.chart._visited == 20, "a visit does not wait"
    panel.hide()
    panel.set_statistics(None, None)
    panel.set_statistics(make_history(12), None)
    assert panel.chart._visited == 20
    panel.show()
    assert panel.chart._visited is None


@pytest.mark.parametrize("width", [150, 220, 330, 560, 1200])
def test_columns_shrink_in_order_and_never_overlap(styled, width):
    columns = lay_out(width, ("features.0.block.conv1", "fc"))
    left = columns.name_right
    for place in columns.places:
        assert place.left >= left
        assert place.right >= place.left + place.line
        assert place.right <= width or place.right == place.left
        left = place.right
    assert bool(columns.places[0].line) == (width >= 560)
    assert sum(place.right > place.left for place in columns.places) >= min(width // 110, 4)


@pytest.mark.parametrize("width", [330, 560, 700])
def test_figures_of_all_sizes_stand_beside_their_sparklines(styled, width):
    metrics = QFontMetrics(font(SMALL_SIZE))
    values = {
        "activation": (-0.00066, 6.6e-4, -0.05, 927.9, -23_030.0, -99_999.0, -6.9e17, math.nan),
        "gradient": (0.16, 99_999.0, 3.3e-7, 5.2e12, math.inf),
        "update": (0.0, 1e-7, 4e-4, 0.0132, 0.0999, 0.5, 3.3e5),
        "dead": (0.0, 0.58, 1.0),
    }
    for statistic, place in zip(STATISTICS, lay_out(width, ("conv1",)).places, strict=True):
        for value in values[statistic.key]:
            doubt = statistic.doubt(value)
            text = ("▼ " if doubt.startswith("Low") else "▲ " if doubt else "") + statistic.text(value)
            assert metrics.horizontalAdvance(text) <= place.right - place.left - place.line, text


@pytest.mark.parametrize(("times", "width"), [(0, 80), (1, 80), (50, 80), (1000, 80)])
def test_a_sparkline_spans_the_run_and_ends_with_the_newest(times, width):
    epochs = np.cumsum(np.random.default_rng(0).uniform(0.1, 1, times)).astype(np.float32)
    rows, shares = sampled(epochs, width)
    assert len(rows) == len(shares) <= max(width, times and 1)
    assert np.all(np.diff(rows) >= 0)
    if times:
        assert rows[-1] == times - 1
        assert shares[-1] == pytest.approx(1)
        np.testing.assert_array_less(epochs[rows] / epochs[-1], shares + (1e-6 if times <= width else 0.02))


def test_the_histogram_of_the_selected_layer_is_shown_where_it_is_wanted(panel, qtbot):
    history, told = make_history(100), []
    panel.view_changed.connect(lambda *choice: told.append(choice))
    panel.set_statistics(history, None)
    panel.set_layer(7)  # behind the layer with index 6
    assert not panel.heat_map.isVisible()
    panel.histogram.click()
    assert told == [("histogram", True)]
    qtbot.waitUntil(panel.heat_map.isVisible)
    assert panel.heat_map._row == 2
    panel.heat_map.grab()
    assert panel.heat_map._axes.y == (-1.5, 1.0), "only the bins that ever held a value"
    with qtbot.waitSignal(panel.visit_requested) as asked:
        x = round(panel.heat_map._axes.to_x(5.0))
        qtbot.mouseClick(panel.heat_map, Qt.MouseButton.LeftButton, pos=QPoint(x, 40))
    assert abs(asked.args[0] - 250) <= 5
    panel.set_view({})
    assert not panel.heat_map.isVisible()


def test_many_values_are_brighter_than_few(panel):
    history = make_history(50, layers=1)
    history.counts[:] = 0
    history.counts[:, 0, 10], history.counts[:, 0, 30] = 1000, 10
    panel.set_view({"histogram": True})
    panel.set_statistics(history, None)
    image, axes = panel.heat_map.grab().toImage(), panel.heat_map._axes
    x = round(axes.plot.center().x())

    def light(bin_: float) -> int:
        return image.pixelColor(x, round(axes.to_y((bin_ / BINS * 2 - 1) * 4))).lightness()

    assert light(10.5) > light(30.5) > light(20.5)
    assert filled(history.counts[:, 0]) == (10, 31)


def test_odd_histories_can_be_drawn(panel):
    panel.set_view({"histogram": True})
    for history in (make_history(0), make_history(1), make_history(3, layers=1)):
        panel.set_statistics(None, None)
        panel.set_statistics(history, None)
        panel.grab()
    empty = make_history(4)
    for values in (empty.mean, empty.std, empty.gradient, empty.update, empty.dead):
        values[:] = math.nan
    empty.counts[:], empty.limits[:] = 0, 0
    panel.set_statistics(None, None)
    panel.set_statistics(empty, 0)
    panel.grab()
    infinite = make_history(4)
    infinite.gradient[2], infinite.mean[3], infinite.update[1] = math.inf, -math.inf, 1e30
    panel.set_statistics(infinite, None)
    panel.chart._forget()
    panel.grab()


def test_everything_is_exported(panel):
    history = make_history(3, layers=2)
    panel.set_statistics(history, None)
    header, *rows = panel.export().table()
    assert header[:4] == ("step", "epoch", "layer", "mean")
    assert len(header) == 9 + BINS
    assert len(rows) == 6
    assert rows[3][2] == "block1.conv"
    assert rows[3][7] == pytest.approx(float(history.update[1, 1]))
    assert list(rows[3][9:]) == history.counts[1, 1].tolist()
    assert not panel.export().picture().isNull()
