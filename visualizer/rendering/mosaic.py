"""Many small pictures as one: where each tile lies, and which tile lies where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Pixel = TypeVar("Pixel", np.uint8, np.uint32)


@dataclass(frozen=True, slots=True)
class Grid:
    """``count`` tiles of (height, width) px, row by row in ``columns``, with ``gap`` px between neighbours."""

    count: int
    columns: int
    tile: tuple[int, int]
    gap: int

    @property
    def rows(self) -> int:
        """The last one may be incomplete."""
        return -(-self.count // self.columns)

    @property
    def size(self) -> tuple[int, int]:
        """(height, width) of the mosaic in px."""
        height, width = (side + self.gap for side in self.tile)
        return self.rows * height - self.gap, self.columns * width - self.gap

    def rect(self, index: int) -> tuple[int, int, int, int]:
        """Where the tile ``index`` lies: (x, y, width, height) in px."""
        row, column = divmod(index, self.columns)
        height, width = self.tile
        return column * (width + self.gap), row * (height + self.gap), width, height

    def tile_at(self, x: float, y: float) -> int | None:
        """The tile under a point in px; None in a gap or outside."""
        height, width = self.tile
        column, across = divmod(x, width + self.gap)
        row, down = divmod(y, height + self.gap)
        index = int(row) * self.columns + int(column)
        inside = 0 <= column < self.columns and row >= 0 and across < width and down < height
        return index if inside and index < self.count else None


def best_columns(count: int, tile: tuple[int, int], viewport: tuple[int, int]) -> int:
    """The number of columns with which ``count`` tiles (height, width) are largest in ``viewport`` (w, h)."""
    columns = np.arange(1, max(count, 1) + 1)
    rows = -(-count // columns)
    across = max(viewport[0], 1) / (columns * tile[1])
    down = max(viewport[1], 1) / (np.maximum(rows, 1) * tile[0])
    return int(columns[np.argmax(np.minimum(across, down))])


def mosaic(
    tiles: NDArray[Pixel],
    grid: Grid,
    gap_value: int,
    order: Sequence[int] | NDArray[np.integer[Any]] | None = None,
) -> NDArray[Pixel]:
    """``tiles`` (U, h, w) as one picture (H, W) of ``grid.size``, in ``order`` or as they come.

    A pixel is a grey level (uint8) or a colour (RGBA as one uint32). Gaps and missing tiles of the last row have
    ``gap_value``.
    """
    if order is not None:
        tiles = tiles[np.asarray(order, np.intp)]
    (height, width), gap, columns = grid.tile, grid.gap, grid.columns
    picture = np.full(grid.size, gap_value, tiles.dtype)
    step, pixel = picture.strides
    # The picture seen as (rows, columns, height, width); the last tile ends where the picture ends.
    strides = ((height + gap) * step, (width + gap) * pixel, step, pixel)
    places = as_strided(picture, (grid.rows, columns, height, width), strides)
    full = grid.count // columns
    places[:full] = tiles[: full * columns].reshape(full, columns, height, width)
    rest = tiles[full * columns : grid.count]
    if len(rest):
        places[full, : len(rest)] = rest
    return picture
