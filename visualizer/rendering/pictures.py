"""Arrays into pictures, without a window."""

from __future__ import annotations

import re

from PIL import Image

from visualizer.rendering.mosaic import Bytes, Grid, best_columns, mosaic

GAP_VALUE = 255
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\.|$)")  # devices on Windows, whatever the ending
_LONGEST = 120


def grey_mosaic(tiles: Bytes) -> Image.Image:
    """``tiles`` (U, h, w) as one grey picture, about as wide as high."""
    count, height, width = tiles.shape
    gap = 1 if max(height, width) > 1 else 0
    grid = Grid(count, best_columns(count, (height + gap, width + gap), (1024, 1024)), (height, width), gap)
    return Image.fromarray(mosaic(tiles, grid, GAP_VALUE))


def file_name(name: str) -> str:
    """``name`` as a file name without ending that is valid on every system."""
    safe = re.sub(r'[<>:"/\\|?*\x00-\x1f]', "_", name)[:_LONGEST].strip(". ") or "_"
    return f"_{safe}" if _RESERVED.match(safe) else safe
