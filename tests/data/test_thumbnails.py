"""Small pictures of a data set, and those of pairs that look the same."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from visualizer.data.dataset import Examples
from visualizer.data.duplicate_pictures import with_pictures
from visualizer.data.near_duplicates import NearDuplicates, Pair, Place
from visualizer.data.thumbnails import LARGEST_SIDE, full_picture, thumbnails


def examples(level: int, count: int = 5, channels: int = 3, side: int = 8) -> Examples:
    """Image i is filled with ``level`` + i."""
    images = (torch.arange(count) + level).view(-1, 1, 1, 1).expand(count, channels, side, side)
    return Examples(images.to(torch.uint8).contiguous(), torch.zeros(count, dtype=torch.int64))


class OnDisk:
    """Examples that are read when they are asked for."""

    def __init__(self, kept: Examples) -> None:
        self.labels, self._images = kept.labels, kept.images

    def __len__(self) -> int:
        return len(self.labels)

    def read(self, indices: Tensor) -> Tensor:
        return self._images[indices]


def test_images_in_memory_and_on_disk_give_the_same_pictures() -> None:
    kept = examples(50, channels=1)
    for source in (kept, OnDisk(kept)):
        found = thumbnails(source, np.array([4, 0]))
        assert found.shape == (2, 8, 8, 3)
        assert found[:, 3, 3].tolist() == [[54, 54, 54], [50, 50, 50]]
        assert not found.flags.writeable
        assert full_picture(source, 2)[0, 0].tolist() == [52, 52, 52]


def test_large_images_shrink_to_their_mean() -> None:
    checkered = torch.zeros(1, 3, 4 * LARGEST_SIDE, 2 * LARGEST_SIDE, dtype=torch.uint8)
    checkered[..., ::2, ::2] = 200
    found = thumbnails(Examples(checkered, torch.zeros(1)), np.array([0]))
    assert found.shape == (1, LARGEST_SIDE, LARGEST_SIDE // 2, 3)
    assert abs(found[:, 8:-8, 8:-8].astype(int) - 50).max() <= 2  # smoothed, not every fourth pixel


def test_each_picture_of_a_pair_comes_from_its_own_split() -> None:
    splits = {"training": examples(10), "validation": examples(100), "test": OnDisk(examples(200))}
    pairs = tuple(
        Pair(Place(first, i, 0), Place(second, j, 0), 0.0, 0.0)
        for first, i, second, j in (
            ("training", 3, "validation", 1),
            ("test", 4, "training", 0),
            ("validation", 2, "validation", 0),
        )
    )
    shown = with_pictures(splits, NearDuplicates(pairs, 3, 15, 15), ("cat",))
    assert shown.pictures[:, :, 0, 0, 0].tolist() == [[13, 101], [204, 10], [102, 100]]
    assert with_pictures(splits, NearDuplicates(pairs, 3, 15, 15), ("cat",), 1).pictures.shape == (
        1,
        2,
        8,
        8,
        3,
    )
    assert len(with_pictures(splits, NearDuplicates((), 0, 15, 15), ("cat",)).pictures) == 0
