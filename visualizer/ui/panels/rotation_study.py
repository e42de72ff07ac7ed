"""The Networks panel."""

from __future__ import annotations

from PySide6.QtCore import Signal

from visualizer.ui.rotation.state import RotationState
from visualizer.ui.widgets.panel import Panel


class RotationStudyPanel(Panel):
    """Shows the state of the turning input."""

    title = "Networks"
    key = "rotationStudy"
    run_requested = Signal()
    cancel_requested = Signal()
    study_requested = Signal(object)

    def set_state(self, state: RotationState) -> None:
        """Show the newest state."""
