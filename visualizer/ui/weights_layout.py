"""Where the tiles of a layer's weights stand in the mosaic."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from visualizer.probes.weight_frames import WeightsFrame


@dataclass(frozen=True, slots=True, eq=False)
class WeightsLayout:
    """``positions`` (P,) in the mosaic → tiles of the frame, ``columns`` in a line (0: as many as fit best).

    ``units_are`` "tiles" where each unit has one tile, "rows" or "columns" of a matrix whose other side are the
    input channels, or "one": only one unit is shown, with its tiles.
    """

    positions: NDArray[np.intp] = field(repr=False)
    columns: int = 0
    units_are: str = "tiles"

    def selection(self, frame: WeightsFrame, unit: int) -> tuple[int, int]:
        """The first and last position of ``unit``, −1 where there is nothing to frame."""
        if self.units_are == "one":
            return -1, -1
        found = np.flatnonzero(frame.tile_unit[self.positions] == unit)
        return (int(found[0]), int(found[-1])) if len(found) else (-1, -1)


def tiles_per_unit(frame: WeightsFrame) -> int:
    """How many tiles each unit has; they stand behind one another."""
    return max(1, int(np.searchsorted(frame.tile_unit, frame.tile_unit[0], side="right")))


def lay_out(
    frame: WeightsFrame, only: int | None, cell: tuple[int, int], room: tuple[int, int]
) -> WeightsLayout:
    """The tiles of all units in the order of display, or of the unit ``only`` (the last one where it has none).

    A matrix stands so that its cells, (height, width), become largest in ``room``, (width, height).
    """
    each = tiles_per_unit(frame)
    units = frame.tile_unit[::each]
    if only is not None:
        first = int(np.searchsorted(units, min(only, int(units[-1])))) * each
        return WeightsLayout(np.arange(first, first + each, dtype=np.intp), 0, "one")
    place = np.full(len(frame.norms), -1, np.intp)
    place[units] = np.arange(len(units))
    lines = place[frame.order]
    lines = lines[lines >= 0]
    if each == 1:
        return WeightsLayout(lines)
    matrix = lines[:, None] * each + np.arange(each)
    if _scale(matrix.shape, cell, room) >= _scale(matrix.T.shape, cell, room):
        return WeightsLayout(matrix.reshape(-1), each, "rows")
    return WeightsLayout(matrix.T.reshape(-1), len(lines), "columns")


def _scale(cells: tuple[int, ...], cell: tuple[int, int], room: tuple[int, int]) -> float:
    rows, columns = cells
    return min(room[0] / (columns * cell[1]), room[1] / (rows * cell[0]))
