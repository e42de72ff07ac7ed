"""Recorded moments in the real window: visited, walked through, played and saved as a film, while training goes on."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageSequence
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QLineEdit, QProgressDialog, QWidget
from pytestqt.qtbot import QtBot
from test_training import LONG, maps, open_tiny, prepare, press, step_of, wait_for_phase, wait_for_steps

from visualizer.rendering.film import write_film
from visualizer.ui.driving import settle
from visualizer.ui.main_window import MainWindow
from visualizer.ui.recording import CAPTION, Recording, picture_of
from visualizer.ui.training import LiveTraining


@pytest.fixture
def training(window: MainWindow, tmp_path: Path) -> LiveTraining:
    """The tiny network in the Train workspace, ready to be trained for very long."""
    open_tiny(window, tmp_path)
    window.workspaces.show("train")
    prepare(window.session.training, images=1024)  # layers are measured at the end of each epoch
    return window.session.training


@pytest.fixture
def ended(window: MainWindow, training: LiveTraining, qtbot: QtBot) -> LiveTraining:
    """A run of forty steps that is over."""
    prepare(training, epochs=10)
    press(window, qtbot, "play")
    wait_for_phase(qtbot, training, "ended")
    assert settle(window)
    window.notices.clear()
    return training


def visit(window: MainWindow, qtbot: QtBot, step: int) -> None:
    training = window.session.training
    with qtbot.waitSignal(training.moments.arrived, timeout=LONG):
        training.visit(step)
    assert settle(window)


def weight(window: MainWindow) -> torch.Tensor:
    assert window.session.opened is not None
    found: torch.Tensor = window.session.opened.network.module.fc.weight
    return found


def test_every_panel_shows_the_visited_moment_and_the_head_again(
    window: MainWindow, training: LiveTraining, qtbot: QtBot
) -> None:
    before, shown = weight(window).clone(), maps(window)
    prepare(training, epochs=10)
    press(window, qtbot, "play")
    wait_for_phase(qtbot, training, "ended")
    assert settle(window)
    learnt, last = weight(window).clone(), maps(window)
    assert not torch.equal(before, learnt)
    visit(window, qtbot, 0)
    assert training.state.visited == 0
    assert torch.equal(weight(window), before), "to the last bit"
    assert np.array_equal(maps(window), shown)
    frame = window.session.weights_frame
    assert frame is not None
    assert frame.change_norms is not None
    assert not frame.change_norms.any(), "nothing has changed at the start of the run"
    assert window.toolbar.cursors._values["Moment"].full_text() == "step 0"
    qtbot.mouseClick(window.timeline._live, Qt.MouseButton.LeftButton)
    assert settle(window)
    assert training.state.visited is None
    assert torch.equal(weight(window), learnt)
    assert np.array_equal(maps(window), last)
    assert window.session.weights_frame is not None
    assert window.session.weights_frame.change_norms is not None
    assert window.session.weights_frame.change_norms.all()


def test_training_goes_on_while_a_moment_is_visited(
    window: MainWindow, training: LiveTraining, qtbot: QtBot
) -> None:
    before = weight(window).clone()
    press(window, qtbot, "play")
    wait_for_steps(qtbot, training, 5)
    visit(window, qtbot, 0)
    shown, visited_at = maps(window), step_of(training)
    wait_for_steps(qtbot, training, visited_at + 20)
    assert training.state.phase == "running"
    assert torch.equal(weight(window), before)
    assert np.array_equal(maps(window), shown)
    training.go_live()
    qtbot.waitUntil(lambda: not np.array_equal(maps(window), shown), timeout=LONG)
    qtbot.waitUntil(lambda: not torch.equal(weight(window), before), timeout=LONG)


def test_the_panels_follow_the_run_itself(window: MainWindow, training: LiveTraining, qtbot: QtBot) -> None:
    press(window, qtbot, "play")
    wait_for_steps(qtbot, training, 10)
    seen: list[int] = []
    window.session.inspection_changed.connect(lambda _: seen.append(step_of(training)))
    window.session.weights_frame_changed.connect(lambda _: seen.append(-step_of(training)))
    qtbot.waitUntil(lambda: len({step for step in seen if step > 0}) > 5, timeout=LONG)
    qtbot.waitUntil(lambda: len({step for step in seen if step < 0}) > 5, timeout=LONG)
    window.session.select_layer(4)
    qtbot.waitUntil(lambda: window.session.inspection.frame.layer.index == 4, timeout=LONG)
    window.session.select_unit(3)
    count = len(seen)
    qtbot.waitUntil(lambda: len(seen) > count + 4, timeout=LONG)
    assert window.session.selection.unit == 3
    assert window.session.unit is not None
    assert window.session.unit.unit == 3


def test_what_is_out_of_sight_is_not_looked_at(
    window: MainWindow, training: LiveTraining, qtbot: QtBot
) -> None:
    press(window, qtbot, "play")
    wait_for_steps(qtbot, training, 5)
    window.workspaces.show("build")
    qtbot.wait(100)
    seen: list[object] = []
    window.session.inspection_changed.connect(seen.append)
    window.session.weights_frame_changed.connect(seen.append)
    wait_for_steps(qtbot, training, step_of(training) + 30)
    assert not seen
    window.workspaces.show("train")
    qtbot.waitUntil(lambda: len(seen) > 3, timeout=LONG)


def test_a_slider_that_moves_never_queues_up(window: MainWindow, ended: LiveTraining, qtbot: QtBot) -> None:
    recorded = ended.moments.recorded
    arrived: list[int] = []
    ended.moments.arrived.connect(arrived.append)
    for step in recorded.tolist() * 3:  # faster than anything can be shown
        ended.visit(step)
    began = time.monotonic()
    qtbot.waitUntil(lambda: bool(arrived) and arrived[-1] == recorded[-1], timeout=LONG)
    assert settle(window)
    assert len(arrived) <= 3
    assert ended.state.visited == recorded[-1]
    assert time.monotonic() - began < 5


def test_back_and_forward_walk_through_the_moments(
    window: MainWindow, ended: LiveTraining, qtbot: QtBot
) -> None:
    recorded = ended.moments.recorded.tolist()
    assert recorded[-1] == step_of(ended) == 40
    for expected in (recorded[-2], recorded[-3]):
        press(window, qtbot, "back")
        assert settle(window)
        assert ended.state.visited == expected
    press(window, qtbot, "forward")
    assert settle(window)
    assert ended.state.visited == recorded[-2]
    press(window, qtbot, "forward")
    assert settle(window)
    assert ended.state.visited is None, "behind the last moment is the head"
    assert ended.state.phase == "ended"
    window.timeline.slider.setFocus()
    qtbot.keyClick(window.timeline.slider, Qt.Key.Key_Home)
    assert settle(window)
    assert ended.state.visited == 0
    assert not window.timeline._buttons["back"].isEnabled()
    qtbot.keyClick(window.timeline.slider, Qt.Key.Key_End)
    assert settle(window)
    assert ended.state.visited is None


def test_train_on_goes_on_from_the_head(window: MainWindow, ended: LiveTraining, qtbot: QtBot) -> None:
    learnt = weight(window).clone()
    visit(window, qtbot, 0)
    prepare(ended)
    press(window, qtbot, "play")
    wait_for_phase(qtbot, ended, "running")
    wait_for_steps(qtbot, ended, 2)
    visit(window, qtbot, 0)
    assert torch.equal(weight(window), learnt)


def test_a_look_back_is_not_what_is_saved(window: MainWindow, ended: LiveTraining, qtbot: QtBot) -> None:
    head = window.session.opened.network
    visit(window, qtbot, 0)
    assert window.unsaved.networks[0].network is head


@pytest.mark.parametrize("direction", [1, -1])
def test_the_playback_goes_to_the_end_and_holds(
    window: MainWindow, ended: LiveTraining, qtbot: QtBot, direction: int
) -> None:
    recorded = ended.moments.recorded.tolist()
    visited: list[int] = []
    ended.moments.arrived.connect(visited.append)
    ended.playback.set_speed(10.0)
    visit(window, qtbot, recorded[0] if direction > 0 else recorded[-1])
    qtbot.mouseClick(window.timeline._players[direction], Qt.MouseButton.LeftButton)
    assert ended.state.playing == direction
    qtbot.waitUntil(lambda: ended.state.playing == 0, timeout=LONG)
    assert settle(window)
    assert visited == sorted(visited, reverse=direction < 0)
    assert visited[-1] == (recorded[-1] if direction > 0 else 0)
    assert len(set(visited)) > 3


def test_evaluations_are_those_of_the_moment(window: MainWindow, ended: LiveTraining, qtbot: QtBot) -> None:
    state = ended.state
    assert [look.step for look in state.frame.evaluations] == [4 * epoch for epoch in range(1, 11)]
    assert state.evaluation is state.frame.evaluations[-1]
    assert state.stale_words == ""
    between = next(step for step in ended.moments.recorded.tolist() if step > 4 and step % 4)
    visit(window, qtbot, between)
    assert ended.state.evaluation is state.frame.evaluations[between // 4 - 1]
    assert ended.state.stale_words == f"from step {between // 4 * 4}"
    visit(window, qtbot, 3)
    assert ended.state.evaluation is None


# --- films ---------------------------------------------------------------------------------------


@pytest.fixture
def recording(window: MainWindow) -> Recording:
    found: Recording = window.findChild(Recording)
    return found


def wait_for_film(recording: Recording, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not recording.is_on, timeout=LONG)


def test_a_film_shows_each_moment_of_a_panel(
    window: MainWindow, ended: LiveTraining, recording: Recording, qtbot: QtBot, tmp_path: Path
) -> None:
    visit(window, qtbot, 7)
    ended.playback.set_speed(10.0)
    recording.start(window.weights, tmp_path / "weights.gif")
    wait_for_film(recording, qtbot)
    assert settle(window)
    assert ended.state.visited == 7, "back to where it was"
    assert window.notices.sentences() == ["Saved as weights.gif: 30 moments."]
    with Image.open(tmp_path / "weights.gif") as film:
        assert film.size == (window.weights.width(), window.weights.height() + CAPTION)
        first = np.asarray(film.convert("RGB")).astype(int)
        times = [frame.info["duration"] for frame in ImageSequence.Iterator(film)]
        assert sum(times) == 30 * 70  # ms; moments that look the same are one frame that stays for longer
        assert len(times) > 25
        last = np.asarray(film.convert("RGB")).astype(int)
    for step, read in ((0, first), (40, last)):
        visit(window, qtbot, step)
        assert np.abs(picture_of(window.weights).astype(int) - read[CAPTION:]).mean() < 3
        said = f"{ended.state.name}  ·  Weights  ·  step {step}, epoch {step / 4:.2f}"
        assert np.abs(picture_of(window.weights, said).astype(int) - read)[:CAPTION].mean() < 3
    assert np.abs(first - last).mean() > 1


def test_the_menu_of_a_panel_asks_for_a_place(
    window: MainWindow, ended: LiveTraining, recording: Recording, qtbot: QtBot, tmp_path: Path
) -> None:
    assert window.loss.can_play_back
    window.loss.playback_requested.emit()
    (dialog,) = (child for child in window.findChildren(QFileDialog) if child.isVisible())
    assert "loss playback.mp4" in dialog.findChildren(QLineEdit)[0].text()
    dialog.reject()
    assert not recording.is_on


def test_cancel_writes_nothing(
    window: MainWindow, ended: LiveTraining, recording: Recording, qtbot: QtBot, tmp_path: Path
) -> None:
    recording.start(window.weights, tmp_path / "weights.mp4")
    qtbot.waitUntil(lambda: ended.state.visited is not None, timeout=LONG)
    (progress,) = window.findChildren(QProgressDialog)
    progress.canceled.emit()
    assert not recording.is_on
    qtbot.waitUntil(lambda: not list(tmp_path.glob("*weights*")), timeout=LONG)
    assert settle(window)
    assert ended.state.visited is None
    assert not window.notices.sentences()


def test_a_place_that_cannot_be_written_is_a_notice(
    window: MainWindow, ended: LiveTraining, recording: Recording, qtbot: QtBot, tmp_path: Path
) -> None:
    recording.start(window.weights, tmp_path / "no such folder" / "weights.mp4")
    wait_for_film(recording, qtbot)
    assert "could not be written" in window.notices.sentences()[0]
    recording.start(window.weights, tmp_path / "weights.avi")
    assert "choose one of these endings" in window.notices.sentences()[-1]
    assert not recording.is_on


def test_a_picture_of_a_widget_is_what_is_shown(qtbot: QtBot, styled: object, tmp_path: Path) -> None:
    widget = QWidget()
    qtbot.addWidget(widget)
    widget.setStyleSheet("background: #336699")
    widget.resize(33, 21)  # rows of another length than their pixels need
    picture = picture_of(widget)
    assert picture.shape == (21, 33, 3)
    assert (picture == (0x33, 0x66, 0x99)).all()
    write_film(tmp_path / "x", ".gif", [picture], 15)
