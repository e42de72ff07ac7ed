"""The panels that show how a network learns: each is given what is new, where somebody can see it."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from visualizer.training.losses import loss_kind
from visualizer.ui.numbers import integer
from visualizer.ui.panels.loss import LossPanel
from visualizer.ui.panels.statistics import StatisticsPanel
from visualizer.ui.panels.weights import WeightsPanel
from visualizer.ui.remembered_views import remember_view
from visualizer.ui.selection import Selection
from visualizer.ui.training_state import TrainingState
from visualizer.ui.widgets.curve_panel import CurvePanel
from visualizer.ui.widgets.panel import Panel

if TYPE_CHECKING:
    from visualizer.ui.main_window import MainWindow

Show = Callable[[TrainingState], None]


class LearningPanels(QObject):
    """Connects curves, statistics and weights with the run."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._session, self._training = window.session, window.session.training
        self.visible = window.visible
        self._show: dict[str, Show] = {}
        self._stale: set[str] = set()
        panels = [dock.panel for dock in window.docks.values()]
        for panel in panels:
            if isinstance(panel, CurvePanel):
                self._connect_curves(panel)
                remember_view(panel, window.settings)
            elif isinstance(panel, StatisticsPanel):
                self._connect_statistics(panel)
                remember_view(panel, window.settings)
            elif isinstance(panel, WeightsPanel):
                self._connect_weights(panel)
        self._join_cursors([panel for panel in panels if isinstance(panel, CurvePanel)])
        self._training.changed.connect(self._tell)
        self.visible.changed.connect(self._follow)

    def add(self, panel: Panel, show: Show) -> None:
        """Have ``show`` called with the newest state while ``panel`` can be seen."""
        self._show[panel.key] = show

    def _tell(self, state: TrainingState) -> None:
        for key, show in self._show.items():
            if key in self.visible:
                show(state)
            else:
                self._stale.add(key)

    def _follow(self) -> None:
        """Other docks can be seen."""
        for key in [key for key in self._stale if key in self.visible]:
            self._stale.discard(key)
            self._show[key](self._training.state)

    # --- one panel each --------------------------------------------------------------------------

    def _connect_curves(self, panel: CurvePanel) -> None:
        def show(state: TrainingState) -> None:
            frame, config = state.frame, self._training.how.config
            if isinstance(panel, LossPanel) and config is not None:
                panel.set_measure(loss_kind(config.loss).measure)
            if frame is None:
                panel.set_curves(None, 1, None)
            else:
                panel.set_curves(frame.curves, frame.epochs, state.visited)

        self.add(panel, show)
        panel.visit_requested.connect(self._training.visit)

    def _join_cursors(self, panels: list[CurvePanel]) -> None:
        """What is hovered in one is read in the others."""
        for panel in panels:
            for other in panels:
                if other is not panel:
                    panel.hovered.connect(other.set_hovered)

    def _connect_statistics(self, panel: StatisticsPanel) -> None:
        drawn: list[object] = [None]

        def show(state: TrainingState) -> None:
            history = state.frame.statistics if state.frame is not None else None
            # Measured once a second, while frames come 15 times: what says the same is not drawn again.
            newest = int(history.step[-1]) if history is not None and len(history.step) else -1
            run = self._training.run
            # Weakly: out of sight it would keep the moments of a run that is gone.
            said = (weakref.ref(run) if run is not None else None, newest, state.visited, history is None)
            if said != drawn[0]:
                drawn[0] = said
                panel.set_statistics(history, state.visited)

        def select(selection: Selection) -> None:
            panel.set_layer(selection.layer)

        self.add(panel, show)
        panel.layer_selected.connect(self._session.select_layer)
        panel.visit_requested.connect(self._training.visit)
        self._session.selection_changed.connect(select)

    def _connect_weights(self, panel: WeightsPanel) -> None:
        session = self._session

        def show(frame: object) -> None:
            panel.set_frame(frame, self._moment_words())  # type: ignore[arg-type]

        def select(selection: Selection) -> None:
            panel.set_unit(selection.unit)

        session.weights_frame_changed.connect(show)
        session.selection_changed.connect(select)
        panel.view_changed.connect(session.set_weights_view)
        panel.unit_selected.connect(session.select_unit)

    def _moment_words(self) -> str:
        """The moment that is shown: "live", "step 5 080"; without a run what the weights are."""
        state, opened = self._training.state, self._session.opened
        if state.phase == "running" and state.visited is None:
            return "live"  # a number that changes many times a second would lay out the title as often
        if state.frame is not None:
            return f"step {integer(state.step)}"
        return opened.network.weights if opened is not None else ""
