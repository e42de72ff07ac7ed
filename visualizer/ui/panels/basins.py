"""The Basins panel: which minimum every start in the window reaches, for each racer side by side."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedLayout, QToolButton, QVBoxLayout, QWidget

from visualizer.race.config import Racer
from visualizer.race.frames import LOST, UNKNOWN, UNREACHED, BasinsFrame
from visualizer.race.racers import titles
from visualizer.ui.numbers import percent
from visualizer.ui.race.state import RaceState
from visualizer.ui.theme import Colors
from visualizer.ui.widgets.basin_tile import BasinTile, make_tile
from visualizer.ui.widgets.basin_view import BasinView
from visualizer.ui.widgets.export import Export, Row
from visualizer.ui.widgets.panel import PADDING, Panel
from visualizer.ui.widgets.placeholder import Placeholder
from visualizer.ui.widgets.steady_text import SteadyText

_HEADER = ("racer", "x", "y", "minimum", "steps")
_FATES = {UNREACHED: "none", LOST: "lost", UNKNOWN: ""}


class BasinsPanel(Panel):
    """Shows ``state.basins``, from coarse to fine.

    Emits ``start_dragged(point, done)`` and ``cancel_requested()``.
    """

    start_dragged = Signal(object, bool)
    cancel_requested = Signal()
    title = "Basins"
    key = "basins"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state: RaceState | None = None
        self._tiles: dict[str, BasinTile] = {}
        self._shown: tuple[object, ...] = ()
        self._cancelled: tuple[BasinsFrame, ...] = ()
        self.view = BasinView()
        self.view.start_dragged.connect(self.start_dragged)
        self.head = self._build_head()
        content = QWidget()
        rows = QVBoxLayout(content)
        rows.setContentsMargins(PADDING, 6, PADDING, 6)
        rows.addWidget(self.view)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(Placeholder("Basins are computed while this panel is seen."))
        self._stack.addWidget(content)

    def _build_head(self) -> QWidget:
        head = QWidget()
        row = QHBoxLayout(head)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        self.progress = SteadyText("100\u202f%")
        self.cancel = QToolButton(text="Cancel", toolTip="Leave the basins as coarse as they are")
        self.cancel.setProperty("role", "framed")
        self.cancel.setFixedSize(54, 20)
        self.cancel.clicked.connect(self._cancel)
        row.addWidget(self.progress)
        row.addWidget(self.cancel)
        self.cancel.hide()
        return head

    # --- what is shown ---------------------------------------------------------------------------

    def set_state(self, state: RaceState) -> None:
        """Show what is known of the basins; costs nothing while none of it is another."""
        self._state = state
        race = state.race
        made_of = (state.basins, race.racers, race.surface, race.start, state.selected)
        if made_of == self._shown:
            return
        self._shown = made_of
        racers = [racer for racer in race.racers if racer.shown]
        self._stack.setCurrentIndex(1 if state.basins and racers else 0)
        names = dict(zip((racer.key for racer in race.racers), titles(race.racers), strict=True))
        frames = {frame.racer.key: frame for frame in state.basins}
        self._tiles = {
            racer.key: self._tile(racer, names[racer.key], frames.get(racer.key)) for racer in racers
        }
        window = state.basins[0].window if state.basins else race.surface.window
        minima = state.basins[0].minima if state.basins else race.surface.minima
        self.view.set_tiles(tuple(self._tiles.values()), window, minima, race.start, state.selected)
        self._show_progress(state)

    def _tile(self, racer: Racer, name: str, frame: BasinsFrame | None) -> BasinTile:
        before = self._tiles.get(racer.key)
        if (
            before is None
            or before.frame is None
            or frame is None
            or frame.reached is not before.frame.reached
        ):
            return make_tile(racer, name, frame)
        return replace(before, racer=racer, name=name, frame=frame)  # only its name or its colour is another

    def _show_progress(self, state: RaceState) -> None:
        count = max(len(self._tiles), 1)
        done = sum(frame.fraction for frame in state.basins) / count
        busy = bool(state.basins) and done < 1 and not self._is_cancelled(state)
        self.progress.setText(percent(min(done, 0.99), 0) if busy else "")
        if self.cancel.isHidden() == busy:
            self.cancel.setVisible(busy)
        self.set_subtitle("which minimum a start reaches" if state.basins else "")

    def _is_cancelled(self, state: RaceState) -> bool:
        return self._cancelled == state.basins and bool(self._cancelled)

    def _cancel(self) -> None:
        if self._state is not None:
            self._cancelled = self._state.basins
            self.cancel_requested.emit()
            self._show_progress(self._state)

    def set_colors(self, colors: Colors) -> None:
        self.view.set_colors(colors)

    # --- what can be saved -------------------------------------------------------------------------

    def export(self) -> Export | None:
        frames = self._state.basins if self._state is not None else ()
        if not frames:
            return None
        return Export("basins", picture=self.view.grab, table=lambda: _table(frames))


def _table(frames: tuple[BasinsFrame, ...]) -> Iterable[Row]:
    """A row for each racer and start: the number of the minimum from 1, and the steps."""
    yield _HEADER
    for frame in frames:
        height, width = frame.reached.shape
        window = frame.window
        # Starts lie in the middles of the pixels.
        xs = (window.left + (np.arange(width) + 0.5) / width * window.width).tolist()
        ys = (window.bottom + (np.arange(height) + 0.5) / height * window.height).tolist()
        for row, y in enumerate(ys):
            ends = zip(xs, frame.reached[row].tolist(), frame.taken[row].tolist(), strict=True)
            for x, reached, taken in ends:
                yield frame.racer.key, x, y, _FATES.get(reached, reached + 1), taken
