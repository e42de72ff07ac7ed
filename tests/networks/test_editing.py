"""Edits of specifications, one by one; sequences of them are tested with the editor."""

from __future__ import annotations

import pytest
from torch import nn

from visualizer.errors import UserError
from visualizer.networks import editing
from visualizer.networks.building import build
from visualizer.networks.editing import Place
from visualizer.networks.layers import LAYERS
from visualizer.networks.planning import plan
from visualizer.networks.preprocessing import Preprocessing
from visualizer.networks.spec import (
    MAX_CLASSES,
    MAX_DEPTH,
    MAX_LAYERS,
    LayerSpec,
    NetworkSpec,
    check_names,
    layer,
    walk,
)
from visualizer.networks.spec_json import from_json, to_json

BLOCKS = [name for name, kind in LAYERS.items() if kind.is_block]


def of_layers(*rows: LayerSpec) -> NetworkSpec:
    return NetworkSpec("net", (3, 8, 8), rows, (), Preprocessing(8, 8, (0.1, 0.2, 0.3), (0.5,) * 3))


@pytest.fixture
def spec() -> NetworkSpec:
    inner = layer("sequence", "inner", layer("relu", "e"))
    block = layer("sequence", "d", inner, layer("relu", "f"))
    return of_layers(*(layer("relu", name) for name in "abc"), block)


def at(spec: NetworkSpec, name: str) -> int:
    return next(row.identity for _, row in walk(spec.layers) if row.name == name)


def outline(spec: NetworkSpec) -> str:
    """The names of the tree: ``a b d(e f)``."""

    def told(layers: tuple[LayerSpec, ...]) -> str:
        return " ".join(row.name + (f"({told(row.layers)})" if row.row.is_block else "") for row in layers)

    return told(spec.layers)


@pytest.mark.parametrize(
    ("names", "block", "before", "expected"),
    [
        ("a", None, None, "b c d(inner(e) f) a"),
        ("c", None, "a", "c a b d(inner(e) f)"),
        ("ac", None, "b", "a c b d(inner(e) f)"),
        ("ca", None, None, "b d(inner(e) f) a c"),  # in the order in which they stand
        ("b", "d", None, "a c d(inner(e) f b)"),
        ("b", "d", "inner", "a c d(b inner(e) f)"),
        ("e", None, "a", "e a b c d(inner() f)"),
        ("ab", None, "a", "a b c d(inner(e) f)"),  # before one of themselves
        ("ab", None, "b", "a b c d(inner(e) f)"),
        ("de", None, "a", "d(inner(e) f) a b c"),  # what is inside goes with it
    ],
)
def test_moving(spec: NetworkSpec, names: str, block: str | None, before: str | None, expected: str) -> None:
    place = Place(block and at(spec, block), before and at(spec, before))
    moved = editing.move(spec, [at(spec, name) for name in names], place)
    assert outline(moved) == expected
    assert {row.identity for _, row in walk(moved.layers)} == {row.identity for _, row in walk(spec.layers)}


@pytest.mark.parametrize("inside", ["d", "inner"])
def test_a_block_cannot_be_moved_into_itself(spec: NetworkSpec, inside: str) -> None:
    with pytest.raises(UserError, match="cannot be moved into itself"):
        editing.move(spec, [at(spec, "d")], Place(at(spec, inside)))


def test_neighbour_places(spec: NetworkSpec) -> None:
    for name, step, expected in (("b", -1, "b a c d"), ("b", 1, "a c b d"), ("c", 1, "a b d c")):
        place = editing.neighbour_place(spec, at(spec, name), step)
        assert place is not None
        moved = editing.move(spec, [at(spec, name)], place)
        assert [row.name for row in moved.layers] == expected.split()
    assert editing.neighbour_place(spec, at(spec, "a"), -1) is None
    assert editing.neighbour_place(spec, at(spec, "d"), 1) is None
    assert editing.neighbour_place(spec, at(spec, "e"), 1) is None


def test_removing_takes_what_is_inside_along(spec: NetworkSpec) -> None:
    assert outline(editing.remove(spec, [at(spec, "a"), at(spec, "inner")])) == "b c d(f)"


def test_duplicates_have_names_and_identities_of_their_own(spec: NetworkSpec) -> None:
    copied, made = editing.duplicate(spec, [at(spec, "a"), at(spec, "d")])
    assert outline(copied) == "a b c d(inner(e) f) a1 d1(inner(e) f)"
    assert [row.identity for row in copied.layers[4:]] == list(made)
    identities = [row.identity for _, row in walk(copied.layers)]
    assert len(set(identities)) == len(identities)
    check_names(copied.layers)


def test_names_count_on_from_their_number() -> None:
    spec = of_layers(layer("relu", "conv1"), layer("relu", "conv3"))
    for expected in ("conv2", "conv4"):
        spec, _ = editing.duplicate(spec, [spec.layers[0].identity])
        assert expected in outline(spec).split()


def test_grouping_and_ungrouping(spec: NetworkSpec) -> None:
    grouped, block = editing.group(spec, [at(spec, "a"), at(spec, "c")], "sequence")
    assert outline(grouped) == "block1(a c) b d(inner(e) f)"
    assert grouped.layers[0].identity == block
    assert outline(editing.ungroup(grouped, block)) == "a c b d(inner(e) f)"
    assert outline(editing.ungroup(spec, at(spec, "d"))) == "a b c inner(e) f"


