"""Tables on their way to a file or the clipboard: millions of rows take seconds, in which the window stays alive."""

from __future__ import annotations

import csv
import time
from collections.abc import Callable, Generator, Iterable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMessageBox, QProgressBar, QProgressDialog, QWidget

from visualizer.atomic import replacing
from visualizer.errors import UserError, as_sentence
from visualizer.ui.numbers import integer

Row = Sequence[object]

SLICE = 0.012
"""Seconds of rows between two looks at the window's events."""
MOST_COPIED = 200_000
"""Rows: what is on the clipboard is in memory several times, and spreadsheets take little more."""
_QUIET = 0.5  # s: what is done by then shows no progress
_BETWEEN = 256  # rows between two looks at the clock


def save_table(parent: QWidget, rows: Iterable[Row], path: Path) -> None:
    """Write the rows as CSV in UTF-8, with a way to cancel where it takes long; the file appears when it is whole."""
    _Going(parent, _saving(rows, path), "Save", path.name)


def copy_table(parent: QWidget, rows: Iterable[Row]) -> None:
    """Put the rows on the clipboard, separated by tabs as spreadsheets expect them."""
    _Going(parent, _copying(rows), "Copy", "table")


def _saving(rows: Iterable[Row], path: Path) -> Generator[int]:
    """Yields how many rows are written. Closed before its end it leaves nothing behind. Raises ``OSError``."""
    with replacing(path) as part, part.open("w", encoding="utf-8", newline="") as file:
        write = csv.writer(file).writerow
        for count, row in enumerate(rows, start=1):
            write(row)
            yield count


def _copying(rows: Iterable[Row]) -> Generator[int]:
    """Yields how many rows are gathered. Raises ``UserError`` for too many."""
    lines: list[str] = []
    for row in rows:
        if len(lines) == MOST_COPIED:
            raise UserError(f"the table has more than {integer(MOST_COPIED)} rows; save it as CSV")
        lines.append("\t".join(map(str, row)))
        yield len(lines)
    QGuiApplication.clipboard().setText("\n".join(lines))


class _Going(QObject):
    """Goes through a generator in slices; the first at once, so that small tables are done when this returns."""

    def __init__(self, parent: QWidget, work: Generator[int], title: str, name: str) -> None:
        super().__init__(parent)
        self._parent, self._work, self._title, self._name = parent, work, title, name
        self._began = time.monotonic()
        self._progress: QProgressDialog | None = None
        self._timer = QTimer(self, interval=0)
        self._timer.timeout.connect(self._go_on)
        self._timer.start()
        self._go_on()

    def _go_on(self) -> None:
        end, count = time.monotonic() + SLICE, 0
        try:
            for count in self._work:
                if count % _BETWEEN == 0 and time.monotonic() > end:
                    self._tell(count)
                    return
        except OSError as error:
            self._end(f"{self._name} could not be written: {error.strerror}.")
        except UserError as error:
            self._end(as_sentence(str(error)))
        else:
            self._end()

    def _tell(self, count: int) -> None:
        if self._progress is None and time.monotonic() - self._began > _QUIET:
            self._progress = _dialog(self._parent, f"{self._title} {self._name}", lambda: self._end())
        if self._progress is not None:
            self._progress.setLabelText(f"{integer(count)} rows …")

    def _end(self, trouble: str = "") -> None:
        """Done, cancelled, or failed for a reason: what is half written goes."""
        self._timer.stop()
        self._work.close()
        if self._progress is not None:
            self._progress.hide()
            self._progress.deleteLater()
        self.deleteLater()
        if trouble:
            QMessageBox.warning(self._parent, self._title, trouble)


def _dialog(parent: QWidget, title: str, cancel: Callable[[], None]) -> QProgressDialog:
    dialog = QProgressDialog("", "Cancel", 0, 0, parent.window())
    dialog.setWindowTitle(title)
    dialog.setBar(QProgressBar(dialog, textVisible=False))
    dialog.setMinimumWidth(300)
    dialog.setMinimumDuration(0)
    dialog.setRange(0, 0)  # nobody knows how many rows there are
    dialog.canceled.connect(cancel)
    dialog.show()
    return dialog
