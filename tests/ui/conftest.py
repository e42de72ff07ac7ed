"""The window under test: offscreen, settings of its own, nothing left behind."""

from __future__ import annotations

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import gc
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch  # noqa: F401 - before Qt: on Windows the other order fails
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from stack_bench import bench as bench

from visualizer.ui import theme
from visualizer.ui.driving import settle
from visualizer.ui.main_window import MainWindow
from visualizer.ui.session import Session
from visualizer.ui.settings import Settings


@pytest.fixture(scope="session")
def qapp_args() -> list[str]:
    return ["cnn-visualizer-tests"]


@pytest.fixture(scope="session")
def styled(qapp: QApplication) -> QApplication:
    """The application in the dark theme: sizes and colours are the real ones."""
    theme.apply(qapp, theme.DARK)
    return qapp


@pytest.fixture(autouse=True)
def own_configuration(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Settings, logs and layouts of a test live and die with it; the user's own are never read."""
    folder = tmp_path_factory.mktemp("configuration")
    monkeypatch.setenv("VISUALIZER_CONFIGURATION", str(folder))
    return folder


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    outcome = yield
    report = outcome.get_result()
    if report.when == "call":
        item.stash[_passed] = report.passed


_passed = pytest.StashKey[bool]()


@pytest.fixture(autouse=True)
def nothing_left_behind(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that leaves a thread, a window or a running timer behind.

    Only after a test that passed: the traceback of a failed one keeps its objects alive and would be blamed.
    """
    uses_qt = "qapp" in request.fixturenames
    threads = set(threading.enumerate())
    widgets = {id(widget) for widget in QApplication.topLevelWidgets()} if uses_qt else set()
    yield
    if not request.node.stash.get(_passed, False):
        return
    left = [thread for thread in threading.enumerate() if thread not in threads]
    for thread in left:
        thread.join(30)  # a busy one ends by itself: only what never ends is left behind
    left = [thread for thread in left if thread.is_alive()]
    assert not left, f"threads left behind: {left}"
    if uses_qt:
        QApplication.sendPostedEvents(None, 52)  # 52 is QEvent.DeferredDelete: deleteLater() is not a leak
        gc.collect()
        gc.freeze()  # what is left is not looked through again after the next test
        leaked = [w for w in QApplication.topLevelWidgets() if id(w) not in widgets and w.isVisible()]
        assert not leaked, f"windows left open: {leaked}"
        timers = [
            t for w in QApplication.topLevelWidgets() if id(w) not in widgets for t in w.findChildren(QTimer)
        ]
        running = [timer for timer in timers if timer.isActive() and not timer.isSingleShot()]
        assert not running, f"timers left running: {running}"


@pytest.fixture
def window(qtbot: QtBot, styled: QApplication, own_configuration: Path) -> Iterator[MainWindow]:
    """The real window at its first start, everything loaded; closed as a person closes it."""
    window = MainWindow(Session(), Settings())
    crashes: list[str] = []
    window.session.crashed.connect(crashes.append)
    window.resize(1440, 900)  # the offscreen screen is smaller
    window.reset_layout()
    window.show()
    window.opening.open_command_line([])
    assert settle(window)
    yield window
    window.unsaved.forget()  # what a test has trained is not worth a question
    window.close()
    window.deleteLater()
    assert not crashes, crashes[0]
