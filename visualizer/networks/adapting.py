"""A specification for other classes, channels and images than it was made for."""

from __future__ import annotations

from dataclasses import replace

from visualizer.networks.network import Preprocessing
from visualizer.networks.spec import LayerSpec, NetworkSpec, Path, walk

AUXILIARY = "auxiliary_head"


def adapted(
    spec: NetworkSpec,
    input: tuple[int, int, int],
    classes: tuple[str, ...],
    preprocessing: Preprocessing,
) -> NetworkSpec:
    """The same network for other inputs and classes: its last layer, and that of each head, has one output each."""
    return replace(with_classes(spec, classes), input=input, preprocessing=preprocessing)


def with_classes(spec: NetworkSpec, classes: tuple[str, ...]) -> NetworkSpec:
    """The same network with one output for each of other classes."""
    layers = spec.layers
    for path in _heads(spec):
        layers = _with_outputs(layers, path, len(classes))
    return replace(spec, layers=layers, classes=classes)


def without_auxiliary_heads(spec: NetworkSpec) -> NetworkSpec:
    """The same network with its auxiliary heads switched off, as it is used after training."""
    return replace(spec, layers=tuple(_without_heads(row) for row in spec.layers))


def _heads(spec: NetworkSpec) -> list[Path]:
    """The layers with one output per class: the last one of the network, and of each auxiliary head, used or not."""
    auxiliary = [path for path, row in walk(spec.layers) if row.kind == AUXILIARY]
    left_out = [path for path, row in walk(spec.layers) if not row.enabled and row.kind != AUXILIARY]
    last: dict[Path, Path] = {}
    for path, row in walk(spec.layers):
        field = row.row.outputs
        if any(path[: len(block)] == block for block in left_out):
            continue
        if field and row.values[field] == len(spec.classes):
            home = next((head for head in auxiliary if path[: len(head)] == head), ())
            last[home] = path
    return list(last.values())


def _with_outputs(layers: tuple[LayerSpec, ...], path: Path, count: int) -> tuple[LayerSpec, ...]:
    at, rest = path[0], path[1:]
    row = layers[at]
    if rest:
        row = replace(row, layers=_with_outputs(row.layers, rest, count))
    else:
        row = replace(row, values={**row.values, row.row.outputs: count})
    return (*layers[:at], row, *layers[at + 1 :])


def _without_heads(row: LayerSpec) -> LayerSpec:
    if row.kind == AUXILIARY:
        return replace(row, enabled=False)
    return replace(row, layers=tuple(_without_heads(inside) for inside in row.layers)) if row.layers else row
