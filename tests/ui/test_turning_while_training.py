"""The turning input while the network learns, and what is kept and played."""

from __future__ import annotations

import gc
import weakref
from pathlib import Path

import numpy as np
import pytest
import torch
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from test_training import open_tiny, prepare, step_of, wait_for_phase, wait_for_steps
from test_turning import own_line, state, turning

from visualizer.assets import resource
from visualizer.ui.driving import settle, wait
from visualizer.ui.main_window import MainWindow
from visualizer.ui.rotation.state import Line, Study

__all__ = ["turning"]  # a fixture


# --- training ------------------------------------------------------------------------------------------


@pytest.fixture
def learning(turning: MainWindow, tmp_path: Path) -> MainWindow:
    """A tiny network that learns for very long, with its curve in sight."""
    open_tiny(turning, tmp_path)
    prepare(turning.session.training)
    return turning


def test_the_curve_of_a_run_is_live_whole_when_it_rests_and_panels_follow_the_hand(
    learning: MainWindow, qtbot: QtBot
) -> None:
    training = learning.session.training
    training.toggle()
    wait_for_steps(qtbot, training, 5)
    seen: list[object] = []
    assert wait(lambda: _is_new(seen, own_line(learning).response) and len(seen) > 3)
    assert state(learning).live
    assert own_line(learning).moment == "live"
    training.toggle()
    wait_for_phase(qtbot, training, "paused")
    assert wait(lambda: _is_whole(own_line(learning)))
    assert own_line(learning).moment.startswith("step ")
    opened, response = learning.session.opened, own_line(learning).response
    assert opened is not None
    assert response is not None
    known = learning.session.prepared
    assert known is not None
    with torch.inference_mode():
        expected = opened.network.module(known.plain.tensor)[0].softmax(0).numpy()
    assert response.probabilities[0] == pytest.approx(expected, abs=1e-5), "of the weights that are shown"

    training.toggle()
    wait_for_steps(qtbot, training, 5)
    assert wait(lambda: training._looks.are_soon), "the run answers for itself"
    seen: list[float] = []
    learning.session.inspection_changed.connect(
        lambda _: seen.append(learning.session.prepared.change.value)  # type: ignore[union-attr]
    )
    learning.turning.playback.toggle()
    assert wait(lambda: len(set(seen)) > 3)
    learning.turning.playback.set_value(77.0, True)
    assert wait(lambda: seen[-1] == 77.0)
    assert state(learning).live


def _is_new(seen: list[object], response: object) -> bool:
    if response is not None and (not seen or seen[-1] is not response):
        seen.append(response)
    return response is not None


def _is_whole(line: Line) -> bool:
    response = line.response
    return response is not None and len(response.values) == 360 and response.complete and not line.stale


def test_moments_of_a_run_are_compared_each_once_and_a_run_that_is_gone_is_let_go(
    learning: MainWindow, qtbot: QtBot
) -> None:
    training = learning.session.training
    training.toggle()
    wait_for_steps(qtbot, training, 30)
    training.toggle()
    wait_for_phase(qtbot, training, "paused")
    assert training.run is not None
    newest = f"step {training.run.moments.newest().step}"
    assert wait(lambda: own_line(learning).moment == newest)
    assert settle(learning)
    learning.turning.comparison.keep_moments()
    assert settle(learning)
    moments = [line.moment for line in state(learning).lines]
    assert len(set(moments)) == len(moments) == 5, "the newest one is open"
    assert moments[1] == "step 0"
    learning.turning.comparison.keep_moments()
    assert settle(learning)
    assert [line.moment for line in state(learning).lines] == moments
    curves = [line.response for line in state(learning).lines]
    assert all(curve is not None and curve.complete for curve in curves)
    assert not np.allclose(curves[1].probabilities, curves[-1].probabilities)  # type: ignore[union-attr]

    training.toggle()
    assert wait(lambda: own_line(learning).response is not None)
    run = weakref.ref(training.run)
    learning.session.open_network("tinycnn")
    assert settle(learning)
    assert wait(lambda: _collected(run)), "its moments are large"


