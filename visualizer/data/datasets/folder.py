"""A folder or archive of class folders as a data set: in memory where it fits, else read while training."""

from __future__ import annotations

import math
import os
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from visualizer.data.dataset import Dataset, Examples, Stored
from visualizer.data.datasets.assembly import SHARE_OF_HELD, budget, most_held, sampled_note
from visualizer.data.datasets.request import Request
from visualizer.data.datasets.splitting import FEWEST, held_out, sample
from visualizer.data.datasets.tree import TEST, TRAINING, VALIDATION, Entry, Tree, find_tree, read_tree
from visualizer.data.inputs import Pixels
from visualizer.data.preprocessing import planes
from visualizer.errors import UserError
from visualizer.networks.memory import size_words

find_folder = find_tree

CACHE_SHARE = 0.25  # of the budget: decoded pictures of a data set that is read while training
_AT_A_TIME = 64
_TRIES = 8  # other pictures of a class, in place of one that cannot be read


def open_folder(request: Request, path: Path) -> Dataset:
    """The class folders at ``path`` for a network; see ``read_tree`` for what is recognised.

    What cannot be read is left out and listed. Raises ``UserError`` for fewer than two classes and for too few
    pictures.
    """
    request.report(f"listing {path.name}", None)
    tree = read_tree(path)
    notes = list(tree.notes)
    training, validation = _training_and_validation(tree, request, notes)
    room = budget()
    test = tree.splits.get(TEST, ())
    validation = _within(validation, VALIDATION, request, room, notes)
    test = _within(test, TEST, request, room, notes)

    reader = _Reader(tree, request, len(training) + len(validation) + len(test))
    bytes_of_training = len(training) * math.prod(request.input)
    learnt: Examples | Stored
    if bytes_of_training > (1 - 2 * SHARE_OF_HELD) * room:
        learnt = StoredPictures(tree, training, request, int(CACHE_SHARE * room))
        notes.append(
            f"the training images ({size_words(bytes_of_training)}) are read from the disk while training: they do "
            "not fit into memory"
        )
    else:
        learnt = reader.read(training)
        _check_enough(tree, learnt, notes)
    held, tested = reader.read(validation), reader.read(test) if test else None
    if not len(held):
        raise UserError(f"no picture of '{tree.name}' for validation can be read; save them as PNG or JPEG")
    return Dataset(
        name=tree.name,
        classes=tree.classes,
        training=lambda epoch: learnt,
        training_count=len(learnt),
        validation=held,
        mean=request.preprocessing.mean,
        std=request.preprocessing.std,
        is_augmented=True,
        notes=(*notes, *_on_unreadable(reader.unreadable)),
        test=tested,
        unreadable=tuple(reader.unreadable),
    )


class StoredPictures:
    """Pictures that stay on the disk; the first ones that are decoded are kept, as many as ``cache_bytes`` holds.

    Keeping the first is better here than keeping the last: every epoch asks for all of them once, in another order.
    """

    def __init__(self, tree: Tree, entries: Sequence[Entry], request: Request, cache_bytes: int) -> None:
        self.labels = torch.tensor([label for _, label in entries])
        self._tree, self._entries, self._request = tree, entries, request
        self._kept: dict[int, Pixels] = {}
        self._most = cache_bytes // math.prod(request.input)
        self._unreadable: set[int] = set()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def unreadable(self) -> tuple[str, ...]:
        """The pictures that could not be read so far; another one of the class stood in for each."""
        with self._lock:
            return tuple(self._entries[index][0] for index in sorted(self._unreadable))

    def read(self, indices: Tensor) -> Tensor:
        """The images (n, C, H, W) uint8 of these indices (n,); decodes what is not kept.

        Raises ``UserError`` where no picture of a class can be read.
        """
        images = np.empty((len(indices), *self._request.input), np.uint8)
        for place, index in enumerate(indices.tolist()):
            images[place] = self._image(index)
        return torch.from_numpy(images)

    def _image(self, index: int) -> Pixels:
        kept = self._kept.get(index)
        if kept is not None:
            return kept
        image = self._decoded(index)
        if image is None:
            image = self._stand_in(index)
        with self._lock:
            if len(self._kept) < self._most:
                self._kept[index] = image
        return image

    def _decoded(self, index: int) -> Pixels | None:
        try:
            pixels = self._tree.read(self._entries[index][0])
        except UserError:
            with self._lock:
                self._unreadable.add(index)
            return None
        return planes(pixels, self._request.preprocessing, self._request.input)

    def _stand_in(self, index: int) -> Pixels:
        same = (self.labels == self.labels[index]).nonzero()[:, 0]
        start = int(torch.searchsorted(same, index))
        for step in range(1, min(_TRIES, len(same) - 1) + 1):
            image = self._decoded(int(same[(start + step) % len(same)]))
            if image is not None:
                return image
        name = self._tree.classes[int(self.labels[index])]
        raise UserError(f"the pictures of '{name}' cannot be read; check the drive that they are on")


