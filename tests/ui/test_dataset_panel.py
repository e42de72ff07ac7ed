"""The Data set panel: counts, samples, preprocessing, what was left out, and what can be chosen."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from table_bench import csv_bytes

from visualizer.data.dataset_summary import DatasetSummary, Preview
from visualizer.data.duplicate_pictures import ShownDuplicates
from visualizer.data.near_duplicates import NearDuplicates, Pair, Place
from visualizer.ui.panels.dataset import FEW_CLASSES, NOTHING, DatasetPanel
from visualizer.ui.theme import DARK
from visualizer.ui.widgets.duplicate_search import ONLY_HISTOGRAMS
from visualizer.ui.widgets.export import png_bytes
from visualizer.ui.widgets.pair_list import labels, likeness, splits


def summary(classes: int = 3, unreadable: tuple[str, ...] = (), channels: int = 3) -> DatasetSummary:
    """Every class has three samples of eight, each of a colour of its own; class 1 has no validation image."""
    counts = np.array([[100 + 10 * row, 0 if row == 1 else 25] for row in range(classes)])
    samples = np.zeros((classes, 4, 8, 8, 3), np.uint8)
    for row in range(classes):
        for number in range(3):
            samples[row, number] = (200, 20 + row % 60, 40 * number)
    indices = np.arange(classes * 4).reshape(classes, 4) + 1000
    previews = tuple(
        Preview(title, f"{title} in words", np.full((4, 8, 8, 3), 40 * level, np.uint8))
        for level, title in enumerate(("Original", "Mean subtracted", "144 components", "Whitened"))
    )
    return DatasetSummary(
        name="animals",
        classes=tuple(f"class {row}" for row in range(classes)),
        splits=("training", "validation"),
        counts=counts,
        samples=samples,
        sample_counts=np.full(classes, 3),
        sample_indices=indices,
        mean_image=np.full((8, 8, 3), 90, np.uint8),
        mean=(0.25,) * channels,
        std=(0.125,) * channels,
        examined=330,
        previews=previews,
        components=144,
        variance_kept=0.981,
        notes=("The class cow is empty.",),
        unreadable=unreadable,
    )


@pytest.fixture
def panel(qtbot: QtBot, styled: QApplication) -> DatasetPanel:
    made = DatasetPanel()
    qtbot.addWidget(made)
    made.set_colors(DARK)
    made.resize(360, 700)
    made.show()
    qtbot.waitExposed(made)
    return made


def test_it_says_what_to_do_while_there_is_nothing(panel: DatasetPanel) -> None:
    assert panel._empty._sentence.text() == NOTHING
    panel.set_summary(None, "there is no folder 'cats'; choose another one")
    assert panel._empty._sentence.text().startswith("there is no folder")
    panel.set_waiting(True)
    assert panel._empty._sentence.text() == "Opening…"
    panel.set_waiting(False)
    assert panel.export() is None
    panel.set_summary(summary())
    assert panel._pages.currentIndex() == 1
    panel.set_summary(None)
    assert panel._empty._sentence.text() == NOTHING
    assert panel._pages.currentIndex() == 0


def test_it_tells_the_facts(panel: DatasetPanel) -> None:
    told: list[str] = []
    panel.subtitle_changed.connect(lambda text, _: told.append(text))
    panel.set_summary(summary())
    assert told == ["animals"]
    assert panel._facts.text() == (
        "330 training, 50 validation images of 8×8, 3 channels\nThe class cow is empty."
    )
    assert not panel._left_out.isVisible()
    assert panel.figures.accessibleName() == "mean 0.250  0.250  0.250, std 0.125  0.125  0.125"
    panel.set_summary(summary(channels=9))
    assert panel.figures.accessibleName() == "mean 0.250 … 0.250, std 0.125 … 0.125"


def test_files_that_could_not_be_read_are_named(panel: DatasetPanel) -> None:
    panel.set_summary(summary(unreadable=("dog/\u202egpj.1.jpg",)))
    assert panel._left_out.isVisible()
    assert panel._left_out.text() == "1 file that could not be read is left out:\ndog/ gpj.1.jpg"
    panel.set_summary(summary(unreadable=tuple(f"{n}.jpg" for n in range(1500))))
    lines = panel._left_out.text().splitlines()
    assert lines[0] == "1\u202f500 files that could not be read are left out:"
    assert lines[-1] == "and 1\u202f494 more"
    assert len(lines) == 8


def test_samples_stand_beside_their_class_and_can_be_chosen(panel: DatasetPanel, qtbot: QtBot) -> None:
    shown = summary()
    panel.set_summary(shown)
    QApplication.processEvents()
    image = panel.classes.grab().toImage()
    for row in range(3):
        for number in range(3):
            at = panel.classes.picture_place(row, number).center().toPoint()
            assert image.pixelColor(at) == QColor(*shown.samples[row, number, 0, 0].tolist())
            with qtbot.waitSignal(panel.image_chosen) as asked:
                qtbot.mouseClick(panel.classes, Qt.MouseButton.LeftButton, pos=at)
            assert asked.args == ["training", int(shown.sample_indices[row, number])]
    beyond = panel.classes.picture_place(0, 3).center().toPoint()  # there is no fourth
    with qtbot.assertNotEmitted(panel.image_chosen):
        qtbot.mouseClick(panel.classes, Qt.MouseButton.LeftButton, pos=beyond)


def test_bars_are_as_long_as_their_counts(panel: DatasetPanel) -> None:
    panel.set_summary(summary())
    QApplication.processEvents()
    image = panel.classes.grab().toImage()

    def length(row: int, color: str) -> int:
        top = round(panel.classes.picture_place(row, 0).top()) + 21
        return sum(image.pixelColor(x, top) == QColor(color) for x in range(image.width()))

    lengths = [length(row, DARK.train) for row in range(3)]
    assert lengths[2] > lengths[1] > lengths[0] > 30
    assert length(0, DARK.validation) == round(lengths[2] * 25 / 120)
    assert length(1, DARK.validation) == 0


def test_many_classes_are_shown_on_demand(panel: DatasetPanel, qtbot: QtBot) -> None:
    panel.set_summary(summary(1000))
    QApplication.processEvents()
    assert len(panel.classes._classes) == FEW_CLASSES
    assert panel.all_classes.text() == "Show all 1\u202f000 classes"
    qtbot.mouseClick(panel.all_classes, Qt.MouseButton.LeftButton)
    assert len(panel.classes._classes) == 1000
    assert not panel.all_classes.isVisible()
    QApplication.processEvents()
    panel.grab()
    assert len(panel.classes._pixmaps) < 100  # only what is in sight is made
    panel.set_summary(summary(3))
    assert not panel.all_classes.isVisible()


def test_preprocessing_is_shown_on_the_data(panel: DatasetPanel) -> None:
    panel.set_summary(summary())
    rows = panel.previews._rows
    assert [row.name for row in rows] == [
        "Mean image",
        "Original",
        "Mean subtracted",
        "144 components",
        "Whitened",
    ]
    assert [row.remark for row in rows] == ["", "", "", "98.1\u202f% kept", ""]
    QApplication.processEvents()
    image = panel.previews.grab().toImage()
    greys = [image.pixelColor(QPoint(120, 46 * number + 20)).red() for number in range(5)]
    assert greys == [90, 0, 40, 80, 120]


@pytest.mark.parametrize("width", [190, 280, 900])
def test_it_fits_any_width(panel: DatasetPanel, width: int) -> None:
    panel.resize(width, 300)
    panel.set_summary(summary(30))
    QApplication.processEvents()
    assert panel.classes.width() <= width
    assert not panel.grab().isNull()


def test_what_can_be_taken_from_it(panel: DatasetPanel) -> None:
    panel.set_summary(summary())
    export = panel.export()
    assert export is not None
    assert export.table is not None
    assert export.picture is not None
    rows = list(csv.reader(io.StringIO(csv_bytes(export.table).decode())))
    assert rows[:4] == [
        ["class", "training", "validation"],
        ["class 0", "100", "25"],
        ["class 1", "110", "0"],
        ["class 2", "120", "25"],
    ]
    assert rows[-1] == ["2", "0.25", "0.125"]
    assert png_bytes(export.picture)[1:4] == b"PNG"


def duplicates() -> ShownDuplicates:
    """A leak under two labels, and an exact pair within a split."""
    pairs = (
        Pair(Place("training", 1234, 0), Place("validation", 7, 2), 0.0041, 0.032),
        Pair(Place("test", 5, 1), Place("test", 6, 1), 0.0, 0.0),
    )
    pictures = np.zeros((2, 2, 8, 8, 3), np.uint8)
    pictures[..., 0] = np.array([[40, 80], [120, 160]])[:, :, None, None]
    found = NearDuplicates(pairs, 2, 380, 400, ("A sample of 380 images was compared.",))
    return ShownDuplicates(found, ("cat", "dog", "bird"), pictures)


def test_near_duplicates_are_searched_on_demand(panel: DatasetPanel, qtbot: QtBot) -> None:
    panel.set_summary(summary())
    search = panel.duplicates
    with qtbot.waitSignal(panel.duplicates_requested):
        qtbot.mouseClick(search.button, Qt.MouseButton.LeftButton)
    panel.set_search_progress(0.42, "comparing images")
    assert search.button.text() == "Stop"
    assert search._step.text() == "comparing images, 42\u202f%"
    with qtbot.waitSignal(panel.duplicates_cancelled):
        qtbot.mouseClick(search.button, Qt.MouseButton.LeftButton)
    panel.set_search_progress(None)
    assert search.button.text() == "Find near-duplicates"
    assert not search._progress.isVisible()
    panel.set_duplicates(duplicates())
    assert search._words.text().splitlines() == [
        "2 pairs among 380 images, 1 with different labels, 1 across splits",
        "A sample of 380 images was compared.",
    ]
    panel.set_summary(summary())  # another data set: its duplicates are not known
    assert not search._words.isVisible()
    assert not search.pairs.isVisible()


def test_where_only_histograms_are_shared_it_is_said(panel: DatasetPanel) -> None:
    panel.set_summary(summary())
    shown = duplicates()
    unlike = tuple(replace(pair, difference=0.2) for pair in shown.found.pairs)
    panel.set_duplicates(replace(shown, found=replace(shown.found, pairs=unlike)))
    assert ONLY_HISTOGRAMS in panel.duplicates._words.text()


def test_nothing_found_is_said(panel: DatasetPanel) -> None:
    panel.set_summary(summary())
    none = ShownDuplicates(NearDuplicates((), 0, 400, 400), ("cat",), np.zeros((0, 2, 1, 1, 3), np.uint8))
    panel.set_duplicates(none)
    assert panel.duplicates._words.text() == "No near-duplicates among 400 images."


def test_pairs_tell_what_is_wrong_with_them() -> None:
    shown = duplicates()
    leak, exact = shown.found.pairs
    assert labels(leak, shown.classes) == "labels differ: cat, bird"
    assert splits(leak) == "leak: train 1\u202f234, val 7"
    assert likeness(leak) == "pixels differ by 3.2\u202f%"
    assert labels(exact, shown.classes) == "dog"
    assert splits(exact) == "test 5 and 6"
    assert likeness(exact) == "exactly the same"


def test_pictures_of_pairs_can_be_chosen(panel: DatasetPanel, qtbot: QtBot) -> None:
    panel.set_summary(summary())
    panel.set_duplicates(duplicates())
    QApplication.processEvents()
    pairs = panel.duplicates.pairs
    image = pairs.grab().toImage()
    for row, which, red, place in (
        (0, 0, 40, ["training", 1234]),
        (0, 1, 80, ["validation", 7]),
        (1, 1, 160, ["test", 6]),
    ):
        at = QPoint(which * 48 + 22, row * 50 + 22)
        assert image.pixelColor(at).red() == red
        with qtbot.waitSignal(panel.image_chosen) as asked:
            qtbot.mouseClick(pairs, Qt.MouseButton.LeftButton, pos=at)
        assert asked.args == place
    with qtbot.assertNotEmitted(panel.image_chosen):
        qtbot.mouseClick(pairs, Qt.MouseButton.LeftButton, pos=QPoint(200, 22))
