"""A small plot of a race under a heading of one line."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from visualizer.ui.widgets.panel import PADDING
from visualizer.ui.widgets.race_picture import RacePlotOptions
from visualizer.ui.widgets.race_plot import RacePlot


class RaceFigure(QWidget):
    """``name`` in bold and what it is at the right, the plot below."""

    def __init__(
        self, name: str, words: str, options: RacePlotOptions, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.plot = RacePlot(f"{name}: {words}", options)
        heading = QHBoxLayout()
        title, what = QLabel(name), QLabel(words)
        title.setProperty("role", "section")
        what.setProperty("role", "small")
        heading.addWidget(title)
        heading.addStretch()
        heading.addWidget(what)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(PADDING, 4, 4, 0)
        rows.setSpacing(0)
        heading.setContentsMargins(0, 0, PADDING - 4, 0)
        rows.addLayout(heading)
        rows.addWidget(self.plot, 1)
