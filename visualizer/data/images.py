"""Reads picture files as a person expects to see them, and says in words why one cannot be read."""

from __future__ import annotations

import io
import logging
import os
import stat
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

from visualizer.data.headers import has_too_many_scans, has_too_many_values, has_too_much_exif
from visualizer.data.inputs import Input, Pixels
from visualizer.data.modes import to_rgb
from visualizer.data.signatures import HEAD, identify
from visualizer.errors import UserError
from visualizer.networks.naming import shown

MAX_MEGAPIXELS = 64
MAX_READS = 500_000
MAX_EXIF = 128_000  # bytes; a JPEG has room for 65,533, written in hexadecimal in an old PNG

# Pillow refuses twice this many pixels wherever a header states a size, before it allocates: when it opens
# a file, and again for the frames and pictures inside of GIF, ICO, ICNS and TIFF files.
Image.MAX_IMAGE_PIXELS = MAX_MEGAPIXELS * 1_000_000 // 2

logging.getLogger("PIL").setLevel(logging.CRITICAL)  # we say it in our own words

_COMMON = ("JPEG", "PNG", "GIF", "BMP", "PPM")  # known to Pillow without importing its other forty plugins
# Formats that Pillow hands to other programs, above all PostScript, which is a programming language; and the
# textures of a game (BLP), which it decodes so slowly that a file of 64 megapixels would take a minute.
_NEVER = frozenset({"EPS", "WMF", "MPEG", "HDF5", "GRIB", "BUFR", "BLP"})

_STANDARD_ERROR = threading.Lock()

_ORIENTATION = 0x0112  # the EXIF tag
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


class _Bounded(io.BufferedReader):
    """A file that ends after so many reads.

    Some headers can be made to be read byte by byte for minutes. A large animation needs 4,000 reads for
    each of its megabytes; some sound pictures (QOI, DDS, RLE) are read pixel by pixel.
    """

    def __init__(self, raw: io.RawIOBase | io.BytesIO) -> None:
        super().__init__(raw)
        self._left = MAX_READS

    def allow(self, reads: int) -> None:
        self._left = reads

    @property
    def is_exhausted(self) -> bool:
        return self._left < 0

    def read(self, size: int | None = -1, /) -> bytes:
        self._count()
        return super().read(size)

    def readline(self, size: int | None = -1, /) -> bytes:
        self._count()
        return super().readline(size)

    def _count(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise OSError("too many reads")


def read_image(path: Path) -> Input:
    """The picture in a file, upright, in RGB.

    Raises ``UserError`` when there is no such regular file, when it is not a picture, when it is damaged,
    or when it has more than ``MAX_MEGAPIXELS`` (seen in the header, before anything is decoded).
    """
    with _open(path) as file:
        pixels, notes = _read(file, shown(path.name), None)
    return Input(pixels, shown(path.name), source=path, notes=notes)


def read_image_bytes(data: bytes, name: str) -> Input:
    """The picture in the bytes of a file that was pasted or dropped; raises as ``read_image`` does."""
    pixels, notes = _read(_Bounded(io.BytesIO(data)), shown(name), None)
    return Input(pixels, shown(name), notes=notes)


def thumbnail(source: Input | Path, side: int) -> Pixels:
    """A small copy (h, w, 3) uint8 that fits in a square of ``side`` px; a smaller picture stays as it is.

    A JPEG file is decoded at half to an eighth of its size where that is enough, many times as fast.
    Raises as ``read_image`` does.
    """
    if isinstance(source, Input):
        pixels = source.pixels
    else:
        with _open(source) as file:
            pixels, _ = _read(file, shown(source.name), side)
    height, width = pixels.shape[:2]
    shrink = min(1.0, side / max(height, width))
    size = (max(1, round(width * shrink)), max(1, round(height * shrink)))
    if size == (width, height):
        return pixels
    picture = Image.fromarray(pixels).resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
    return np.asarray(picture)


def _open(path: Path) -> _Bounded:
    name = shown(path.name)
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise UserError(f"'{name}' is a folder; open one of the pictures in it")
        if not stat.S_ISREG(mode):  # a pipe or a device could keep us waiting for ever
            raise UserError(f"'{name}' is not a file but a pipe or a device; choose a picture file")
        return _Bounded(path.open("rb", buffering=0))
    except FileNotFoundError:
        raise UserError(f"there is no file '{name}'; check its name and folder") from None
    except PermissionError:
        raise UserError(f"'{name}' may not be read; change its permissions or copy it elsewhere") from None
    except (OSError, ValueError):  # a loop of links, a name that is too long, a null byte, a lost drive …
        raise UserError(f"'{name}' cannot be opened; check its name and the drive it is on") from None


def _read(file: _Bounded, name: str, enough: int | None) -> tuple[Pixels, tuple[str, ...]]:
    """Decodes one file; ``enough`` is a side in px below which a JPEG need not be decoded in full."""
    # Pillow tells its doubts (corrupt EXIF, a large picture) to Python's warnings. The filter is set anew
    # each time, and not by catch_warnings, which is not safe in a program with threads.
    warnings.filterwarnings("ignore", module=r"PIL\.")
    try:
        head = file.read(HEAD)
        file.seek(0)
    except (OSError, ValueError):  # a lost drive, or a file of the system that only looks like one
        raise UserError(f"'{name}' cannot be read; check the drive it is on or copy it elsewhere") from None
    if not head:
        raise UserError(f"'{name}' is empty; get a new copy of the file")
    try:
        if has_too_many_values(file):
            raise UserError(f"'{name}' is a TIFF picture in far too many pieces; save it as PNG first")
        if has_too_much_exif(file):
            raise UserError(f"'{name}' is a JPEG picture with far too much EXIF data; save it as PNG first")
        image = _identified(file)
        if image is None:
            raise UserError(_refusal(name, head))
        if image.format in ("JPEG", "MPO") and has_too_many_scans(file, image.width * image.height / 1e6):
            raise UserError(f"'{name}' is a JPEG picture in far too many scans; save it as PNG first")
        file.allow(MAX_READS + 4 * image.width * image.height)
        if enough is not None:
            image.draft("RGB", (2 * enough, 2 * enough))
        notes = _load(image)
        file.allow(MAX_READS)
        notes += _frames(image, file)
        picture, notes_on_colour = to_rgb(image)
        pixels = np.array(_upright(image, picture))
    except UserError:
        raise
    except Image.DecompressionBombError:
        raise UserError(
            f"'{name}' says it has more than {MAX_MEGAPIXELS} megapixels; scale it down first"
        ) from None
    except MemoryError:
        raise UserError(f"'{name}' needs more memory than is free; scale it down first") from None
    except Exception:  # Pillow's plugins raise nearly anything on a damaged file, SyntaxError among them
        raise UserError(_damage(name, head)) from None
    pixels.flags.writeable = False
    return pixels, notes + notes_on_colour


def _identified(file: _Bounded) -> Image.Image | None:
    """The picture with only its header read, or None when no plugin of Pillow knows the file."""
    try:
        return Image.open(file, formats=_COMMON)
    except UnidentifiedImageError:
        Image.init()  # imports the other plugins
    try:
        return Image.open(file, formats=[name for name in Image.ID if name not in _NEVER])
    except UnidentifiedImageError:
        return None


def _load(image: Image.Image) -> tuple[str, ...]:
    try:
        with _silent_libtiff() if image.format == "TIFF" else nullcontext():
            image.load()
    except (OSError, SyntaxError, ValueError):
        if image.format != "PNG" or image.tile:  # type: ignore[attr-defined]
            raise
        image.load()  # the stream has come to its end, and only then was damage found in it
        return ("the file is damaged; parts of the picture may be missing",)
    return ()


@contextmanager
def _silent_libtiff() -> Iterator[None]:
    """Keep quiet: libtiff writes its complaints straight to standard error, and Pillow has no switch for that."""
    with _STANDARD_ERROR:
        try:
            kept = os.dup(2)
        except OSError:  # a window without a console has no standard error
            yield
            return
        try:
            with open(os.devnull, "wb") as nowhere:
                os.dup2(nowhere.fileno(), 2)
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)


