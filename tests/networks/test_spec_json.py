"""Specifications as JSON: what is refused, and what older versions become."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import load_file, save_file

from visualizer.errors import UserError
from visualizer.networks.architectures import spec
from visualizer.networks.building import build
from visualizer.networks.files import SPEC_ENTRY, save_network
from visualizer.networks.spec import MAX_DEPTH, MAX_LAYERS, layer
from visualizer.networks.spec_json import VERSION, from_json, to_json
from visualizer.networks.zoo import open_network

Check = Callable[[UserError], None]
Edit = Callable[[dict[str, Any]], object]

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
PLACES = [
    ("version",), ("name",), ("input",), ("input", 0), ("classes",), ("classes", 0), ("initialization",),
    ("layers",), ("layers", 3), ("layers", 0, "kind"), ("layers", 0, "name"), ("layers", 0, "kernel_size"),
    ("layers", 0, "enabled"), ("layers", 0, "initialization"), ("layers", 3, "layers"),
    ("layers", 3, "layers", 0, "channels"), ("layers", 3, "layers", 0, "variant"), ("preprocessing",),
    ("preprocessing", "mean"), ("preprocessing", "std"), ("preprocessing", "interpolation"),
    ("preprocessing", "crop"),
]  # fmt: skip


@given(st.sampled_from(PLACES), json_values)
def test_a_wrong_value_anywhere_gives_one_sentence(
    check_sentence: Check, place: tuple[Any, ...], value: Any
) -> None:
    document = json.loads(to_json(spec("resnet20")))
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


def edited(edit: Edit, name: str = "tinycnn") -> str:
    document = json.loads(to_json(spec(name)))
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
        (lambda d: d["layers"][1].update(name="conv1"), "Two layers are called 'conv1'"),
        (lambda d: d["layers"][1].update(name="a.b"), "no dot"),
        (lambda d: d["layers"][1].update(initialization="he"), "there is no initialisation 'he'"),
        (lambda d: d["layers"][1].update(layers=[dict(d["layers"][1])]), "relu is no block"),
        (lambda d: d.update(version=VERSION + 1), f"not of version {VERSION} or before"),
        (lambda d: d.update(version=0), f"not of version {VERSION} or before"),
        (lambda d: d.update(colour="red"), "unknown entry 'colour'"),
        (lambda d: d.pop("classes"), "has no 'classes'"),
        (lambda d: d["preprocessing"].update(mean=[0.5, 0.5]), "one mean and one std per input channel"),
        (lambda d: d["preprocessing"].update(std=[0]), "Every 'std' must be greater than 0"),
        (lambda d: d.update(classes=["a"] * 100_001), "at most 100,000 names of at most 1,000 characters"),
        (lambda d: d.update(classes=["a" * 1001]), "at most 100,000 names of at most 1,000 characters"),
    ],
)
def test_mistakes_are_named_with_their_place(check_sentence: Check, edit: Edit, words: str) -> None:
    with pytest.raises(UserError) as raised:
        from_json(edited(edit))
    assert words in str(raised.value)
    check_sentence(raised.value)


def test_places_inside_blocks_are_named() -> None:
    text = edited(lambda d: d["layers"][4]["layers"][2].update(stride=-1), "resnet20")
    with pytest.raises(UserError, match=r"Layer 5\.3 \('2'\): 'stride' must lie between"):
        from_json(text)


def test_deep_json_is_refused() -> None:
    with pytest.raises(UserError, match="not JSON"):
        from_json("[" * 100_000)


@pytest.mark.parametrize("depth", [MAX_DEPTH, MAX_DEPTH + 1, 400])
def test_blocks_are_inside_each_other_up_to_a_depth(depth: int) -> None:
    row: dict[str, Any] = {"kind": "relu", "name": "relu"}
    for _ in range(depth - 1):
        row = {"kind": "sequence", "name": "s", "layers": [row]}
    text = edited(lambda d: d["layers"].append(row))
    if depth > MAX_DEPTH:
        with pytest.raises(UserError, match=f"more than {MAX_DEPTH} deep"):
            from_json(text)
    else:
        assert from_json(text).layers[-1].layers


@pytest.mark.parametrize("nested", [False, True])
def test_too_many_layers_are_refused(nested: bool) -> None:
    rows: list[dict[str, Any]] = [{"kind": "relu", "name": f"r{i}"} for i in range(MAX_LAYERS)]
    if nested:
        rows = [{"kind": "sequence", "name": f"s{i}", "layers": rows[: MAX_LAYERS // 2]} for i in range(2)]
    with pytest.raises(UserError, match=r"at most 2,000 layers"):
        from_json(edited(lambda d: d["layers"].extend(rows)))


def test_what_is_usual_is_left_out() -> None:
    relu = layer("relu", "r")
    rows = (relu, replace(relu, name="s", enabled=False, initialization="he_normal"))
    written = json.loads(to_json(replace(spec("tinycnn"), layers=rows)))["layers"]
    assert written == [
        {"kind": "relu", "name": "r"},
        {"kind": "relu", "name": "s", "enabled": False, "initialization": "he_normal"},
    ]


def test_a_network_may_be_empty_for_now() -> None:
    empty = from_json(edited(lambda d: d["layers"].clear()))
    assert empty.layers == ()
    with pytest.raises(UserError, match="The network is empty; add a layer"):
        build(empty)


# Version 1 -------------------------------------------------------------------------------------------


def in_version_1(name: str) -> dict[str, Any]:
    """The document as version 1 wrote it: no initialisation, no choices of words, stages in one row."""
    document: dict[str, Any] = json.loads(to_json(spec(name)))
    document["version"] = 1
    del document["initialization"]
    for row in document["layers"]:
        if row["kind"] == "sequence":
            blocks = row.pop("layers")
            stage = {"channels": blocks[0]["channels"], "blocks": len(blocks), "stride": blocks[0]["stride"]}
            row.update(kind="residual_stage", **stage)
    return document


@pytest.mark.parametrize("name", ["tinycnn", "mini-vgg", "resnet20"])
def test_version_1_becomes_the_network_of_today(name: str) -> None:
    document = in_version_1(name)
    assert (name == "resnet20") == any(row["kind"] == "residual_stage" for row in document["layers"])
    assert from_json(json.dumps(document)) == spec(name)


def test_a_stage_of_version_1_had_two_blocks_unless_it_said_otherwise() -> None:
    document = in_version_1("resnet20")
    del document["layers"][3]["blocks"]
    assert [row.name for row in from_json(json.dumps(document)).layers[3].layers] == ["0", "1"]


@pytest.mark.parametrize(
    ("stage", "words"),
    [
        ({"blocks": 0}, "'blocks' must lie between 1 and 2,000"),
        ({"blocks": 10**9}, "'blocks' must lie between 1 and 2,000"),
        ({"blocks": "three"}, "'blocks' must be a whole number"),
        ({"blocks": True}, "'blocks' must be a whole number"),
        ({"channels": None}, "the field 'channels' is missing"),
        ({"channels": 0}, "'channels' must lie between"),
        ({"stride": "wide"}, "'stride' must be a whole number"),
        ({"name": 3}, "'name' must be a text"),
        ({"colour": "red"}, "no field 'colour'"),
    ],
)
def test_a_wrong_stage_of_version_1(check_sentence: Check, stage: dict[str, Any], words: str) -> None:
    document = in_version_1("resnet20")
    document["layers"][3].update(stage)
    with pytest.raises(UserError) as raised:
        from_json(json.dumps(document))
    assert words in str(raised.value)
    check_sentence(raised.value)


def test_there_was_no_stage_in_version_2() -> None:
    with pytest.raises(UserError, match="there is no kind 'residual_stage'"):
        from_json(edited(lambda d: d["layers"][0].update(kind="residual_stage")))


# Files -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", [1, 2])
def test_files_of_both_versions_open(version: int, tmp_path: Path) -> None:
    described = spec("resnet20")
    module = build(described).eval()
    path = tmp_path / "network.safetensors"
    save_network(described, module, path)
    if version == 1:
        text = json.dumps(in_version_1("resnet20"))
        save_file(load_file(path), path, {"format": "pt", SPEC_ENTRY: text})
    network = open_network(str(path))
    assert network.spec == described
    x = torch.rand(2, *described.input)
    with torch.no_grad():
        assert torch.equal(network.module(x), module(x))


def test_labels_that_are_no_text_are_kept(tmp_path: Path) -> None:
    """Names of folders can hold bytes that are no UTF-8: Python has lone surrogates for them."""
    described = replace(spec("tinycnn"), classes=("caf\udce9", "Ä", *spec("tinycnn").classes[2:]))
    path = tmp_path / "network.safetensors"
    save_network(described, build(described), path)
    assert open_network(str(path)).classes == described.classes
