"""The window program, from start to end, in order.

torch before Qt (on Windows the other order fails) → hooks for unknown errors → QApplication → Session →
MainWindow → event loop → shut down.
"""

from __future__ import annotations

import os
import sys
import threading
import traceback
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

import torch  # noqa: F401 - before Qt
from PySide6.QtCore import QTimer

from visualizer.ui.application import make_application
from visualizer.ui.collector import GuiThreadCollector
from visualizer.ui.main_window import MainWindow
from visualizer.ui.session import Session
from visualizer.ui.settings import Settings

EXIT_AFTER_FIRST_MAPS = "VISUALIZER_EXIT_AFTER_FIRST_MAPS"
"""Set, the program ends once the first activation maps are painted: for measuring the start and for smoke tests."""


def run(paths: Sequence[Path]) -> int:
    """Open the window with ``paths`` as if dropped on it; returns the exit status when it is closed."""
    application = make_application()
    collector = GuiThreadCollector()
    window = MainWindow(Session(), Settings())
    _report_unknown_errors(window)
    window.show()
    window.opening.open_command_line(paths)
    if os.environ.get(EXIT_AFTER_FIRST_MAPS):
        window.session.inspection_changed.connect(window.close_when_painted)
    try:
        return application.exec()
    finally:
        collector.stop()
        window.deleteLater()
        application.processEvents()


def _report_unknown_errors(window: MainWindow) -> None:
    """Errors in slots and in threads become one report; the program lives on."""

    def report(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            window.close()
            return
        window.session.crashed.emit("".join(traceback.format_exception(kind, error, trace)))

    def report_thread(arguments: threading.ExceptHookArgs) -> None:
        # The receiver is a method of the window: Qt queues the call into the GUI thread.
        text = "".join(
            traceback.format_exception(arguments.exc_type, arguments.exc_value, arguments.exc_traceback)
        )
        window.session.crashed.emit(text)

    sys.excepthook = report
    threading.excepthook = report_thread
    # Python sees Ctrl-C only between its own instructions: give it some while Qt waits.
    pulse = QTimer(window, interval=200)
    pulse.timeout.connect(_nothing)
    pulse.start()


def _nothing() -> None:
    pass
