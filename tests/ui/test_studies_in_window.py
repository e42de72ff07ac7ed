"""What takes long in the Rotate workspace: networks over a data set, equivariance, the experiment."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

from test_turning import own_line, state, turning

from visualizer.data.shapes import CLASSES
from visualizer.experiments.folder import working_in
from visualizer.experiments.rotation import RotationSettings
from visualizer.ui.driving import settle, wait
from visualizer.ui.experiment_dialog import FINISHED
from visualizer.ui.main_window import MainWindow
from visualizer.ui.rotation.state import Study

__all__ = ["turning"]  # a fixture


def test_the_study_asks_every_network_and_says_when_it_is_done(turning: MainWindow) -> None:
    turning.turning.comparison.toggle()
    assert settle(turning)
    turning.turning.studying.set_study(Study(count=40, step=45.0))
    turning.turning.studying.start()
    assert wait(lambda: state(turning).study_progress is None)
    for line in state(turning).lines:
        assert line.study is not None
        assert line.study.complete
        assert line.study.predicted.shape == (40, 8)
        right = (line.study.predicted == line.study.labels[:, None]).mean()
        assert right > 0.8, "the bundled network knows shapes however they lie"
        assert tuple(line.study.classes) == CLASSES
    assert state(turning).study_words.startswith("done ")
    found = own_line(turning).study
    turning.turning.live.set_transform("blur")
    assert own_line(turning).study is None, "it says nothing of blurred images"
    turning.turning.live.set_transform("rotation")
    assert own_line(turning).study is found
    assert settle(turning)


def test_a_study_is_cancelled_and_keeps_what_it_has(turning: MainWindow) -> None:
    turning.turning.studying.set_study(Study(count=2000, step=1.0))
    turning.turning.studying.start()
    assert wait(lambda: own_line(turning).study is not None and own_line(turning).study.done > 0)
    turning.turning.studying.cancel()
    assert settle(turning)
    assert state(turning).study_progress is None
    assert state(turning).study_words == "cancelled"
    study = own_line(turning).study
    assert study is not None
    assert not study.complete


def test_the_equivariance_of_the_layers_is_there_when_it_is_looked_at(turning: MainWindow) -> None:
    assert state(turning).equivariance is None
    turning.docks["equivariance"].raise_()
    assert settle(turning)
    equivariance = state(turning).equivariance
    assert equivariance is not None
    assert equivariance.known.all()
    assert state(turning).equivariance_progress is None
    names = [layer.name for layer in equivariance.layers]
    assert {"conv1", "conv2", "conv3", "conv4"} <= set(names)


def test_the_experiment_is_run_from_the_menu_and_shows_its_findings(
    window: MainWindow, tmp_path: Path
) -> None:
    window.actions_by_id["experiment"].trigger()
    dialog = window.turning.experiment.dialog
    assert dialog is not None
    out = tmp_path / "experiment"
    settings = RotationSettings(out, epochs=1, networks=("baseline", "8_rot_1"), images=5, step=90.0, jobs=1)
    dialog.start_requested.emit(settings)
    dialog.reject()
    assert wait(lambda: (out / "report.md").is_file() and not window.session.waiting)
    assert dialog.stages.currentIndex() == FINISHED
    assert any("report.md" in sentence for sentence in window.notices.sentences()), "the dialog was hidden"
    window.actions_by_id["experiment"].trigger()
    assert dialog.isVisible()
    dialog.reject()


def test_an_experiment_is_cancelled_and_a_bad_one_refused(window: MainWindow, tmp_path: Path) -> None:
    window.actions_by_id["experiment"].trigger()
    dialog = window.turning.experiment.dialog
    assert dialog is not None
    dialog.start_requested.emit(
        RotationSettings(tmp_path / "one", epochs=500, networks=("baseline",), jobs=1)
    )
    dialog.set_progress("Beginning …", None)
    assert wait(lambda: "mini-vgg" in dialog.under_way[0].text())
    dialog.cancel_button.click()
    assert wait(lambda: not multiprocessing.active_children())
    assert not dialog.is_running
    (tmp_path / "two").mkdir()
    (tmp_path / "two" / "letter.txt").write_text("Dear")
    with working_in(tmp_path / "three", "experiment.json"):
        for name, words in (("two", "holds other files"), ("three", "Another experiment is running")):
            dialog.start_requested.emit(RotationSettings(tmp_path / name, epochs=1, networks=("baseline",)))
            assert settle(window)
            assert words in dialog.form.error.text()
    dialog.reject()
