"""What goes into a network: a picture, and the picture made ready for one network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Flip:
    """How a picture is mirrored: ``horizontal`` swaps left and right, ``vertical`` top and bottom."""

    horizontal: bool = False
    vertical: bool = False

    @property
    def words(self) -> str:
        """In words: "flipped horizontally", "" where nothing is mirrored."""
        ways = (("horizontally", self.horizontal), ("vertically", self.vertical))
        flipped = " and ".join(word for word, is_so in ways if is_so)
        return f"flipped {flipped}" if flipped else ""

    def of(self, pixels: Pixels) -> Pixels:
        """A picture (H, W, 3) mirrored so: a view, so that it costs nothing however large the picture is."""
        return pixels[:: -1 if self.vertical else 1, :: -1 if self.horizontal else 1]


NOT_FLIPPED = Flip()
FLIPS: Mapping[str, Flip] = {
    "horizontal": Flip(horizontal=True),
    "vertical": Flip(vertical=True),
    "both": Flip(horizontal=True, vertical=True),
}
"""By the names that users give them."""


@dataclass(frozen=True, slots=True, eq=False)
class Input:
    """A picture as a person expects to see it: ``pixels`` (H, W, 3), uint8, upright, read-only.

    ``source`` is the file it came from (None for generated or pasted pictures), ``label`` its true class if
    known, ``notes`` what was done to it that the user should know ("first of 12 frames"). Where ``flip`` is
    anything, ``unflipped`` is the picture as it was opened.
    """

    pixels: Pixels = field(repr=False)
    name: str
    source: Path | None = None
    label: str | None = None
    notes: tuple[str, ...] = ()
    flip: Flip = NOT_FLIPPED
    unflipped: Input | None = field(default=None, repr=False)

    @property
    def as_opened(self) -> Input:
        """The picture before any flip."""
        return self.unflipped or self

    @property
    def title(self) -> str:
        """The name, and how the picture is flipped: "cat.png, flipped vertically"."""
        return ", ".join(filter(None, (self.name, self.flip.words)))

    def flipped(self, by: Flip) -> Input:
        """The picture mirrored once more; flipped back it is the picture as opened itself."""
        flip = Flip(self.flip.horizontal != by.horizontal, self.flip.vertical != by.vertical)
        opened = self.as_opened
        if flip == NOT_FLIPPED:
            return opened
        return replace(opened, pixels=flip.of(opened.pixels), flip=flip, unflipped=opened)


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
