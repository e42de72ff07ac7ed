"""The Mistakes panel: what it says, what is chosen, and what a repaint costs."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from table_bench import csv_bytes

from visualizer.training.mistakes import MistakePictures
from visualizer.ui.panels.mistakes import NOTHING, MistakesPanel, headline
from visualizer.ui.theme import DARK
from visualizer.ui.widgets.export import png_bytes

CLASSES = ("cat", "dog")


def mistakes(
    count: int, cell: tuple[int, int] | None = None, side: int = 32, total: int | None = None
) -> MistakePictures:
    """Each picture has a grey level of its own; every one is a dog taken for a cat."""
    levels = np.arange(count, dtype=np.uint8) * 2 + 20
    pictures = np.broadcast_to(levels[:, None, None, None], (count, side, side, 3)).copy()
    true, predicted = cell or (1, 0)
    return MistakePictures(
        5,
        CLASSES,
        cell,
        count if total is None else total,
        pictures,
        np.arange(count) * 10 + 3,
        np.full(count, true),
        np.full(count, predicted),
        np.linspace(0.98, 0.5, count, dtype=np.float32),
    )


@pytest.fixture
def panel(qtbot: QtBot, styled: QApplication) -> MistakesPanel:
    made = MistakesPanel()
    qtbot.addWidget(made)
    made.set_colors(DARK)
    made.resize(300, 280)
    made.show()
    qtbot.waitExposed(made)
    return made


def test_headlines_say_what_is_shown() -> None:
    assert headline(mistakes(9, (1, 0))) == "dog taken for cat: 9 images"
    assert headline(mistakes(1, (1, 1))) == "dog recognised: 1 image"
    assert headline(mistakes(3, total=2100)) == "Most confidently wrong: 2\u202f100 images, the surest 3 here"
    assert headline(mistakes(0, (1, 0))) == "No dog is taken for cat."
    assert headline(mistakes(0, (0, 0))) == "No image of cat is recognised."
    assert headline(mistakes(0)) == "Every validation image is recognised."


def test_it_says_what_to_do_while_there_is_nothing(panel: MistakesPanel, qtbot: QtBot) -> None:
    assert panel._pages.currentWidget() is panel._empty
    assert panel._empty._sentence.text() == NOTHING
    assert panel.export() is None
    panel.set_can_evaluate(True)
    assert panel._pages.currentWidget() is panel._idle
    with qtbot.waitSignal(panel.evaluation_requested):
        qtbot.mouseClick(panel._idle._button, Qt.MouseButton.LeftButton)
    panel.set_pictures(mistakes(0))
    assert panel._empty._sentence.text() == "Every validation image is recognised."
    panel.set_pictures(None)
    panel.set_can_evaluate(False)
    assert panel._empty._sentence.text() == NOTHING


def test_the_way_back_is_there_while_a_cell_is_shown(panel: MistakesPanel, qtbot: QtBot) -> None:
    panel.set_pictures(mistakes(5))
    assert not panel.back.isVisible()
    panel.set_pictures(mistakes(0, (1, 0)))
    assert panel.back.isVisible()
    with qtbot.waitSignal(panel.cell_dismissed):
        qtbot.mouseClick(panel.back, Qt.MouseButton.LeftButton)


def test_pictures_of_another_moment_warn_and_can_be_renewed(panel: MistakesPanel, qtbot: QtBot) -> None:
    told: list[tuple[str, bool]] = []
    panel.subtitle_changed.connect(lambda text, warning: told.append((text, warning)))
    shown = mistakes(3)
    panel.set_pictures(shown)
    panel.set_can_evaluate(True)
    assert not panel.evaluate.isVisible()
    panel.set_pictures(shown, "from step 200")
    panel.set_pictures(shown, "from step 200")  # told once: the title bar is laid out anew for each
    assert told == [
        (f"val, step {shown.step}, surest first", False),
        ("from step 200, val, surest first", True),
    ]
    with qtbot.waitSignal(panel.evaluation_requested):
        qtbot.mouseClick(panel.evaluate, Qt.MouseButton.LeftButton)


def test_a_click_gives_the_number_of_the_validation_image(panel: MistakesPanel, qtbot: QtBot) -> None:
    panel.set_pictures(mistakes(40))
    grid = panel.grid
    for position in range(4):
        with qtbot.waitSignal(panel.picture_chosen) as asked:
            place = grid._place(position).center()
            qtbot.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=place)
        assert asked.args == [position * 10 + 3]
    grid.verticalScrollBar().setValue(grid.verticalScrollBar().maximum())
    with qtbot.waitSignal(panel.picture_chosen) as asked:
        qtbot.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=grid._place(39).topLeft())
    assert asked.args == [393]


def test_keys_walk_through_the_pictures_and_return_chooses(panel: MistakesPanel, qtbot: QtBot) -> None:
    panel.set_pictures(mistakes(40))
    grid = panel.grid
    columns = grid._columns()
    assert columns == 2
    grid.setFocus()
    key = Qt.Key
    with qtbot.assertNotEmitted(panel.picture_chosen):
        for pressed, reached in (
            (key.Key_Down, 0),
            (key.Key_Down, columns),
            (key.Key_Right, columns + 1),
            (key.Key_Up, 1),
            (key.Key_Up, 1),
            (key.Key_End, 39),
            (key.Key_Down, 39),
        ):
            qtbot.keyClick(grid, pressed)
            assert grid._current == reached
    assert grid.viewport().rect().contains(grid._place(39))  # it is scrolled to
    with qtbot.waitSignal(panel.picture_chosen) as asked:
        qtbot.keyClick(grid, key.Key_Return)
    assert asked.args == [393]


@pytest.mark.parametrize(("side", "on_screen"), [(8, 96), (28, 84), (32, 96), (48, 96), (64, 64), (96, 96)])
def test_pixels_are_even_and_the_picture_is_the_one(panel: MistakesPanel, side: int, on_screen: int) -> None:
    panel.set_pictures(mistakes(3, side=side))
    assert panel.grid._side() == on_screen
    image = panel.grid.viewport().grab().toImage()
    for position in range(2):
        at = panel.grid._place(position).topLeft()
        grey = 20 + 2 * position
        assert image.pixelColor(at.x() + on_screen - 2, at.y() + 2) == QColor(grey, grey, grey)


def test_only_what_is_in_sight_is_made(panel: MistakesPanel) -> None:
    shown = mistakes(100)
    panel.set_pictures(shown)
    panel.grab()
    assert 0 < len(panel.grid._pixmaps) <= 8
    made = dict(panel.grid._pixmaps)
    panel.set_pictures(shown)  # the same once more: nothing is made again
    panel.grab()
    assert all(panel.grid._pixmaps[key] is made[key] for key in made)


def test_what_can_be_taken_from_it(panel: MistakesPanel) -> None:
    panel.set_pictures(mistakes(40, (1, 0)))
    export = panel.export()
    assert export is not None
    assert export.table is not None
    assert export.picture is not None
    assert export.name == "dog as cat at step 5"
    rows = list(csv.reader(io.StringIO(csv_bytes(export.table).decode())))
    assert len(rows) == 41
    assert rows[1][:3] == ["3", "dog", "cat"]
    assert float(rows[1][3]) == pytest.approx(0.98)
    assert export.picture().height() > panel.grid.height()  # all of them, also out of sight
    assert png_bytes(export.picture)[1:4] == b"PNG"
