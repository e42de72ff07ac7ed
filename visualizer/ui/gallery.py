"""The galleries of the Input dock: the pictures that were opened, samples of the shapes, folders.

A gallery keeps a thumbnail and the way to a picture, never the picture: 200 opened photos cost 6 MB.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from visualizer.assets import resource
from visualizer.data.folders import read_folder
from visualizer.data.inputs import Input
from visualizer.data.samples import shape_samples
from visualizer.errors import UserError
from visualizer.streaming.prober import Report
from visualizer.ui import jobs
from visualizer.ui.widgets.strip import StripItem

if TYPE_CHECKING:
    from visualizer.ui.session import Session

OPENED, SAMPLES = "Opened", "Samples of shapes"
THUMBNAIL_SIDE = 96  # px: 48 at a scaling of 200 %
_PASTED_LIMIT = 8  # pasted pictures have no file to be read from again and are kept whole
_FIRST = "triangle-and-ellipse"
LIMIT = 500
"""Pictures a gallery shows; of larger folders the first ones."""


@dataclass(frozen=True, slots=True, eq=False)
class GalleryItem:
    """One picture of a gallery: a file, or a small generated picture that is kept."""

    name: str
    source: Path | Input
    label: str | None = None
    thumbnail: NDArray[np.uint8] | None = field(default=None, repr=False)

    def matches(self, shown: Input) -> bool:
        return self.source is shown.as_opened or (shown.source is not None and self.source == shown.source)


@dataclass(frozen=True, slots=True)
class Found:
    """What paths with folders among them hold: the first pictures, for the gallery ``name``, and what to say."""

    name: str
    items: tuple[GalleryItem, ...] = field(repr=False)
    sentence: str
    troubles: tuple[str, ...] = ()


class Gallery(QObject):
    """All galleries, the one that is shown, and which of its pictures is the input.

    ``changed(tuple of StripItem, index or None)`` whenever the strip shows something else;
    ``galleries_changed(tuple of names, current name)``.
    """

    changed = Signal(object, object)
    galleries_changed = Signal(object, str)

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._galleries: dict[str, list[GalleryItem]] = {}
        self._current = ""
        self._bad: set[Path | Input] = set()  # sources that gave no thumbnail
        self._making: GalleryItem | None = None
        self._opening: Path | None = None  # the file that is asked for as the input
        self._left_out: list[str] = []  # names of files that are no pictures, to be told at the end
        session.input_changed.connect(self._mark_input)
        session.idle.connect(self._make_next_thumbnail)
        session.answer("folder", self._folder_read)
        session.answer("samples", self._samples_drawn)
        session.answer("thumbnail", self._thumbnail_made)

    # --- requests --------------------------------------------------------------------------------

    def open_samples(self) -> None:
        """Fill the gallery of samples: the bundled pictures, then freshly generated ones."""
        self._session.ask("samples", lambda _: draw_samples())

    def open_pictures(self, paths: Sequence[Path]) -> None:
        """Show files and what folders hold; the first picture becomes the input.

        One folder is a gallery of its own. All else comes in front of what was opened before, files before folders.
        """
        if any(map(os.path.isdir, paths)):  # unlike Path.is_dir it never raises
            self._session.ask("folder", lambda _: find_pictures(paths))
            return
        self._opening = paths[0]
        self._session.open_picture(paths[0])
        self._add(OPENED, [GalleryItem(path.name, path) for path in paths])
        if len(paths) > LIMIT:
            self._session.noticed.emit("info", f"Of {len(paths)} files the strip keeps the first {LIMIT}.")

    def open_set(self, name: str, items: Sequence[GalleryItem]) -> None:
        """Show pictures as a gallery of that name, in place of an older one; the first becomes the input."""
        self._galleries.pop(name, None)
        self._add(name, list(items))
        self.choose(0)

    def show(self, name: str) -> None:
        """Show another gallery."""
        if name in self._galleries and name != self._current:
            self._current = name
            self._announce()

    def choose(self, index: int) -> None:
        """Make a picture of the shown gallery the input."""
        item = self.items[index]
        if isinstance(item.source, Input):
            self._session.show_input(item.source)
        else:
            self._opening = item.source
            self._session.open_picture(item.source, item.label)

    def step(self, by: int) -> None:
        """Go to the next picture of the gallery, or to one before."""
        shown, items = self._session.input, self.items
        here = next((i for i, item in enumerate(items) if shown is not None and item.matches(shown)), -1)
        if items and 0 <= here + by < len(items):
            self.choose(here + by)

    def open_bundled_picture(self) -> None:
        """Make the first of the program's own pictures the input."""
        path = bundled_pictures()[0]
        self._session.open_picture(path, _label_of(path))

    @property
    def items(self) -> list[GalleryItem]:
        return self._galleries.get(self._current, [])

    def holds_generated(self, shown: Input) -> bool:
        """Whether a picture belongs to the program, not to the user's files."""
        return shown.source is not None and resource("images") in shown.source.parents

    # --- answers ---------------------------------------------------------------------------------

    def _samples_drawn(self, value: object) -> None:
        assert isinstance(value, tuple)
        self._galleries[SAMPLES] = list(value)
        if not self._current:
            self._current = SAMPLES
        self._announce()

    def _folder_read(self, value: object) -> None:
        assert isinstance(value, Found)
        for trouble in value.troubles:
            self._session.noticed.emit("warning", trouble)
        if value.sentence:
            self._session.noticed.emit("info", value.sentence)
        if value.name != OPENED:
            self.open_set(value.name, value.items)
        else:
            self._add(OPENED, list(value.items))
            self.choose(0)

    def _add(self, name: str, items: list[GalleryItem]) -> None:
        items = list({item.source: item for item in items}.values())
        new = {item.source for item in items}
        known = items + [item for item in self._galleries.get(name, []) if item.source not in new]
        # A set of samples is as large as whoever drew it wants it.
        pasted = [item for item in known if name == OPENED and isinstance(item.source, Input)]
        dropped = set(map(id, pasted[_PASTED_LIMIT:]))
        self._galleries[name] = [item for item in known if id(item) not in dropped][:LIMIT]
        self._current = name
        self._announce()

    def _mark_input(self, shown: Input) -> None:
        known = (item for items in self._galleries.values() for item in items)
        if shown.source is None and not any(item.matches(shown) for item in known):
            self._add(OPENED, [GalleryItem(shown.name, shown.as_opened)])  # pasted: no file to read again
            return
        self._announce()

    # --- thumbnails ------------------------------------------------------------------------------

    def _make_next_thumbnail(self) -> None:
        # One at a time and only when nothing else is asked for, so that nobody waits for them.
        for item in self.items:
            if item.thumbnail is None and item.source not in self._bad:
                self._making = item
                shown = self._session.input
                source = shown.as_opened if shown is not None and item.matches(shown) else item.source
                self._session.ask("thumbnail", partial(_thumbnail_or_none, source))
                return
        if self._left_out:
            names = ", ".join(self._left_out[:3]) + (" and others" if len(self._left_out) > 3 else "")
            self._left_out.clear()
            self._session.noticed.emit("warning", f"Left out, as they do not open as pictures: {names}.")

    def _thumbnail_made(self, value: object) -> None:
        made = self._making
        if made is None or not (value is None or isinstance(value, np.ndarray)):
            return
        for items in self._galleries.values():
            if made in items:
                if value is None:
                    items.remove(made)
                    if made.source != self._opening:  # of that one opening it has told already
                        self._left_out.append(made.name)
                else:
                    items[items.index(made)] = replace(made, thumbnail=value)
        self._announce()

    def failed(self, topic: str) -> None:
        """Do not ask again for a thumbnail that could not be made."""
        if topic == "thumbnail" and self._making is not None:
            self._bad.add(self._making.source)

    def _announce(self) -> None:
        shown = self._session.input
        items = self.items
        current = next((i for i, item in enumerate(items) if shown is not None and item.matches(shown)), None)
        strip = tuple(StripItem(item.name, item.thumbnail, _tip(item)) for item in items)
        self.galleries_changed.emit(tuple(self._galleries), self._current)
        self.changed.emit(strip, current)


