from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from visualizer.race import link
from visualizer.race.lineup import new_race
from visualizer.race.surfaces import surface
from visualizer.ui.bench_window import spin
from visualizer.ui.driving import drop, settle, wait
from visualizer.ui.main_window import MainWindow
from visualizer.ui.session import Session
from visualizer.ui.settings import Settings
from visualizer.ui.widgets.code_dialog import CodeDialog


@pytest.fixture
def racing(window: MainWindow) -> MainWindow:
    """The window in its Race workspace, everything computed but the basins, which take seconds."""
    window.race_panels.landscape.basins.setChecked(False)
    window.workspaces.show("race")
    assert settle(window)
    return window


def test_nothing_is_raced_before_the_workspace_is_seen(window: MainWindow) -> None:
    assert window.race.live.state.frame is None
    window.workspaces.show("race")
    assert settle(window)
    frame = window.race.live.state.frame
    assert frame is not None
    assert frame.complete
    assert window.race.live.state.landscape is not None
    assert window.race.live.state.basins[0].fraction == 1
    assert window.race.live.state.basins[0].racer.key == "adam"


def test_space_plays_the_race_and_not_the_training(racing: MainWindow) -> None:
    live = racing.race.live
    view = racing.race_panels.landscape.view
    view.setFocus()
    QTest.keyClick(view, Qt.Key.Key_Space)
    assert wait(lambda: live.state.playing)
    assert racing.session.training.run is None
    QTest.keyClick(view, Qt.Key.Key_Space)
    assert wait(lambda: not live.state.playing)
    assert live.state.moment < live.state.length
    QTest.keyClick(view, Qt.Key.Key_End)
    assert live.state.moment == live.state.length
    QTest.keyClick(view, Qt.Key.Key_Comma)
    assert live.state.moment == live.state.length - 1
    QTest.keyClick(view, Qt.Key.Key_Home)
    assert live.state.moment == 0


def test_in_another_workspace_the_keys_are_those_of_training(racing: MainWindow) -> None:
    for key in ("race_play", "race_back", "race_start"):
        assert racing.actions_by_id[key].isEnabled()
    racing.workspaces.show("train")
    assert not racing.actions_by_id["race_play"].isEnabled()
    assert racing.actions_by_id["play"].isEnabled()


def test_leaving_the_workspace_holds_the_race(racing: MainWindow) -> None:
    racing.race.playback.toggle()
    assert racing.race.live.state.playing
    racing.workspaces.show("inspect")
    assert wait(lambda: not racing.race.live.state.playing)


