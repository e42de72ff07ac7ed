"""The project's own layers with any fields on any input: the plan never disagrees with torch."""

import copy

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from visualizer.networks.layers import LAYERS, gated, own
from visualizer.networks.layers.kinds import Field
from visualizer.networks.planning import fixes
from visualizer.networks.spec import LayerSpec, layer

SAME_WITH_EVEN_KERNEL = "ignore:Using padding='same' with even kernel:UserWarning"
SMALL = {"out_channels": 6, "out_features": 6, "kernel_size": 6, "stride": 4, "padding": 3, "dilation": 3}
INSIDE = ("conv", "rotation_conv", "norm_conv", "locally_connected", "maxout", "max_pool", "relu", "flatten")


def values_of(field: Field) -> st.SearchStrategy:
    words = st.sampled_from(field.choices) if field.choices else st.nothing()
    if field.type is str:
        return words
    if field.type is bool:
        return st.booleans()
    if field.type is float:
        return st.floats(field.minimum, field.maximum)
    return st.integers(int(field.minimum), SMALL.get(field.name, 4)) | words


@st.composite
def rows(draw: st.DrawFn, kinds=tuple(row.name for row in own.ROWS)) -> LayerSpec:
    kind = LAYERS[draw(st.sampled_from(kinds))]
    return layer(kind.name, kind.name, **{field.name: draw(values_of(field)) for field in kind.fields})


@st.composite
def blocks(draw: st.DrawFn) -> LayerSpec:
    inside = draw(st.lists(rows(INSIDE), min_size=1, max_size=4))
    named = [LayerSpec(row.kind, f"layer{i}", row.values) for i, row in enumerate(inside)]
    values = {field.name: draw(values_of(field)) for field in gated.ROWS[0].fields}
    return layer("gated", "gated", *named, **values)


SHAPES = st.tuples(st.integers(1, 6), st.integers(1, 11), st.integers(1, 11))


def check(row: LayerSpec, shape: tuple[int, ...], planned, built) -> None:
    told = planned(row, shape)
    if told.output is None:
        assert told.problem.endswith(".") or told.waits
        assert ". " not in told.problem
        return
    module = built(row, shape)
    x = torch.randn(2, *shape)
    result = module(x)
    assert result.shape == (2, *told.output)
    assert told.parameters == sum(parameter.numel() for parameter in module.parameters())
    assert module.to("meta")(x.to("meta")).shape == result.shape


@pytest.mark.filterwarnings(SAME_WITH_EVEN_KERNEL)
@settings(max_examples=150, deadline=None)
@given(row=rows(("rotation_conv", "norm_conv", "locally_connected", "maxout")), shape=SHAPES)
def test_a_layer_for_maps(row, shape, planned, built) -> None:
    check(row, shape, planned, built)


@settings(max_examples=30, deadline=None)
@given(row=rows(("norm_linear", "maxout")), shape=SHAPES)
def test_a_layer_for_vectors(row, shape, planned, built) -> None:
    check(layer("sequence", "block", layer("flatten", "flatten"), row), shape, planned, built)


@pytest.mark.filterwarnings(SAME_WITH_EVEN_KERNEL)
@settings(max_examples=150, deadline=None)
@given(row=blocks(), shape=SHAPES)
def test_a_gated_block(row, shape, planned, built) -> None:
    check(row, shape, planned, built)


@pytest.mark.filterwarnings(SAME_WITH_EVEN_KERNEL)
@settings(max_examples=60, deadline=None)
@given(row=rows(("rotation_conv", "norm_conv", "locally_connected", "maxout")), shape=SHAPES)
def test_every_value_that_is_offered_fits(row, shape, planned) -> None:
    for fix in fixes(planned(row, shape)):
        mended = layer(row.kind, row.name, **{**row.values, fix.field: fix.value})
        assert planned(mended, shape).output == fix.output


@pytest.mark.parametrize("kind", own.ROWS, ids=lambda kind: kind.name)
def test_a_module_survives_copies_and_types(kind, built) -> None:
    row = layer(kind.name, kind.name, **{field.name: 4 for field in kind.fields if field.default is None})
    shape = (4, 7, 6)
    if 3 not in kind.ranks:
        row = layer("sequence", "block", layer("flatten", "flatten"), row)
    module, x = built(row, shape), torch.randn(2, *shape)
    double = copy.deepcopy(module).double()
    torch.testing.assert_close(double(x.double()).float(), module(x))
    again = built(row, shape)
    again.load_state_dict(module.state_dict())
    assert torch.equal(again(x), module(x))
