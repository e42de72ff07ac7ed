"""The Unit panel: one unit looked at closely, from its map over the picture down to its weights."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSpinBox,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from visualizer.networks.anatomy import INPUT
from visualizer.probes.frames import ActivationFrame, UnitFrame
from visualizer.ui.numbers import integer, percent, shape, signed
from visualizer.ui.theme import Colors, icon
from visualizer.ui.widgets.activation_overlay import ActivationOverlay
from visualizer.ui.widgets.export import Export, Row
from visualizer.ui.widgets.filter_view import FilterView
from visualizer.ui.widgets.histogram import Histogram
from visualizer.ui.widgets.icon_button import icon_button
from visualizer.ui.widgets.panel import PADDING, Panel
from visualizer.ui.widgets.placeholder import Placeholder
from visualizer.ui.widgets.readouts import Readouts
from visualizer.ui.widgets.section import Section


class UnitPanel(Panel):
    """Shows one unit. Emits ``unit_requested(unit)`` and ``position_requested(row, column)`` of its map."""

    title = "Unit"
    key = "unit"
    unit_requested = Signal(int)
    position_requested = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._frame: UnitFrame | None = None
        self._activation: ActivationFrame | None = None
        self._seen: NDArray[np.uint8] | None = None
        self._statistics, self._of_layer = Readouts(), Readouts()
        self.overlay, self.weights, self.histogram = ActivationOverlay(), FilterView(), Histogram()
        self.overlay.position_requested.connect(self.position_requested)
        self._map_section = Section("Activation over input", self.overlay)
        self._layer_section = Section("Layer", self._of_layer)
        self._filter_section = Section("Filter", self.weights)
        self._histogram_section = Section("Histogram", self.histogram)
        self._empty = Placeholder("No unit. Open an image and click a map in Activations.")
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self._scrolling_card())

    # Layout

    def _scrolling_card(self) -> QScrollArea:
        self._card = QWidget()
        rows = QVBoxLayout(self._card)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        head = QVBoxLayout()
        head.setContentsMargins(PADDING, 8, PADDING, 8)
        head.setSpacing(7)
        head.addLayout(self._navigation())
        head.addWidget(self._statistics)
        rows.addLayout(head)
        for section in (
            self._layer_section,
            self._map_section,
            self._filter_section,
            self._histogram_section,
        ):
            rows.addWidget(section)
        rows.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(self._card)
        return area

    def _navigation(self) -> QHBoxLayout:
        self._previous, self._next = icon_button("Previous unit"), icon_button("Next unit")
        self._spin = QSpinBox()
        self._spin.setKeyboardTracking(False)
        self._spin.setAccessibleName("Unit")
        self._spin.setToolTip("The unit shown, counted from 0")
        self._spin.setFixedWidth(52)
        self._spin.valueChanged.connect(self.unit_requested)
        self._previous.clicked.connect(self._spin.stepDown)
        self._next.clicked.connect(self._spin.stepUp)
        self._units = QLabel()
        self._units.setProperty("role", "muted")
        row = QHBoxLayout()
        row.setSpacing(6)
        for widget in (self._previous, self._spin, self._units, self._next):
            row.addWidget(widget)
        row.addStretch(1)
        return row

    def set_colors(self, colors: Colors) -> None:
        self._previous.setIcon(icon("previous", colors.text, colors.disabled))
        self._next.setIcon(icon("next", colors.text, colors.disabled))
        for part in (self._statistics, self._of_layer, self.overlay, self.weights, self.histogram):
            part.set_colors(colors)

    # What is shown

    def set_frame(
        self, frame: UnitFrame | None, activation: ActivationFrame | None, seen: NDArray[np.uint8] | None
    ) -> None:
        """Show a unit, its layer's activations (for the statistics) and what the network saw, (H, W, 3) uint8."""
        if frame is self._frame and activation is self._activation and seen is self._seen:
            return
        belongs = frame and activation and activation.layer.name == frame.layer.name
        self._frame, self._activation, self._seen = frame, activation if belongs else None, seen
        self._stack.setCurrentIndex(0 if frame is None else 1)
        if frame is None:
            self.set_subtitle("")
            return
        self._show_navigation(frame)
        is_map = frame.map.size > 1
        self._map_section.setVisible(is_map)
        self._layer_section.setVisible(not is_map and self._activation is not None)
        self._histogram_section.setVisible(is_map)
        if is_map:
            self._show_map(frame, seen)
        else:
            self._show_value(frame)
        self._show_filter(frame)
        self._settle_layout()

    def _settle_layout(self) -> None:
        """Give every part its height now: left to Qt, a change deep inside takes several turns of the event loop."""
        sections = self._layer_section, self._map_section, self._filter_section, self._histogram_section
        for part in (self.overlay, *sections, self._card):
            if layout := part.layout():
                layout.activate()

    def _show_navigation(self, frame: UnitFrame) -> None:
        units = self._unit_count(frame)
        with QSignalBlocker(self._spin):  # only the user's changes are requests
            self._spin.setRange(0, units - 1)
            self._spin.setValue(frame.unit)
        self._units.setText(f"of 0–{integer(units - 1)}")
        self._previous.setEnabled(frame.unit > 0)
        self._next.setEnabled(frame.unit < units - 1)
        dead = self._activation is not None and bool(self._activation.statistics.dead[frame.unit])
        self.set_subtitle(f"{'dead, ' if dead else ''}{frame.layer.name}, unit {frame.unit}", warning=dead)

    def _unit_count(self, frame: UnitFrame) -> int:
        if self._activation is not None:
            return len(self._activation.values)
        shape_ = frame.layer.output
        axis = 0 if frame.layer.layout in ("maps", "vector") else -1
        return max(frame.unit + 1, shape_[axis] if shape_ else 1)

    def _show_map(self, frame: UnitFrame, seen: NDArray[np.uint8] | None) -> None:
        rows, columns = frame.map.shape
        note = self._activation.note if self._activation is not None else ""
        self._map_section.set_detail(note, f"{rows}×{columns}")
        if self._activation is not None:
            of, unit = self._activation.statistics, frame.unit
            figures = of.maximum[unit], of.mean[unit], of.deviation[unit], of.nonpositive[unit]
            self._statistics.set_pairs(_figures(*figures))
        else:
            self._statistics.set_pairs(())
        self.overlay.set_frame(frame, seen)
        self._histogram_section.set_detail(f"{integer(frame.map.size)} values")
        self.histogram.set_counts(frame.counts, frame.edges, int(np.count_nonzero(frame.map <= 0)))

    def _show_value(self, frame: UnitFrame) -> None:
        """A unit with one value has no statistics of its own: its rank, and those of the whole layer."""
        pairs = [("a", f"{'+' if frame.value > 0 else ''}{signed(frame.value)}")]
        if self._activation is not None:
            values = self._activation.values
            rank = 1 + int(np.count_nonzero(values > frame.value))
            pairs.append(("rank", f"{integer(rank)} of {integer(values.size)}"))
            self._layer_section.set_detail(f"{integer(values.size)} values")
            self._of_layer.set_pairs(
                _figures(values.max(), values.mean(), values.std(), float(np.mean(values <= 0)))
            )
        self._statistics.set_pairs(tuple(pairs))

    def _show_filter(self, frame: UnitFrame) -> None:
        weights = frame.filter
        self._filter_section.setVisible(weights is not None)
        if weights is None:
            return
        rgb = len(weights) == 3 and INPUT in frame.layer.parents and weights[0].size > 1
        self.weights.set_weights(weights, frame.filter_order, rgb=rgb)
        channels, *kernel = weights.shape
        how = "RGB" if rgb else f"{integer(channels)} × {shape(tuple(kernel))}, by norm"
        text = f"{shape(tuple(kernel))}, {how}" if rgb else how
        self._filter_section.set_detail(text, f"±{signed(self.weights.limit())}")

    # Copy and save

    def export(self) -> Export | None:
        frame = self._frame
        if frame is None:
            return None
        name = f"{frame.layer.name} unit {frame.unit}".replace("#", "call ")
        return Export(name, self._picture, table=lambda: _table(frame.map), array=lambda: frame.map)

    def _picture(self) -> QImage | QPixmap:
        is_map = self._frame is not None and self._frame.map.size > 1
        return self.overlay.render_image() if is_map else self.grab()


def _figures(
    maximum: float, mean: float, deviation: float, nonpositive: float
) -> tuple[tuple[str, str], ...]:
    texts = [
        signed(float(maximum)),
        signed(float(mean)),
        signed(float(deviation)),
        percent(float(nonpositive), 0),
    ]
    return tuple(zip(("max", "mean", "std", "≤ 0"), texts, strict=True))


def _table(values: NDArray[np.float32]) -> Iterable[Row]:
    yield ("row", *(f"column {column}" for column in range(values.shape[1])))
    for number, row in enumerate(values):
        yield (number, *row)
