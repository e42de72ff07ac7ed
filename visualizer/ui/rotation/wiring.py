"""Which request of a panel turns the input or asks networks, and how the panels learn of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from visualizer.data.transforms import Change
from visualizer.ui.remembered_views import remember_view
from visualizer.ui.rotation.comparison import Comparison
from visualizer.ui.rotation.curves import Curves
from visualizer.ui.rotation.experiment import RotationExperiment
from visualizer.ui.rotation.layers import Layers
from visualizer.ui.rotation.live import LiveRotation
from visualizer.ui.rotation.playback import RotationPlayback
from visualizer.ui.rotation.predictions import PredictionsWiring
from visualizer.ui.rotation.state import RotationState
from visualizer.ui.rotation.studying import Studying

if TYPE_CHECKING:
    from visualizer.ui.main_window import MainWindow


_PLOTS_AFTER = 30  # ms between two pictures of the plots while the input moves: the cores belong to that


class RotationWiring(QObject):
    """Connects the panels with the turning input, once; a panel that nobody sees learns of it when it is seen."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self.live = LiveRotation(window.session)
        self.comparison = Comparison(self.live)
        self.playback = RotationPlayback(self.live)
        self.curves = Curves(self.live, self.comparison)
        self.studying = Studying(self.live, self.comparison)
        self.layers = Layers(self.live)
        self.experiment = RotationExperiment(window)
        self.predictions = PredictionsWiring(window, self.live, self.comparison)
        self._panels = (window.rotation, window.rotation_study, window.equivariance)
        self._shown: dict[str, RotationState] = {}
        self._dialled: tuple[Change, bool] | None = None
        self._plots = QTimer(self, singleShot=True, interval=_PLOTS_AFTER)
        self._plots.timeout.connect(self._show_plots)
        self.live.changed.connect(self._show)
        window.visible.changed.connect(self._follow_docks)
        window.closing.connect(self._end)
        self._connect_input()
        self._connect_panels()
        remember_view(window.rotation, window.settings)
        self._show(self.live.state)

    def _connect_input(self) -> None:
        panel = self._window.input
        panel.value_requested.connect(self.playback.set_value)
        panel.transform_requested.connect(self.live.set_transform)
        panel.border_requested.connect(self.live.set_border)
        panel.reset_requested.connect(self.playback.reset)
        panel.play_requested.connect(self.playback.toggle)

    def _connect_panels(self) -> None:
        rotation, study, equivariance = self._panels
        rotation.value_requested.connect(self.playback.set_value)
        rotation.class_requested.connect(self.live.set_class)
        rotation.step_requested.connect(self.live.set_step)
        rotation.transform_requested.connect(self.live.set_transform)
        rotation.line_toggled.connect(self.live.toggle_line)
        rotation.line_removed.connect(self.comparison.remove)
        rotation.cancel_requested.connect(self.curves.cancel)
        study.run_requested.connect(self.studying.start)
        study.cancel_requested.connect(self.studying.cancel)
        study.study_requested.connect(self.studying.set_study)
        equivariance.layer_selected.connect(self._window.session.select_layer)
        self._window.session.selection_changed.connect(lambda shown: equivariance.set_layer(shown.layer))
        equivariance.value_requested.connect(self._turn)
        equivariance.cancel_requested.connect(self.layers.cancel)

    def _turn(self, angle: float, done: bool) -> None:
        """An angle was asked for where another transform may be chosen."""
        self.live.set_transform("rotation")
        self.playback.set_value(angle, done)

    # --- what follows ------------------------------------------------------------------------------

    def _show(self, state: RotationState) -> None:
        dialled = (state.change, state.playing)
        if dialled != self._dialled:
            self._dialled = dialled
            self._window.input.set_change(*dialled)
        if not state.moving and not state.playing:
            self._plots.stop()
            self._show_plots()
        elif not self._plots.isActive():
            self._plots.start()

    def _show_plots(self) -> None:
        state = self.live.state
        for panel in self._panels:
            if panel.key in self._window.visible and self._shown.get(panel.key) is not state:
                self._shown[panel.key] = state
                panel.set_state(state)

    def _follow_docks(self) -> None:
        """What can be seen decides what is computed."""
        visible = self._window.visible
        self.curves.wake("rotation" in visible)
        self.layers.wake("equivariance" in visible)
        if not any(key in visible for key in ("input", "rotation")):
            self.playback.hold()
        self._show(self.live.state)

    def _end(self) -> None:
        """Ask for nothing more: the window closes, and its workers end."""
        self._window.visible.changed.disconnect(self._follow_docks)
        self.live.end()
        self.playback.hold()
        self._plots.stop()
        self.studying.cancel()
        self.curves.wake(False)
        self.layers.wake(False)

    # --- commands ----------------------------------------------------------------------------------

    def run_study(self) -> None:
        """Ask all networks over the data set, and show it."""
        self._window.workspaces.show("rotate")
        dock = self._window.docks[self._window.rotation_study.key]
        dock.show()
        dock.raise_()
        self.studying.start()

    def copy(self) -> None:
        """Put the picture of the curves on the clipboard."""
        self._window.rotation.copy()

    def save(self) -> None:
        """Offer what can be saved of the curves."""
        panel = self._window.rotation
        panel.open_menu(panel.mapToGlobal(panel.rect().center()))
