"""The Prediction panel: bars, figures, empty and odd predictions."""

from __future__ import annotations

import math

import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from table_bench import csv_bytes

from visualizer.probes.frames import ClassProbability, Prediction
from visualizer.ui.panels.prediction import NO_PREDICTION, PredictionPanel
from visualizer.ui.theme import DARK
from visualizer.ui.widgets.probability_bars import ROW_HEIGHT

ESPRESSO = Prediction(
    top=(
        ClassProbability(967, "espresso", 0.966),
        ClassProbability(968, "cup", 0.0217),
        ClassProbability(504, "coffee mug", 0.0073),
        ClassProbability(925, "consomme", 0.0021),
        ClassProbability(809, "soup bowl", 0.0003),
    ),
    classes=1000,
    margin=0.9443,
    entropy=0.2671,
    label="espresso",
    label_rank=1,
)


@pytest.fixture
def panel(qtbot: QtBot, styled: QApplication) -> PredictionPanel:
    made = PredictionPanel()
    qtbot.addWidget(made)
    made.set_colors(DARK)
    made.resize(278, 300)
    made.show()
    qtbot.waitExposed(made)
    return made


def test_it_says_when_there_is_nothing_yet_and_why(panel: PredictionPanel) -> None:
    panel.set_prediction(None, "resnet18")
    assert panel.placeholder._sentence.text() == NO_PREDICTION
    panel.set_prediction(None, "features", "features is not a classifier: its output is a map of 512×7×7.")
    assert "not a classifier" in panel.placeholder._sentence.text()
    assert panel.export() is None
    panel.set_prediction(ESPRESSO, "resnet18")
    assert not panel.placeholder.isVisible()


def test_figures_stand_below_the_bars(panel: PredictionPanel) -> None:
    panel.set_prediction(ESPRESSO, "resnet18")
    assert panel.true_class.text() == "espresso, rank 1"
    assert panel.margin.text() == "0.944"
    assert panel.entropy.text() == "0.27\u202fbit"
    assert panel.bars.accessibleDescription().startswith("espresso 96.6\u202f%, cup 2.2\u202f%")


def test_the_title_names_the_network(panel: PredictionPanel, qtbot: QtBot) -> None:
    with qtbot.waitSignal(panel.subtitle_changed, check_params_cb=lambda text, _: text == "resnet18"):
        panel.set_prediction(ESPRESSO, "resnet18")


def test_the_first_bar_has_the_accent_and_lengths_are_in_proportion(panel: PredictionPanel) -> None:
    halves = Prediction((ClassProbability(0, "a", 0.5), ClassProbability(1, "b", 0.25)), 3, 0.25, 1.5)
    panel.set_prediction(halves, "net")
    picture = panel.bars.grab().toImage()

    def count(row: int, color: str) -> int:
        y = row * ROW_HEIGHT + ROW_HEIGHT // 2
        return sum(picture.pixelColor(x, y) == QColor(color) for x in range(picture.width()))

    track = count(0, DARK.accent) + count(0, DARK.track)
    assert abs(count(0, DARK.accent) - track / 2) <= 1
    assert abs(count(1, DARK.bar) - track / 4) <= 1
    assert count(2, DARK.track) == 0


def test_an_unknown_class_and_one_the_network_lacks(panel: PredictionPanel) -> None:
    panel.set_prediction(Prediction(ESPRESSO.top, 1000, 0.9, 0.2), "resnet18")
    assert panel.true_class.text() == "–"
    panel.set_prediction(Prediction(ESPRESSO.top, 1000, 0.9, 0.2, "two ellipses"), "resnet18")
    assert "two ellipses, no class here" in panel.true_class.accessibleName()


def test_a_long_name_never_hides_the_rank(panel: PredictionPanel, qtbot: QtBot) -> None:
    label = "triangle and parallelogram in front of an ellipse"
    panel.set_prediction(Prediction(ESPRESSO.top, 1000, 0.9, 0.2, label, 12), "resnet18")
    for width in (278, 220, 180):
        panel.resize(width, 300)
        QApplication.processEvents()
        text = panel.true_class.text()
        assert text.endswith("rank 12")
        assert panel.true_class.fontMetrics().horizontalAdvance(text) <= panel.true_class.width()
        assert f"{label}, rank 12" in panel.true_class.toolTip()


def test_values_that_are_no_numbers_are_a_warning(panel: PredictionPanel) -> None:
    broken = Prediction(
        (ClassProbability(0, "a", math.nan),), 3, math.nan, math.nan, note="the output has NaN in it"
    )
    panel.set_prediction(broken, "net", "first of 12 frames")
    assert panel.margin.text() == panel.entropy.text() == "–"
    assert panel.warning.isVisible()
    assert panel.warning.text() == "the output has NaN in it"
    assert panel.note.text() == "first of 12 frames"
    panel.bars.grab()
    panel.set_prediction(Prediction((), 9, math.nan, math.nan, "two ellipses", note="no numbers"), "net")
    assert panel.true_class.text() == "two ellipses"  # whether it is a class here cannot be seen
    panel.set_prediction(ESPRESSO, "net")
    assert not panel.warning.isVisible()
    assert not panel.note.isVisible()


def test_the_table_has_rank_index_label_probability(panel: PredictionPanel) -> None:
    panel.set_prediction(ESPRESSO, "resnet18")
    export = panel.export()
    assert export is not None
    assert export.table is not None
    lines = csv_bytes(export.table).decode().splitlines()
    assert lines[0] == "rank,class index,label,probability"
    assert lines[1] == "1,967,espresso,0.966"
    assert len(lines) == 6
