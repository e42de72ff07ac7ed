"""Training in the real window: a real run of a tiny network, and what the Timeline and the panels make of it."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from visualizer.data.dataset import DataChoice
from visualizer.networks import zoo
from visualizer.networks.building import build
from visualizer.networks.files import save_network
from visualizer.networks.network import Preprocessing
from visualizer.networks.spec import NetworkSpec, layer
from visualizer.training.config import TrainingConfig
from visualizer.training.expenses import Budget
from visualizer.ui.driving import settle
from visualizer.ui.main_window import MainWindow
from visualizer.ui.session import Session
from visualizer.ui.settings import Settings
from visualizer.ui.training import LiveTraining
from visualizer.ui.training_jobs import Start
from visualizer.ui.widgets.setting_number import SettingNumber

LONG = 20_000  # ms that a test waits before it gives up


def tiny(outputs: int = 9) -> NetworkSpec:
    """Two convolutions for shapes of 12×12 pixels; its classes have no names."""
    layers = (
        layer("conv", "conv1", out_channels=4, kernel_size=3, padding=1),
        layer("batch_norm", "bn1"),
        layer("relu", "relu1"),
        layer("max_pool", "pool1", kernel_size=2),
        layer("conv", "conv2", out_channels=6, kernel_size=3),
        layer("flatten", "flatten"),
        layer("linear", "fc", out_features=outputs),
    )
    return NetworkSpec("tiny", (3, 12, 12), layers, (), Preprocessing(12, 12, (0.5,) * 3, (0.5,) * 3))


def prepare(training: LiveTraining, epochs: int = 1000, images: int = 64, **settings: object) -> None:
    """Let the next run learn few shapes, for so many epochs that it ends in a test only where it is meant to."""
    config = TrainingConfig(epochs=epochs, batch=16, learning_rate=0.02, reading=1)
    # Every step is recorded, however fast the machine is.
    training.how = Start(replace(config, **settings), budget=Budget(recording=1.0))
    training.data.choose(DataChoice("shapes", per_epoch=images, validation_count=32))


def open_tiny(window: MainWindow, folder: Path, spec: NetworkSpec | None = None) -> None:
    torch.manual_seed(0)
    spec = spec or tiny()
    path = folder / "tiny.safetensors"
    save_network(spec, build(spec), path)
    window.session.open_paths([path])
    assert settle(window)


@pytest.fixture
def training(window: MainWindow, tmp_path: Path) -> LiveTraining:
    """The window with the tiny network open, ready to be trained for very long."""
    open_tiny(window, tmp_path)
    prepare(window.session.training)
    return window.session.training


def button(window: MainWindow, icon: str) -> QToolButton:
    return window.timeline._buttons[icon]


def press(window: MainWindow, qtbot: QtBot, icon: str) -> None:
    assert button(window, icon).isEnabled()
    qtbot.mouseClick(button(window, icon), Qt.MouseButton.LeftButton)


def step_of(training: LiveTraining) -> int:
    return training.state.frame.step if training.state.frame else 0


def wait_for_steps(qtbot: QtBot, training: LiveTraining, count: int) -> None:
    qtbot.waitUntil(lambda: step_of(training) >= count, timeout=LONG)


def wait_for_phase(qtbot: QtBot, training: LiveTraining, phase: str) -> None:
    qtbot.waitUntil(lambda: training.state.phase == phase, timeout=LONG)
    runner = training._runner
    if phase == "paused" and runner is not None:  # the step that was under way has arrived
        qtbot.waitUntil(lambda: runner.holds, timeout=LONG)


def threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name == "training"]


def maps(window: MainWindow) -> np.ndarray:
    assert window.session.inspection is not None
    return window.session.inspection.frame.values


def test_play_trains_the_open_network_and_every_panel_follows(
    window: MainWindow, training: LiveTraining, qtbot: QtBot
) -> None:
    session = window.session
    session.select_layer(4)
    assert settle(window)
    session.select_unit(2)
    assert settle(window)
    opened, before, selection = session.opened, maps(window), session.selection
    opened_networks: list[object] = []
    session.network_changed.connect(opened_networks.append)
    press(window, qtbot, "play")
    wait_for_steps(qtbot, training, 20)
    qtbot.waitUntil(lambda: not np.array_equal(maps(window), before), timeout=LONG)
    assert session.selection == selection
    assert session.opened is not None
    assert session.opened.anatomy is opened.anatomy
    assert session.opened.network.weights.startswith("step ")
    assert not opened_networks
    assert button(window, "play").toolTip().startswith("<p>Pause")
    assert session.inspection.prediction is not None
    assert session.inspection.prediction.label_rank is not None  # its outputs are the classes of shapes now
    assert training.state.frame.validation_accuracy is not None


def stands(window: MainWindow) -> bool:
    """Whether the panels show the weights of the step that the Timeline tells, and that is the last one taken."""
    training = window.session.training
    step = step_of(training)
    return window.session.opened.network.weights == f"step {step}" and training.run._training.step == step


def test_pause_holds_with_the_weights_of_its_step_and_goes_on(
    window: MainWindow, training: LiveTraining, qtbot: QtBot
) -> None:
    press(window, qtbot, "play")
    wait_for_steps(qtbot, training, 5)
    press(window, qtbot, "play")
    assert training.state.phase == "paused"
    qtbot.waitUntil(lambda: stands(window), timeout=LONG)
    held = step_of(training)
    for _ in range(5):
        window.session.inspect_again()
        assert settle(window)
    assert step_of(training) <= held + 1  # one may have been under way
    qtbot.waitUntil(lambda: stands(window), timeout=LONG)
    press(window, qtbot, "play")
    wait_for_steps(qtbot, training, held + 10)


def test_one_step_at_a_time(window: MainWindow, training: LiveTraining, qtbot: QtBot) -> None:
    modules = []
    for step in range(1, 7):  # over the end of an epoch, where validation comes along
        press(window, qtbot, "forward")
        wait_for_steps(qtbot, training, step)
        qtbot.waitUntil(lambda: stands(window), timeout=LONG)
        assert step_of(training) == step
        assert training.state.phase == "paused"
        modules.append(window.session.opened.network.module)
    assert len({float(module.fc.weight.sum()) for module in modules}) == 6
    assert training.state.frame.validation_loss is not None


def test_stop_ends_the_thread_and_keeps_the_weights(
    window: MainWindow, training: LiveTraining, qtbot: QtBot, tmp_path: Path
) -> None:
    press(window, qtbot, "play")
    wait_for_steps(qtbot, training, 5)
    press(window, qtbot, "stop")
    wait_for_phase(qtbot, training, "ended")
    qtbot.waitUntil(lambda: not threads(), timeout=LONG)
    network = window.session.opened.network
    assert network.weights == f"trained {step_of(training)} steps on shapes"
    assert not window.notices.sentences()
    save_network(network.spec, network.module, tmp_path / "trained.safetensors")
    again = zoo.open_network(str(tmp_path / "trained.safetensors"))
    assert torch.equal(again.module.fc.weight, network.module.fc.weight)
    press(window, qtbot, "play")  # from where it stands
    wait_for_steps(qtbot, training, 3)


def test_back_to_the_weights_before_the_run(window: MainWindow, training: LiveTraining, qtbot: QtBot) -> None:
    before = window.session.opened.network
    shown = maps(window)
    press(window, qtbot, "forward")
    wait_for_steps(qtbot, training, 1)
    qtbot.waitUntil(lambda: window.session.opened.network.weights == "step 1", timeout=LONG)
    assert settle(window)
    assert not np.array_equal(maps(window), shown)
    window.actions_by_id["train_rewind"].trigger()
    assert settle(window)
    assert window.session.opened.network is before
    assert np.array_equal(maps(window), shown)
    assert training.state.phase == "idle"
    qtbot.waitUntil(lambda: not threads(), timeout=LONG)


def test_a_finished_run_says_how_well_it_went(
    window: MainWindow, training: LiveTraining, qtbot: QtBot
) -> None:
    prepare(training, epochs=2)
    press(window, qtbot, "play")
    wait_for_phase(qtbot, training, "ended")
    assert len(window.notices.sentences()) == 1
    assert "Trained tiny for 8 steps" in window.notices.sentences()[0]
    qtbot.waitUntil(
        lambda: window.session.opened.network.weights == "trained 8 steps on shapes", timeout=LONG
    )


def test_another_network_ends_the_run_first(window: MainWindow, training: LiveTraining, qtbot: QtBot) -> None:
    press(window, qtbot, "play")
    wait_for_steps(qtbot, training, 2)
    window.session.open_network("shapes-net")
    qtbot.waitUntil(lambda: window.session.opened.network.name == "shapes-net", timeout=LONG)
    assert training.state.phase == "idle"
    assert training.state.frame is None
    assert "Training of tiny was stopped" in window.notices.sentences()[0]
    qtbot.waitUntil(lambda: not threads(), timeout=LONG)
    assert settle(window)
    assert window.session.opened.network.name == "shapes-net"
    assert window.session.opened.network.weights.endswith("bundled")


def test_a_network_built_meanwhile_keeps_the_trained_weights(
    window: MainWindow, training: LiveTraining, qtbot: QtBot
) -> None:
    press(window, qtbot, "play")
    wait_for_steps(qtbot, training, 5)
    press(window, qtbot, "play")
    session = window.session
    qtbot.waitUntil(lambda: session.opened.network.weights == f"step {step_of(training)}", timeout=LONG)
    trained = session.opened.network.module
    assert not window.editor.is_changed
    window.editor.set_name("built")
    window.editor.create()
    qtbot.waitUntil(lambda: session.opened.network.name == "built", timeout=LONG)
    assert torch.equal(session.opened.network.module.conv1.weight, trained.conv1.weight)
    assert training.state.name == "built"
    assert training.state.phase == "idle"
    assert any("Training of tiny was stopped" in sentence for sentence in window.notices.sentences())
    assert settle(window)


def test_a_loss_that_explodes_is_one_notice_and_the_moments_live_on(
    window: MainWindow, training: LiveTraining, qtbot: QtBot
) -> None:
    prepare(training, optimizer="sgd", learning_rate=1e30, schedule="constant")
    press(window, qtbot, "play")
    qtbot.waitUntil(lambda: bool(window.notices.sentences()), timeout=LONG)
    assert len(window.notices.sentences()) == 1
    assert "diverged at step" in window.notices.sentences()[0]
    assert "layer conv" in window.notices.sentences()[0]
    assert training.state.phase == "ended"
    assert settle(window)
    training.visit(0)
    qtbot.waitUntil(lambda: training.state.visited == 0, timeout=LONG)
    assert settle(window)
    assert all(
        tensor.isfinite().all() for tensor in window.session.opened.network.module.state_dict().values()
    )
    training.rewind()
    assert training.state.phase == "idle"


def test_a_lack_of_memory_is_a_notice(
    window: MainWindow, training: LiveTraining, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("visualizer.training.first_try.available", lambda: 1000)
    training.how, training.data.choice = Start(), None
    press(window, qtbot, "play")
    qtbot.waitUntil(lambda: bool(window.notices.sentences()), timeout=LONG)
    assert "needs about" in window.notices.sentences()[0]
    assert training.state.phase == "idle"


def test_what_cannot_be_trained_says_why(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    open_tiny(window, tmp_path, tiny(10))
    sentence = "Shapes has 9 classes, tiny gives 10 outputs: set the last layer's outputs to 9 in Build."
    assert not button(window, "play").isEnabled()
    assert "tiny gives 10 outputs" in button(window, "play").toolTip()
    assert window.timeline.slider.accessibleName() == sentence
    window.session.training.toggle()
    assert window.notices.sentences() == [sentence]
    for action in ("train_step", "train_stop", "train_rewind"):
        window.actions_by_id[action].trigger()
    assert window.session.training.state.phase == "impossible"


def test_the_space_bar_plays_and_pauses_but_not_in_a_text(
    window: MainWindow, training: LiveTraining, qtbot: QtBot
) -> None:
    window.activateWindow()
    window.toolbar.search.setFocus()
    qtbot.keyClick(window.toolbar.search, Qt.Key.Key_Space)
    assert training.state.phase == "idle"
    assert window.toolbar.search.text() == " "
    window.workspaces.show("train")
    assert settle(window)
    rate = next(edit for edit in window.findChildren(SettingNumber) if edit.isVisible())
    rate.setFocus()
    text = rate.text()
    qtbot.keyClick(rate, Qt.Key.Key_Space)  # no number has a blank
    assert rate.text() == text
    wait_for_steps(qtbot, training, 1)
    window.activations.tiles.setFocus()
    qtbot.keyClick(window.activations.tiles, Qt.Key.Key_Space)
    assert training.state.phase == "paused"
    qtbot.keyClick(window.activations.tiles, Qt.Key.Key_Space)
    wait_for_steps(qtbot, training, 2)
    qtbot.keyClick(window.activations.tiles, Qt.Key.Key_Space)
    assert training.state.phase == "paused"
    button(window, "stop").setFocus()
    qtbot.keyClick(button(window, "stop"), Qt.Key.Key_Space)  # the button's own
    wait_for_phase(qtbot, training, "ended")


def test_cancel_stops_the_run(window: MainWindow, training: LiveTraining, qtbot: QtBot) -> None:
    press(window, qtbot, "play")
    wait_for_steps(qtbot, training, 2)
    window.actions_by_id["cancel"].trigger()
    wait_for_phase(qtbot, training, "ended")
    assert not window.notices.sentences()


def test_closing_the_window_ends_the_run(qtbot: QtBot, styled: object, tmp_path: Path) -> None:
    window = MainWindow(Session(), Settings())
    window.show()
    open_tiny(window, tmp_path)
    prepare(window.session.training)
    window.session.training.toggle()
    wait_for_steps(qtbot, window.session.training, 2)
    window.unsaved.forget()
    window.close()
    assert not threads()
    window.deleteLater()
