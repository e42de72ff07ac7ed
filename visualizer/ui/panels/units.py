"""The Units panel: the distribution of every unit of the layer, side by side."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedLayout, QVBoxLayout, QWidget

from visualizer.probes.frames import ActivationFrame
from visualizer.ui.numbers import THIN
from visualizer.ui.theme import Colors
from visualizer.ui.widgets.export import Export, Row
from visualizer.ui.widgets.panel import PADDING, Panel
from visualizer.ui.widgets.placeholder import Placeholder
from visualizer.ui.widgets.units_chart import UnitsChart


class UnitsPanel(Panel):
    """Shows one box per unit. Emits ``unit_selected(unit)`` for a click or a key."""

    title = "Units"
    key = "units"
    unit_selected = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._frame: ActivationFrame | None = None
        self._order: NDArray[np.intp] | None = None
        self.chart = UnitsChart()
        self.chart.selected.connect(self.unit_selected)
        content = QWidget()
        rows = QVBoxLayout(content)
        rows.setContentsMargins(PADDING, 5, PADDING, 3)
        rows.addWidget(self.chart)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(Placeholder("No activations yet."))
        self._stack.addWidget(content)

    def set_colors(self, colors: Colors) -> None:
        self.chart.set_colors(colors)

    def set_frame(self, frame: ActivationFrame | None) -> None:
        """Show the statistics of a layer; None empties the panel."""
        if frame is self._frame:
            return
        self._frame = frame
        self._stack.setCurrentIndex(0 if frame is None else 1)
        self._show()

    def set_order(self, order: NDArray[np.intp]) -> None:
        """Show the units in this order (unit indices; some may be left out)."""
        self._order = order
        self._show()

    def set_unit(self, unit: int) -> None:
        """Mark the selected unit."""
        self.chart.set_unit(unit)

    def _show(self) -> None:
        frame = self._frame
        if frame is None:
            self.chart.set_statistics(None, np.zeros(0, np.intp))
            self.set_subtitle("")
            return
        order = self._shown_order(frame)
        self.chart.set_statistics(frame.statistics, order)
        by = "by unit" if np.array_equal(order, np.arange(len(frame.values))) else "in the order of the maps"
        what = "value" if frame.values[0].size == 1 else f"min, 5–95{THIN}% range, mean, max"
        self.set_subtitle(f"{what} {by}")

    def _shown_order(self, frame: ActivationFrame) -> NDArray[np.intp]:
        """The order that was set, unless it is of another layer and names units that this one lacks."""
        units = len(frame.values)
        if self._order is None or not self._order.size or int(self._order.max()) >= units:
            return np.arange(units)
        return self._order

    def export(self) -> Export | None:
        frame = self._frame
        if frame is None:
            return None
        name = f"{frame.layer.name} units".replace("#", "call ")
        return Export(name, self.chart.grab, table=lambda: _table(frame))


def _table(frame: ActivationFrame) -> Iterable[Row]:
    of = frame.statistics
    yield ("unit", "minimum", "5 %", "mean", "95 %", "maximum", "deviation", "share of values ≤ 0", "dead")
    figures = (of.minimum, of.low, of.mean, of.high, of.maximum, of.deviation, of.nonpositive)
    for unit in range(len(frame.values)):
        yield (unit, *(each[unit] for each in figures), int(of.dead[unit]))
