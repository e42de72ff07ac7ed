"""The benchmark of the Networks panel: what large answers of many networks cost in the GUI thread."""

from __future__ import annotations

import statistics
from dataclasses import replace
from time import perf_counter

import numpy as np
from PySide6.QtWidgets import QApplication

from visualizer.benchmarks.figures import Figure
from visualizer.data.transforms import values_of
from visualizer.probes.response.frames import DatasetResponse
from visualizer.probes.response.study_figures import StudyFigures, study_figures
from visualizer.ui.main_window import MainWindow
from visualizer.ui.rotation.state import COLORS, OPEN, Line, RotationState
from visualizer.ui.widgets.study_views import VIEWS

NETWORKS, IMAGES, CLASSES = 12, 5000, 10
TIMES, WARM_UP = 7, 2  # slices of answers in every view

LONGEST = 50  # ms that nothing may keep the window from answering


def study_in_window(window: MainWindow) -> Figure:
    """From a slice of answers of one network among many to its figures painted, in the slowest of the views."""
    slices = [_answers(seed) for seed in range(TIMES + WARM_UP)]
    lines = [
        Line(OPEN if number == 0 else str(number), f"network {number}", "", color, studied=slices[0])
        for number, color in zip(range(NETWORKS), COLORS * 2, strict=False)
    ]
    state, panel = RotationState(lines=tuple(lines)), window.rotation_study
    slowest = 0.0
    for view in range(len(VIEWS)):
        panel.choice.chosen.emit(view)
        times = []
        for studied in slices:
            renewed = replace(state, lines=(replace(lines[0], studied=studied), *lines[1:]))
            start = perf_counter()
            panel.set_state(renewed)
            panel.repaint()
            QApplication.processEvents()
            times.append(1000 * (perf_counter() - start))
        slowest = max(slowest, statistics.median(times[WARM_UP:]))
    name = f"dial: study figures in the GUI thread, {NETWORKS} networks, {IMAGES:,} images × 360"
    return Figure(name, slowest, "ms", LONGEST)


def _answers(seed: int) -> StudyFigures:
    """Made-up answers, as many as a large study has."""
    chance, values = np.random.default_rng(seed), values_of("rotation")
    labels = chance.integers(0, CLASSES, IMAGES)
    probability = chance.random((IMAGES, len(values)), dtype=np.float32)
    other = chance.integers(0, CLASSES, probability.shape)
    predicted = np.where(probability > 0.3, labels[:, None], other).astype(np.int32)
    names = tuple(f"class {number}" for number in range(CLASSES))
    return study_figures(
        DatasetResponse(
            "made up", "made up", "rotation", "grey", values, names, labels, predicted, probability, IMAGES
        )
    )
