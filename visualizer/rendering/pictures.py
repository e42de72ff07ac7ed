"""Arrays into picture and number files, without a window."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from visualizer.rendering.mosaic import Bytes, Grid, best_columns, mosaic

GAP_VALUE = 255
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\.|$)")  # devices on Windows, whatever the ending
_LONGEST = 120


def save_maps(name: str, values: NDArray[np.float32], tiles: Bytes, directory: Path) -> tuple[Path, Path]:
    """Writes the maps of one layer: the mosaic of ``tiles`` as NAME.png, ``values`` as NAME.npy.

    Both are (U, h, w). The folder is made if it is missing; files there with these names are replaced.

    Raises:
        OSError: the folder cannot be written.
    """
    directory.mkdir(parents=True, exist_ok=True)
    stem = file_name(name)
    picture, numbers = directory / f"{stem}.png", directory / f"{stem}.npy"
    write_atomically(picture, lambda file: grey_mosaic(tiles).save(file, "PNG"))
    write_atomically(numbers, lambda file: np.save(file, values, allow_pickle=False))
    return picture, numbers


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


def write_atomically(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """Lets ``write`` fill a file beside ``path`` and puts it there once it is complete."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}-", suffix=path.suffix)
    try:
        with os.fdopen(descriptor, "wb") as file:
            write(file)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
