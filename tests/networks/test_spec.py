import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from visualizer.errors import UserError
from visualizer.networks.architectures import ARCHITECTURES, spec
from visualizer.networks.blueprint import from_spec
from visualizer.networks.building import build
from visualizer.networks.layers import LAYERS
from visualizer.networks.layers.kinds import Field
from visualizer.networks.network import Preprocessing
from visualizer.networks.spec import LayerSpec, NetworkSpec, layer
from visualizer.networks.spec_json import from_json, to_json

Check = Callable[[UserError], None]

names = st.text(st.characters(categories=("L", "N"), include_characters=" _-×"), min_size=1, max_size=20)


def values_of(field: Field) -> st.SearchStrategy[Any]:
    if field.type is bool:
        return st.booleans()
    if field.type is int:
        return st.integers(int(field.minimum), int(min(field.maximum, 40)))
    return st.floats(field.minimum, field.maximum)


@st.composite
def layers(draw: st.DrawFn) -> tuple[LayerSpec, ...]:
    kinds = draw(st.lists(st.sampled_from(sorted(LAYERS)), min_size=1, max_size=6))
    return tuple(
        LayerSpec(kind, f"{draw(names)}{i}", {f.name: draw(values_of(f)) for f in LAYERS[kind].fields})
        for i, kind in enumerate(kinds)
    )


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
    classes = draw(st.lists(st.text(max_size=8), min_size=1, max_size=4).map(tuple))
    return NetworkSpec(draw(names), input, draw(layers()), classes, preprocessing)


@given(specs())
def test_json_round_trip(any_spec: NetworkSpec) -> None:
    assert from_json(to_json(any_spec)) == any_spec


@given(specs())
def test_building_gives_a_module_or_a_sentence(check_sentence: Check, any_spec: NetworkSpec) -> None:
    try:
        module = build(any_spec).eval()
    except UserError as error:
        check_sentence(error)
    else:
        with torch.no_grad():
            assert module(torch.zeros(1, *any_spec.input)).shape == (1, len(any_spec.classes))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
PLACES = [
    ("version",), ("name",), ("input",), ("input", 0), ("classes",), ("classes", 0), ("layers",), ("layers", 0),
    ("layers", 0, "kind"), ("layers", 0, "name"), ("layers", 0, "kernel_size"), ("preprocessing",),
    ("preprocessing", "mean"), ("preprocessing", "std"), ("preprocessing", "interpolation"), ("preprocessing", "crop"),
]  # fmt: skip


@given(st.sampled_from(PLACES), json_values)
def test_a_wrong_value_anywhere_gives_one_sentence(
    check_sentence: Check, place: tuple[Any, ...], value: Any
) -> None:
    document = json.loads(to_json(spec("tinycnn")))
    inner = document
    for step in place[:-1]:
        inner = inner[step]
    inner[place[-1]] = value
    try:
        read = from_json(json.dumps(document))
    except UserError as error:
        check_sentence(error)
    else:
        assert from_json(to_json(read)) == read


@given(st.text(max_size=50))
def test_any_text_is_refused(text: str) -> None:
    with pytest.raises(UserError):
        from_json(text)


def edited(edit: Callable[[dict[str, Any]], object]) -> str:
    document = json.loads(to_json(spec("tinycnn")))
    edit(document)
    return json.dumps(document)


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (
            lambda d: d["layers"][0].update(kind="convolution"),
            "Layer 1 ('conv1'): there is no kind 'convolution'",
        ),
        (lambda d: d["layers"][3].update(kernel=3), "Layer 4 ('conv2'): conv has no field 'kernel'"),
        (
            lambda d: d["layers"][0].pop("out_channels"),
            "Layer 1 ('conv1'): the field 'out_channels' is missing",
        ),
        (lambda d: d["layers"][0].update(bias=1), "Layer 1 ('conv1'): 'bias' must be true or false"),
        (lambda d: d["layers"][0].update(stride=0), "'stride' must lie between 1 and 1,024"),
        (lambda d: d["layers"][0].update(stride=True), "'stride' must be a whole number"),
        (lambda d: d["layers"][1].update(name="conv1"), "Two layers have the same name"),
        (lambda d: d["layers"][1].update(name="a.b"), "no dot"),
        (lambda d: d.update(version=2), "not of version 1"),
        (lambda d: d.update(colour="red"), "unknown entry 'colour'"),
        (lambda d: d.pop("classes"), "has no 'classes'"),
        (lambda d: d["preprocessing"].update(mean=[0.5, 0.5]), "one mean and one std per input channel"),
        (lambda d: d["preprocessing"].update(std=[0]), "Every 'std' must be greater than 0"),
    ],
)
def test_mistakes_are_named_with_their_place(edit: Callable[[dict[str, Any]], object], words: str) -> None:
    with pytest.raises(UserError) as raised:
        from_json(edited(edit))
    assert words in str(raised.value)


