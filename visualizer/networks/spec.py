"""Network specifications: what a network is, as frozen data. A tree of layers and blocks."""

from __future__ import annotations

import difflib
import itertools
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from torch import nn

from visualizer.errors import UserError
from visualizer.networks.initialization import DEFAULT, INITIALIZATIONS
from visualizer.networks.layers import LAYERS
from visualizer.networks.layers.kinds import Field, LayerKind, Value
from visualizer.networks.naming import shown
from visualizer.networks.preprocessing import Preprocessing

MAX_LAYERS = 2_000  # layers and blocks together
MAX_DEPTH = 20  # blocks inside blocks
MAX_SIDE = 8_192
MAX_CLASSES = 100_000
MAX_LABEL = 1_000  # characters

Path = tuple[int, ...]
"""Where a layer stands in the tree: the index in the network, then the index in that block, and so on."""

_identities = itertools.count()


@dataclass(frozen=True, slots=True)
class LayerSpec:
    """One layer or block: its kind in the layer table, its own name, every field of that kind.

    ``layers`` are those inside a block. A layer that is not ``enabled`` is left out of the network.
    ``initialization`` is a row of ``INITIALIZATIONS``, or "" for the network's. ``identity`` stays the same
    through edits, names and moves included, so that a layer's weights can be found again; it says nothing
    about equality and is not kept in files.
    """

    kind: str
    name: str
    values: Mapping[str, Value] = field(default_factory=dict)
    layers: tuple[LayerSpec, ...] = ()
    enabled: bool = True
    initialization: str = ""
    identity: int = field(default_factory=_identities.__next__, compare=False, repr=False)

    @property
    def row(self) -> LayerKind:
        """Its row of the layer table."""
        return LAYERS[self.kind]


@dataclass(frozen=True, slots=True)
class NetworkSpec:
    """A network whose layers follow one another; ``input`` is (C, H, W) of one image.

    ``classes`` are the labels of its outputs; none for a network that does not classify.
    """

    name: str
    input: tuple[int, int, int]
    layers: tuple[LayerSpec, ...]
    classes: tuple[str, ...]
    preprocessing: Preprocessing
    initialization: str = DEFAULT


def layer(kind: str, name: str, *layers: LayerSpec, **given: Value) -> LayerSpec:
    """The specification of one layer or block, the fields that are not given at their defaults.

    Raises ``UserError`` for an unknown kind or field, a wrong type and a value out of range.
    """
    return checked_layer(given, kind, name, f"layer '{name}'", layers)


def new_identity() -> int:
    """The identity of a layer that is none of those that exist."""
    return next(_identities)


def walk(layers: tuple[LayerSpec, ...], before: Path = ()) -> Iterator[tuple[Path, LayerSpec]]:
    """Every layer and block with its path, in the order of the rows of the builder."""
    for index, row in enumerate(layers):
        yield (*before, index), row
        yield from walk(row.layers, (*before, index))


def module_names(spec: NetworkSpec) -> Iterator[tuple[str, LayerSpec]]:
    """Every layer that is built, with the name of its module: ``layer1.0.conv1``."""
    yield from _named(spec.layers, "")


def _named(layers: tuple[LayerSpec, ...], prefix: str) -> Iterator[tuple[str, LayerSpec]]:
    for row in layers:
        if row.enabled:
            yield f"{prefix}{row.name}", row
            yield from _named(row.layers, f"{prefix}{row.name}.")


# Checks ----------------------------------------------------------------------------------------------


