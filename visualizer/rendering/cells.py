"""The cells of a mosaic: tiles in grey or colour, made large enough, alone or each beside its partner."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from visualizer.rendering.mosaic import Grid, Pixel, mosaic

Bytes = NDArray[np.uint8]
GAP = 0  # grey level of the gaps, which no tile has: to be transparent in every lookup table; RGBA of those in colour
_SHARE, _SHARE_OF_FEW, _SHARE_OF_PAIRS = (
    0.055,
    0.11,
    0.32,
)  # of a tile's side: what is left free to the next one
_FEW = 16  # values on a side: the edges between values are as plain as those between tiles


@dataclass(frozen=True, slots=True)
class Cell:
    """How a tile of ``values`` (rows, columns) lies in the mosaic: every value ``repeat`` px wide and high.

    With ``pair`` its partner stands at its right, nearer than the next tile.
    """

    values: tuple[int, int]
    repeat: int
    pair: bool = False

    @property
    def inner(self) -> int:
        """The px between a tile and its partner."""
        return self._free(_SHARE_OF_FEW) if self.pair else 0

    @property
    def size(self) -> tuple[int, int]:
        """(height, width) in px."""
        height, width = (side * self.repeat for side in self.values)
        return height, 2 * width + self.inner if self.pair else width

    @property
    def gap(self) -> int:
        """The px that are left free to the next cell."""
        few = 1 < max(self.values) < _FEW
        return self._free(_SHARE_OF_PAIRS if self.pair else _SHARE_OF_FEW if few else _SHARE)

    def _free(self, share: float) -> int:
        return max(1, round(share * max(self.values) * self.repeat))

    def value_at(self, x: float, y: float) -> tuple[int, int]:
        """The (row, column) of the value at a point in px; the columns of the partner are counted behind."""
        row, columns = int(y / self.repeat), self.values[1]
        width = columns * self.repeat
        if x < width + self.inner:
            return row, min(int(x / self.repeat), columns - 1)
        return row, min(columns + int((x - width - self.inner) / self.repeat), 2 * columns - 1)


def picture(tiles: Bytes, partners: Bytes | None, order: NDArray[np.intp], cell: Cell, grid: Grid) -> Bytes:
    """The mosaic of ``tiles`` (U, h, w) as grey levels (H, W), or of (U, h, w, 3) as RGBA (H, W, 4), in ``order``.

    ``partners``, where there are some, have the shape of ``tiles``. Grey levels that are ``GAP`` become the next one.
    """
    if tiles.ndim == 3:
        return mosaic(_cells(_visible(tiles, order), _visible(partners, order), cell), grid, GAP)
    colors = mosaic(_cells(_colors(tiles, order), _colors(partners, order), cell), grid, GAP)
    return colors.view(np.uint8).reshape(*colors.shape, 4)


def _visible(tiles: Bytes | None, order: NDArray[np.intp]) -> Bytes:
    return np.maximum(tiles[order], GAP + 1) if tiles is not None else np.zeros((0, 0, 0), np.uint8)


def _colors(tiles: Bytes | None, order: NDArray[np.intp]) -> NDArray[np.uint32]:
    """Each opaque RGBA pixel as one number: what arranges grey levels arranges these too."""
    if tiles is None:
        return np.zeros((0, 0, 0), np.uint32)
    pixels = np.full((len(order), *tiles.shape[1:3], 4), 255, np.uint8)
    pixels[..., :3] = tiles[order]
    return pixels.view(np.uint32)[..., 0]


def _cells(tiles: NDArray[Pixel], partners: NDArray[Pixel], cell: Cell) -> NDArray[Pixel]:
    tiles = _repeated(tiles, cell.repeat)
    if not cell.pair:
        return tiles
    units, height, width = tiles.shape
    pairs = np.full((units, height, 2 * width + cell.inner), GAP, tiles.dtype)
    pairs[:, :, :width] = tiles
    pairs[:, :, width + cell.inner :] = _repeated(partners, cell.repeat)
    return pairs


def _repeated(tiles: NDArray[Pixel], repeat: int) -> NDArray[Pixel]:
    return tiles.repeat(repeat, axis=1).repeat(repeat, axis=2) if repeat > 1 else tiles
