"""What arrives by drag and drop or from the clipboard: files, pictures, or nothing of use."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMimeData
from PySide6.QtGui import QImage

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
    paths = tuple(Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile())
    if paths:
        return Arrival(paths=paths)
    address = next((url.fileName() for url in mime.urls()), "")
    for kind in _PICTURES:
        if mime.hasFormat(kind):
            return Arrival(picture=bytes(mime.data(kind).data()), name=address or "pasted picture")
    if mime.hasImage():
        return Arrival(picture=_png(mime.imageData()), name=address or "pasted picture")
    if mime.hasUrls():
        return Arrival(sentence="That is a link; copy the picture itself in the browser and paste it here.")
    text = mime.text().strip()
    if text and len(text) < 4096 and "\n" not in text and Path(text).expanduser().exists():
        return Arrival(paths=(Path(text).expanduser(),))
    return Arrival(sentence="There is no image or file in the clipboard; copy one first.")


def _png(picture: object) -> bytes:
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image = picture if isinstance(picture, QImage) else QImage(picture)
    image.save(buffer, "PNG", 100)  # quality 100: hardly compressed, quickly written
    return bytes(content.data())
