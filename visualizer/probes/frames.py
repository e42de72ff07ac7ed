"""The frozen results that probes publish and panels show."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from visualizer.networks.anatomy import Layer

Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Scale:
    """How activations become grey levels.

    ``limits`` of the whole layer or of each unit alone; ``symmetric`` puts zero at 128 (diverging maps),
    otherwise 0…255 spans minimum…maximum (sequential maps).
    """

    limits: Literal["layer", "unit"] = "layer"
    symmetric: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class UnitStatistics:
    """Per unit of a layer, each (U,) float32: over all positions of its map."""

    minimum: Floats
    low: Floats  # 5th percentile
    mean: Floats
    high: Floats  # 95th percentile
    maximum: Floats
    deviation: Floats
    nonpositive: Floats  # share of values ≤ 0, 0…1
    dead: NDArray[np.bool_]  # one value everywhere (maximum == minimum) on a map with several positions, or 0


@dataclass(frozen=True, slots=True, eq=False)
class ActivationFrame:
    """The activations of one layer for one input.

    ``values`` (U, h, w) float32, a unit without extent has h = w = 1; ``tiles`` (U, h, w) uint8 by ``scale``;
    ``limits`` (U, 2) float32: the values shown as grey level 0 and 255. All read-only. ``note`` tells how odd
    outputs were arranged ("Class token left out.").
    """

    layer: Layer
    scale: Scale
    values: Floats = field(repr=False)
    tiles: Bytes = field(repr=False)
    limits: Floats = field(repr=False)
    statistics: UnitStatistics = field(repr=False)
    note: str = ""


@dataclass(frozen=True, slots=True)
class ClassProbability:
    """One line of a prediction."""

    index: int
    label: str
    probability: float


@dataclass(frozen=True, slots=True)
class Prediction:
    """The softmax over the logits, most probable classes first (five at most).

    ``margin`` is the first probability less the second, ``entropy`` in bits over all classes, ``label_rank``
    the rank of the input's true class (1 is first) where it is known and is a class of the network, and
    ``label_probability`` (0…1) its probability.
    """

    top: tuple[ClassProbability, ...]
    classes: int
    margin: float
    entropy: float
    label: str | None = None
    label_rank: int | None = None
    note: str = ""
    label_probability: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class UnitFrame:
    """One unit of a layer looked at closely.

    ``map`` (h, w) float32. ``position`` is the (row, column) looked at, at first the strongest activation,
    and ``value`` the activation there. ``field_box`` is its receptive field as (x, y, width, height) in pixels
    of the network's input, cut to the picture, or None where the layer has none; ``field_pixels`` (h', w', 3)
    uint8 the picture inside it. ``counts`` (B,) and ``edges`` (B + 1,) make the histogram of ``map``, with an edge at 0
    where the values straddle it. ``filter`` is (in, kh, kw) float32, the unit's weights, or None for layers
    without; ``filter_order`` lists the input channels by decreasing norm.
    """

    layer: Layer
    unit: int
    map: Floats = field(repr=False)
    position: tuple[int, int]
    value: float
    field_box: tuple[float, float, float, float] | None
    field_pixels: Bytes | None = field(repr=False)
    counts: NDArray[np.int64] = field(repr=False)
    edges: Floats = field(repr=False)
    filter: Floats | None = field(repr=False, default=None)
    filter_order: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Inspection:
    """One look of a network at an input: the activations of the chosen layer, and the prediction."""

    frame: ActivationFrame
    prediction: Prediction | None
    seen: Bytes = field(repr=False)  # (H, W, 3) uint8: what the network sees
    crop: tuple[float, float, float, float]  # of the picture, as in data.inputs.Prepared
    notes: tuple[str, ...] = ()
