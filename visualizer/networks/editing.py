"""Edits of a network specification: pure functions from one specification to the next.

Layers are named by their ``identity``, which stays the same wherever they go. Every function raises ``UserError``
for an edit that cannot be done; what cannot be built is the plan's matter, not theirs.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace

from visualizer.errors import UserError
from visualizer.networks.initialization import DEFAULT
from visualizer.networks.layers import LAYERS
from visualizer.networks.layers.kinds import LayerKind, Shape, Value
from visualizer.networks.spec import (
    MAX_DEPTH,
    MAX_LAYERS,
    MAX_SIDE,
    LayerSpec,
    NetworkSpec,
    checked_classes,
    checked_initialization,
    checked_name,
    checked_value,
    is_taken,
    new_identity,
    walk,
)

Layers = tuple[LayerSpec, ...]
MAX_CHANNELS = 1024


@dataclass(frozen=True, slots=True)
class Place:
    """Where layers go: into ``block`` (None: the network itself), in front of ``before`` (None: at the end)."""

    block: int | None = None
    before: int | None = None


def find(spec: NetworkSpec, identity: int) -> LayerSpec:
    """The layer with this identity; raises ``KeyError`` where there is none."""
    for _, row in walk(spec.layers):
        if row.identity == identity:
            return row
    raise KeyError(identity)


def place_after(spec: NetworkSpec, identity: int) -> Place:
    """The place right behind a layer."""
    block, siblings, index = _home(spec, identity)
    following = siblings[index + 1].identity if index + 1 < len(siblings) else None
    return Place(block, following)


def neighbour_place(spec: NetworkSpec, identity: int, step: int) -> Place | None:
    """Where a layer goes that moves one place up (−1) or down (1) among its neighbours; None at the end."""
    block, siblings, index = _home(spec, identity)
    if not 0 <= index + step < len(siblings):
        return None
    if step < 0:
        return Place(block, siblings[index - 1].identity)
    return place_after(spec, siblings[index + 1].identity)


def new_layer(kind: str, shape: Shape) -> LayerSpec:
    """A new layer at its defaults, a block with its usual content; ``shape`` is what comes in at its place."""
    row = LAYERS[kind]
    if len(shape) not in row.ranks:  # it will not fit there; its content is as for the least that fits
        shape = (1,) * row.ranks[0]
    inside: Layers = ()
    if row.content is not None:
        for name, values in row.content(shape):
            made = replace(new_layer(name, shape), values={**LAYERS[name].defaults(), **values})
            inside += (replace(made, name=_free_name(LAYERS[name].stem, inside, row)),)
    return LayerSpec(kind, f"{row.stem}1", row.defaults(), inside)


def insert(spec: NetworkSpec, rows: Layers, place: Place) -> NetworkSpec:
    """Put layers at a place; where a name is taken there, they get another."""
    block = None if place.block is None else find(spec, place.block)
    if block is not None and not block.row.is_block:
        raise UserError(f"'{block.name}' is no block; put the layer before or behind it")

    def put(siblings: Layers) -> Layers:
        at = next((i for i, row in enumerate(siblings) if row.identity == place.before), len(siblings))
        named = siblings
        added: Layers = ()
        for row in rows:
            name = row.name if _is_free(row.name, named, block) else _numbered(row.name, named, block)
            added += (replace(row, name=name),)
            named += added[-1:]
        return (*siblings[:at], *added, *siblings[at:])

    return _checked(_with_siblings(spec, place.block, put))


def remove(spec: NetworkSpec, identities: Collection[int]) -> NetworkSpec:
    """Take layers out."""
    return replace(spec, layers=_without(spec.layers, identities))


def move(spec: NetworkSpec, identities: Collection[int], place: Place) -> NetworkSpec:
    """Move layers to a place, in the order in which they stand; what is inside a moved block goes with it."""
    rows = _outermost(spec, identities)
    if place.block is not None and any(_holds(row, place.block) for row in rows):
        raise UserError("a block cannot be moved into itself; choose a place outside of it")
    before = place.before
    if before is not None and any(row.identity == before for row in rows):
        _, siblings, index = _home(spec, before)
        moved = {row.identity for row in rows}
        before = next((row.identity for row in siblings[index:] if row.identity not in moved), None)
    left = remove(spec, [row.identity for row in rows])
    return insert(left, rows, Place(place.block, before))


def duplicate(spec: NetworkSpec, identities: Collection[int]) -> tuple[NetworkSpec, tuple[int, ...]]:
    """Put a copy behind the last of the layers; with the identities of the copies."""
    rows = _outermost(spec, identities)
    if not rows:
        return spec, ()
    copies = tuple(_copied(row) for row in rows)
    return insert(spec, copies, place_after(spec, rows[-1].identity)), tuple(row.identity for row in copies)


def change(spec: NetworkSpec, identity: int, edit: Callable[[LayerSpec], LayerSpec]) -> NetworkSpec:
    """Replace one layer by ``edit`` of it."""
    return replace(spec, layers=_mapped(spec.layers, {identity}, edit))


def set_value(spec: NetworkSpec, identity: int, field: str, value: Value) -> NetworkSpec:
    """Give a field of a layer another value."""
    row = find(spec, identity)
    setting = next(setting for setting in row.row.fields if setting.name == field)
    checked = checked_value(setting, {field: value}, f"'{row.name}'")
    return change(spec, identity, lambda row: replace(row, values={**row.values, field: checked}))


def rename(spec: NetworkSpec, identity: int, name: str) -> NetworkSpec:
    """Give a layer another name."""
    block, siblings, _ = _home(spec, identity)
    checked = checked_name(name.strip(), "the layer")
    holder = None if block is None else find(spec, block)
    others = tuple(row for row in siblings if row.identity != identity)
    if not _is_free(checked, others, holder):
        raise UserError(f"the name '{checked}' is taken here; choose another")
    return change(spec, identity, lambda row: replace(row, name=checked))


def set_enabled(spec: NetworkSpec, identities: Collection[int], enabled: bool) -> NetworkSpec:
    """Leave layers out of the network, or take them in again."""
    return replace(
        spec, layers=_mapped(spec.layers, set(identities), lambda row: replace(row, enabled=enabled))
    )


def set_initialization(spec: NetworkSpec, identity: int | None, name: str) -> NetworkSpec:
    """Choose how the weights of a layer begin ("" as the network's), or those of the network (None)."""
    checked = checked_initialization(name, "the layer")
    if identity is None:
        return replace(spec, initialization=checked or DEFAULT)
    return change(spec, identity, lambda row: replace(row, initialization=checked))


def group(spec: NetworkSpec, identities: Collection[int], kind: str) -> tuple[NetworkSpec, int]:
    """Put neighbours into a new block in the place of the first; with the block's identity."""
    rows = _outermost(spec, identities)
    if not rows:
        raise UserError("nothing is selected; select the layers to group")
    if not LAYERS[kind].is_block:
        raise UserError(f"{LAYERS[kind].title} is no block; choose a kind of block")
    block, siblings, index = _home(spec, rows[0].identity)
    own = {row.identity for row in siblings}
    if any(row.identity not in own for row in rows):
        raise UserError("the selected layers are in different blocks; select layers of one block")
    chosen = {row.identity for row in rows}
    holder = None if block is None else find(spec, block)
    left = tuple(row for row in siblings if row.identity not in chosen)
    name = _free_name(LAYERS[kind].stem, left, holder)
    inside: Layers = ()
    for row in rows:  # a part of the new block may be called like one of them
        free = not is_taken(row.name, LAYERS[kind])
        taken = (*rows, *inside)
        inside += (row if free else replace(row, name=_numbered(row.name, taken, None, LAYERS[kind])),)
    made = LayerSpec(kind, name, LAYERS[kind].defaults(), inside)
    at = sum(1 for row in siblings[:index] if row.identity not in chosen)
    grouped = _with_siblings(spec, block, lambda _: (*left[:at], made, *left[at:]))
    return _checked(grouped), made.identity


def ungroup(spec: NetworkSpec, identity: int) -> NetworkSpec:
    """Put the layers of a block in its place."""
    row = find(spec, identity)
    if not row.row.is_block:
        raise UserError(f"'{row.name}' is no block; select a block to take apart")
    block, _, _ = _home(spec, identity)
    after = place_after(spec, identity)
    return insert(remove(spec, {identity}), row.layers, Place(block, after.before))


def set_name(spec: NetworkSpec, name: str) -> NetworkSpec:
    """Give the network another name."""
    return replace(spec, name=checked_name(name.strip(), "the network"))


def set_input(spec: NetworkSpec, size: tuple[int, int, int]) -> NetworkSpec:
    """Let the network take other pictures: (channels, height, width). Its preprocessing follows."""
    channels, *sides = size
    if not 1 <= channels <= MAX_CHANNELS or not all(1 <= side <= MAX_SIDE for side in sides):
        raise UserError(f"an input has 1 to {MAX_CHANNELS:,} channels and sides of 1 to {MAX_SIDE:,} pixels")
    preprocessing = spec.preprocessing
    if channels != len(preprocessing.mean):
        preprocessing = preprocessing.with_channels(channels)
    if tuple(sides) != spec.input[1:]:
        preprocessing = preprocessing.with_side(min(sides))
    return replace(spec, input=(channels, sides[0], sides[1]), preprocessing=preprocessing)


def set_classes(spec: NetworkSpec, classes: Iterable[str]) -> NetworkSpec:
    """Give the outputs other labels; none for a network that does not classify."""
    return replace(spec, classes=checked_classes(tuple(classes)))


# The tree --------------------------------------------------------------------------------------------


def _home(spec: NetworkSpec, identity: int) -> tuple[int | None, Layers, int]:
    """The block that a layer is in (None: the network), the layers there, and its index among them."""
    levels: list[tuple[int | None, Layers]] = [(None, spec.layers)]
    while levels:
        block, siblings = levels.pop()
        for index, row in enumerate(siblings):
            if row.identity == identity:
                return block, siblings, index
            if row.layers:
                levels.append((row.identity, row.layers))
    raise KeyError(identity)


def _with_siblings(spec: NetworkSpec, block: int | None, edit: Callable[[Layers], Layers]) -> NetworkSpec:
    if block is None:
        return replace(spec, layers=edit(spec.layers))
    return change(spec, block, lambda row: replace(row, layers=edit(row.layers)))


def _mapped(layers: Layers, identities: Collection[int], edit: Callable[[LayerSpec], LayerSpec]) -> Layers:
    """The tree with some layers edited; whatever holds none of them is the same object as before."""
    mapped = []
    for row in layers:
        inside = _mapped(row.layers, identities, edit) if row.layers else row.layers
        changed = row if inside is row.layers else replace(row, layers=inside)
        mapped.append(edit(changed) if row.identity in identities else changed)
    same = all(one is other for one, other in zip(mapped, layers, strict=True))
    return layers if same else tuple(mapped)


def _without(layers: Layers, identities: Collection[int]) -> Layers:
    left = tuple(
        replace(row, layers=_without(row.layers, identities)) if row.layers else row
        for row in layers
        if row.identity not in identities
    )
    return left


def _outermost(spec: NetworkSpec, identities: Collection[int]) -> Layers:
    """The layers in the order in which they stand, without those inside another of them."""
    found: list[LayerSpec] = []

    def search(layers: Layers) -> None:
        for row in layers:
            if row.identity in identities:
                found.append(row)
            else:
                search(row.layers)

    search(spec.layers)
    return tuple(found)


def _holds(row: LayerSpec, identity: int) -> bool:
    return row.identity == identity or any(_holds(inside, identity) for inside in row.layers)


def _copied(row: LayerSpec) -> LayerSpec:
    return replace(row, identity=new_identity(), layers=tuple(_copied(inside) for inside in row.layers))


def _checked(spec: NetworkSpec) -> NetworkSpec:
    """The specification, if it is not beyond the limits."""
    paths = [path for path, _ in walk(spec.layers)]
    if len(paths) > MAX_LAYERS:
        raise UserError(f"a network has at most {MAX_LAYERS:,} layers and blocks; take some out first")
    if max(map(len, paths), default=0) > MAX_DEPTH:
        raise UserError(f"blocks can be inside each other {MAX_DEPTH} deep; take some out first")
    return spec


# Names -----------------------------------------------------------------------------------------------


def _is_free(name: str, siblings: Layers, block: LayerSpec | None) -> bool:
    if is_taken(name, block.row if block else None):
        return False
    return all(row.name != name for row in siblings)


def _numbered(name: str, siblings: Layers, block: LayerSpec | None, kind: LayerKind | None = None) -> str:
    """The name with the next free number at its end: conv2 after conv1."""
    stem = (name.rstrip("0123456789") or f"{name}_")[:70]  # a name has 80 characters at most
    holder = kind or (block.row if block else None)
    taken = {row.name for row in siblings}
    number = 1
    while f"{stem}{number}" in taken or is_taken(f"{stem}{number}", holder):
        number += 1
    return f"{stem}{number}"


def _free_name(stem: str, siblings: Layers, kind: LayerKind | LayerSpec | None) -> str:
    holder = kind.row if isinstance(kind, LayerSpec) else kind
    return _numbered(stem, siblings, None, holder)
