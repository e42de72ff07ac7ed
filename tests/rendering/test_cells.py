"""Tiles in grey and colour, alone and in pairs, as the cells of a mosaic."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from visualizer.rendering.cells import GAP, Cell, picture
from visualizer.rendering.mosaic import Grid

sides = st.integers(1, 40)


@given(st.builds(Cell, st.tuples(sides, sides), st.integers(1, 8), st.booleans()), st.data())
def test_the_value_at_a_point_is_the_one_drawn_there(cell: Cell, data: st.DataObject) -> None:
    rows, columns = cell.values
    height, width = cell.size
    x, y = data.draw(st.integers(0, width - 1)), data.draw(st.integers(0, height - 1))
    levels = np.arange(1, rows * columns + 1, dtype=np.uint32).reshape(1, rows, columns) % 251 + 1
    tiles = levels.astype(np.uint8)
    partners = (255 - tiles) if cell.pair else None
    drawn = picture(tiles, partners, np.array([0]), cell, Grid(1, 1, cell.size, cell.gap))
    assert drawn.shape == cell.size
    row, column = cell.value_at(x + 0.5, y + 0.5)
    assert 0 <= row < rows
    if drawn[y, x] != GAP:
        source = tiles if column < columns else partners
        assert drawn[y, x] == max(source[0, row, column % columns], 1)
    else:
        assert columns * cell.repeat <= x < columns * cell.repeat + cell.inner
    assert (cell.inner < cell.gap) or not cell.pair or cell.gap == 1


@pytest.mark.parametrize("pair", [False, True])
def test_colours_are_opaque_and_gaps_are_not(pair: bool) -> None:
    tiles = np.random.default_rng(0).integers(0, 256, (5, 3, 4, 3), np.uint8)
    order = np.array([4, 0, 2, 1])
    cell = Cell((3, 4), 6, pair)
    grid = Grid(4, 3, cell.size, cell.gap)
    drawn = picture(tiles, 255 - tiles if pair else None, order, cell, grid)
    assert drawn.shape == (*grid.size, 4)
    for position, tile in enumerate(order):
        x, y, width, height = grid.rect(position)
        part = drawn[y : y + height, x : x + width]
        large = tiles[tile].repeat(6, axis=0).repeat(6, axis=1)
        np.testing.assert_array_equal(part[:, :24, :3], large)
        if pair:
            np.testing.assert_array_equal(part[:, -24:, :3], 255 - large)
        assert np.count_nonzero(part[..., 3]) == 18 * 24 * (2 if pair else 1)
    assert np.count_nonzero(drawn[..., 3]) == 4 * 18 * 24 * (2 if pair else 1)
