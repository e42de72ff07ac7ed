"""A folder of pictures as a data set: one class per folder in it, or one unlabelled set."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePath

from visualizer.errors import UserError
from visualizer.networks.naming import shown

MAX_ENTRIES = 100_000

_EXTENSIONS = (
    *(".apng", ".avif", ".bmp", ".gif", ".ico", ".jfif", ".jp2", ".jpeg", ".jpg", ".mpo"),
    *(".pbm", ".pgm", ".png", ".ppm", ".qoi", ".tga", ".tif", ".tiff", ".webp"),
)


@dataclass(frozen=True, slots=True, eq=False)
class Folder:
    """Pictures on disk, in natural order: ``items`` are (path, class index).

    ``classes`` are the names of the folders that hold pictures; a flat folder has none, and its items carry
    the index -1.
    """

    name: str
    classes: tuple[str, ...]
    items: tuple[tuple[Path, int], ...] = field(repr=False)
    notes: tuple[str, ...] = ()


def read_folder(path: Path) -> Folder:
    """The pictures in a folder, told by their extensions; nothing is opened.

    Folders inside of a class folder belong to the class. Hidden entries are skipped, links to folders are
    not followed, and the walk ends after ``MAX_ENTRIES`` entries, with a note. Raises ``UserError`` when
    the folder cannot be listed or holds no picture.
    """
    name = shown(path.resolve().name)
    if not path.is_dir():
        raise UserError(f"'{name}' is not a folder; choose a folder of pictures or of class folders")
    walk = Walk(MAX_ENTRIES)
    try:
        files, folders = walk.listed(path)
    except OSError:
        raise UserError(f"the folder '{name}' may not be read; change its permissions") from None
    found = [(folder.name, tuple(walk.pictures(folder))) for folder in folders]
    classes = [(label, pictures) for label, pictures in found if pictures]
    notes = [f"only the first {MAX_ENTRIES:,} entries were looked at"] if walk.is_cut else []
    if classes:
        items = [(picture, index) for index, (_, pictures) in enumerate(classes) for picture in pictures]
        if files:
            notes.append(f"{len(files)} pictures outside of the class folders are left out")
        return Folder(name, tuple(shown(label) for label, _ in classes), tuple(items), tuple(notes))
    if not files:
        raise UserError(f"the folder '{name}' holds no pictures; choose one with PNG or JPEG files in it")
    return Folder(name, (), tuple((file, -1) for file in files), tuple(notes))


class Walk:
    """Lists folders and counts what it has seen; it ends after ``most`` entries."""

    def __init__(self, most: int) -> None:
        self._left = most

    @property
    def is_cut(self) -> bool:
        """Whether there was more than it may look at."""
        return self._left < 0

    def listed(self, folder: Path) -> tuple[list[Path], list[Path]]:
        """The pictures and the folders in ``folder``, each in natural order."""
        files, folders = [], []
        with os.scandir(folder) as entries:
            for entry in entries:
                self._left -= 1
                if self.is_cut:
                    break
                if entry.name.startswith("."):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    folders.append(folder / entry.name)
                elif is_picture(entry.name) and _is_file(entry):
                    files.append(folder / entry.name)
        return sorted(files, key=natural), sorted(folders, key=natural)

    def folders(self, folder: Path) -> list[Path]:
        """The folders in ``folder``; none where it may not be read."""
        try:
            return self.listed(folder)[1]
        except OSError:
            return []

    def pictures(self, folder: Path) -> Iterator[Path]:
        """Every picture below ``folder``; folders that may not be read are skipped."""
        waiting = [folder]
        while waiting and not self.is_cut:
            try:
                files, folders = self.listed(waiting.pop())
            except OSError:
                continue
            yield from files
            waiting.extend(reversed(folders))


def is_picture(name: str) -> bool:
    """Whether a file of this name is taken for a picture."""
    return name.lower().endswith(_EXTENSIONS)


def _is_file(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file()
    except OSError:  # a link to itself
        return False


def natural(path: PurePath) -> tuple[list[tuple[int, str]], str]:
    """Sorts "2" before "10"; the name itself decides between "01" and "1"."""
    parts = re.split(r"([0-9]+)", path.name.casefold())
    return [(int(part), "") if index % 2 else (-1, part) for index, part in enumerate(parts)], path.name
