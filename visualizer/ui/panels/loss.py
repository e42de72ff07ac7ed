"""The Loss panel: training and validation loss over the run, with the learning rate."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from visualizer.ui.widgets.curve_data import LOSS
from visualizer.ui.widgets.curve_panel import CurvePanel


class LossPanel(CurvePanel):
    """Shows the loss; logarithmic and with the learning rate at first."""

    title = "Loss"
    key = "loss"
    quantity = LOSS
    measure = "cross-entropy, nats"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.set_view({"rate": True})

    def set_measure(self, measure: str) -> None:
        """Name the loss and its unit for the subtitle: "cross-entropy, nats"."""
        if measure != self.measure:
            self.measure = measure
            self._say()
