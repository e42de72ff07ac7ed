"""The Confusion panel: shares, words, what is clicked, what is drawn, and what a repaint costs."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from table_bench import csv_bytes

from visualizer.training.frames import Evaluation
from visualizer.ui.panels.confusion import ConfusionPanel
from visualizer.ui.theme import DARK, LIGHT
from visualizer.ui.widgets.confusion_drawing import row_shares
from visualizer.ui.widgets.export import npy_bytes, png_bytes

CLASSES = ("cat", "dog", "bird", "ghost")  # no image is of a ghost
COUNTS = np.array([[40, 8, 2, 0], [9, 36, 0, 5], [0, 0, 10, 0], [0, 0, 0, 0]])


def evaluation(counts: np.ndarray = COUNTS, classes: tuple[str, ...] = CLASSES, step: int = 5) -> Evaluation:
    true, predicted = np.divmod(np.repeat(np.arange(counts.size), counts.ravel()), len(counts))
    return Evaluation(step, 1.0, 0.5, 0.8, classes, true, predicted, np.full(len(true), 0.9, np.float32))


@pytest.fixture
def panel(qtbot: QtBot, styled: QApplication) -> ConfusionPanel:
    made = ConfusionPanel()
    qtbot.addWidget(made)
    made.set_colors(DARK)
    made.resize(300, 280)
    made.show()
    qtbot.waitExposed(made)
    return made


def shown(panel: ConfusionPanel, counts: np.ndarray = COUNTS) -> QImage:
    if panel._evaluation is None or counts is not COUNTS:
        panel.set_evaluation(evaluation(counts))
    return panel.matrix.grab().toImage()


def middle(panel: ConfusionPanel, true: int, predicted: int) -> QPoint:
    return panel.matrix.cell_rect((true, predicted)).center().toPoint()


def test_rows_are_shares_of_their_class() -> None:
    shares = row_shares(COUNTS)
    assert shares[0].tolist() == [0.8, 0.16, 0.04, 0]
    assert np.isnan(shares[3]).all()


def test_it_says_what_to_do_while_there_is_nothing(panel: ConfusionPanel) -> None:
    assert panel._pages.currentIndex() == 0
    assert panel.export() is None
    shown(panel)
    assert panel._pages.currentIndex() == 1
    panel.set_evaluation(None)
    assert panel._pages.currentIndex() == 0


def test_words_of_a_cell(panel: ConfusionPanel) -> None:
    shown(panel)
    words = panel.matrix.words
    assert words((1, 0)) == "18\u202f% of dog (9 of 50 images) taken for cat"
    assert words((2, 2)) == "100\u202f% of bird (10 of 10 images) recognised"
    assert words((3, 0)) == "no validation images of ghost"
    assert words((4, 0)) == ""


def test_a_click_asks_for_the_cell_under_it(panel: ConfusionPanel, qtbot: QtBot) -> None:
    shown(panel)
    for true in range(4):
        for predicted in range(4):
            with qtbot.waitSignal(panel.cell_chosen) as asked:
                qtbot.mouseClick(panel.matrix, Qt.MouseButton.LeftButton, pos=middle(panel, true, predicted))
            assert asked.args == [true, predicted]
    with qtbot.assertNotEmitted(panel.cell_chosen):
        qtbot.mouseClick(panel.matrix, Qt.MouseButton.LeftButton, pos=QPoint(2, 270))


def test_keys_move_the_cell_and_escape_lets_it_go(panel: ConfusionPanel, qtbot: QtBot) -> None:
    shown(panel)
    panel.set_label("dog")
    panel.cell_chosen.connect(lambda true, predicted: panel.set_cell((true, predicted)))
    panel.cell_dismissed.connect(lambda: panel.set_cell(None))
    panel.matrix.setFocus()
    seen = []
    keys = (Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Left, Qt.Key.Key_Left, Qt.Key.Key_Down)
    for key in keys:
        qtbot.keyClick(panel.matrix, key)
        seen.append(panel.matrix._cell)
    assert seen == [(1, 1), (0, 1), (0, 0), (0, 0), (1, 0)]  # it begins at the input's true class
    assert panel.matrix.accessibleDescription().startswith("18")
    with qtbot.waitSignal(panel.cell_opened):
        qtbot.keyClick(panel.matrix, Qt.Key.Key_Return)
    qtbot.keyClick(panel.matrix, Qt.Key.Key_Escape)
    assert panel.matrix._cell is None


def test_cells_are_the_stronger_the_larger_their_share(panel: ConfusionPanel) -> None:
    for colors in (DARK, LIGHT):
        panel.set_colors(colors)
        image = shown(panel)

        def corner(true: int, predicted: int, image: QImage = image) -> QColor:
            at = panel.matrix.cell_rect((true, predicted)).topLeft().toPoint() + QPoint(2, 2)
            return image.pixelColor(at)

        assert corner(2, 2) == QColor(colors.accent)
        assert corner(2, 0) == QColor(colors.field)
        assert corner(3, 0) == QColor(colors.header)  # no images: no share either
        ground = QColor(colors.field)
        distance = [
            abs(corner(0, c).red() - ground.red()) + abs(corner(0, c).green() - ground.green())
            for c in range(4)
        ]
        assert distance[0] > distance[1] > distance[2] > distance[3] == 0


def test_the_row_of_the_true_class_is_outlined(panel: ConfusionPanel) -> None:
    shown(panel)

    def outlined(row: int) -> bool:
        image, place = panel.matrix.grab().toImage(), panel.matrix.cell_rect((row, 3))
        y, x = round(place.bottom()) - 1, round(place.center().x())
        return QColor(DARK.text) in (image.pixelColor(x, y), image.pixelColor(x, y + 1))

    assert not outlined(1)
    panel.set_label("dog")
    assert outlined(1)
    assert not outlined(2)
    panel.set_label("unicorn")
    assert not outlined(1)


def test_the_subtitle_warns_of_an_evaluation_of_another_moment(panel: ConfusionPanel, qtbot: QtBot) -> None:
    told: list[tuple[str, bool]] = []
    panel.subtitle_changed.connect(lambda text, warning: told.append((text, warning)))
    one = evaluation()
    panel.set_evaluation(one)
    panel.set_evaluation(one, "from step 5 001")
    panel.set_evaluation(one, "from step 5 001")  # told once: the title bar is laid out anew for each
    panel.set_evaluation(one)
    panel.set_evaluation(None)
    assert told == [
        (f"val, step {one.step}, row %", False),
        ("from step 5 001, val, row %", True),
        (f"val, step {one.step}, row %", False),
        ("", False),
    ]


@pytest.mark.parametrize("count", [1, 2, 30, 100, 1000])
@pytest.mark.parametrize("size", [(300, 280), (600, 300), (130, 110)])
def test_any_number_of_classes_in_any_size(panel: ConfusionPanel, count: int, size: tuple[int, int]) -> None:
    panel.resize(*size)
    counts = np.eye(count, dtype=np.int64) * 3
    counts[count - 1, 0] += 1  # a single mistake among a million cells
    panel.set_evaluation(evaluation(counts, tuple(f"a class of number {i}" for i in range(count))))
    image = panel.matrix.grab().toImage()
    plot = panel.matrix._layout.plot
    assert image.rect().contains(plot.toAlignedRect())
    at = panel.matrix.cell_rect((count - 1, 0)).topLeft().toPoint()
    near = [image.pixelColor(at + QPoint(dx, dy)) for dx in (0, 1) for dy in (-1, 0)]
    assert any(color != QColor(DARK.field) for color in near)
    for cell in ((0, 0), (count - 1, count - 1)):
        assert panel.matrix.cell_at(middle(panel, *cell)) == cell or count >= 100  # cells of a pixel or less


def test_nothing_is_drawn_anew_where_nothing_changed(panel: ConfusionPanel) -> None:
    one = evaluation()
    panel.set_evaluation(one)
    panel.grab()
    drawn = panel.matrix._drawn
    panel.set_evaluation(one)
    panel.set_label(None)
    panel.set_cell((1, 0))
    panel.grab()
    assert panel.matrix._drawn is drawn
    panel.set_evaluation(evaluation(step=6))
    panel.grab()
    assert panel.matrix._drawn is not drawn


def test_what_can_be_taken_from_it(panel: ConfusionPanel) -> None:
    shown(panel)
    export = panel.export()
    assert export is not None
    assert export.table is not None
    assert export.array is not None
    assert export.picture is not None
    rows = list(csv.reader(io.StringIO(csv_bytes(export.table).decode())))
    assert rows[0][1:] == list(CLASSES)
    assert [row[0] for row in rows[1:]] == list(CLASSES)
    assert [[int(cell) for cell in row[1:]] for row in rows[1:]] == COUNTS.tolist()
    assert (np.load(io.BytesIO(npy_bytes(export.array))) == COUNTS).all()
    assert png_bytes(export.picture)[1:4] == b"PNG"


def test_a_hundred_per_cent_is_written_in_small_cells_too(panel: ConfusionPanel) -> None:
    for count, written in ((6, True), (60, False)):
        classes = tuple(map(str, range(count)))
        panel.set_evaluation(evaluation(np.eye(count, dtype=np.int64) * 5, classes))
        image, place = panel.matrix.grab().toImage(), panel.matrix.cell_rect((1, 1)).toRect()
        inside = [
            image.pixelColor(x, y)
            for x in range(place.left() + 1, place.right() - 1)
            for y in range(place.top() + 1, place.bottom() - 1)
        ]
        assert (QColor(DARK.on_accent) in inside) == written
