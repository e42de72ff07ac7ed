"""What arrives by drag and drop or from the clipboard: files, pictures, or nothing of use."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote_to_bytes

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMimeData, QUrl
from PySide6.QtGui import QImage

NOTHING = "There is no image or file in the clipboard; copy one first."
_PICTURES = ("image/png", "image/jpeg", "image/webp", "image/gif", "image/bmp", "image/tiff", "image/avif")


@dataclass(frozen=True, slots=True)
class Arrival:
    """Files, or the bytes of one picture (``name`` is where it came from), or a sentence why there is neither."""

    paths: tuple[Path, ...] = ()
    picture: bytes = b""
    name: str = ""
    sentence: str = ""


def takes(mime: QMimeData) -> bool:
    """Whether something may be dropped here."""
    return mime.hasUrls() or mime.hasImage() or any(mime.hasFormat(kind) for kind in _PICTURES)


def arrival(mime: QMimeData) -> Arrival:
    """What a drop or a paste brings. Local files first: browsers send the address beside the picture."""
    paths = tuple(_local(url) for url in mime.urls() if url.isLocalFile())
    if paths:
        return Arrival(paths=paths)
    address = next((url.fileName() for url in mime.urls()), "")
    for kind in _PICTURES:
        if mime.hasFormat(kind):
            return _picture(bytes(mime.data(kind).data()), address)
    if mime.hasImage():
        return _picture(_png(mime.imageData()), address)
    if mime.hasUrls():
        return Arrival(sentence="That is a link; copy the picture itself in the browser and paste it here.")
    named = _existing(mime.text().strip())
    return Arrival(paths=(named,)) if named is not None else Arrival(sentence=NOTHING)


def _local(url: QUrl) -> Path:
    """The path of a file's address; byte for byte where names need not be Unicode."""
    if os.name == "posix":
        return Path(os.fsdecode(unquote_to_bytes(url.path(QUrl.ComponentFormattingOption.FullyEncoded))))
    return Path(url.toLocalFile())


def _existing(text: str) -> Path | None:
    """The file that a text names; most texts name none, and some cannot even be asked about."""
    try:
        path = Path(text).expanduser()
        return path if text and os.path.exists(path) else None
    except (OSError, RuntimeError, ValueError):  # no such user, a NUL inside
        return None


def _picture(content: bytes, address: str) -> Arrival:
    return (
        Arrival(picture=content, name=address or "pasted picture") if content else Arrival(sentence=NOTHING)
    )


def _png(picture: object) -> bytes:
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image = picture if isinstance(picture, QImage) else QImage(picture)
    image.save(buffer, "PNG", 100)  # quality 100: hardly compressed, quickly written
    return bytes(content.data())