class _Reader:
    """Reads the pictures of splits into memory, several at a time, and remembers those that cannot be read."""

    def __init__(self, tree: Tree, request: Request, total: int) -> None:
        self.unreadable: list[str] = []
        self._tree, self._request, self._total = tree, request, total
        self._done = 0

    def read(self, entries: Sequence[Entry]) -> Examples:
        """The images and labels of all entries that can be read, in order."""
        images = torch.empty((len(entries), *self._request.input), dtype=torch.uint8)
        values, is_read = images.numpy(), np.zeros(len(entries), bool)

        def fill(index: int) -> str:
            """Decode one picture; why it cannot be read, or ""."""
            try:
                pixels = self._tree.read(entries[index][0])
            except UserError as error:
                return f"{entries[index][0]}: {error}"
            values[index] = planes(pixels, self._request.preprocessing, self._request.input)
            is_read[index] = True
            return ""

        with ThreadPoolExecutor(min(8, os.cpu_count() or 1), thread_name_prefix="pictures") as pool:
            for first in range(0, len(entries), _AT_A_TIME):  # so that stopping never waits for long
                self._request.report("reading pictures", self._done / max(1, self._total))
                part = range(first, min(first + _AT_A_TIME, len(entries)))
                self.unreadable += filter(None, pool.map(fill, part))
                self._done += len(part)
        labels = torch.tensor([label for _, label in entries], dtype=torch.int64)
        kept = torch.from_numpy(is_read)
        return Examples(images, labels) if bool(kept.all()) else Examples(images[kept], labels[kept])


def _training_and_validation(
    tree: Tree, request: Request, notes: list[str]
) -> tuple[tuple[Entry, ...], tuple[Entry, ...]]:
    """The entries to learn from and those to validate with, a share of the former where there are none."""
    training, validation = tree.splits[TRAINING], tree.splits.get(VALIDATION, ())
    if validation:
        return training, validation
    if len(training) < FEWEST:
        raise UserError(f"'{tree.name}' has only {len(training)} pictures; a run needs {FEWEST} or more")
    labels = torch.tensor([label for _, label in training])
    kept, held = held_out(labels, request.choice.validation_share, request.seed)
    return tuple(training[index] for index in kept), tuple(training[index] for index in held)


def _within(
    entries: tuple[Entry, ...], split: str, request: Request, room: int, notes: list[str]
) -> tuple[Entry, ...]:
    """At most as many entries as memory holds, drawn with the seed, with a note."""
    most = most_held(request, room)
    if len(entries) <= most:
        return entries
    notes.append(sampled_note(split, most, len(entries)))
    return tuple(entries[index] for index in sample(len(entries), most, request.seed))


def _check_enough(tree: Tree, training: Examples, notes: list[str]) -> None:
    counts = torch.bincount(training.labels, minlength=len(tree.classes))
    if len(training) < FEWEST - 1 or int((counts > 0).sum()) < 2:
        raise UserError(
            f"'{tree.name}' has too few pictures that can be read; a run needs {FEWEST} or more, of two classes"
        )
    notes += [f"no picture of '{tree.classes[index]}' can be read" for index in (counts == 0).nonzero()[:, 0]]


def _on_unreadable(unreadable: Sequence[str]) -> tuple[str, ...]:
    count = len(unreadable)
    return (f"{count:,} picture{'s' if count > 1 else ''} could not be read",) if count else ()
