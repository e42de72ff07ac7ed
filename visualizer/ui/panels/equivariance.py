"""The Equivariance panel."""

from __future__ import annotations

from PySide6.QtCore import Signal

from visualizer.ui.rotation.state import RotationState
from visualizer.ui.widgets.panel import Panel


class EquivariancePanel(Panel):
    """Shows the state of the turning input."""

    title = "Equivariance"
    key = "equivariance"
    layer_selected = Signal(int)
    value_requested = Signal(float, bool)
    cancel_requested = Signal()

    def set_state(self, state: RotationState) -> None:
        """Show the newest state."""
