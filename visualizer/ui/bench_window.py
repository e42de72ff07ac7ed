"""The real window under measurement: opened as at a first start, its heartbeat, and time that passes in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

import numpy as np
from PySide6.QtCore import QEventLoop, QObject, Qt, QTimer

from visualizer.ui.application import make_application
from visualizer.ui.driving import settle
from visualizer.ui.main_window import DEFAULT_SIZE, MainWindow
from visualizer.ui.session import Session
from visualizer.ui.settings import Settings, temporary_configuration

HEARTBEAT = 5  # ms


@contextmanager
def open_window() -> Iterator[MainWindow]:
    """The window at its first start, all of it painted; it is closed afterwards without a question."""
    application = make_application()
    with temporary_configuration():
        window = MainWindow(Session(), Settings())
        window.resize(DEFAULT_SIZE)  # whatever the screen
        window.reset_layout()
        window.show()
        window.opening.open_command_line([])
        settle(window)
        try:
            yield window
        finally:
            window.unsaved.forget()
            window.close()
            window.deleteLater()
            application.processEvents()


def spin(seconds: float) -> None:
    """Let the window run."""
    loop = QEventLoop()
    QTimer.singleShot(int(1000 * seconds), loop.quit)
    loop.exec()


class Heart(QObject):
    """Ticks every 5 ms in the GUI thread and notes by how many ms each tick was late."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.late: list[float] = []
        self._last = perf_counter()
        self._timer = QTimer(self, interval=HEARTBEAT, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)
        self._timer.start()

    def _beat(self) -> None:
        now = perf_counter()
        self.late.append(max(0.0, 1000 * (now - self._last) - HEARTBEAT))
        self._last = now

    def percentile(self, share: float) -> float:
        """The lateness in ms that so many per cent of the ticks do not exceed."""
        return float(np.percentile(self.late, share))

    def stop(self) -> None:
        self._timer.stop()
