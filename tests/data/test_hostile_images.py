import contextlib
import io
import os
import random
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from picture_checks import encoded, pixels_of, refusal
from PIL import Image

from visualizer.data import images
from visualizer.data.images import MAX_MEGAPIXELS, read_image, read_image_bytes
from visualizer.errors import UserError


def chunk(kind, data):
    return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")


def claimed_png(width, height):
    header = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes([8, 2, 0, 0, 0])
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


def test_the_limit_is_exact():
    side = 8_000  # 8,000 × 8,000 px are 64 megapixels
    assert side * side == MAX_MEGAPIXELS * 1_000_000
    with pytest.raises(UserError, match="cut off"):  # allowed, but there are no pixels
        read_image_bytes(claimed_png(side, side), "allowed")
    with pytest.raises(UserError, match="megapixels"):
        read_image_bytes(claimed_png(side, side + 1), "refused")


def test_a_bomb_inside_of_an_icon():
    inner = claimed_png(12_000, 12_000)
    entry = bytes([16, 16, 0, 0]) + (1).to_bytes(2, "little") + (32).to_bytes(2, "little")
    icon = b"\0\0\1\0\1\0" + entry + len(inner).to_bytes(4, "little") + (22).to_bytes(4, "little") + inner
    with pytest.raises(UserError, match="icon"):
        read_image_bytes(icon, "icon")


@pytest.mark.parametrize("ending", ["png", "jpg", "gif", "bmp", "tif", "webp", "avif", "ico", "ppm", "pt"])
def test_noise_is_refused(ending, tmp_path):
    path = tmp_path / f"noise.{ending}"
    path.write_bytes(random.Random(ending).randbytes(5_000_000))
    assert path.name in refusal(path)


@pytest.mark.parametrize(
    "kind", ["PNG", "JPEG", "GIF", "TIFF", "WEBP", "BMP", "AVIF", "PPM", "ICO", "TGA", "QOI"]
)
def test_noise_behind_a_good_beginning_never_escapes(kind, capfd):
    image = Image.fromarray(np.random.default_rng(1).integers(0, 256, (32, 32, 3), dtype=np.uint8))
    good = encoded(image, kind, **{"compression": "tiff_lzw"} if kind == "TIFF" else {})
    assert pixels_of(good).shape == (32, 32, 3)
    noise = random.Random(kind)
    for _ in range(40):
        data = bytearray(good)
        for _ in range(noise.choice([1, 4, 40])):
            data[noise.randrange(len(data))] = noise.randrange(256)
        with contextlib.suppress(UserError):
            assert pixels_of(bytes(data[: noise.choice([len(data), len(data) // 2])])).dtype == np.uint8
    written = capfd.readouterr()
    assert (written.out, written.err) == ("", "")


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(
        [b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"GIF89a", b"BM", b"II*\0", b"P6\n", b"8BPS"]
    ),
    st.binary(max_size=300),
)
def test_any_bytes_give_a_picture_or_a_sentence(start, rest):
    with contextlib.suppress(UserError):
        assert pixels_of(start + rest).ndim == 3


@pytest.mark.parametrize(
    "endless", [b"\xff\xd8" + b"\xff" * 9, b"GIF89a\1\0\1\0\0\0\0" + b"!\xfe\0" * 9], ids=str
)
def test_headers_that_never_end(endless, monkeypatch):
    monkeypatch.setattr(images, "MAX_READS", 10)
    with pytest.raises(UserError, match="damaged"):
        read_image_bytes(endless, "picture")


def test_exif_data_beyond_any_camera_are_not_read():
    small = b"II*\0\x08\0\0\0\1\0\x12\1\3\0\1\0\0\0\6\0\0\0\0\0\0\0"
    image = Image.new("RGB", (3, 2))
    assert pixels_of(encoded(image, exif=small)).shape == (3, 2, 3)
    assert pixels_of(encoded(image, exif=small.ljust(200_000, b"\0"))).shape == (2, 3, 3)


@pytest.mark.parametrize("kind", ["QOI", "DDS"])
def test_pictures_that_are_read_pixel_by_pixel(kind, monkeypatch):
    monkeypatch.setattr(images, "MAX_READS", 100)
    noise = np.random.default_rng(0).integers(0, 256, (60, 40, 3), dtype=np.uint8)
    assert np.array_equal(pixels_of(encoded(Image.fromarray(noise), kind)), noise)


def test_a_long_animation_is_not_damaged(monkeypatch):
    monkeypatch.setattr(images, "MAX_READS", 300)
    frames = [Image.new("L", (2, 2), grey) for grey in range(200)]
    data = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert read_image_bytes(data, "long").notes == ("first of many frames",)


# ---- files ----


def test_things_that_are_not_files(tmp_path):
    assert "no file" in refusal(tmp_path / "absent.png")
    assert "folder" in refusal(tmp_path)
    assert "cannot be opened" in refusal(Path("null\0byte.png"))
    assert "cannot be opened" in refusal(tmp_path / ("long" * 200))


class LostDrive(io.RawIOBase):
    def readable(self):
        return True

    def readinto(self, buffer):
        raise OSError(5, "Input/output error")


def test_a_drive_that_is_lost_while_it_is_read(tmp_path, monkeypatch):
    path = tmp_path / "lost.png"
    path.write_bytes(encoded(Image.new("RGB", (3, 2))))
    monkeypatch.setattr(Path, "open", lambda *_, **__: LostDrive())
    assert "cannot be read" in refusal(path)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such files")
def test_special_files_are_not_opened(tmp_path):
    os.mkfifo(tmp_path / "pipe.png")
    assert "not a file" in refusal(tmp_path / "pipe.png")
    assert "not a file" in refusal(Path("/dev/zero"))
    (tmp_path / "loop.png").symlink_to("loop.png")
    assert "cannot be opened" in refusal(tmp_path / "loop.png")


@pytest.mark.parametrize(
    "name", ["猫 🐈.png", "Ünïcödé\u0301.png", "quote'\".png", "a\u202eb.png", "line\nbreak.png"]
)
def test_any_name(name, tmp_path):
    path = tmp_path / name
    try:
        path.write_bytes(encoded(Image.new("RGB", (3, 2))))
    except OSError:
        pytest.skip("this file system does not allow the name")
    input = read_image(path)
    assert input.source == path
    assert input.name.isprintable()
    path.write_bytes(b"")
    assert "empty" in refusal(path)
