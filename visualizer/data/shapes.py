"""The built-in data set: pictures of one or two shapes, generated, seeded and endless.

Every picture is a scene in the unit square that can be drawn at any size. A scene depends on nothing but
``(seed, index)``, so pictures can be asked for in any order and number.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from visualizer.data.inputs import Pixels
from visualizer.networks.architectures import SHAPES

Numbers = NDArray[np.float64]
Floats = NDArray[np.float32]

SIDE = 32

CLASSES = SHAPES
"""The labels, in the order of the bundled network's outputs."""

_TRIANGLE, _PARALLELOGRAM, _ELLIPSE, _NONE = range(4)
# The kinds of the two objects, one row per class.
_KINDS = np.array([[0, 3], [1, 3], [2, 3], [0, 0], [1, 1], [2, 2], [0, 1], [0, 2], [1, 2]])

_DRAWS = 38  # random numbers per scene
_GAP = 0.05  # least distance between two objects, in sides of the picture
_LUMA = np.array([0.299, 0.587, 0.114])
_RENDERED_PIXELS = 32 * 1024  # drawn at a time, so that the planes stay in the processor's cache


@dataclass(frozen=True, slots=True, eq=False)
class _Scenes:
    """N scenes; lengths in sides of the picture, y downwards, colours 0…1.

    ``labels`` (N,) are class indices, ``kinds`` (N, 2) the kinds of the objects, ``centres`` (N, 2, xy),
    ``outlines`` (N, 2, 3, xy) three vectors from the centre: the corners of a triangle, two neighbouring
    corners of a parallelogram or the two semi-axes of an ellipse. ``colours`` (N, 2, rgb) belong to the
    objects; the background is ``ground + slope · (x - ½, y - ½)``, (N, rgb) and (N, rgb, xy).
    """

    labels: NDArray[np.int64]
    kinds: NDArray[np.int64]
    centres: Numbers
    outlines: Numbers
    colours: Numbers
    ground: Numbers
    slope: Numbers


def render(seed: int, index: int, side: int = SIDE) -> tuple[Pixels, int]:
    """Picture number ``index`` of the data set ``seed`` as (side, side, 3) uint8, and its class index."""
    images, labels = batch(seed, index, 1, side)
    return np.ascontiguousarray(images[0].transpose(1, 2, 0)), int(labels[0])


