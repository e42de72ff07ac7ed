"""A changed input for the eyes: more sharply than the network sees it, where that can be."""

from __future__ import annotations

import numpy as np
from PIL import Image

from visualizer.data.inputs import Pixels, Prepared
from visualizer.data.transforms.change import Change
from visualizer.data.transforms.table import TRANSFORMS, turned_picture

_SIDE = 320  # px at most: about what a panel shows, and turned within a millisecond or two


def sharp_part(picture: Pixels, prepared: Prepared) -> Pixels | None:
    """The part of ``picture`` (H, W, 3) that ``prepared`` shows: (h, w, 3) uint8, None where that is no sharper.

    Costs about 0.1 s for 12 megapixels: made once for all changes.
    """
    left, top, width, height = prepared.crop
    rows, columns = prepared.pixels.shape[:2]
    if min(width / columns, height / rows) <= 1:
        return None
    scale = min(1.0, _SIDE / max(width, height))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    box = round(left), round(top), round(left + width), round(top + height)
    part = Image.fromarray(picture).crop(box).resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0)
    return np.asarray(part)


def close_up(part: Pixels | None, changed: Prepared, change: Change) -> Pixels:
    """The ``sharp_part`` of an input with ``change`` done to it, as it is done in ``changed``: (h, w, 3) uint8.

    Changes of the values themselves (blur, noise) depend on how many pixels there are: these are shown as the network
    sees them, and so is what has no sharper part.
    """
    if part is None or not TRANSFORMS[change.transform].uses_border:
        return changed.pixels
    return turned_picture(part, change)
