from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from visualizer.rendering.pictures import file_name, save_maps, write_atomically


def test_maps_are_saved_as_picture_and_numbers(tmp_path: Path) -> None:
    values = np.random.default_rng(0).normal(size=(5, 4, 6)).astype(np.float32)
    tiles = (values * 20 + 128).astype(np.uint8)
    picture, numbers = save_maps("layer1.0.relu#2", values, tiles, tmp_path / "new" / "folder")
    assert picture.name == "layer1.0.relu#2.png"
    np.testing.assert_array_equal(np.load(numbers), values)
    with Image.open(picture) as image:
        assert image.mode == "L"
        np.testing.assert_array_equal(np.asarray(image)[:4, :6], tiles[0])
    assert sorted(path.name for path in picture.parent.iterdir()) == [numbers.name, picture.name]


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


def test_a_failed_write_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "file.bin"
    path.write_bytes(b"before")

    def fail(file: object) -> None:
        raise RuntimeError("full")

    with pytest.raises(RuntimeError, match="full"):
        write_atomically(path, fail)
    assert path.read_bytes() == b"before"
    assert [entry.name for entry in tmp_path.iterdir()] == ["file.bin"]
