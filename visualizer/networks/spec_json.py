"""Network specifications as JSON, versioned: what the metadata of a network file holds."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any, get_args

from visualizer.errors import UserError
from visualizer.networks.initialization import DEFAULT
from visualizer.networks.naming import shown
from visualizer.networks.preprocessing import Interpolation, Preprocessing
from visualizer.networks.spec import (
    MAX_DEPTH,
    MAX_LAYERS,
    MAX_SIDE,
    LayerSpec,
    NetworkSpec,
    check_names,
    checked_classes,
    checked_initialization,
    checked_layer,
    checked_name,
    checked_number,
    walk,
)

VERSION = 2


def to_json(spec: NetworkSpec) -> str:
    """The specification as JSON (one line, versioned), in ASCII: labels may hold what UTF-8 cannot."""
    layers = [_row(row) for row in spec.layers]
    return json.dumps(
        {
            "version": VERSION,
            "name": spec.name,
            "input": spec.input,
            "layers": layers,
            "classes": spec.classes,
            "preprocessing": asdict(spec.preprocessing),
            "initialization": spec.initialization,
        }
    )


def _row(row: LayerSpec) -> dict[str, Any]:
    """One layer; what is usual (enabled, the network's initialisation) is left out."""
    document: dict[str, Any] = {"kind": row.kind, "name": row.name, **row.values}
    if row.layers:
        document["layers"] = [_row(inside) for inside in row.layers]
    if not row.enabled:
        document["enabled"] = False
    if row.initialization:
        document["initialization"] = row.initialization
    return document


def from_json(text: str) -> NetworkSpec:
    """Read what ``to_json`` wrote, now or in version 1.

    Raises ``UserError``, naming the place, for text that is no specification.
    """
    where = "the network specification"
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UserError("the network specification is not JSON; save the network again") from error
    document = _object(document, where)
    version = _take(document, "version", int, where)
    if not 1 <= version <= VERSION:
        raise UserError(
            f"the network specification is not of version {VERSION} or before; update the program"
        )
    rows = _take(document, "layers", list, where)
    if version == 1:
        rows = [_from_version_1(row) for row in rows]
        document.setdefault("initialization", DEFAULT)
    spec = NetworkSpec(
        name=checked_name(_take(document, "name", str, where), where),
        input=_input(_take(document, "input", list, where)),
        layers=_layers(rows),
        classes=_classes(_take(document, "classes", list, where)),
        preprocessing=_preprocessing(
            _object(_take(document, "preprocessing", dict, where), "'preprocessing'")
        ),
        initialization=checked_initialization(_take(document, "initialization", str, where), where)
        or DEFAULT,
    )
    _refuse_rest(document, where)
    if not len(spec.preprocessing.mean) == len(spec.preprocessing.std) == spec.input[0]:
        raise UserError("'preprocessing' needs one mean and one std per input channel")
    return spec


def _from_version_1(row: Any) -> Any:
    """Version 1 had one kind more: a residual stage, which is a sequence of residual blocks now."""
    if not isinstance(row, dict) or row.get("kind") != "residual_stage":
        return row
    row = dict(row)
    channels, stride = row.pop("channels", None), row.pop("stride", 1)
    count = int(checked_number(row.pop("blocks", 2), int, "'blocks'"))
    if not 1 <= count <= MAX_LAYERS:
        raise UserError(f"'blocks' must lie between 1 and {MAX_LAYERS:,}")
    block = {"kind": "residual_block", "channels": channels, "projection": "zero_padding"}
    blocks = [{**block, "name": str(index), "stride": stride if index == 0 else 1} for index in range(count)]
    return {**row, "kind": "sequence", "layers": blocks}


def _layers(rows: list[Any]) -> tuple[LayerSpec, ...]:
    layers = _inside(rows, "layer", depth=1)
    count = sum(1 for _ in walk(layers))
    if count > MAX_LAYERS:
        raise UserError(
            f"a network has at most {MAX_LAYERS:,} layers and blocks, not {count:,}; take some out"
        )
    check_names(layers)
    return layers


def _inside(rows: list[Any], place: str, depth: int) -> tuple[LayerSpec, ...]:
    """The layers of a network or block; ``place`` begins the name of each: "layer 3", "layer 3.2"."""
    if rows and depth > MAX_DEPTH:
        raise UserError(f"{place}: blocks are inside each other more than {MAX_DEPTH} deep; take some out")
    if len(rows) > MAX_LAYERS:
        raise UserError(f"a network has at most {MAX_LAYERS:,} layers and blocks; take some out")
    layers = []
    for number, row in enumerate(rows, start=1):
        where = f"{place} {number}" if depth == 1 else f"{place}.{number}"
        given = _object(row, where)
        kind, name = _take(given, "kind", str, where), _take(given, "name", str, where)
        inside = _take(given, "layers", list, where) if "layers" in given else []
        enabled = _take(given, "enabled", bool, where) if "enabled" in given else True
        chosen = _take(given, "initialization", str, where) if "initialization" in given else ""
        named = f"{where} ('{shown(name)}')"
        made = checked_layer(given, kind, checked_name(name, where), named, _inside(inside, where, depth + 1))
        layers.append(replace(made, enabled=enabled, initialization=checked_initialization(chosen, named)))
    return tuple(layers)


def _input(values: list[Any]) -> tuple[int, int, int]:
    sizes = tuple(int(checked_number(value, int, "'input'")) for value in values)
    if len(sizes) != 3 or not all(1 <= size <= MAX_SIDE for size in sizes):
        raise UserError(f"'input' must be three numbers (channels, height, width) between 1 and {MAX_SIDE:,}")
    return sizes[0], sizes[1], sizes[2]


def _classes(values: list[Any]) -> tuple[str, ...]:
    if not all(isinstance(value, str) for value in values):
        raise UserError("'classes' must be a list of names")
    return checked_classes(tuple(values))


def _preprocessing(given: dict[str, Any]) -> Preprocessing:
    where = "'preprocessing'"
    sizes = [_take(given, key, int, where) for key in ("resize", "crop")]
    if not all(1 <= size <= MAX_SIDE for size in sizes):
        raise UserError(f"'resize' and 'crop' must lie between 1 and {MAX_SIDE:,}")
    mean, std = (
        tuple(float(checked_number(value, float, f"'{key}'")) for value in _take(given, key, list, where))
        for key in ("mean", "std")
    )
    if not all(value > 0 for value in std):
        raise UserError("every 'std' must be greater than 0")
    interpolation: Interpolation = _take(given, "interpolation", str, where)
    if interpolation not in get_args(Interpolation):
        raise UserError(f"'interpolation' must be one of {', '.join(get_args(Interpolation))}")
    _refuse_rest(given, where)
    return Preprocessing(sizes[0], sizes[1], mean, std, interpolation)


def _object(value: Any, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise UserError(f"{where} must be a JSON object")
    return dict(value)


def _take(given: dict[str, Any], key: str, type: type, where: str) -> Any:
    """Take the entry out of ``given``, so that what remains at the end is unknown."""
    if key not in given:
        raise UserError(f"{where} has no '{key}'; add it")
    value = given.pop(key)
    if not isinstance(value, type) or (type is int and isinstance(value, bool)):
        wanted = {
            int: "a whole number",
            str: "a text",
            list: "a list",
            dict: "an object",
            bool: "true or false",
        }[type]
        raise UserError(f"{where}: '{key}' must be {wanted}")
    return value


def _refuse_rest(given: Mapping[str, Any], where: str) -> None:
    for key in given:
        raise UserError(f"{where} has an unknown entry '{shown(key)}'; take it out")
