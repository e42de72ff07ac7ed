"""What a data set is: examples as bytes, in splits that are kept apart."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import torch
from torch import Tensor


@dataclass(frozen=True, slots=True, eq=False)
class Examples:
    """``images`` (N, C, H, W) uint8 and ``labels`` (N,) int64, on any device."""

    images: Tensor = field(repr=False)
    labels: Tensor = field(repr=False)

    def __len__(self) -> int:
        return len(self.labels)

    def to(self, device: torch.device) -> Examples:
        """The same examples on another device."""
        return Examples(self.images.to(device), self.labels.to(device))


class Stored(Protocol):
    """Examples that stay on the disk because memory is too small for all; ``read`` may be called in any thread."""

    labels: Tensor

    def __len__(self) -> int: ...

    def read(self, indices: Tensor) -> Tensor:
        """The images (n, C, H, W) uint8 of these indices (n,), on the processor."""
        ...


def images_at(examples: Examples | Stored, indices: Tensor) -> Tensor:
    """The images (n, C, H, W) uint8 of these indices (n,), on the processor."""
    if isinstance(examples, Examples):
        return examples.images[indices.to(examples.images.device)].cpu()
    return examples.read(indices)


@dataclass(frozen=True, slots=True)
class DataChoice:
    """Which data a run learns from, as the user says it.

    ``source`` is the name of a row of the table of data sets, or a folder. ``validation_share`` (0…1) is split off
    the training images where the data has no validation split of its own. ``per_epoch`` is the number of images
    of an epoch of an endless set, ``validation_count`` that of its validation images; None: the set's own.
    """

    source: str = "shapes"
    validation_share: float = 0.2
    per_epoch: int | None = None
    validation_count: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Dataset:
    """A data set; the examples of validation stay the same, those of training may be new in each epoch.

    ``training(epoch)``, counted from 0, gives ``training_count`` examples. ``test``, where there is one, is never
    learnt from and never chosen by. ``mean`` and ``std`` (one value per channel, of values 0…1) standardise the
    images on the device. ``is_augmented`` says that the pictures of an epoch are the same ones again, so that
    augmentation helps. ``unreadable`` lists the files that were left out, ``notes`` what the user should know,
    a sentence each.
    """

    name: str
    classes: tuple[str, ...]
    training: Callable[[int], Examples | Stored] = field(repr=False)
    training_count: int
    validation: Examples = field(repr=False)
    mean: tuple[float, ...]
    std: tuple[float, ...]
    is_augmented: bool
    notes: tuple[str, ...] = ()
    test: Examples | None = field(default=None, repr=False)
    unreadable: tuple[str, ...] = field(default=(), repr=False)
