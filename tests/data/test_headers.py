import io
import struct

import numpy as np
import pytest
from PIL import Image

from visualizer.data import headers
from visualizer.data.headers import (
    MAX_EXIF_SEGMENTS,
    MAX_TIFF_VALUES,
    has_too_many_scans,
    has_too_many_values,
)
from visualizer.data.images import read_image
from visualizer.errors import UserError


def tiff(order, big, tag, kind, count):
    """The header of a TIFF whose only directory has one entry."""
    if big:
        start = struct.pack(order + "HHHQ", 43, 8, 0, 16)
        directory = struct.pack(order + "QHHQQ", 1, tag, kind, count, 0)
    else:
        start = struct.pack(order + "HI", 42, 8)
        directory = struct.pack(order + "HHHII", 1, tag, kind, count, 0)
    return io.BufferedReader(io.BytesIO((b"II" if order == "<" else b"MM") + start + directory))


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("big", [False, True])
def test_values_of_a_tiff_are_counted(order, big):
    many = MAX_TIFF_VALUES + 1
    for tag, kind in ((273, 1), (273, 4), (324, 3), (274, 5), (274, 3), (50_000, 4)):
        file = tiff(order, big, tag, kind, many)
        assert has_too_many_values(file)
        assert file.tell() == 0
        assert not has_too_many_values(tiff(order, big, tag, kind, MAX_TIFF_VALUES))
    assert not has_too_many_values(tiff(order, big, 34_675, 7, many))  # a colour profile
    assert not has_too_many_values(tiff(order, big, 270, 2, many))  # a description


@pytest.mark.parametrize(
    "data", [b"", b"II*", b"II*\0\xff\xff\xff\xff", b"MM\0+" + b"\xff" * 20, b"II*\0\4\0\0\0"]
)
def test_cut_off_headers_of_a_tiff(data):
    assert not has_too_many_values(io.BufferedReader(io.BytesIO(data)))


def test_a_tiff_in_too_many_pieces_is_refused(tmp_path):
    path = tmp_path / "strips.tif"
    path.write_bytes(tiff("<", False, 273, 1, 10_000_000).read())
    with pytest.raises(UserError, match="too many pieces"):
        read_image(path)


def jpeg(**options):
    noise = np.random.default_rng(0).integers(0, 256, (200, 200, 3), dtype=np.uint8)
    data = io.BytesIO()
    Image.fromarray(noise).save(data, "JPEG", quality=95, **options)
    return data.getvalue()


def repeated(data, times):
    last = data[data.rindex(b"\xff\xda") : -2]
    return data[:-2] + last * times + b"\xff\xd9"


def scans(data, monkeypatch):
    """The number of scans, found by the limits that just allow them."""
    for limit in range(200):
        monkeypatch.setattr(headers, "MAX_JPEG_SCANS", limit)
        if not has_too_many_scans(io.BufferedReader(io.BytesIO(data)), 0.0):
            return limit
    return None


def test_scans_of_a_jpeg_are_counted(monkeypatch):
    progressive = jpeg(progressive=True)
    assert scans(jpeg(), monkeypatch) == 1
    assert scans(jpeg(restart_marker_blocks=1), monkeypatch) == 1
    assert scans(progressive, monkeypatch) == progressive.count(b"\xff\xda") == 10
    assert scans(repeated(progressive, 60), monkeypatch) == 70
    assert scans(jpeg(comment=b"\xff\xda" * 999), monkeypatch) == 1
    assert scans(jpeg() + b"\xff\xda" * 999, monkeypatch) == 1  # behind the picture
    assert scans(progressive[:-2], monkeypatch) == 10
    assert scans(b"\xff\xd8" + b"\xff" * 5000, monkeypatch) == 0


def test_larger_pictures_may_have_fewer_scans():
    file = io.BufferedReader(io.BytesIO(repeated(jpeg(progressive=True), 30)))
    assert not has_too_many_scans(file, 49)
    assert has_too_many_scans(file, 64)
    assert file.tell() == 0


def test_a_jpeg_of_too_many_scans_is_refused(tmp_path):
    path = tmp_path / "scans.jpg"
    path.write_bytes(repeated(jpeg(progressive=True), 50))
    assert read_image(path).pixels.shape == (200, 200, 3)
    path.write_bytes(repeated(jpeg(progressive=True), 2000))
    with pytest.raises(UserError, match="too many scans"):
        read_image(path)


def test_a_jpeg_with_too_much_exif_is_refused(tmp_path):
    path = tmp_path / "exif.jpg"
    plain = jpeg()
    exif = b"\xff\xe1\xff\xffExif\0\0" + bytes(65_527)
    other = b"\xff\xe1\0\x0ahttp:/\0\0"  # XMP data come in many segments
    path.write_bytes(plain[:2] + exif * MAX_EXIF_SEGMENTS + other * 50 + plain[2:])
    assert read_image(path).pixels.shape == (200, 200, 3)
    path.write_bytes(plain[:2] + exif * (MAX_EXIF_SEGMENTS + 1) + plain[2:])
    with pytest.raises(UserError, match="too much EXIF"):
        read_image(path)
