"""Counts what a picture's header announces, so that a small file cannot keep us busy for minutes."""

from __future__ import annotations

import re
from io import BufferedReader

MAX_TIFF_VALUES = 200_000  # of one tag; 64 megapixels in tiles of 32 × 32 px have 62,500 offsets
MAX_JPEG_SCANS = 100  # a progressive JPEG has about ten
MAX_EXIF_SEGMENTS = 16  # of a JPEG, 65,533 bytes each; cameras write one
MAX_SCANNED_MEGAPIXELS = 2_000  # scans × megapixels; each scan goes over the whole picture

_TIFF = re.compile(rb"II[*+]\0|II\0\*|MM\0[*+]|MM\*\0")
_BYTE_TYPES = frozenset({1, 2, 7})  # BYTE, ASCII, UNDEFINED: Pillow keeps those as they are …
# … but takes one by one the values of: bits, orientation, samples, strips, tiles, extra samples, formats.
_TAKEN_SINGLY = frozenset({258, 273, 274, 277, 279, 324, 325, 338, 339})

_END_OF_IMAGE, _START_OF_SCAN, _EXIF = 0xD9, 0xDA, 0xE1
_WITHOUT_LENGTH = frozenset({0x01, 0xD8})
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")  # neither stuffing, nor a restart, nor a fill byte


def has_too_many_values(file: BufferedReader) -> bool:
    """Whether a tag in the first directory of a TIFF has more values than any sound picture needs.

    False for other files. Leaves ``file`` at its start. Source: TIFF 6.0, section 2; BigTIFF.
    """
    file.seek(0)
    head = file.read(16)
    tags = _tags(file, head) if _TIFF.match(head) else []
    file.seek(0)
    return any(
        count > MAX_TIFF_VALUES and (kind not in _BYTE_TYPES or tag in _TAKEN_SINGLY)
        for tag, kind, count in tags
    )


def _tags(file: BufferedReader, head: bytes) -> list[tuple[int, int, int]]:
    """Tag, type and count of each entry of the first directory."""
    little = head[:1] == b"I"
    big = 43 in head[2:4]
    width, first, size = (8, 8, 20) if big else (4, 4, 12)  # of a count, to the offset, of an entry, in bytes

    def number(data: bytes) -> int:
        return int.from_bytes(data, "little" if little else "big")

    file.seek(min(number(head[first : first + width]), 2**62))
    entries = min(number(file.read(8 if big else 2)), 65_535)
    data = file.read(size * entries)
    return [
        (number(data[at : at + 2]), number(data[at + 2 : at + 4]), number(data[at + 4 : at + 4 + width]))
        for at in range(0, len(data), size)
    ]


def has_too_many_scans(file: BufferedReader, megapixels: float) -> bool:
    """Whether a JPEG goes over its picture more often than we can wait for; leaves ``file`` where it was.

    The cost is one pass over the file's bytes. What follows the picture, such as a film, does not count.
    """
    allowed = min(MAX_JPEG_SCANS, MAX_SCANNED_MEGAPIXELS / max(megapixels, 1e-6))
    where = file.tell()
    file.seek(2)
    scans = 0
    while scans <= allowed:
        marker = _next_marker(file)
        if marker is None or marker == _END_OF_IMAGE:
            break
        scans += marker == _START_OF_SCAN
        if marker not in _WITHOUT_LENGTH:
            file.seek(max(int.from_bytes(file.read(2), "big") - 2, 0), 1)
    file.seek(where)
    return scans > allowed


def has_too_much_exif(file: BufferedReader) -> bool:
    """Whether a JPEG has more EXIF segments than any camera writes; leaves ``file`` at its start.

    Pillow joins them, and takes the values in them one by one, as soon as it opens the file.
    """
    file.seek(0)
    segments = 0
    if file.read(3) == b"\xff\xd8\xff":
        file.seek(2)
        while segments <= MAX_EXIF_SEGMENTS:
            marker = _next_marker(file)
            if marker is None or marker in (_END_OF_IMAGE, _START_OF_SCAN):
                break
            if marker not in _WITHOUT_LENGTH:
                start = file.read(8)
                segments += marker == _EXIF and start[2:] == b"Exif\0\0"
                file.seek(max(int.from_bytes(start[:2], "big"), 2) - len(start), 1)
    file.seek(0)
    return segments > MAX_EXIF_SEGMENTS


def _next_marker(file: BufferedReader) -> int | None:
    """The next marker's code, with ``file`` just behind it; None at the end of the file."""
    size = 1024  # the next segment is near in a header, far in a scan
    while len(block := file.read(size)) > 1:
        found = _MARKER.search(block)
        if found is not None:
            file.seek(found.end() - len(block), 1)
            return block[found.end() - 1]
        file.seek(-1, 1)  # the last byte may be the first of a marker
        if len(block) < size:
            return None
        size = min(2 * size, 1 << 20)
    return None
