"""One unit of a layer, looked at closely."""

from __future__ import annotations

import math

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from visualizer.networks.anatomy import ReceptiveField
from visualizer.networks.network import Network
from visualizer.probes.frames import ActivationFrame, Bytes, Floats, UnitFrame

BINS = 32
Box = tuple[float, float, float, float]


def look(
    network: Network,
    frame: ActivationFrame,
    unit: int,
    seen: Bytes,
    position: tuple[int, int] | None = None,
) -> UnitFrame:
    """The unit ``unit`` of the layer in ``frame``, at ``position`` (row, column) or where it is strongest.

    ``seen`` (H, W, 3) uint8 is what the network sees.
    """
    layer, values = frame.layer, frame.values[unit]
    if position is None:
        strongest = int(np.nan_to_num(values, nan=-np.inf).argmax())
        position = (strongest // values.shape[1], strongest % values.shape[1])
    box = field_box(layer.receptive_field, position, seen.shape[:2]) if layer.receptive_field else None
    counts, edges = histogram(values)
    weights = unit_filter(network.module.get_submodule(layer.module), unit)
    return UnitFrame(
        layer=layer,
        unit=unit,
        map=values,
        position=position,
        value=float(values[position]),
        field_box=box,
        field_pixels=_inside(seen, box) if box else None,
        counts=counts,
        edges=edges,
        filter=weights,
        filter_order=filter_order(weights) if weights is not None else (),
    )


def field_box(field: ReceptiveField, position: tuple[int, int], size: tuple[int, ...]) -> Box | None:
    """What ``position`` (row, column) sees, as (x, y, width, height) cut to a picture of ``size`` (H, W).

    None where it sees nothing but padding.
    """
    spans = []
    for axis in (1, 0):
        start = field.start[axis] + position[axis] * field.stride[axis]
        low, high = max(start, 0), min(start + field.size[axis], size[axis])
        if high <= low:
            return None
        spans.append((float(low), float(high - low)))
    (x, width), (y, height) = spans
    return x, y, width, height


def histogram(values: Floats) -> tuple[NDArray[np.int64], Floats]:
    """Counts of the finite ``values`` in equal bins, with an edge at 0 where they straddle it."""
    finite = values[np.isfinite(values)].astype(np.float64)
    if not finite.size:
        return np.zeros(1, np.int64), np.array([0, 1], np.float32)
    low, high = float(finite.min()), float(finite.max())
    if low == high:
        low, high = low - 0.5, high + 0.5
    elif low < 0 < high:
        below = min(max(round(BINS * -low / (high - low)), 1), BINS - 1)
        width = max(-low / below, high / (BINS - below))
        low, high = -below * width, (BINS - below) * width
    # Rounding may leave an extreme just outside, where it would not be counted.
    counts, edges = np.histogram(finite.clip(low, high), bins=BINS, range=(low, high))
    edges[np.abs(edges) < 1e-9 * (high - low)] = 0
    counts.setflags(write=False)
    edges = edges.astype(np.float32)
    edges.setflags(write=False)
    return counts.astype(np.int64, copy=False), edges


def unit_filter(module: nn.Module, unit: int) -> Floats | None:
    """The weights that ``module`` itself has for ``unit``: (in, kh, kw); a row of a linear layer (in, 1, 1)."""
    weight = getattr(module, "weight", None)
    if not isinstance(weight, torch.Tensor):
        return None
    if isinstance(module, nn.ConvTranspose2d):  # (in, out / groups, kh, kw)
        outputs, inputs = weight.shape[1], weight.shape[0] // module.groups
        group, place = divmod(unit, outputs)
        row = weight[group * inputs : (group + 1) * inputs, place]
    elif isinstance(module, nn.Conv2d):
        row = weight[unit]
    elif isinstance(module, nn.Linear):
        row = weight[unit][:, None, None]
    else:
        return None
    array: Floats = row.detach().float().cpu().numpy().copy()
    array.setflags(write=False)
    return array


def filter_order(weights: Floats) -> tuple[int, ...]:
    """The input channels by decreasing norm."""
    with np.errstate(over="ignore", invalid="ignore"):  # weights of a run that diverges
        norms = np.linalg.norm(weights.reshape(len(weights), -1), axis=1)
    return tuple(np.argsort(-norms, kind="stable").tolist())


def _inside(seen: Bytes, box: Box) -> Bytes:
    x, y, width, height = box
    rows = slice(math.floor(y), math.ceil(y + height))
    return seen[rows, math.floor(x) : math.ceil(x + width)]
