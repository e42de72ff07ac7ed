"""Images that occur twice, nearly or exactly: within a split, across splits, and under different labels.

An image is cut into blocks of 20×20 pixels (smaller ones at the right and the lower edge); a histogram of nine bins
of the luminance in each, all in a row, describes it. Two images are near-duplicates where the cosine distance of
their descriptions is below 0.008. Small images have few blocks, so many such pairs only look alike: each pair also
tells how much its pixels differ.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from visualizer.data.dataset import Dataset, Examples, Stored, images_at
from visualizer.data.datasets.fitting import luminance
from visualizer.data.datasets.request import Progress
from visualizer.data.datasets.splitting import sample

BLOCK = 20  # px
BINS = 9
THRESHOLD = 0.008
MOST_PAIRS = 1_000  # that are kept of each kind
MOST_ON_DISK = 10_000  # images that must be decoded
_WORK = 2 * 10**12  # products of two numbers, and what costs as much: less than a minute on two cores
_OVERHEAD = 100  # of a comparison, in products
_MOST_BYTES = 500_000_000  # of descriptions
_ROWS = 256  # images that are compared with all others at a time
_PIXELS = 4_000_000  # that are described at a time
_MANY = 1_000_000  # pairs at a time, from where one image after the other is looked at
_DESCRIBING = 0.2  # the part of the time until images are compared

Indices = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Place:
    """One image: ``index`` in its split, and its label."""

    split: str
    index: int
    label: int


@dataclass(frozen=True, slots=True)
class Pair:
    """Two images that look the same.

    ``distance`` is the cosine distance (0…0.008) of their histograms, ``difference`` the mean difference of their
    pixels (0…1), 0 for exact duplicates alone.
    """

    first: Place
    second: Place
    distance: float
    difference: float

    @property
    def is_exact(self) -> bool:
        """Whether all bytes are the same."""
        return self.difference == 0.0

    @property
    def is_inconsistent(self) -> bool:
        """Whether the two have different labels."""
        return self.first.label != self.second.label

    @property
    def is_leak(self) -> bool:
        """Whether they are in different splits, so that what is validated with was learnt from."""
        return self.first.split != self.second.split


@dataclass(frozen=True, slots=True, eq=False)
class NearDuplicates:
    """Pairs, those with different labels first, then those across splits, by how little their pixels differ.

    ``found`` counts all pairs below the threshold, of which the nearest are kept. ``examined`` of ``count`` images
    were compared; ``notes`` say so where these differ.
    """

    pairs: tuple[Pair, ...] = field(repr=False)
    found: int
    examined: int
    count: int
    notes: tuple[str, ...] = ()


def splits_of(dataset: Dataset) -> dict[str, Examples | Stored]:
    """The splits of a data set by name, as ``find`` takes them."""
    splits: dict[str, Examples | Stored] = {"training": dataset.training(0), "validation": dataset.validation}
    if dataset.test is not None:
        splits["test"] = dataset.test
    return splits


def find(
    splits: Mapping[str, Examples | Stored] | Examples | Stored,
    progress: Progress | None = None,
    seed: int = 0,
) -> NearDuplicates:
    """The near-duplicates within and across ``splits``, images (N, C, H, W) uint8 with labels (N,).

    Every pair of images is compared where that takes less than about a minute on two cores, else those of a sample
    drawn with ``seed``, with a note. ``progress`` is told the part done (0…1); what it raises ends the search.
    """
    report = progress or (lambda text, fraction: None)
    images = _Images(splits if isinstance(splits, Mapping) else {"training": splits}, seed)
    descriptions, digests = images.described(report)
    nearest = _Nearest(descriptions, images.labels, images.split_numbers)
    for first in range(0, len(images), _ROWS):
        report("comparing images", _DESCRIBING + (1 - _DESCRIBING) * first / len(images))
        nearest.compare(first)
    distances = dict.fromkeys(_exact(digests), 0.0)
    for pair, distance in nearest.kept():
        distances.setdefault(pair, distance)
    pairs, kept = sorted(images.pairs(distances), key=_order), []
    for kind in sorted({_kind(pair) for pair in pairs}):
        kept += [pair for pair in pairs if _kind(pair) == kind][:MOST_PAIRS]
    return NearDuplicates(tuple(kept), nearest.found, len(images), images.count, images.notes)


def _kind(pair: Pair) -> int:
    """0 for different labels, 1 for different splits, 2 for neither: the order of what the user should see first."""
    if pair.is_inconsistent:
        return 0
    return 1 if pair.is_leak else 2


def _order(pair: Pair) -> tuple[int, float, float]:
    """Those that look the same pixel by pixel before those of small images that share a histogram."""
    return _kind(pair), pair.difference, pair.distance


class _Images:
    """The images of several splits in a row, or a sample of them, numbered from 0."""

    def __init__(self, splits: Mapping[str, Examples | Stored], seed: int) -> None:
        self._names, self._parts = tuple(splits), tuple(splits.values())
        sizes = [len(part) for part in self._parts]
        self.count = sum(sizes)
        numbers = torch.repeat_interleave(torch.arange(len(sizes)), torch.tensor(sizes))
        places = torch.cat([torch.arange(size) for size in sizes])
        labels = torch.cat([part.labels.cpu() for part in self._parts])
        self._shape = images_at(self._parts[0], torch.tensor([0])).shape[1:]
        chosen = sample(self.count, self._most(), seed)
        self.labels, self.split_numbers, self._places = labels[chosen], numbers[chosen], places[chosen]
        self.notes: tuple[str, ...] = ()
        if len(chosen) < self.count:
            self.notes = (
                f"{len(chosen):,} of {self.count:,} images were compared, drawn at random: all of them would take long",
            )

    def __len__(self) -> int:
        return len(self.labels)

    def described(self, report: Progress) -> tuple[Tensor, list[bytes]]:
        """Descriptions of length 1 (n, blocks · bins) float32, and a digest of each image's bytes."""
        described, digests = [], []
        step = max(1, _PIXELS // math.prod(self._shape[1:]))
        for first in range(0, len(self), step):
            report("describing images", _DESCRIBING * first / len(self))
            images = self._read(torch.arange(first, min(first + step, len(self))))
            described.append(describe(images))
            digests += [hashlib.blake2b(image.tobytes(), digest_size=16).digest() for image in images.numpy()]
        return torch.cat(described), digests

    def pairs(self, distances: Mapping[tuple[int, int], float]) -> list[Pair]:
        """The pairs of numbers as pairs of images, with the difference of their pixels."""
        found = []
        items = list(distances.items())
        for start in range(0, len(items), 256):
            group = items[start : start + 256]
            ends = torch.tensor([pair for pair, _ in group])
            first, second = (self._read(ends[:, side]).to(torch.int16) for side in (0, 1))
            differences = (first - second).abs().flatten(1).float().mean(dim=1) / 255
            for (pair, distance), difference in zip(group, differences.tolist(), strict=True):
                found.append(Pair(self._place(pair[0]), self._place(pair[1]), distance, difference))
        return found

    def _most(self) -> int:
        """How many images are compared, by the length of their descriptions and where they lie."""
        height, width = self._shape[1:]
        length = -(-height // BLOCK) * -(-width // BLOCK) * BINS
        most = min(math.isqrt(_WORK // (length + _OVERHEAD)), _MOST_BYTES // (4 * length))
        are_at_hand = all(isinstance(part, Examples) for part in self._parts)
        return most if are_at_hand else min(most, MOST_ON_DISK)

    def _read(self, numbers: Tensor) -> Tensor:
        """The images (n, C, H, W) of these numbers (n,), on the processor."""
        images = torch.empty((len(numbers), *self._shape), dtype=torch.uint8)
        splits, places = self.split_numbers[numbers], self._places[numbers]
        for split in torch.unique(splits).tolist():
            images[splits == split] = images_at(self._parts[split], places[splits == split])
        return images

    def _place(self, number: int) -> Place:
        split, index = int(self.split_numbers[number]), int(self._places[number])
        return Place(self._names[split], index, int(self.labels[number]))


def describe(images: Tensor) -> Tensor:
    """Histograms of ``BINS`` bins in blocks of ``BLOCK`` pixels, as one vector of length 1 an image.

    ``images`` are (N, C, H, W) uint8, of three channels or more the first three are RGB; gives (N, blocks · bins)
    float32.
    """
    count, channels, height, width = images.shape
    grey = luminance(images[:, :3]) if channels >= 3 else images[:, :1]
    rows, columns = torch.arange(height) // BLOCK, torch.arange(width) // BLOCK
    blocks = int(rows[-1] + 1) * int(columns[-1] + 1)
    block = rows[:, None] * int(columns[-1] + 1) + columns
    bins = grey[:, 0].long() * BINS // 256
    places = (torch.arange(count)[:, None, None] * blocks + block) * BINS + bins
    counts = torch.bincount(places.flatten(), minlength=count * blocks * BINS).view(count, -1).float()
    return functional.normalize(counts, dim=1)


class _Nearest:
    """Compares every description with all behind it, and keeps the nearest pairs of each kind.

    The arrays of a comparison are used again and again: fresh memory would take longer than the arithmetic.
    """

    def __init__(self, descriptions: Tensor, labels: Tensor, splits: Tensor) -> None:
        self.found = 0
        self._descriptions = descriptions
        self._labels, self._splits = labels.numpy(), splits.numpy()
        self._values = torch.empty(_ROWS * len(labels))
        self._mask = np.empty(_ROWS * len(labels), bool)
        self._pairs = [np.empty((0, 2), np.int64)] * 3
        self._similarities = [np.empty(0, np.float32)] * 3
        # A pair of a kind that is not nearer than this is not kept. Of some kinds there can be none.
        has_kind = (len(np.unique(self._labels)) > 1, len(np.unique(self._splits)) > 1, True)
        self._cuts = [np.float32(1 - THRESHOLD if has else math.inf) for has in has_kind]

    def compare(self, first: int) -> None:
        """Compare ``_ROWS`` images from ``first`` on with all images from there on."""
        behind = self._descriptions[first:]
        rows = self._descriptions[first : first + _ROWS]
        shape = len(rows), len(behind)
        size = math.prod(shape)
        values = torch.mm(rows, behind.T, out=self._values[:size].view(shape)).numpy()
        mask = np.greater(values, np.float32(1 - THRESHOLD), out=self._mask[:size].reshape(shape))
        count = np.count_nonzero(mask) - np.count_nonzero(np.tril(mask[:, : shape[0]]))
        self.found += int(count)
        step = (
            shape[0] if count < _MANY else 1
        )  # where most images look alike: little memory, and the cuts rise
        for row in range(0, shape[0], step):
            part = values[row : row + step]
            near = np.greater(part, min(self._cuts), out=mask[row : row + step])
            above, across = np.divmod(np.flatnonzero(near), shape[1])
            self._keep_nearest(first, row + above, across, part[above, across])

    def kept(self) -> Iterator[tuple[tuple[int, int], float]]:
        """The pairs of numbers that are kept, with their distances."""
        for pairs, similarities in zip(self._pairs, self._similarities, strict=True):
            for (first, second), similarity in zip(pairs.tolist(), similarities.tolist(), strict=True):
                yield (first, second), max(0.0, 1.0 - similarity)

    def _keep_nearest(self, first: int, rows: Indices, columns: Indices, values: NDArray[np.float32]) -> None:
        is_pair = columns > rows  # not an image with itself, nor a pair the other way round
        ends, values = np.stack([rows, columns], axis=1)[is_pair] + first, values[is_pair]
        differ, cross = (part[ends[:, 0]] != part[ends[:, 1]] for part in (self._labels, self._splits))
        kinds = np.where(differ, 0, np.where(cross, 1, 2))
        for kind in range(3):
            mine = (kinds == kind) & (values > self._cuts[kind])
            if not mine.any():
                continue
            pairs = np.concatenate([self._pairs[kind], ends[mine]])
            similarities = np.concatenate([self._similarities[kind], values[mine]])
            if len(pairs) > MOST_PAIRS:
                nearest = np.argpartition(similarities, -MOST_PAIRS)[-MOST_PAIRS:]
                pairs, similarities = pairs[nearest], similarities[nearest]
                self._cuts[kind] = similarities.min()
            self._pairs[kind], self._similarities[kind] = pairs, similarities


def _exact(digests: Sequence[bytes]) -> Iterator[tuple[int, int]]:
    """Pairs of equal digests: the first of a group with each other one."""
    first: dict[bytes, int] = {}
    for number, digest in enumerate(digests):
        if digest in first:
            yield first[digest], number
        first.setdefault(digest, number)
