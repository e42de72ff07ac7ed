"""What a first hour with the Race workspace brought up: each was wrong once."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLineEdit
from pytestqt.qtbot import QtBot

from visualizer.ui.driving import settle, wait
from visualizer.ui.main_window import MainWindow
from visualizer.ui.session import Session
from visualizer.ui.settings import Settings


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
    assert wait(lambda: live.state.playing, 5)
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
