"""The transforms that move pixels: of standardised images, whose border is a row of ``BORDERS``."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from visualizer.data.transforms.borders import BORDERS
from visualizer.data.transforms.picture_range import PictureRange
from visualizer.data.transforms.sampling import rotations, sample

QUARTER = 90


def rotate(images: Tensor, values: Tensor, border: str, range: PictureRange) -> Tensor:
    """Turned by degrees, counter-clockwise; quarter turns that fit move the pixels without mixing them."""
    # Inside the circle half a pixel of the image's edge comes in: grey there would tell the angle.
    turned = _sampled(images, rotations(values), "replicate" if border == "circle" else border, range)
    quarter = QUARTER if images.shape[2] == images.shape[3] else 2 * QUARTER
    for index, value in enumerate(values.tolist()):
        if value % quarter == 0:
            turned[index] = torch.rot90(images[index % len(images)], round(value / QUARTER), (1, 2))
    return turned


def shift(images: Tensor, values: Tensor, border: str, range: PictureRange) -> Tensor:
    """Moved to the right by percent of the width."""
    maps = _same(len(values))
    maps[:, 0, 2] = -values / 100 * images.shape[3]
    return _sampled(images, maps, border, range)


def shift_down(images: Tensor, values: Tensor, border: str, range: PictureRange) -> Tensor:
    """Moved down by percent of the height."""
    maps = _same(len(values))
    maps[:, 1, 2] = -values / 100 * images.shape[2]
    return _sampled(images, maps, border, range)


def scale(images: Tensor, values: Tensor, border: str, range: PictureRange) -> Tensor:
    """So many times as large, around the middle."""
    return _sampled(images, _same(len(values)) / values[:, None, None], border, range)


def shear(images: Tensor, values: Tensor, border: str, range: PictureRange) -> Tensor:
    """Upright lines lean by degrees, to the right above the middle."""
    maps = _same(len(values))
    maps[:, 0, 1] = (values * (math.pi / 180)).tan()
    return _sampled(images, maps, border, range)


def circle(images: Tensor, range: PictureRange) -> Tensor:
    """Images (N, C, H, W) with mid-grey where the middle of a pixel is outside the largest circle that fits."""
    height, width = images.shape[2:]
    rows, columns = (torch.arange(side, device=images.device) - (side - 1) / 2 for side in (height, width))
    outside = rows[:, None] ** 2 + columns**2 > (min(height, width) / 2) ** 2
    return torch.where(outside, range.level(0.5), images)


def _same(count: int) -> Tensor:
    return torch.eye(2, 3, dtype=torch.float64).repeat(count, 1, 1)


def _sampled(images: Tensor, maps: Tensor, border: str, range: PictureRange) -> Tensor:
    if len(maps) > 1 and bool((maps == maps[0]).all()):
        maps = maps[:1]  # one grid for all
    row = BORDERS[border]
    return sample(images, maps, row.padding, range.level(row.level))
