"""How pictures become inputs, as data."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import cycle, islice
from typing import Literal

Interpolation = Literal["nearest", "bilinear", "bicubic"]


@dataclass(frozen=True, slots=True)
class Preprocessing:
    """How a picture becomes the input of a network, as torchvision's ``ImageClassification`` does it.

    The shorter side is resized to ``resize`` px, the centre ``crop`` × ``crop`` px are kept, values are
    scaled to 0…1 and standardised with ``mean`` and ``std`` (one value per input channel).
    """

    resize: int
    crop: int
    mean: tuple[float, ...]
    std: tuple[float, ...]
    interpolation: Interpolation = "bilinear"

    def with_channels(self, count: int) -> Preprocessing:
        """The same for another number of channels: for one the mean over all, for more the same ones in turn."""
        mean, std = (_per_channel(values, count) for values in (self.mean, self.std))
        return replace(self, mean=mean, std=std)

    def with_side(self, side: int) -> Preprocessing:
        """The same for square pictures of another side."""
        return replace(self, resize=side, crop=side)


def _per_channel(values: tuple[float, ...], count: int) -> tuple[float, ...]:
    return (sum(values) / len(values),) if count == 1 else tuple(islice(cycle(values), count))
