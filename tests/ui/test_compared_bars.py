"""Prediction beside other networks: bars, words, sizes; what is compared, and that it agrees with the plots."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from panel_bench import docked
from PySide6.QtCore import QEvent, QPoint
from PySide6.QtGui import QColor, QHelpEvent, QImage
from PySide6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot
from responses import CLASSES, response, turned, wave
from table_bench import csv_bytes

from visualizer.data.transforms import Change
from visualizer.data.transforms.table import TRANSFORMS
from visualizer.probes.frames import ClassProbability, Prediction
from visualizer.ui.panels.prediction import PredictionPanel
from visualizer.ui.rotation.predictions import (
    MOST,
    ComparedNetwork,
    ComparedPredictions,
    compared_predictions,
)
from visualizer.ui.rotation.state import COLORS
from visualizer.ui.theme import DARK, LIGHT
from visualizer.ui.widgets.compared_bars import LEGEND
from visualizer.ui.widgets.response_curves import QUANTITIES, graph_of

TOP = tuple(
    ClassProbability(index, name, share)
    for index, name, share in ((2, "cat", 0.5), (0, "dog", 0.25), (1, "deer", 0.125))
)
PREDICTION = Prediction(TOP, 3, 0.25, 1.75)
OTHER = ComparedNetwork("baseline", COLORS[1], np.array([0.25, 0.0, 0.75]))
THIRD = ComparedNetwork("aug_360", COLORS[2], np.array([0.1, 0.3, 0.6]))


def beside(*networks: ComparedNetwork, left_out: tuple[str, ...] = ()) -> ComparedPredictions:
    return ComparedPredictions("8_rot_1", "step 480", COLORS[0], networks, left_out)


@pytest.fixture
def panel(qtbot: QtBot, styled: QApplication) -> Iterator[PredictionPanel]:
    for made in docked(PredictionPanel, qtbot, 278, 320):
        made.set_prediction(PREDICTION, "8_rot_1")
        QApplication.processEvents()
        yield made


def shown(panel: PredictionPanel, compared: ComparedPredictions | None) -> QImage:
    panel.set_compared(compared)
    for _ in range(3):
        QApplication.processEvents()
    return panel.compared_bars.grab().toImage()


def lengths(picture: QImage, color: str, top: int, height: int) -> int:
    """The longest line of a colour in a row, px."""
    wanted = QColor(color)
    return max(
        sum(picture.pixelColor(x, y) == wanted for x in range(picture.width()))
        for y in range(top, top + height)
    )


def test_each_network_has_a_bar_in_its_colour(panel: PredictionPanel) -> None:
    picture = shown(panel, beside(OTHER, THIRD))
    height = panel.compared_bars.row_height()
    first, second = LEGEND, LEGEND + height
    track = lengths(picture, COLORS[0], first, height) * 2
    for color, top, share in (
        (COLORS[1], first, 0.75),
        (COLORS[2], first, 0.6),
        (COLORS[0], second, 0.25),
        (COLORS[1], second, 0.25),
        (COLORS[2], second, 0.1),
    ):
        assert lengths(picture, color, top, height) == pytest.approx(track * share, abs=1)
    assert lengths(picture, DARK.accent, 0, picture.height()) == 0, "it is the cursor's, not one of a series'"


def test_without_others_it_is_as_it_was(panel: PredictionPanel) -> None:
    shown(panel, None)
    before = panel.grab().toImage()
    shown(panel, beside(OTHER))
    assert panel.compared_bars.isVisible()
    assert not panel.bars.isVisible()
    shown(panel, None)
    assert panel.grab().toImage() == before


def test_the_title_says_how_many_and_the_legend_who(panel: PredictionPanel) -> None:
    titles: list[str] = []
    panel.subtitle_changed.connect(lambda text, _: titles.append(text))
    shown(panel, beside(OTHER))
    assert titles[-1] == "2 networks, step 480"
    shown(panel, beside(OTHER, THIRD, left_out=("x", "y")))
    assert titles[-1] == "3 of 5 networks, step 480"
    assert tip(panel, 3).count("not shown") == 2
    assert "8_rot_1 (the open network)" in tip(panel, 3)
    panel.set_prediction(PREDICTION, "8_rot_1")
    assert titles[-1] == "3 of 5 networks, step 480"
    shown(panel, None)
    assert titles[-1] == "8_rot_1"


def tip(panel: PredictionPanel, y: int) -> str:
    place = QPoint(40, y)
    event = QHelpEvent(QEvent.Type.ToolTip, place, panel.compared_bars.mapToGlobal(place))
    QApplication.sendEvent(panel.compared_bars, event)
    return QToolTip.text()


def test_colour_is_never_alone(panel: PredictionPanel, qtbot: QtBot) -> None:
    shown(panel, beside(OTHER, replace(THIRD, name="<b>aug</b>", stale=True, exact=False)))
    words = panel.compared_bars.accessibleDescription()
    assert words.startswith(
        "cat: 8_rot_1 50.0\u202f%; baseline 75.0\u202f%; <b>aug</b> ≈60\u202f%, of the input before"
    )
    row = LEGEND + panel.compared_bars.row_height() + 2
    assert "dog: 8_rot_1 25.0000\u202f%<br>baseline 25.0000\u202f%<br>&lt;b&gt;aug" in tip(panel, row)
    tip(panel, panel.compared_bars.height() - 1)
    qtbot.waitUntil(lambda: QToolTip.text() == "")  # there are three classes


def test_what_is_unknown_has_no_bar(panel: PredictionPanel) -> None:
    picture = shown(panel, beside(ComparedNetwork("baseline", COLORS[1])))
    assert lengths(picture, COLORS[1], LEGEND, picture.height() - LEGEND) == 0
    assert "baseline –" in panel.compared_bars.accessibleDescription()
    other_classes = replace(OTHER, probabilities=np.array([1.0]))
    shown(panel, beside(other_classes))
    assert "cat: 8_rot_1 50.0\u202f%; baseline –" in panel.compared_bars.accessibleDescription()


def test_what_is_mixed_has_no_decimals(panel: PredictionPanel) -> None:
    shown(panel, beside(replace(THIRD, probabilities=np.array([0.0004, 0.3716, 0.6278]), exact=False)))
    words = panel.compared_bars.accessibleDescription()
    assert [row.rpartition(" ≈")[2] for row in words.split(". ")] == ["63\u202f%", "0\u202f%", "37\u202f%"]
    assert "≈63\u202f%" in tip(panel, LEGEND + 2)


@pytest.mark.parametrize(
    ("apart", "degrees", "says"),
    [(30, 100.0, "…"), (30, 120.0, "35.0\u202f%"), (8, 100.0, "≈45\u202f%")],
)
def test_far_from_what_is_known_nothing_is_said(
    panel: PredictionPanel, apart: int, degrees: float, says: str
) -> None:
    coarse = response(wave(1), "coarse", known=np.arange(360) % apart == 0)
    state = turned(degrees, response(wave(8)), coarse)
    found = compared_predictions(state.lines, [state.lines[1].key], state.change)
    panel.set_prediction(replace(PREDICTION, top=(ClassProbability(0, "cat", 0.5),)), "8_rot_1")
    picture = shown(panel, found)
    assert panel.compared_bars.accessibleDescription().endswith(f"coarse {says}")
    assert (lengths(picture, COLORS[1], LEGEND, picture.height() - LEGEND) > 0) == (says != "…")


def test_what_is_of_the_input_before_is_pale(panel: PredictionPanel) -> None:
    picture = shown(panel, beside(replace(OTHER, stale=True)))
    height = panel.compared_bars.row_height()
    assert lengths(picture, COLORS[1], LEGEND, height) == 0
    assert lengths(picture, COLORS[0], LEGEND, height) > 0


def test_in_the_light_theme_bars_have_an_outline(panel: PredictionPanel) -> None:
    panel.set_colors(LIGHT)
    picture = shown(panel, beside(replace(OTHER, color="#F0E442")))
    height = panel.compared_bars.row_height()
    yellow = lengths(picture, "#F0E442", LEGEND, height)
    assert lengths(picture, LIGHT.muted, LEGEND, height) > yellow > 0


@pytest.mark.parametrize("others", [(OTHER,), (OTHER, THIRD)])
def test_rows_keep_their_height_and_the_dock_its_size(
    panel: PredictionPanel, others: tuple[ComparedNetwork, ...]
) -> None:
    least = panel.minimumSizeHint()
    shown(panel, beside(*others))
    assert panel.minimumSizeHint() == least, "a window that was small enough stays so"
    heights = set()
    for share in np.linspace(0, 1, 9):
        moved = [replace(each, probabilities=np.full(3, share)) for each in others]
        top = (ClassProbability(0, "a very long name of a class", share), *TOP[1:])
        panel.set_prediction(replace(PREDICTION, top=top), "8_rot_1")
        shown(panel, beside(*moved))
        heights.add((panel.compared_bars.height(), panel.compared_bars.row_height()))
    assert len(heights) == 1
    panel.compared_bars.resize(panel.compared_bars.width(), 140)
    rows, height = panel.compared_bars.maximum_rows(), panel.compared_bars.row_height()
    assert rows >= 3
    assert LEGEND + rows * height <= 140


def test_the_table_has_a_column_for_each_network(panel: PredictionPanel) -> None:
    shown(panel, beside(OTHER, replace(THIRD, stale=True)))
    export = panel.export()
    assert export is not None
    assert export.table is not None
    table = csv_bytes(export.table).decode().splitlines()
    assert table[0] == 'rank,class index,label,probability,"probability, baseline"'
    assert table[1] == "1,2,cat,0.5,0.75"
    panel.set_compared(beside(replace(OTHER, exact=False)))
    between = csv_bytes(export.table).decode().splitlines()
    assert between == [table[0].replace("baseline", "baseline (interpolated)"), *table[1:]]


# --- what is compared ------------------------------------------------------------------------------


@pytest.mark.parametrize("degrees", [0.0, 12.5, 128.0, 359.5])
def test_it_agrees_with_the_marker_in_the_plots(degrees: float) -> None:
    known = np.arange(360) % 7 == 0
    state = turned(
        degrees,
        response(wave(8, 0.8, 0.1), "8_rot_1"),
        response(wave(1), "baseline"),
        response(wave(2), "coarse", known=known),
    )
    found = compared_predictions(state.lines, [line.key for line in state.lines], state.change)
    assert found is not None
    assert (found.name, found.moment, found.color) == ("8_rot_1", "step 480", COLORS[0])
    curves = graph_of(state, TRANSFORMS["rotation"], QUANTITIES[0], 0).main[1:]
    for network, curve in zip(found.networks, curves, strict=True):
        assert network.probabilities is not None
        height, exact = curve.value_at(degrees)
        assert network.probabilities[CLASSES.index("cat")] == pytest.approx(height, abs=1e-7)
        assert (network.name, network.color, network.exact) == (curve.name, curve.color, exact)


def test_the_first_that_fit_are_shown_and_the_others_named() -> None:
    made = [response(wave(1), "same") for _ in range(5)]
    lines = turned(0, *made).lines
    found = compared_predictions(lines, [line.key for line in lines[2:]], Change())
    assert found is not None
    assert [each.name for each in found.networks] == ["same (2)", "same (3)"]
    assert len(found.networks) == MOST
    assert found.left_out == ("same", "same (4)")
    assert compared_predictions(lines, [], Change()) is None
    assert compared_predictions((), [], Change()) is None


def test_of_another_border_or_transform_it_is_old_or_unknown() -> None:
    lines = turned(0, response(wave(1)), response(wave(2))).lines
    keys = [lines[1].key]
    for change, stale, known in (
        (Change(), False, True),
        (Change(border="zero"), True, True),
        (Change("blur", 1.0), False, False),
    ):
        found = compared_predictions(lines, keys, change)
        assert found is not None
        assert found.networks[0].stale is stale
        assert (found.networks[0].probabilities is not None) is known
