"""The search field in the real window."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractItemView, QApplication

from visualizer.ui.main_window import MainWindow


def search(window: MainWindow, text: str) -> QAbstractItemView:
    window.activateWindow()
    window.navigation.focus_search()
    QApplication.processEvents()
    QTest.keyClicks(window.toolbar.search, text)
    QApplication.processEvents()
    popup = window.toolbar.search.completer().popup()
    assert popup.isVisible()
    return popup


def test_other_results_are_shown_from_the_first(window: MainWindow) -> None:
    popup = search(window, "build from")
    popup.scrollToBottom()
    popup.setCurrentIndex(popup.model().index(popup.model().rowCount() - 1, 0))
    assert popup.verticalScrollBar().value() > 0
    window.toolbar.search.clear()
    popup = search(window, "build from densenet")
    assert popup.verticalScrollBar().value() == 0
    assert popup.currentIndex().row() == 0
    assert window.toolbar.search.text() == "build from densenet", "what was typed stays"
    QTest.keyClick(popup, Qt.Key.Key_Return)
    assert window.editor.spec.name == "densenet121"


def test_the_second_result_by_the_arrow(window: MainWindow) -> None:
    popup = search(window, "build from densenet")
    QTest.keyClick(popup, Qt.Key.Key_Down)
    QTest.keyClick(popup, Qt.Key.Key_Return)
    QApplication.processEvents()
    assert window.editor.spec.input == (3, 32, 32)
    assert window.editor.spec.name.startswith("densenet")
    assert not window.toolbar.search.text()
    window.editor.undo()
    assert window.editor.spec.name == "shapes-net", "begun once"
