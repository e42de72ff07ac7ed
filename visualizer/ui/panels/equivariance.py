"""The Equivariance panel: how far the maps of each layer turn with the input, and where invariance arises."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QStackedLayout, QToolButton, QVBoxLayout, QWidget

from visualizer.data.transforms.change import ROTATION
from visualizer.probes.response.frames import Equivariance
from visualizer.ui.numbers import percent
from visualizer.ui.rotation.state import RotationState
from visualizer.ui.theme import Colors
from visualizer.ui.widgets.equivariance_map import EquivarianceMap
from visualizer.ui.widgets.equivariance_plot import EquivariancePlot
from visualizer.ui.widgets.equivariance_rows import OUTPUT, EquivarianceRows, rows_of
from visualizer.ui.widgets.export import Export, Row
from visualizer.ui.widgets.panel import PADDING, ElidedLabel, Panel
from visualizer.ui.widgets.placeholder import Placeholder
from visualizer.ui.widgets.steady_text import SteadyText

EMPTY = "Open an image to see how far the maps of each layer turn with it."
_COMING = "Turning the input…"
_OTHER = "Of rotation only: the dial changes something else now."
_BEFORE = "Of the weights before the run went on: pause it to see those of now."
_HEADER = ("layer", "angle", "correlation")


class EquivariancePanel(Panel):
    """Shows ``state.equivariance``.

    Emits ``layer_selected(index)`` with an index of the anatomy, ``value_requested(angle, done)`` and
    ``cancel_requested()``.
    """

    layer_selected = Signal(int)
    value_requested = Signal(float, bool)
    cancel_requested = Signal()
    title = "Equivariance"
    key = "equivariance"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state: RotationState | None = None
        self._table: EquivarianceRows | None = None
        self._made_of: tuple[object, ...] = ()
        self._layer: int | None = None  # whose curve is shown; None for the deepest one
        self.map, self.plot = EquivarianceMap(), EquivariancePlot()
        self.words = ElidedLabel()
        self.words.setProperty("role", "small")
        self.placeholder = Placeholder(EMPTY)
        self.head = self._build_head()
        self._build()
        self.map.row_selected.connect(self._select)
        self.map.angle_chosen.connect(self.value_requested)
        self.plot.angle_chosen.connect(self.value_requested)

    def _build_head(self) -> QWidget:
        head = QWidget()
        row = QHBoxLayout(head)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        self.progress = SteadyText("100\u202f%")
        self.cancel = QToolButton(text="Cancel", toolTip="Leave the angles that are not computed yet")
        self.cancel.setProperty("role", "framed")
        self.cancel.setFixedSize(54, 20)
        self.cancel.clicked.connect(self.cancel_requested)
        self.convolutions = QCheckBox(
            "Convolutions", toolTip="Show convolutions only, without poolings and others"
        )
        self.convolutions.setChecked(True)
        self.convolutions.toggled.connect(self._show)
        for widget in (self.progress, self.cancel, self.convolutions):
            row.addWidget(widget)
        self.progress.hide()
        self.cancel.hide()
        return head

    def _build(self) -> None:
        self._content = QWidget()
        rows = QVBoxLayout(self._content)
        rows.setContentsMargins(0, 2, 0, 4)
        rows.setSpacing(4)
        rows.addWidget(self.map, 5)
        below = QVBoxLayout()
        below.setContentsMargins(PADDING, 0, 0, 0)
        below.addWidget(self.plot, 1)
        below.addWidget(self.words)
        rows.addLayout(below, 3)
        self.words.hide()
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self.placeholder)
        self._stack.addWidget(self._content)

    # --- what is shown -----------------------------------------------------------------------------

    def set_state(self, state: RotationState) -> None:
        """Show the newest state; costs nothing while only other parts of it are new."""
        self._state = state
        made_of = (
            state.equivariance,
            state.equivariance_progress,
            state.equivariance_sentence,
            state.change.transform,
            state.input_name,
            state.live,
        )
        if made_of != self._made_of:
            self._made_of = made_of
            self._show()
        is_turned = state.change.transform == ROTATION
        angle = state.change.value if is_turned else None
        self.map.set_angle(angle)
        self.plot.set_angle(angle)

    def set_layer(self, index: int) -> None:
        """Show the curve of this layer of the anatomy, if it has one."""
        if self._table is not None and self._table.place_of(index) < 0:
            return
        if index != self._layer:
            self._layer = index
            self._show_rows()

    def _show(self) -> None:
        state = self._state
        if state is None:
            return
        self._show_progress(state.equivariance_progress)
        found, sentence = state.equivariance, state.equivariance_sentence
        if sentence or found is None:
            busy = state.equivariance_progress is not None
            self.placeholder.set_sentence(sentence or (_COMING if busy else EMPTY))
            self._stack.setCurrentIndex(0)
            self._table = None
            self.set_subtitle("")
            return
        self._table = rows_of(found, only_convolutions=self.convolutions.isChecked())
        self._show_rows()
        self._show_words(found, state)
        self.set_subtitle(f"{state.input_name}, {_steps(found)}".removeprefix(", "))
        self._stack.setCurrentIndex(1)

    def _show_rows(self) -> None:
        state, table = self._state, self._table
        if state is None or table is None:
            return
        place = table.place_of(self._layer) if self._layer is not None else -1
        if place < 0:
            place = max(len(table.rows) - 2, 0)  # the deepest layer
        # All of it is known and more is on its way: that is of an input or of weights before.
        faded = state.equivariance_progress is not None and bool(table.known.all())
        self.map.set_rows(table, place, faded=faded)
        self.plot.set_rows(table, place, faded=faded)

    def _show_words(self, found: Equivariance, state: RotationState) -> None:
        is_turned = state.change.transform == ROTATION
        notes = [found.note, "" if is_turned else _OTHER, _BEFORE if state.live else ""]
        words = " ".join(filter(None, notes))
        self.words.set_full_text(words)
        if self.words.isHidden() == bool(words):
            self.words.setVisible(bool(words))

    def _show_progress(self, progress: float | None) -> None:
        busy = progress is not None
        self.progress.setText(percent(min(progress or 0.0, 0.99), 0) if busy else "")
        for widget in (self.progress, self.cancel):
            if widget.isHidden() == busy:
                widget.setVisible(busy)

    def _select(self, place: int) -> None:
        if self._table is None:
            return
        self._layer = self._table.rows[place].index
        self._show_rows()
        if self._layer != OUTPUT:
            self.layer_selected.emit(self._layer)

    def set_colors(self, colors: Colors) -> None:
        self.map.set_colors(colors)
        self.plot.set_colors(colors)

    # --- what can be saved -------------------------------------------------------------------------

    def export(self) -> Export | None:
        found = self._state.equivariance if self._state is not None else None
        if found is None or self._table is None:
            return None
        return Export(
            f"equivariance of {found.network}", picture=self._content.grab, table=lambda: _table(found)
        )


def _steps(found: Equivariance) -> str:
    """How far the angles are apart: ``every 15°``."""
    gaps = np.unique(np.diff(found.values))
    return f"every {gaps[0]:g}°" if len(gaps) == 1 else f"{len(found.values)} angles"


def _table(found: Equivariance) -> Iterable[Row]:
    """A row for each layer and angle that is known, the outputs last; an empty cell where there is no correlation."""
    yield _HEADER
    for name, correlation in [(layer.name, layer.correlation) for layer in found.layers] + [
        ("output", found.outputs)
    ]:
        for place in np.flatnonzero(found.known).tolist():
            value = float(correlation[place])
            yield name, f"{found.values[place]:g}", "" if np.isnan(value) else round(value, 6)
