"""Writes a chart to a file, as the ending of its name says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from PIL import Image

from visualizer.atomic import replacing
from visualizer.errors import UserError
from visualizer.rendering.charts.chart import Chart
from visualizer.rendering.charts.theme import LIGHT, Theme
from visualizer.rendering.drawing.canvas import Canvas
from visualizer.rendering.drawing.scene import Box, Scene
from visualizer.rendering.drawing.svg import to_svg

ENDINGS: Mapping[str, str] = {".png": "Picture", ".svg": "Drawing"}
"""What a chart can be written as: the endings of files, each with a word."""

_MOST_PIXELS = 64_000_000
_SMOOTHED = ((4_000_000, 3), (16_000_000, 2))  # up to so many pixels, drawn so many times too large


def scene(chart: Chart, size: tuple[float, float] | None = None, theme: Theme = LIGHT) -> Scene:
    """The chart as shapes, by default as large as suits it."""
    wide, high = size or chart.size
    return Scene(wide, high, theme.ground, tuple(chart.shapes(Box(0.0, 0.0, wide, high), theme)))


def write(
    chart: Chart,
    path: Path,
    size: tuple[float, float] | None = None,
    scale: float = 2,
    theme: Theme = LIGHT,
) -> None:
    """Write the chart to ``path``, .png or .svg, whole or not at all.

    ``size`` is in units, by default what suits the chart; a picture has ``scale`` pixels to the unit, a drawing
    one. Costs 0.2 s for two million pixels. Raises ``UserError`` for other endings, pictures of over 64 million
    pixels, and where the file cannot be written.
    """
    kind = path.suffix.lower()
    if kind not in ENDINGS:
        raise UserError(f"A chart is written to files that end with {', '.join(ENDINGS)}, not '{path.name}'.")
    drawn = scene(chart, size, theme)
    pixels = round(drawn.width * scale), round(drawn.height * scale)
    if not 0 < pixels[0] * pixels[1] <= _MOST_PIXELS:
        raise UserError("A picture has at most 64 million pixels: choose a smaller one, or a drawing (.svg).")
    save: Callable[[Path], None]
    if kind == ".svg":
        text = to_svg(drawn, (round(drawn.width), round(drawn.height)), chart.title)
        save = partial(_save_text, text)
    else:
        save = partial(_picture(drawn, pixels, scale).save, format="PNG", optimize=False)
    try:
        with replacing(path) as part:
            save(part)
    except (OSError, ValueError):  # ValueError: a NUL in the name
        raise UserError(f"'{path}' cannot be written: choose another folder or free some space.") from None


def _save_text(text: str, path: Path) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def _picture(drawn: Scene, pixels: tuple[int, int], scale: float) -> Image.Image:
    smoothing = next((times for most, times in _SMOOTHED if pixels[0] * pixels[1] <= most), 1)
    canvas = Canvas(pixels, scale, drawn.ground, smoothing)
    canvas.draw(drawn.shapes)
    return canvas.picture()
