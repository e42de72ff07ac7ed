"""Network specifications: what a sequential network is, as frozen data, as JSON and as a module."""

from __future__ import annotations

import json
import math
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from math import prod
from typing import Any, get_args

from torch import nn

from visualizer.errors import UserError
from visualizer.networks.cost import MAX_INPUT, Cost, cost
from visualizer.networks.layers import LAYERS, Field, LayerKind, Shape, Value
from visualizer.networks.naming import shown
from visualizer.networks.network import Interpolation, Preprocessing
from visualizer.networks.skeleton import Skeleton

VERSION = 1
MAX_LAYERS = 2_000  # residual blocks count as layers
MAX_SIDE = 8_192
MAX_CLASSES = 100_000
MAX_LABEL = 1_000  # characters


@dataclass(frozen=True, slots=True)
class LayerSpec:
    """One layer: its kind in the layer table, its own name, and every field of that kind."""

    kind: str
    name: str
    values: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NetworkSpec:
    """A network whose layers follow one another; ``input`` is (C, H, W) of one image."""

    name: str
    input: tuple[int, int, int]
    layers: tuple[LayerSpec, ...]
    classes: tuple[str, ...]
    preprocessing: Preprocessing


def layer(kind: str, name: str, **given: Value) -> LayerSpec:
    """The specification of one layer, the fields that are not given at their defaults.

    Raises ``UserError`` for an unknown kind or field, a wrong type and a value out of range.
    """
    return _layer(given, kind, name, f"layer '{name}'")


def build(spec: NetworkSpec) -> nn.Sequential:
    """The module of a specification: the layers' names are its children, so keys are ``conv1.weight``.

    Raises ``UserError`` where a layer does not fit the shape it gets, and for a network beyond the limits.
    Under ``Skeleton`` it allocates nothing.
    """
    with Skeleton():  # costs no memory: the limits come before the allocation
        _check(spec)
    modules: OrderedDict[str, nn.Module] = OrderedDict()
    shape: Shape = spec.input
    for row in spec.layers:
        modules[row.name], shape = _module(row, shape)
    return nn.Sequential(modules)


def _check(spec: NetworkSpec) -> None:
    if prod(spec.input) > MAX_INPUT:
        raise UserError(
            f"network '{spec.name}' wants inputs of {_words(spec.input)}; make them smaller, "
            f"at most {MAX_INPUT:,} values"
        )
    shape, total = tuple(spec.input), Cost()
    for row in spec.layers:
        before = shape
        module, shape = _module(row, before)
        total += cost(module, before, shape, row.values)
        if total.excess:
            raise UserError(
                f"network '{spec.name}' would have {total.excess} from its layer '{row.name}' "
                f"({row.kind}) on; make its layers or its input smaller"
            )
    if shape != (len(spec.classes),):
        raise UserError(
            f"network '{spec.name}' ends with an output of {_words(shape)} but has {len(spec.classes)} "
            "classes; let a linear layer with one output per class be the last"
        )


def _module(row: LayerSpec, shape: Shape) -> tuple[nn.Module, Shape]:
    kind = LAYERS[row.kind]
    problem = f"layer '{row.name}' ({row.kind}) does not fit an input of {_words(shape)}"
    if len(shape) not in kind.ranks:
        raise UserError(f"{problem}; put another layer before it")
    try:
        output = kind.output(shape, **row.values)
        if min(output) < 1:
            raise UserError(f"{problem}; make its window smaller")
        return kind.build(shape, **row.values), output
    except (ValueError, RuntimeError) as error:
        raise UserError(f"{problem}; change its fields") from error


def _words(shape: Shape) -> str:
    return " × ".join(map(str, shape))


def to_json(spec: NetworkSpec) -> str:
    """The specification as JSON (one line, versioned)."""
    layers = [{"kind": row.kind, "name": row.name, **row.values} for row in spec.layers]
    return json.dumps({"version": VERSION, **asdict(spec), "layers": layers}, ensure_ascii=False)


