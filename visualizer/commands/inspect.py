"""``main.py inspect``: a network's layers, and what it sees in an image, as tables or JSON."""

from __future__ import annotations

import difflib
import json
import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from torch import Tensor

from visualizer.atomic import replacing
from visualizer.commands.progress import shown_progress
from visualizer.commands.tables import Column, draw
from visualizer.data.images import read_image
from visualizer.data.inputs import FLIPS, Input
from visualizer.data.preprocessing import prepare_input
from visualizer.errors import UserError
from visualizer.networks.anatomy import Anatomy, Layer, examine
from visualizer.networks.network import Network
from visualizer.networks.zoo import open_network
from visualizer.probes.activations import capture, frame
from visualizer.probes.frames import ActivationFrame, Prediction, Scale
from visualizer.probes.prediction import predict, reading_of
from visualizer.rendering.pictures import file_name, grey_mosaic

NOT_KNOWN = "–"
BAR = 24  # characters of a probability of 1


@dataclass(frozen=True, slots=True)
class Activations:
    """The activations of one layer, for one image, in figures; ``std`` is that of the population."""

    shape: tuple[int, ...]
    min: float
    max: float
    mean: float
    std: float


@dataclass(frozen=True, slots=True)
class Seen:
    """What a network sees in an image: its prediction, and the activations by the name of the layer.

    ``prediction`` is None where the network gives no logits.
    """

    prediction: Prediction | None
    activations: Mapping[str, Activations]


def inspect(
    text: str,
    *,
    weights: Path | None = None,
    pretrained: bool = False,
    image: Path | None = None,
    flip: str | None = None,
    layer: str | None = None,
    maps: Path | None = None,
    as_json: bool = False,
) -> int:
    """Print what the network ``text`` is and, with ``image``, what it sees; returns the exit status."""
    for option, value in (("--layer", layer), ("--save-maps", maps), ("--flip", flip)):
        if value is not None and image is None:
            raise UserError(f"{option} is about what is seen in a picture: name one with --image FILE.")
    picture = None if image is None else read_image(image)  # before a download, in case it cannot be read
    if picture is not None and flip is not None:
        picture = picture.flipped(FLIPS[flip])
    with shown_progress() as report:
        network = open_network(text, weights=weights, pretrained=pretrained, progress=report)
    _tell(network.notes)
    anatomy = examine(network)
    seen = None
    if picture is not None:
        seen = _look(network, _chosen(anatomy, layer), picture, maps)
    if as_json:
        print(json.dumps(as_document(network, anatomy, seen), indent=2, allow_nan=False))
    else:
        print("\n".join(as_text(network, anatomy, seen)))
    return 0


def as_document(network: Network, anatomy: Anatomy, seen: Seen | None) -> dict[str, Any]:
    """The JSON of a network and of what it sees; a number that is not finite becomes null."""
    document: dict[str, Any] = {
        "network": {
            "name": network.name,
            "input": list(network.input),
            "parameters": anatomy.parameters,
            "macs": anatomy.macs,
            "classes": len(network.classes),
        },
        "layers": [
            {
                "name": layer.name,
                "kind": layer.kind,
                "output": list(layer.output),
                "parameters": layer.parameters,
                "macs": layer.macs,
                "receptive_field": _field(layer),
            }
            for layer in anatomy.layers
        ],
    }
    if seen is not None:
        document["prediction"] = [
            {"index": row.index, "label": row.label, "probability": _finite(row.probability)}
            for row in (seen.prediction.top if seen.prediction else ())
        ]
        document["activations"] = {
            name: {
                "shape": list(figures.shape),
                "min": _finite(figures.min),
                "max": _finite(figures.max),
                "mean": _finite(figures.mean),
                "std": _finite(figures.std),
            }
            for name, figures in seen.activations.items()
        }
    return document


def as_text(network: Network, anatomy: Anatomy, seen: Seen | None) -> Iterator[str]:
    """The lines of the same for people, at most 100 characters wide."""
    yield f"{network.name}, {network.weights}"
    yield (
        f"input {_shape(network.input)}, {anatomy.parameters:,} parameters, {anatomy.macs:,} MACs,"
        f" {len(network.classes):,} classes"
    )
    yield ""
    columns = (
        Column("layer", widest=32),
        Column("kind", widest=20),
        Column("output", numbers=True),
        Column("parameters", numbers=True),
        Column("MACs", numbers=True),
        Column("field", numbers=True),
    )
    yield from draw(columns, [_layer_row(layer) for layer in anatomy.layers])
    if seen is not None:
        yield ""
        yield from _seen_text(seen)