def _frames(image: Image.Image, file: _Bounded) -> tuple[str, ...]:
    if image.format == "PSD":  # its "frames" are layers; Pillow has merged them
        return ()
    try:
        count = getattr(image, "n_frames", 1)
    except Exception:  # damage behind the first frame, which is fine
        if file.is_exhausted:
            return ("first of many frames",)
        return ("first of several frames; a later one is damaged",)
    if file.is_exhausted:
        return ("first of many frames",)
    return (f"first of {count} frames",) if count > 1 else ()


def _upright(image: Image.Image, picture: Image.Image) -> Image.Image:
    """``picture`` turned as the EXIF data of ``image`` say; damaged data say nothing."""
    exif = image.info.get("exif") or image.info.get("Raw profile type exif") or b""
    if len(exif) > MAX_EXIF:
        return picture
    try:
        turn = _UPRIGHT.get(image.getexif().get(_ORIENTATION, 1))
    except Exception:
        turn = None
    return picture if turn is None else picture.transpose(turn)


def _refusal(name: str, head: bytes) -> str:
    kind = identify(head)
    if kind is None:
        return f"'{name}' is not a picture of any known kind; choose a PNG or JPEG file"
    if not kind.remedy:
        return _damage(name, head)
    if kind.what.endswith("picture"):
        return f"'{name}' is {kind.what}, a kind that cannot be read; {kind.remedy}"
    return f"'{name}' holds {kind.what}, not a picture; {kind.remedy}"


def _damage(name: str, head: bytes) -> str:
    kind = identify(head)
    what = kind.what if kind is not None and not kind.remedy else "a picture"
    return f"'{name}' is {what} that is damaged or cut off; get a new copy of the file"
