"""Images of a data set made small enough to be looked at by the hundred."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from visualizer.data.dataset import Examples, Stored, images_at
from visualizer.data.dataset_summary import pictures
from visualizer.data.inputs import Pixels

LARGEST_SIDE = 96  # px: a hundred of them take 3 MB


def thumbnails(examples: Examples | Stored, indices: Tensor | NDArray[np.intp]) -> Pixels:
    """The images of ``indices`` (n,), as (n, h, w, 3) uint8 of at most 96 px a side, read-only."""
    images = images_at(examples, torch.as_tensor(indices))
    longest = max(images.shape[2:])
    if longest > LARGEST_SIDE and len(images):
        size = [max(1, round(side * LARGEST_SIDE / longest)) for side in images.shape[2:]]
        images = functional.interpolate(images, size, mode="bilinear", antialias=True)
    return _frozen(pictures(images))


def full_picture(examples: Examples | Stored, index: int) -> Pixels:
    """One image at its full size: (H, W, 3) uint8, read-only."""
    return _frozen(pictures(images_at(examples, torch.tensor([index])))[0])


def _frozen(pixels: Pixels) -> Pixels:
    pixels.setflags(write=False)
    return pixels
