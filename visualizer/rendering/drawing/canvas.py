"""Shapes as pixels: drawn some times too large with Pillow and made smaller, which smooths every edge."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageColor, ImageDraw
from scipy import ndimage

from visualizer.rendering.drawing.fonts import font, printable
from visualizer.rendering.drawing.geometry import dashes
from visualizer.rendering.drawing.scene import Area, Box, Cells, Levels, Line, Numbers, Shape, Words

BASELINE = 0.36  # of the size: how far below their middle letters stand
_LARGEST = float(np.finfo(np.float32).max)

Pixels = NDArray[np.uint8]


class Canvas:
    """Pixels that shapes are drawn on, one over the other.

    ``scale`` pixels are one unit; ``smoothing`` is how many times too large everything is drawn. A picture of
    1200 × 760 with all there is on it costs 0.2 s at 3, a further trail and its labels on 2 some milliseconds.
    """

    def __init__(self, size: tuple[int, int], scale: float, ground: str, smoothing: int = 3) -> None:
        self._smoothing = smoothing
        self._scale = scale * smoothing
        self._image = Image.new("RGB", (size[0] * smoothing, size[1] * smoothing), ground)

    def copy(self) -> Canvas:
        """The same pixels once more."""
        made = Canvas.__new__(Canvas)
        made._smoothing, made._scale, made._image = self._smoothing, self._scale, self._image.copy()
        return made

    def draw(self, shapes: Iterable[Shape]) -> None:
        """Draw the shapes in their order."""
        pen = ImageDraw.Draw(self._image)
        glaze = ImageDraw.Draw(self._image, "RGBA")  # what is drawn with it lets through what is below
        for shape in shapes:
            if isinstance(shape, Line):
                self._line(pen, shape)
            elif isinstance(shape, Area):
                self._area(pen if shape.opacity == 1 else glaze, shape)
            elif isinstance(shape, Words):
                self._words(pen, shape)
            elif isinstance(shape, Cells):
                self._cells(shape)
            else:
                self._levels(shape)

    def picture(self) -> Image.Image:
        """What is drawn, in its true size."""
        return self._image.reduce(self._smoothing) if self._smoothing > 1 else self._image.copy()

    def pixels(self) -> Pixels:
        """What is drawn, (H, W, 3)."""
        return np.asarray(self.picture())

    def _line(self, pen: ImageDraw.ImageDraw, shape: Line) -> None:
        parts = [shape.points] if shape.dash is None else dashes(shape.points, *shape.dash)
        passes = [(shape.color, shape.width)]
        if shape.outline:
            passes.insert(0, (shape.outline, shape.width + 2 * shape.halo))
        for color, wide in passes:
            for points in parts:
                self._stroke(pen, points, color, max(1, round(wide * self._scale)))

    def _stroke(self, pen: ImageDraw.ImageDraw, points: Numbers, color: str, wide: int) -> None:
        scaled = points * self._scale
        if len(scaled) < 2:
            return
        # Joints are discs, which costs: a few pixels wide they cannot be seen.
        pen.line(scaled.ravel().tolist(), color, wide, joint="curve" if wide > 3 else None)

    def _area(self, pen: ImageDraw.ImageDraw, shape: Area) -> None:
        corners = (shape.points * self._scale).ravel().tolist()
        opaque = ImageColor.getrgb(shape.color)[:3]
        pen.polygon(corners, fill=(*opaque, round(255 * shape.opacity)) if shape.opacity < 1 else shape.color)
        if shape.edge:
            closed = np.concatenate((shape.points, shape.points[:2]))
            self._stroke(pen, closed, shape.edge, max(1, round(shape.edge_width * self._scale)))

    def _words(self, pen: ImageDraw.ImageDraw, shape: Words) -> None:
        anchor = {"start": "l", "middle": "m", "end": "r"}[shape.anchor]
        place = shape.x * self._scale, (shape.y + BASELINE * shape.size) * self._scale
        face = font(round(shape.size * self._scale), shape.bold)
        pen.text(place, printable(shape.text), shape.color, face, anchor=f"{anchor}s")

    def _pixels_of(self, box: Box) -> tuple[tuple[int, int], tuple[int, int]]:
        """The left upper pixel of a box, and its width and height."""
        left, top = round(box.left * self._scale), round(box.top * self._scale)
        return (left, top), (round(box.right * self._scale) - left, round(box.bottom * self._scale) - top)

    def _cells(self, shape: Cells) -> None:
        place, size = self._pixels_of(shape.box)
        small = Image.fromarray(np.ascontiguousarray(shape.colors))
        self._image.paste(small.resize(size, Image.Resampling.NEAREST), place)

    def _levels(self, shape: Levels) -> None:
        """Bands of an enlarged grid: their edges are as smooth as the contour lines over them."""
        place, size = self._pixels_of(shape.box)
        values = shape.values[::-1]
        gaps = ~np.isfinite(values)
        large = np.asarray(
            Image.fromarray(_without_gaps(values, gaps)).resize(size, Image.Resampling.BILINEAR)
        )
        levels = shape.levels.clip(-_LARGEST, _LARGEST).astype(np.float32)
        bands = np.searchsorted(levels, large.ravel(), side="right")
        colors = np.array([ImageColor.getrgb(color)[:3] for color in (*shape.colors, shape.gap)], np.uint8)
        if gaps.any():
            shares = Image.fromarray(np.where(gaps, np.uint8(255), np.uint8(0)))
            missing = np.asarray(shares.resize(size, Image.Resampling.BILINEAR)) > 127
            bands[missing.ravel()] = len(shape.colors)
        self._image.paste(Image.fromarray(colors[bands].reshape(size[1], size[0], 3)), place)


def _without_gaps(values: NDArray[np.float32], gaps: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Gaps filled with the nearest value: what is enlarged must be finite."""
    if gaps.all():
        return np.zeros_like(values)
    if gaps.any():
        nearest = ndimage.distance_transform_edt(gaps, return_distances=False, return_indices=True)
        values = values[tuple(nearest)]
    return np.ascontiguousarray(values)
