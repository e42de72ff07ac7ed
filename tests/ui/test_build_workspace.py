"""The draft in the window: begun, created, kept for the next start."""

from __future__ import annotations

import pytest
import torch
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from visualizer.networks import architectures
from visualizer.networks.spec import NetworkSpec, walk
from visualizer.ui import settings
from visualizer.ui.driving import settle
from visualizer.ui.editor import EMPTY
from visualizer.ui.main_window import MainWindow
from visualizer.ui.session import Session
from visualizer.ui.settings import Settings

CONTROL, NONE = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.NoModifier


def identity_of(spec: NetworkSpec, name: str) -> int:
    return next(row.identity for _, row in walk(spec.layers) if row.name == name)


def state_of(window: MainWindow) -> dict[str, torch.Tensor]:
    assert window.session.opened is not None
    return window.session.opened.network.module.state_dict()


def draw_small(window: MainWindow) -> None:
    """A network of two convolutions for the shapes, as requests of the panels build it."""
    editor = window.editor
    window.building.new_network()
    for kind in ("conv", "relu", "max_pool", "conv", "global_average_pool", "flatten", "linear"):
        editor.add(kind)
    editor.set_value(identity_of(editor.spec, "conv2"), "out_channels", 12)
    editor.set_value(identity_of(editor.spec, "fc1"), "out_features", 9)
    window.building.set_classes("shapes")
    editor.set_name("small")


def test_the_first_draft_is_the_bundled_network(window: MainWindow) -> None:
    assert window.session.opened is not None
    assert window.editor.spec is window.session.opened.network.spec
    assert not window.editor.is_changed


def test_a_created_network_is_the_open_one_and_its_maps_are_there(window: MainWindow) -> None:
    draw_small(window)
    window.editor.create()
    assert settle(window)
    session = window.session
    assert session.opened is not None
    assert session.opened.network.name == "small"
    assert session.opened.network.classes == architectures.SHAPES
    assert session.inspection is not None
    assert session.inspection.frame.layer.name == "conv1"
    assert not window.editor.is_changed
    assert window.workspaces.current.key == "build", "creating leaves the workspace alone"
    assert window.notices.sentences() == ["The network small is open: random weights."]
    (show_maps,) = window.notices.findChildren(QPushButton)
    assert show_maps.text() == "Show maps"
    QTest.mouseClick(show_maps, Qt.MouseButton.LeftButton)
    assert window.workspaces.current.key == "inspect"
    assert not window.notices.sentences()
    assert window.windowTitle().startswith("small")


def test_unchanged_layers_keep_their_weights(window: MainWindow) -> None:
    before = {key: value.clone() for key, value in state_of(window).items()}
    window.editor.set_value(identity_of(window.editor.spec, "fc2"), "out_features", 4)
    window.building.set_classes("numbered")
    window.editor.create()
    assert settle(window)
    after = state_of(window)
    assert after["fc2.weight"].shape[0] == 4
    assert all(torch.equal(after[key], before[key]) for key in before if not key.startswith("fc2"))
    assert window.session.opened is not None
    assert window.session.opened.network.classes == ("class 0", "class 1", "class 2", "class 3")


def test_undo_after_create_goes_back_in_the_draft(window: MainWindow) -> None:
    original = window.editor.spec
    window.editor.set_value(identity_of(original, "conv1"), "out_channels", 20)
    window.editor.create()
    assert settle(window)
    window.editor.undo()
    assert window.editor.spec == original
    assert window.editor.is_changed
    window.editor.create()
    assert settle(window)
    assert state_of(window)["conv1.weight"].shape[0] == original.layers[0].values["out_channels"]


def test_the_twin_of_a_torchvision_network_can_be_edited(window: MainWindow) -> None:
    window.session.open_network("resnet18")
    assert settle(window)
    before = state_of(window)
    window.workspaces.show("build")
    assert settle(window)
    editor = window.editor
    assert editor.spec.name == "resnet18"
    editor.set_value(identity_of(editor.spec, "fc"), "out_features", 10)
    window.building.set_classes("CIFAR-10")
    editor.create()
    assert settle(window)
    after = state_of(window)
    assert after["fc.weight"].shape == (10, 512)
    assert before.keys() == after.keys()
    assert all(torch.equal(after[key], before[key]) for key in before if not key.startswith("fc."))


@pytest.mark.parametrize("shown", [True, False])
def test_the_draft_follows_the_last_of_networks_opened_in_a_row(window: MainWindow, shown: bool) -> None:
    window.workspaces.show("build")
    for name in ("resnet18", "lenet-5", "squeezenet1_1"):
        window.session.open_network(name)
        while window.session.awaits("network"):
            QApplication.processEvents()
        if not shown:
            window.workspaces.show("inspect")
    assert settle(window)
    window.workspaces.show("build")
    assert settle(window)
    assert window.editor.spec.name == window.editor.state.opened_name == "squeezenet1_1"


def test_a_network_without_layers_to_edit_says_so(window: MainWindow) -> None:
    window.session.open_network("vit_b_16")
    assert settle(window)
    assert not window.notices.sentences(), "it is of no interest before the workspace is shown"
    window.workspaces.show("build")
    assert settle(window)
    assert "vit_b_16 cannot be edited" in window.notices.sentences()[0]
    assert window.editor.spec == EMPTY
    window.building.start_from("lenet-5")
    assert window.editor.spec.name == "lenet-5"


def test_a_draft_that_cannot_be_built_survives(window: MainWindow) -> None:
    opened = window.session.opened
    draw_small(window)
    window.editor.set_input((3, 8192, 8192))
    draft = window.editor.spec
    window.editor.create()
    assert settle(window)
    assert window.session.opened is opened
    assert window.editor.spec is draft
    assert len(window.notices.sentences()) == 1


