"""The search for near-duplicates from the button to the pairs, with a real session and its workers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from visualizer.data.dataset import Dataset, Examples
from visualizer.data.dataset_summary import summarise
from visualizer.ui.duplicates_wiring import DuplicateSearchWiring
from visualizer.ui.panels.dataset import DatasetPanel
from visualizer.ui.session import Session
from visualizer.ui.theme import DARK
from visualizer.ui.training_data import DataState
from visualizer.ui.widgets.duplicate_search import FIND, STOP


def dataset(count: int = 40) -> Dataset:
    """Noise, but image 5 of training is image 3 of validation, and 8 and 9 of training are one under two labels."""
    generator = torch.Generator().manual_seed(1)
    images = torch.randint(0, 256, (count, 3, 24, 24), generator=generator).to(torch.uint8)
    levels = torch.linspace(0.2, 1, count).view(-1, 1, 1, 1)  # histograms of noise alone are all the same
    images = (images * levels).to(torch.uint8)
    half = count // 2
    training, validation = images[:half].clone(), images[half:].clone()
    training[5] = validation[3]
    training[8] = training[9]
    labels = torch.arange(half) % 2
    return Dataset(
        "noise",
        ("dark", "light"),
        lambda epoch: Examples(training, labels),
        half,
        Examples(validation, labels),
        (0.5, 0.5, 0.5),
        (0.25, 0.25, 0.25),
        is_augmented=True,
    )


@pytest.fixture
def session(qtbot: QtBot, styled: QApplication) -> Iterator[Session]:
    made = Session()
    yield made
    made.close()


@pytest.fixture
def panel(qtbot: QtBot, session: Session) -> DatasetPanel:
    made = DatasetPanel()
    qtbot.addWidget(made)
    made.set_colors(DARK)
    made.resize(320, 600)
    made.show()
    DuplicateSearchWiring(session, made)
    opened = dataset()
    session.training.data.state = DataState(dataset=opened)
    made.set_summary(summarise(opened, 1))
    return made


def press(panel: DatasetPanel, qtbot: QtBot) -> None:
    qtbot.mouseClick(panel.duplicates.button, Qt.MouseButton.LeftButton)


def test_planted_duplicates_are_found_and_their_images_opened(
    session: Session, panel: DatasetPanel, qtbot: QtBot
) -> None:
    press(panel, qtbot)
    assert panel.duplicates.button.text() == STOP
    qtbot.waitUntil(lambda: panel.duplicates.pairs.count() > 0, timeout=20_000)
    assert panel.duplicates.button.text() == FIND
    shown = panel.duplicates.pairs._shown
    assert shown is not None
    exact = [pair for pair in shown.found.pairs if pair.is_exact]
    assert [(p.first.split, p.first.index, p.second.split, p.second.index) for p in exact] == [
        ("training", 8, "training", 9),
        ("training", 5, "validation", 3),
    ]
    assert shown.found.pairs[0].is_inconsistent
    with qtbot.waitSignal(session.input_changed, timeout=20_000):
        panel.image_chosen.emit("validation", 3)
    assert session.input is not None
    assert session.input.name == "noise, validation image 3"
    assert session.input.label == "light"
    assert (session.input.pixels == shown.pictures[shown.found.pairs.index(exact[1]), 1]).all()


def test_a_search_can_be_stopped_and_ends_with_its_data(
    session: Session, panel: DatasetPanel, qtbot: QtBot
) -> None:
    press(panel, qtbot)
    press(panel, qtbot)
    assert panel.duplicates.button.text() == FIND
    assert not session.awaits("duplicates")
    press(panel, qtbot)
    session.training.data.changed.emit(DataState())
    assert panel.duplicates.button.text() == FIND
    assert not session.awaits("duplicates")
    qtbot.wait(200)
    assert panel.duplicates.pairs.count() == 0
