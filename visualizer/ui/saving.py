"""Saving the network: specification and weights in one file, or the layers as Python."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog

from visualizer.networks.network import Network
from visualizer.streaming.prober import Report
from visualizer.ui import jobs, settings
from visualizer.ui.text import plain

if TYPE_CHECKING:
    from visualizer.ui.main_window import MainWindow

_FORBIDDEN = '<>:"/\\|?*'  # in names of files, on one system or another
_NOTHING = "No network is open; open one first."

Write = Callable[[Path, Report], jobs.Saved]


@dataclass(frozen=True, slots=True, eq=False)
class _Job:
    """What to write, the network that is safe then, if one is, and what follows."""

    write: Write = field(repr=False)
    network: Network | None = None
    then: Callable[[], object] | None = field(default=None, repr=False)


class Saving(QObject):
    """Asks the user where to, lets the worker write, and says when it is done. Emits ``saved(Network)``."""

    saved = Signal(object)

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window, self._session = window, window.session
        self._job: _Job | None = None  # the newest
        self._session.answer("save", self._saved)

    def save_network(self) -> None:
        """Save the open network, weights and all."""
        opened = self._session.opened
        if opened is None:
            self._session.noticed.emit("info", _NOTHING)
            return
        self.save(opened.network)

    def save(self, network: Network, then: Callable[[], object] | None = None) -> None:
        """Save a network, weights and all; ``then`` is called when that is done."""
        is_open = self._session.opened is not None and network is self._session.opened.network
        without_draft = is_open and self._building and self._window.editor.is_changed
        job = _Job(partial(jobs.save_network, network, without_draft), network, then)
        self._ask("Save network", network.name, "safetensors", "Networks (*.safetensors)", job)

    def export_python(self) -> None:
        """Save the draft as a PyTorch module if it is on the screen, else the open network."""
        opened, editor = self._session.opened, self._window.editor
        if self._building and editor.plan.problems:
            sentence = f"The draft cannot be exported yet: {editor.plan.problems[0]}"
            editor.noticed.emit("error", sentence)
        elif self._building:
            self._ask_for_python(editor.spec.name, partial(jobs.export_draft, editor.spec))
        elif opened is not None:
            self._ask_for_python(opened.network.name, partial(jobs.export_network, opened.network))
        else:
            self._session.noticed.emit("info", _NOTHING)

    @property
    def _building(self) -> bool:
        return self._window.workspaces.current.key == "build"

    def _ask_for_python(self, name: str, write: Write) -> None:
        self._ask("Export as Python", name, "py", "Python (*.py)", _Job(write))

    def _ask(self, title: str, name: str, ending: str, files: str, job: _Job) -> None:
        """Ask for a place and write there; the dialog asks before it overwrites."""
        folder = self._window.settings.get(settings.SAVE_FOLDER) or str(Path.home())
        dialog = QFileDialog(self._window, title, folder, files)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(ending)
        dialog.selectFile(f"{_file_name(name)}.{ending}")
        dialog.fileSelected.connect(partial(self._write, job))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _write(self, job: _Job, chosen: str) -> None:
        path = Path(chosen)
        self._window.settings.set(settings.SAVE_FOLDER, str(path.parent))
        self._job = job
        self._session.ask("save", partial(job.write, path))

    def _saved(self, saved: object) -> None:
        assert isinstance(saved, jobs.Saved)
        self._session.noticed.emit("info", saved.sentence)
        if self._session.looks_like_network(saved.path):
            self._window.settings.remember_file(saved.path)
        job, self._job = self._job, None
        if job is not None and job.network is not None:
            self.saved.emit(job.network)
        if job is not None and job.then is not None:
            job.then()


def _file_name(name: str) -> str:
    """A name that files can have on every system."""
    kept = "".join("_" if character in _FORBIDDEN else character for character in plain(name))
    return kept.strip(" .") or "network"
