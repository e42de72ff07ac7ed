"""The dialog that chooses a network: filter, keys, weights, files."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from visualizer.ui.panels.open_network import FILE, PRETRAINED, RANDOM, NetworkChoice, OpenNetworkDialog
from visualizer.ui.widgets.architecture_list import (
    BUNDLED,
    LOADING,
    OWN,
    SMALL,
    TORCHVISION,
    Architecture,
)

ROWS = (
    Architecture("shapes-net", BUNDLED, "trained on the built-in shapes"),
    Architecture("preact-resnet18-32", SMALL, "3×32×32", "Pre-activation ResNet-18, 32×32: a sentence."),
    Architecture("resnet20", OWN),
    *(Architecture(name) for name in ("alexnet", "resnet101", "resnet18", "resnet50", "vgg11", "vgg11_bn")),
)


@pytest.fixture
def dialog(qtbot: QtBot, styled: QApplication) -> OpenNetworkDialog:
    made = OpenNetworkDialog()
    qtbot.addWidget(made)
    made.open()
    qtbot.waitExposed(made)
    return made


@pytest.fixture
def filled(dialog: OpenNetworkDialog) -> OpenNetworkDialog:
    dialog.set_architectures(ROWS)
    return dialog


@pytest.fixture
def choices(dialog: OpenNetworkDialog) -> list[NetworkChoice]:
    made: list[NetworkChoice] = []
    dialog.chosen.connect(made.append)
    return made


def shown(dialog: OpenNetworkDialog) -> list[str]:
    return [dialog.list.item(row).text() for row in range(dialog.list.count())]


def test_until_the_list_is_there_it_is_being_loaded(dialog: OpenNetworkDialog) -> None:
    assert shown(dialog) == [LOADING]
    assert not dialog.open_button.isEnabled()
    assert dialog.file_button.isEnabled()
    dialog.filter.setText("resnet")
    assert shown(dialog) == [LOADING]
    dialog.set_architectures(ROWS)
    assert "resnet18" in shown(dialog)
    assert "alexnet" not in shown(dialog)


def test_architectures_stand_under_their_groups_in_natural_order(filled: OpenNetworkDialog) -> None:
    own = [SMALL, "preact-resnet18-32", OWN, "resnet20"]
    assert shown(filled)[:7] == [BUNDLED, "shapes-net", *own, TORCHVISION]
    filled.filter.setText("resnet")
    assert shown(filled) == [*own, TORCHVISION, "resnet18", "resnet50", "resnet101"]
    assert filled.list.item(1).toolTip() == "Pre-activation ResNet-18, 32×32: a sentence."


def test_what_begins_as_typed_wins_over_the_first(filled: OpenNetworkDialog) -> None:
    filled.filter.setText("resnet")
    assert filled.list.architecture() == Architecture("resnet20", OWN)


def test_typing_arrows_and_enter_open_one(
    filled: OpenNetworkDialog, qtbot: QtBot, choices: list[NetworkChoice]
) -> None:
    qtbot.keyClicks(filled.filter, "resnet")
    qtbot.keyClick(filled.filter, Qt.Key.Key_Down)  # over the heading
    qtbot.keyClick(filled.filter, Qt.Key.Key_Down)
    qtbot.keyClick(filled.filter, Qt.Key.Key_Return)
    assert choices == [NetworkChoice("resnet50")]
    assert not filled.isVisible()


def test_the_exact_name_wins_over_the_first(filled: OpenNetworkDialog) -> None:
    filled.filter.setText("VGG11_bn")
    assert filled.list.architecture() == Architecture("vgg11_bn")
    filled.filter.setText("vgg11")
    assert filled.list.architecture() == Architecture("vgg11_bn")  # still among them: it stays
    filled.filter.setText("alex")
    filled.filter.setText("vgg11")
    assert filled.list.architecture() == Architecture("vgg11")


def test_a_double_click_opens(filled: OpenNetworkDialog, qtbot: QtBot, choices: list[NetworkChoice]) -> None:
    place = filled.list.visualItemRect(filled.list.item(7)).center()
    viewport = filled.list.viewport()
    qtbot.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=place)
    qtbot.mouseDClick(viewport, Qt.MouseButton.LeftButton, pos=place)
    assert choices == [NetworkChoice("alexnet")]


def test_a_name_that_nothing_has_opens_nothing(
    filled: OpenNetworkDialog, qtbot: QtBot, choices: list[NetworkChoice]
) -> None:
    qtbot.keyClicks(filled.filter, "xyz")
    assert shown(filled) == ["No architecture is called “xyz”."]
    qtbot.keyClick(filled.filter, Qt.Key.Key_Return)
    assert choices == []
    assert filled.isVisible()


def test_pretrained_weights_are_offered_where_they_exist(
    filled: OpenNetworkDialog, choices: list[NetworkChoice]
) -> None:
    filled.filter.setText("alexnet")
    filled.weights.button(PRETRAINED).click()
    assert "download.pytorch.org" in filled.hint.text()
    filled.filter.setText("resnet20")
    assert not filled.weights.button(PRETRAINED).isEnabled()
    assert filled.weights.checkedId() == RANDOM
    filled.filter.setText("alexnet")
    filled.weights.button(PRETRAINED).click()
    filled.open_button.click()
    assert choices == [NetworkChoice("alexnet", pretrained=True)]


def test_a_bundled_network_comes_with_its_weights(filled: OpenNetworkDialog) -> None:
    filled.filter.setText("shapes")
    assert filled.weights.button(RANDOM).text() == "The weights that come with it"
    assert "nothing is downloaded" in filled.hint.text()


def test_weights_from_a_file(
    filled: OpenNetworkDialog, qtbot: QtBot, choices: list[NetworkChoice], tmp_path: Path
) -> None:
    weights = tmp_path / "alexnet.safetensors"
    weights.touch()
    filled.filter.setText("alexnet")
    filled.weights.button(FILE).click()
    assert not filled.open_button.isEnabled()
    files = filled.findChild(QFileDialog)
    assert files is not None
    files.fileSelected.emit(str(weights))
    files.close()
    assert filled.weights_file.full_text() == "alexnet.safetensors"
    filled.open_button.click()
    assert choices == [NetworkChoice("alexnet", weights=weights)]


def test_a_network_file_needs_no_architecture(
    dialog: OpenNetworkDialog, choices: list[NetworkChoice], tmp_path: Path
) -> None:
    dialog.file_button.click()
    files = dialog.findChild(QFileDialog)
    assert files is not None
    files.fileSelected.emit(str(tmp_path / "net.safetensors"))
    files.close()
    assert choices == [NetworkChoice(str(tmp_path / "net.safetensors"))]
    assert not dialog.isVisible()


def test_cancel_chooses_nothing(filled: OpenNetworkDialog, choices: list[NetworkChoice]) -> None:
    filled.cancel_button.click()
    assert choices == []
    assert not filled.isVisible()


def test_everything_fits_at_its_first_size(filled: OpenNetworkDialog) -> None:
    assert (filled.width(), filled.height()) == (520, 460)
    least = filled.minimumSizeHint()
    assert least.width() <= 520
    assert least.height() <= 460


def test_the_list_of_the_zoo_names_every_network_once() -> None:
    from visualizer.networks import zoo
    from visualizer.ui import jobs

    rows = {row.name: row for row in jobs.architectures()}
    assert sorted(rows) == sorted(zoo.names())
    assert len(rows) == len(jobs.architectures())
    assert list(dict.fromkeys(row.group for row in jobs.architectures())) == [
        BUNDLED,
        SMALL,
        OWN,
        TORCHVISION,
    ]
    assert rows["resnet18-32"].group == SMALL
    assert rows["preact-resnet18"].group == OWN
    assert rows["resnet18"].group == TORCHVISION
    assert rows["mini-vgg"].description == "3×32×32 · 1.25\u202fM parameters"
    assert rows["googlenet"].description == "3×224×224 · 6.62\u202fM parameters"  # without heads, as it opens
    assert rows["lenet-5"].tip.endswith("LeCun, Bottou, Bengio, Haffner 1998.")