def test_a_click_in_the_landscape_starts_there(racing: MainWindow) -> None:
    view = racing.race_panels.landscape.view
    before = racing.race.live.state.race.start
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(view.width() // 3, view.height() // 3))
    assert settle(racing)
    state = racing.race.live.state
    assert state.race.start != before
    assert state.frame is not None
    np.testing.assert_allclose(state.frame.trajectories[0].points[0], state.race.start)


def test_a_typed_formula_is_raced_on_and_drawn(racing: MainWindow) -> None:
    racing.race_panels.surface.formula_requested.emit("x^2/2 + 3 y^2")
    assert settle(racing)
    state = racing.race.live.state
    assert state.race.surface.name == ""
    assert state.landscape is not None
    assert state.landscape.formula == state.race.surface.formula
    assert len(state.race.surface.minima) == 1


def test_the_race_is_there_again_at_the_next_start(racing: MainWindow, qtbot: QtBot) -> None:
    live = racing.race.live
    live.set_surface("beale")
    live.add("lbfgs")
    live.set_start((1.0, 1.5))
    assert settle(racing)
    race = live.state.race
    racing.race.files.remember()
    racing.settings.save()
    second = MainWindow(Session(), Settings())
    assert settle(second)
    assert second.race.live.state.race == race
    second.close()
    second.deleteLater()


def test_saves_what_it_shows_as_a_table(racing: MainWindow, tmp_path: Path) -> None:
    path = tmp_path / "race.csv"
    racing.race.files._write(str(path))
    assert settle(racing)
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    frame = racing.race.live.state.frame
    assert frame is not None
    adam = [row for row in rows if row["racer"] == "adam"]
    trajectory = next(row for row in frame.trajectories if row.racer.key == "adam")
    np.testing.assert_array_equal([float(row["x"]) for row in adam], trajectory.points[:, 0])


def test_a_folder_that_is_not_there_is_told_of(racing: MainWindow, tmp_path: Path) -> None:
    racing.race.files._write(str(tmp_path / "nowhere" / "race.png"))
    assert settle(racing)
    assert racing.notices.isVisible()


def test_a_link_is_copied_and_pasted(racing: MainWindow) -> None:
    racing.race.files.copy_link()
    text = QGuiApplication.clipboard().text()
    assert link.from_text(text) == racing.race.live.state.race
    other = new_race(surface("rastrigin"), ("adam", "sgd"))
    QGuiApplication.clipboard().setText(link.to_text(other))
    racing.actions_by_id["race_paste"].trigger()
    assert settle(racing)
    assert racing.race.live.state.race == other


@pytest.mark.parametrize("text", ["", "nothing", "{}", '{"version": 99}', "[" * 5000])
def test_what_is_no_link_changes_nothing(racing: MainWindow, text: str) -> None:
    before = racing.race.live.state.race
    QGuiApplication.clipboard().setText(text)
    racing.race.files.paste_link()
    assert settle(racing)
    assert racing.race.live.state.race == before
    assert racing.notices.isVisible()


def test_a_race_file_that_is_dropped_opens(window: MainWindow, tmp_path: Path) -> None:
    race = new_race(surface("beale"), ("adam",))
    path = tmp_path / "race.json"
    path.write_text(link.to_text(race), encoding="utf-8")
    drop(window, [path])
    assert settle(window)
    assert window.workspaces.current.key == "race"
    assert window.race.live.state.race == race


def test_a_link_with_code_asks_before_it_runs(racing: MainWindow, tmp_path: Path) -> None:
    race = new_race(surface("beale"), ("adam", "no_such_module_here:Lion"))
    racing.race.files._open(race)
    assert settle(racing)
    dialog = racing.findChild(CodeDialog)
    assert dialog is not None
    assert dialog.name.text() == "no_such_module_here:Lion"
    frame = racing.race.live.state.frame
    assert frame is not None
    assert [key for key, _ in frame.problems] == ["Lion"]
    dialog.close()


def test_every_panel_shows_the_race_in_both_themes(racing: MainWindow) -> None:
    for key in racing.workspaces.current.docks:
        racing.docks[key].raise_()
        spin(0.05)
        assert not racing.docks[key].grab().isNull()
    racing.actions_by_id["theme"].trigger()
    spin(0.05)
    assert not racing.grab().isNull()


def test_the_sweep_comes_to_an_end_and_its_rates_are_taken(racing: MainWindow) -> None:
    live = racing.race.live
    live.open(new_race(surface("bowl"), ("sgd", "adam"), steps=40))
    assert settle(racing)
    racing.actions_by_id["race_sweep"].trigger()
    assert live.state.sweeping
    assert wait(lambda: not live.state.sweeping)
    assert live.state.sweep is not None
    assert live.state.sweep.fraction == 1
    live.take_best_rates()
    best = {curve.racer.key: curve.best for curve in live.state.sweep.curves}
    assert [racer.learning_rate for racer in live.state.race.racers] == [best["sgd"], best["adam"]]
    assert settle(racing)


def test_basins_can_be_cancelled(racing: MainWindow) -> None:
    live = racing.race.live
    racing.docks["basins"].raise_()
    assert wait(lambda: any(frame.fraction < 1 for frame in live.state.basins))
    racing.race_panels.basins.cancel_requested.emit()
    assert settle(racing)
    assert any(frame.fraction < 1 for frame in live.state.basins) or len(live.state.basins) < 7


def test_a_swarm_comes_and_goes(racing: MainWindow) -> None:
    racing.race_panels.surface.swarm_requested.emit(True)
    assert settle(racing)
    swarm = racing.race.live.state.swarm
    assert swarm is not None
    assert swarm.points.shape[1] >= 1000
    racing.race_panels.surface.swarm_requested.emit(False)
    assert racing.race.live.state.swarm is None


@pytest.mark.parametrize("name", ["rastrigin", "gaussian-trenches", "monkey-saddle", "goldstein-price"])
def test_surfaces_of_the_table_open(racing: MainWindow, name: str) -> None:
    racing.race.live.set_surface(name)
    assert settle(racing)
    state = racing.race.live.state
    assert state.race.surface.name == name
    assert state.frame is not None
    assert not state.frame.problems


def test_the_cursors_give_room_back_when_names_are_shorter(racing: MainWindow) -> None:
    name = racing.toolbar.race_cursors._values["Surface"]
    racing.race.live.set_surface("gaussian-trenches")
    long = name.minimumWidth()
    racing.race.live.set_surface("beale")
    assert name.full_text() == "Beale"
    assert name.minimumWidth() < long
    assert settle(racing)
