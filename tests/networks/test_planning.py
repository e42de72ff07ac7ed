"""Plans against the oracles of the field, torch and the traced networks; limits and hostile sizes."""

from dataclasses import replace
from typing import Any

import psutil
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from visualizer.errors import UserError
from visualizer.networks import memory
from visualizer.networks.anatomy import examine
from visualizer.networks.architectures import ARCHITECTURES, spec
from visualizer.networks.building import build
from visualizer.networks.layers import LAYERS
from visualizer.networks.layers.kinds import Field
from visualizer.networks.network import Network
from visualizer.networks.planning import NetworkPlan, RowPlan, fixes, plan
from visualizer.networks.preprocessing import Preprocessing
from visualizer.networks.skeleton import Skeleton
from visualizer.networks.spec import MAX_DEPTH, MAX_LAYERS, LayerSpec, NetworkSpec, layer, module_names
from visualizer.networks.spec_json import from_json, to_json


def of_layers(*rows: LayerSpec, input: tuple[int, int, int] = (3, 32, 32), classes: int = 0) -> NetworkSpec:
    values = (0.5,) * input[0]
    labels = tuple(f"label {index}" for index in range(classes))
    return NetworkSpec("net", input, rows, labels, Preprocessing(32, 32, values, values))


def planned(*rows: LayerSpec, **more: Any) -> NetworkPlan:
    return plan(of_layers(*rows, **more))


def only(*rows: LayerSpec, **more: Any) -> RowPlan:
    return planned(*rows, **more).rows[-1]


def conv(channels: int = 1, kernel: int = 3, name: str = "c", **more: Any) -> LayerSpec:
    return layer("conv", name, out_channels=channels, kernel_size=kernel, **more)


# Oracles ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("stride", "side"), [(1, 5), (2, 3), (3, 2)])
def test_sides_of_a_3x3_filter_on_7x7(stride: int, side: int) -> None:
    row = only(conv(stride=stride), input=(1, 7, 7))
    assert row.output == (1, side, side)
    expected = "3×3 stride 3 leaves 1 of 7 rows and columns unseen (2.33 → 2)." if stride == 3 else ""
    assert row.note == expected


