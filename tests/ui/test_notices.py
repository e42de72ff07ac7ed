"""The notices in the real window: what takes them away, and the buttons in them."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from visualizer.ui.main_window import MainWindow
from visualizer.ui.notices import Offer


def refuse(window: MainWindow) -> str:
    """Ask the editor for what it cannot do."""
    editor = window.editor
    conv = next(row for row in editor.spec.layers if row.kind == "conv")
    editor.select((conv.identity,))
    editor.ungroup()
    (sentence,) = window.notices.sentences()
    assert "is no block" in sentence
    return sentence


def test_an_error_about_the_draft_goes_with_the_next_edit(window: MainWindow) -> None:
    window.workspaces.show("build")
    refuse(window)
    window.editor.select(())
    assert window.notices.sentences(), "to select is no edit"
    window.editor.add("relu")
    assert not window.notices.sentences()
    refuse(window)
    window.editor.undo()
    assert not window.notices.sentences()


def test_an_error_about_something_else_stays(window: MainWindow) -> None:
    window.workspaces.show("build")
    window.session.noticed.emit("error", "the disk is full")
    window.editor.add("relu")
    assert window.notices.sentences() == ["The disk is full."]


def test_the_button_of_a_notice_acts_and_takes_it_away(window: MainWindow) -> None:
    pressed: list[int] = []
    window.notices.show_notice("info", "done", Offer("Go there", lambda: pressed.append(1)))
    window.notices.show_notice("info", "something else")
    (button,) = window.notices.findChildren(QPushButton)
    assert button.text() == "Go there"
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert pressed == [1]
    assert window.notices.sentences() == ["Something else."]
