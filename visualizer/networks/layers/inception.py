"""Blocks of parallel convolutions: inception and fire."""

from __future__ import annotations

from visualizer.networks.layers.composition import Step, chained, conv_step, joined, norm_plan
from visualizer.networks.layers.convolution import MAX_CHANNELS
from visualizer.networks.layers.kinds import (
    Field,
    LayerKind,
    Misfit,
    Plan,
    Shape,
    made_of,
    unchanged,
)
from visualizer.networks.layers.pooling import pool_plan
from visualizer.networks.modules.fire import Fire
from visualizer.networks.modules.inception import Inception


def _inception_plan(
    shape: Shape,
    *,
    channels_1x1: int,
    reduce_3x3: int,
    channels_3x3: int,
    reduce_5x5: int,
    channels_5x5: int,
    pool_projection: int,
    large_kernel: int,
    batch_norm: bool,
) -> Plan:
    if large_kernel % 2 == 0:
        raise Misfit(f"A filter of {large_kernel}×{large_kernel} has no middle and cannot keep the size.")

    def unit(channels: int, kernel: int) -> tuple[Step, ...]:
        if not channels:
            return ()
        norms = (norm_plan,) if batch_norm else ()
        return (conv_step(channels, kernel, bias=not batch_norm), *norms, unchanged)

    def pool(shape: Shape) -> Plan:
        return pool_plan(shape, kernel_size=3, stride=1, padding=1, ceil_mode=True)

    branches = (
        chained(shape, *unit(channels_1x1, 1)),
        chained(shape, *unit(reduce_3x3, 1), *unit(channels_3x3, 3)),
        chained(shape, *unit(reduce_5x5, 1), *unit(channels_5x5, large_kernel)),
        chained(shape, pool, *unit(pool_projection, 1)),
    )
    return joined((sum(branch.output[0] for branch in branches), *shape[1:]), *branches)


def _fire_plan(shape: Shape, *, squeeze_channels: int, expand_1x1: int, expand_3x3: int) -> Plan:
    def expand(squeezed: Shape) -> Plan:
        point = chained(squeezed, conv_step(expand_1x1, 1, bias=True), unchanged)
        square = chained(squeezed, conv_step(expand_3x3, 3, bias=True), unchanged)
        return joined((expand_1x1 + expand_3x3, *squeezed[1:]), point, square)

    return chained(shape, conv_step(squeeze_channels, 1, bias=True), unchanged, expand)


def _channels(name: str, default: int, help: str, title: str, minimum: int = 1) -> Field:
    return Field(name, int, default, minimum, MAX_CHANNELS, help, title=title)


ROWS = (
    LayerKind(
        "inception",
        "Inception",
        "Blocks",
        "Inception: 1×1, 3×3 and 5×5 convolutions and a max pool side by side, concatenated (GoogLeNet).",
        _inception_plan,
        made_of(Inception, "in_channels"),
        (
            _channels("channels_1x1", 64, "Maps of the 1×1 branch", "1×1"),
            _channels("reduce_3x3", 96, "1×1 filters before the 3×3 branch; 0: none", "Reduce 3×3", 0),
            _channels("channels_3x3", 128, "Maps of the 3×3 branch", "3×3"),
            _channels("reduce_5x5", 16, "1×1 filters before the 5×5 branch; 0: none", "Reduce 5×5", 0),
            _channels("channels_5x5", 32, "Maps of the 5×5 branch", "5×5"),
            _channels("pool_projection", 32, "1×1 filters after the pool; 0: the pooled input", "Pool", 0),
            Field(
                "large_kernel",
                int,
                5,
                1,
                31,
                "Side of the largest filter, odd; torchvision's GoogLeNet has 3 in place of 5",
            ),
            Field("batch_norm", bool, True, 0, 1, "Batch norm after every convolution, in place of its bias"),
        ),
        ranks=(3,),
        stem="inception",
        icon="inception",
    ),
    LayerKind(
        "fire",
        "Fire",
        "Blocks",
        "Fire: few 1×1 filters (squeeze), then 1×1 and 3×3 filters side by side (SqueezeNet).",
        _fire_plan,
        made_of(Fire, "in_channels"),
        (
            _channels("squeeze_channels", 16, "1×1 filters of the squeeze", "Squeeze"),
            _channels("expand_1x1", 64, "1×1 filters of the expansion", "Expand 1×1"),
            _channels("expand_3x3", 64, "3×3 filters of the expansion", "Expand 3×3"),
        ),
        ranks=(3,),
        stem="fire",
        icon="fire",
    ),
)
