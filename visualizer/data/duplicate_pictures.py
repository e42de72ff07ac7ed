"""The pairs of a search for near-duplicates with their pictures, as they are shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from visualizer.data.dataset import Examples, Stored
from visualizer.data.inputs import Pixels
from visualizer.data.near_duplicates import NearDuplicates
from visualizer.data.thumbnails import thumbnails

MOST_SHOWN = 200  # pairs


@dataclass(frozen=True, slots=True, eq=False)
class ShownDuplicates:
    """What was found, and ``pictures`` (n, 2, h, w, 3) uint8 of its first n pairs. Read-only."""

    found: NearDuplicates
    classes: tuple[str, ...] = field(repr=False)
    pictures: Pixels = field(repr=False)


def with_pictures(
    splits: Mapping[str, Examples | Stored],
    found: NearDuplicates,
    classes: tuple[str, ...],
    most: int = MOST_SHOWN,
) -> ShownDuplicates:
    """The pictures of the first ``most`` pairs, read from the ``splits`` that were searched."""
    places = [place for pair in found.pairs[:most] for place in (pair.first, pair.second)]
    chosen = np.array([place.index for place in places], np.intp)
    drawn: Pixels = np.zeros((0, 1, 1, 3), np.uint8)
    for name, examples in splits.items():
        mine = np.array([place.split == name for place in places], bool)
        if mine.any():
            read = thumbnails(examples, chosen[mine])
            if not len(drawn):
                drawn = np.zeros((len(places), *read.shape[1:]), np.uint8)
            drawn[mine] = read
    pictures = drawn.reshape(-1, 2, *drawn.shape[1:])
    pictures.setflags(write=False)
    return ShownDuplicates(found, classes, pictures)
