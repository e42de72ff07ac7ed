"""Shapes as SVG: true lines and true text, also for filled levels."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from typing import Any
from xml.sax.saxutils import escape

import contourpy
import numpy as np
from PIL import Image

from visualizer.rendering.drawing.fonts import FAMILIES, width
from visualizer.rendering.drawing.scene import Area, Cells, Levels, Line, Numbers, Scene, Shape, Words

_SPACES = "\u00a0\u202f"  # that Python does not count as printable
_BASELINE = 0.36  # of the size: how far below their middle letters stand


def to_svg(scene: Scene, size: tuple[int, int], title: str) -> str:
    """The scene as an SVG document, ``size`` pixels large where it is not scaled."""
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{size[0]}" height="{size[1]}" '
        f'viewBox="0 0 {scene.width:.6g} {scene.height:.6g}" font-family="{FAMILIES}">'
    )
    ground = f'<rect width="{scene.width:.6g}" height="{scene.height:.6g}" fill="{scene.ground}"/>'
    lines = (line for shape in scene.shapes for line in _element(shape))
    return "\n".join((head, f"<title>{_text(title)}</title>", ground, *lines, "</svg>", ""))


def _element(shape: Shape) -> Iterator[str]:
    if isinstance(shape, Line):
        yield from _line(shape)
    elif isinstance(shape, Area):
        edge = f' stroke="{shape.edge}" stroke-width="{shape.edge_width:g}"' if shape.edge else ""
        fill = (
            f'"{shape.color}"' if shape.opacity == 1 else f'"{shape.color}" fill-opacity="{shape.opacity:g}"'
        )
        yield f'<path d="{_path(shape.points)}Z" fill={fill}{edge} stroke-linejoin="round"/>'
    elif isinstance(shape, Words):
        yield _words(shape)
    elif isinstance(shape, Cells):
        yield _cells(shape)
    else:
        yield from _levels(shape)


def _line(shape: Line) -> Iterator[str]:
    path = _path(shape.points)
    dash = f' stroke-dasharray="{shape.dash[0]:g} {shape.dash[1]:g}"' if shape.dash else ""
    passes = [(shape.color, shape.width)]
    if shape.outline:
        passes.insert(0, (shape.outline, shape.width + 2 * shape.halo))
    for color, wide in passes:
        yield (
            f'<path d="{path}" fill="none" stroke="{color}" stroke-width="{wide:g}"{dash} '
            'stroke-linejoin="round"/>'
        )


def _words(shape: Words) -> str:
    """Text as wide as the font of pictures makes it, whichever font the reader has: boxes and columns fit."""
    weight = ' font-weight="600"' if shape.bold else ""
    wide = width(shape.text, shape.size, shape.bold)
    fit = f' textLength="{wide:.1f}" lengthAdjust="spacingAndGlyphs"' if len(shape.text) > 1 else ""
    return (
        f'<text x="{shape.x:.1f}" y="{shape.y + _BASELINE * shape.size:.1f}" font-size="{shape.size:g}" '
        f'fill="{shape.color}" text-anchor="{shape.anchor}"{weight}{fit} xml:space="preserve">'
        f"{_text(shape.text)}</text>"
    )


def _cells(shape: Cells) -> str:
    """A small picture that is enlarged without smoothing: a rectangle each would part with hairlines."""
    made, box = io.BytesIO(), shape.box
    Image.fromarray(np.ascontiguousarray(shape.colors)).save(made, "PNG")
    data = base64.b64encode(made.getvalue()).decode("ascii")
    return (
        f'<image x="{box.left:.6g}" y="{box.top:.6g}" width="{box.width:.6g}" height="{box.height:.6g}" '
        f'preserveAspectRatio="none" style="image-rendering:pixelated" href="data:image/png;base64,{data}"/>'
    )


def _levels(shape: Levels) -> Iterator[str]:
    """Everything, then what is above the first level over it, and so on."""
    box = shape.box
    yield f'<path d="{_path(box.corners)}Z" fill="{shape.gap}"/>'
    values = np.pad(shape.values[::-1].astype(np.float64), 1, mode="edge")
    xs, ys = (
        start + length * ((np.arange(count) - 0.5) / (count - 2)).clip(0, 1)
        for start, length, count in (
            (box.left, box.width, values.shape[1]),
            (box.top, box.height, values.shape[0]),
        )
    )
    generator = contourpy.contour_generator(xs, ys, values, name="serial", fill_type="ChunkCombinedOffset")
    for floor, color in zip((-np.inf, *shape.levels), shape.colors, strict=True):
        filled: Any = generator.filled(
            floor, np.inf
        )  # for each chunk, here one: points, and where rings begin
        points, offsets = filled[0][0], filled[1][0]
        if points is not None:
            rings = np.split(points, offsets[1:-1].astype(int))
            path = "".join(f"{_path(ring[:-1])}Z" for ring in rings)
            yield f'<path d="{path}" fill="{color}" fill-rule="evenodd"/>'


def _path(points: Numbers) -> str:
    """Lines from point to point, to a tenth of a unit, as relative steps: half as long as absolute ones."""
    tenths = np.rint(points * 10).astype(np.int64)
    steps = np.diff(tenths, axis=0)
    steps = steps[steps.any(axis=1)]
    first = f"M{tenths[0, 0] / 10:g} {tenths[0, 1] / 10:g}"
    return (
        first + "l" + " ".join(f"{x / 10:g} {y / 10:g}" for x, y in steps.tolist()) if len(steps) else first
    )


def _text(text: str) -> str:
    """What may stand between tags; XML has no room for characters of control."""
    return escape(
        "".join(letter if letter.isprintable() or letter in _SPACES else "\ufffd" for letter in text)
    )
