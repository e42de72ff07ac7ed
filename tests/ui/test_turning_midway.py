"""What becomes of questions about the turning input when their network, data or settings change in the middle."""

from __future__ import annotations

import gc
import weakref
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from test_training import open_tiny, prepare, step_of, wait_for_phase, wait_for_steps
from test_turning import own_line, state, turning
from torch import nn

from visualizer.assets import resource
from visualizer.data.dataset import DataChoice
from visualizer.networks import anatomy as anatomies
from visualizer.networks.building import build
from visualizer.networks.files import save_network
from visualizer.networks.network import Preprocessing
from visualizer.networks.spec import NetworkSpec, layer
from visualizer.probes.response.curve import ResponseRun
from visualizer.ui.driving import settle, wait
from visualizer.ui.jobs import OpenNetwork
from visualizer.ui.main_window import MainWindow
from visualizer.ui.rotation import studying
from visualizer.ui.rotation.state import Line, Study

__all__ = ["turning"]  # a fixture


def begin_study(window: MainWindow) -> None:
    """A study of a minute, whose first images are there."""
    window.turning.studying.set_study(Study(count=2000, step=1.0))
    window.turning.studying.start()
    assert wait(lambda: any(line.study is not None and line.study.done for line in state(window).lines), 60)


# --- curves --------------------------------------------------------------------------------------------


def test_progress_and_sentences_go_with_the_networks_that_they_are_about(turning: MainWindow) -> None:
    turning.turning.comparison.toggle()
    key = state(turning).lines[1].key
    assert state(turning).progress is not None
    turning.turning.comparison.remove(key)
    assert settle(turning)
    assert state(turning).progress is None
    assert not turning.rotation.progress.isVisible()

    turning.session.open_network("autoencoder")
    assert settle(turning)
    assert "autoencoder" in state(turning).sentence.lower()
    told: list[str] = []
    turning.session.network_changed.connect(lambda _: told.append(state(turning).sentence))
    turning.session.open_network("shapes-net")
    assert settle(turning)
    assert told == [""], "before its first answer"

    turning.turning.comparison.toggle()
    turning.session.open_network("autoencoder")
    assert settle(turning)
    shares: list[float] = []
    turning.turning.live.changed.connect(
        lambda told: shares.append(told.progress) if told.progress is not None else None
    )
    turning.turning.live.set_border("zero")
    assert settle(turning)
    assert min(shares) == 0.0
    assert state(turning).progress is None


def test_an_answer_about_the_network_before_is_not_shown_for_the_one_that_is_open(
    turning: MainWindow,
) -> None:
    """The dock closes while a slice is under way, and another network is opened."""
    turning.turning.live.set_step(0.5)
    turning.docks["rotation"].hide()
    turning.session.open_network("tinycnn")
    assert settle(turning)
    response = own_line(turning).response
    assert response is None or response.network == "tinycnn"


