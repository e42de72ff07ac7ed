"""Inception, fire and dense blocks, and the blocks around other layers."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torchvision.models.densenet import _DenseBlock
from torchvision.models.googlenet import Inception
from torchvision.models.squeezenet import Fire

from visualizer.networks.layers import LAYERS
from visualizer.networks.spec import layer

ORACLE_INPUT = (256, 28, 28)
LEAVES = ("inception", "fire", "dense_block", "residual_block", "fractal")
CONTAINERS = ("sequence", "branches", "auxiliary_head", "residual")


def conv(name, channels, kernel=3, stride=1, padding=1):
    return layer(
        "conv", name, out_channels=channels, kernel_size=kernel, stride=stride, padding=padding, bias=False
    )


def head(classes=9):
    return layer(
        "auxiliary_head",
        "aux",
        layer("global_average_pool", "pool"),
        layer("flatten", "flatten"),
        layer("linear", "fc", out_features=classes),
    )


@st.composite
def values_of(draw, kind):
    """Small values for all fields of a kind, those that do not fit together among them."""
    values = {}
    for field in LAYERS[kind].fields:
        if field.type is str:
            values[field.name] = draw(st.sampled_from(field.choices))
        elif field.type is bool:
            values[field.name] = draw(st.booleans())
        elif field.type is float:
            values[field.name] = draw(st.sampled_from((0.0, 0.25, 1.0)))
        else:
            largest = 4 if field.name in ("stride", "num_layers", "columns", "groups") else 9
            values[field.name] = draw(st.integers(int(field.minimum), largest))
    return values


shapes = st.tuples(st.integers(1, 8), st.integers(1, 9), st.integers(1, 9))


@pytest.mark.parametrize("kind", LEAVES)
def test_any_fields_give_what_the_plan_says_or_a_sentence(kind, planned, check_plan):
    @settings(max_examples=60, deadline=None)
    @given(values_of(kind), shapes)
    def check(values, shape):
        row = layer(kind, "block", **values)
        problem = planned(row, shape).problem
        if problem:
            assert problem.endswith(".")
            assert problem.count(". ") == 0
        else:
            check_plan(row, shape)

    check()


# Inception -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("batch_norm", [False, True])
def test_the_inception_oracle_without_bottlenecks(batch_norm, planned, check_plan):
    row = layer(
        "inception",
        "inception",
        channels_1x1=128,
        reduce_3x3=0,
        channels_3x3=192,
        reduce_5x5=0,
        channels_5x5=96,
        pool_projection=0,
        batch_norm=batch_norm,
    )
    assert planned(row, ORACLE_INPUT).output == (672, 28, 28)
    assert planned(row, ORACLE_INPUT).macs == 25_690_112 + 346_816_512 + 481_689_600
    leaves = check_plan(row, ORACLE_INPUT)
    assert [leaf.macs for leaf in leaves if leaf.macs] == [25_690_112, 346_816_512, 481_689_600]


def test_the_inception_oracle_with_bottlenecks(planned, check_plan):
    row = layer(
        "inception",
        "inception",
        channels_1x1=128,
        reduce_3x3=64,
        channels_3x3=192,
        reduce_5x5=64,
        channels_5x5=96,
        pool_projection=64,
    )
    macs = [25_690_112, 12_845_056, 86_704_128, 12_845_056, 120_422_400, 12_845_056]
    assert planned(row, ORACLE_INPUT).output == (480, 28, 28)
    assert planned(row, ORACLE_INPUT).macs == sum(macs) == 271_351_808
    assert [leaf.macs for leaf in check_plan(row, ORACLE_INPUT) if leaf.macs] == macs


def test_the_branches_of_inception_lie_side_by_side(check_plan):
    leaves = check_plan(layer("inception", "inception"), (8, 6, 6))
    first = [leaf.name for leaf in leaves if leaf.parents == (-1,)]
    assert first == [
        f"inception.{name}" for name in ("branch1.conv", "branch2.0.conv", "branch3.0.conv", "branch4.0")
    ]
    assert all(leaf.parents == (leaf.index - 1,) for leaf in leaves if leaf.name not in first)


def test_a_filter_without_a_middle_does_not_fit(planned):
    row = planned(layer("inception", "inception", large_kernel=4), (3, 8, 8))
    assert row.problem == "A filter of 4×4 has no middle and cannot keep the size."


# The same as torchvision's ---------------------------------------------------------------------------


TWINS = [
    (
        layer(
            "inception",
            "b",
            channels_1x1=16,
            reduce_3x3=12,
            channels_3x3=20,
            reduce_5x5=4,
            channels_5x5=8,
            pool_projection=6,
            large_kernel=3,
        ),
        lambda: Inception(24, 16, 12, 20, 4, 8, 6),
    ),
    (layer("fire", "b", squeeze_channels=6, expand_1x1=8, expand_3x3=10), lambda: Fire(24, 6, 8, 10)),
    (
        layer("dense_block", "b", num_layers=4, growth_rate=8, bottleneck_factor=3, dropout=0.2),
        lambda: _DenseBlock(4, 24, bn_size=3, growth_rate=8, drop_rate=0.2),
    ),
]


@pytest.mark.parametrize(("row", "twin"), TWINS, ids=lambda value: getattr(value, "kind", ""))
def test_torchvisions_weights_give_torchvisions_outputs(row, twin, built, with_statistics):
    twin = with_statistics(twin())
    module = built(row, (24, 9, 11))
    module.load_state_dict(twin.state_dict(), strict=True)
    x = torch.randn(2, 24, 9, 11)
    with torch.no_grad():
        torch.testing.assert_close(module(x), twin(x), rtol=0, atol=1e-6)


def test_a_dense_block_without_bottleneck_sees_all_layers_before(check_plan):
    leaves = check_plan(
        layer("dense_block", "b", num_layers=3, growth_rate=5, bottleneck_factor=0), (4, 6, 6)
    )
    convs = [leaf.index for leaf in leaves if leaf.kind == "Conv2d"]
    assert [leaf.parents for leaf in leaves if leaf.kind == "BatchNorm2d"] == [
        (-1,), (-1, convs[0]), (-1, convs[0], convs[1])
    ]  # fmt: skip


# Around other layers ---------------------------------------------------------------------------------


@pytest.mark.parametrize("merge", ["concatenate", "sum", "mean", "max"])
def test_branches_are_merged(merge, built, check_plan):
    row = layer(
        "branches",
        "b",
        conv("one", 6),
        conv("two", 6, 1, padding=0),
        conv("three", 6, 5, padding=2),
        merge=merge,
    )
    check_plan(row, (4, 7, 9))
    module = built(row, (4, 7, 9))
    x = torch.randn(2, 4, 7, 9)
    outputs = torch.stack([module.one(x), module.two(x), module.three(x)])
    expected = {
        "concatenate": torch.cat(tuple(outputs), dim=1),
        "sum": outputs.sum(0),
        "mean": outputs.mean(0),
        "max": outputs.amax(0),
    }[merge]
    torch.testing.assert_close(module(x), expected)


def test_branches_with_different_channels_concatenate_only(planned):
    rows = (conv("one", 6), conv("two", 5))
    assert planned(layer("branches", "b", *rows), (4, 7, 9)).output == (11, 7, 9)
    row = planned(layer("branches", "b", *rows, merge="sum"), (4, 7, 9))
    assert row.problem == "Its layers give 6×7×9 and 5×7×9; their sum needs equal shapes."


def test_branches_of_different_sizes_do_not_fit(planned):
    row = planned(layer("branches", "b", conv("one", 6), conv("two", 6, stride=2)), (4, 7, 9))
    assert row.problem == (
        "Its layers give 6×7×9 and 6×4×5; to concatenate maps, they need equal rows and columns."
    )


def test_an_auxiliary_head_costs_parameters_alone(planned, check_plan):
    row = planned(head(), (4, 7, 9))
    assert (row.output, row.parameters, row.macs, row.receptive_field) == ((4, 7, 9), 4 * 9 + 9, 0, 1)
    check_plan(head(), (4, 7, 9))


def test_a_head_that_ends_with_maps_does_not_fit(planned):
    row = planned(layer("auxiliary_head", "aux", conv("conv", 9)), (4, 7, 9))
    assert row.problem == "The head ends with maps, 9×7×9; it needs one output per class, a vector."


@pytest.mark.parametrize("kind", CONTAINERS)
def test_new_content_fits(kind, check_plan):
    inside = LAYERS[kind].content((6, 8, 8))
    rows = (layer(name, f"layer{index}", **values) for index, (name, values) in enumerate(inside))
    check_plan(layer(kind, "block", *rows), (6, 8, 8))


@pytest.mark.parametrize("kind", CONTAINERS)
def test_the_attributes_of_a_block_are_no_names_for_layers(kind, built):
    content = LAYERS[kind].content((6, 8, 8))
    rows = [layer(name, f"layer{index}", **values) for index, (name, values) in enumerate(content)]
    module = built(layer(kind, "block", *rows), (6, 8, 8))
    own = {*vars(module), *dir(type(module)), *module._modules} - {row.name for row in rows}
    assert own - set(dir(torch.nn.Sequential())) <= {*LAYERS[kind].reserved}
