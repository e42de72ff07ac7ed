"""Class folders, on disk or in a zip archive, sorted into the splits that their names tell."""

from __future__ import annotations

import threading
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from visualizer.data.folders import Walk, is_picture, natural
from visualizer.data.images import read_image, read_image_bytes
from visualizer.data.inputs import Pixels
from visualizer.errors import UserError
from visualizer.networks.naming import shown

MAX_ENTRIES = 2_000_000
MAX_MEMBER = 256_000_000  # bytes of one picture in an archive, unpacked

TRAINING, VALIDATION, TEST = "training", "validation", "test"

Entry = tuple[str, int]


@dataclass(frozen=True, slots=True, eq=False)
class Tree:
    """Pictures in class folders: ``splits`` hold (path below the root, class index), ``read`` decodes one of them.

    A split that the folder does not have is missing. ``read`` may be called in any thread; it raises ``UserError``.
    """

    name: str
    classes: tuple[str, ...]
    splits: Mapping[str, tuple[Entry, ...]] = field(repr=False)
    read: Callable[[str], Pixels] = field(repr=False)
    notes: tuple[str, ...] = ()


def find_tree(path: Path) -> Path | None:
    """``path`` if it is a folder or a zip archive."""
    if path.is_dir():
        return path
    try:
        return path if path.is_file() and zipfile.is_zipfile(path) else None
    except OSError:
        return None


def read_tree(path: Path) -> Tree:
    """The pictures of a folder or an archive, told by their extensions; none is opened.

    Where there is a folder ``train`` of class folders, its neighbours ``val…`` and ``test…`` are the other splits;
    else the folders are classes, and all is for training. Folders in a class folder belong to the class. Raises
    ``UserError`` for one that cannot be read and for fewer than two classes.
    """
    return _of_folder(path) if path.is_dir() else _of_archive(path)


def _of_folder(path: Path) -> Tree:
    name = shown(path.resolve().name)
    walk = Walk(MAX_ENTRIES)
    try:
        _, folders = walk.listed(path)
    except OSError:
        raise UserError(f"the folder '{name}' may not be read; change its permissions") from None
    folders += [inside for folder in folders if _split(folder.name) for inside in walk.folders(folder)]
    paths = [PurePosixPath(picture.relative_to(path).as_posix()) for picture in walk.pictures(path)]
    notes = (f"only the first {MAX_ENTRIES:,} entries were looked at",) if walk.is_cut else ()
    directories = [PurePosixPath(folder.relative_to(path).as_posix()) for folder in folders]
    return _sorted(name, paths, directories, lambda below: read_image(path / below).pixels, notes)


def _of_archive(path: Path) -> Tree:
    """A zip archive; it is read where it lies, and the paths in it are names and nothing else."""
    name = shown(path.name)
    try:
        archive = zipfile.ZipFile(path)
        members = {
            str(PurePosixPath(member.filename)): member
            for member in archive.infolist()
            if member.filename and not _is_hidden(member.filename)
        }
    except (OSError, ValueError, zipfile.BadZipFile):
        raise UserError(f"'{name}' is damaged or cut off; get a new copy of the archive") from None
    if len(members) > MAX_ENTRIES:
        raise UserError(f"'{name}' has more than {MAX_ENTRIES:,} entries; unpack it and choose a part of it")
    lock = threading.Lock()

    def read(below: str) -> Pixels:
        member = members[prefix + below]
        if member.file_size > MAX_MEMBER:
            raise UserError(f"'{shown(below)}' is too large; scale it down first")
        try:
            with lock:  # one position in one file
                content = archive.read(member)
        except (OSError, ValueError, RuntimeError, NotImplementedError, zipfile.BadZipFile, zlib.error):
            raise UserError(f"'{shown(below)}' is damaged or locked by a password; unpack it first") from None
        return read_image_bytes(content, PurePosixPath(below).name).pixels

    prefix = _root(map(PurePosixPath, members))
    inside = [PurePosixPath(text[len(prefix) :]) for text in members if len(text) > len(prefix)]
    directories = [part for part in inside if members[f"{prefix}{part}"].is_dir()]
    files = (part for part in inside if not members[f"{prefix}{part}"].is_dir())
    pictures = sorted((part for part in files if is_picture(part.name)), key=_natural_parts)
    return _sorted(name, pictures, directories, read, ())


