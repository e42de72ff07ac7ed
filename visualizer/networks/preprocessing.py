"""How pictures become inputs, as data."""

from __future__ import annotations

from dataclasses import dataclass
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
