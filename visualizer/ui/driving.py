"""Driving the real window by events, as a person would: for the tour, the benchmarks and the tests."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEventLoop, QMimeData, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QWidget

from visualizer.ui.main_window import MainWindow

PATIENCE = 60.0  # s for one answer, on the slowest machine


def settle(window: MainWindow, patience: float = PATIENCE) -> bool:
    """Run the event loop until every answer has come and is painted; False if that takes too long."""
    end = time.monotonic() + patience
    while True:  # a real loop, once at least: what Qt deletes later stays on the screen without it
        loop = QEventLoop()
        QTimer.singleShot(5, loop.quit)
        loop.exec()
        if not window.session.waiting:
            QApplication.processEvents()  # it paints, and what is seen then may ask for more
        if not window.session.waiting or time.monotonic() > end:
            return not window.session.waiting


def drop(window: QWidget, paths: list[Path]) -> None:
    """Drop files on the middle of the window, by the events that Qt sends for a real drop."""
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    middle = QPointF(window.rect().center())
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(middle.toPoint(), Qt.DropAction.CopyAction, mime, buttons, keys)
    QApplication.sendEvent(window, enter)
    QApplication.sendEvent(window, QDropEvent(middle, Qt.DropAction.CopyAction, mime, buttons, keys))


def wait(done: Callable[[], bool], patience: float = PATIENCE) -> bool:
    """Run the event loop until something is so; False if that takes too long."""
    end = time.monotonic() + patience
    while not done():
        if time.monotonic() > end:
            return False
        loop = QEventLoop()
        QTimer.singleShot(20, loop.quit)
        loop.exec()
    return True
