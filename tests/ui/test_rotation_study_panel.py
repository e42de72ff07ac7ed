"""The Networks panel by hand: run, cancel, settings, its four views, what can be copied."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from panel_bench import docked
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QToolTip
from pytestqt.qtbot import QtBot

from visualizer.data.transforms import Change, values_of
from visualizer.probes.response.dataset_figures import accuracy_by_class, mean_curve, share_right
from visualizer.probes.response.frames import DatasetResponse
from visualizer.ui import theme
from visualizer.ui.driving import settle, wait
from visualizer.ui.main_window import MainWindow
from visualizer.ui.panels.rotation_study import RotationStudyPanel
from visualizer.ui.rotation.state import COLORS, OPEN, Line, RotationState, Study
from visualizer.ui.widgets.axes import LABEL_HEIGHT
from visualizer.ui.widgets.study_words import STEPS, invitation, step_choices, value_labels

CLASSES = ("cat", "dog", "ship")
BOXES, CURVE, BY_CLASS, MATRIX = range(4)


def study(
    seed: int, done: int = 40, count: int = 40, transform: str = "rotation", note: str = ""
) -> DatasetResponse:
    chance = np.random.default_rng(seed)
    values = values_of(transform, 15.0 if transform == "rotation" else None)
    labels = np.arange(count) % 3
    probability = chance.random((count, len(values)), dtype=np.float32)
    predicted = np.where(probability > 0.3, labels[:, None], (labels[:, None] + 1) % 3).astype(np.int32)
    predicted[done:], probability[done:] = -1, np.nan
    return DatasetResponse(
        f"net{seed}", "shapes", transform, "grey", values, CLASSES, labels, predicted, probability, done,
        note=note, split="test",
    )  # fmt: skip


def line(number: int, known: DatasetResponse | None, **others: object) -> Line:
    key = OPEN if number == 0 else f"kept {number}"
    return Line(key, ("baseline", "8_rot_1")[number], "", COLORS[number], study=known, **others)  # type: ignore[arg-type]


@pytest.fixture
def state() -> RotationState:
    return RotationState(
        lines=(line(0, study(0)), line(1, study(1))),
        study=Study("shapes", 40, 15.0),
        study_words="done 14:02, 41 s",
    )


@pytest.fixture
def panel(qtbot: QtBot, styled: QApplication) -> Iterator[RotationStudyPanel]:
    yield from docked(RotationStudyPanel, qtbot, 437, 425)


def choose(box: QComboBox, index: int) -> None:
    """Take an entry by keys, as from the open list."""
    box.setFocus()
    for _ in range(index - box.currentIndex()):
        QTest.keyClick(box, Qt.Key.Key_Down)
    for _ in range(box.currentIndex() - index):
        QTest.keyClick(box, Qt.Key.Key_Up)


def painted(panel: RotationStudyPanel) -> None:
    QApplication.processEvents()
    panel.views.picture_of().grab()


def tip_at(panel: RotationStudyPanel, place: QPointF) -> str:
    views = panel.views
    widget = views.boxes.boxes if views.view == BOXES else views.picture_of()
    QTest.mouseMove(widget, QPoint(2, 2))
    QTest.mouseMove(widget, place.toPoint())
    return QToolTip.text()


def test_before_a_study_it_says_what_one_would_do(panel: RotationStudyPanel, state: RotationState) -> None:
    panel.set_state(RotationState())
    assert not panel.button.isEnabled()
    assert "Open a network" in panel.empty._sentence.text()
    nothing = tuple(replace(each, study=None) for each in state.lines)
    panel.set_state(replace(state, lines=nothing, study_words="", study=Study()))
    assert panel.empty._sentence.text() == "Press Run: 1\u202f000 images, each turned by 360 angles."
    assert panel.empty.isVisible()
    assert panel.export() is None


def test_run_and_cancel_are_one_button(panel: RotationStudyPanel, state: RotationState, qtbot: QtBot) -> None:
    panel.set_state(state)
    assert panel.button.text() == "Run"
    with qtbot.waitSignal(panel.run_requested, timeout=1000):
        QTest.mouseClick(panel.button, Qt.MouseButton.LeftButton)
    panel.set_state(replace(state, study_progress=0.31, study_words="8_rot_1"))
    assert panel.button.text() == "Cancel"
    assert panel.status.text() == "31\u202f% 8_rot_1"
    assert panel.progress.isVisible()
    with qtbot.waitSignal(panel.cancel_requested, timeout=1000):
        QTest.mouseClick(panel.button, Qt.MouseButton.LeftButton)
    panel.set_state(replace(state, study_words="cancelled"))
    assert not panel.progress.isVisible()
    assert panel.status.text() == "cancelled"


def test_parts_of_a_study_are_shown_while_it_goes_on(panel: RotationStudyPanel, state: RotationState) -> None:
    nothing = tuple(replace(each, study=None) for each in state.lines)
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


def test_troubles_and_notes_are_said(panel: RotationStudyPanel, state: RotationState) -> None:
    noted = line(0, study(0, note="shapes has 40 test images: these are all."))
    silent = line(1, None, trouble="8_rot_1 gives one number.")
    panel.set_state(replace(state, lines=(noted, silent)))
    assert panel.note.full_text() == "shapes has 40 test images: these are all."
    assert panel.note.isVisible()
    painted(panel)
    assert "one number" in tip_at(panel, panel.views.boxes.boxes.place_of(1, 0.5))
    alone = (line(0, None),)
    panel.set_state(replace(state, lines=alone, study_sentence="The data could not be opened."))
    assert panel.empty._sentence.text() == "The data could not be opened."


def test_other_transforms_have_their_own_words(panel: RotationStudyPanel, state: RotationState) -> None:
    blurred = replace(
        state,
        change=Change("blur"),
        study=Study("shapes", 40),
        lines=(line(0, study(0, transform="blur")), line(1, study(1, transform="blur"))),
    )
    panel.set_state(blurred)
    assert panel.views.caption() == "40 test images, 51 values each"
    assert panel.choice.itemText(MATRIX) == "Value × class"
    assert not panel.step.isVisible()
    for view in (BOXES, CURVE, BY_CLASS, MATRIX):
        choose(panel.choice, view)
        painted(panel)
    assert next(iter(panel.export().table()))[1] == "blur"
    assert "each with blur at 51 values" in invitation("blur", 40, 1.0)
    assert "over 3,600" in invitation("rotation", 40, 0.01)
    assert step_choices(7.0)[:4] == (1.0, 2.0, 5.0, 7.0)
    assert [text for _, text in value_labels("rotation", 0, 360, 5)] == ["0°", "90°", "180°", "270°", "360°"]


def test_nothing_is_worked_out_while_only_the_input_turns(
    panel: RotationStudyPanel, state: RotationState, monkeypatch: pytest.MonkeyPatch
) -> None:
    panel.set_state(state)
    monkeypatch.setattr(panel.views, "set_lines", lambda lines: pytest.fail("set again"))
    for angle in range(20):
        turned = tuple(replace(each, stale=bool(angle % 2)) for each in state.lines)
        panel.set_state(replace(state, change=Change("rotation", float(angle)), lines=turned))


def test_a_network_that_goes_takes_its_choice_along(panel: RotationStudyPanel, state: RotationState) -> None:
    panel.set_state(state)
    choose(panel.choice, BY_CLASS)
    choose(panel.network, 1)
    panel.set_state(replace(state, lines=state.lines[:1]))
    painted(panel)
    np.testing.assert_array_equal(panel.views.classes._cells, accuracy_by_class(state.lines[0].study))
    assert not panel.network.isVisible()


def test_many_networks_small_rooms_and_the_light_theme_are_drawn(
    panel: RotationStudyPanel, state: RotationState
) -> None:
    many = tuple(
        replace(line(1, study(number % 3)), key=str(number), moment=f"step {number}") for number in range(30)
    )
    panel.set_colors(theme.LIGHT)
    panel.set_state(replace(state, lines=(state.lines[0], *many)))
    assert panel.views.boxes.area.verticalScrollBar().maximum() > 0
    assert panel.views.boxes.boxes._rows[1].name == "8_rot_1, step 0"
    panel.window().resize(220, 190)
    for view in (BOXES, CURVE, BY_CLASS, MATRIX):
        choose(panel.choice, view)
        painted(panel)
    nothing = replace(study(0), done=0, predicted=np.full((40, 24), -1, np.int32))
    panel.set_state(replace(state, lines=(line(0, nothing),)))
    assert panel.empty.isVisible()


def test_a_study_in_the_window_from_run_to_the_end(window: MainWindow) -> None:
    """The bundled network over shapes, begun, cancelled and begun again with the mouse."""
    window.workspaces.show("rotate")
    assert settle(window)
    panel = window.rotation_study
    panel.count.setFocus()
    panel.count.selectAll()
    QTest.keyClicks(panel.count, "30")
    choose(panel.step, len(STEPS) - 1)
    live = window.turning.live
    assert (live.state.study.count, live.state.study.step) == (30, 45.0)
    QTest.mouseClick(panel.button, Qt.MouseButton.LeftButton)
    assert panel.button.text() == "Cancel"
    QTest.mouseClick(panel.button, Qt.MouseButton.LeftButton)
    assert panel.status.text() == "cancelled"
    QTest.mouseClick(panel.button, Qt.MouseButton.LeftButton)
    assert wait(lambda: live.state.study_progress is None)
    assert panel.status.text().startswith("done ")
    result = live.state.lines[0].study
    assert result.complete
    box = panel.views.boxes.boxes._rows[0].box
    assert (box.count, box.median) == (30, np.median(share_right(result)))
    assert panel.views.caption() == "30 validation images, 8 angles each"
    upright = share_right(replace(result, values=result.values[:1], predicted=result.predicted[:, :1]))
    assert upright.mean() > 0.9  # it has learnt such shapes
