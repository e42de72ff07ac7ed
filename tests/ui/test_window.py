"""The real window: what a person presses and sees."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from visualizer.ui import settings, theme
from visualizer.ui.driving import settle
from visualizer.ui.jobs import BUNDLED_NETWORK
from visualizer.ui.main_window import MainWindow
from visualizer.ui.session import Session
from visualizer.ui.settings import Settings


def test_first_start_shows_maps_and_a_right_prediction(window: MainWindow) -> None:
    session = window.session
    assert session.opened is not None
    assert session.opened.network.name == BUNDLED_NETWORK
    assert session.inspection is not None
    assert session.inspection.prediction is not None
    assert session.inspection.prediction.label_rank == 1
    assert window.network.export() is not None
    assert window.activations.export() is not None
    assert not window.notices.sentences()
    assert window.session.gallery.items


def test_keys_walk_layers_and_units(window: MainWindow, qtbot: QtBot) -> None:
    session = window.session
    start = session.selection.layer
    qtbot.keyClick(window, Qt.Key.Key_BracketRight)
    assert settle(window)
    assert session.selection.layer == start + 1
    assert session.inspection is not None
    assert session.inspection.frame.layer.index == start + 1
    qtbot.keyClick(window, Qt.Key.Key_BracketLeft)
    assert settle(window)
    assert session.selection.layer == start
    session.select_unit(5)
    assert settle(window)
    window.activations.tiles.setFocus()
    qtbot.keyClick(window.activations.tiles, Qt.Key.Key_Right)
    assert settle(window)
    assert session.selection.unit == 6
    assert session.unit is not None
    assert session.unit.unit == 6


def test_every_layer_of_the_bundled_network_can_be_shown(window: MainWindow) -> None:
    assert window.session.opened is not None
    for layer in window.session.opened.anatomy.layers:
        window.session.select_layer(layer.index)
        assert settle(window)
        assert window.session.unit is not None
        assert window.session.unit.layer is layer
    assert not window.notices.sentences()


def test_scale_and_order_need_no_new_forward_pass(window: MainWindow) -> None:
    session = window.session
    assert session.inspection is not None
    values = session.inspection.frame.values
    window.activations.choose(map="viridis", limits="layer", order="strength")
    assert settle(window)
    assert session.inspection.frame.values is values
    assert not session.inspection.frame.scale.symmetric
    assert Settings().get(settings.MAP) == "viridis"


def test_copy_puts_the_mosaic_on_the_clipboard(window: MainWindow) -> None:
    QGuiApplication.clipboard().clear()
    window.actions_by_id["copy"].trigger()
    copied = QGuiApplication.clipboard().image()
    assert copied.width() == window.activations.tiles.picture().shape[1]


def test_theme_changes_the_pixels(window: MainWindow) -> None:
    def corner() -> str:
        return window.grab().toImage().pixelColor(3, window.height() - 3).name()

    window.set_theme("dark")
    dark = corner()
    window.actions_by_id["theme"].trigger()
    QApplication.processEvents()
    light = corner()
    assert dark in (theme.DARK.window, theme.DARK.panel, theme.DARK.border)
    assert light in (theme.LIGHT.window, theme.LIGHT.panel, theme.LIGHT.border)


def test_closing_while_the_worker_is_busy(qtbot: QtBot, styled: QApplication) -> None:
    window = MainWindow(Session(), Settings())
    window.show()
    window.opening.open_command_line([])
    window.close()  # nothing has been answered yet; the fixture looks for threads
    window.deleteLater()


def test_an_unknown_error_is_reported_once_and_the_window_lives_on(
    qtbot: QtBot, styled: QApplication, own_configuration: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    window = MainWindow(Session(), Settings())
    window.show()
    window.session.answer("broken", print)
    for _ in range(3):
        window.session.ask("broken", lambda _: 1 / 0)
        assert settle(window)
    assert "ZeroDivisionError" in (own_configuration / "errors.log").read_text()
    assert len([w for w in QApplication.topLevelWidgets() if type(w).__name__ == "CrashDialog"]) == 1
    window.opening.open_command_line([])
    assert settle(window)
    assert window.session.inspection is not None
    for dialog in [w for w in QApplication.topLevelWidgets() if type(w).__name__ == "CrashDialog"]:
        dialog.close()
    window.close()
    window.deleteLater()
    capsys.readouterr()


def test_search_finds_layers_and_commands(window: MainWindow, qtbot: QtBot) -> None:
    window.actions_by_id["search"].trigger()
    window.activateWindow()
    window.toolbar.search.opened.emit()
    assert window.session.opened is not None
    last = window.session.opened.anatomy.layers[-1]
    qtbot.keyClicks(window.toolbar.search, last.name)
    qtbot.keyClick(window.toolbar.search, Qt.Key.Key_Return)
    assert settle(window)
    assert window.session.selection.layer == last.index
    assert window.toolbar.search.text() == ""


def test_notices_that_come_together_are_all_readable(window: MainWindow) -> None:
    for number in range(3):
        window.notices.show_notice("warning", f"Sentence number {number}.")
    QApplication.processEvents()
    notices = window.notices._notices()
    assert len(notices) == 3
    assert all(notice.height() >= 30 for notice in notices)


def test_a_bad_network_at_the_start_leaves_the_bundled_one(
    qtbot: QtBot, styled: QApplication, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.pth"
    bad.write_bytes(b"no network at all")
    window = MainWindow(Session(), Settings())
    window.show()
    window.opening.open_command_line([bad])
    assert settle(window)
    assert window.session.opened is not None
    assert window.session.opened.network.name == BUNDLED_NETWORK
    assert len(window.notices.sentences()) == 1
    window.close()
    window.deleteLater()
