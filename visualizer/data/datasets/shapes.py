"""The built-in shapes as a data set: endless, so each epoch draws new pictures."""

from __future__ import annotations

import functools
import math

import torch

from visualizer.data import shapes
from visualizer.data.dataset import DataChoice, Dataset, Examples
from visualizer.data.datasets.fitting import luminance
from visualizer.data.datasets.request import Request
from visualizer.errors import UserError
from visualizer.networks.network import Preprocessing

PER_EPOCH = 20_000
FOR_VALIDATION = 2_000
MAX_BYTES = 500_000_000  # of one epoch: fewer pictures where they are large
_VALIDATION_SEED = 1 << 32  # added to the seed of the run: no run trains on these shapes


def open_shapes(request: Request) -> Dataset:
    """The shapes for a network; see ``shapes_dataset``."""
    choice = request.choice
    return shapes_dataset(
        request.input,
        request.preprocessing,
        request.seed,
        choice.per_epoch or PER_EPOCH,
        choice.validation_count or FOR_VALIDATION,
    )


def shapes_dataset(
    input: tuple[int, int, int],
    preprocessing: Preprocessing,
    seed: int,
    per_epoch: int = PER_EPOCH,
    for_validation: int = FOR_VALIDATION,
) -> Dataset:
    """The built-in shapes for a network of the given ``input`` (C, H, W); nothing of them needs augmentation.

    Raises ``UserError`` for an input that is not square.
    """
    channels, height, width = input
    if height != width:
        raise UserError("the shapes are square, the input of this network is not; choose another data set")
    most = max(1, MAX_BYTES // math.prod(input))
    per_epoch, for_validation = min(per_epoch, most), min(for_validation, most)

    def draw(seed: int, start: int, count: int) -> Examples:
        images, labels = shapes.batch(seed, start, count, height)
        pictures = torch.from_numpy(images)
        planes = luminance(pictures) if channels == 1 else pictures[:, torch.arange(channels) % 3]
        return Examples(planes.contiguous(), torch.from_numpy(labels))

    @functools.lru_cache(maxsize=1)  # who looks at the data and who learns from it ask for the same epoch
    def epoch_of(number: int) -> Examples:
        return draw(seed, number * per_epoch, per_epoch)

    return Dataset(
        name=DataChoice().source,
        classes=shapes.CLASSES,
        training=epoch_of,
        training_count=per_epoch,
        validation=draw(seed + _VALIDATION_SEED, 0, for_validation),
        mean=preprocessing.mean,
        std=preprocessing.std,
        is_augmented=False,
    )
