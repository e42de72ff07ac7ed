from collections.abc import Mapping

import pytest
import torch
from torch import Tensor

from visualizer.networks import identification, torchvision_zoo
from visualizer.networks.architectures import ARCHITECTURES, spec
from visualizer.networks.blueprint import Variant, from_spec
from visualizer.networks.identification import best_match

OWN = [name for name, row in ARCHITECTURES.items() if not row.twin]
TWINS = [name for name, row in ARCHITECTURES.items() if row.twin]
ALIKE = [name for name, row in ARCHITECTURES.items() if row.same_keys_as]


def keys_and_shapes(name: str, classes: int = 0) -> Mapping[str, Tensor]:
    blueprint = from_spec(spec(name))
    usual = blueprint.usual
    return blueprint.skeleton(Variant(classes or usual.classes, usual.channels, usual.side)).state_dict()


@pytest.mark.parametrize("name", OWN)
def test_every_own_architecture_is_found_by_its_keys(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = ARCHITECTURES[name].same_keys_as or name
    if wanted in OWN:
        monkeypatch.setattr(torchvision_zoo, "names", lambda: pytest.fail("torchvision was asked"))
    match = best_match(keys_and_shapes(name), "weights")
    assert match is not None
    assert match.blueprint.name == wanted
    assert match.complete
    assert not match.unexpected


@pytest.mark.parametrize(
    "name", ["resnet50-32", "vgg16-32", "nin-32", "squeezenet-32", "lenet-5", "fractalnet-20"]
)
def test_with_any_number_of_classes(name: str) -> None:
    match = best_match(keys_and_shapes(name, classes=7), "weights")
    assert match is not None
    assert (match.blueprint.name, match.variant.classes, match.complete) == (name, 7, True)


@pytest.mark.parametrize("name", TWINS)
def test_what_torchvision_builds_is_left_to_it(name: str) -> None:
    match = best_match(keys_and_shapes(name), "weights")
    assert match is not None
    assert match.blueprint == torchvision_zoo.blueprint(name)
    assert match.complete


@pytest.mark.parametrize("name", ALIKE)
def test_networks_with_equal_keys_are_told_apart_by_the_files_name(name: str) -> None:
    tensors = keys_and_shapes(name)
    assert tensors.keys() == keys_and_shapes(ARCHITECTURES[name].same_keys_as).keys()
    match = best_match(tensors, name.replace("-", "_") + "_epoch7")
    assert match is not None
    assert match.blueprint.name == name


def test_a_file_that_lacks_a_layer_still_looks_like_its_architecture() -> None:
    tensors = {key: value for key, value in keys_and_shapes("mini-vgg").items() if "fc2" not in key}
    match = best_match(tensors, "weights")
    assert match is not None
    assert (match.blueprint.name, match.missing) == ("mini-vgg", ("fc2.weight", "fc2.bias"))


def test_strange_tensors_cost_no_module_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identification, "from_own", lambda name: pytest.fail(f"{name} was built"))
    assert best_match({f"x{i}.weight": torch.empty(3, 3) for i in range(30)}, "weights") is None
