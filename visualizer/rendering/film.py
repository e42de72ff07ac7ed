"""Pictures one after the other as a file that moves: GIF with Pillow, MP4 with FFmpeg's libraries (PyAV)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from PIL.Image import Image

Pixels = NDArray[np.uint8]
"""(H, W, 3) RGB."""

CODECS = ("libx264", "libopenh264", "h264", "mpeg4")
"""For MP4, the best first: what there is depends on how FFmpeg was built."""

_UNCHANGED = np.uint8(255)  # the colour of a GIF that lets the frame before shine through
_KEPT = 80  # colours of a palette that stay exactly as they are
_NO_FRAME = "a film needs at least one frame"

FORMATS = {".gif": "GIF", ".mp4": "MP4"}


def write_film(
    path: Path, kind: str, frames: Iterable[Pixels], rate: int, palette: Pixels | None = None
) -> None:
    """Write ``frames``, ``rate`` of them a second, as ``kind`` (an ending of ``FORMATS``) to ``path``.

    All get the size of the first one, cut or filled up with black at the right and the lower edge; MP4 needs even
    sizes and loses a row or a column otherwise. Frames are taken one by one and not kept. Raises ``OSError`` where
    the file cannot be written, ``ValueError`` without a frame.

    ``palette`` is a picture with all colours that matter, where they are known beforehand: a GIF then has one table
    of colours for all frames, does not flicker, and holds only what changes from frame to frame.
    """
    if kind == ".gif":
        _write_gif(path, _of_one_size(frames), rate, palette)
    else:
        _write_mp4(path, _of_one_size(frames), rate)


def _of_one_size(frames: Iterable[Pixels]) -> Iterator[Pixels]:
    size: tuple[int, ...] | None = None
    for frame in frames:
        size = size or frame.shape
        if frame.shape != size:
            fitted = np.zeros(size, np.uint8)
            height, width = min(size[0], frame.shape[0]), min(size[1], frame.shape[1])
            fitted[:height, :width] = frame[:height, :width]
            frame = fitted
        yield frame


def _first(frames: Iterator[Pixels]) -> Pixels:
    first = next(frames, None)
    if first is None:
        raise ValueError(_NO_FRAME)
    return first


def _write_gif(path: Path, frames: Iterator[Pixels], rate: int, palette: Pixels | None) -> None:
    pictures = _quantized(frames) if palette is None else _changes(frames, palette)
    first = next(pictures, None)
    if first is None:
        raise ValueError(_NO_FRAME)
    first.save(
        path,
        format="GIF",
        save_all=True,
        append_images=pictures,
        duration=max(20, round(100 / rate) * 10),  # ms; the format counts hundredths of a second
        loop=0,
        optimize=False,
        **({} if palette is None else {"transparency": int(_UNCHANGED)}),
    )


def _quantized(frames: Iterator[Pixels]) -> Iterator[Image]:
    """Each with 256 colours of its own: a palette of the first would not know later colours."""
    from PIL import Image

    for frame in frames:
        yield Image.fromarray(frame).quantize(method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)


def _changes(frames: Iterator[Pixels], palette: Pixels) -> Iterator[Image]:
    """All with the same colours; what did not change since the frame before is transparent, which takes no room."""
    from PIL import Image

    table, before = _table(palette), None
    for frame in frames:
        shown = np.array(Image.fromarray(frame).quantize(palette=table, dither=Image.Dither.NONE))
        shown[shown == _UNCHANGED] = 0  # the same colour
        picture = Image.fromarray(shown if before is None else np.where(shown == before, _UNCHANGED, shown))
        picture.putpalette(table.getpalette() or [])
        before = shown
        yield picture


def _table(palette: Pixels) -> Image:
    """A picture with at most 255 colours; the rest of its table, ``_UNCHANGED`` too, is the first one again.

    Frequent colours are kept as they are, vivid ones before greys, since they tell things apart; the others share
    what is left, by the root of their number of pixels.
    """
    from PIL import Image

    colors, counts = np.unique(palette.reshape(-1, 3), axis=0, return_counts=True)
    vivid = np.ptp(colors, axis=1) / 255.0
    order = np.argsort(-counts * (1 + 10 * vivid), kind="stable")
    kept, rest = order[:_KEPT], order[_KEPT:]
    chosen = colors[kept].ravel().tolist()
    if rest.size:
        others = np.repeat(
            colors[rest], np.ceil(np.sqrt(counts[rest]) * (1 + 4 * vivid[rest])).astype(int), axis=0
        )
        shared = Image.fromarray(others[None]).quantize(
            int(_UNCHANGED) - _KEPT, method=Image.Quantize.MEDIANCUT, kmeans=1
        )
        chosen += shared.getpalette() or []
    chosen = chosen[: 3 * int(_UNCHANGED)]
    table = Image.new("P", (1, 1))
    table.putpalette(chosen + chosen[:3] * (256 - len(chosen) // 3))
    return table


def _write_mp4(path: Path, frames: Iterator[Pixels], rate: int) -> None:
    import av

    first = _first(frames)
    height, width = first.shape[0] // 2 * 2, first.shape[1] // 2 * 2
    with av.open(str(path), "w", format="mp4") as file:
        stream = _stream(file, rate, width, height)
        for number, frame in enumerate(_with(first, frames)):
            picture = av.VideoFrame.from_ndarray(np.ascontiguousarray(frame[:height, :width]), format="rgb24")
            picture.pts, picture.time_base = number, Fraction(1, rate)
            for packet in stream.encode(picture):
                file.mux(packet)
        for packet in stream.encode(None):
            file.mux(packet)


def _stream(file: Any, rate: int, width: int, height: int) -> Any:
    """A stream with the best encoder that opens."""
    import av

    for codec in CODECS:
        try:
            av.Codec(codec, "w")
        except (av.FFmpegError, ValueError):
            continue
        options = {"crf": "18", "preset": "veryfast"} if codec == "libx264" else {}
        stream = file.add_stream(codec, rate=rate, options=options)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        if not options:
            stream.bit_rate = max(1_000_000, width * height * rate // 4)
        return stream
    raise OSError("no encoder for MP4 is there")


def _with(first: Pixels, rest: Iterator[Pixels]) -> Iterator[Pixels]:
    yield first
    yield from rest
