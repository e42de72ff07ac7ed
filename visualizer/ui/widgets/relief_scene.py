"""A landscape as a relief: heights, shaded triangles, lines and trails on it, and the camera, all as arrays."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from visualizer.race.frames import Landscape
from visualizer.race.surface import Window

Numbers = NDArray[np.float64]
Singles = NDArray[np.float32]

MOST_SAMPLES = 120  # on a side
HEIGHT = 0.75  # of the relief, where the longer side of its base is 2
_SHORTEST_SIDE = 0.55  # of the base, as a share of the longer one
_LINE_LIFT, TRAIL_LIFT = 0.004, 0.014
_SIGHT = 48  # samples along a line of sight
_MOST_PIECES = 24  # of a step, so that a long one follows the ground
_LIGHT = np.array([-0.45, -0.35, 0.82])
_LOW, _HIGH = (
    np.array([0.17, 0.18, 0.20]),
    np.array([0.56, 0.59, 0.63]),
)  # neutral, so that trails own the colour
_LINE = (0.78, 0.81, 0.86, 0.42)


@dataclass(frozen=True, slots=True, eq=False)
class Relief:
    """``heights`` (H, W) of the samples at ``xs`` (W,) and ``ys`` (H,) of the scene, NaN in gaps.

    ``corners`` (V, 3) and their ``colors`` (V, 4) are joined by ``triangles`` (T, 3); ``lines`` (L, 3) are pairs of
    points of contour lines, in ``line_color``. The base is as wide and deep as ``size`` says, around 0.
    """

    window: Window
    size: tuple[float, float]
    heights: Numbers = field(repr=False)
    corners: Singles = field(repr=False)
    colors: Singles = field(repr=False)
    triangles: NDArray[np.uint32] = field(repr=False)
    lines: Singles = field(repr=False)
    line_color: tuple[float, float, float, float] = _LINE

    def to_scene(self, points: Numbers) -> Numbers:
        """Points (N, 2) of the plane as x and y of the scene (N, 2)."""
        window = self.window
        share = (points - (window.left, window.bottom)) / (window.width, window.height)
        return (share - 0.5) * self.size

    def heights_at(self, points: Numbers) -> Numbers:
        """The height (N,) of the ground at points (N, 2) of the plane; NaN outside the window and in gaps."""
        rows, columns = self.heights.shape
        window = self.window
        x = (points[:, 0] - window.left) / window.width * (columns - 1)
        y = (points[:, 1] - window.bottom) / window.height * (rows - 1)
        inside = (x >= 0) & (x <= columns - 1) & (y >= 0) & (y <= rows - 1)
        x, y = np.where(inside, x, 0.0), np.where(inside, y, 0.0)
        left = np.minimum(x.astype(np.intp), columns - 2)
        low = np.minimum(y.astype(np.intp), rows - 2)
        right, up = x - left, y - low
        found = (
            self.heights[low, left] * (1 - right) * (1 - up)
            + self.heights[low, left + 1] * right * (1 - up)
            + self.heights[low + 1, left] * (1 - right) * up
            + self.heights[low + 1, left + 1] * right * up
        )
        return np.where(inside, found, np.nan)

    def on_ground(self, points: Numbers, lift: float = TRAIL_LIFT) -> Numbers:
        """Points (N, 2) of the plane as points of the scene (N, 3), a little above the ground."""
        return np.column_stack([self.to_scene(points), self.heights_at(points) + lift])

    def hidden(self, points: Numbers, eye: Numbers) -> NDArray[np.bool_]:
        """Whether the ground lies between points (N, 3) of the scene and the ``eye`` (3,): (N,). 0.3 ms for 20."""
        shares = (np.arange(1, _SIGHT) / _SIGHT) ** 2  # closest together near the point, where hills are
        way = points[:, None] + shares[None, :, None] * (eye - points)[:, None]
        window = self.window
        plane = (way[..., :2] / self.size + 0.5) * (window.width, window.height) + (
            window.left,
            window.bottom,
        )
        ground = self.heights_at(plane.reshape(-1, 2)).reshape(len(points), -1)
        with np.errstate(invalid="ignore"):
            return np.asarray((way[..., 2] < ground - TRAIL_LIFT / 2).any(axis=1))

    def trail(self, points: Numbers) -> tuple[Singles, NDArray[np.intp]]:
        """The way through ``points`` (n + 1, 2) as pairs of points (2 S, 3), and the step (S,) to which each belongs.

        Long steps follow the ground; what is outside the window or in a gap is left out.
        """
        if len(points) < 2:
            return np.zeros((0, 3), np.float32), np.zeros(0, np.intp)
        cell = max(self.window.width, self.window.height) / MOST_SAMPLES
        with np.errstate(invalid="ignore"):
            lengths = np.abs(np.diff(points, axis=0)).max(axis=1) / cell
        pieces = np.clip(np.nan_to_num(lengths, nan=1.0, posinf=1.0), 1, _MOST_PIECES).astype(np.intp)
        steps = np.repeat(np.arange(len(pieces)), pieces)
        piece = np.arange(len(steps)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
        starts, ways = points[steps], (points[1:] - points[:-1])[steps]
        share = (piece / pieces[steps])[:, None]
        ends = self.on_ground(starts + ways * (share + 1 / pieces[steps][:, None]))
        begins = self.on_ground(starts + ways * share)
        shown = np.isfinite(begins[:, 2]) & np.isfinite(ends[:, 2])
        pairs = np.stack([begins[shown], ends[shown]], axis=1).reshape(-1, 3)
        return pairs.astype(np.float32), steps[shown] + 1


def make_relief(landscape: Landscape) -> Relief:
    """The relief of a landscape, at most 120² samples of it: 15 ms.

    Heights are those of the levels: equal from level to level, so that what spans decades is seen too.
    """
    stride = max(1, math.ceil(max(landscape.values.shape) / MOST_SAMPLES))
    rows, columns = (_samples(size, stride) for size in landscape.values.shape)
    values = landscape.values[np.ix_(rows, columns)].astype(np.float64)
    window = landscape.window
    wide, deep = window.width, window.height
    longer = max(wide, deep)
    size = (2 * max(wide / longer, _SHORTEST_SIDE), 2 * max(deep / longer, _SHORTEST_SIDE))
    scale = _Scale(landscape)
    heights = scale.of(values)
    xs = np.linspace(-size[0] / 2, size[0] / 2, values.shape[1])
    ys = np.linspace(-size[1] / 2, size[1] / 2, values.shape[0])
    corners = np.stack([*np.broadcast_arrays(xs[None, :], ys[:, None]), np.nan_to_num(heights)], axis=-1)
    return Relief(
        window,
        size,
        heights,
        corners.reshape(-1, 3).astype(np.float32),
        _shaded(heights, xs, ys),
        _triangles(heights),
        _contours(landscape, scale, size),
    )


def _samples(count: int, stride: int) -> NDArray[np.intp]:
    """Which samples are kept: the ends too, so that the relief fills the window."""
    return np.unique(np.linspace(0, count - 1, max(2, -(-count // stride))).round().astype(np.intp))


class _Scale:
    """From losses to heights: linear from level to level, the lowest loss at 0, the highest at ``HEIGHT``."""

    def __init__(self, landscape: Landscape) -> None:
        levels = landscape.levels[np.isfinite(landscape.levels)]
        ends = [landscape.low, landscape.high]
        low, high = ends if np.isfinite(ends).all() else (0.0, 1.0)
        self._losses = np.unique(np.concatenate([[low], levels[(levels > low) & (levels < high)], [high]]))
        self._heights = np.linspace(0.0, HEIGHT, max(len(self._losses), 2))[: len(self._losses)]

    def of(self, losses: Numbers) -> Numbers:
        """Heights, NaN where the losses are."""
        heights = np.interp(losses, self._losses, self._heights)
        return np.where(np.isfinite(losses), heights, np.nan)


def _shaded(heights: Numbers, xs: Numbers, ys: Numbers) -> Singles:
    """The colour (V, 4) of each corner: lighter where it is high, and where it faces the light."""
    smooth = np.nan_to_num(heights)
    along_y, along_x = np.gradient(smooth, ys, xs)
    normals = np.stack([-along_x, -along_y, np.ones_like(smooth)], axis=-1)
    normals /= np.linalg.norm(normals, axis=-1, keepdims=True)
    light = np.clip(normals @ (_LIGHT / np.linalg.norm(_LIGHT)), 0, 1)
    ground = _LOW + (_HIGH - _LOW) * (smooth / HEIGHT)[..., None]
    colors = np.ones((smooth.size, 4), np.float32)
    colors[:, :3] = np.clip(ground * (0.45 + 0.75 * light[..., None]), 0, 1).reshape(-1, 3)
    return colors


def _triangles(heights: Numbers) -> NDArray[np.uint32]:
    """Two triangles for each cell of the grid without a gap at one of its corners."""
    rows, columns = heights.shape
    corners = np.arange(rows * columns).reshape(rows, columns)
    known = np.isfinite(heights)
    whole = known[:-1, :-1] & known[1:, :-1] & known[:-1, 1:] & known[1:, 1:]
    a, b, c, d = corners[:-1, :-1], corners[:-1, 1:], corners[1:, :-1], corners[1:, 1:]
    cells = np.stack([a, b, c, b, d, c], axis=-1)[whole]
    return cells.reshape(-1, 3).astype(np.uint32)


def _contours(landscape: Landscape, scale: _Scale, size: tuple[float, float]) -> Singles:
    """The contour lines at their heights, as pairs of points."""
    window = landscape.window
    pairs = [np.zeros((0, 3))]
    for level, line in zip(landscape.levels, landscape.lines, strict=True):
        if len(line) > 1:
            share = (line - (window.left, window.bottom)) / (window.width, window.height)
            height = np.full(len(line), float(scale.of(np.array([level]))[0]) + _LINE_LIFT)
            points = np.column_stack([(share - 0.5) * size, height])
            both = np.stack([points[:-1], points[1:]], axis=1)
            pairs.append(both[np.isfinite(both).all(axis=(1, 2))].reshape(-1, 3))
    return np.concatenate(pairs).astype(np.float32)
