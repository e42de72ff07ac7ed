"""The distribution of every unit of a layer in one chart."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from visualizer.probes.frames import UnitStatistics
from visualizer.ui.theme import DARK, Colors
from visualizer.ui.widgets.axes import (
    Axes,
)

WIDEST_BOX = 9  # px
CROSS = 3  # px, half the side of a dead unit's ×


class UnitsChart(QWidget):
    """Per unit a line from minimum to maximum, a box of the 5–95 % range, a tick at the mean.

    Units stand in ``order``, at least 1 px each: where there are more units than pixels, neighbours share a column
    that spans them all. ``selected(unit)`` is a click or a key; the drawing is kept until data, size or colours change.
    """

    selected = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colors: Colors = DARK
        self._statistics: UnitStatistics | None = None
        self._order: NDArray[np.intp] = np.zeros(0, np.intp)
        self._unit = -1
        self._drawn: QPixmap | None = None
        self._axes: Axes | None = None
        self._columns = _Columns.of(None, self._order, 1)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName("Distribution of the activations of every unit")

    # What is shown

    def set_statistics(self, statistics: UnitStatistics | None, order: NDArray[np.intp]) -> None:
        """Show the units of ``order`` (unit indices, all or some) in that order."""
        self._statistics, self._order = statistics, order
        self._redraw()
