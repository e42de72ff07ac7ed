"""The frozen result of a look at the weights of one layer, and how it is to be looked at."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from visualizer.networks.anatomy import Layer

Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class WeightsView:
    """How weights become pictures.

    ``show`` the weights, their change since the start of the run, or both side by side. ``limits``: each template
    is scaled to its own maximum, or all to that of the layer. ``order`` of the units: as they are, by norm, by
    change, or similar ones beside each other. ``unit`` is the one that is looked at closely where a layer has too
    many input channels for all to be shown.
    """

    show: Literal["weights", "change", "both"] = "both"
    limits: Literal["unit", "layer"] = "unit"
    order: Literal["index", "norm", "change", "similarity"] = "index"
    unit: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class WeightsFrame:
    """The weights of one layer as pictures and figures.

    ``kind`` says what a tile is: "color" a filter over three input channels as an RGB picture, "channels" one
    input channel's part of a filter in diverging grey (128 is zero), "class" a row of a linear layer as a picture
    of the network's input, "row" a row of numbers in grey. ``tiles`` (U, h, w, 3) for color and class templates
    in colour, else (U, h, w), uint8, in the order of the layer; ``changes`` the same for the change since the
    start, None where there is no start to compare with. ``tile_unit`` (U,) is the unit that a tile belongs to and
    ``tile_channel`` (U,) its input channel, −1 for all; of a large layer only some units have tiles, ``view.unit``
    among them. ``values`` and ``differences`` are what ``tiles`` and ``changes`` were made from, in their shapes.
    ``order`` (units,) is the order to show the units in. ``norms`` (units,) are L2 norms, not finite where a weight
    is not, ``change_norms`` those of the changes (None without a start); ``minima`` and ``maxima`` (units,) the
    smallest and largest weights. ``limit`` is the value that the brightest grey level stands for where ``limits``
    is "layer", ``change_limit`` that of the changes. ``counts`` (B,) and ``edges`` (B + 1,) make the histogram of
    the weights, of large layers of evenly spread ones; ``start_counts`` (B,) are those of the start. ``names``
    (units,) are the classes where the units are their scores, else empty. ``note`` says in words what is seen:
    "32 templates 3×3×3, each scaled to its own maximum".
    """

    layer: Layer
    view: WeightsView
    kind: Literal["color", "channels", "class", "row"]
    tiles: Bytes = field(repr=False)
    changes: Bytes | None = field(repr=False)
    tile_unit: NDArray[np.intp] = field(repr=False)
    tile_channel: NDArray[np.intp] = field(repr=False)
    order: NDArray[np.intp] = field(repr=False)
    norms: Floats = field(repr=False)
    change_norms: Floats | None = field(repr=False)
    limit: float
    counts: NDArray[np.int64] = field(repr=False)
    edges: Floats = field(repr=False)
    mean: float
    std: float
    note: str
    values: Floats = field(repr=False)
    differences: Floats | None = field(repr=False)
    minima: Floats = field(repr=False)
    maxima: Floats = field(repr=False)
    change_limit: float = 0.0
    start_counts: NDArray[np.int64] | None = field(default=None, repr=False)
    names: tuple[str, ...] = field(default=(), repr=False)
