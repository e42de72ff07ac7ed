"""Moves the pixels of images: affine maps by bilinear sampling, as torchvision defines them.

A map is a matrix (2, 3) in pixels from the middle of the image, x to the right and y down: it tells for each place of
the result where in the image it comes from.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from visualizer.data.transforms.borders import Padding


def rotations(degrees: Tensor) -> Tensor:
    """The maps (N, 2, 3) that turn by ``degrees`` (N,) counter-clockwise."""
    angle = torch.deg2rad(degrees)
    cosine, sine, zero = angle.cos(), angle.sin(), torch.zeros_like(angle)
    across = torch.stack([cosine, -sine, zero], dim=1)
    along = torch.stack([sine, cosine, zero], dim=1)
    return torch.stack([across, along], dim=1)


def sample(images: Tensor, maps: Tensor, padding: Padding, fill: Tensor | None = None) -> Tensor:
    """Images (N or 1, C, H, W) through ``maps`` (N or 1, 2, 3); one image or one map is for all N.

    With padding "zeros", ``fill`` (C, 1, 1) stands beyond the image, blended exactly: half a pixel of image and half
    beyond give their mean.
    """
    count, (height, width) = max(len(images), len(maps)), images.shape[2:]
    # In affine_grid's coordinates both axes go from −1 to 1, so that the sides' ratio comes in.
    theta = maps.clone()
    theta[:, 0, 1] *= height / width
    theta[:, 1, 0] *= width / height
    theta[:, 0, 2] *= 2 / width
    theta[:, 1, 2] *= 2 / height
    theta = theta.to(images.device, images.dtype)
    grid = F.affine_grid(theta, [len(maps), *images.shape[1:]], align_corners=False)
    grid = grid.expand(count, -1, -1, -1)  # as the images below, without a copy
    fill = fill if padding == "zeros" else None
    source = (images if fill is None else images - fill).expand(count, -1, -1, -1)
    result = F.grid_sample(source, grid, mode="bilinear", padding_mode=padding, align_corners=False)
    return result if fill is None else result.add_(fill)