@pytest.mark.parametrize(
    ("names", "kind", "words"),
    [
        ("", "sequence", "nothing is selected"),
        ("ae", "sequence", "in different blocks"),
        ("a", "relu", "no block"),
    ],
)
def test_what_cannot_be_grouped(spec: NetworkSpec, names: str, kind: str, words: str) -> None:
    with pytest.raises(UserError, match=f"(?i){words}"):
        editing.group(spec, [at(spec, name) for name in names], kind)


@pytest.mark.parametrize("kind", BLOCKS)
def test_layers_called_like_parts_of_a_block_get_other_names(kind: str) -> None:
    names = LAYERS[kind].reserved or ("x",)
    rows = [layer("conv", name, out_channels=3, padding=1) for name in (*names, f"{names[0]}1")]
    grouped, block = editing.group(of_layers(*rows), [row.identity for row in rows], kind)
    check_names(grouped.layers)
    inserted = editing.insert(of_layers(layer(kind, "block")), tuple(rows), Place())
    moved = editing.move(inserted, [row.identity for row in rows], Place(inserted.layers[0].identity))
    check_names(moved.layers)
    assert from_json(to_json(grouped)) == grouped
    assert editing.find(grouped, block).row.is_block


@pytest.mark.parametrize("kind", BLOCKS)
def test_every_attribute_of_a_block_is_reserved(kind: str) -> None:
    """A layer called like one would take its place in the module."""
    row = editing.new_layer(kind, (3, 8, 8))
    spec = of_layers(row)
    assert not plan(spec).problems
    module = build(spec).get_submodule(row.name)
    own = set(vars(module)) | set(dir(type(module))) | {name for name, _ in module.named_children()}
    plain = nn.Sequential()
    known = set(dir(plain)) | set(vars(plain)) | {inside.name for inside in row.layers}
    assert own - known <= {*LAYERS[kind].reserved, "__annotations__", "__static_attributes__"}


def test_renaming(spec: NetworkSpec) -> None:
    renamed = editing.rename(spec, at(spec, "b"), " new name ")
    assert outline(renamed) == "a new name c d(inner(e) f)"
    assert editing.rename(spec, at(spec, "b"), "b") == spec
    assert editing.rename(spec, at(spec, "e"), "a")  # elsewhere it is free
    for name, words in (
        ("a", "taken"),
        ("forward", "taken"),
        ("x.y", "no dot"),
        (" ", "1 to 80"),
        ("\0", "dot"),
    ):
        with pytest.raises(UserError, match=words):
            editing.rename(spec, at(spec, "b"), name)


def test_inserting_beside_and_into(spec: NetworkSpec) -> None:
    new = layer("relu", "a")
    assert outline(editing.insert(spec, (new,), Place())) == "a b c d(inner(e) f) a1"
    assert outline(editing.insert(spec, (new,), Place(at(spec, "inner")))) == "a b c d(inner(e a) f)"
    with pytest.raises(UserError, match="'a' is no block"):
        editing.insert(spec, (new,), Place(at(spec, "a")))


def test_no_edit_goes_beyond_the_limits() -> None:
    many = of_layers(layer("sequence", "s", *(layer("relu", str(index)) for index in range(MAX_LAYERS // 2))))
    with pytest.raises(UserError, match=r"at most 2,000 layers"):
        editing.duplicate(many, [many.layers[0].identity])
    deep = layer("relu", "r")
    for _ in range(MAX_DEPTH - 1):
        deep = layer("sequence", "s", deep)
    spec = of_layers(deep)
    assert from_json(to_json(spec)) == spec
    with pytest.raises(UserError, match="20 deep"):
        editing.group(spec, [deep.identity], "sequence")


def test_values_are_checked(spec: NetworkSpec) -> None:
    conv = layer("conv", "conv", out_channels=3)
    spec = of_layers(conv)
    assert editing.set_value(spec, conv.identity, "padding", "same").layers[0].values["padding"] == "same"
    for field, value in (("stride", 0), ("stride", 1.5), ("stride", True), ("padding", "best"), ("bias", 1)):
        with pytest.raises(UserError, match=f"'conv': '{field}' must"):
            editing.set_value(spec, conv.identity, field, value)
    with pytest.raises(UserError, match="no initialisation"):
        editing.set_initialization(spec, conv.identity, "best")


def test_the_input_takes_the_preprocessing_along() -> None:
    wider = editing.set_input(of_layers(), (5, 16, 32))
    assert wider.input == (5, 16, 32)
    assert wider.preprocessing.mean == (0.1, 0.2, 0.3, 0.1, 0.2)
    assert editing.set_input(of_layers(), (1, 8, 8)).preprocessing.mean == pytest.approx((0.2,))
    assert (wider.preprocessing.resize, wider.preprocessing.crop) == (16, 16)
    assert from_json(to_json(wider)) == wider
    for size in ((0, 8, 8), (1025, 8, 8), (3, 8, 0), (3, 8193, 8)):
        with pytest.raises(UserError, match="1 to 1,024 channels"):
            editing.set_input(of_layers(), size)


def test_labels_are_those_that_a_file_may_have() -> None:
    assert editing.set_classes(of_layers(), ["cat", "dog"]).classes == ("cat", "dog")
    for labels in (["x"] * (MAX_CLASSES + 1), ["x" * 1001]):
        with pytest.raises(UserError, match="at most 100,000 names"):
            editing.set_classes(of_layers(), labels)