@pytest.mark.parametrize("kernel", [1, 3, 5, 7])
def test_same_padding_is_half_of_an_odd_filter(kernel: int) -> None:
    assert only(conv(kernel=kernel, padding=(kernel - 1) // 2)).output == (1, 32, 32)
    assert only(conv(kernel=kernel, padding="same")).output == (1, 32, 32)


def test_receptive_fields_of_stacked_filters() -> None:
    assert [row.receptive_field for row in planned(*(conv(name=str(i)) for i in range(3))).rows] == [3, 5, 7]
    assert [row.receptive_field for row in planned(*(conv(1, 2, str(i)) for i in range(2))).rows] == [2, 3]


@pytest.mark.parametrize("channels", [1, 16, 64])
def test_three_small_filters_cost_less_than_a_large_one(channels: int) -> None:
    shape = (channels, 32, 32)
    three = planned(*(conv(channels, 3, str(i), padding=1) for i in range(3)), input=shape)
    assert three.parameters == 3 * channels * (9 * channels + 1)
    assert planned(conv(channels, 7, padding=3), input=shape).parameters == channels * (49 * channels + 1)


def test_multiplications_and_parameters_of_a_grouped_filter() -> None:
    row = only(conv(8, 5, groups=2, stride=2, padding=2), input=(4, 32, 16))
    assert row.parameters == 8 * (4 // 2 * 5 * 5 + 1)
    assert row.macs == 16 * 8 * 8 * (4 // 2) * 5 * 5


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_plans_say_what_examining_the_network_says(name: str) -> None:
    described = spec(name)
    with Skeleton():
        module = build(described).to("meta").eval()
    network = Network(name, module, described.input, described.classes, described.preprocessing)
    anatomy, told = examine(network), plan(described)
    assert (told.parameters, told.macs) == (anatomy.parameters, anatomy.macs)
    fields = {row.name: row.receptive_field for row in anatomy.layers}
    rows = [row for row in told.rows if row.enabled]
    compared = 0
    for (path, _), row in zip(module_names(described), rows, strict=True):
        if path in fields:
            compared += 1
            field = fields[path]
            if row.receptive_field is None:
                sides = zip(field.size, described.input[1:], strict=True) if field else ()
                assert all(size >= side for size, side in sides), path
            else:
                assert field is not None, path
                assert field.size == (row.receptive_field,) * 2, path
    assert compared >= min(len(anatomy.layers), 5)


# Limits ----------------------------------------------------------------------------------------------


def test_more_than_the_memory_is_refused_with_the_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    wide = conv(64, padding=1)
    needed = 4 * (64 * 28 + 3 * 32 * 32 + 64 * 32 * 32)
    monkeypatch.setattr(memory, "available", lambda: needed)
    assert not planned(wide).problems
    monkeypatch.setattr(memory, "available", lambda: needed - 1)
    row = only(wide)
    assert row.problem.startswith("Up to here one image would need 282 kB of memory, and there are 282 kB;")
    assert row.too_large
    assert not fixes(row)
    monkeypatch.setattr(nn.Conv2d, "__init__", lambda *_, **__: pytest.fail("it was allocated"))
    with pytest.raises(UserError, match="282 kB of memory"):
        build(of_layers(wide))


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (
            (layer("flatten", "f"), layer("linear", "fc", out_features=1_000_000)),
            "3,073,000,000 parameters (12.3 GB), more than the limit of 1,000,000,000",
        ),
        ((layer("upsample", "u", scale_factor=64), conv(64)), "values in its layers' outputs"),
        ((layer("adaptive_average_pool", "p", output_size=1024), conv(64, 31)), "operations"),
        (tuple(layer("fractal", str(i), channels=1, columns=8) for i in range(70)), "modules"),
    ],
)
def test_giants_are_refused_before_anything_is_allocated(rows: tuple[LayerSpec, ...], words: str) -> None:
    process = psutil.Process()
    before = process.memory_info().rss
    try:
        with pytest.raises(UserError) as raised:
            build(of_layers(*rows))
    finally:
        grown = process.memory_info().rss - before
    assert words in str(raised.value)
    assert grown < 50_000_000


# Hostile specifications ------------------------------------------------------------------------------


def extreme(field: Field) -> st.SearchStrategy[Any]:
    if field.type is str:
        return st.sampled_from(field.choices)
    if field.type is bool:
        return st.booleans()
    if field.type is float:
        return st.sampled_from([field.minimum, field.maximum]) | st.floats(field.minimum, field.maximum)
    low, high = int(field.minimum), int(field.maximum)
    numbers = (
        st.sampled_from([low, low + 1, high]) | st.integers(low, min(high, low + 4)) | st.integers(low, high)
    )
    return numbers | st.sampled_from(field.choices) if field.choices else numbers


@st.composite
def trees(draw: st.DrawFn, depth: int = 3) -> tuple[LayerSpec, ...]:
    rows = []
    for index in range(draw(st.integers(0, 3))):
        kind = LAYERS[draw(st.sampled_from(sorted(LAYERS)))]
        inside = draw(trees(depth=depth - 1)) if kind.is_block and depth else ()
        values = {field.name: draw(extreme(field)) for field in kind.fields}
        rows.append(LayerSpec(kind.name, f"n{index}", values, inside, draw(st.integers(0, 9)) > 0))
    return tuple(rows)


sides = st.sampled_from([1, 2, 3, 32, 8192])


@settings(max_examples=150, deadline=None)
@given(trees(), st.tuples(sides, sides, sides), st.integers(0, 3))
def test_every_specification_has_a_plan(
    rows: tuple[LayerSpec, ...], input: tuple[int, int, int], classes: int
) -> None:
    drawn = of_layers(*rows, input=input, classes=classes)
    assert from_json(to_json(drawn)) == drawn
    told = plan(drawn)
    assert (told.output is None) == bool(told.problems)
    for row in told.rows:
        for sentence in (row.problem, row.note):
            assert not sentence or sentence.endswith(".")
            assert ". " not in sentence
        assert row.output is None or min(row.output) > 0
        for fix in fixes(row, classes):
            assert min(fix.output) > 0


def nested(depth: int) -> LayerSpec:
    row = conv(3, padding=1)
    for index in range(depth - 1):
        row = layer(("sequence", "residual", "branches", "gated")[index % 4], f"b{index}", row)
    return row


def test_the_deepest_tree_is_planned_and_built() -> None:
    deepest = of_layers(nested(MAX_DEPTH))
    assert from_json(to_json(deepest)) == deepest
    assert plan(deepest).output == (3, 32, 32)
    assert build(deepest).eval()(torch.zeros(1, 3, 32, 32)).shape == (1, 3, 32, 32)


def test_auxiliary_heads_want_the_classes_of_the_network() -> None:
    head = layer("auxiliary_head", "aux", layer("flatten", "flatten"), layer("linear", "fc", out_features=5))
    rows = (head, layer("flatten", "flatten"), layer("linear", "fc", out_features=3))
    assert planned(*rows).output == (3,)
    told = planned(*rows, classes=3)
    assert told.problems == ("'fc': 5 outputs do not match the 3 classes.",)
    (wrong,) = (row for row in told.rows if row.problem)
    assert wrong.path == (0, 1)
    assert [(fix.field, fix.value) for fix in fixes(wrong, 3)] == [("out_features", 3)]
    right = replace(head, layers=(head.layers[0], layer("linear", "fc", out_features=3)))
    assert planned(right, *rows[1:], classes=3).output == (3,)


@pytest.mark.parametrize("kind", ["sequence", "branches", "residual", "gated"])
def test_the_most_layers_are_planned(kind: str) -> None:
    rows = tuple(conv(1, 1, str(index)) for index in range(MAX_LAYERS - 1))
    told = planned(layer(kind, "block", *rows), input=(1, 8, 8))
    assert len(told.rows) == MAX_LAYERS
    assert bool(told.problems) == (kind == "gated")  # all wired to each other


def test_strides_beyond_every_number_are_planned() -> None:
    rows = (layer("conv", str(index), out_channels=1, kernel_size=1, stride=1024) for index in range(400))
    assert planned(*rows, input=(1, 1, 1)).output == (1, 1, 1)
