from dataclasses import replace

import pytest
import torch

from visualizer.networks.adapting import adapted, with_classes, without_auxiliary_heads
from visualizer.networks.architectures import ARCHITECTURES, spec
from visualizer.networks.building import build
from visualizer.networks.planning import plan
from visualizer.networks.preprocessing import Preprocessing
from visualizer.networks.spec import layer, walk

THREE = ("a", "b", "c")


@pytest.mark.parametrize("name", [name for name in ARCHITECTURES if spec(name).classes])
def test_every_classifier_takes_other_classes(name: str) -> None:
    changed = with_classes(spec(name), THREE)
    assert plan(changed).output == (3,)
    assert changed.classes == THREE


def test_every_head_of_googlenet_gets_them() -> None:
    state = build(with_classes(spec("googlenet-32"), THREE)).state_dict()
    assert [len(state[f"{key}.bias"]) for key in ("aux1.fc2", "aux2.fc2", "fc")] == [3, 3, 3]


def test_a_layer_with_as_many_outputs_is_no_head() -> None:
    rows = (
        layer("flatten", "flatten"),
        layer("linear", "fc1", out_features=10),
        layer("relu", "relu"),
        layer("linear", "fc2", out_features=10),
    )
    changed = with_classes(replace(spec("linear"), layers=rows), THREE)
    assert [row.values.get("out_features") for row in changed.layers] == [None, 10, None, 3]


def test_a_block_that_is_left_out_is_no_head() -> None:
    block = replace(layer("sequence", "block", layer("linear", "fc2", out_features=10)), enabled=False)
    rows = (layer("flatten", "flatten"), layer("linear", "fc1", out_features=10), block)
    assert plan(with_classes(replace(spec("linear"), layers=rows), THREE)).output == (3,)


def test_a_residual_block_can_be_the_head() -> None:
    rows = (
        layer("residual_block", "block", channels=10),
        layer("global_average_pool", "pool"),
        layer("flatten", "flatten"),
    )
    assert plan(with_classes(replace(spec("linear"), layers=rows), THREE)).output == (3,)


def test_layers_stay_the_same_layers() -> None:
    before, after = spec("squeezenet-32"), with_classes(spec("squeezenet-32"), THREE)
    assert [row.identity for _, row in walk(after.layers)] == [row.identity for _, row in walk(before.layers)]


def test_other_images() -> None:
    grey = Preprocessing(64, 64, (0.5,), (0.5,))
    changed = adapted(spec("resnet18-32"), (1, 64, 64), THREE, grey)
    with torch.no_grad():
        assert build(changed).eval()(torch.rand(1, 1, 64, 64)).shape == (1, 3)
    assert changed.preprocessing == grey


def test_without_heads() -> None:
    without = without_auxiliary_heads(spec("googlenet"))
    assert plan(without).parameters == 6_624_904  # torchvision's, without its heads
    assert without_auxiliary_heads(spec("resnet18")) == spec("resnet18")
