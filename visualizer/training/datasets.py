"""What a run learns from: whole data sets as tensors of bytes."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from visualizer.data import shapes
from visualizer.data.dataset import Dataset, Examples
from visualizer.data.folders import Folder, read_folder
from visualizer.data.images import read_image
from visualizer.data.preprocessing import prepare
from visualizer.errors import UserError
from visualizer.networks.naming import shown
from visualizer.networks.network import Preprocessing

Progress = Callable[[str, float], None]

SHAPES_PER_EPOCH = 20_000
SHAPES_FOR_VALIDATION = 2_000
VALIDATION_SHARE = 0.2
MAX_BYTES = 4_000_000_000
MAX_BYTES_OF_SHAPES = 500_000_000  # of one epoch: fewer of them where they are large
_VALIDATION_SEED = 1 << 32  # added to the seed of the run: no run trains on these shapes


def open_dataset(
    data: str,
    input: tuple[int, int, int],
    preprocessing: Preprocessing,
    seed: int,
    progress: Progress | None = None,
) -> Dataset:
    """``shapes``, or a folder of class folders, for a network of the given ``input`` (C, H, W)."""
    if data == "shapes":
        return shapes_dataset(input, preprocessing, seed)
    if not Path(data).exists():
        raise UserError(
            f"there is no data set '{shown(data)}'; say shapes, or name a folder of class folders"
        )
    return folder_dataset(read_folder(Path(data)), input, preprocessing, seed, progress)


def shapes_dataset(
    input: tuple[int, int, int],
    preprocessing: Preprocessing,
    seed: int,
    per_epoch: int = SHAPES_PER_EPOCH,
    for_validation: int = SHAPES_FOR_VALIDATION,
) -> Dataset:
    """The built-in shapes. The set is endless: each epoch draws new pictures, so nothing is augmented."""
    channels, height, width = input
    per_epoch = min(per_epoch, max(1, MAX_BYTES_OF_SHAPES // math.prod(input)))
    if height != width:
        raise UserError("the shapes are square, the input of this network is not; choose another data set")

    def draw(seed: int, start: int, count: int) -> Examples:
        images, labels = shapes.batch(seed, start, count, height)
        return Examples(_with_channels(torch.from_numpy(images), channels), torch.from_numpy(labels))

    return Dataset(
        name="shapes",
        classes=shapes.CLASSES,
        training=lambda epoch: draw(seed, epoch * per_epoch, per_epoch),
        training_count=per_epoch,
        validation=draw(seed + _VALIDATION_SEED, 0, for_validation),
        mean=preprocessing.mean,
        std=preprocessing.std,
        is_augmented=False,
    )


def folder_dataset(
    folder: Folder,
    input: tuple[int, int, int],
    preprocessing: Preprocessing,
    seed: int,
    progress: Progress | None = None,
) -> Dataset:
    """A folder of class folders, read at once; a fifth, drawn with the seed, is kept for validation.

    Pictures that cannot be read are left out, with a note. Raises ``UserError`` for fewer than two classes,
    for more than 4 GB of pixels, and when too few pictures are left.
    """
    if len(folder.classes) < 2:
        raise UserError(
            f"'{folder.name}' needs two class folders or more to learn from; make one folder per class"
        )
    channels, height, width = input
    if len(folder.items) * 3 * height * width > MAX_BYTES:
        raise UserError(
            f"'{folder.name}' needs more than 4 GB of memory at this input size; use fewer pictures"
        )
    pictures, labels, unread = [], [], 0
    for number, (path, label) in enumerate(folder.items):
        try:
            pictures.append(prepare(read_image(path).pixels, preprocessing, (3, height, width)).pixels)
            labels.append(label)
        except UserError:
            unread += 1
        if progress is not None and number % 100 == 0:
            progress("reading pictures", number / len(folder.items))
    if len(pictures) < 5:
        raise UserError(f"'{folder.name}' has too few pictures that can be read; a run needs five or more")
    images = _with_channels(torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2), channels)
    order = torch.randperm(len(images), generator=torch.Generator().manual_seed(seed))
    kept = max(1, int(len(images) * VALIDATION_SHARE))
    targets = torch.tensor(labels)
    training = Examples(images[order[kept:]], targets[order[kept:]])
    return Dataset(
        name=folder.name,
        classes=folder.classes,
        training=lambda epoch: training,
        training_count=len(training.labels),
        validation=Examples(images[order[:kept]], targets[order[:kept]]),
        mean=preprocessing.mean,
        std=preprocessing.std,
        is_augmented=True,
        notes=folder.notes + ((f"{unread} pictures could not be read",) if unread else ()),
    )


def _with_channels(images: Tensor, channels: int) -> Tensor:
    """RGB images (N, 3, H, W) uint8 with another number of channels, as ``prepare`` chooses them."""
    if channels == 1:
        luma = torch.tensor([19595, 38470, 7471])[:, None, None]  # ITU-R 601 in 65536ths, Pillow's rounding
        grey = (images.to(torch.int32) * luma).sum(dim=1, keepdim=True)
        return ((grey + 0x8000) >> 16).to(torch.uint8)
    return images[:, torch.arange(channels) % 3].contiguous()
