"""How a run begins and ends in the real window: its data, its weights, its settings, and closing in a slow step."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from pytestqt.qtbot import QtBot
from test_training import LONG, open_tiny, prepare, press, threads, wait_for_phase, wait_for_steps

from visualizer.data.dataset import DataChoice
from visualizer.networks.building import build
from visualizer.ui.driving import settle
from visualizer.ui.main_window import MainWindow
from visualizer.ui.session import Session
from visualizer.ui.settings import Settings
from visualizer.ui.training import LiveTraining


@pytest.fixture
def training(window: MainWindow, tmp_path: Path) -> LiveTraining:
    """The window with the tiny network open, ready to be trained for very long."""
    open_tiny(window, tmp_path)
    prepare(window.session.training)
    return window.session.training


def test_closing_while_a_step_is_slow_takes_less_than_three_seconds(
    qtbot: QtBot, styled: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = MainWindow(Session(), Settings())
    window.show()
    open_tiny(window, tmp_path)
    prepare(window.session.training)
    window.session.training.toggle()
    wait_for_steps(qtbot, window.session.training, 2)
    in_step, go_on = threading.Event(), threading.Event()
    forward = torch.nn.Conv2d.forward

    def slow(module: torch.nn.Conv2d, images: torch.Tensor) -> torch.Tensor:
        if threading.current_thread().name == "training" and module.training:
            in_step.set()
            go_on.wait(10)
        return forward(module, images)

    monkeypatch.setattr(torch.nn.Conv2d, "forward", slow)
    assert in_step.wait(10)
    window.unsaved.forget()
    began = time.monotonic()
    window.close()
    assert time.monotonic() - began < 3
    assert not window.isVisible()
    go_on.set()
    qtbot.waitUntil(lambda: not threads(), timeout=LONG)
    window.deleteLater()


def test_new_weights_are_drawn_and_the_old_ones_come_back(
    window: MainWindow, training: LiveTraining, qtbot: QtBot
) -> None:
    before = window.session.opened.network
    training.how = replace(training.how, fresh=True)
    press(window, qtbot, "forward")
    wait_for_steps(qtbot, training, 1)
    start = training.start.module.conv1.weight
    assert not torch.equal(start, before.module.conv1.weight)
    torch.manual_seed(training.how.config.seed)
    assert torch.equal(start, build(before.spec).conv1.weight), "drawn with the seed of the run"
    press(window, qtbot, "stop")
    wait_for_phase(qtbot, training, "ended")
    learnt = window.session.opened.network.module.conv1.weight
    press(window, qtbot, "forward")
    wait_for_phase(qtbot, training, "paused")
    assert torch.equal(training.start.module.conv1.weight, learnt), "it goes on with what it has learnt"


def test_other_data_give_the_network_a_new_last_layer(
    window: MainWindow, training: LiveTraining, qtbot: QtBot, tmp_path: Path
) -> None:
    window.session.open_network("shapes-net")
    assert settle(window)
    before = window.session.opened.network.module
    training.data.choose(DataChoice("digits"))
    qtbot.waitUntil(lambda: training.data.dataset is not None, timeout=LONG)
    press(window, qtbot, "forward")
    wait_for_steps(qtbot, training, 1)
    assert any("new last layer with 10 outputs" in sentence for sentence in window.notices.sentences())
    network = window.session.opened.network
    assert network.classes == training.data.dataset.classes
    assert torch.equal(training.start.module.conv1.weight, before.conv1.weight)
    assert window.timeline.slider.accessibleName().startswith("Moments of the run")
    assert settle(window)


def test_data_that_cannot_be_opened_is_a_sentence(
    window: MainWindow, training: LiveTraining, qtbot: QtBot, tmp_path: Path
) -> None:
    (tmp_path / "only one").mkdir()
    training.data.choose(DataChoice(str(tmp_path / "only one")))
    qtbot.waitUntil(lambda: bool(training.data.state.problem), timeout=LONG)
    assert training.state.phase == "idle"
    press(window, qtbot, "play")
    qtbot.waitUntil(lambda: training.state.phase == "idle" and bool(window.notices.sentences()), timeout=LONG)
    assert training.run is None


def test_settings_apply_to_the_run_that_is_on(
    window: MainWindow, training: LiveTraining, qtbot: QtBot
) -> None:
    press(window, qtbot, "play")
    wait_for_steps(qtbot, training, 3)
    training.apply(replace(training.how.config, learning_rate=0.001))
    qtbot.waitUntil(lambda: bool(training.state.frame.curves.changes), timeout=LONG)
    assert "0.001" in training.state.frame.curves.changes[0].text
    assert training.state.phase == "running"