def batch(seed: int, start: int, count: int, side: int = SIDE) -> tuple[Pixels, NDArray[np.int64]]:
    """The pictures ``start`` … ``start + count - 1``: (N, 3, side, side) uint8 and class indices (N,)."""
    images = np.empty((count, 3, side, side), dtype=np.uint8)
    labels = np.empty(count, dtype=np.int64)
    step = max(1, _RENDERED_PIXELS // side**2)
    for first in range(0, count, step):
        part = slice(first, min(first + step, count))
        scenes = _scenes(seed, np.arange(start + part.start, start + part.stop))
        images[part] = _draw(scenes, side)
        labels[part] = scenes.labels
    return images, labels


def labels(seed: int, start: int, count: int) -> NDArray[np.int64]:
    """The class indices of the pictures ``start`` … ``start + count - 1``, (N,), without drawing them."""
    return _scenes(seed, np.arange(start, start + count)).labels


# ---- scenes --------------------------------------------------------------------------------------


class _Draws:
    """Hands out the random numbers of N scenes, one column after the other."""

    def __init__(self, seed: int, indices: NDArray[np.int64]) -> None:
        self._columns = iter(_uniforms(seed, indices, _DRAWS).T)

    def between(self, low: float, high: float) -> Numbers:
        """(N,) numbers, uniform in low…high."""
        column: Numbers = next(self._columns)
        return low + (high - low) * column

    def pairs(self, low: float, high: float) -> Numbers:
        """(N, 2) numbers, uniform in low…high."""
        return np.stack([self.between(low, high), self.between(low, high)], axis=1)


def _scenes(seed: int, indices: NDArray[np.int64]) -> _Scenes:
    draws = _Draws(seed, indices)
    label = np.minimum(draws.between(0, len(CLASSES)).astype(np.int64), len(CLASSES) - 1)
    kinds = _KINDS[label]
    is_pair = kinds[:, 1] != _NONE
    radii = np.where(is_pair[:, None], draws.pairs(0.17, 0.235), draws.pairs(0.2, 0.38))
    ground, slope, colours = _colours(draws)
    return _Scenes(
        labels=label,
        kinds=kinds,
        centres=_centres(draws, radii, is_pair),
        outlines=_outlines(draws, kinds) * radii[:, :, None, None],
        colours=colours,
        ground=ground,
        slope=slope,
    )


def _centres(draws: _Draws, radii: Numbers, is_pair: NDArray[np.bool_]) -> Numbers:
    """Places the circles around the objects, (N, 2, xy): all inside the picture, two of them never touching.

    Without rejection: first the vector from one centre to the other, then the place of both together.
    """
    direction = _unit(draws.between(0, 2 * np.pi))
    total = radii.sum(axis=1)
    nearest = total + _GAP
    farthest = (1 - total) / np.abs(direction).max(axis=1)
    distance = nearest + (farthest - nearest) * draws.between(0, 1)
    apart = np.where(is_pair, distance, 0.0)[:, None] * direction
    first, second = radii[:, :1], np.where(is_pair, radii[:, 1], radii[:, 0])[:, None]
    low = np.maximum(first, second - apart)
    high = np.minimum(1 - first, 1 - second - apart)
    centre = low + (high - low) * draws.pairs(0, 1)
    return np.stack([centre, centre + apart], axis=1)


def _outlines(draws: _Draws, kinds: NDArray[np.int64]) -> Numbers:
    """The outlines of objects of radius 1, (N, 2, 3, xy); see ``_Scenes``."""
    turn = draws.pairs(0, 2 * np.pi)
    third = 2 * np.pi / 3
    corners = [_unit(turn + corner * third + draws.pairs(-0.35, 0.35)) for corner in range(3)]
    triangle = np.stack(corners, axis=2)
    long_side = _unit(turn)
    short_side = draws.pairs(0.65, 1.0)[..., None] * _unit(turn + draws.pairs(0.9, 2.2))
    parallelogram = np.stack([long_side, short_side, -long_side], axis=2)
    short_axis = draws.pairs(0.55, 1.0)[..., None] * _unit(turn + np.pi / 2)
    ellipse = np.stack([long_side, short_axis, -long_side], axis=2)
    kind = kinds[:, :, None, None]
    return np.where(kind == _TRIANGLE, triangle, np.where(kind == _PARALLELOGRAM, parallelogram, ellipse))


def _colours(draws: _Draws) -> tuple[Numbers, Numbers, Numbers]:
    """A muted background with a soft gradient and two saturated colours that stand out from it.

    The luma of the background is 0.06…0.34 or 0.70…0.96, that of the objects 0.50…0.74 on a dark one and
    0.30…0.54 on a light one: never less than 0.15 apart.
    """
    is_dark = draws.between(0, 1) < 0.5
    luma = np.where(is_dark, draws.between(0.12, 0.28), draws.between(0.76, 0.90))
    ground = _colour(draws.between(0, 1), luma, draws.between(0.05, 0.3))
    slope = draws.between(0, 0.08)[:, None] * _unit(draws.between(0, 2 * np.pi))
    # A slope of s changes the luma by s·√2 from corner to corner; with the warmth that is ±0.06 at most.
    warmth = 1 + draws.between(-0.3, 0.3)[:, None] * np.array([1.0, 0.0, -1.0])
    object_luma = draws.pairs(0.50, 0.74) - np.where(is_dark, 0.0, 0.20)[:, None]
    colours = _colour(draws.pairs(0, 1), object_luma, draws.pairs(0.75, 1.0))
    return ground, warmth[:, :, None] * slope[:, None, :], colours


def _colour(hue: Numbers, luma: Numbers, saturation: Numbers) -> Numbers:
    """Colours (..., rgb) of a given hue 0…1 and luma; a saturation of 1 is the most that luma allows."""
    ramps = np.abs((hue[..., None] * 6 + np.array([0.0, 4.0, 2.0])) % 6 - 3) - 1
    pure = np.clip(ramps, 0.0, 1.0)
    chroma = pure - (pure @ _LUMA)[..., None]
    room = np.where(chroma > 0, 1 - luma[..., None], luma[..., None]) / np.maximum(np.abs(chroma), 1e-9)
    reach = np.minimum(room.min(axis=-1), 1.0)
    colour: Numbers = luma[..., None] + (saturation * reach)[..., None] * chroma
    return colour


def _unit(angle: Numbers) -> Numbers:
    return np.stack([np.cos(angle), np.sin(angle)], axis=-1)


# ---- random numbers ------------------------------------------------------------------------------

_GOLDEN = 0x9E3779B97F4A7C15


def _uniforms(seed: int, indices: NDArray[np.int64], count: int) -> Numbers:
    """(N, count) numbers in 0…1 that depend on ``(seed, index)`` only.

    SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014), one stream per
    index: numpy's generators would have to be set up anew for each picture, which takes longer than drawing.
    """
    start = _mix(np.array([seed % 2**64], dtype=np.uint64))
    streams = _mix(start + indices.astype(np.uint64) * np.uint64(_GOLDEN))
    counters = np.arange(1, count + 1, dtype=np.uint64) * np.uint64(_GOLDEN)
    bits = _mix(streams[:, None] + counters)
    return (bits >> np.uint64(11)).astype(np.float64) * 2.0**-53


def _mix(bits: NDArray[np.uint64]) -> NDArray[np.uint64]:
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return bits ^ (bits >> np.uint64(31))


# ---- drawing -------------------------------------------------------------------------------------


def _draw(scenes: _Scenes, side: int) -> Pixels:
    """Draws N scenes, (N, 3, side, side) uint8. The edges are antialiased over one pixel."""
    along = ((np.arange(side) + 0.5) / side).astype(np.float32)
    slope = scenes.slope.astype(np.float32)[..., None, None]
    ground = scenes.ground.astype(np.float32)[..., None, None]
    picture = ground + slope[:, :, 0] * (along - 0.5) + slope[:, :, 1] * (along[:, None] - 0.5)
    for slot in range(2):
        for kind, distance in (
            (_TRIANGLE, _to_triangle),
            (_PARALLELOGRAM, _to_parallelogram),
            (_ELLIPSE, _to_ellipse),
        ):
            (which,) = np.nonzero(scenes.kinds[:, slot] == kind)
            outside = distance(scenes.centres[which, slot], scenes.outlines[which, slot], along)
            cover = np.clip(0.5 - outside * np.float32(side), 0.0, 1.0)[:, None]
            colour = scenes.colours[which, slot].astype(np.float32)[:, :, None, None]
            picture[which] += cover * (colour - picture[which])
    picture *= 255
    return np.rint(np.clip(picture, 0, 255, out=picture), out=picture).astype(np.uint8)


def _to_triangle(centres: Numbers, outlines: Numbers, along: Floats) -> Floats:
    """Signed distances (N, side, side) from a triangle, negative inside; mitred outside the corners."""
    return _to_polygon(centres[:, None] + outlines, along)


def _to_parallelogram(centres: Numbers, outlines: Numbers, along: Floats) -> Floats:
    """Signed distances (N, side, side) from a parallelogram, as for a triangle."""
    long_side, short_side = outlines[:, 0], outlines[:, 1]
    corners = np.stack([long_side, short_side, -long_side, -short_side], axis=1)
    return _to_polygon(centres[:, None] + corners, along)


def _to_polygon(corners: Numbers, along: Floats) -> Floats:
    """The largest of the signed distances from the edges of a convex polygon, (N, K, xy) clockwise."""
    edges = np.roll(corners, -1, axis=1) - corners
    normals = np.stack([edges[..., 1], -edges[..., 0]], axis=-1)
    normals /= np.linalg.norm(normals, axis=-1, keepdims=True)
    offsets = (normals * corners).sum(axis=-1).astype(np.float32)[..., None]
    normals = normals.astype(np.float32)
    across = normals[..., :1] * along - offsets
    down = normals[..., 1:] * along
    outside: Floats = down[:, 0, :, None] + across[:, 0, None, :]
    for edge in range(1, corners.shape[1]):
        np.maximum(outside, down[:, edge, :, None] + across[:, edge, None, :], out=outside)
    return outside


def _to_ellipse(centres: Numbers, outlines: Numbers, along: Floats) -> Floats:
    """Signed distances (N, side, side) from an ellipse, exact to first order at its edge."""
    axes = outlines[:, :2]
    squares = (axes**2).sum(axis=-1, keepdims=True)
    scaled = (axes / squares).astype(np.float32)  # p · axis / |axis|² is 1 at the end of the axis
    offsets = (axes / squares * centres[:, None]).sum(axis=-1).astype(np.float32)[..., None]
    lengths = np.sqrt(squares).astype(np.float32)[..., None]
    across = scaled[..., :1] * along - offsets
    down = scaled[..., 1:] * along
    first = down[:, 0, :, None] + across[:, 0, None, :]
    second = down[:, 1, :, None] + across[:, 1, None, :]
    radius = np.sqrt(first**2 + second**2)
    slope = np.sqrt((first / lengths[:, 0]) ** 2 + (second / lengths[:, 1]) ** 2)
    outside: Floats = radius * (radius - 1) / np.maximum(slope, np.float32(1e-6))
    return outside