def bundled_pictures() -> list[Path]:
    """The program's own pictures of shapes, the one to start with first."""
    return sorted(resource("images").glob("*.png"), key=lambda path: (path.stem != _FIRST, path.name))


def _label_of(path: Path) -> str:
    return path.stem.replace("-", " ")


def draw_samples(seed: int = 7, count: int = 24) -> tuple[GalleryItem, ...]:
    """The bundled pictures and generated ones, thumbnails included."""
    items = [GalleryItem(path.name, path, _label_of(path)) for path in bundled_pictures()]
    items += [GalleryItem(shown.name, shown, shown.label) for shown in shape_samples(seed, count, 32)]
    return tuple(replace(item, thumbnail=jobs.small_picture(item.source, THUMBNAIL_SIDE)) for item in items)


def find_pictures(paths: Sequence[Path]) -> Found:
    """The pictures of files, and of folders (of class folders) with their labels; files are not opened.

    Raises ``UserError`` where there are none.
    """
    items = [GalleryItem(path.name, path) for path in paths if not os.path.isdir(path)]
    count, name = len(items), OPENED
    about: list[str] = []
    troubles: list[str] = []
    for path in filter(os.path.isdir, paths):
        try:
            folder = read_folder(path)
        except UserError as error:
            if len(paths) == 1:
                raise
            troubles.append(str(error))
            continue
        name = folder.name if len(paths) == 1 else OPENED
        count += len(folder.items)
        classes = f" in {len(folder.classes)} classes" if folder.classes else ""
        about.append(f"{folder.name}: {len(folder.items)} pictures{classes}")
        items += [
            GalleryItem(file.name, file, folder.classes[label] if label >= 0 else None)
            for file, label in folder.items[:LIMIT]
        ]
    if not items:
        raise UserError(" ".join(troubles))
    more = [f"of {count} pictures the strip shows the first {LIMIT}"] if count > LIMIT else []
    return Found(name, tuple(items[:LIMIT]), "; ".join(about + more), tuple(troubles))


def _thumbnail_or_none(source: Path | Input, report: Report) -> NDArray[np.uint8] | None:
    """A thumbnail; None for a file that is no picture."""
    try:
        return jobs.small_picture(source, THUMBNAIL_SIDE)
    except UserError:
        return None


def _tip(item: GalleryItem) -> str:
    return f"{item.name}, {item.label}" if item.label and item.label not in item.name else item.name
