"""The transforms that change the values of pixels: of pictures (N or 1, C, H, W) in 0…1, by values (N,).

What comes out may lie beyond 0…1; whoever asked cuts it. Brightness and contrast are torchvision's.
"""

from __future__ import annotations

from functools import lru_cache

import torch
from torch import Tensor

GREY = (0.2989, 0.587, 0.114)  # ITU-R 601, the parts of red, green and blue in the luminance
SEED = 1337
FAR = 4  # standard deviations that a blur reaches


def brightness(pictures: Tensor, values: Tensor) -> Tensor:
    """Times a factor."""
    return pictures * _each(values, pictures)


def contrast(pictures: Tensor, values: Tensor) -> Tensor:
    """The distance from the mean luminance of the picture times a factor."""
    mean = _luminance(pictures).mean(dim=(1, 2, 3), keepdim=True)
    return mean + (pictures - mean) * _each(values, pictures)


def blur(pictures: Tensor, values: Tensor) -> Tensor:
    """Gaussian; the standard deviation is in percent of the shorter side, and the border is mirrored."""
    height, width = pictures.shape[2:]
    deviations = values / 100 * min(height, width)
    along, across = (_smoothing(side, deviations).to(pictures)[:, None] for side in (height, width))
    return along @ pictures @ across.transpose(-1, -2)


def noise(pictures: Tensor, values: Tensor) -> Tensor:
    """Gaussian noise of that standard deviation: one pattern for all pictures of a size, at every value."""
    return pictures + _pattern(pictures.shape[1:]).to(pictures) * _each(values, pictures)


def occlusion(pictures: Tensor, values: Tensor) -> Tensor:
    """Behind a grey square in the middle; its side is in percent of the shorter side."""
    height, width = pictures.shape[2:]
    half = values[:, None] / 200 * min(height, width)
    down, right = (_covered(side, half).to(pictures) for side in (height, width))
    share = (down[:, :, None] * right[:, None, :])[:, None]
    return pictures + (0.5 - pictures) * share


def _each(values: Tensor, pictures: Tensor) -> Tensor:
    return values.to(pictures)[:, None, None, None]


def _luminance(pictures: Tensor) -> Tensor:
    """(N, 1, H, W); the mean over channels where there are not three."""
    if pictures.shape[1] != 3:
        return pictures.mean(dim=1, keepdim=True)
    parts = torch.tensor(GREY, device=pictures.device)[:, None, None]
    return (pictures * parts).sum(dim=1, keepdim=True)


def _smoothing(side: int, deviations: Tensor) -> Tensor:
    """The matrices (N, side, side) that blur a line of pixels; as products they take any deviation at once."""
    longest = int(torch.ceil(FAR * deviations.max()))
    steps = torch.arange(-longest, longest + 1, dtype=torch.float64)
    deviations = deviations[:, None]
    weights = torch.exp(-((steps / deviations.clamp(min=1e-6)) ** 2) / 2) * (
        steps.abs() <= (FAR * deviations).ceil()
    )
    weights = weights / weights.sum(dim=1, keepdim=True)
    period = max(1, 2 * (side - 1))
    source = (torch.arange(side)[:, None] + steps.long()).remainder(period)
    source = torch.where(source < side, source, period - source)  # mirrored, the edge itself once
    matrix = torch.zeros(len(weights), side, side, dtype=torch.float64)
    count = len(weights)
    return matrix.scatter_add_(2, source.expand(count, -1, -1), weights[:, None].expand(-1, side, -1))


@lru_cache(maxsize=4)
def _pattern(shape: torch.Size) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(SEED))


def _covered(side: int, half: Tensor) -> Tensor:
    """How much (0…1) of each pixel of a line lies within ``half`` (N, 1) of its middle: (N, side)."""
    middle = torch.arange(side, dtype=torch.float64) - (side - 1) / 2
    right, left = (middle + 0.5).minimum(half), (middle - 0.5).maximum(-half)
    return (right - left).clamp(min=0)
