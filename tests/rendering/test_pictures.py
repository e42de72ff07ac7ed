from __future__ import annotations

import numpy as np
import pytest

from visualizer.rendering.pictures import file_name, grey_mosaic


def test_a_grey_mosaic_holds_every_tile() -> None:
    tiles = np.random.default_rng(0).integers(0, 256, (5, 4, 6), np.uint8)
    image = grey_mosaic(tiles)
    assert image.mode == "L"
    np.testing.assert_array_equal(np.asarray(image)[:4, :6], tiles[0])


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("features.0", "features.0"),
        ("a/b\\c:d*e?", "a_b_c_d_e_"),
        ("con", "_con"),
        ("AUX.1", "_AUX.1"),
        ("console", "console"),
        ("end. ", "end"),
        ("..", "_"),
        ("", "_"),
        ("x" * 500, "x" * 120),
    ],
)
def test_names_are_valid_on_every_system(name: str, expected: str) -> None:
    assert file_name(name) == expected
