"""Films: read back with the libraries that read any GIF and MP4."""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image, ImageSequence

from visualizer.rendering.film import Pixels, write_film

COLORS = ((200, 30, 30), (30, 180, 60), (40, 60, 220))


def frames(height: int = 40, width: int = 64) -> list[Pixels]:
    """One plain colour each, with a white corner."""
    made = []
    for color in COLORS:
        frame = np.zeros((height, width, 3), np.uint8)
        frame[:] = color
        frame[:8, :8] = 255
        made.append(frame)
    return made


def read_mp4(path: Path) -> tuple[list[Pixels], float]:
    with av.open(str(path)) as file:
        stream = file.streams.video[0]
        pictures = [frame.to_ndarray(format="rgb24") for frame in file.decode(stream)]
        return pictures, float(stream.average_rate)


def test_a_gif_shows_every_frame_in_turn(tmp_path: Path) -> None:
    write_film(tmp_path / "x", ".gif", frames(), 10)
    with Image.open(tmp_path / "x") as film:
        assert film.format == "GIF"
        assert film.info["duration"] == 100
        assert film.info["loop"] == 0
        read = [np.asarray(frame.convert("RGB")).astype(int) for frame in ImageSequence.Iterator(film)]
    assert len(read) == 3
    for frame, color in zip(read, COLORS, strict=True):
        assert frame.shape == (40, 64, 3)
        assert np.abs(frame[20, 40] - color).max() <= 8
        assert frame[2, 2].min() > 240


def test_a_gif_with_a_palette_holds_what_changes(tmp_path: Path) -> None:
    """Every frame looks as it should, though all but the first hold a few pixels alone."""
    noise = np.random.default_rng(1).integers(0, 6, (120, 160, 1), np.uint8) * np.uint8(40)
    ground = np.repeat(noise, 3, axis=2)
    made = []
    for place in range(12):
        frame = ground.copy()
        frame[place * 8 : place * 8 + 6, 20:26] = COLORS[place % 3]
        frame[0, 0] = frame[-1, -1] = 240 * (place % 2)  # from corner to corner
        made.append(frame)
    made += [made[-1]] * 5
    write_film(tmp_path / "changes", ".gif", made, 20, palette=np.concatenate(made[:3]))
    write_film(tmp_path / "whole", ".gif", made, 20)
    assert (tmp_path / "changes").stat().st_size < (tmp_path / "whole").stat().st_size / 3
    with Image.open(tmp_path / "changes") as film:
        read = [np.asarray(frame.convert("RGB")).astype(int) for frame in ImageSequence.Iterator(film)]
        durations = [frame.info["duration"] for frame in ImageSequence.Iterator(film)]
    assert sum(durations) == 50 * len(made)
    for shown, frame in zip(read, made[:12], strict=False):
        assert np.abs(shown - frame).max() <= 8


def test_an_mp4_shows_every_frame_at_its_rate(tmp_path: Path) -> None:
    write_film(tmp_path / "x", ".mp4", frames(), 15)
    read, rate = read_mp4(tmp_path / "x")
    assert rate == pytest.approx(15)
    assert len(read) == 3
    for frame, color in zip(read, COLORS, strict=True):
        assert np.abs(frame[30, 40].astype(int) - color).max() <= 24, (
            "half the resolution in colour, and lossy"
        )


def test_odd_sizes_lose_a_row_and_a_column_in_mp4(tmp_path: Path) -> None:
    write_film(tmp_path / "x", ".mp4", frames(41, 63), 15)
    assert {frame.shape for frame in read_mp4(tmp_path / "x")[0]} == {(40, 62, 3)}


@pytest.mark.parametrize("kind", [".gif", ".mp4"])
def test_frames_of_another_size_are_fitted_to_the_first(kind: str, tmp_path: Path) -> None:
    write_film(tmp_path / "x", kind, [*frames(40, 64), *frames(50, 32)], 15)
    if kind == ".mp4":
        assert {frame.shape for frame in read_mp4(tmp_path / "x")[0]} == {(40, 64, 3)}
    else:
        with Image.open(tmp_path / "x") as film:
            assert film.size == (64, 40)
            assert getattr(film, "n_frames", 1) == 6


@pytest.mark.parametrize("kind", [".gif", ".mp4"])
def test_frames_are_taken_one_by_one_and_not_kept(kind: str, tmp_path: Path) -> None:
    made: list[weakref.ref[Pixels]] = []
    most = 0

    def many() -> Iterator[Pixels]:
        nonlocal most
        for number in range(40):
            frame = np.full((40, 64, 3), number, np.uint8)
            made.append(weakref.ref(frame))
            most = max(most, sum(ref() is not None for ref in made))
            yield frame

    write_film(tmp_path / "x", kind, many(), 15)
    assert most < 10


@pytest.mark.parametrize("kind", [".gif", ".mp4"])
def test_no_frame_is_an_error(kind: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least one frame"):
        write_film(tmp_path / "x", kind, [], 15)


@pytest.mark.parametrize("kind", [".gif", ".mp4"])
def test_a_place_that_cannot_be_written_is_an_os_error(kind: str, tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        write_film(tmp_path / "no such folder" / "x", kind, frames(), 15)
