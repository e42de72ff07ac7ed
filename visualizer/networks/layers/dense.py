"""Blocks with many paths from layer to layer: dense and fractal."""

from __future__ import annotations

from visualizer.networks.layers.composition import Step, chained, conv_step, joined, norm_plan
from visualizer.networks.layers.kinds import (
    Field,
    LayerKind,
    Plan,
    Shape,
    made_of,
    required,
    unchanged,
)
from visualizer.networks.modules.dense import DenseBlock
from visualizer.networks.modules.fractal import Fractal


def _dense_plan(
    shape: Shape, *, num_layers: int, growth_rate: int, bottleneck_factor: int, dropout: float
) -> Plan:
    bottleneck: tuple[Step, ...] = ()
    if bottleneck_factor:
        bottleneck = (conv_step(bottleneck_factor * growth_rate, 1), norm_plan, unchanged)
    last = (conv_step(growth_rate, 3), *((unchanged,) if dropout else ()))

    def layer(seen: Shape) -> Plan:
        new = chained(seen, norm_plan, unchanged, *bottleneck, *last)
        return joined((seen[0] + growth_rate, *seen[1:]), Plan(seen, values=0), new)

    return chained(shape, *(layer,) * num_layers)


def _fractal_plan(shape: Shape, *, channels: int, columns: int, drop_path: float) -> Plan:
    unit = (conv_step(channels, 3), norm_plan, unchanged)
    paths = [chained(shape, *unit * 2**column) for column in range(columns)]
    # Each end of a column adds to a join, and each join divides: at most twice as many outputs as convolutions.
    return joined((channels, *shape[1:]), *paths, merged=2 ** (columns + 1))


ROWS = (
    LayerKind(
        "dense_block",
        "Dense block",
        "Blocks",
        "Dense block: every layer sees the concatenated outputs of all layers before (DenseNet).",
        _dense_plan,
        made_of(DenseBlock, "in_channels"),
        (
            Field("num_layers", int, 6, 1, 200, "Number of layers", title="Layers", column="kernel"),
            Field(
                "growth_rate",
                int,
                32,
                1,
                4_096,
                "Maps that each layer adds",
                title="Growth",
                column="channels",
            ),
            Field(
                "bottleneck_factor",
                int,
                4,
                0,
                64,
                "1×1 filters before each 3×3, as a multiple of the growth; 0: none",
            ),
            Field("dropout", float, 0.0, 0.0, 1.0, "Probability of dropout after every layer"),
        ),
        ranks=(3,),
        stem="denseblock",
        icon="dense_block",
    ),
    LayerKind(
        "fractal",
        "Fractal",
        "Blocks",
        "Fractal: columns of 1, 2, 4 … convolutions that join where they end together (FractalNet).",
        _fractal_plan,
        made_of(Fractal, "in_channels"),
        (
            required("channels", "Channels", "Number of maps of every convolution"),
            Field("columns", int, 3, 1, 8, "Number of columns; the deepest has 2^(columns − 1) convolutions"),
            Field("drop_path", float, 0.15, 0.0, 1.0, "Probability that training drops a path at a join"),
        ),
        ranks=(3,),
        stem="fractal",
        icon="fractal",
    ),
)
