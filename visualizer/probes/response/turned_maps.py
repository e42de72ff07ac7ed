"""The maps of one layer, turned as its input is, and how they agree with the maps of a turned input."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from visualizer.networks.anatomy import Anatomy, Layer, ReceptiveField

FEWEST_PLACES = 4
"""With fewer places in the disc a correlation over them says nothing."""

_CONSTANT = 1e-11  # of the sum of squares: a smaller rest is rounding
_CANCELLED = 1e-3  # of the sum of squares: with a smaller rest, single precision has lost too many digits


@dataclass(frozen=True, slots=True)
class Geometry:
    """Where the places of a map lie: per axis (rows, columns) how many there are, and the middle of the input.

    ``centre`` is the index, not always a whole one, of the place at the middle of the input; ``pitch`` the distance
    of two places in pixels of the input; ``radius`` that of the largest disc around the middle that lies in the
    input and in the map, in the same pixels.
    """

    size: tuple[int, int]
    centre: tuple[float, float]
    pitch: tuple[float, float]
    radius: float

    @property
    def count(self) -> int:
        """How many places lie in the disc."""
        return int(self.inside().sum())

    def inside(self) -> NDArray[np.bool_]:
        """Which places (h, w) lie in the disc: they are in the picture at every angle, and so is what they become."""
        rows, columns = self._offsets()
        return np.hypot(rows[:, None], columns[None]) <= self.radius + 1e-6

    def grid(self, angles: NDArray[np.float64]) -> Tensor:
        """Where each place of the turned map looks in the map: (A, h, w, 2) for ``grid_sample``.

        Places outside the disc look far off, where there is nothing: they become 0.
        """
        rows, columns = self._offsets()
        turn = np.deg2rad(angles)[:, None, None]
        across = columns * np.cos(turn) - rows[:, None] * np.sin(turn)
        down = columns * np.sin(turn) + rows[:, None] * np.cos(turn)
        places = [
            (offset / pitch + centre + 0.5) * 2 / size - 1
            for offset, pitch, centre, size in zip(
                (across, down), self.pitch[::-1], self.centre[::-1], self.size[::-1], strict=True
            )
        ]
        made = np.stack(places, axis=-1)
        made[:, ~self.inside()] = 9.0
        return torch.from_numpy(made.astype(np.float32))

    def _offsets(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """How far rows and columns lie from the middle, in pixels of the input."""
        rows, columns = (np.arange(size, dtype=np.float64) for size in self.size)
        return (rows - self.centre[0]) * self.pitch[0], (columns - self.centre[1]) * self.pitch[1]


def geometry(size: tuple[int, int], seen: ReceptiveField | None, input_size: tuple[int, int]) -> Geometry:
    """That of maps of ``size`` (h, w) whose units see ``seen`` of an input of ``input_size`` (H, W).

    Padding and strides shift the places of a map against the input, deep in a network by half a place, and turned
    maps must turn about the middle of the input. Without a formula for the fields the map is taken as centred.
    """
    if seen is not None and min(seen.stride) > 0:
        pitch = (float(seen.stride[0]), float(seen.stride[1]))
        first = [start + extent / 2 for start, extent in zip(seen.start, seen.size, strict=True)]
        centre = ((input_size[0] / 2 - first[0]) / pitch[0], (input_size[1] / 2 - first[1]) / pitch[1])
        if all(0 <= at <= count - 1 for at, count in zip(centre, size, strict=True)):
            return Geometry(size, centre, pitch, _radius(size, centre, pitch, input_size))
    pitch = (input_size[0] / size[0], input_size[1] / size[1])
    centre = ((size[0] - 1) / 2, (size[1] - 1) / 2)
    return Geometry(size, centre, pitch, _radius(size, centre, pitch, input_size))


def _radius(
    size: tuple[int, int],
    centre: tuple[float, float],
    pitch: tuple[float, float],
    input_size: tuple[int, int],
) -> float:
    """No margin is taken for what units see beyond the disc: deep in a network it would leave no place at all."""
    reach = [min(at, count - 1 - at) * step for at, count, step in zip(centre, size, pitch, strict=True)]
    return min(*reach, min(input_size) / 2)


def field_of(layer: Layer, anatomy: Anatomy) -> ReceptiveField | None:
    """What places of the layer see, by a formula; for a layer behind a look at the whole map, that of one before it.

    A gate made of the mean over a map lets every unit see all, without moving the places of the map.
    """
    waiting, met = [layer.index], {layer.index}
    while waiting:
        found = anatomy.layers[waiting.pop(0)]
        seen = found.receptive_field
        if seen is not None and min(seen.stride) > 0:
            return seen
        new = [
            parent
            for parent in found.parents
            if parent >= 0 and parent not in met and anatomy.layers[parent].output[-2:] == layer.output[-2:]
        ]
        waiting += new
        met.update(new)
    return None


@dataclass(frozen=True, slots=True, eq=False)
class StillMaps:
    """The maps (1, C, h, w) of the input as it is, less each unit's mean over the disc."""

    geometry: Geometry
    maps: Tensor = field(repr=False)
    disc: Tensor = field(repr=False)  # (h, w), 1 inside
    varies: bool  # whether there is anything to correlate
    finite: bool

    @classmethod
    def of(cls, maps: Tensor, geometry: Geometry) -> StillMaps:
        """From the output (1, C, h, w) of the layer."""
        disc = torch.from_numpy(geometry.inside()).to(maps.device, maps.dtype)
        finite = bool(torch.isfinite(maps).all())
        # A unit's mean in double precision: single overflows where values are huge.
        means = ((maps.double() * disc).sum((2, 3), keepdim=True) / max(geometry.count, 1)).to(maps.dtype)
        centred = maps - means
        rest, all_of_it = (((each.double() * disc) ** 2).sum().item() for each in (centred, maps))
        return cls(geometry, centred, disc, finite and rest > _CONSTANT * all_of_it, finite)

    def correlation(self, maps: Tensor, grid: Tensor) -> Tensor:
        """Of ``maps`` (N, C, h, w) of turned inputs with these maps turned by ``grid`` (N, h, w, 2): (N,), −1…1 or NaN.

        Pearson's, over all units and all places of the disc, each unit about its own mean there: about a common mean
        the differences between the means of the units, which no turn changes, would hide everything else. Where single
        precision may not do, because means are far above what varies or squares leave its range, it is formed again
        in double.
        """
        if not self.varies:
            return torch.full((len(maps),), math.nan, dtype=torch.float64)
        found, is_exact = _pearson(maps, self.maps, self.disc, grid.to(maps.dtype))
        if not is_exact and maps.dtype != torch.float64 and bool(torch.isfinite(maps).all()):
            found, _ = _pearson(maps.double(), self.maps.double(), self.disc.double(), grid.double())
        return found.cpu()


