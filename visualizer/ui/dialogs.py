"""The list of keys and the word about the program, both made from tables."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import numpy
import pyqtgraph
import PySide6
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QMessageBox,
    QVBoxLayout,
    QWidget,
)

import visualizer
from visualizer.ui.actions import OTHER_KEYS, ROWS, ActionRow
from visualizer.ui.workspaces import BY_KEY


class ShortcutsDialog(QDialog):
    """Every command that has keys."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setObjectName("keys")
        self.setWindowTitle("Keys")
        keys = [(", ".join(row.shortcuts), _words(row)) for row in ROWS if row.shortcuts]
        keys += OTHER_KEYS
        half = (len(keys) + 1) // 2
        rows = QVBoxLayout(self)
        rows.setContentsMargins(20, 16, 20, 12)
        rows.setSpacing(12)
        columns = QHBoxLayout()
        columns.setSpacing(40)
        columns.addLayout(_table(keys[:half]))
        columns.addLayout(_table(keys[half:]))
        rows.addLayout(columns)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        rows.addWidget(buttons)


def _table(keys: Sequence[tuple[str, str]]) -> QGridLayout:
    table = QGridLayout(horizontalSpacing=28, verticalSpacing=6)
    for line, (key, text) in enumerate(keys):
        label = QLabel(key)
        label.setProperty("role", "strong")
        table.addWidget(label, line, 0)
        table.addWidget(QLabel(text), line, 1)
    table.setRowStretch(len(keys), 1)
    return table


class AboutDialog(QMessageBox):
    """What this is, and the versions that a report needs."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("About")
        self.setText(
            f"<b>CNN Visualizer {visualizer.__version__}</b><br>A desktop microscope for convolutional networks."
        )
        torch = sys.modules["torch"].__version__ if "torch" in sys.modules else "–"
        self.setInformativeText(
            f"Python {sys.version.split()[0]}, torch {torch}, numpy {numpy.__version__},"
            f" PySide6 {PySide6.__version__}, pyqtgraph {pyqtgraph.__version__}"
        )


def _words(row: ActionRow) -> str:
    """What the command does, and where, if its keys do something else in other workspaces."""
    there = f", in {BY_KEY[row.workspaces[0]].title}" if len(row.workspaces) == 1 else ""
    return f"{row.text.rstrip('…')}{there}"
