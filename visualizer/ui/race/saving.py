"""Races to and from files and the clipboard: pictures, films, trajectories, and a text that reopens the race."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog

from visualizer.race import custom, link
from visualizer.race.config import Race
from visualizer.race.export import ENDINGS
from visualizer.streaming.prober import Report
from visualizer.ui import settings
from visualizer.ui.race import jobs
from visualizer.ui.race.code import RaceCode
from visualizer.ui.race.live import LiveRace
from visualizer.ui.text import plain
from visualizer.ui.widgets.code_dialog import CodeDialog

if TYPE_CHECKING:
    from visualizer.ui.main_window import MainWindow

_TOPIC, _OPEN, _RESTORE = "save race", "open race", "restore race"
_LINKS = "Races (*.json)"
_NO_LINK = "There is no race in the clipboard; copy the link of one first."


class RaceFiles(QObject):
    """Asks the user where to, lets the worker write, opens what was written. Remembers the race between starts."""

    def __init__(self, window: MainWindow, race: LiveRace, code: RaceCode) -> None:
        super().__init__(window)
        self._window, self._race, self._code = window, race, code
        self._waiting: deque[Callable[[Report], Path]] = deque()
        window.session.answer(_TOPIC, self._written)
        window.session.waiting_changed.connect(self._write_next)
        window.session.answer(_OPEN, self._open)
        window.session.answer(_RESTORE, race.open, lambda _: window.settings.set(settings.RACE, ""))

    def take(self, paths: Sequence[Path]) -> list[Path]:
        """Open the race that is among some files; returns the other files."""
        races = [path for path in paths if path.suffix.lower() == ".json"]
        for path in races[-1:]:
            self.open_file(path)
        return [path for path in paths if path not in races]

    def save(self) -> None:
        """Save the race as a picture, a film, its trajectories or its link, as the ending says."""
        race = self._race.state.race
        kinds = ";;".join(f"{words} (*{ending})" for ending, words in ENDINGS.items())
        folder = self._window.settings.get(settings.SAVE_FOLDER) or str(Path.home())
        dialog = QFileDialog(self._window, "Save race", folder, kinds)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(next(iter(ENDINGS)).removeprefix("."))
        dialog.filterSelected.connect(partial(_follow_kind, dialog))
        dialog.selectFile(f"race-{race.surface.name or 'formula'}{next(iter(ENDINGS))}")
        dialog.fileSelected.connect(self._write)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def open(self) -> None:
        """Open a race from its file."""
        folder = self._window.settings.get(settings.FOLDER) or str(Path.home())
        chosen, _ = QFileDialog.getOpenFileName(self._window, "Open race", folder, _LINKS)
        if chosen:
            self._window.settings.set(settings.FOLDER, str(Path(chosen).parent))
            self.open_file(Path(chosen))

    def open_file(self, path: Path) -> None:
        """Open a race from that file, and show it."""
        self._window.session.ask(_OPEN, partial(jobs.read_race, path))

    def copy_link(self) -> None:
        """Put the text that reopens the race on the clipboard."""
        QGuiApplication.clipboard().setText(link.to_text(self._race.state.race))
        self._window.session.noticed.emit("info", "The link of the race is in the clipboard.")

    def paste_link(self) -> None:
        """Open the race whose link is on the clipboard."""
        text = QGuiApplication.clipboard().text()
        if text.strip():
            self._window.session.ask(_OPEN, partial(jobs.race_of, text))
        else:
            self._window.session.noticed.emit("error", _NO_LINK)

    # --- between two starts ------------------------------------------------------------------------

    def remember(self) -> None:
        """Keep the race for the next start."""
        self._window.settings.set(settings.RACE, link.to_text(self._race.state.race))

    def restore(self) -> None:
        """Go on with the race of the last time; a damaged one is forgotten."""
        text = self._window.settings.get(settings.RACE)
        if text:
            self._window.session.ask(_RESTORE, partial(jobs.race_of, text))

    # --- within --------------------------------------------------------------------------------------

    def _open(self, race: object) -> None:
        assert isinstance(race, Race)
        self._race.open(race)
        self._window.workspaces.show("race")
        for name in custom.needs_consent(race):
            dialog = CodeDialog(self._window)
            dialog.name.setText(name)
            dialog.allowed.connect(self._code.allow)
            dialog.open()

    def _write(self, chosen: str) -> None:
        path = Path(chosen)
        self._window.settings.set(settings.SAVE_FOLDER, str(path.parent))
        state = self._race.state
        window = (
            state.landscape.window if state.landscape is not None else None
        )  # where the user has zoomed to
        # What is shown, not the same once more: seconds are measured anew in every run.
        frame = state.frame
        known = frame if frame is not None and frame.complete and frame.race == state.race else None
        job = partial(jobs.write_race, state.race, known, path, state.moment, window)
        self._waiting.append(job)
        self._write_next(_TOPIC, self._window.session.awaits(_TOPIC))

    def _write_next(self, topic: str, is_busy: bool) -> None:
        """Write one file after the other: a film takes long, and the next file must not end it."""
        if topic == _TOPIC and not is_busy and self._waiting:
            self._window.session.ask(_TOPIC, self._waiting.popleft())

    def _written(self, path: object) -> None:
        assert isinstance(path, Path)
        self._window.session.noticed.emit("info", f"The race is in {plain(path.name)}.")


def _follow_kind(dialog: QFileDialog, kind: str) -> None:
    """Give the name the ending of the kind that was chosen."""
    ending = kind.rpartition("*")[2].rstrip(")")
    dialog.setDefaultSuffix(ending.removeprefix("."))
    names = dialog.selectedFiles()
    if names:
        dialog.selectFile(Path(names[0]).with_suffix(ending).name)
