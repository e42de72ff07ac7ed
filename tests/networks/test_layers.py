"""Every row of the layer table: what its plan says is what its module does."""

import re
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import nn

from visualizer.networks.building import build
from visualizer.networks.layers import LAYERS
from visualizer.networks.layers.kinds import GROUPS, LayerKind
from visualizer.networks.planning import plan
from visualizer.networks.preprocessing import Preprocessing
from visualizer.networks.spec import LayerSpec, NetworkSpec, layer

CheckPlan = Callable[[LayerSpec, tuple[int, ...]], object]
Built = Callable[[LayerSpec, tuple[int, int, int]], nn.Module]

SHAPE = (8, 9, 11)
GROWING = {
    "conv_transpose",
    "upsample",
}  # neighbouring outputs see the same pixels, or one more: no one field
VARIED: list[tuple[str, dict[str, Any]]] = [
    ("conv", {"out_channels": 4, "kernel_size": 3, "stride": 2, "padding": 2, "dilation": 2, "groups": 2}),
    ("conv", {"out_channels": 4, "kernel_size": 1, "bias": False}),
    ("conv", {"out_channels": 4, "kernel_size": 4, "padding": "same"}),
    ("conv", {"out_channels": 4, "kernel_size": 4, "padding": "valid", "stride": 3}),
    ("conv_transpose", {"out_channels": 4, "kernel_size": 5, "stride": 3, "padding": 2, "output_padding": 1}),
    ("conv_transpose", {"out_channels": 4, "kernel_size": 3, "stride": 1, "dilation": 2, "groups": 4}),
    ("max_pool", {"kernel_size": 3, "stride": 2, "padding": 1}),
    ("max_pool", {"kernel_size": 3, "stride": 2, "ceil_mode": True}),
    ("max_pool", {"kernel_size": 2, "stride": 3, "padding": 1, "ceil_mode": True}),
    ("average_pool", {"kernel_size": 4, "stride": 3}),
    ("adaptive_average_pool", {"output_size": 4}),
    ("adaptive_average_pool", {"output_size": 30}),
    ("upsample", {"scale_factor": 3, "mode": "bilinear"}),
    ("group_norm", {"num_groups": 2}),
    ("prelu", {"per_channel": False}),
    ("dropout", {"p": 0.25}),
]


def with_content(kind: LayerKind) -> LayerSpec:
    """A layer at its defaults; a block with what a new one holds."""
    rows = kind.content(SHAPE) if kind.content else ()
    inside = (
        layer(name, f"{name}{index}", **{**LAYERS[name].defaults(), **values})
        for index, (name, values) in enumerate(rows)
    )
    return layer(kind.name, "x", *inside, **kind.defaults())


def check(row: LayerSpec, check_plan: CheckPlan) -> None:
    if row.kind not in GROWING:
        check_plan(row, SHAPE)
        return
    described = NetworkSpec("one layer", SHAPE, (row,), (), Preprocessing(8, 8, (0.5,), (0.5,)))
    told, module = plan(described), build(described).eval()
    assert told.output == tuple(module(torch.zeros(1, *SHAPE)).shape[1:])
    assert told.parameters == sum(parameter.numel() for parameter in module.parameters())


@pytest.mark.parametrize(
    "kind", [kind for kind in LAYERS.values() if 3 in kind.ranks], ids=lambda kind: kind.name
)
def test_defaults_do_what_their_plan_says(kind: LayerKind, check_plan: CheckPlan) -> None:
    check(with_content(kind), check_plan)


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel")
@pytest.mark.parametrize(("name", "values"), VARIED)
def test_other_fields_do_what_their_plan_says(
    name: str, values: dict[str, Any], check_plan: CheckPlan
) -> None:
    check(layer(name, "x", **values), check_plan)


@pytest.mark.parametrize(
    "kind", [kind for kind in LAYERS.values() if 1 in kind.ranks], ids=lambda kind: kind.name
)
def test_vectors_do_what_their_plan_says(kind: LayerKind, check_plan: CheckPlan) -> None:
    given: dict[str, Any] = {}
    if kind.name == "unflatten":
        given = {"channels": 2, "height": 4, "width": 99}
    inner = (layer("relu", "inner"),) if kind.is_block else ()
    row = layer(kind.name, "x", *inner, **{**kind.defaults(), **given})
    check_plan(layer("sequence", "s", layer("flatten", "flatten"), row), SHAPE)


@pytest.mark.parametrize("kind", LAYERS.values(), ids=LAYERS)
def test_a_row_is_complete(kind: LayerKind) -> None:
    assert kind.group in GROUPS
    assert kind.title
    assert kind.description.endswith(".")
    assert re.fullmatch(r"[a-z]+", kind.stem)
    assert kind.icon
    for field in kind.fields:
        assert field.help
        assert field.name not in ("kind", "name", "layers", "enabled", "initialization")  # entries of JSON
        if field.type is str:
            assert field.default in field.choices
        else:
            assert field.default is None or field.minimum <= field.default <= field.maximum


@pytest.mark.parametrize(
    "kind", [kind for kind in LAYERS.values() if kind.is_block], ids=lambda kind: kind.name
)
def test_the_parts_of_a_block_are_reserved(kind: LayerKind, built: Built) -> None:
    row = with_content(kind)
    own = {name for name, _ in built(row, SHAPE).named_children()} - {inside.name for inside in row.layers}
    assert own <= set(kind.reserved)


def test_the_table_is_in_the_order_of_the_palette() -> None:
    groups = list(dict.fromkeys(kind.group for kind in LAYERS.values()))
    assert set(groups) == set(GROUPS)
