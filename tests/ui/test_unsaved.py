"""What has been trained and not saved: kept when another network is opened, asked for before the window closes."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QMessageBox, QPushButton
from pytestqt.qtbot import QtBot
from test_training import LONG, open_tiny, prepare

from visualizer.networks import zoo
from visualizer.networks.network import Network
from visualizer.ui.driving import settle
from visualizer.ui.main_window import MainWindow


@pytest.fixture(autouse=True)
def own_dialogs(styled: QApplication) -> None:
    """Qt's own dialogs, whatever the platform: a test can answer them."""
    QApplication.setAttribute(Qt.ApplicationAttribute.AA_DontUseNativeDialogs)


@pytest.fixture
def trained(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> Network:
    """The tiny network after a run of twelve steps, open and in no file."""
    open_tiny(window, tmp_path)
    return train(window, qtbot)


def train(window: MainWindow, qtbot: QtBot, epochs: int = 3) -> Network:
    training = window.session.training
    prepare(training, epochs)
    training.toggle()
    qtbot.waitUntil(lambda: training.state.phase == "ended", timeout=LONG)
    assert settle(window)
    window.notices.clear()
    assert window.session.opened is not None
    return window.session.opened.network


def network_of(window: MainWindow) -> Network:
    assert window.session.opened is not None
    return window.session.opened.network


def questions(window: MainWindow) -> list[QMessageBox]:
    return [box for box in window.findChildren(QMessageBox) if box.isVisible()]


def answer(window: MainWindow, text: str) -> None:
    (question,) = questions(window)
    (button,) = (button for button in question.buttons() if button.text().replace("&", "") == text)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    QApplication.processEvents()


def answer_file_dialog(window: MainWindow, path: Path) -> None:
    QApplication.processEvents()
    (dialog,) = (child for child in window.findChildren(QFileDialog) if child.isVisible())
    (line,) = dialog.findChildren(QLineEdit)
    QTest.keyClick(line, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(line, str(path))
    QApplication.processEvents()
    dialog.accept()
    assert settle(window)


def test_a_window_without_training_closes_at_once(window: MainWindow) -> None:
    assert window.close()


def test_a_few_steps_are_not_worth_a_question(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    open_tiny(window, tmp_path)
    train(window, qtbot, epochs=1)
    assert window.close()


def test_another_network_and_the_button_that_leads_back(window: MainWindow, trained: Network) -> None:
    assert not window.actions_by_id["trained_back"].isEnabled()
    window.session.open_network("shapes-net")
    assert settle(window)
    assert network_of(window).name == "shapes-net"
    assert not questions(window)
    assert "tiny (trained 12 steps on shapes) is in no file" in window.notices.sentences()[-1]
    assert window.actions_by_id["trained_back"].text() == "Back to tiny (trained 12 steps on shapes)"
    (back,) = window.notices.findChildren(QPushButton)
    assert back.text() == "Back to tiny"
    QTest.mouseClick(back, Qt.MouseButton.LeftButton)
    assert settle(window)
    assert network_of(window) is trained
    assert window.editor.spec == trained.spec
    assert window.session.inspection is not None
    assert not window.actions_by_id["trained_back"].isEnabled()


def test_a_created_network_that_keeps_all_weights_is_the_trained_one(
    window: MainWindow, trained: Network
) -> None:
    window.editor.set_name("renamed")
    window.editor.create()
    assert settle(window)
    assert torch.equal(network_of(window).module.conv1.weight, trained.module.conv1.weight)
    assert not window.actions_by_id["trained_back"].isEnabled()
    assert not window.close(), "what has been learnt is still in no file"
    answer(window, "Cancel")


def test_a_created_network_that_loses_weights_leaves_the_trained_one_in_memory(
    window: MainWindow, trained: Network
) -> None:
    first = window.editor.spec.layers[0]
    window.editor.set_value(first.identity, "out_channels", 5)
    window.editor.create()
    assert settle(window)
    assert network_of(window) is not trained
    window.actions_by_id["trained_back"].trigger()
    assert settle(window)
    assert network_of(window) is trained


def test_two_trained_networks_take_turns(window: MainWindow, trained: Network, qtbot: QtBot) -> None:
    window.session.open_network("shapes-net")
    assert settle(window)
    second = train(window, qtbot)
    for expected in (trained, second, trained):
        window.actions_by_id["trained_back"].trigger()
        assert settle(window)
        assert network_of(window) is expected


def test_the_run_that_is_taken_back_is_not_asked_for(window: MainWindow, trained: Network) -> None:
    window.session.training.rewind()
    assert settle(window)
    assert window.close()


def test_cancel_leaves_everything_open(window: MainWindow, trained: Network) -> None:
    assert not window.close()
    assert not window.close(), "asked once"
    (question,) = questions(window)
    assert question.text() == "The network tiny (trained 12 steps on shapes) is not saved."
    answer(window, "Cancel")
    assert window.isVisible()
    assert network_of(window) is trained
    window.session.inspect_again()
    assert settle(window), "the workers are alive"


def test_quit_without_saving(window: MainWindow, trained: Network) -> None:
    window.actions_by_id["quit"].trigger()
    answer(window, "Quit without saving")
    assert not window.isVisible()


def test_save_and_quit(window: MainWindow, trained: Network, tmp_path: Path) -> None:
    window.close()
    answer(window, "Save…")
    answer_file_dialog(window, tmp_path / "kept.safetensors")
    assert not window.isVisible()
    again = zoo.open_network(str(tmp_path / "kept.safetensors"))
    assert torch.equal(again.module.fc.weight, trained.module.fc.weight)


def test_save_and_quit_while_it_is_training_saves_the_last_weights(
    window: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    open_tiny(window, tmp_path)
    training = window.session.training
    prepare(training)
    training.toggle()
    qtbot.waitUntil(lambda: bool(window.unsaved.networks), timeout=LONG)
    window.close()
    answer(window, "Save…")
    qtbot.waitUntil(lambda: bool(window.findChildren(QFileDialog)), timeout=LONG)
    assert training.state.phase == "ended"
    last = network_of(window)
    answer_file_dialog(window, tmp_path / "kept.safetensors")
    assert not window.isVisible()
    again = zoo.open_network(str(tmp_path / "kept.safetensors"))
    assert torch.equal(again.module.fc.weight, last.module.fc.weight)


def test_what_is_saved_is_not_asked_for(window: MainWindow, trained: Network, tmp_path: Path) -> None:
    window.actions_by_id["save_network"].trigger()
    answer_file_dialog(window, tmp_path / "kept.safetensors")
    assert window.isVisible()
    assert window.close()


def test_create_of_an_unchanged_draft_leaves_the_run_alone(
    window: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    open_tiny(window, tmp_path)
    window.workspaces.show("build")
    training = window.session.training
    prepare(training)
    training.toggle()
    qtbot.waitUntil(lambda: training.state.frame is not None, timeout=LONG)
    assert not window.actions_by_id["create_network"].isEnabled()
    window.editor.create()
    assert not window.session.awaits("network")
    assert training.state.phase == "running"
    assert window.notices.sentences() == ["The open network is as it stands here."]
