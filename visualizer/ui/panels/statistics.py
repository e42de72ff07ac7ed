"""The Layer statistics panel: how every layer with weights does over the run."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QCheckBox, QStackedLayout, QVBoxLayout, QWidget

from visualizer.training.frames import StatisticsHistory
from visualizer.ui.theme import Colors
from visualizer.ui.widgets.curve_panel import NO_RUN
from visualizer.ui.widgets.export import Export, Row
from visualizer.ui.widgets.heat_map import HeatMap
from visualizer.ui.widgets.panel import PADDING, Panel
from visualizer.ui.widgets.placeholder import Placeholder
from visualizer.ui.widgets.statistic_rows import step_text
from visualizer.ui.widgets.statistics_chart import StatisticsChart

_PAUSE = 200  # ms between two drawings while a run goes on: a sparkline moves less than a pixel in that time
_HEADER = ("step", "epoch", "layer", "mean", "standard deviation", "dead", "gradient norm", "update / weight")


class StatisticsPanel(Panel):
    """Shows a row for each layer, and the histograms of the selected one where they are wanted.

    Emits ``layer_selected(index)`` (in the anatomy), ``visit_requested(step)`` and ``view_changed(key, value)`` for
    what the settings remember: ``histogram``.
    """

    layer_selected = Signal(int)
    visit_requested = Signal(int)
    view_changed = Signal(str, object)
    title = "Layer statistics"
    key = "statistics"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._history: StatisticsHistory | None = None
        self._visited: int | None = None
        self._layer = -1
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE)
        self._pause.timeout.connect(self._show)
        self.histogram = QCheckBox("Histogram", toolTip="The outputs of the selected layer over time")
        self.histogram.setProperty("role", "muted")
        self.histogram.clicked.connect(self._choose_histogram)
        self.head = self.histogram
        self.chart = StatisticsChart()
        self.chart.selected.connect(self._select)
        self.heat_map = HeatMap()
        self.heat_map.visit_requested.connect(self.visit_requested)
        self.heat_map.hide()
        content = QWidget()
        rows = QVBoxLayout(content)
        rows.setContentsMargins(0, 2, 0, 2)
        rows.setSpacing(4)
        rows.addWidget(self.chart, 3)
        inside = QVBoxLayout()
        inside.setContentsMargins(PADDING, 0, PADDING, 0)
        inside.addWidget(self.heat_map)
        rows.addLayout(inside, 2)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(Placeholder(NO_RUN))
        self._stack.addWidget(content)

    def set_colors(self, colors: Colors) -> None:
        self.chart.set_colors(colors)
        self.heat_map.set_colors(colors)

    def set_statistics(self, history: StatisticsHistory | None, visited_step: int | None) -> None:
        """Show the layers with the figures at ``visited_step``, the newest for None; no history empties the panel.

        Costs nothing while the panel cannot be seen, and draws what is only newer five times a second.
        """
        if history is self._history and visited_step == self._visited:
            return
        before = self._history
        was_empty = before is None
        is_next = (
            before is not None
            and history is not None
            and before.names == history.names
            and visited_step == self._visited
        )
        self._history, self._visited = history, visited_step
        if (history is None) != was_empty:
            self._stack.setCurrentIndex(0 if history is None else 1)
        if not self.isVisible() or (is_next and self._pause.isActive()):
            return
        self._show()
        self._pause.start()

    def set_layer(self, index: int) -> None:
        """Mark the layer with this index in the anatomy; of a layer without weights the histogram is the one before."""
        if index != self._layer:
            self._layer = index
            self._show()

    def set_view(self, values: dict[str, object]) -> None:
        """Take the remembered choice: ``histogram`` (a bool)."""
        self.histogram.setChecked(bool(values.get("histogram")))
        self._show()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show()

    def _show(self) -> None:
        history = self._history
        self.chart.set_statistics(history, self._visited)
        self.heat_map.setVisible(self.histogram.isChecked())
        if history is None:
            self.heat_map.set_history(None, -1, None)
            self.set_subtitle("")
            return
        layers = np.asarray(history.layers)
        before = np.flatnonzero(layers <= self._layer)
        nearest = int(before[-1]) if len(before) else 0
        self.chart.set_row(nearest if len(before) and layers[nearest] == self._layer else -1)
        self.heat_map.set_history(history, nearest if len(layers) else -1, self._visited)
        self.set_subtitle(", ".join(filter(None, ("pinned batch", step_text(history, self._visited)))))

    def _select(self, row: int) -> None:
        if self._history is not None:
            self.layer_selected.emit(self._history.layers[row])

    def _choose_histogram(self, on: bool) -> None:
        self._show()
        self.view_changed.emit("histogram", on)

    def export(self) -> Export | None:
        history = self._history
        if history is None:
            return None
        return Export("layer statistics", picture=self.grab, table=lambda: _table(history))


def _table(history: StatisticsHistory) -> Iterable[Row]:
    """A row for each step and layer, with the histogram of its outputs."""
    bins = history.counts.shape[2]
    yield (*_HEADER, "limit", *(f"bin {number}" for number in range(bins)))
    for time, (step, epoch) in enumerate(zip(history.step.tolist(), history.epoch.tolist(), strict=True)):
        for layer, name in enumerate(history.names):
            of = (history.mean, history.std, history.dead, history.gradient, history.update)
            figures = (float(values[time, layer]) for values in of)
            counts = history.counts[time, layer].tolist()
            yield step, epoch, name, *figures, float(history.limits[layer]), *counts
