"""A Networks panel in a dock, studies for it, and hands."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from panel_bench import docked
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QToolTip
from pytestqt.qtbot import QtBot

from visualizer.data.transforms import values_of
from visualizer.probes.response.frames import DatasetResponse
from visualizer.probes.response.study_figures import study_figures
from visualizer.ui.panels.rotation_study import RotationStudyPanel
from visualizer.ui.rotation.state import COLORS, OPEN, Line, RotationState, Study

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
    studied = study_figures(known) if known is not None else None
    return Line(key, ("baseline", "8_rot_1")[number], "", COLORS[number], studied=studied, **others)  # type: ignore[arg-type]


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
