"""The idx files of MNIST and its kin: whatever bytes come, an array or a sentence, never more memory than is said."""

import contextlib
import gzip
import io
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from visualizer.data.datasets.idx import parse_idx, read_idx
from visualizer.errors import UserError


def idx(values):
    return bytes((0, 0, 8, values.ndim)) + struct.pack(f">{values.ndim}I", *values.shape) + values.tobytes()


@given(arrays.arrays(np.uint8, arrays.array_shapes(max_dims=3, max_side=7)))
def test_what_was_written_is_read(values):
    assert np.array_equal(parse_idx(io.BytesIO(idx(values)), values.ndim, "x"), values)


@given(arrays.arrays(np.uint8, arrays.array_shapes(max_dims=3, max_side=5)), st.data())
def test_a_file_that_is_cut_off_or_too_long_is_refused(values, data):
    content = idx(values)
    cut = content[: data.draw(st.integers(0, len(content) - 1))]
    with pytest.raises(UserError, match=r"cut off|not an idx file"):
        parse_idx(io.BytesIO(cut), values.ndim, "x")
    with pytest.raises(UserError, match="more in it"):
        parse_idx(io.BytesIO(content + b"\0"), values.ndim, "x")


@given(st.binary(max_size=64), st.integers(1, 3))
def test_any_bytes_give_an_array_or_a_sentence(content, dimensions):
    with contextlib.suppress(UserError):
        values = parse_idx(io.BytesIO(content), dimensions, "x")
        assert values.dtype == np.uint8
        assert values.size == len(content) - 4 * (1 + dimensions)


@given(st.lists(st.integers(0, 2**32 - 1), min_size=3, max_size=3))
def test_sizes_that_are_not_there_are_never_allocated(sizes):
    class Counting(io.BytesIO):
        asked = 0

        def read(self, size=-1):
            self.asked = max(self.asked, size)
            return super().read(size)

    file = Counting(bytes((0, 0, 8, 3)) + struct.pack(">3I", *sizes))
    if np.prod([float(size) for size in sizes]) == 0:
        assert parse_idx(file, 3, "x").size == 0
    else:
        with pytest.raises(UserError):
            parse_idx(file, 3, "x")
    assert file.asked <= 1 << 22


@pytest.mark.parametrize("ending", ["", ".gz"])
def test_packed_or_not(ending, tmp_path):
    values = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
    path = tmp_path / f"images{ending}"
    path.write_bytes(gzip.compress(idx(values)) if ending else idx(values))
    assert np.array_equal(read_idx(path, 3), values)


def test_damaged_packs(tmp_path):
    packed = gzip.compress(idx(np.random.default_rng(1).integers(0, 256, (40, 28, 28), np.uint8)))
    damaged = bytearray(packed)
    damaged[len(damaged) // 2] ^= 255
    for number, content in enumerate(
        (packed[:-9], packed[: len(packed) // 2], damaged, b"", b"no gzip", packed[:12])
    ):
        path = tmp_path / f"{number}.gz"
        path.write_bytes(content)
        with pytest.raises(UserError, match=r"damaged or cut off|not an idx"):
            read_idx(path, 3)
    with pytest.raises(UserError, match="cannot be read"):
        read_idx(tmp_path / "absent.gz", 3)


def test_a_pack_that_swells_is_read_no_further_than_it_says(tmp_path):
    path = tmp_path / "bomb.gz"
    path.write_bytes(gzip.compress(bytes((0, 0, 8, 1, 0, 0, 0, 5)) + bytes(50_000_000)))
    with pytest.raises(UserError, match="more in it than it says"):
        read_idx(path, 1)
    path.write_bytes(gzip.compress(bytes((0, 0, 8, 2)) + struct.pack(">2I", 2**31, 2**31)))
    with pytest.raises(UserError, match="no honest data set"):
        read_idx(path, 2)
