"""What the program remembers between two starts: one row per setting, one INI file in the user's folder."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import platformdirs
from PySide6.QtCore import QByteArray, QSettings

T = TypeVar("T")
RECENT_LIMIT = 12
_FOLDER_VARIABLE = "VISUALIZER_CONFIGURATION"


@dataclass(frozen=True, slots=True)
class Setting(Generic[T]):
    """One row: the key in the file, the default (its type is the setting's type), what it is for."""

    key: str
    default: T
    help: str


THEME = Setting("view/theme", "dark", "Dark, light, or as the system is")
MAP = Setting("activations/map", "grey", "Colour map of the activation maps")
LIMITS = Setting("activations/limits", "unit", "Grey levels by layer or by unit")
ORDER = Setting("activations/order", "index", "Order of the units")
HIDE_DEAD = Setting("activations/hide_dead", False, "Leave dead units out")
GEOMETRY = Setting("window/geometry", b"", "Size and place of the window")
WORKSPACE = Setting("window/workspace", "inspect", "The workspace that was shown last")
RECENT: Setting[list[str]] = Setting("files/recent", [], "Recently opened files")
FOLDER = Setting("files/folder", "", "Folder of the last open dialog")
SAVE_FOLDER = Setting("files/save_folder", "", "Folder of the last save dialog")
DRAFT = Setting("build/draft", "", "The network that was being built, as JSON")
RUN = Setting("train/run", "", "The settings of runs that the user has set, as JSON")

RACE = Setting("race/race", "", "The race that was shown last, as JSON")


def layout_of(workspace: str) -> Setting[bytes]:
    """The row of one workspace."""
    return Setting(f"layout/{workspace}", b"", "Place of the docks")


def arrangement_of(workspace: str) -> Setting[str]:
    """The row of one workspace."""
    return Setting(f"arrangement/{workspace}", "", "What arranged the docks: the width, or the user")


def view_of(panel: str) -> Setting[str]:
    """The row of one panel."""
    return Setting(f"panels/{panel}", "", "The choices of its menu, as JSON")


ROWS: tuple[Setting[Any], ...] = (
    THEME,
    MAP,
    LIMITS,
    ORDER,
    HIDE_DEAD,
    GEOMETRY,
    WORKSPACE,
    layout_of("inspect"),
    arrangement_of("inspect"),
    layout_of("train"),
    arrangement_of("train"),
    layout_of("race"),
    arrangement_of("race"),
    layout_of("build"),
    arrangement_of("build"),
    RECENT,
    FOLDER,
    SAVE_FOLDER,
    DRAFT,
    RUN,
    RACE,
    view_of("loss"),
    view_of("accuracy"),
    view_of("statistics"),
    view_of("landscape"),
    view_of("raceCurves"),
)


def configuration_folder() -> Path:
    """Where settings and logs live; ``VISUALIZER_CONFIGURATION`` moves it."""
    chosen = os.environ.get(_FOLDER_VARIABLE)
    return Path(chosen) if chosen else Path(platformdirs.user_config_dir("cnn-visualizer", appauthor=False))


@contextmanager
def temporary_configuration() -> Iterator[None]:
    """The program as at its first start, in a folder that is gone afterwards; the user's settings are left alone."""
    before = os.environ.get(_FOLDER_VARIABLE)
    with tempfile.TemporaryDirectory() as folder:
        os.environ[_FOLDER_VARIABLE] = folder
        try:
            yield
        finally:
            if before is None:
                del os.environ[_FOLDER_VARIABLE]
            else:
                os.environ[_FOLDER_VARIABLE] = before


class Settings:
    """Reads and writes the rows; a damaged value reads as its default."""

    def __init__(self) -> None:
        self._store = QSettings(str(configuration_folder() / "settings.ini"), QSettings.Format.IniFormat)

    def get(self, setting: Setting[T]) -> T:
        value = self._store.value(setting.key)
        if value is None:
            return setting.default
        if isinstance(setting.default, bool):
            return str(value).lower() == "true"  # type: ignore[return-value]
        if isinstance(setting.default, bytes):
            return value.data() if isinstance(value, QByteArray) else setting.default  # type: ignore[return-value]
        if isinstance(setting.default, list):
            return [str(v) for v in value] if isinstance(value, list) else [str(value)]  # type: ignore[return-value]
        return value if isinstance(value, type(setting.default)) else setting.default

    def set(self, setting: Setting[T], value: T) -> None:
        # Plain bytes would be stored as a pickle.
        self._store.setValue(setting.key, QByteArray(value) if isinstance(value, bytes) else value)

    def save(self) -> None:
        """Write now; Qt would do so at the end."""
        self._store.sync()

    def remember_file(self, path: Path) -> None:
        """Put a file first among the recent ones."""
        text = str(path.absolute())
        recent = [text, *(old for old in self.get(RECENT) if old != text)]
        self.set(RECENT, recent[:RECENT_LIMIT])

    def recent_files(self) -> tuple[Path, ...]:
        return tuple(Path(text) for text in self.get(RECENT))
