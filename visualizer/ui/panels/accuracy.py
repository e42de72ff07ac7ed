"""The Accuracy panel: training and validation accuracy over the run."""

from __future__ import annotations

from visualizer.ui.widgets.curve_data import ACCURACY
from visualizer.ui.widgets.curve_panel import CurvePanel


class AccuracyPanel(CurvePanel):
    """Shows the share of images whose class has the highest score."""

    title = "Accuracy"
    key = "accuracy"
    quantity = ACCURACY
    measure = "top-1, %"
