"""The tree of a specification: its layers, their names and fields."""

from collections.abc import Callable
from dataclasses import FrozenInstanceError, replace

import pytest
from torch import nn

from visualizer.errors import UserError
from visualizer.networks.architectures import spec
from visualizer.networks.building import build
from visualizer.networks.spec import (
    LayerSpec,
    check_names,
    checked_initialization,
    is_taken,
    layer,
    module_names,
    walk,
)

Check = Callable[[UserError], None]

TREE = (
    layer("conv", "stem", out_channels=4),
    layer(
        "sequence",
        "body",
        layer("relu", "relu"),
        layer("residual", "block", layer("conv", "conv", out_channels=4, padding=1)),
    ),
)


def test_fields_that_are_not_given_have_their_defaults() -> None:
    values = layer("conv", "c", out_channels=5).values
    assert values["out_channels"] == 5
    assert (values["kernel_size"], values["stride"], values["padding"], values["bias"]) == (3, 1, 0, True)


def test_a_specification_is_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        TREE[0].name = "other"


@pytest.mark.parametrize(
    ("kind", "values", "words"),
    [
        ("convolution", {}, "there is no kind 'convolution'"),
        ("conv", {"out_channels": 2, "kernel": 3}, "conv has no field 'kernel'"),
        ("conv", {}, "the field 'out_channels' is missing"),
        ("conv", {"out_channels": 2, "padding": "full"}, "'padding' must be one of same, valid or a number"),
        ("conv", {"out_channels": 0}, "'out_channels' must lie between 1 and 65,536"),
        ("upsample", {"mode": "cubic"}, "'mode' must be one of nearest, bilinear"),
        ("dropout", {"p": float("nan")}, "'p' must be finite"),
        ("dropout", {"p": True}, "'p' must be a number"),
    ],
)
def test_wrong_fields_are_named(
    check_sentence: Check, kind: str, values: dict[str, object], words: str
) -> None:
    with pytest.raises(UserError) as raised:
        layer(kind, "x", **values)
    assert str(raised.value).startswith("Layer 'x': ")
    assert words in str(raised.value)


def test_only_blocks_hold_layers() -> None:
    with pytest.raises(UserError, match="relu is no block"):
        layer("relu", "x", layer("relu", "y"))


def test_a_walk_goes_through_the_rows_of_the_builder() -> None:
    assert [(path, row.name) for path, row in walk(TREE)] == [
        ((0,), "stem"), ((1,), "body"), ((1, 0), "relu"), ((1, 1), "block"), ((1, 1, 0), "conv"),
    ]  # fmt: skip


def test_the_names_are_those_of_the_modules() -> None:
    described = replace(spec("mini-vgg"), layers=TREE, classes=())
    modules = dict(build(described).named_modules())
    names = [name for name, _ in module_names(described)]
    assert names == ["stem", "body", "body.relu", "body.block", "body.block.conv"]
    assert set(names) <= set(modules)


def test_disabled_layers_have_no_module() -> None:
    body = replace(TREE[1], enabled=False)
    described = replace(spec("mini-vgg"), layers=(TREE[0], body), classes=())
    assert [name for name, _ in module_names(described)] == ["stem"]
    assert list(build(described).state_dict()) == ["stem.weight", "stem.bias"]


def test_children_have_the_names_of_the_layers() -> None:
    assert list(build(spec("shapes-net")).state_dict())[:2] == ["conv1.weight", "conv1.bias"]


def test_an_identity_is_no_part_of_equality() -> None:
    first, second = layer("relu", "r"), layer("relu", "r")
    assert first == second
    assert first.identity != second.identity
    assert replace(first, name="s").identity == first.identity


@pytest.mark.parametrize("name", ["forward", "weight_", "children", "training", "append"])
def test_names_that_modules_use_themselves(name: str) -> None:
    assert is_taken(name, None) == (hasattr(nn.Sequential(), name) or name == "training")


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ((layer("relu", "r"), layer("tanh", "r")), "two layers are called 'r'"),
        ((layer("relu", "forward"),), "no layer can be called 'forward' here"),
        ((layer("sequence", "s", layer("relu", "append")),), "no layer can be called 'append' here"),
    ],
)
def test_names_are_checked(rows: tuple[LayerSpec, ...], words: str) -> None:
    with pytest.raises(UserError, match=f"(?i){words}"):
        check_names(rows)


def test_the_same_name_may_stand_in_two_blocks() -> None:
    check_names((layer("sequence", "a", layer("relu", "r")), layer("sequence", "b", layer("relu", "r"))))


def test_initialisations_are_known_by_name() -> None:
    assert checked_initialization("he_normal", "here") == "he_normal"
    assert checked_initialization("", "here") == ""
    with pytest.raises(UserError, match="there is no initialisation 'he'"):
        checked_initialization("he", "here")
