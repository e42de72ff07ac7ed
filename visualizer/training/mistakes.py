"""The images behind an evaluation: those of one cell of the confusion matrix, or the most confidently wrong."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray

from visualizer.data.dataset import Examples
from visualizer.training.frames import Evaluation, Floats

LIMIT = 120
LARGEST_SIDE = 96  # px of a picture that is only looked at: 120 of them take 3 MB

Cell = tuple[int, int]
"""A cell of the confusion matrix: (true class, predicted class)."""


@dataclass(frozen=True, slots=True, eq=False)
class MistakePictures:
    """Validation images, those the network is surest of first.

    ``cell`` is where they come from, None for wrong ones of all classes; ``count`` is how many there are, of
    which the first n are here: ``pictures`` (n, h, w, 3) uint8, at most 96 px a side, and each (n,): ``indices``
    into the validation images, ``labels``, ``predicted`` and ``confidence`` (0…1) as in ``Evaluation``. Read-only.
    """

    step: int
    classes: tuple[str, ...] = field(repr=False)
    cell: Cell | None
    count: int
    pictures: NDArray[np.uint8] = field(repr=False)
    indices: NDArray[np.intp] = field(repr=False)
    labels: NDArray[np.int64] = field(repr=False)
    predicted: NDArray[np.int64] = field(repr=False)
    confidence: Floats = field(repr=False)


def pictures_of(
    validation: Examples, evaluation: Evaluation, cell: Cell | None = None, limit: int = LIMIT
) -> MistakePictures:
    """The images of ``cell``, or all wrong ones, by falling confidence; at most ``limit``.

    ``validation`` must hold the images that were evaluated: raises ``ValueError`` for another number of them.
    """
    if len(validation) != len(evaluation.labels):
        raise ValueError(f"{len(validation)} images, but {len(evaluation.labels)} predictions")
    labels, predicted = evaluation.labels, evaluation.predicted
    matching = labels != predicted if cell is None else (labels == cell[0]) & (predicted == cell[1])
    found = np.flatnonzero(matching)
    order = np.argsort(-evaluation.confidence[found], kind="stable")  # equal ones by their index
    chosen = found[order[:limit]]
    pictures = _pictures(validation, chosen)
    arrays = chosen, labels[chosen], predicted[chosen], evaluation.confidence[chosen]
    for array in (pictures, *arrays):
        array.setflags(write=False)
    return MistakePictures(evaluation.step, evaluation.classes, cell, len(found), pictures, *arrays)


def picture_at(validation: Examples, index: int) -> NDArray[np.uint8]:
    """One validation image at its full size: (H, W, 3) uint8, read-only."""
    picture: NDArray[np.uint8] = _rgb(validation.images[index : index + 1].cpu())[0]
    picture.setflags(write=False)
    return picture


def _pictures(validation: Examples, chosen: NDArray[np.intp]) -> NDArray[np.uint8]:
    images = validation.images[torch.from_numpy(chosen).to(validation.images.device)].cpu()
    height, width = images.shape[2:]
    largest = max(height, width)
    if largest > LARGEST_SIDE and len(images):
        size = tuple(max(1, round(side * LARGEST_SIDE / largest)) for side in (height, width))
        images = torch.nn.functional.interpolate(images, size=size, mode="bilinear", antialias=True)
    return _rgb(images)


def _rgb(images: torch.Tensor) -> NDArray[np.uint8]:
    """(N, C, H, W) uint8 as (N, H, W, 3): one channel is grey, of many the first three are red, green, blue."""
    channels = torch.arange(3) % images.shape[1]
    rgb: NDArray[np.uint8] = images[:, channels].permute(0, 2, 3, 1).contiguous().numpy()
    return rgb