def test_deep_json_is_refused() -> None:
    with pytest.raises(UserError, match="not JSON"):
        from_json("[" * 100_000)


def test_children_have_the_names_of_the_layers() -> None:
    assert list(build(spec("shapes-net")).state_dict())[:2] == ["conv1.weight", "conv1.bias"]


def with_layers(*rows: LayerSpec, classes: int = 2) -> NetworkSpec:
    labels = tuple(map(str, range(classes)))
    return replace(spec("shapes-net"), layers=rows, classes=labels)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (
            (layer("linear", "fc", out_features=2),),
            "Layer 'fc' (linear) does not fit an input of 3 × 32 × 32",
        ),
        ((layer("conv", "c", out_channels=2, kernel_size=40),), "make its window smaller"),
        (
            (layer("conv", "c", out_channels=4, groups=2),),
            "Layer 'c' (conv) does not fit an input of 3 × 32 × 32",
        ),
        ((layer("max_pool", "p", padding=2),), "change its fields"),
        ((layer("residual_stage", "s", channels=2),), "change its fields"),
        ((layer("relu", "r"),), "ends with an output of 3 × 32 × 32 but has 2 classes"),
    ],
)
def test_layers_that_do_not_fit_are_named(rows: tuple[LayerSpec, ...], words: str) -> None:
    with pytest.raises(UserError) as raised:
        build(with_layers(*rows))
    assert words in str(raised.value)


def test_a_giant_is_refused_before_it_is_allocated() -> None:
    rows = (
        layer("flatten", "flatten"),
        layer("linear", "fc1", out_features=1_000_000),
        layer("linear", "fc2", out_features=1_000_000),
        layer("linear", "fc3", out_features=2),
    )
    with pytest.raises(UserError, match=r"more than 1,000,000,000 parameters from its layer 'fc1'"):
        build(with_layers(*rows))


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_own_architectures_round_trip(name: str) -> None:
    assert from_json(to_json(spec(name))) == spec(name)


def _costly(input: tuple[int, int, int], *rows: LayerSpec) -> NetworkSpec:
    ones = (1.0,) * input[0]
    layers = (*rows, layer("global_average_pool", "gap"), layer("flatten", "flat"))
    head = layer("linear", "head", out_features=2)
    return NetworkSpec(
        "costly", input, (*layers, head), ("a", "b"), Preprocessing(8, 8, ones, ones, "bilinear")
    )


@pytest.mark.parametrize(
    ("costly", "words"),
    [
        (_costly((8, 8000, 8000)), "at most 64,000,000 values"),
        (
            _costly((1, 4000, 4000), layer("conv", "wide", out_channels=64, padding=1)),
            "more than 256,000,000 values in its layers' outputs from its layer 'wide' (conv) on",
        ),
        (
            _costly((3, 2000, 2000), *(layer("relu", f"relu{i}") for i in range(30))),
            "from its layer 'relu21' (relu) on",
        ),
        (
            _costly((1, 2000, 2000), layer("max_pool", "window", kernel_size=500, stride=1)),
            "multiply-accumulates from its layer 'window' (max_pool) on",
        ),
        (
            _costly((512, 256, 256), layer("conv", "deep", out_channels=512, padding=1)),
            "multiply-accumulates from its layer 'deep' (conv) on",
        ),
        (
            _costly((64, 64, 64), layer("residual_stage", "stage", channels=64, blocks=1000)),
            "from its layer 'stage' (residual_stage) on",
        ),
        (
            _costly(
                (512, 32, 32), layer("conv", "holes", out_channels=1, kernel_size=31, dilation=2, padding=30)
            ),
            "values in its layers' outputs from its layer 'holes' (conv) on",
        ),
    ],
)
def test_a_network_that_costs_too_much_is_refused(
    check_sentence: Check, costly: NetworkSpec, words: str
) -> None:
    for make in (lambda: build(costly), lambda: from_spec(costly).skeleton(from_spec(costly).usual)):
        with pytest.raises(UserError, match=re.escape(words)) as raised:
            make()
        check_sentence(raised.value)


@pytest.mark.parametrize("classes", [["a"] * 100_001, ["a" * 1001]])
def test_too_many_or_too_long_labels_are_refused(check_sentence: Check, classes: list[str]) -> None:
    document = json.loads(to_json(spec("tinycnn")))
    document["classes"] = classes
    with pytest.raises(UserError, match="at most 100,000 names of at most 1,000 characters") as raised:
        from_json(json.dumps(document))
    check_sentence(raised.value)