def _collected(reference: weakref.ref[object]) -> bool:
    gc.collect()
    return reference() is None


def test_a_network_that_learns_is_not_asked_over_a_data_set_or_for_its_equivariance(
    learning: MainWindow, qtbot: QtBot
) -> None:
    learning.turning.comparison.toggle()
    training = learning.session.training
    training.toggle()
    wait_for_steps(qtbot, training, 3)
    learning.turning.studying.set_study(Study(count=20, step=90.0))
    learning.turning.studying.start()
    assert wait(lambda: state(learning).study_progress is None)
    assert "is learning" in own_line(learning).study_trouble
    own, kept = state(learning).lines
    assert own.study is None
    assert kept.study is not None
    assert kept.study.complete
    assert step_of(training) > 0

    learning.docks["equivariance"].raise_()
    assert wait(lambda: "is learning" in state(learning).equivariance_sentence)
    training.toggle()
    wait_for_phase(qtbot, training, "paused")
    assert wait(lambda: state(learning).equivariance is not None)
    assert state(learning).equivariance_sentence == ""
    assert settle(learning)


def test_the_equivariance_is_not_computed_again_when_its_panel_comes_back(
    turning: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    turning.docks["equivariance"].raise_()
    assert settle(turning)
    found = state(turning).equivariance
    assert found is not None
    turning.docks["rotationStudy"].raise_()
    assert settle(turning)
    turning.docks["equivariance"].raise_()
    assert settle(turning)
    assert state(turning).equivariance is found
    turning.session.gallery.step(1)
    assert state(turning).equivariance is None or settle(turning)
    assert settle(turning)
    assert state(turning).equivariance is not found


# --- keeping and playing -------------------------------------------------------------------------------


def test_networks_of_one_name_and_all_files_are_kept_beside_each_other(
    turning: MainWindow, tmp_path: Path
) -> None:
    for seed in (1, 2):
        folder = tmp_path / str(seed)
        folder.mkdir()
        torch.manual_seed(seed)
        open_tiny(turning, folder)
        turning.turning.comparison.toggle()
    turning.session.open_network("shapes-net")
    assert settle(turning)
    assert [line.name for line in state(turning).lines] == ["shapes-net", "tiny", "tiny"]

    path = resource("networks/shapes-net.safetensors")
    turning.turning.comparison.open([path])
    turning.turning.comparison.open([path])
    assert settle(turning)
    assert len(state(turning).lines) == 5


def test_what_rests_is_no_longer_taken_for_turning_and_the_way_back_ends_playing(turning: MainWindow) -> None:
    turning.turning.live.set_transform("occlusion")
    turning.turning.playback.toggle()
    turning.turning.live.show_value(100.0)
    assert wait(lambda: turning.session.change.value == 100.0)
    turning.turning.live.show_value(100.0)
    turning.turning.playback.set_value(100.0, True)
    assert settle(turning)
    assert not turning.session.is_turning

    turning.turning.playback.toggle()
    assert wait(lambda: state(turning).change.value > 1)
    turning.input.controls.reset.click()
    assert settle(turning)
    assert not state(turning).playing
    assert state(turning).change.value == 0
    assert turning.session.change.value == 0


def test_a_dock_that_closes_under_the_hand_lets_go(turning: MainWindow) -> None:
    for dock in ("rotation", "equivariance"):
        turning.docks[dock].raise_()
        assert settle(turning)
        plot = turning.rotation.view.plot if dock == "rotation" else turning.equivariance.plot
        QTest.mousePress(plot, Qt.MouseButton.LeftButton, pos=plot.rect().center())
        assert state(turning).moving
        turning.docks[dock].hide()
        assert settle(turning)
        assert not state(turning).moving
        assert not turning.session.is_turning


def test_a_hand_that_lets_go_when_the_workers_have_ended_asks_for_nothing(turning: MainWindow) -> None:
    turning.turning.live.set_value(10.0, done=False)
    assert settle(turning)
    turning.turning.live.end()
    changes: list[object] = []
    turning.session.change_changed.connect(changes.append)
    turning.turning.live.set_value(20.0, done=True)
    assert not changes