def checked_layer(
    given: Mapping[str, Any], kind_name: str, name: str, where: str, layers: tuple[LayerSpec, ...] = ()
) -> LayerSpec:
    """The layer with every field checked; ``where`` names the place in errors. Raises ``UserError``."""
    kind = LAYERS.get(kind_name)
    if kind is None:
        near = difflib.get_close_matches(kind_name, LAYERS, n=3, cutoff=0.4) or list(LAYERS)[:3]
        raise UserError(f"{where}: there is no kind '{shown(kind_name)}'; name one like {', '.join(near)}")
    unknown = [key for key in given if key not in {row.name for row in kind.fields}]
    if unknown:
        raise UserError(f"{where}: {kind.name} has no field '{shown(unknown[0])}'; {_fields_of(kind)}")
    if layers and not kind.is_block:
        raise UserError(f"{where}: {kind.name} is no block; take the layers out of it")
    return LayerSpec(
        kind.name, name, {row.name: checked_value(row, given, where) for row in kind.fields}, layers
    )


def _fields_of(kind: LayerKind) -> str:
    return "it has " + (", ".join(row.name for row in kind.fields) or "none")


def checked_value(row: Field, given: Mapping[str, Any], where: str) -> Value:
    """The value of a field, or its default; raises ``UserError``."""
    value = given.get(row.name, row.default)
    if value is None:
        raise UserError(f"{where}: the field '{row.name}' is missing; give it a value")
    if isinstance(value, str) and row.choices:
        if value not in row.choices:
            more = "" if row.type is str else " or a number"
            raise UserError(f"{where}: '{row.name}' must be one of {', '.join(row.choices)}{more}")
        return value
    value = checked_number(value, row.type, f"{where}: '{row.name}'")
    if not isinstance(value, str) and not row.minimum <= value <= row.maximum:
        raise UserError(f"{where}: '{row.name}' must lie between {row.minimum:,} and {row.maximum:,}")
    return value


def checked_number(value: Any, type: type[Value], where: str) -> Value:
    """``value`` if it is of this type, a whole number given for a float included; raises ``UserError``."""
    if type is float and isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**53:
        value = float(value)
    if not isinstance(value, type) or (isinstance(value, bool) and type is not bool):
        wanted = {int: "a whole number", float: "a number", bool: "true or false", str: "a word"}[type]
        raise UserError(f"{where} must be {wanted}")
    if isinstance(value, float) and not math.isfinite(value):
        raise UserError(f"{where} must be finite")
    return value


def checked_initialization(name: str, where: str) -> str:
    """The name, if there is such an initialisation; raises ``UserError``."""
    if name and name not in INITIALIZATIONS:
        raise UserError(
            f"{where}: there is no initialisation '{shown(name)}'; there are {', '.join(INITIALIZATIONS)}"
        )
    return name


def check_names(layers: tuple[LayerSpec, ...], block: LayerSpec | None = None) -> None:
    """Raises ``UserError`` where neighbours share a name, or one is called like a part of its block."""
    names: set[str] = set()
    for row in layers:
        if row.name in names:
            raise UserError(f"two layers are called '{row.name}'; give each its own name")
        if is_taken(row.name, block.row if block else None):
            raise UserError(f"no layer can be called '{row.name}' here; give it another name")
        names.add(row.name)
        check_names(row.layers, row)


def is_taken(name: str, block: LayerKind | None) -> bool:
    """Whether a module, or this kind of block, has something of its own under the name."""
    return name in _ATTRIBUTES or (block is not None and name in block.reserved)


_ATTRIBUTES = frozenset(dir(nn.Sequential())) | {"training"}


def checked_classes(labels: tuple[str, ...]) -> tuple[str, ...]:
    """The labels, if a network may have so many and so long ones; raises ``UserError``."""
    if len(labels) > MAX_CLASSES or max(map(len, labels), default=0) > MAX_LABEL:
        raise UserError(
            f"'classes' must be at most {MAX_CLASSES:,} names of at most {MAX_LABEL:,} characters; shorten it"
        )
    return labels


def checked_name(name: str, where: str) -> str:
    """The name, if a layer or network may be called so; raises ``UserError``."""
    if not 1 <= len(name) <= 80 or "." in name or not name.isprintable():
        raise UserError(f"{where}: a name has 1 to 80 characters and no dot, not '{shown(name)}'")
    return name
