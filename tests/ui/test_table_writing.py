"""Tables that are saved and copied beside the events of the window."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMessageBox, QProgressDialog, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from visualizer.ui.driving import wait
from visualizer.ui.widgets import table_writing
from visualizer.ui.widgets.table_writing import copy_table, save_table


@pytest.fixture
def parent(styled: object, qtbot: QtBot) -> QWidget:
    widget = QWidget()
    qtbot.addWidget(widget)
    widget.show()
    return widget


def rows(count: int, taken: list[int] | None = None) -> Iterator[tuple[object, ...]]:
    for number in range(count):
        if taken is not None:
            taken.append(number)
        yield f"row, {number}", number


def test_a_small_table_is_there_at_once(parent: QWidget, tmp_path: Path) -> None:
    path = tmp_path / "small.csv"
    save_table(parent, rows(100), path)
    assert list(csv.reader(io.StringIO(path.read_text("utf-8")))) == [
        [name, str(number)] for name, number in rows(100)
    ]
    copy_table(parent, rows(2))
    assert QGuiApplication.clipboard().text() == "row, 0\t0\nrow, 1\t1"
    assert wait(lambda: not parent.findChildren(QTimer))


def test_the_window_lives_while_a_large_table_is_saved(
    parent: QWidget, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table_writing, "_QUIET", 0.0)
    beats: list[int] = []
    seen: list[str] = []
    taken: list[int] = []

    def look() -> None:
        beats.append(len(taken))
        for dialog in parent.findChildren(QProgressDialog):
            seen.append(dialog.labelText())

    timer = QTimer(parent, interval=1)
    timer.timeout.connect(look)
    timer.start()
    path = tmp_path / "large.csv"
    save_table(parent, rows(200_000, taken), path)
    assert not path.exists(), "it appears when it is whole"
    assert wait(path.exists)
    timer.stop()
    assert len(path.read_bytes().splitlines()) == 200_000
    assert len([count for count in beats if 0 < count < 200_000]) >= 2
    assert any(words.endswith("rows …") for words in seen)
    assert wait(lambda: not parent.findChildren(QProgressDialog))


def test_a_table_that_is_cancelled_leaves_what_was_there(
    parent: QWidget, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table_writing, "_QUIET", 0.0)
    path = tmp_path / "endless.csv"
    path.write_text("before")
    save_table(parent, rows(10**12), path)
    assert wait(lambda: bool(parent.findChildren(QProgressDialog)))
    (dialog,) = parent.findChildren(QProgressDialog)
    next(iter(dialog.findChildren(QPushButton))).click()
    assert wait(lambda: not parent.findChildren(QProgressDialog))
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_what_cannot_be_written_or_copied_is_said(
    parent: QWidget, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(QMessageBox, "warning", lambda *args: said.append(args[-1]))
    save_table(parent, rows(3), tmp_path / "no folder" / "table.csv")
    assert wait(lambda: said == ["table.csv could not be written: No such file or directory."])
    monkeypatch.setattr(table_writing, "MOST_COPIED", 10)
    QGuiApplication.clipboard().setText("before")
    copy_table(parent, rows(11))
    assert wait(lambda: len(said) == 2)
    assert said[1] == "The table has more than 10 rows; save it as CSV."
    assert QGuiApplication.clipboard().text() == "before"
    copy_table(parent, rows(10))
    assert QGuiApplication.clipboard().text().endswith("row, 9\t9")


def test_a_panel_that_goes_takes_the_rest_of_its_table_along(
    styled: object, qtbot: QtBot, tmp_path: Path
) -> None:
    parent = QWidget()
    path = tmp_path / "endless.csv"
    save_table(parent, rows(10**12), path)
    assert list(tmp_path.iterdir()), "it is being written"
    parent.deleteLater()
    assert wait(lambda: not list(tmp_path.iterdir()))