def _seen_text(seen: Seen) -> Iterator[str]:
    figures = [Column(title, numbers=True) for title in ("min", "max", "mean", "std")]
    yield from draw(
        [Column("activations", widest=32), Column("shape", numbers=True), *figures],
        [
            (name, _shape(f.shape), *(_number(value) for value in (f.min, f.max, f.mean, f.std)))
            for name, f in seen.activations.items()
        ],
    )
    if seen.prediction is None or not seen.prediction.top:
        return
    yield ""
    yield from draw(
        (Column("prediction"), Column("probability", numbers=True), Column("", widest=BAR)),
        [(row.label, _number(row.probability), _bar(row.probability)) for row in seen.prediction.top],
    )


def _look(network: Network, layers: Sequence[Layer], picture: Input, maps: Path | None) -> Seen:
    prepared = prepare_input(picture, network.preprocessing, network.input)
    _tell(picture.notes + prepared.notes)
    captured = capture(network.module, prepared.tensor, layers)
    reading = reading_of(network.module, captured.result)
    prediction = predict(captured.result, network.classes, reading=reading)
    if prediction is not None and prediction.note:
        _tell((prediction.note,))
    present = [layer for layer in layers if layer.name in captured.outputs]
    if maps is not None:
        for layer in present:
            _save_maps(frame(layer, captured.outputs[layer.name], Scale(), network.input[1:]), maps)
    return Seen(prediction, {layer.name: _figures(layer, captured.outputs[layer.name]) for layer in present})


def _save_maps(shown: ActivationFrame, directory: Path) -> None:
    """Write the mosaic of a layer as NAME.png and its values (U, h, w) as NAME.npy."""
    stem = file_name(shown.layer.name)
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with replacing(directory / f"{stem}.png") as part:
            grey_mosaic(shown.tiles).save(part, "PNG")
        with replacing(directory / f"{stem}.npy") as part, part.open("wb") as file:
            np.save(file, shown.values, allow_pickle=False)
    except (OSError, ValueError):  # ValueError: a NUL in the name
        reason = f"The maps cannot be written into '{directory}'"
        raise UserError(f"{reason}: choose another folder or free some space.") from None


def _chosen(anatomy: Anatomy, name: str | None) -> Sequence[Layer]:
    """The layer of that name, or all; raises ``UserError`` where there is none."""
    if name is None:
        return anatomy.layers
    chosen = [layer for layer in anatomy.layers if layer.name == name]
    if not chosen:
        names = [layer.name for layer in anatomy.layers]
        holding = [known for known in names if name in known][:3]
        close = holding or difflib.get_close_matches(name, names, n=3, cutoff=0.4) or names[:3]
        raise UserError(f"There is no layer '{name}' in the network: name one like {', '.join(close)}.")
    return chosen


def _figures(layer: Layer, output: Tensor) -> Activations:
    values = output.detach().double()  # so that the sum of many values stays exact
    if values.numel() == 0:
        return Activations(layer.output, math.nan, math.nan, math.nan, math.nan)
    low, high = values.aminmax()
    deviation, mean = values.std(correction=0), values.mean()
    return Activations(layer.output, low.item(), high.item(), mean.item(), deviation.item())


def _field(layer: Layer) -> int | list[int] | None:
    if layer.receptive_field is None:
        return None
    rows, columns = layer.receptive_field.size
    return rows if rows == columns else [rows, columns]


def _layer_row(layer: Layer) -> tuple[str, ...]:
    field = _field(layer)
    return (
        layer.name,
        layer.detail,
        _shape(layer.output),
        f"{layer.parameters:,}" if layer.parameters else NOT_KNOWN,
        f"{layer.macs:,}" if layer.macs else NOT_KNOWN,
        NOT_KNOWN if field is None else str(field) if isinstance(field, int) else _shape(field),
    )


def _shape(sizes: Sequence[int]) -> str:
    return "×".join(map(str, sizes))


def _number(value: float) -> str:
    return f"{value:.4g}" if abs(value) >= 1e-4 or value == 0 else f"{value:.1e}"


def _bar(share: float) -> str:
    return "█" * round(BAR * share) if math.isfinite(share) else ""


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _tell(notes: Sequence[str]) -> None:
    for note in notes:
        print(f"note: {note}", file=sys.stderr)