def _is_hidden(text: str) -> bool:
    parts = text.split("/")
    return parts[0] in ("", "__MACOSX") or any(part.startswith(".") for part in parts)


def _root(paths: Iterable[PurePosixPath]) -> str:
    """The folder that everything lies in, with a slash, where that is neither a class nor a split."""
    paths = list(paths)
    tops = {path.parts[0] for path in paths}
    seconds = {path.parts[1] for path in paths if len(path.parts) > 2}
    if len(tops) == 1 and len(seconds) > 1 and not any(map(_split, tops)):
        return f"{tops.pop()}/"
    return ""


def _natural_parts(path: PurePosixPath) -> list[tuple[list[tuple[int, str]], str]]:
    return [natural(PurePosixPath(part)) for part in path.parts]


def _split(name: str) -> str:
    """The split that a folder is named for, "" for none."""
    lower = name.lower()
    if lower in ("train", "training"):
        return TRAINING
    if lower in ("val", "valid", "validation"):
        return VALIDATION
    return TEST if lower.startswith("test") else ""


def _sorted(
    name: str,
    paths: Iterable[PurePosixPath],
    directories: Iterable[PurePosixPath],
    read: Callable[[str], Pixels],
    notes: tuple[str, ...],
) -> Tree:
    """Sort the pictures into splits and classes; ``directories`` may be classes without a picture."""
    paths, directories = list(paths), list(directories)
    has_splits = any(_split(path.parts[0]) == TRAINING and len(path.parts) > 2 for path in paths)
    depth = 1 if has_splits else 0  # where the name of the class stands
    of_splits: dict[str, list[tuple[str, str]]] = {}
    outside = 0
    for path in paths:
        split = _split(path.parts[0]) if has_splits else TRAINING
        if split and len(path.parts) > depth + 1:
            of_splits.setdefault(split, []).append((str(path), path.parts[depth]))
        else:
            outside += 1
    found = {label for _, label in of_splits.get(TRAINING, [])}
    labels = sorted(found, key=lambda label: natural(PurePosixPath(label)))
    if len(labels) < 2:
        raise UserError(_too_few(name, labels, outside))
    places = [place for place in directories if len(place.parts) == depth + 1]
    empty = {place.parts[depth] for place in places if not has_splits or _split(place.parts[0]) == TRAINING}
    notes = (*notes, *_notes_on_empty(sorted(empty - found)), *_notes_on_outside(outside))
    index = {label: number for number, label in enumerate(labels)}
    unknown = Counter(label for entries in of_splits.values() for _, label in entries if label not in index)
    notes = (*notes, *_notes_on_unknown(unknown))
    splits = {
        split: tuple((path, index[label]) for path, label in entries if label in index)
        for split, entries in of_splits.items()
    }
    return Tree(name, tuple(map(shown, labels)), splits, read, notes)


def _too_few(name: str, labels: list[str], outside: int) -> str:
    if labels:
        return (
            f"'{name}' has pictures of one class only, '{shown(labels[0])}'; a network learns to tell two or more "
            "apart: make one folder per class"
        )
    if outside:
        return f"'{name}' needs two class folders or more to learn from; make one folder per class"
    return f"'{name}' holds no pictures; choose a folder with one folder of PNG or JPEG files per class"


def _notes_on_empty(labels: list[str]) -> tuple[str, ...]:
    if not labels:
        return ()
    return (f"without any picture, and left out: {_listed(labels)}",)


def _notes_on_outside(count: int) -> tuple[str, ...]:
    pictures = "1 picture" if count == 1 else f"{count:,} pictures"
    return (f"{pictures} outside of the class folders left out",) if count else ()


def _notes_on_unknown(labels: Counter[str]) -> tuple[str, ...]:
    if not labels:
        return ()
    count = f"{labels.total():,} picture{'s' if labels.total() > 1 else ''}"
    return (f"{count} left out of classes that training has no folder for: {_listed(sorted(labels))}",)


def _listed(labels: list[str], most: int = 5) -> str:
    names = ", ".join(f"'{shown(label)}'" for label in labels[:most])
    return names if len(labels) <= most else f"{names} and {len(labels) - most} more"
