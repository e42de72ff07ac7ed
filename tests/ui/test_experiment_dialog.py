"""The dialog of the rotation experiment, by real events."""

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog

from visualizer.experiments.rotation.settings import RECIPES, RotationSettings
from visualizer.experiments.rotation.verdicts import Comparison, Finding
from visualizer.ui.experiment_dialog import FINISHED, FORM, RUNNING, ExperimentDialog

FINDINGS = (
    Finding(
        "a", "Rotation in every layer costs accuracy.", "accuracy", "mini-vgg", "shown", "Shown by 4_rot_4."
    ),
    Finding(
        "c",
        "Every network is more rotation-invariant.",
        "share of angles",
        "mini-vgg",
        "not shown",
        "Contradicted by 4_rot_2.",
        (Comparison("4_rot_2", 0.3, 0.4, -0.1, 0.02, "not shown"),),
    ),
    Finding(
        "f", "Normalised weights in both lose that gain.", "area", "", "not tested", "They were not trained."
    ),
)


@pytest.fixture
def dialog(qtbot):
    made = ExperimentDialog()
    qtbot.addWidget(made)
    made.open()
    return made


def started(dialog):
    asked = []
    dialog.start_requested.connect(asked.append)
    QTest.mouseClick(dialog.start_button, Qt.MouseButton.LeftButton)
    return asked


def test_a_try_is_asked_for_with_a_folder_alone(dialog, tmp_path):
    assert not dialog.start_button.isEnabled()
    dialog.form.set_folder(tmp_path / "new")
    assert started(dialog) == [
        RotationSettings(tmp_path / "new", "try", "shapes", images=RECIPES["try"].images)
    ]
    assert dialog.stages.currentIndex() == RUNNING


def test_everything_that_is_typed_and_chosen_is_asked_for(dialog, tmp_path):
    form = dialog.form
    whole = form.recipes.button(1)
    QTest.mouseClick(whole, Qt.MouseButton.LeftButton, pos=QPoint(10, whole.height() // 2))
    assert form.data.currentText() == "CIFAR-10"
    assert form.images.value == 1000
    form.seeds.selectAll()
    QTest.keyClicks(form.seeds, "1, 2,3")
    form.images.selectAll()
    QTest.keyClicks(form.images, "500")
    form.set_folder(tmp_path)
    form.set_pictures(tmp_path / "birds")
    (asked,) = started(dialog)
    assert asked == RotationSettings(tmp_path, "full", str(tmp_path / "birds"), seeds=(1, 2, 3), images=500)


def test_a_download_is_offered_for_what_is_published(dialog, tmp_path):
    form = dialog.form
    form.set_folder(tmp_path)
    assert not form.download.isVisible()  # shapes are drawn
    whole = form.recipes.button(1)
    QTest.mouseClick(whole, Qt.MouseButton.LeftButton, pos=QPoint(10, whole.height() // 2))
    assert form.download.isVisible()
    assert form.settings().download is False
    QTest.mouseClick(form.download, Qt.MouseButton.LeftButton, pos=QPoint(10, form.download.height() // 2))
    assert form.settings().download is True
    form.set_pictures(tmp_path / "birds")
    assert not form.download.isVisible()
    assert form.settings().download is False


@pytest.mark.parametrize("text", ["", "one", "1,,2", "-1", "4294967296"])
def test_seeds_that_are_none(dialog, tmp_path, text):
    dialog.form.set_folder(tmp_path)
    dialog.form.seeds.selectAll()
    QTest.keyClick(dialog.form.seeds, Qt.Key.Key_Delete)
    QTest.keyClicks(dialog.form.seeds, text or " ")
    assert not dialog.start_button.isEnabled()
    assert dialog.form.error.isVisible()
    assert "whole numbers" in dialog.form.error.text()
    QTest.keyClick(dialog.form.seeds, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(dialog.form.seeds, "7")
    assert dialog.start_button.isEnabled()
    assert not dialog.form.error.isVisible()


def test_the_folder_is_chosen_in_a_dialog(dialog, tmp_path):
    QTest.mouseClick(dialog.form.folder_button, Qt.MouseButton.LeftButton)
    (files,) = dialog.form.findChildren(QFileDialog)
    files.fileSelected.emit(str(tmp_path))
    files.close()
    assert dialog.form.folder.full_text() == str(tmp_path)
    assert dialog.start_button.isEnabled()


def test_progress_cancel_and_what_failed(dialog, tmp_path):
    dialog.form.set_folder(tmp_path)
    started(dialog)
    dialog.set_progress(
        "3 of 28 done; mini-vgg, seed 1: epoch 2 of 8; 8_rot_1, seed 1: opening the data", 0.25
    )
    assert dialog.summary.text() == "3 of 28 done"
    assert [label.full_text() for label in dialog.under_way[:3]] == [
        "mini-vgg, seed 1: epoch 2 of 8",
        "8_rot_1, seed 1: opening the data",
        "",
    ]
    assert dialog.progress.value() == 250
    assert dialog.percent.text() == "25 %"
    cancelled = []
    dialog.cancel_requested.connect(lambda: cancelled.append(True))
    QTest.mouseClick(dialog.cancel_button, Qt.MouseButton.LeftButton)
    assert cancelled == [True]
    assert not dialog.cancel_button.isEnabled()
    dialog.set_progress("4 of 28 done", 0.3)  # on its way when Cancel was pressed
    assert not dialog.cancel_button.isEnabled()
    dialog.set_failed("The folder holds other files.")
    assert dialog.stages.currentIndex() == FORM
    assert dialog.form.error.text() == "The folder holds other files."
    started(dialog)
    assert dialog.cancel_button.isEnabled()
    assert dialog.cancel_button.text() == "Cancel"


def test_findings_are_told_and_the_folder_opened(dialog, tmp_path, monkeypatch):
    dialog.set_finished(tmp_path / "report.md", FINDINGS)
    assert dialog.stages.currentIndex() == FINISHED
    words = [label.text() for label in dialog.findings.widget().children() if hasattr(label, "text")]
    assert "✓ shown" in words
    assert "✗ not shown" in words
    assert "Contradicted by 4_rot_2." in words
    opened = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url))
    QTest.mouseClick(dialog.folder_button, Qt.MouseButton.LeftButton)
    assert opened == [QUrl.fromLocalFile(str(tmp_path))]
    QTest.mouseClick(dialog.again_button, Qt.MouseButton.LeftButton)
    assert dialog.stages.currentIndex() == FORM


def test_closing_hides_and_goes_on(dialog, tmp_path):
    dialog.form.set_folder(Path(tmp_path))
    started(dialog)
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
    dialog.open()
    assert dialog.stages.currentIndex() == RUNNING
