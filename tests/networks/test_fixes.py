"""The nearest values that make a layer fit, each checked by planning the network with it."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visualizer.networks import editing, memory
from visualizer.networks.editing import Place
from visualizer.networks.fixes import Fix, fixes
from visualizer.networks.planning import plan
from visualizer.networks.preprocessing import Preprocessing
from visualizer.networks.rows import planned_layer
from visualizer.networks.spec import LayerSpec, NetworkSpec, layer

USUAL = Preprocessing(8, 8, (0.5,), (0.5,))


def offered(*rows: LayerSpec, input: tuple[int, int, int], classes: int = 0) -> list[tuple[Any, ...]]:
    """(field or kind, value, output) of every fix of the first row that needs one, after trying each."""
    labels = tuple(f"label {index}" for index in range(classes))
    spec = NetworkSpec("net", input, rows, labels, USUAL)
    row = next(row for row in plan(spec).rows if row.problem or row.note)
    found = fixes(row, classes)
    for fix in found:
        told = {row.spec.identity: row for row in plan(applied(spec, row.spec, fix)).rows}
        mended = told[row.spec.identity]
        assert (mended.output, mended.problem) == (fix.output, "")
        assert row.problem or "only padding" in mended.note or not mended.note
    return [(fix.insert or fix.field, fix.value, fix.output) for fix in found]


def applied(spec: NetworkSpec, row: LayerSpec, fix: Fix) -> NetworkSpec:
    if fix.insert:
        return editing.insert(spec, (editing.new_layer(fix.insert, (1,)),), Place(None, row.identity))
    return editing.set_value(spec, row.identity, fix.field, fix.value)


def test_a_pool_that_leaves_rows_unseen() -> None:
    pool = layer("max_pool", "p", kernel_size=3, stride=3)
    assert offered(pool, input=(64, 7, 7)) == [
        ("kernel_size", 4, (64, 2, 2)),
        ("stride", 2, (64, 3, 3)),
        ("padding", 1, (64, 3, 3)),
        ("ceil_mode", True, (64, 3, 3)),
    ]


def test_the_fix_that_changes_the_size_least_comes_first() -> None:
    assert offered(layer("max_pool", "p"), input=(64, 13, 13)) == [
        ("kernel_size", 3, (64, 6, 6)),
        ("padding", 1, (64, 7, 7)),
        ("ceil_mode", True, (64, 7, 7)),
        ("stride", 1, (64, 12, 12)),
    ]


def test_gaps_between_windows_are_closed() -> None:
    conv = layer("conv", "c", out_channels=8, kernel_size=1, stride=2)
    assert offered(conv, input=(3, 8, 8)) == [("kernel_size", 2, (8, 4, 4)), ("stride", 1, (8, 8, 8))]
    dilated = layer("conv", "c", out_channels=8, stride=2, dilation=2, padding=2)
    assert ("dilation", 1, (8, 5, 5)) in offered(dilated, input=(3, 8, 8))


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 30), st.integers(1, 6), st.integers(1, 6), st.integers(0, 3))
def test_no_fix_leaves_gaps_between_windows(size: int, kernel: int, stride: int, padding: int) -> None:
    pool = layer("max_pool", "p", kernel_size=kernel, stride=stride, padding=padding)
    row = plan(NetworkSpec("net", (1, size, size), (pool,), (), USUAL)).rows[0]
    for fix in fixes(row):
        values = {**pool.values, fix.field: fix.value}
        assert row.problem or planned_layer(pool.row, (1, size, size), (), values).unseen == 0
        assert kernel < stride or values["kernel_size"] >= values["stride"]


def test_nothing_is_offered_where_only_padding_stays_unseen() -> None:
    stem = layer("conv", "c", out_channels=8, kernel_size=7, stride=2, padding=3)
    row = plan(NetworkSpec("net", (3, 224, 224), (stem,), (), USUAL)).rows[0]
    assert row.note == "7×7 stride 2 leaves only padding unseen (112.50 → 112), which loses nothing."
    assert fixes(row) == ()


def test_a_filter_larger_than_the_picture() -> None:
    conv = layer("conv", "c", out_channels=8, kernel_size=5)
    assert offered(conv, input=(3, 3, 3)) == [("kernel_size", 3, (8, 1, 1)), ("padding", 1, (8, 1, 1))]


def test_a_filter_much_larger_than_the_picture() -> None:
    conv = layer("conv", "c", out_channels=8, kernel_size=300)
    assert offered(conv, input=(3, 32, 32))[0] == ("kernel_size", 32, (8, 1, 1))


def test_same_padding_with_a_stride() -> None:
    conv = layer("conv", "c", out_channels=8, stride=2, padding="same")
    assert offered(conv, input=(3, 32, 32)) == [("stride", 1, (8, 32, 32)), ("padding", 1, (8, 16, 16))]


def test_groups_that_do_not_divide() -> None:
    conv = layer("conv", "c", out_channels=8, groups=3, padding=1)
    assert offered(conv, input=(4, 8, 8)) == [("groups", 2, (8, 8, 8))]
    far = layer("conv", "c", out_channels=8, groups=1000, padding=1)
    assert offered(far, input=(4, 8, 8)) == [("groups", 4, (8, 8, 8))]
    outputs = layer("conv", "c", out_channels=7, groups=4, padding=1)
    assert ("out_channels", 8, (8, 8, 8)) in offered(outputs, input=(4, 8, 8))
    assert offered(layer("group_norm", "n", num_groups=8), input=(12, 4, 4)) == [
        ("num_groups", 6, (12, 4, 4))
    ]


def test_a_linear_layer_on_maps_gets_a_flatten_before_it() -> None:
    assert offered(layer("linear", "fc", out_features=10), input=(3, 4, 4)) == [("flatten", 0, (10,))]


def test_outputs_that_do_not_match_the_classes() -> None:
    rows = (layer("flatten", "f"), layer("linear", "fc", out_features=7), layer("relu", "r"))
    assert offered(*rows, input=(1, 2, 2), classes=5) == [("out_features", 5, (5,))]


def test_classes_count_only_where_they_are_the_problem() -> None:
    rows = (
        layer("max_pool", "p", kernel_size=3, stride=3),
        layer("flatten", "f"),
        layer("linear", "fc", out_features=5),
    )
    assert ("stride", 2, (1, 3, 3)) in offered(*rows, input=(1, 7, 7), classes=5)


def test_blocks_try_their_choices() -> None:
    conv = layer("conv", "c", out_channels=16, padding=1)
    block = layer("residual", "b", conv, shortcut="identity")
    assert ("shortcut", "conv", (16, 8, 8)) in offered(block, input=(4, 8, 8))
    wide = layer("conv", "a", out_channels=3, padding=1)
    summed = layer("branches", "b", wide, replace(conv, name="d"), merge="sum")
    assert offered(summed, input=(4, 8, 8)) == [("merge", "concatenate", (19, 8, 8))]


def test_no_value_is_offered_that_leaves_its_range() -> None:
    for value in (1, 1024):
        pool = layer("max_pool", "p", kernel_size=value, padding=512, stride=1)
        spec = NetworkSpec("net", (1, 4, 4), (pool,), (), USUAL)
        for fix in fixes(plan(spec).rows[0]):
            setting = next(field for field in pool.row.fields if field.name == fix.field)
            assert setting.minimum <= fix.value <= setting.maximum


def test_nothing_helps_what_is_too_large_or_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = NetworkSpec("net", (1, 8, 8), (layer("conv", "c", out_channels=8),), (), USUAL)
    assert fixes(plan(spec).rows[0]) == ()
    monkeypatch.setattr(memory, "available", lambda: 100)
    row = plan(spec).rows[0]
    assert row.problem
    assert fixes(row) == ()
