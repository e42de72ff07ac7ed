"""The plot of a class over training in the Prediction panel: where values stand, what it takes of the room."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from visualizer.probes.frames import ClassProbability, Prediction
from visualizer.probes.over_training import ProbabilityHistory
from visualizer.ui.panels.prediction import PredictionPanel
from visualizer.ui.theme import DARK
from visualizer.ui.widgets.probability_plot import _thinned

PREDICTION = Prediction((ClassProbability(0, "cat", 0.9), ClassProbability(1, "dog", 0.1)), 2, 0.8, 0.5)


def history(*values: float, label: str = "cat") -> ProbabilityHistory:
    epochs = np.arange(len(values), dtype=np.float32)
    return ProbabilityHistory(label, 0, epochs, np.array(values, np.float32))


@pytest.fixture
def panel(qtbot: QtBot, styled: QApplication) -> PredictionPanel:
    made = PredictionPanel()
    qtbot.addWidget(made)
    made.set_colors(DARK)
    made.resize(280, 420)
    made.show()
    qtbot.waitExposed(made)
    made.set_prediction(PREDICTION, "network")
    return made


def columns_of(image: QImage, color: str) -> list[int]:
    """The columns that have this very colour in five pixels or more."""
    wanted = QColor(color).rgb()
    return [
        x
        for x in range(image.width())
        if sum(image.pixel(x, y) == wanted for y in range(image.height())) >= 5
    ]


def test_the_panel_does_not_grow_when_a_run_begins(panel: PredictionPanel) -> None:
    before = panel.minimumSizeHint(), panel.sizeHint()
    bars = panel.bars.geometry()
    assert not panel.history.isVisible()
    panel.set_history(history(0.1, 0.5), None, 4.0)
    QApplication.processEvents()
    assert panel.history.isVisible()
    assert (panel.minimumSizeHint(), panel.sizeHint()) == before
    assert panel.bars.geometry() == bars
    assert panel.history.height() >= 110
    panel.resize(280, before[0].height())
    QApplication.processEvents()
    assert panel.grab().toImage().width() == 280  # no room for a plot is no error
    panel.set_history(None)
    assert not panel.history.isVisible()


def test_it_names_the_class_and_the_axis(panel: PredictionPanel) -> None:
    panel.set_history(history(0.1, 0.5), None, 4.0)
    assert panel.history.accessibleName() == "p(cat) over training, by epoch"
    panel.set_history(history(0.1, 0.5, label="dog"), None, 4.0)
    assert panel.history.accessibleName() == "p(dog) over training, by epoch"


def test_the_cursor_stands_at_the_newest_value_or_where_one_visits(panel: PredictionPanel) -> None:
    values = history(0.1, 0.5, 0.9)

    def cursor(visited: float | None) -> int:
        panel.set_history(values, visited, 4.0)
        QApplication.processEvents()
        found = columns_of(
            panel.history.grab().toImage().convertToFormat(QImage.Format.Format_RGB32), DARK.accent
        )
        assert found, "no cursor"
        return round(sum(found) / len(found))

    axes_at = panel.history
    newest = cursor(None)
    axes = axes_at._axes
    assert axes is not None
    assert abs(newest - axes.to_x(2.0)) <= 2
    assert abs(cursor(0.0) - axes.to_x(0.0)) <= 2
    assert abs(cursor(1.5) - axes.to_x(1.5)) <= 2


def test_the_value_at_an_epoch_is_the_last_one_before(panel: PredictionPanel) -> None:
    panel.set_history(history(0.1, 0.5, 0.9), None, 4.0)
    place = panel.history._place
    assert [place(epoch) for epoch in (None, -1, 0, 0.9, 1, 7)] == [2, 0, 0, 0, 1, 2]
    panel.set_history(history(), None, 4.0)
    assert place(None) is None


@pytest.mark.parametrize("values", [(), (0.5,), (float("nan"),), (0.2, float("nan"), 0.4), (0.0, 1.0)])
def test_odd_histories_are_drawn(panel: PredictionPanel, values: tuple[float, ...]) -> None:
    panel.set_history(history(*values), None, 0.0)
    panel.set_history(history(*values), 0.5, 2.0)
    assert not panel.grab().isNull()


def test_the_frame_is_kept_while_values_come(panel: PredictionPanel) -> None:
    values = history(0.1, 0.5)
    panel.set_history(values, None, 4.0)
    panel.grab()
    frame = panel.history._frame
    panel.set_history(values.with_value(2.0, 0.7), None, 4.0)
    panel.grab()
    assert panel.history._frame is frame
    panel.set_history(values, None, 5.0)
    panel.grab()
    assert panel.history._frame is not frame


def test_thinning_keeps_every_peak() -> None:
    random = np.random.default_rng(0)
    xs, ys = np.linspace(10, 60, 5000), random.normal(size=5000)
    chosen = _thinned(xs, ys)
    assert len(chosen) <= 2 * 51
    assert (np.diff(chosen) > 0).all()
    for pixel in range(10, 61):
        inside = np.flatnonzero(xs.astype(int) == pixel)
        kept = np.intersect1d(inside, chosen)
        assert ys[kept].max() == ys[inside].max()
        assert ys[kept].min() == ys[inside].min()
