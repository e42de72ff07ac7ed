"""Saving the network and exporting it, by the menu and the dialogs, and opening what was saved by a drop."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import torch
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFileDialog

from visualizer.networks.spec import walk
from visualizer.ui import settings
from visualizer.ui.driving import drop, settle
from visualizer.ui.main_window import MainWindow
from visualizer.ui.saving import _file_name


def choose(window: MainWindow, action: str, path: Path) -> QFileDialog:
    """Trigger a command and answer its dialog."""
    window.actions_by_id[action].trigger()
    (dialog,) = [child for child in window.findChildren(QFileDialog) if child.isVisible()]
    dialog.selectFile(str(path))
    dialog.accept()
    assert settle(window)
    QApplication.processEvents()
    return dialog


@pytest.fixture(autouse=True)
def own_dialogs(styled: QApplication) -> None:
    """Qt's own dialogs, whatever the platform: a test can answer them."""
    QApplication.setAttribute(Qt.ApplicationAttribute.AA_DontUseNativeDialogs)


def edited(window: MainWindow) -> None:
    """Another network than the bundled one: fewer maps, its own name."""
    editor = window.editor
    conv = next(row.identity for _, row in walk(editor.spec.layers) if row.name == "conv1")
    editor.set_value(conv, "out_channels", 12)
    editor.set_name("mine/1")
    editor.create()
    assert settle(window)
    window.notices.clear()


def test_a_saved_network_comes_back_by_a_drop(window: MainWindow, tmp_path: Path) -> None:
    edited(window)
    session = window.session
    assert session.opened is not None
    saved = session.opened.network
    choose(window, "save_network", tmp_path / "mine")
    assert window.notices.sentences() == ["Saved as mine.safetensors."]
    assert window.settings.get(settings.SAVE_FOLDER) == str(tmp_path)
    assert window.settings.recent_files()[0] == tmp_path / "mine.safetensors"
    session.open_network("shapes-net")
    assert settle(window)
    drop(window, [tmp_path / "mine.safetensors"])
    assert settle(window)
    back = session.opened.network
    assert back is not saved
    assert back.name == "mine/1"
    assert back.classes == saved.classes
    assert back.preprocessing == saved.preprocessing
    assert back.spec == saved.spec == window.editor.spec
    state, before = back.module.state_dict(), saved.module.state_dict()
    assert state.keys() == before.keys()
    assert all(torch.equal(state[key], before[key]) for key in before)


def test_the_dialog_proposes_the_name_and_the_last_folder(window: MainWindow, tmp_path: Path) -> None:
    edited(window)
    window.settings.set(settings.SAVE_FOLDER, str(tmp_path))
    window.actions_by_id["save_network"].trigger()
    (dialog,) = window.findChildren(QFileDialog)
    assert dialog.selectedFiles() == [str(tmp_path / "mine_1.safetensors")]
    assert not dialog.testOption(QFileDialog.Option.DontConfirmOverwrite)
    dialog.reject()
    assert settle(window)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["a/b\\c", "..", " ", "con:1", "x\u202ey", "é" * 10])
def test_names_of_files_can_be_written_everywhere(name: str, tmp_path: Path) -> None:
    (tmp_path / f"{_file_name(name)}.safetensors").write_bytes(b"x")
    assert len(list(tmp_path.iterdir())) == 1


def test_the_draft_is_no_part_of_the_file(window: MainWindow, tmp_path: Path) -> None:
    window.workspaces.show("build")
    window.editor.set_name("draft")
    choose(window, "save_network", tmp_path / "open")
    assert "without the changes of the draft" in window.notices.sentences()[0]
    drop(window, [tmp_path / "open.safetensors"])
    assert settle(window)
    assert window.session.opened is not None
    assert window.session.opened.network.name == "shapes-net"
    assert window.editor.spec.name == "draft", "an edited draft outlives that another network is opened"


def test_a_network_without_a_specification_is_saved_as_weights(window: MainWindow, tmp_path: Path) -> None:
    window.session.open_network("shufflenet_v2_x0_5")
    assert settle(window)
    assert window.session.opened is not None
    before = window.session.opened.network.module.state_dict()
    choose(window, "save_network", tmp_path / "shuffle")
    assert "the weights alone" in window.notices.sentences()[0]
    drop(window, [tmp_path / "shuffle.safetensors"])
    assert settle(window)
    after = window.session.opened.network
    assert after.name == "shufflenet_v2_x0_5"
    assert all(torch.equal(after.module.state_dict()[key], before[key]) for key in before)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_is_read_only(window: MainWindow, tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    choose(window, "save_network", tmp_path / "open")
    tmp_path.chmod(0o700)
    (sentence,) = window.notices.sentences()
    assert "cannot be written" in sentence
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("action", ["save_network", "export_python"])
def test_a_full_disk_is_one_sentence(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, action: str
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    choose(window, action, tmp_path / "open")
    monkeypatch.undo()
    (sentence,) = window.notices.sentences()
    assert "cannot be written" in sentence
    assert not list(tmp_path.iterdir())


def test_python_of_the_open_network_runs(window: MainWindow, tmp_path: Path) -> None:
    choose(window, "export_python", tmp_path / "mine")
    assert window.notices.sentences() == ["Exported as mine.py."]
    compile((tmp_path / "mine.py").read_text(encoding="utf-8"), "mine.py", "exec")


def test_python_of_the_draft_while_it_is_shown(window: MainWindow, tmp_path: Path) -> None:
    window.workspaces.show("build")
    window.editor.add("dropout")
    choose(window, "export_python", tmp_path / "draft")
    text = (tmp_path / "draft.py").read_text(encoding="utf-8")
    window.workspaces.show("inspect")
    choose(window, "export_python", tmp_path / "open")
    assert text.count("Dropout") == (tmp_path / "open.py").read_text(encoding="utf-8").count("Dropout") + 1


def test_a_draft_with_a_problem_is_not_exported(window: MainWindow) -> None:
    window.building.new_network()
    window.actions_by_id["export_python"].trigger()
    assert not window.findChildren(QFileDialog)
    assert "cannot be exported yet" in window.notices.sentences()[0]
