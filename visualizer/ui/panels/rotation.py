"""The Rotation panel."""

from __future__ import annotations

from visualizer.ui.rotation.state import RotationState
from visualizer.ui.widgets.panel import Panel


class RotationPanel(Panel):
    """Shows the state of the turning input."""

    title = "Rotation"
    key = "rotation"

    def set_state(self, state: RotationState) -> None:
        """Show the newest state."""
