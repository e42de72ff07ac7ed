"""The Timeline alone: what it says in each state, its slider, and its curve at odd values."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QToolTip
from pytestqt.qtbot import QtBot

from visualizer.training.frames import Change, Cost, Curves, LiveFrame
from visualizer.ui import theme
from visualizer.ui.panels.timeline import TimelinePanel
from visualizer.ui.training_state import Phase, TrainingState
from visualizer.ui.widgets.moment_slider import MomentSlider, Track, column_means, nearest

EMPTY = np.zeros(0, np.float32)


def curves(loss: np.ndarray, changes: tuple[Change, ...] = ()) -> Curves:
    """Of 64 steps an epoch."""
    step = np.arange(1, len(loss) + 1)
    epoch = (step / 64).astype(np.float32)
    values = np.asarray(loss, np.float32)
    none = np.zeros(0, np.int64)
    return Curves(step, epoch, values, values, values, none, EMPTY, EMPTY, EMPTY, changes)


def frame(step: int = 96, **changes: object) -> LiveFrame:
    made = LiveFrame(
        step=step,
        steps=1280,
        epoch=step / 64,
        epochs=20,
        loss=0.5,
        accuracy=0.75,
        validation_loss=1.25,
        validation_accuracy=0.5,
        samples_per_second=1234.0,
        device="CPU, 1 thread",
        memory_words="3.1 / 12 GB",
        curves=curves(np.linspace(2, 0.5, step)),
        statistics=None,
        evaluations=(),
        cost=Cost(0.012, 0.006, 0.003, 2.4, 15.0),
        recorded=np.array([0, 1, 2, 4, 8, 16, 32, 64, step]),
        answers={},
        network=None,
    )
    return replace(made, **changes)


@pytest.fixture
def timeline(qtbot: QtBot, styled: QApplication) -> TimelinePanel:
    panel = TimelinePanel()
    qtbot.addWidget(panel)
    panel.set_colors(theme.DARK)
    panel.resize(1440, panel.height())
    panel.set_device("CPU, 2 threads")
    panel.show()
    return panel


def texts(timeline: TimelinePanel) -> list[str]:
    shown = [label.text() for label in timeline.findChildren(QLabel) if label.isVisible()]
    return [text.replace("\u202f", " ") for text in shown if text]


def test_a_run_in_figures(timeline: TimelinePanel) -> None:
    timeline.set_state(TrainingState("running", "net", frame=frame()))
    said = texts(timeline)
    for words in ("96", "/ 1 280", "1.5", "/ 20", "1 234 samples/s", "CPU, 1 thread", "3.1 / 12 GB"):
        assert words in said
    assert "live view costs 2.1 %" in said
    tip = timeline._machine.toolTip().replace("\u202f", " ")
    for words in (
        "1.2 % for what the panels",
        "0.6 % for copies",
        "0.3 % for waiting",
        "2 steps lost",
        "15 frames",
    ):
        assert words in tip
    export = timeline.export()
    assert export is not None
    assert export.table is not None
    rows = list(export.table())
    assert rows[:2] == [("step", "epoch", "loss"), (1, 1 / 64, 2.0)]
    assert len(rows) == 97
    timeline.set_state(TrainingState("idle", "other", data="shapes"))
    assert "CPU, 2 threads" in texts(timeline)
    assert timeline.export() is None
    assert timeline.slider.accessibleName() == "No run yet. Press play to train other on shapes."


def test_a_visited_moment_in_figures(timeline: TimelinePanel) -> None:
    timeline.set_state(TrainingState("running", "net", frame=frame(), visited=64))
    said = texts(timeline)
    assert "64" in said
    assert "1.0" in said
    assert "1 234 samples/s" in said, "the run goes on"
    assert timeline._live.isEnabled()
    assert "at step 64 of" in timeline.slider.accessibleName()
    timeline.set_state(TrainingState("running", "net", frame=frame()))
    assert not timeline._live.isEnabled()


@pytest.mark.parametrize(
    ("phase", "enabled"),
    [
        ("impossible", []),
        ("idle", ["play", "forward"]),
        ("starting", ["stop"]),
        ("running", ["play", "forward", "stop"]),
        ("paused", ["play", "forward", "stop"]),
        ("stopping", []),
        ("ended", ["play", "forward"]),
    ],
)
def test_the_buttons_that_do_something_are_on(
    timeline: TimelinePanel, phase: Phase, enabled: list[str]
) -> None:
    timeline.set_state(TrainingState(phase, "net", "It has no weights." if phase == "impossible" else ""))
    buttons = timeline._buttons
    assert [name for name, button in buttons.items() if button.isEnabled()] == enabled
    assert not any(player.isEnabled() for player in timeline._players.values())
    if phase == "impossible":
        assert all("It has no weights." in button.toolTip() for button in buttons.values())


def test_back_is_on_where_there_is_a_moment_before(timeline: TimelinePanel) -> None:
    back = timeline._buttons["back"]
    timeline.set_state(TrainingState("ended", "net", frame=frame()))
    assert back.isEnabled()
    timeline.set_state(TrainingState("ended", "net", frame=frame(), visited=0))
    assert not back.isEnabled()
    assert timeline._buttons["forward"].toolTip().startswith("<p>The next recorded moment")


def test_the_playback_plays_holds_and_has_a_speed(timeline: TimelinePanel, qtbot: QtBot) -> None:
    asked: list[int] = []
    speeds: list[float] = []
    timeline.playing_requested.connect(asked.append)
    timeline.speed_changed.connect(speeds.append)
    timeline.set_state(TrainingState("ended", "net", frame=frame()))
    qtbot.mouseClick(timeline._players[-1], Qt.MouseButton.LeftButton)
    timeline.set_state(TrainingState("ended", "net", frame=frame(), visited=32, playing=-1))
    qtbot.mouseClick(timeline._players[-1], Qt.MouseButton.LeftButton)
    qtbot.mouseClick(timeline._players[1], Qt.MouseButton.LeftButton)
    assert asked == [-1, 0, 1]
    box = timeline.findChild(QComboBox)
    qtbot.keyClick(box, Qt.Key.Key_Down)
    assert speeds == [2.0]


@pytest.mark.parametrize("width", [1024, 1440])
def test_everything_fits(timeline: TimelinePanel, width: int) -> None:
    timeline.resize(width, timeline.height())
    timeline.set_state(TrainingState("running", "net", frame=frame()))
    QApplication.processEvents()
    QApplication.processEvents()
    assert timeline.minimumSizeHint().width() <= width
    assert timeline.slider.width() > 250
    for label in timeline.findChildren(QLabel):
        if label.isVisible():
            right = label.mapTo(timeline, QPoint(label.width(), 0)).x()
            assert right <= width
    assert timeline._costs.isVisible() == (width > 1200)


def test_a_new_frame_costs_little(timeline: TimelinePanel) -> None:
    """15 a second must not be noticed by a training on two cores."""
    states = [TrainingState("running", "net", frame=frame(600 + number)) for number in range(60)]
    timeline.set_state(states[0])
    QApplication.processEvents()
    times = []
    for state in states:
        began = time.perf_counter()
        timeline.set_state(state)
        timeline.repaint()
        times.append(time.perf_counter() - began)
    assert np.median(times) < 0.004


def test_a_name_from_a_file_is_no_markup(timeline: TimelinePanel) -> None:
    timeline.set_state(TrainingState("impossible", "<b>x", "<b>x has no weights\u202e."))
    assert "&lt;b&gt;x has no weights" in timeline._buttons["play"].toolTip()
    assert "\u202e" not in timeline.slider.accessibleName()


# --- the slider ----------------------------------------------------------------------------------


def track(loss: np.ndarray, **changes: object) -> Track:
    count = len(loss)
    recorded = np.array([0, *range(10, count, 10), count]) if count else np.array([0])
    made = Track(1280, 20, count, np.arange(1, count + 1), np.asarray(loss, np.float32), recorded)
    return replace(made, **changes)


@pytest.fixture
def slider(qtbot: QtBot, styled: QApplication) -> MomentSlider:
    made = MomentSlider()
    qtbot.addWidget(made)
    made.set_colors(theme.DARK)
    made.resize(412, 48)
    made.show()
    return made


def columns_of(slider: MomentSlider, wanted: str, rows: range | None = None) -> list[int]:
    """The columns with a pixel of a colour."""
    picture = slider.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    color = QColor(wanted)

    def is_it(pixel: QColor) -> bool:
        return abs(pixel.red() - color.red()) + abs(pixel.blue() - color.blue()) < 80

    rows = rows or range(picture.height())
    return [x for x in range(picture.width()) if any(is_it(picture.pixelColor(x, y)) for y in rows)]


def test_the_curve_takes_the_part_of_the_run_that_is_over(slider: MomentSlider) -> None:
    losses = np.linspace(2, 0.1, 1280)
    slider.set_track(track(losses[:640]), None)
    half = len(columns_of(slider, theme.DARK.accent))
    slider.set_track(track(losses), None)
    whole = len(columns_of(slider, theme.DARK.accent))
    assert whole > 300
    assert half == pytest.approx(whole / 2, rel=0.1)


def test_the_handle_stands_at_the_moment_shown(slider: MomentSlider) -> None:
    slider.set_track(track(np.linspace(2, 1, 640)), 320)
    handle = columns_of(slider, theme.DARK.text, range(2, 5))
    assert np.mean(handle) == pytest.approx(6 + 400 * 320 / 1280, abs=2)


@pytest.mark.parametrize("losses", [[], [1.0], [0.0, 0.0], [1e30, 1e-30, 5.0], [np.nan, np.inf, 1.0]])
def test_odd_losses_are_drawn(slider: MomentSlider, losses: list[float]) -> None:
    slider.set_track(track(np.array(losses)), None)
    assert not slider.grab().isNull()


def test_a_column_of_pixels_has_the_mean_of_its_steps(slider: MomentSlider) -> None:
    step, loss = np.arange(1, 10_001), np.tile([1.0, 3.0], 5000).astype(np.float32)
    columns, means = column_means(step, loss, slider._axes(track(loss, steps=10_000)))
    assert 390 <= len(columns) <= 402
    assert np.all(np.diff(columns) == 1)
    assert np.allclose(means[1:-1], 2.0, atol=0.1)


def test_a_place_of_the_curve_tells_its_loss(slider: MomentSlider, qtbot: QtBot) -> None:
    slider.set_track(track(np.full(640, 1.5)), None)
    qtbot.mouseMove(slider, QPoint(106, 10))
    qtbot.waitUntil(lambda: "loss 1.500 nats" in QToolTip.text())
    assert "Visit step 320" in QToolTip.text()
    QToolTip.hideText()


def test_a_change_is_marked_and_told(slider: MomentSlider, qtbot: QtBot) -> None:
    change = Change(320, 5.0, "learning rate 0.01")
    slider.set_track(track(np.full(640, 0.0), changes=(change,)), None)
    qtbot.mouseMove(slider, QPoint(107, 10))
    qtbot.waitUntil(lambda: "learning rate 0.01 from step 321" in QToolTip.text())
    QToolTip.hideText()


def test_click_drag_and_the_head(slider: MomentSlider, qtbot: QtBot) -> None:
    slider.set_track(track(np.linspace(2, 1, 640)), None)
    visits: list[int] = []
    lives: list[bool] = []
    slider.visit_requested.connect(visits.append)
    slider.live_requested.connect(lambda: lives.append(True))
    qtbot.mousePress(slider, Qt.MouseButton.LeftButton, pos=QPoint(106, 10))
    assert visits == [320]
    slider.set_track(track(np.linspace(2, 1, 640)), 320)
    qtbot.mouseMove(slider, QPoint(107, 10))
    assert visits == [320], "the same moment again"
    for x in (59, -30, 300):
        qtbot.mouseMove(slider, QPoint(x, 10))
    qtbot.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=QPoint(300, 10))
    assert visits == [320, 170, 0]
    assert lives == [True]


def test_the_keys_walk(slider: MomentSlider, qtbot: QtBot) -> None:
    slider.set_track(track(np.linspace(2, 1, 640)), None)
    moves: list[int] = []
    visits: list[int] = []
    lives: list[bool] = []
    slider.moved.connect(moves.append)
    slider.visit_requested.connect(visits.append)
    slider.live_requested.connect(lambda: lives.append(True))
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_PageDown, Qt.Key.Key_Home, Qt.Key.Key_End):
        qtbot.keyClick(slider, key)
    assert moves == [-1, 1, -10]
    assert visits == [0]
    assert lives == [True]


def test_nearest() -> None:
    recorded = np.array([0, 1, 2, 4, 8])
    assert [nearest(recorded, step) for step in (-5, 0.4, 2.9, 3.1, 100)] == [0, 0, 2, 4, 8]


def test_a_sentence_takes_the_place_of_the_curve(slider: MomentSlider) -> None:
    slider.set_track(track(np.linspace(2, 1, 640)), None)
    slider.set_sentence("No run yet.")
    assert slider.accessibleName() == "No run yet."
    assert not columns_of(slider, theme.DARK.accent)
    assert slider.focusPolicy() == Qt.FocusPolicy.NoFocus