def from_json(text: str) -> NetworkSpec:
    """Read what ``to_json`` wrote.

    Raises ``UserError``, naming the place, for text that is no specification of this version.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UserError("the network specification is not JSON; save the network again") from error
    document = _object(document, "the network specification")
    if _take(document, "version", int, "the network specification") != VERSION:
        raise UserError(f"the network specification is not of version {VERSION}; update the program")
    where = "the network specification"
    spec = NetworkSpec(
        name=_name(_take(document, "name", str, where), where),
        input=_input(_take(document, "input", list, where)),
        layers=_layers(_take(document, "layers", list, where)),
        classes=_classes(_take(document, "classes", list, where)),
        preprocessing=_preprocessing(
            _object(_take(document, "preprocessing", dict, where), "'preprocessing'")
        ),
    )
    _refuse_rest(document, where)
    if not len(spec.preprocessing.mean) == len(spec.preprocessing.std) == spec.input[0]:
        raise UserError("'preprocessing' needs one mean and one std per input channel")
    return spec


def _layers(rows: list[Any]) -> tuple[LayerSpec, ...]:
    if not 1 <= len(rows) <= MAX_LAYERS:
        raise UserError(f"a network has 1 to {MAX_LAYERS} layers, not {len(rows)}")
    layers = []
    for number, row in enumerate(rows, start=1):
        where = f"layer {number}"
        given = _object(row, where)
        kind, name = _take(given, "kind", str, where), _take(given, "name", str, where)
        layers.append(_layer(given, kind, _name(name, where), f"{where} ('{shown(name)}')"))
    if sum(int(row.values.get("blocks", 1)) for row in layers) > MAX_LAYERS:
        raise UserError(f"a network has at most {MAX_LAYERS:,} layers and blocks; take some out")
    if len({row.name for row in layers}) < len(layers):
        raise UserError("two layers have the same name; give each its own")
    return tuple(layers)


def _layer(given: Mapping[str, Any], kind_name: str, name: str, where: str) -> LayerSpec:
    kind = LAYERS.get(kind_name)
    if kind is None:
        raise UserError(f"{where}: there is no kind '{shown(kind_name)}'; there are {', '.join(LAYERS)}")
    unknown = [key for key in given if key not in {row.name for row in kind.fields}]
    if unknown:
        raise UserError(f"{where}: {kind.name} has no field '{shown(unknown[0])}'; {_fields_of(kind)}")
    return LayerSpec(kind.name, name, {row.name: _value(row, given, where) for row in kind.fields})


def _fields_of(kind: LayerKind) -> str:
    return "it has " + (", ".join(row.name for row in kind.fields) or "none")


def _value(row: Field, given: Mapping[str, Any], where: str) -> Value:
    value = given.get(row.name, row.default)
    if value is None:
        raise UserError(f"{where}: the field '{row.name}' is missing; give it a value")
    value = _number(value, row.type, f"{where}: '{row.name}'")
    if not row.minimum <= value <= row.maximum:
        raise UserError(f"{where}: '{row.name}' must lie between {row.minimum:,} and {row.maximum:,}")
    return value


def _number(value: Any, type: type[Value], where: str) -> Value:
    if type is float and isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**53:
        value = float(value)
    if not isinstance(value, type) or (isinstance(value, bool) and type is not bool):
        wanted = {int: "a whole number", float: "a number", bool: "true or false"}[type]
        raise UserError(f"{where} must be {wanted}")
    if isinstance(value, float) and not math.isfinite(value):
        raise UserError(f"{where} must be finite")
    return value


def _input(values: list[Any]) -> tuple[int, int, int]:
    sizes = tuple(int(_number(value, int, "'input'")) for value in values)
    if len(sizes) != 3 or not all(1 <= size <= MAX_SIDE for size in sizes):
        raise UserError(f"'input' must be three numbers (channels, height, width) between 1 and {MAX_SIDE:,}")
    return sizes[0], sizes[1], sizes[2]


def _classes(values: list[Any]) -> tuple[str, ...]:
    if not values or not all(isinstance(value, str) for value in values):
        raise UserError("'classes' must be a list of names")
    if len(values) > MAX_CLASSES or max(map(len, values)) > MAX_LABEL:
        raise UserError(
            f"'classes' must be at most {MAX_CLASSES:,} names of at most {MAX_LABEL:,} characters; shorten it"
        )
    return tuple(values)


def _preprocessing(given: dict[str, Any]) -> Preprocessing:
    where = "'preprocessing'"
    sizes = [_take(given, key, int, where) for key in ("resize", "crop")]
    if not all(1 <= size <= MAX_SIDE for size in sizes):
        raise UserError(f"'resize' and 'crop' must lie between 1 and {MAX_SIDE:,}")
    mean, std = (
        tuple(float(_number(value, float, f"'{key}'")) for value in _take(given, key, list, where))
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
        wanted = {int: "a whole number", str: "a text", list: "a list", dict: "an object"}[type]
        raise UserError(f"{where}: '{key}' must be {wanted}")
    return value


def _name(name: str, where: str) -> str:
    if not 1 <= len(name) <= 80 or "." in name or not name.isprintable():
        raise UserError(f"{where}: a name has 1 to 80 characters and no dot, not '{shown(name)}'")
    return name


def _refuse_rest(given: Mapping[str, Any], where: str) -> None:
    for key in given:
        raise UserError(f"{where} has an unknown entry '{shown(key)}'; take it out")