def test_an_error_in_a_curve_is_said_beside_the_network(
    turning: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    crashes: list[str] = []
    turning.session.crashed.disconnect()
    turning.session.crashed.connect(crashes.append)
    monkeypatch.setattr(ResponseRun, "advance", lambda *_: 1 // 0)
    turning.turning.live.set_border("zero")
    assert settle(turning)
    assert "ZeroDivisionError" in crashes[0]
    assert own_line(turning).trouble
    assert state(turning).progress is None
    monkeypatch.undo()
    turning.turning.live.set_border("grey")
    assert settle(turning)
    response = own_line(turning).response
    assert response is not None
    assert response.complete
    assert not own_line(turning).trouble


# --- a data set ----------------------------------------------------------------------------------------


def test_a_study_of_a_network_that_is_closed_is_not_of_the_next_one(turning: MainWindow) -> None:
    begin_study(turning)
    turning.session.open_network("tinycnn")
    assert settle(turning)
    assert own_line(turning).study is None
    assert state(turning).study_progress is None
    assert "press Run again" in state(turning).study_sentence
    turning.turning.live.set_transform("blur")
    turning.turning.live.set_transform("rotation")
    assert own_line(turning).study is None


def test_networks_of_a_study_are_asked_the_same_and_those_left_out_no_more(turning: MainWindow) -> None:
    turning.turning.comparison.toggle()
    key = state(turning).lines[1].key
    turning.turning.studying.set_study(Study(count=40, step=15.0))
    turning.turning.studying.start()
    assert wait(lambda: state(turning).lines[1].study is not None, 60)
    turning.turning.comparison.remove(key)
    assert wait(lambda: state(turning).study_progress is None, 20)
    assert key not in {place[0] for place in turning.turning.studying._kept}

    turning.turning.comparison.toggle()
    turning.turning.studying.set_study(Study(count=16, step=30.0))
    turning.turning.studying.start()
    turning.turning.studying.set_study(Study(count=10, step=45.0))
    assert wait(lambda: state(turning).study_progress is None, 60)
    sizes = {line.study.predicted.shape for line in state(turning).lines if line.study is not None}
    assert sizes == {(16, 12)}


def test_figures_of_another_question_are_not_shown_and_make_room(
    turning: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    turning.turning.studying.set_study(Study(count=20, step=90.0))
    turning.turning.studying.start()
    assert wait(lambda: state(turning).study_progress is None, 60)
    found = own_line(turning).study
    assert found is not None
    turning.turning.live.set_border("zero")
    assert own_line(turning).study is None
    turning.turning.live.set_border("grey")
    assert own_line(turning).study is found
    turning.session.training.data.choose(DataChoice("shapes", per_epoch=64, validation_count=32))
    turning.session.training.data.open()
    assert own_line(turning).study is None
    assert settle(turning)

    monkeypatch.setattr(studying, "_MOST_KEPT", 0)
    for transform in ("rotation", "blur"):
        turning.turning.live.set_transform(transform)
        turning.turning.studying.set_study(Study(count=4, step=90.0))
        turning.turning.studying.start()
        assert wait(lambda: state(turning).study_progress is None, 60)
        assert own_line(turning).study is not None
    turning.turning.live.set_transform("rotation")
    assert own_line(turning).study is None


def test_what_networks_refuse_is_said_below_the_others(turning: MainWindow) -> None:
    turning.turning.comparison.toggle()
    turning.session.open_network("tinycnn")  # of ten other classes
    assert settle(turning)
    turning.turning.studying.set_study(Study(count=4, step=90.0))
    turning.turning.studying.start()
    assert wait(lambda: state(turning).study_progress is None, 60)
    own, kept = state(turning).lines
    assert own.study is None
    assert kept.study is not None
    assert "does not know the class" in state(turning).study_sentence
    assert settle(turning)
    assert "does not know the class" in turning.rotation_study.note.full_text()


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
    assert wait(lambda: _is_new(seen, own_line(learning).response) and len(seen) > 3, 30)
    assert state(learning).live
    assert own_line(learning).moment == "live"
    training.toggle()
    wait_for_phase(qtbot, training, "paused")
    assert wait(lambda: _is_whole(own_line(learning)), 30)
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
    assert wait(lambda: training._looks.are_soon, 10), "the run answers for itself"
    seen: list[float] = []
    learning.session.inspection_changed.connect(
        lambda _: seen.append(learning.session.prepared.change.value)  # type: ignore[union-attr]
    )
    learning.turning.playback.toggle()
    assert wait(lambda: len(set(seen)) > 3, 10)
    learning.turning.playback.set_value(77.0, True)
    assert wait(lambda: seen[-1] == 77.0, 10)
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
    assert wait(lambda: own_line(learning).response is not None, 30)
    run = weakref.ref(training.run)
    learning.session.open_network("tinycnn")
    assert settle(learning)
    assert wait(lambda: _collected(run), 10), "its moments are large"


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
    assert wait(lambda: state(learning).study_progress is None, 60)
    assert "is learning" in state(learning).study_sentence
    own, kept = state(learning).lines
    assert own.study is None
    assert kept.study is not None
    assert kept.study.complete
    assert step_of(training) > 0

    learning.docks["equivariance"].raise_()
    assert wait(lambda: "is learning" in state(learning).equivariance_sentence, 10)
    training.toggle()
    wait_for_phase(qtbot, training, "paused")
    assert wait(lambda: state(learning).equivariance is not None, 30)
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
    assert wait(lambda: turning.session.change.value == 100.0, 10)
    turning.turning.live.show_value(100.0)
    turning.turning.playback.set_value(100.0, True)
    assert settle(turning)
    assert not turning.session.is_turning

    turning.turning.playback.toggle()
    assert wait(lambda: state(turning).change.value > 1, 10)
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


# --- networks that are not as others -------------------------------------------------------------------


class _NotFinite(nn.Module):
    """Scores that are no numbers for some inputs."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(()))

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        means = images.mean((2, 3)) * self.scale
        return torch.where(means > 0, means, torch.nan)


class _OneAtATime(nn.Module):
    """A network made for one image."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(3 * 8 * 12, 4)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return self.linear(images.reshape(1, 3 * 8 * 12))


def flat(outputs: int, channels: int = 3, rows: int = 8, columns: int = 12, end: str = "") -> NetworkSpec:
    layers = [
        layer("conv", "conv", out_channels=4, kernel_size=3),
        layer("flatten", "flatten"),
        layer("linear", "linear", out_features=outputs),
    ]
    if end:
        layers.append(layer(end, "end"))
    known = Preprocessing(rows, columns, (0.5,) * channels, (0.5,) * channels)
    return NetworkSpec("odd", (channels, rows, columns), tuple(layers), (), known)


def open_odd(window: MainWindow, folder: Path, spec: NetworkSpec) -> None:
    torch.manual_seed(0)
    path = folder / "odd.safetensors"
    save_network(spec, build(spec), path)
    window.session.open_paths([path])
    assert settle(window)
    for dock in ("equivariance", "rotationStudy"):
        window.docks[dock].raise_()
        assert settle(window)
    window.turning.live.set_value(33.0)
    assert settle(window)
    window.turning.studying.set_study(Study(count=4, step=90.0))
    window.turning.studying.start()
    assert wait(lambda: state(window).study_progress is None, 60)
    assert settle(window)


ODD = (
    (flat(1), "sigmoid"),
    (flat(5, end="sigmoid"), "as they are"),
    (flat(9, rows=7, columns=23), "softmax"),
    (flat(9, rows=4, columns=4), "softmax"),
    (flat(9, channels=1), "softmax"),
)


def test_odd_networks_have_their_curve(turning: MainWindow, tmp_path: Path) -> None:
    for spec, reading in ODD:
        open_odd(turning, tmp_path, spec)
        response = own_line(turning).response
        assert response is not None
        assert response.complete
        assert response.reading == reading
        assert np.isfinite(response.probabilities).all()
        assert own_line(turning).study is not None or state(turning).study_sentence
        assert turning.rotation.export() is not None

    open_odd(turning, tmp_path, flat(9, channels=6))
    response = own_line(turning).response
    assert response is not None
    assert response.complete
    assert turning.session.inspection is not None
    assert any("6 input channels" in note for note in turning.session.inspection.notes)
    assert own_line(turning).study is None
    assert state(turning).study_sentence


def test_modules_of_their_own_have_their_curve(turning: MainWindow, tmp_path: Path) -> None:
    open_odd(turning, tmp_path, flat(4))
    opened = turning.session.opened
    assert opened is not None
    for module in (_NotFinite(), _OneAtATime()):
        network = replace(opened.network, module=module.eval().requires_grad_(False), spec=None, classes=())
        turning.session.show_network(OpenNetwork(network, anatomies.examine(network)))
        turning.docks["equivariance"].raise_()
        assert settle(turning)
        response = own_line(turning).response
        assert response is not None
        assert response.complete
        assert bool(response.note) == isinstance(module, _NotFinite)
        assert state(turning).equivariance is not None or state(turning).equivariance_sentence
