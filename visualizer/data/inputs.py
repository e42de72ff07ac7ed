"""What goes into a network: a picture, and the picture made ready for one network."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Input:
    """A picture as a person expects to see it: ``pixels`` (H, W, 3), uint8, upright, read-only.

    ``source`` is the file it came from (None for generated or pasted pictures), ``label`` its true class if
    known, ``notes`` what was done to it that the user should know ("first of 12 frames").
    """

    pixels: Pixels = field(repr=False)
    name: str
    source: Path | None = None
    label: str | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """An ``Input`` made ready for one network.

    ``tensor`` is (1, C, H, W) float32, standardised; ``pixels`` (H, W, 3) uint8 is what the network sees,
    before the standardisation; ``crop`` is the part of the picture that it shows, as (x, y, width, height)
    in pixels of the picture, so that network pixel (r, c) lies at ``x + c · width / W``,
    ``y + r · height / H``.
    """

    tensor: Tensor = field(repr=False)
    pixels: Pixels = field(repr=False)
    crop: tuple[float, float, float, float]
    notes: tuple[str, ...] = ()