def _pearson(maps: Tensor, still: Tensor, disc: Tensor, grid: Tensor) -> tuple[Tensor, bool]:
    """The correlation (N,), and whether its sums are exact to about 1e-4."""
    turned = F.grid_sample(
        still.expand(len(maps), -1, -1, -1), grid, align_corners=False
    )  # 0 outside the disc
    count = disc.sum().double()
    x, y = (maps * disc).flatten(2), turned.flatten(2)
    total_x, total_y = x.sum(2).double(), y.sum(2).double()
    x, y = x.flatten(1), y.flatten(1)
    # Several reductions, each at the speed of memory: one product of matrices would take ten times as long.
    square_x, square_y = (torch.linalg.vector_norm(each, dim=1).double() ** 2 for each in (x, y))
    common = torch.stack([one @ other for one, other in zip(x, y, strict=True)]).double()
    spread_x = square_x - (total_x**2).sum(1) / count
    spread_y = square_y - (total_y**2).sum(1) / count
    product = (spread_x.clamp(min=0) * spread_y.clamp(min=0)).sqrt()
    known = (spread_x > _CONSTANT * square_x) & (product > 0)
    found = (common - (total_x * total_y).sum(1) / count) / product
    is_exact = bool((known & found.isfinite() & (spread_x > _CANCELLED * square_x)).all())
    return torch.where(known, found.clamp(-1, 1), math.nan), is_exact


def vector_correlation(vectors: NDArray[np.float64], still: NDArray[np.float64]) -> NDArray[np.float64]:
    """Pearson's of each of ``vectors`` (N, K) with ``still`` (K,); NaN where one of them is constant or not finite."""
    with np.errstate(all="ignore"):
        x, y = vectors - vectors.mean(1, keepdims=True), still - still.mean()
        lengths = np.linalg.norm(x, axis=1), np.linalg.norm(y)
        flat = (lengths[0] <= 1e-6 * np.linalg.norm(vectors, axis=1)) | (
            lengths[1] <= 1e-6 * np.linalg.norm(still)
        )
        found = x @ y / (lengths[0] * lengths[1])
    return np.where(flat | ~np.isfinite(found), math.nan, found.clip(-1, 1))


def as_maps(layer: Layer, output: Tensor) -> Tensor:
    """The output of a layer as maps (N, C, h, w) of real numbers."""
    output = output.detach()
    output = output.abs() if output.is_complex() else output
    output = output if output.dtype in (torch.float32, torch.float64) else output.float()
    return output.permute(0, 3, 1, 2) if layer.layout == "maps_last" else output


def grids(
    geometries: Sequence[Geometry], angles: NDArray[np.float64], device: torch.device
) -> Mapping[Geometry, Tensor]:
    """The grids of each geometry once: most layers share theirs with others."""
    return {each: each.grid(angles).to(device) for each in set(geometries)}
