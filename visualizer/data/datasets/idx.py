"""The idx format of MNIST and its kin: four bytes that say what follows, the sizes, the values."""

from __future__ import annotations

import gzip
import math
import struct
import zlib
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from visualizer.errors import UserError
from visualizer.networks.naming import shown

MAX_BYTES = 2_000_000_000
_BYTES = 8  # the code of unsigned bytes, the only type that images and labels come in


class Readable(Protocol):
    """An open file, packed or not."""

    def read(self, size: int, /) -> bytes:
        """At most ``size`` bytes, none at the end."""
        ...


def read_idx(path: Path, dimensions: int) -> NDArray[np.uint8]:
    """The values of an idx file of bytes, packed (``.gz``) or not, as an array of ``dimensions`` sizes.

    The sizes are checked before anything is allocated for them. Raises ``UserError`` for a file of another kind,
    one that is cut off, has more than it says, or says more than ``MAX_BYTES``.
    """
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            return parse_idx(file, dimensions, shown(path.name))
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise UserError(f"'{shown(path.name)}' is damaged or cut off; get a new copy of it") from None
    except OSError:
        raise UserError(f"'{shown(path.name)}' cannot be read; check its permissions and its drive") from None


def parse_idx(file: Readable, dimensions: int, name: str) -> NDArray[np.uint8]:
    """The array in an open file; see ``read_idx``."""
    head = _exactly(file, 4 * (1 + dimensions))
    if head is None or head[:4] != bytes((0, 0, _BYTES, dimensions)):
        raise UserError(
            f"'{name}' is not an idx file of bytes with {dimensions} sizes; get the original file"
        )
    sizes = struct.unpack(f">{dimensions}I", head[4:])
    if math.prod(sizes) > MAX_BYTES:
        raise UserError(f"'{name}' says that it holds {math.prod(sizes):,} bytes; that is no honest data set")
    values = _exactly(file, math.prod(sizes))
    if values is None:
        raise UserError(f"'{name}' is damaged or cut off; get a new copy of it")
    if file.read(1):
        raise UserError(f"'{name}' has more in it than it says; get a new copy of it")
    return np.frombuffer(values, np.uint8).reshape(sizes)


def _exactly(file: Readable, count: int) -> bytearray | None:
    """So many bytes, or None where the file ends before; never more memory than the file has bytes."""
    read = bytearray()
    while len(read) < count:
        part = file.read(min(count - len(read), 1 << 22))
        if not part:
            return None
        read += part
    return read
