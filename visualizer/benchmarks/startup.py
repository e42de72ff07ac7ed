"""How long the window takes to appear with the bundled network's activation maps on it."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import visualizer
from visualizer.benchmarks.figures import Figure, ratio

EXIT_AFTER_FIRST_MAPS = "VISUALIZER_EXIT_AFTER_FIRST_MAPS"
PAIRS = 5
TIMEOUT = 120.0  # s

BARE = """
import torch, torchvision
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMainWindow
import pyqtgraph

class Window(QMainWindow):
    def paintEvent(self, event):
        QTimer.singleShot(0, QApplication.quit)

application = QApplication([])
window = Window()
window.resize(1440, 900)
window.show()
application.exec()
"""
"""The bare work: import the four libraries, show an empty window, leave when it is painted."""


def measure() -> tuple[Figure, ...]:
    """Process start to exit after the first painting: ours over the bare script, in turn."""
    with tempfile.TemporaryDirectory() as settings:  # a first start, and the user's settings left alone
        environment = os.environ | {EXIT_AFTER_FIRST_MAPS: "1", "VISUALIZER_CONFIGURATION": settings}
        value = ratio(
            lambda: _run(["-m", "visualizer"], environment), lambda: _run(["-c", BARE], environment), PAIRS
        )
    name = "startup: window with the first maps / bare window"
    return (Figure(name, value, "×", goal=1.35),)


def _run(arguments: list[str], environment: dict[str, str]) -> None:
    root = Path(visualizer.__file__).parents[1]  # where `-m visualizer` is found without being installed
    subprocess.run([sys.executable, *arguments], cwd=root, env=environment, check=True, timeout=TIMEOUT)
