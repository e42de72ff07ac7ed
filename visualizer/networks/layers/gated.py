"""The block that learns its own wiring."""

from __future__ import annotations

from typing import Any

from visualizer.networks.layers.kinds import Construction, Field, LayerKind, Misfit, Plan, Shape, Value
from visualizer.networks.modules.gated import GatedBlock


def _feed(shape: Shape, outputs: tuple[Shape, ...], *, merge: str, **values: Value) -> Shape:
    """The smallest height and width of all sources; the most channels where those should be equal."""
    sources = (shape, *outputs)
    for source in sources:
        _check_maps(source)
    channels = [source[0] for source in sources]
    merged = sum(channels) if merge == "concatenate" else max(channels)
    return (merged, min(source[1] for source in sources), min(source[2] for source in sources))


def _check_maps(shape: Shape) -> None:
    if len(shape) != 3:
        raise Misfit("A layer in it gives a vector, but a gated block holds maps; put that layer after it.")


def _gated_plan(shape: Shape, outputs: tuple[Shape, ...], *, merge: str, gates: str, initial: float) -> Plan:
    """What the merges cost: each resizes and weights all maps that come before its layer."""
    _check_maps(outputs[-1])
    sources = (shape, *outputs[:-1])
    if merge != "concatenate" and (other := [source[0] for source in sources if source[0] != shape[0]]):
        raise Misfit(
            f"Merging by {merge} needs equal channels, but {shape[0]:,} and {other[0]:,} come together."
        )
    parameters = weighted = channels = 0
    _, height, width = shape
    for count, source in enumerate(sources, start=1):
        channels += source[0]
        height, width = min(height, source[1]), min(width, source[2])
        parameters += count if gates == "per_layer" else channels
        weighted += channels * height * width
    # The maps are there resized, weighted, and side by side.
    return Plan(outputs[-1], parameters=parameters, operations=weighted, values=3 * weighted)


def _construct_gated(shape: Shape, outputs: tuple[Shape, ...], **values: Any) -> Construction:
    channels = [source[0] for source in (shape, *outputs[:-1])]
    return Construction(GatedBlock, {"channels": channels, **values})


def _content(shape: Shape) -> tuple[tuple[str, dict[str, Value]], ...]:
    """The convolutions of mini-VGG without bias, and its pooling where there is something to pool."""
    convs = tuple(_conv(channels) for channels in (32, 32, 64, 64))
    pool: tuple[str, dict[str, Value]] = ("max_pool", {"kernel_size": 2})
    return (*convs[:2], *((pool,) if min(shape[1:]) > 1 else ()), *convs[2:])


def _conv(channels: int) -> tuple[str, dict[str, Value]]:
    return "conv", {"out_channels": channels, "padding": 1, "bias": False}


ROWS = (
    LayerKind(
        "gated",
        "Gated",
        "Blocks",
        "Gated: every layer gets all outputs before it through learned gates, and so learns its own wiring.",
        _gated_plan,
        _construct_gated,
        (
            Field(
                "merge",
                str,
                "concatenate",
                0,
                0,
                "How the weighted maps become the input of a layer",
                choices=("concatenate", "sum", "max"),
                column="extra",
            ),
            Field(
                "gates",
                str,
                "per_layer",
                0,
                0,
                "One gate for each layer before, or for each of its maps",
                choices=("per_layer", "per_map"),
            ),
            Field("initial", float, 0.0, -10.0, 10.0, "Where w begins; a gate is open by sigmoid(w)"),
        ),
        ranks=(3,),
        wiring="all",
        feed=_feed,
        reserved=("gates", "gate_matrix", "merges", "prune"),
        content=_content,
        stem="gated",
        icon="gated",
    ),
)
