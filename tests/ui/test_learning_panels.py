"""The panels of the Train workspace together: what one asks for, the others show."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from test_training import LONG, open_tiny, prepare, press, wait_for_phase, wait_for_steps

from visualizer.data.dataset import DataChoice
from visualizer.ui.data_samples import SAMPLES
from visualizer.ui.driving import settle
from visualizer.ui.main_window import MainWindow
from visualizer.ui.run_wiring import RunWiring, facts_of
from visualizer.ui.training import LiveTraining
from visualizer.ui.training_data import DataState


@pytest.fixture
def training(window: MainWindow, tmp_path: Path) -> LiveTraining:
    """The tiny network in the Train workspace."""
    open_tiny(window, tmp_path)
    window.workspaces.show("train")
    assert settle(window)
    prepare(window.session.training)
    return window.session.training


def test_settings_of_the_form_are_those_of_the_next_run(
    window: MainWindow, training: LiveTraining, qtbot: QtBot
) -> None:
    (wiring,) = window.findChildren(RunWiring)
    wiring.settings.set_value("epochs", 3)
    assert training.how.config.epochs == 3
    wiring.settings.set_value("data.source", "digits")
    assert training.data.source == "digits"
    qtbot.waitUntil(lambda: training.data.dataset is not None, timeout=LONG)
    assert wiring.settings.form.data.classes == 10


def test_samples_of_all_classes_of_other_data_are_there_to_be_looked_at(
    window: MainWindow, training: LiveTraining, qtbot: QtBot
) -> None:
    training.data.choose(DataChoice("digits"))
    gallery = window.session.gallery
    qtbot.waitUntil(lambda: len(gallery.items) == SAMPLES, timeout=LONG)
    assert {item.label for item in gallery.items} == set(map(str, range(10)))


def test_each_note_of_the_data_has_a_line_of_its_own(
    window: MainWindow, training: LiveTraining, qtbot: QtBot
) -> None:
    training.data.choose(DataChoice("digits"))
    qtbot.waitUntil(lambda: training.data.dataset is not None, timeout=LONG)
    assert training.data.dataset is not None
    noted = replace(training.data.dataset, notes=("'empty' is left out", "1 picture could not be read"))
    assert facts_of(DataState(dataset=noted)).note == "'empty' is left out\n1 picture could not be read"


def test_a_cell_of_the_confusion_leads_to_its_images_and_into_the_input(
    window: MainWindow, training: LiveTraining, qtbot: QtBot
) -> None:
    prepare(training, epochs=2)
    press(window, qtbot, "play")
    wait_for_phase(qtbot, training, "ended")
    assert settle(window)
    evaluation = training.state.evaluation
    assert evaluation is not None
    assert window.confusion._evaluation is evaluation
    true, predicted = int(evaluation.labels[5]), int(evaluation.predicted[5])
    assert "mistakes" not in window.visible
    place = window.confusion.matrix.cell_rect((true, predicted)).center().toPoint()
    qtbot.mouseClick(window.confusion.matrix, Qt.MouseButton.LeftButton, pos=place)
    qtbot.waitUntil(lambda: "mistakes" in window.visible, timeout=LONG)
    qtbot.waitUntil(lambda: window.mistakes._shown is not None, timeout=LONG)
    qtbot.waitUntil(lambda: window.mistakes._shown.cell == (true, predicted), timeout=LONG)
    assert 5 in window.mistakes._shown.indices
    window.mistakes.picture_chosen.emit(5)
    assert settle(window)
    assert window.session.input is not None
    assert window.session.input.label == evaluation.classes[true]
    assert window.session.inspection is not None
    assert window.session.inspection.prediction is not None
    assert window.session.inspection.prediction.top[0].index == predicted


def test_a_click_into_a_curve_visits_its_moment(
    window: MainWindow, training: LiveTraining, qtbot: QtBot
) -> None:
    prepare(training, epochs=2)
    press(window, qtbot, "play")
    wait_for_phase(qtbot, training, "ended")
    with qtbot.waitSignal(training.moments.arrived, timeout=LONG):
        window.loss.visit_requested.emit(3)
    assert training.state.visited == 3
    assert settle(window)


def test_the_probability_of_the_class_is_followed(
    window: MainWindow, training: LiveTraining, qtbot: QtBot
) -> None:
    press(window, qtbot, "play")
    wait_for_steps(qtbot, training, 8)
    press(window, qtbot, "stop")
    wait_for_phase(qtbot, training, "ended")
    history = window.prediction.history
    label = window.session.input.label
    assert label is not None
    qtbot.waitUntil(lambda: history._history is not None and len(history._history.epochs) > 4, timeout=LONG)
    assert history._history.label == label
    training.rewind()
    assert history._history is None
