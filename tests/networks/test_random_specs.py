"""Specifications as hypothesis draws them: trees of any kinds, with any fields."""

import itertools
from typing import Any

import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from visualizer.errors import UserError
from visualizer.networks.building import build
from visualizer.networks.initialization import INITIALIZATIONS
from visualizer.networks.layers import LAYERS
from visualizer.networks.layers.kinds import Field
from visualizer.networks.planning import plan
from visualizer.networks.preprocessing import Preprocessing
from visualizer.networks.skeleton import Skeleton
from visualizer.networks.spec import LayerSpec, NetworkSpec, module_names, walk
from visualizer.networks.spec_json import from_json, to_json

LARGEST = 8  # of whole numbers: random networks stay small
names = st.text(st.characters(categories=("L", "N"), include_characters=" _-×"), min_size=1, max_size=20)


def values_of(field: Field) -> st.SearchStrategy[Any]:
    if field.type is str:
        return st.sampled_from(field.choices)
    if field.type is bool:
        return st.booleans()
    if field.type is float:
        return st.floats(field.minimum, field.maximum)
    numbers = st.integers(int(field.minimum), int(min(field.maximum, LARGEST)))
    return numbers | st.sampled_from(field.choices) if field.choices else numbers


@st.composite
def layers(draw: st.DrawFn, depth: int = 2) -> tuple[LayerSpec, ...]:
    kinds = draw(st.lists(st.sampled_from(sorted(LAYERS)), min_size=1, max_size=4))
    rows = []
    for index, kind in enumerate(kinds):
        inside = draw(layers(depth=depth - 1)) if LAYERS[kind].is_block and depth else ()
        rows.append(
            LayerSpec(
                kind,
                f"{draw(names)}{index}",
                {field.name: draw(values_of(field)) for field in LAYERS[kind].fields},
                inside,
                draw(st.integers(0, 5)) > 0,
                draw(st.sampled_from(["", *INITIALIZATIONS])),
            )
        )
    return tuple(rows)


@st.composite
def specs(draw: st.DrawFn) -> NetworkSpec:
    channels = draw(st.integers(1, 4))
    per_channel = st.lists(st.floats(0.001, 2.0), min_size=channels, max_size=channels).map(tuple)
    preprocessing = Preprocessing(
        draw(st.integers(1, 500)),
        draw(st.integers(1, 500)),
        draw(per_channel),
        draw(per_channel),
        draw(st.sampled_from(["nearest", "bilinear", "bicubic"])),
    )
    input = (channels, draw(st.integers(1, 64)), draw(st.integers(1, 64)))
    classes = draw(st.lists(st.text(max_size=8), max_size=4).map(tuple))
    initialization = draw(st.sampled_from(sorted(INITIALIZATIONS)))
    return NetworkSpec(draw(names), input, draw(layers()), classes, preprocessing, initialization)


@given(specs())
def test_json_round_trip(spec: NetworkSpec) -> None:
    assert from_json(to_json(spec)) == spec


@given(specs())
def test_every_row_has_a_plan(spec: NetworkSpec) -> None:
    planned = plan(spec)
    assert [row.path for row in planned.rows] == [path for path, _ in walk(spec.layers)]
    assert len(list(module_names(spec))) == sum(row.enabled for row in planned.rows)
    for row in planned.rows:
        assert sum([row.output is not None, bool(row.problem), row.waits, not row.enabled]) >= 1
        assert all(size > 0 for size in row.output or ())


@settings(max_examples=200, deadline=None)
@given(specs())
def test_what_can_be_planned_can_be_built_and_run(check_sentence: Any, spec: NetworkSpec) -> None:
    planned = plan(spec)
    try:
        with Skeleton():
            module = build(spec)
    except UserError as error:
        assert planned.problems
        check_sentence(error)
        return
    assert not planned.problems
    module.to("meta").eval()
    assert sum(parameter.numel() for parameter in module.parameters()) == planned.parameters
    assert [name for name, _ in module.named_modules()][1:2] == [
        name for name, _ in itertools.islice(module_names(spec), 1)
    ]
    assert tuple(module(torch.empty(1, *spec.input, device="meta")).shape[1:]) == planned.output
