"""The Rotation panel."""

from __future__ import annotations

from PySide6.QtCore import Signal

from visualizer.ui.rotation.state import RotationState
from visualizer.ui.widgets.panel import Panel


class RotationPanel(Panel):
    """Shows the state of the turning input."""

    title = "Rotation"
    key = "rotation"
    value_requested = Signal(float, bool)
    class_requested = Signal(str)
    step_requested = Signal(float)
    transform_requested = Signal(str)
    keep_requested = Signal()
    networks_requested = Signal()
    moments_requested = Signal()
    line_removed = Signal(str)
    cancel_requested = Signal()

    def set_state(self, state: RotationState) -> None:
        """Show the newest state."""
