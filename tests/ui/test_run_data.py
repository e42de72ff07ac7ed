"""The data of a run in the real window: what suits it, what is missing, what fails, and what is kept of it."""

from __future__ import annotations

import gc
import weakref
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pytestqt.qtbot import QtBot
from test_training import LONG, open_tiny, prepare, tiny, wait_for_phase, wait_for_steps

from visualizer.ui import training_jobs
from visualizer.ui.driving import settle
from visualizer.ui.main_window import MainWindow
from visualizer.ui.run_form import SOURCE
from visualizer.ui.run_wiring import RunWiring
from visualizer.ui.session import Session
from visualizer.ui.settings import Settings


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two classes of ten pictures in colour."""
    generator = np.random.default_rng(0)
    for name in ("dark", "light"):
        (tmp_path / "pictures" / name).mkdir(parents=True)
        for number in range(10):
            pixels = generator.integers(0, 120, (12, 12, 3)) + (120 if name == "light" else 0)
            path = tmp_path / "pictures" / name / f"{number}.png"
            Image.fromarray(pixels.astype(np.uint8)).save(path)
    return tmp_path / "pictures"


@pytest.fixture
def wiring(window: MainWindow, tmp_path: Path) -> RunWiring:
    open_tiny(window, tmp_path)
    window.workspaces.show("train")
    assert settle(window)
    return window.findChild(RunWiring)


def test_other_data_has_other_usual_settings(
    window: MainWindow, wiring: RunWiring, folder: Path, qtbot: QtBot
) -> None:
    settings, data = wiring.settings, window.session.training.data
    assert (settings.config.epochs, dict(settings.config.augmentation)) == (20, {})
    usual = settings.choice
    settings.set_value("epochs", 7)
    settings.set_value(SOURCE, str(folder))
    assert settle(window)
    assert data.dataset.classes == ("dark", "light")
    assert dict(settings.config.augmentation) == {"shift": 0.1, "flip": 0.5}
    assert settings.config.batch == 16  # all there are
    assert settings.config.epochs == 7  # what the user has set stays
    settings.reset()
    assert settings.config.epochs == 8
    assert settings.choice.source == str(folder)
    settings.set_value(SOURCE, "shapes")
    assert settle(window)
    assert settings.config.epochs == 20
    assert settings.choice == usual
    assert not settings.config.augmentation


def test_data_that_is_not_here_can_be_downloaded(
    window: MainWindow, wiring: RunWiring, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("visualizer.data.datasets.table.search_folders", lambda: (tmp_path / "nothing",))
    wiring.settings.set_value(SOURCE, "cifar-100")
    assert settle(window)
    assert window.session.training.data.state.is_missing
    assert window.run.data_line.download.isVisible()
    wiring.settings.set_value(SOURCE, str(tmp_path / "nowhere"))
    assert settle(window)
    assert window.session.training.data.state.problem
    assert not window.run.data_line.download.isVisible()


def test_data_that_fails_leaves_no_run_starting(
    window: MainWindow,
    wiring: RunWiring,
    monkeypatch: pytest.MonkeyPatch,
    folder: Path,
    tmp_path: Path,
    qtbot: QtBot,
) -> None:
    open_tiny(window, tmp_path, tiny(2))

    def fail(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(training_jobs, "open_data", fail)
    training = window.session.training
    wiring.settings.set_value(SOURCE, str(folder))
    training.toggle()
    assert training.state.phase == "starting"
    wait_for_phase(qtbot, training, "idle")
    assert "could not be opened" in training.data.state.problem
    monkeypatch.undo()
    training.toggle()
    wait_for_steps(qtbot, training, 1)


def test_data_that_turns_out_not_to_fit_the_outputs_starts_no_run(
    window: MainWindow, wiring: RunWiring, folder: Path, qtbot: QtBot
) -> None:
    noticed: list[tuple[str, str]] = []
    window.session.noticed.connect(lambda kind, words: noticed.append((kind, words)))
    training = window.session.training
    wiring.settings.set_value(SOURCE, str(folder))
    training.toggle()
    assert training.state.phase == "starting", "nobody knows its classes yet"
    wait_for_phase(qtbot, training, "impossible")
    assert "2 classes" in training.state.reason
    assert noticed[-1][0] == "error"
    assert "2 classes" in noticed[-1][1]
    assert training.run is None


def test_opening_data_can_be_cancelled(window: MainWindow, wiring: RunWiring, folder: Path) -> None:
    data = window.session.training.data
    wiring.settings.set_value(SOURCE, str(folder))
    assert data.state.opening
    window.cancel_waiting()
    assert not data.state.opening
    assert "cancelled" in data.state.problem
    assert settle(window)
    assert data.dataset is None


def test_another_seed_draws_other_data(window: MainWindow, wiring: RunWiring, qtbot: QtBot) -> None:
    training = window.session.training
    opened: list[object] = []
    training.data.want(opened.append, pytest.fail)
    assert settle(window)
    wiring.settings.set_value("seed", 5)
    training.data.want(opened.append, pytest.fail)
    assert settle(window)
    first, second = (each.dataset.validation.images for each in opened)
    assert not first.equal(second)


def test_a_look_at_the_data_shows_its_panel(window: MainWindow, wiring: RunWiring, qtbot: QtBot) -> None:
    window.docks["dataset"].close()
    window.run.look_at_data_requested.emit()
    qtbot.waitUntil(lambda: "dataset" in window.visible, timeout=LONG)
    assert settle(window)
    assert window.dataset._summary is not None
    window.dataset.duplicates_requested.emit()
    assert settle(window)
    assert window.dataset.duplicates._words.text()


def test_muon_needs_matrices(window: MainWindow, wiring: RunWiring) -> None:
    wiring.settings.set_value("optimizer", "muon")
    rows = {row.key: row for section in wiring.settings.form.sections for row in section.rows}
    assert "there are none" in rows["optimizer"].problem


def test_the_curve_names_the_loss(window: MainWindow, wiring: RunWiring, qtbot: QtBot) -> None:
    training = window.session.training
    wiring.settings.set_value("loss", "hinge")
    training.toggle()
    qtbot.waitUntil(lambda: window.loss.view.picture.curves is not None, timeout=LONG)
    assert window.loss.measure == "multi-class hinge"
    wiring.settings.set_value("loss", "cross-entropy")
    wiring.settings.apply()
    qtbot.waitUntil(lambda: window.loss.measure == "cross-entropy, nats", timeout=LONG)


def test_choices_of_panels_are_kept(qtbot: QtBot, styled: object) -> None:
    for is_kept in (False, True):
        window = MainWindow(Session(), Settings())
        for panel in (window.loss, window.accuracy):
            assert panel.view.picture.options.by_step is is_kept
            panel._choose("by_step", True)
        assert window.statistics.histogram.isChecked() is is_kept
        if not is_kept:
            window.statistics.histogram.click()
        window.close()
        window.deleteLater()


def test_nothing_of_a_run_stays_with_another_network(
    window: MainWindow, wiring: RunWiring, tmp_path: Path, qtbot: QtBot
) -> None:
    training = window.session.training
    prepare(training)
    training.toggle()
    wait_for_steps(qtbot, training, 5)
    training.stop()
    wait_for_phase(qtbot, training, "ended")
    assert settle(window)
    run = weakref.ref(training.run)
    window.workspaces.show("build")  # the panels that showed it are out of sight
    assert settle(window)
    (tmp_path / "other").mkdir()
    open_tiny(window, tmp_path / "other", tiny())
    assert settle(window)
    gc.unfreeze()
    gc.collect()
    assert run() is None
