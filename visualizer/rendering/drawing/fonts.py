"""A legible font of the system for pictures without Qt; Pillow's own where none is found."""

from __future__ import annotations

from functools import cache

from PIL import ImageFont

_FILES = {
    False: ("Inter-Regular.otf", "Inter-Regular.ttf", "NotoSans-Regular.ttf", "segoeui.ttf", "HelveticaNeue.ttc",
            "Helvetica.ttc", "DejaVuSans.ttf", "LiberationSans-Regular.ttf", "Arial.ttf", "arial.ttf"),
    True: ("Inter-SemiBold.otf", "Inter-SemiBold.ttf", "NotoSans-SemiBold.ttf", "NotoSans-Bold.ttf", "seguisb.ttf",
           "DejaVuSans-Bold.ttf", "LiberationSans-Bold.ttf", "Arial Bold.ttf", "arialbd.ttf"),
}  # fmt: skip
"""The first of these that the system has. All hold the signs that stand in pictures."""

FAMILIES = "Inter, 'Noto Sans', 'Segoe UI', 'Helvetica Neue', Helvetica, 'DejaVu Sans', Arial, sans-serif"
"""The same for SVG."""

_PLAIN = str.maketrans({"−": "-", "×": "x", "²": "^2", "³": "^3", "·": "*", "…": "..."})
"""For Pillow's own font, which has few signs beside those of ASCII."""

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


@cache
def _file(bold: bool) -> str:
    """The first file that is there; looking through the folders of fonts costs some milliseconds, once."""
    for name in _FILES[bold]:
        try:
            return str(ImageFont.truetype(name, 12).path)
        except OSError:
            continue
    return ""


@cache
def font(size: float, bold: bool = False) -> Font:
    """The font at ``size`` pixels. The basic layout: others turn the x between two figures into a ×."""
    path = _file(bold) or _file(False)
    if path:
        return ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)
    return ImageFont.load_default(size)


def printable(text: str) -> str:
    """``text`` as the font of pictures can show it."""
    return text if _file(False) else text.translate(_PLAIN)


@cache
def width(text: str, size: float, bold: bool = False) -> float:
    """How wide the text is, in the unit of ``size``; measured large, so that it is true at any scale."""
    return float(font(64, bold).getlength(printable(text))) * size / 64


def fitted(text: str, room: float, size: float, bold: bool = False) -> str:
    """As much of the text as has room, with "…" where something is missing."""
    if width(text, size, bold) <= room:
        return text
    low, high = 0, len(text)
    while low < high:  # the longest start that fits
        middle = (low + high + 1) // 2
        low, high = (middle, high) if width(text[:middle] + "…", size, bold) <= room else (low, middle - 1)
    return text[:low].rstrip() + "…"
