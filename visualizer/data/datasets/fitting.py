"""Images of a data set brought to the input of a network, many at a time, by the rules of ``prepare``."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from visualizer.data.preprocessing import placement
from visualizer.networks.network import Preprocessing

_LUMA = (19595, 38470, 7471)  # ITU-R 601 in 65536ths, Pillow's rounding
_CHUNK = 1 << 24  # values of the result at a time: what lies between the images and the result stays small


def fit(images: Tensor, preprocessing: Preprocessing, input: tuple[int, int, int]) -> Tensor:
    """Images (N, 1 or 3, h, w) uint8 as the ``input`` (C, H, W) of a network: (N, C, H, W) uint8, contiguous.

    Within a level or two of 255 of what ``prepare`` makes of each.
    """
    channels, height, width = input
    fitted = torch.empty((len(images), *input), dtype=torch.uint8)
    step = max(1, _CHUNK // (channels * height * width))
    for first in range(0, len(images), step):
        part = images[first : first + step]
        if channels == 1 and part.shape[1] == 3:
            part = luminance(part)
        placed = _placed(part, preprocessing, (height, width))
        fitted[first : first + step] = placed[:, torch.arange(channels) % placed.shape[1]]
    return fitted


def luminance(images: Tensor) -> Tensor:
    """RGB images (N, 3, H, W) uint8 as (N, 1, H, W), bit for bit as Pillow converts them."""
    weights = torch.tensor(_LUMA)[:, None, None]
    grey = (images.to(torch.int32) * weights).sum(dim=1, keepdim=True)
    return ((grey + 0x8000) >> 16).to(torch.uint8)


def _placed(images: Tensor, preprocessing: Preprocessing, crop: tuple[int, int]) -> Tensor:
    height, width = crop
    size, left, top = placement((images.shape[3], images.shape[2]), preprocessing, crop)
    resized = _resized(images, (size[1], size[0]), preprocessing)
    if left < 0 or top < 0:
        resized = functional.pad(
            resized,
            (max(0, -left), max(0, width + left - size[0]), max(0, -top), max(0, height + top - size[1])),
        )
    left, top = max(0, left), max(0, top)
    return resized[:, :, top : top + height, left : left + width]


def _resized(images: Tensor, size: tuple[int, int], preprocessing: Preprocessing) -> Tensor:
    if tuple(images.shape[2:]) == size:
        return images
    if preprocessing.interpolation == "nearest":
        rows, columns = (_nearest(old, new) for old, new in zip(images.shape[2:], size, strict=True))
        return images[:, :, rows][..., columns]
    return functional.interpolate(images, size, mode=preprocessing.interpolation, antialias=True)


def _nearest(old: int, new: int) -> Tensor:
    """Which of ``old`` pixels each of ``new`` ones shows; the steps are added up as Pillow does, for ties."""
    steps = np.full(new, old / new)
    steps[0] /= 2
    return torch.from_numpy(np.add.accumulate(steps).astype(np.int64))
