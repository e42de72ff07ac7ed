"""The plot of racers over the clock: ranges, ticks, what is drawn where, what the hand asks for."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget

from visualizer.ui import theme
from visualizer.ui.widgets.axes import Axes
from visualizer.ui.widgets.race_lines import (
    RaceLine,
    linear_range,
    logarithmic_range,
    power_labels,
    thinned,
    to_ys,
)
from visualizer.ui.widgets.race_picture import RacePlotOptions, apart
from visualizer.ui.widgets.race_plot import RacePlot
from visualizer.ui.widgets.race_quantities import smoothed
from visualizer.ui.widgets.race_read_out import moment_text

STEPS = 400
ORANGE, BLUE, GREEN = "#E69F00", "#56B4E9", "#009E73"


def line(key: str, ys, color: str = ORANGE, *, diverged: bool = False, xs=None) -> RaceLine:
    ys = np.asarray(ys, np.float64)
    xs = np.arange(len(ys), dtype=np.float64) if xs is None else np.asarray(xs, np.float64)
    return RaceLine(key, key.title(), color, "circle", xs, ys, diverged)


def three_lines() -> tuple[RaceLine, ...]:
    steps = np.arange(STEPS + 1)
    lost = np.where(steps < 5, 10.0 ** (np.minimum(steps, 5) * 40.0), np.nan)
    return (
        line("slow", 100.0 * np.exp(-steps / 100)),
        line("fast", 100.0 * np.exp(-steps / 20), BLUE),
        line("lost", lost, GREEN, diverged=True),
    )


# --- ranges and ticks --------------------------------------------------------------------------------


def test_the_logarithmic_range_follows_diverging_racers_a_decade_only():
    low, high = logarithmic_range(three_lines(), (0, STEPS))
    assert low <= math.log10(100 * math.exp(-20))
    assert high <= 2 + 1 + 0.6


def test_the_logarithmic_range_follows_diverging_racers_down():
    lost = line("adam", [14.8, 3.0, 0.2, np.nan], diverged=True)
    low, _ = logarithmic_range([line("sgd", [14.8] * 4), lost], (0, 3))
    assert low <= np.log10(0.2)


def test_the_logarithmic_range_spans_twelve_decades_at_most():
    low, high = logarithmic_range([line("newton", [1e3, 1e-30, 1e-32, 0.0])], (0, 9))
    assert 12 <= high - low <= 13.5


@pytest.mark.parametrize(
    "ys", [[], [math.nan] * 3, [0.0] * 5, [-1.0, -2.0], [math.inf], [1e308, -1e308], [5e-324, 1e-310], [3.0]]
)
@pytest.mark.parametrize("fit", [logarithmic_range, linear_range])
@pytest.mark.parametrize("diverged", [False, True])
def test_any_values_have_a_range(ys, fit, diverged):
    low, high = fit([line("odd", ys, diverged=diverged)], (0, 10))
    assert math.isfinite(low)
    assert math.isfinite(high)
    assert high > low
    assert isinstance(power_labels((low, high) if high - low < 1e4 else (0, 1), 5), list)


@given(st.lists(st.floats(allow_nan=True, allow_infinity=True), max_size=30), st.booleans())
def test_every_list_of_floats_has_a_linear_range(ys, diverged):
    low, high = linear_range([line("any", ys, diverged=diverged)], (0, 40))
    assert math.isfinite(low)
    assert math.isfinite(high)
    assert high > low


def test_powers_of_ten_have_raised_exponents():
    assert [text for _, text in power_labels((-4.2, 3.1), 12)] == [
        "10⁻⁴", "10⁻³", "10⁻²", "10⁻¹", "1", "10", "10²", "10³",
    ]  # fmt: skip
    assert [text for _, text in power_labels((-4.2, 3.1), 4)] == ["10⁻⁴", "10⁻²", "1", "10²"]
    assert [text for _, text in power_labels((0.2, 0.8), 4)] == ["2", "5"]


def test_zero_and_less_lie_at_the_lower_edge_of_a_logarithmic_plot():
    axes = Axes(QRectF(0, 0, 100, 100), (0, 1), (-2, 2))
    ys = to_ys(np.array([1.0, 0.0, -5.0, 1e-9, math.nan, math.inf]), axes, logarithmic=True)
    assert ys[:4].tolist() == [50.0, 100.0, 100.0, 100.0]
    assert np.isnan(ys[4:]).all()


@given(st.lists(st.floats(-1e6, 1e6) | st.just(math.nan), min_size=1, max_size=900), st.integers(20, 90))
def test_thinning_loses_no_peak(ys, width):
    values = np.array(ys)
    axes = Axes(QRectF(10, 0, width, 100), (0, max(len(ys) - 1, 1)), (0, 1))
    xs = np.arange(len(ys), dtype=np.float64)
    seen_x, seen = thinned(xs, values, axes)
    finite = values[np.isfinite(values)]
    if len(finite):
        assert np.nanmax(seen) == finite.max()
        assert np.nanmin(seen) == finite.min()
    assert len(seen_x) == len(seen) <= max(2 * width, 1.5 * width) + 4
    assert (np.diff(seen_x) >= 0).all()


@given(st.lists(st.floats(0, 300), max_size=20), st.floats(150, 400))
def test_the_legend_never_overlaps(wanted, bottom):
    wanted = sorted(wanted)
    places = apart(wanted, 14, 10, max(bottom, 10 + 14 * len(wanted)))
    assert all(later - earlier >= 14 - 1e-6 for earlier, later in itertools.pairwise(places))
    assert all(10 - 1e-6 <= place <= max(bottom, 10 + 14 * len(wanted)) + 1e-6 for place in places)


def test_an_entry_with_room_stays_where_its_line_ends():
    assert apart([20.0, 100.0, 200.0], 14, 0, 300) == [20.0, 100.0, 200.0]
    assert apart([100.0, 100.0], 14, 0, 300) == [93.0, 107.0]


def test_smoothing_is_the_moving_average_and_keeps_gaps():
    values = np.array([4.0, 1.0, 4.0, 1.0, math.nan, 2.0])
    window = 2.0
    average, weight, wanted = 0.0, 0.0, []
    for value in values:
        if math.isfinite(value):
            average, weight = average / window + value / window, weight / window + 1 / window
        else:
            average, weight = average / window, weight / window
        wanted.append(average / weight if math.isfinite(value) else math.nan)
    np.testing.assert_allclose(smoothed(values, logarithmic=False), wanted, rtol=1e-12)
    steady = smoothed(10.0 ** -np.arange(5.0), logarithmic=True)
    assert steady[0] == pytest.approx(1.0)
    assert (np.diff(np.log(steady)) < 0).all()


def test_moments_in_words():
    assert moment_text(120.0, "steps") == "step 120"
    assert moment_text(1240.0, "evaluations") == "1\u202f240 evaluations"
    assert moment_text(0.0034, "time") == "3.4\u202fms"


# --- the widget --------------------------------------------------------------------------------------


@pytest.fixture
def plot(qtbot, styled):
    place = QWidget()
    qtbot.addWidget(place)
    made = RacePlot("Loss", parent=place)
    made.set_colors(theme.DARK)
    place.resize(800, 400)
    made.resize(600, 240)
    made.set_lines(three_lines(), float(STEPS), "steps", "fast")
    made.set_moment(100.0, "step 100")
    place.show()
    made.grab()  # lays the axes
    yield made
    place.close()


def image_of(plot) -> np.ndarray:
    image = plot.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4)
    return pixels[..., 2::-1].astype(int)


def closest(pixels: np.ndarray, color: str) -> float:
    wanted = QColor(color)
    return float(np.abs(pixels - (wanted.red(), wanted.green(), wanted.blue())).sum(axis=-1).min())


def x_of(plot, moment: float) -> int:
    return round(plot.picture.axes.to_x(moment))


def test_lines_are_strong_before_the_play_head_and_faint_behind_it(plot):
    pixels = image_of(plot)
    before = pixels[:, x_of(plot, 50) - 3 : x_of(plot, 50) + 3]
    behind = pixels[:, x_of(plot, 300) - 3 : x_of(plot, 300) + 3]
    assert closest(before, ORANGE) < 60 < closest(behind, ORANGE)
    plot.set_moment(350.0, "step 350")
    assert closest(image_of(plot)[:, x_of(plot, 300) - 3 : x_of(plot, 300) + 3], ORANGE) < 60


def test_the_head_stands_at_the_value_on_the_play_head(plot):
    y = round(plot.picture.y_of(100.0 * math.exp(-1)))
    x = x_of(plot, 100)
    assert closest(image_of(plot)[y - 1 : y + 2, x - 1 : x + 2], ORANGE) < 20


def test_the_play_head_is_in_accent_with_its_words(plot):
    pixels = image_of(plot)
    assert closest(pixels[20:60, x_of(plot, 100)], theme.DARK.accent) < 10
    words = pixels[8:22, x_of(plot, 100) + 6 : x_of(plot, 100) + 60]
    assert closest(words, theme.DARK.accent) < 60


def test_a_new_moment_draws_no_line_anew(plot, monkeypatch):
    drawn = []
    monkeypatch.setattr(plot.picture, "_draw", lambda *_: drawn.append(1))
    for moment in range(0, 400, 20):
        plot.set_moment(float(moment), "")
        plot.grab()
    plot.set_lines(plot.picture.lines, float(STEPS), "steps", "fast")
    plot.grab()
    assert not drawn
    plot.set_lines(three_lines(), float(STEPS), "steps", "fast")
    plot.grab()
    assert drawn


def test_a_click_and_a_drag_ask_for_moments(plot, qtbot):
    asked = []
    plot.moment_requested.connect(asked.append)
    at = lambda moment: QPoint(x_of(plot, moment), 100)  # noqa: E731
    qtbot.mousePress(plot, Qt.MouseButton.LeftButton, pos=at(200))
    qtbot.mouseMove(plot, at(250))
    qtbot.mouseRelease(plot, Qt.MouseButton.LeftButton, pos=at(250))
    assert asked[0] == pytest.approx(200, abs=1)
    assert asked[-1] == pytest.approx(250, abs=1)
    qtbot.mousePress(plot, Qt.MouseButton.LeftButton, pos=QPoint(2, 100))
    assert asked[-1] == 0.0


def wheel(plot, x: float, notches: int, modifiers=Qt.KeyboardModifier.NoModifier) -> None:
    at = QPointF(x, 100)
    none, phase = Qt.MouseButton.NoButton, Qt.ScrollPhase.NoScrollPhase
    event = QWheelEvent(
        at, plot.mapToGlobal(at), QPoint(), QPoint(0, 120 * notches), none, modifiers, phase, False
    )
    QApplication.sendEvent(plot, event)


def test_the_wheel_zooms_around_the_pointer_and_a_double_click_fits(plot, qtbot):
    x = x_of(plot, 200)
    for _ in range(10):
        wheel(plot, x, 1)
        plot.grab()
    low, high = plot.zoom
    assert high - low < 100
    assert plot.picture.axes.from_x(x) == pytest.approx(200, abs=2)
    wheel(plot, x, -1, Qt.KeyboardModifier.ShiftModifier)
    plot.grab()
    assert plot.zoom[0] > low
    qtbot.mouseDClick(plot, Qt.MouseButton.LeftButton, pos=QPoint(x, 100))
    assert plot.zoom is None
    for _ in range(80):
        wheel(plot, x, 1)
        plot.grab()
    assert plot.zoom[1] - plot.zoom[0] >= STEPS / 101
    for _ in range(200):
        wheel(plot, x, -1)
        plot.grab()
    assert plot.zoom is None


def test_keys_step_zoom_and_fit(plot, qtbot):
    asked = []
    plot.moment_requested.connect(asked.append)
    qtbot.keyClick(plot, Qt.Key.Key_Right)
    qtbot.keyClick(plot, Qt.Key.Key_Left)
    assert asked == [101.0, 99.0]
    qtbot.keyClick(plot, Qt.Key.Key_Plus)
    assert plot.zoom is not None
    qtbot.keyClick(plot, Qt.Key.Key_F)
    assert plot.zoom is None


def hover(plot, x: float) -> None:
    at = QPointF(x, 120)
    none = Qt.MouseButton.NoButton
    move = QEvent.Type.MouseMove
    event = QMouseEvent(move, at, plot.mapToGlobal(at), none, none, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(plot, event)


def test_the_pointer_shows_the_values_and_hides_them(plot):
    bare = image_of(plot)
    hover(plot, x_of(plot, 300))
    told = image_of(plot)
    assert (told != bare).any(axis=-1).sum() > 2000
    QApplication.sendEvent(plot, QEvent(QEvent.Type.Leave))
    assert (image_of(plot) == bare).all()


def test_the_light_theme_keeps_the_plot_dark(plot):
    plot.set_colors(theme.LIGHT)
    pixels = image_of(plot)
    plot_area = pixels[150, x_of(plot, 390) : x_of(plot, 399)]
    assert plot_area.mean() < 90
    assert pixels[235, 2].mean() > 200


@pytest.mark.parametrize("size", [(120, 56), (200, 60), (1200, 700)])
@pytest.mark.parametrize("count", [0, 1, 14, 32])
def test_every_size_and_number_of_racers_can_be_painted(plot, size, count):
    steps = np.arange(50)
    lines = tuple(line(f"racer {each}", np.exp(-steps / (each + 2))) for each in range(count))
    plot.resize(*size)
    plot.set_lines(lines, 50.0, "steps", "racer 3")
    plot.set_moment(20.0, "step 20")
    hover(plot, 60)
    assert not plot.grab().isNull()
    plot.set_options(RacePlotOptions(logarithmic=False, limits=(-1.0, 1.0), legend=False))
    assert not plot.grab().isNull()
