"""The Networks panel by hand: run, cancel, settings, its four views, what can be copied."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from study_panel_bench import (
    BOXES,
    BY_CLASS,
    CLASSES,
    CURVE,
    MATRIX,
    choose,
    line,
    painted,
    panel,
    state,
    study,
    tip_at,
)

from visualizer.data.transforms import values_of
from visualizer.probes.response.dataset_figures import accuracy_by_class, mean_curve, share_right
from visualizer.ui.panels.rotation_study import RotationStudyPanel
from visualizer.ui.rotation.state import RotationState, Study
from visualizer.ui.widgets.axes import LABEL_HEIGHT

__all__ = ["panel", "state"]  # fixtures


def test_before_a_study_it_says_what_one_would_do(panel: RotationStudyPanel, state: RotationState) -> None:
    panel.set_state(RotationState())
    assert not panel.button.isEnabled()
    assert "Open a network" in panel.empty._sentence.text()
    nothing = tuple(replace(each, studied=None) for each in state.lines)
    panel.set_state(replace(state, lines=nothing, study_words="", study=Study()))
    assert panel.empty._sentence.text() == "Press Run: 1\u202f000 images, each turned by 360 angles."
    assert panel.empty.isVisible()
    assert panel.export() is None


def test_run_and_cancel_are_one_button(panel: RotationStudyPanel, state: RotationState, qtbot: QtBot) -> None:
    panel.set_state(state)
    assert panel.button.text() == "Run"
    with qtbot.waitSignal(panel.run_requested, timeout=20_000):
        QTest.mouseClick(panel.button, Qt.MouseButton.LeftButton)
    panel.set_state(replace(state, study_progress=0.31, study_words="8_rot_1"))
    assert panel.button.text() == "Cancel"
    assert panel.status.text() == "31\u202f% 8_rot_1"
    assert panel.progress.isVisible()
    with qtbot.waitSignal(panel.cancel_requested, timeout=20_000):
        QTest.mouseClick(panel.button, Qt.MouseButton.LeftButton)
    panel.set_state(replace(state, study_words="cancelled"))
    assert not panel.progress.isVisible()
    assert panel.status.text() == "cancelled"


def test_parts_of_a_study_are_shown_while_it_goes_on(panel: RotationStudyPanel, state: RotationState) -> None:
    nothing = tuple(replace(each, studied=None) for each in state.lines)
    panel.set_state(replace(state, lines=nothing, study_progress=0.0, study_words="baseline"))
    assert panel.empty._sentence.text() == "Asking baseline…"
    part = study(0, done=7)
    panel.set_state(replace(state, lines=(line(0, part), nothing[1]), study_progress=0.1))
    assert panel.views.boxes.isVisible()
    assert panel.views.caption() == "7 of 40 test images, 24 angles each"
    rows = panel.views.boxes.boxes._rows
    assert rows[0].box is not None
    assert (rows[0].box.count, rows[0].complete, rows[1].box) == (7, False, None)
    painted(panel)


def test_settings_are_asked_for_by_keys(panel: RotationStudyPanel, state: RotationState) -> None:
    panel.set_state(state)
    told: list[Study] = []
    panel.study_requested.connect(told.append)
    panel.count.setFocus()
    panel.count.selectAll()
    QTest.keyClicks(panel.count, "250")
    assert told[-1] == Study("shapes", 250, 15.0)
    panel.set_state(replace(state, study=told[-1]))
    choose(panel.step, 1)
    assert told[-1] == Study("shapes", 250, 2.0)
    panel.count.selectAll()
    QTest.keyClicks(panel.count, "0")
    assert all(each.count > 0 for each in told)
    QTest.keyClick(panel.count, Qt.Key.Key_Return)
    assert "Images must be a whole number" in panel.note.full_text()


def test_boxes_show_the_shares_of_every_network(panel: RotationStudyPanel, state: RotationState) -> None:
    panel.set_state(state)
    painted(panel)
    boxes = panel.views.boxes.boxes
    assert [row.strong for row in boxes._rows] == [True, False]
    for number in (0, 1):
        shares = share_right(state.lines[number].study)
        box = boxes._rows[number].box
        assert box.median == np.median(shares)
        assert f"median {np.median(shares):.2f}" in tip_at(panel, boxes.place_of(number, 0.5))
    assert boxes.row_at(QPointF(5, 2)) == -1


def test_a_box_is_painted_where_its_quartiles_are(panel: RotationStudyPanel, state: RotationState) -> None:
    panel.set_state(state)
    painted(panel)
    boxes = panel.views.boxes.boxes
    picture = boxes.grab().toImage()
    box, ratio = boxes._rows[0].box, panel.devicePixelRatioF()

    def color(share: float) -> QColor:
        place = boxes.place_of(0, share) * ratio
        return picture.pixelColor(place.toPoint())

    def greenness(share: float) -> int:
        return color(share).green() - color(share).red()

    inside = (box.first + box.median) / 2 if box.median > box.first else (box.median + box.third) / 2
    assert greenness(inside) > 30
    assert greenness(0.05) < 10
    assert color(box.median).lightness() > 150


def test_where_few_networks_leave_room_their_curves_stand_below(
    panel: RotationStudyPanel, state: RotationState
) -> None:
    panel.set_state(state)
    page = panel.views.boxes
    assert page.curve.isVisible()
    assert page.curve.geometry().top() > page.area.geometry().bottom()
    painted(panel)
    curve = mean_curve(state.lines[1].study)
    np.testing.assert_array_equal(page.curve._curves[1].mean[:-1], curve.mean)
    more = tuple(replace(line(1, study(1)), key=str(number)) for number in range(4))
    panel.set_state(replace(state, lines=state.lines + more))
    assert not page.curve.isVisible()
    assert page.area.geometry() == page.rect()


def test_the_mean_curve_reads_out_every_network(panel: RotationStudyPanel, state: RotationState) -> None:
    panel.set_state(state)
    choose(panel.choice, CURVE)
    plot = panel.views.curve
    assert plot.isVisible()
    painted(panel)
    curve = mean_curve(state.lines[0].study)
    np.testing.assert_array_equal(plot._curves[0].mean[:-1], curve.mean)
    assert (plot._curves[0].values[-1], plot._curves[0].mean[-1]) == (360.0, curve.mean[0])
    x = plot._axes.to_x(90.0)
    QTest.mouseMove(plot, QPointF(x + 1, plot._axes.plot.center().y()).toPoint())
    assert plot._pointed == 90.0
    before = plot.grab().toImage()
    QTest.mouseMove(plot, QPoint(1, 1))
    assert plot._pointed is None
    assert plot.grab().toImage() != before


def test_classes_are_shown_of_the_network_that_is_chosen(
    panel: RotationStudyPanel, state: RotationState
) -> None:
    panel.set_state(state)
    choose(panel.choice, BY_CLASS)
    painted(panel)
    np.testing.assert_array_equal(panel.views.classes._cells, accuracy_by_class(state.lines[0].study))
    assert panel.network.isVisible()
    choose(panel.network, 1)
    painted(panel)
    shares = accuracy_by_class(state.lines[1].study)
    np.testing.assert_array_equal(panel.views.classes._cells, shares)
    tip = tip_at(panel, panel.views.classes.place_of(2, 6))
    assert f"ship at 90°: {100 * shares[2, 6]:.1f}\u202f%" in tip


def test_the_matrix_is_of_one_true_class_where_it_is_chosen(
    panel: RotationStudyPanel, state: RotationState
) -> None:
    panel.set_state(state)
    choose(panel.choice, MATRIX)
    painted(panel)
    cells = panel.views.matrix._cells
    np.testing.assert_allclose(cells.sum(axis=0), 1)
    choose(panel.label, 2)
    painted(panel)
    of_dogs = panel.views.matrix._cells
    assert (of_dogs[0] == 0).all()  # here dogs are taken for dogs and ships alone
    np.testing.assert_allclose(of_dogs[1], accuracy_by_class(state.lines[0].study)[1])
    assert "images of dog are taken for ship" in tip_at(panel, panel.views.matrix.place_of(2, 0))


def test_every_view_gives_its_picture_and_its_numbers(
    panel: RotationStudyPanel, state: RotationState
) -> None:
    panel.set_state(state)
    heads = []
    for view in (BOXES, CURVE, BY_CLASS, MATRIX):
        choose(panel.choice, view)
        export = panel.export()
        rows = list(export.table())
        heads.append((rows[0], len(rows)))
        assert not export.picture().isNull()
    assert heads == [
        (("network", "image", "label", "share right"), 1 + 80),
        (("network", "angle", "mean", "low quartile", "median", "high quartile", "accuracy"), 1 + 48),
        (("network", "class", "angle", "accuracy"), 1 + 72),
        (("network", "angle", "predicted class", "share"), 1 + 72),
    ]


@pytest.mark.parametrize(("step", "is_there"), [(45.0, False), (1.0, True)])
def test_a_label_of_360_degrees_stands_only_beside_its_column(
    panel: RotationStudyPanel, step: float, is_there: bool
) -> None:
    """Of eight angles the last column is that of 315°, and nothing half a column behind it is at 360°."""
    values, matrix = values_of("rotation", step), panel.views.matrix
    matrix.resize(500, 300)
    matrix.set_cells(np.ones((3, len(values))), CLASSES, values, "rotation", "", "", lambda row, column: "")
    picture = matrix.grab().toImage()
    assert matrix._axes is not None
    corner, bottom = round(matrix._axes.plot.right()), round(matrix._axes.plot.bottom())
    below = {
        picture.pixel(x, y)
        for x in range(corner - 8, corner + 14)
        for y in range(bottom + 3, bottom + LABEL_HEIGHT)
    }
    assert (len(below) > 1) == is_there


def test_networks_of_one_name_are_told_apart_in_the_numbers(panel: RotationStudyPanel) -> None:
    moments = (line(0, study(0)), line(1, study(0)))
    panel.set_state(
        RotationState(
            lines=tuple(replace(each, name="tiny", moment=f"step {at}") for at, each in enumerate(moments))
        )
    )
    export = panel.export()
    assert export is not None
    assert {row[0] for row in list(export.table())[1:]} == {"tiny, step 0", "tiny, step 1"}


def test_a_number_that_cannot_be_taken_keeps_the_study_from_running(
    panel: RotationStudyPanel, state: RotationState, qtbot: QtBot
) -> None:
    panel.set_state(state)
    asked: list[int] = []
    panel.run_requested.connect(lambda: asked.append(1))
    panel.count.selectAll()
    QTest.keyClicks(panel.count, "106000")
    panel.button.click()
    assert not asked
    assert "Images must be a whole number" in panel.note.full_text()
    assert panel.count.hasSelectedText()
    QTest.keyClicks(panel.count, "60")
    panel.set_state(replace(state, study=replace(state.study, count=60)))
    panel.button.click()
    assert asked == [1]
