from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from visualizer.rendering.mosaic import Grid, best_columns, mosaic

sides = st.integers(1, 9)
grids = st.builds(Grid, st.integers(1, 60), st.integers(1, 12), st.tuples(sides, sides), st.integers(0, 3))


@given(grids, st.data())
def test_every_point_of_a_tile_leads_back_to_it(grid: Grid, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, grid.count - 1))
    x, y, width, height = grid.rect(index)
    across = data.draw(st.floats(0, width, exclude_max=True))
    down = data.draw(st.floats(0, height, exclude_max=True))
    point = (x + min(across, width - 1e-6), y + min(down, height - 1e-6))
    assert grid.tile_at(*point) == index
    assert 0 <= x <= grid.size[1] - width
    assert 0 <= y <= grid.size[0] - height


@given(grids)
def test_the_picture_and_its_inverse_agree(grid: Grid) -> None:
    height, width = grid.tile
    tiles = np.broadcast_to(
        np.arange(1, grid.count + 1, dtype=np.uint8)[:, None, None], (grid.count, height, width)
    )
    picture = mosaic(tiles, grid, 0)
    assert picture.shape == grid.size
    assert picture.flags.c_contiguous
    for y, x in np.ndindex(picture.shape):
        assert (grid.tile_at(x, y) or 0) == (picture[y, x] - 1 if picture[y, x] else 0)
        assert (grid.tile_at(x, y) is None) == (picture[y, x] == 0)


@pytest.mark.parametrize("point", [(-0.1, 0), (0, -0.1), (1e9, 0), (0, 1e9), (9.5, 9.5), (3, 0)])
def test_gaps_and_the_outside_are_no_tile(point: tuple[float, float]) -> None:
    grid = Grid(count=5, columns=3, tile=(3, 3), gap=1)
    assert grid.size == (7, 11)
    assert grid.tile_at(*point) is None


def test_tiles_come_in_order() -> None:
    tiles = np.arange(2 * 2 * 3, dtype=np.uint8).reshape(2, 2, 3)
    picture = mosaic(tiles, Grid(2, 2, (2, 3), 1), 99, order=[1, 0])
    assert picture.tolist() == [[6, 7, 8, 99, 0, 1, 2], [9, 10, 11, 99, 3, 4, 5]]
    hidden = mosaic(tiles, Grid(1, 4, (2, 3), 0), 99, order=np.array([1]))
    assert hidden.tolist() == [[6, 7, 8, *[99] * 9], [9, 10, 11, *[99] * 9]]


@given(st.integers(1, 600), st.tuples(sides, sides), st.tuples(st.integers(1, 900), st.integers(1, 900)))
def test_best_columns_make_the_largest_tiles(
    count: int, tile: tuple[int, int], viewport: tuple[int, int]
) -> None:
    def scale(columns: int) -> float:
        rows = -(-count // columns)
        return min(viewport[0] / (columns * tile[1]), viewport[1] / (rows * tile[0]))

    best = best_columns(count, tile, viewport)
    assert 1 <= best <= count
    assert scale(best) == max(scale(columns) for columns in range(1, count + 1))


def test_best_columns_of_nothing() -> None:
    assert best_columns(0, (1, 1), (0, 0)) == 1
    assert best_columns(512, (29, 29), (900, 600)) == 27
