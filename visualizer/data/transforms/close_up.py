"""A changed input for the eyes: more sharply than the network sees it, where that can be."""

from __future__ import annotations

import numpy as np
from PIL import Image

from visualizer.data.inputs import Pixels, Prepared
from visualizer.data.transforms.change import Change
from visualizer.data.transforms.table import TRANSFORMS, turned_picture

_SIDE = 320  # px at most: about what a panel shows, and turned within a millisecond or two


def close_up(picture: Pixels, prepared: Prepared, change: Change) -> Pixels:
    """The part of ``picture`` (H, W, 3) that ``prepared`` shows, with ``change`` done to it: (h, w, 3) uint8.

    Changes of the values themselves (blur, noise) depend on how many pixels there are: these are shown as the network
    sees them.
    """
    left, top, width, height = prepared.crop
    rows, columns = prepared.pixels.shape[:2]
    if not TRANSFORMS[change.transform].uses_border or min(width / columns, height / rows) <= 1:
        return prepared.pixels
    scale = min(1.0, _SIDE / max(width, height))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    box = round(left), round(top), round(left + width), round(top + height)
    part = Image.fromarray(picture).crop(box).resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0)
    return turned_picture(np.asarray(part), change)
