from __future__ import annotations

import os
from pathlib import Path

import pytest

from visualizer.atomic import replacing


def test_the_file_appears_whole_with_the_usual_rights(tmp_path: Path) -> None:
    path, usual = tmp_path / "file.bin", tmp_path / "usual.bin"
    usual.write_bytes(b"")
    with replacing(path) as part:
        part.write_bytes(b"all of it")
        assert not path.exists()
    assert path.read_bytes() == b"all of it"
    assert os.stat(path).st_mode == os.stat(usual).st_mode
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["file.bin", "usual.bin"]


@pytest.mark.parametrize("written", [b"", b"half"])
def test_a_failed_write_leaves_what_was_there(tmp_path: Path, written: bytes) -> None:
    path = tmp_path / "file.bin"
    path.write_bytes(b"before")

    def fail() -> None:
        with replacing(path) as part:
            part.write_bytes(written)
            raise RuntimeError("full")

    with pytest.raises(RuntimeError, match="full"):
        fail()
    assert path.read_bytes() == b"before"
    assert [entry.name for entry in tmp_path.iterdir()] == ["file.bin"]


def test_the_longest_name_can_be_written(tmp_path: Path) -> None:
    path = tmp_path / ("n" * 250)
    with replacing(path) as part:
        part.write_bytes(b"x")
    assert path.read_bytes() == b"x"
