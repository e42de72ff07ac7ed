"""From specifications to modules: what does not fit, and what would cost too much."""

import math
import re
from collections.abc import Callable
from dataclasses import replace

import pytest
import torch
from torch import nn

from visualizer.errors import UserError
from visualizer.networks import memory
from visualizer.networks.architectures import spec
from visualizer.networks.blueprint import from_spec
from visualizer.networks.building import build
from visualizer.networks.planning import MAX_PARAMETERS, plan
from visualizer.networks.preprocessing import Preprocessing
from visualizer.networks.skeleton import Skeleton
from visualizer.networks.spec import LayerSpec, NetworkSpec, layer

Check = Callable[[UserError], None]


def with_layers(*rows: LayerSpec, classes: int = 2) -> NetworkSpec:
    return replace(spec("shapes-net"), layers=rows, classes=tuple(map(str, range(classes))))


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ((layer("linear", "fc", out_features=2),), "'fc': Linear takes a vector, but 3×32×32 maps come in"),
        (
            (layer("conv", "c", out_channels=2, kernel_size=40),),
            "'c': A window of 40×40 does not fit into 32×32",
        ),
        ((layer("conv", "c", out_channels=4, groups=2),), "'c': 2 groups do not divide the 3 input channels"),
        ((layer("max_pool", "p", padding=2),), "'p': Padding 2 is more than half of the window of 2"),
        (
            (layer("relu", "r"),),
            "'r': The network ends with maps, 3×32×32; add Flatten and a Linear layer with 2 outputs",
        ),
        (
            (layer("conv", "c", out_channels=2), layer("global_average_pool", "p")),
            "'p': The network ends with maps, 2×1×1; add Flatten.",
        ),
        (
            (layer("flatten", "f"), layer("linear", "fc", out_features=7)),
            "'fc': 7 outputs do not match the 2 classes",
        ),
        ((layer("sequence", "s"),), "'s': The block is empty"),
        ((), "The network is empty"),
    ],
)
def test_layers_that_do_not_fit_are_named(
    rows: tuple[LayerSpec, ...], words: str, check_sentence: Check
) -> None:
    with pytest.raises(UserError) as raised:
        build(with_layers(*rows))
    assert words in str(raised.value)
    check_sentence(raised.value)


def test_a_giant_is_refused_before_it_is_allocated() -> None:
    rows = (
        layer("flatten", "flatten"),
        layer("linear", "fc1", out_features=1_000_000),
        layer("linear", "fc2", out_features=1_000_000),
        layer("linear", "fc3", out_features=2),
    )
    with pytest.raises(UserError, match=rf"'fc1': .*more than the limit of {MAX_PARAMETERS:,}"):
        build(with_layers(*rows))


def costly(input: tuple[int, int, int], *rows: LayerSpec) -> NetworkSpec:
    ones = (1.0,) * input[0]
    layers = (*rows, layer("global_average_pool", "gap"), layer("flatten", "flat"))
    head = layer("linear", "head", out_features=2)
    return NetworkSpec("costly", input, (*layers, head), ("a", "b"), Preprocessing(8, 8, ones, ones))


def stage(channels: int, blocks: int) -> LayerSpec:
    return layer(
        "sequence",
        "stage",
        *(layer("residual_block", str(index), channels=channels) for index in range(blocks)),
    )


@pytest.mark.parametrize(
    ("described", "words"),
    [
        (costly((8, 8000, 8000)), "more than 64,000,000 values"),
        (
            costly((1, 4000, 4000), layer("conv", "wide", out_channels=64, padding=1)),
            "'wide': Up to here the network would have 1,040,000,000 values in its layers' outputs (4.16 GB)",
        ),
        (
            costly((3, 2000, 2000), *(layer("relu", f"relu{index}") for index in range(30))),
            "'relu20': Up to here the network would have 264,000,000 values",
        ),
        (
            costly((1, 2000, 2000), layer("max_pool", "window", kernel_size=500, stride=1)),
            "operations, more than the limit of 100,000,000,000",
        ),
        (
            costly((512, 256, 256), layer("conv", "deep", out_channels=512, padding=1)),
            "'deep': Up to here the network would have 154,618,822,656 operations",
        ),
        (costly((64, 64, 64), stage(64, 1000)), "values in its layers' outputs"),
        (
            costly(
                (512, 32, 32), layer("conv", "holes", out_channels=1, kernel_size=31, dilation=2, padding=30)
            ),
            "'holes': Up to here the network would have 504,366,080 values in its layers' outputs",
        ),
    ],
)
def test_a_network_that_costs_too_much_is_refused(
    check_sentence: Check, described: NetworkSpec, words: str
) -> None:
    for make in (lambda: build(described), lambda: from_spec(described).skeleton(from_spec(described).usual)):
        with pytest.raises(UserError, match=re.escape(words)) as raised:
            make()
        check_sentence(raised.value)


def test_what_memory_cannot_hold_is_refused_with_the_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "available", lambda: 100_000_000)
    with pytest.raises(UserError, match=r"one image would need 1\d\d MB of memory, and there are 100 MB"):
        build(spec("resnet34-32"))
    assert build(spec("shapes-net"))


def test_a_skeleton_has_no_memory() -> None:
    with Skeleton():
        module = build(spec("vgg16"))
    assert all(parameter.is_meta for parameter in module.parameters())


def test_layers_begin_as_their_own_initialisation_or_the_networks_says() -> None:
    rows = (
        layer("flatten", "flatten"),
        layer("linear", "fc1", out_features=300),
        replace(layer("linear", "fc2", out_features=300), initialization="unit_normal"),
        layer("linear", "fc3", out_features=2),
    )
    module = build(replace(with_layers(*rows), initialization="small_normal"))
    stds = [part.weight.std().item() for part in module if isinstance(part, nn.Linear)]
    assert stds == pytest.approx([0.01, 1, 0.01], rel=0.1)


def test_random_weights_of_blocks_begin_as_chosen() -> None:
    blocks = replace(spec("resnet20"), initialization="he_normal")
    weight = build(blocks).get_parameter("layer3.1.conv2.weight")
    assert weight.std().item() == pytest.approx(math.sqrt(2 / (64 * 9)), rel=0.05)


def test_building_is_arithmetic_first() -> None:
    """The plan of the deepest network of the zoo agrees with its module, block by block."""
    described = spec("resnet152")
    with Skeleton():
        module = build(described)
    for row in plan(described).rows:
        part = module
        for index in row.path:
            part = part[index]
        assert row.parameters == sum(parameter.numel() for parameter in part.parameters())
    assert torch.Size(plan(described).output or ()) == (1000,)
