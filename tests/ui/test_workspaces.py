"""Workspaces and where their docks stand: switching, maximising, another width, the next start."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QTabBar, QToolButton
from pytestqt.qtbot import QtBot

from visualizer.ui import settings
from visualizer.ui.driving import settle
from visualizer.ui.main_window import MainWindow
from visualizer.ui.session import Session
from visualizer.ui.settings import Settings
from visualizer.ui.workspaces import BY_KEY

CONTROL, NONE = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.NoModifier


INSPECT, BUILD = (set(BY_KEY[key].docks) for key in ("inspect", "build"))


def shown(window: MainWindow) -> set[str]:
    return {key for key, dock in window.docks.items() if not dock.isHidden()}


def press(window: MainWindow, key: Qt.Key, keys: Qt.KeyboardModifier = CONTROL) -> None:
    QTest.keyClick(window, key, keys)
    QApplication.processEvents()


@pytest.mark.parametrize("key", [Qt.Key.Key_4, Qt.Key.Key_B])
def test_keys_switch_workspaces(window: MainWindow, key: Qt.Key) -> None:
    assert shown(window) == INSPECT
    size = window.size()
    press(window, key)
    assert shown(window) == BUILD
    assert window.actions_by_id["build"].isChecked()
    press(window, key)  # it is there already
    assert shown(window) == BUILD
    press(window, Qt.Key.Key_1)
    assert shown(window) == INSPECT
    assert window.actions_by_id["inspect"].isChecked()
    assert window.size() == size


def test_buttons_of_the_toolbar_switch_workspaces(window: MainWindow) -> None:
    buttons = {button.text().strip(): button for button in window.toolbar.findChildren(QToolButton)}
    QTest.mouseClick(buttons["Build"], Qt.MouseButton.LeftButton)
    assert shown(window) == BUILD
    assert buttons["Build"].isChecked()
    assert not buttons["Inspect"].isChecked()
    QTest.mouseClick(buttons["Inspect"], Qt.MouseButton.LeftButton)
    assert shown(window) == INSPECT


def test_each_workspace_is_found_as_it_was_left(window: MainWindow) -> None:
    window.resizeDocks([window.docks["network"]], [400], Qt.Orientation.Horizontal)
    window.docks["units"].close()
    QApplication.processEvents()
    width = window.docks["network"].width()
    press(window, Qt.Key.Key_4)
    window.docks["checks"].close()
    press(window, Qt.Key.Key_1)
    assert shown(window) == INSPECT - {"units"}
    assert window.docks["network"].width() == width
    press(window, Qt.Key.Key_4)
    assert shown(window) == BUILD - {"checks"}
    window.actions_by_id["reset_layout"].trigger()
    assert shown(window) == BUILD
    press(window, Qt.Key.Key_1)
    assert shown(window) == INSPECT - {"units"}, "resetting one leaves the other alone"


def test_maximising_is_for_the_workspace_that_is_shown(window: MainWindow) -> None:
    press(window, Qt.Key.Key_4)
    press(window, Qt.Key.Key_F11, NONE)
    assert shown(window) == {"stack", "timeline"}
    press(window, Qt.Key.Key_1)
    assert shown(window) == INSPECT
    press(window, Qt.Key.Key_4)
    assert shown(window) == BUILD
    press(window, Qt.Key.Key_F11, NONE)
    press(window, Qt.Key.Key_Escape, NONE)
    assert shown(window) == BUILD


def test_a_narrow_window_arranges_build_in_its_own_way(window: MainWindow, qtbot: QtBot) -> None:
    press(window, Qt.Key.Key_4)
    assert not window.tabifiedDockWidgets(window.docks["diagram"])
    window.resize(1024, 700)
    qtbot.waitUntil(lambda: window.tabifiedDockWidgets(window.docks["diagram"]) == [window.docks["palette"]])
    assert window.size() == QSize(1024, 700)
    press(window, Qt.Key.Key_1)
    assert window.tabifiedDockWidgets(window.docks["unit"]) == [window.docks["input"]]
    assert window.size() == QSize(1024, 700)
    for key, others in ((Qt.Key.Key_4, "Input"), (Qt.Key.Key_1, "Diagram")):
        QTest.keyClick(window, key, CONTROL)  # and nothing else yet: what is painted first
        bars = [bar for bar in window.findChildren(QTabBar) if bar.isVisible() and bar.x() >= 0]
        assert all(bar.tabText(0) != others and bar.tabText(1) != others for bar in bars)


def test_floating_docks_belong_to_their_workspace(window: MainWindow) -> None:
    press(window, Qt.Key.Key_4)
    window.docks["summary"].setFloating(True)
    press(window, Qt.Key.Key_1)
    assert shown(window) == INSPECT
    press(window, Qt.Key.Key_4)
    assert window.docks["summary"].isFloating()
    assert window.docks["summary"].isVisible()


def test_the_last_workspace_is_there_at_the_next_start(qtbot: QtBot, styled: QApplication) -> None:
    first = MainWindow(Session(), Settings())
    first.resize(1440, 900)
    first.show()
    first.workspaces.show("build")
    first.docks["checks"].close()
    first.close()
    first.deleteLater()
    second = MainWindow(Session(), Settings())
    second.show()
    assert shown(second) == BUILD - {"checks"}
    second.opening.open_command_line([Path("no such picture.png")])
    assert shown(second) == INSPECT, "what is named on the command line is to be seen"
    assert settle(second)
    second.close()
    second.deleteLater()


def test_panels_in_the_menu_are_those_of_the_workspace(window: MainWindow) -> None:
    def listed() -> set[str]:
        return {key for key, dock in window.docks.items() if dock.toggleViewAction().isVisible()}

    assert listed() == INSPECT
    press(window, Qt.Key.Key_4)
    assert listed() == BUILD


def test_maximise_and_back(window: MainWindow) -> None:
    window.actions_by_id["maximise"].trigger()
    QApplication.processEvents()
    assert window.docks["network"].isHidden()
    window.actions_by_id["restore"].trigger()
    QApplication.processEvents()
    assert all(not dock.isHidden() for dock in window.workspaces.docks.values())


def test_layout_persists_and_resets(qtbot: QtBot, styled: QApplication) -> None:
    first = MainWindow(Session(), Settings())
    first.show()
    first.docks["units"].close()
    first.close()
    first.deleteLater()
    second = MainWindow(Session(), Settings())
    second.show()
    assert second.docks["units"].isHidden()
    second.actions_by_id["reset_layout"].trigger()
    assert not second.docks["units"].isHidden()
    second.close()
    second.deleteLater()


def test_a_junk_layout_does_no_harm(qtbot: QtBot, styled: QApplication) -> None:
    store = Settings()
    store.set(settings.layout_of("build"), b"junk \x00\xff")
    store.set(settings.arrangement_of("build"), "own")
    store.set(settings.GEOMETRY, b"junk")
    store.set(settings.WORKSPACE, "build")
    store.save()
    window = MainWindow(Session(), Settings())
    window.show()
    assert shown(window) == BUILD
    window.close()
    window.deleteLater()


def test_an_untouched_layout_still_follows_the_width_after_a_restart(
    qtbot: QtBot, styled: QApplication
) -> None:
    for _ in range(2):
        window = MainWindow(Session(), Settings())
        window.resize(1440, 900)
        window.show()
        QApplication.processEvents()
        assert not window.tabifiedDockWidgets(window.docks["unit"])
        window.resize(1024, 700)
        qtbot.waitUntil(lambda window=window: bool(window.tabifiedDockWidgets(window.docks["unit"])))
        window.close()
        window.deleteLater()


def test_esc_after_maximising_leaves_the_keys_to_the_mosaic(window: MainWindow) -> None:
    window.actions_by_id["maximise"].trigger()
    window.actions_by_id["restore"].trigger()
    assert window.focusWidget() is window.activations.tiles
