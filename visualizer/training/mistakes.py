"""The images behind an evaluation: those of one cell of the confusion matrix, or the most confidently wrong."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from visualizer.data.dataset import Examples
from visualizer.data.thumbnails import thumbnails
from visualizer.training.frames import Evaluation, Floats

LIMIT = 120

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
    pictures = thumbnails(validation, chosen)
    arrays = chosen, labels[chosen], predicted[chosen], evaluation.confidence[chosen]
    for array in arrays:
        array.setflags(write=False)
    return MistakePictures(evaluation.step, evaluation.classes, cell, len(found), pictures, *arrays)
