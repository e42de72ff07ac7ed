"""The layer table: every kind of layer and block that a network specification can name."""

from __future__ import annotations

from collections.abc import Mapping

from visualizer.networks.layers import (
    activation,
    blocks,
    convolution,
    dense,
    gated,
    inception,
    normalization,
    own,
    pooling,
    residual,
    structure,
)
from visualizer.networks.layers.kinds import LayerKind

_TABLES = (
    convolution.ROWS,
    pooling.ROWS,
    normalization.ROWS,
    activation.ROWS,
    structure.ROWS,
    blocks.ROWS,
    residual.ROWS,
    inception.ROWS,
    dense.ROWS,
    own.ROWS,
    gated.ROWS,
)

LAYERS: Mapping[str, LayerKind] = {row.name: row for table in _TABLES for row in table}
"""Every kind of layer and block by its name, in the order of the palette."""