def test_a_failure_in_the_worker_leaves_draft_and_network(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    def out_of_memory(*_: object) -> None:
        raise MemoryError

    draw_small(window)
    opened, draft = window.session.opened, window.editor.spec
    monkeypatch.setattr("visualizer.networks.rebuilding.build", out_of_memory)
    window.editor.create()
    assert settle(window)
    assert window.session.opened is opened
    assert window.editor.spec is draft
    assert window.editor.is_changed
    assert "memory" in window.notices.sentences()[0]


@pytest.mark.parametrize("name", ["shapes", "digits", "CIFAR-10"])
def test_classes_are_those_of_the_data(window: MainWindow, name: str) -> None:
    expected = {"shapes": architectures.SHAPES, "digits": architectures.DIGITS}
    window.building.set_classes(name)
    assert window.editor.spec.classes == expected.get(name, architectures.CIFAR10)


def test_a_network_that_ends_with_maps_needs_no_classes(window: MainWindow) -> None:
    window.building.new_network()
    window.editor.add("conv")
    window.building.set_classes("shapes")
    assert window.editor.plan.problems
    window.building.set_classes("none")
    assert window.editor.spec.classes == ()
    assert not window.editor.plan.problems


def test_classes_cannot_be_numbered_without_outputs(window: MainWindow) -> None:
    window.building.new_network()
    before = window.editor.spec.classes
    window.building.set_classes("numbered")
    assert window.editor.spec.classes == before
    assert len(window.notices.sentences()) == 1


def test_commands_of_a_workspace_are_off_in_the_other(window: MainWindow) -> None:
    layer = window.session.selection.layer
    window.workspaces.show("build")
    for key in (Qt.Key.Key_BracketRight, Qt.Key.Key_BracketLeft, Qt.Key.Key_F):
        QTest.keyClick(window, key)
    assert settle(window)
    assert window.session.selection.layer == layer
    assert not window.actions_by_id["remove"].isEnabled()
    window.editor.select((identity_of(window.editor.spec, "conv2"),))
    assert window.actions_by_id["remove"].isEnabled()
    window.workspaces.show("inspect")
    assert not window.actions_by_id["remove"].isEnabled()
    draft = window.editor.spec
    QTest.keyClick(window, Qt.Key.Key_Delete)
    assert window.editor.spec is draft


def test_the_edit_menu_says_what_it_undoes(window: MainWindow) -> None:
    window.workspaces.show("build")
    undo, redo = window.actions_by_id["undo"], window.actions_by_id["redo"]
    assert not undo.isEnabled()
    window.editor.add("conv")
    assert undo.text() == "Undo add Conv"
    undo.trigger()
    assert redo.text() == "Redo add Conv"
    assert redo.isEnabled()
    assert not undo.isEnabled()


def test_search_finds_kinds_architectures_and_the_workspace(window: MainWindow) -> None:
    search = window.toolbar.search

    def choose(text: str) -> None:
        search.opened.emit()
        QTest.keyClicks(search, text)
        QTest.keyClick(search, Qt.Key.Key_Return)
        QApplication.processEvents()

    choose("Build from ResNet-18")
    assert window.workspaces.current.key == "build"
    assert window.editor.spec.name == "resnet18"
    rows = len(window.editor.spec.layers)
    choose("Add Conv")
    assert len(window.editor.spec.layers) == rows + 1
    window.workspaces.show("inspect")
    choose("Build")
    assert window.workspaces.current.key == "build"


# The draft between two starts --------------------------------------------------------------------


def start(*, build: bool = True) -> MainWindow:
    window = MainWindow(Session(), Settings())
    window.show()
    window.opening.open_command_line([])
    assert settle(window)
    if build:
        window.workspaces.show("build")
    return window


def end(window: MainWindow) -> None:
    window.close()
    window.deleteLater()


def test_a_draft_is_there_at_the_next_start(qtbot: QtBot, styled: QApplication) -> None:
    first = start()
    draw_small(first)
    draft = first.editor.spec
    end(first)
    closed_early = MainWindow(Session(), Settings())
    closed_early.show()
    end(closed_early)
    second = start()
    assert second.editor.spec == draft
    assert second.notices.sentences() == [
        "The draft small of last time is still here; Discard goes back to the open network."
    ]
    second.editor.discard()
    assert second.editor.spec.name == "shapes-net"
    assert not second.editor.is_changed
    end(second)
    third = start()
    assert not third.notices.sentences()
    assert third.editor.spec.name == "shapes-net"
    end(third)


DAMAGED = ("{", "[]", "null", '{"version": 99}', "[" * 100_000, '{"version": 2, "name": "\ud800"}'[:20], "7")


@pytest.mark.parametrize("content", DAMAGED)
def test_a_damaged_draft_does_no_harm(qtbot: QtBot, styled: QApplication, content: str) -> None:
    store = Settings()
    store.set(settings.DRAFT, content)
    store.save()
    window = start()
    assert window.editor.spec.name == "shapes-net"
    assert not window.notices.sentences()
    end(window)


def test_a_workspace_that_there_is_not_does_no_harm(qtbot: QtBot, styled: QApplication) -> None:
    store = Settings()
    store.set(settings.WORKSPACE, "nowhere")
    store.set(settings.arrangement_of("inspect"), "upside down")
    store.save()
    window = start(build=False)
    assert window.workspaces.current.key == "inspect"
    assert not window.docks["network"].isHidden()
    end(window)
