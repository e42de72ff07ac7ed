"""What a first hour with the Race workspace brought up: each was wrong once."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLineEdit
from pytestqt.qtbot import QtBot

from visualizer.race.frames import RaceFrame
from visualizer.ui.driving import settle, wait
from visualizer.ui.main_window import MainWindow
from visualizer.ui.race import jobs
from visualizer.ui.session import Session
from visualizer.ui.settings import Settings
from visualizer.ui.widgets.racer_rows import racer_lines


@pytest.fixture
def racing(window: MainWindow) -> MainWindow:
    """The window in its Race workspace, everything computed but the basins, which take seconds."""
    window.race_panels.landscape.basins.setChecked(False)
    window.workspaces.show("race")
    assert settle(window)
    return window


def click_surface(window: MainWindow, name: str) -> None:
    rows = window.race_panels.surface.list
    rows.scrollToTop()
    place = rows.visualRect(rows.model().index(rows.names.index(name), 0)).center()
    QTest.mouseClick(rows.viewport(), Qt.MouseButton.LeftButton, pos=place)


def test_the_row_that_is_marked_is_the_surface_that_is_raced_on(racing: MainWindow) -> None:
    panel = racing.race_panels.surface
    panel.formula_requested.emit("x^2/2 + 3 y^2")
    assert settle(racing)
    click_surface(racing, "beale")
    assert settle(racing)
    assert racing.race.live.state.race.surface.name == "beale"
    assert panel.list.currentIndex().data() == "Beale"
    assert [index.data() for index in panel.list.selectedIndexes()] == ["Beale"]


def test_an_own_formula_can_be_chosen_again(racing: MainWindow) -> None:
    racing.race_panels.surface.formula_requested.emit("x^2/2 + 3 y^2")
    assert settle(racing)
    own = racing.race.live.state.race.surface
    click_surface(racing, "beale")
    assert settle(racing)
    click_surface(racing, "")
    assert settle(racing)
    assert racing.race.live.state.race.surface == own


def test_space_plays_after_a_click_on_a_button(racing: MainWindow) -> None:
    live, panels = racing.race.live, racing.race_panels
    racing.activateWindow()
    panels.landscape.view.setFocus()
    grid = panels.surface.start.swarm
    QTest.mouseClick(grid, Qt.MouseButton.LeftButton)
    QTest.mouseClick(panels.landscape.basins, Qt.MouseButton.LeftButton)
    focused = racing.focusWidget()
    assert not isinstance(focused, QAbstractButton)
    QTest.keyClick(focused, Qt.Key.Key_Space)
    assert wait(lambda: live.state.playing)
    assert grid.isChecked()


def test_the_first_key_after_a_start_plays(window: MainWindow, qtbot: QtBot) -> None:
    window.workspaces.show("race")
    window.workspaces.save(window.settings)
    window.settings.save()
    second = MainWindow(Session(), Settings())
    qtbot.addWidget(second)
    with qtbot.waitActive(second):
        second.show()
        second.activateWindow()
    assert settle(second)
    assert not isinstance(second.focusWidget(), QLineEdit)
    assert second.focusWidget() is second.race_panels.landscape.view
    second.close()


def test_a_file_that_is_saved_during_a_film_does_not_end_the_film(
    racing: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    racing.race.live.edit("steps", 20)
    assert settle(racing)
    begun: list[str] = []
    write = jobs.write

    def noted(frame: RaceFrame, path: Path, **how: object) -> None:
        begun.append(path.name)
        write(frame, path, **how)

    monkeypatch.setattr(jobs, "write", noted)
    files = racing.race.files
    files._write(str(tmp_path / "film.gif"))
    assert wait(lambda: begun == ["film.gif"])
    files._write(str(tmp_path / "rows.csv"))
    files._write(str(tmp_path / "race.json"))
    assert settle(racing, 30)
    assert begun == ["film.gif", "rows.csv", "race.json"]
    assert {path.name for path in tmp_path.iterdir()} >= {"film.gif", "rows.csv", "race.json"}


def test_the_table_calls_nobody_running_at_the_end(racing: MainWindow) -> None:
    live = racing.race.live
    live.set_surface("beale")
    assert settle(racing)
    live.show_moment(live.state.length)
    lines = racer_lines(live.state)
    assert {line.state for line in lines} == {"converged", "unfinished"}
    track = racing.race_panels.timeline._track
    assert track is not None
    assert "running" not in track.counts(live.state.length)
    live.show_moment(live.state.length / 2)
    assert "running" in {line.state for line in racer_lines(live.state)}


def test_a_racer_that_is_added_is_seen_in_a_full_table(racing: MainWindow) -> None:
    live, table = racing.race.live, racing.race_panels.racers.table
    for optimizer in ("adamw", "adadelta", "radam", "adamax", "rprop", "asgd", "lbfgs"):
        live.add(optimizer)
        assert settle(racing)
        place = table.visualRect(table.currentIndex())
        assert table.selected_key == optimizer
        assert table.viewport().rect().contains(place.center())
        assert place.bottom() <= table.viewport().height()
