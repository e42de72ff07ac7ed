"""What a file really is, told by its first bytes and not by its name."""

from __future__ import annotations

from dataclasses import dataclass

HEAD = 4096  # bytes that are enough to tell


@dataclass(frozen=True, slots=True)
class Signature:
    """One kind of file: it is ``what`` when ``magic`` stands ``offset`` bytes from its start.

    ``remedy`` is what to do with it instead of opening it as a picture; pictures have none.
    """

    what: str
    magic: bytes
    offset: int = 0
    remedy: str = ""


_CONVERT = "save it as PNG or JPEG first"
_WEIGHTS = "open it as the weights of a network instead"
_FOREIGN = "choose a picture such as a PNG or JPEG file"

_SIGNATURES = (
    Signature("a PNG picture", b"\x89PNG\r\n\x1a\n"),
    Signature("a JPEG picture", b"\xff\xd8\xff"),
    Signature("a GIF picture", b"GIF87a"),
    Signature("a GIF picture", b"GIF89a"),
    Signature("a TIFF picture", b"II*\0"),
    Signature("a TIFF picture", b"MM\0*"),
    Signature("a WebP picture", b"WEBP", 8),
    Signature("an AVIF picture", b"ftypavif", 4),
    Signature("a JPEG 2000 picture", b"\0\0\0\x0cjP  "),
    Signature("an HEIC picture", b"ftyphei", 4, _CONVERT),
    Signature("an HEIC picture", b"ftypmif1", 4, _CONVERT),
    Signature("a JPEG XL picture", b"\0\0\0\x0cJXL ", 0, _CONVERT),
    Signature("a JPEG XL picture", b"\xff\x0a", 0, _CONVERT),
    Signature("a PostScript document", b"%!PS", 0, _CONVERT),
    Signature("a PDF document", b"%PDF-", 0, "save the page as PNG first"),
    Signature("a film", b"ftyp", 4, "save one of its frames as PNG first"),
    Signature("a film", b"\x1aE\xdf\xa3", 0, "save one of its frames as PNG first"),
    Signature("network weights (HDF5)", b"\x89HDF\r\n\x1a\n", 0, _WEIGHTS),
    Signature("network weights (GGUF)", b"GGUF", 0, _WEIGHTS),
    Signature("network weights (safetensors)", b'{"', 8, _WEIGHTS),
    Signature("network weights (pickle)", b"\x80\x02", 0, _WEIGHTS),
    Signature("network weights (pickle)", b"\x80\x04", 0, _WEIGHTS),
    Signature("a NumPy array", b"\x93NUMPY", 0, _FOREIGN),
    Signature("a gzip archive", b"\x1f\x8b", 0, "unpack it first"),
    Signature("a 7-Zip archive", b"7z\xbc\xaf'\x1c", 0, "unpack it first"),
    Signature("a RAR archive", b"Rar!", 0, "unpack it first"),
    Signature("a program", b"\x7fELF", 0, _FOREIGN),
    Signature("a program", b"MZ", 0, _FOREIGN),
)


def identify(head: bytes) -> Signature | None:
    """The kind of a file from its first ``HEAD`` bytes, or None when nothing is recognised."""
    if head.startswith(b"PK\x03\x04"):
        return _archive(head)
    for signature in _SIGNATURES:
        if head.startswith(signature.magic, signature.offset):
            return signature
    return _text(head)


def _archive(head: bytes) -> Signature:
    if b"data.pkl" in head or b"/byteorder" in head:
        return Signature("network weights (PyTorch)", b"PK", remedy=_WEIGHTS)
    return Signature("a ZIP archive", b"PK", remedy="unpack it first")


def _text(head: bytes) -> Signature | None:
    """HTML, SVG and plain text have no magic number; they are text without control characters."""
    try:
        text = head[: HEAD - 4].decode("utf-8", "strict" if len(head) < HEAD else "ignore")
    except UnicodeDecodeError:
        return None
    if not text or any(character < " " and character not in "\t\n\r\f" for character in text):
        return None
    start = text.lstrip("\ufeff \t\r\n").lower()
    if start.startswith(("<!doctype html", "<html")):
        return Signature("an HTML page", b"<", remedy="open the page and save the picture itself")
    if "<svg" in start and start.startswith("<"):
        return Signature("an SVG drawing", b"<", remedy=_CONVERT)
    return Signature("a text file", b"", remedy=_FOREIGN)
