"""The specifications of open networks: their own, or those of torchvision's twins."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torchvision import models

from visualizer.networks import torchvision_zoo
from visualizer.networks.anatomy import examine
from visualizer.networks.architectures import ARCHITECTURES, spec
from visualizer.networks.building import build
from visualizer.networks.files import save_network
from visualizer.networks.network import Network
from visualizer.networks.planning import plan
from visualizer.networks.skeleton import Skeleton
from visualizer.networks.spec import NetworkSpec
from visualizer.networks.zoo import fit, open_network, spec_of
from visualizer.probes.prediction import predict

TWINS = [name for name, row in ARCHITECTURES.items() if row.twin]


def unopened(name: str) -> Network:
    """torchvision's network without memory, otherwise as it is opened."""
    blueprint = torchvision_zoo.blueprint(name)
    return blueprint.network(blueprint.skeleton(blueprint.usual), blueprint.usual, "none")


def same_outputs(described: NetworkSpec, network: Network) -> bool:
    """Whether the specification, with the network's weights, computes what the network does."""
    with Skeleton():
        module = build(described)
    module.load_state_dict(network.module.state_dict(), strict=True, assign=True)
    x = torch.randn(1, *network.input, generator=torch.Generator().manual_seed(4))
    with torch.no_grad():
        return torch.allclose(module.eval()(x), network.module(x), rtol=1e-5, atol=1e-5)


def test_a_network_made_from_a_specification_has_it() -> None:
    network = open_network("lenet-5")
    assert network.spec == spec("lenet-5")
    assert spec_of(network) is network.spec


@pytest.mark.parametrize("name", TWINS)
def test_torchvisions_networks_have_that_of_their_twin(name: str) -> None:
    network = unopened(name)
    assert network.spec is None
    described = spec_of(network)
    assert described is not None
    assert (described.name, described.input, described.classes) == (name, network.input, network.classes)
    assert plan(described).parameters == sum(p.numel() for p in network.module.parameters())


@pytest.mark.parametrize("name", ["vgg11", "mobilenet_v3_small", "resnext101_32x8d"])
def test_other_networks_of_torchvision_have_none(name: str) -> None:
    assert spec_of(unopened(name)) is None


def test_a_twin_computes_the_same() -> None:
    network = open_network("squeezenet1_1")
    described = spec_of(network)
    assert described is not None
    assert described.preprocessing == network.preprocessing
    assert same_outputs(described, network)


def test_a_twin_with_other_classes_and_channels(tmp_path: Path) -> None:
    module = models.resnet18(num_classes=7)
    module.conv1 = torch.nn.Conv2d(1, 64, 7, 2, 3, bias=False)
    torch.save(module.state_dict(), tmp_path / "mine.pth")
    network = open_network(str(tmp_path / "mine.pth"))
    described = spec_of(network)
    assert described is not None
    assert (described.input, len(described.classes)) == ((1, 224, 224), 7)
    assert described.preprocessing == network.preprocessing
    assert same_outputs(described, network)


def test_googlenet_opens_without_its_heads() -> None:
    described = spec_of(open_network("googlenet"))
    assert described is not None
    heads = [row for row in described.layers if row.kind == "auxiliary_head"]
    assert [(row.name, row.enabled) for row in heads] == [("aux1", False), ("aux2", False)]


def test_googlenets_own_standardisation_becomes_preprocessing() -> None:
    """With published weights the module turns ImageNet's standardisation into (pixel − 0.5) / 0.5 itself."""
    network = open_network("googlenet")
    assert network.module.transform_input
    described = spec_of(network)
    assert described is not None
    with Skeleton():
        module = build(described)
    module.load_state_dict(network.module.state_dict(), strict=True, assign=True)
    pixels = torch.rand(1, 3, 224, 224, generator=torch.Generator().manual_seed(4))

    def standardised(preprocessing: object) -> torch.Tensor:
        mean, std = (torch.tensor(getattr(preprocessing, key))[:, None, None] for key in ("mean", "std"))
        return (pixels - mean) / std

    with torch.no_grad():
        ours = module.eval()(standardised(described.preprocessing))
        theirs = network.module(standardised(network.preprocessing))
    torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-4)


def test_a_changed_module_has_no_twin() -> None:
    network = open_network("squeezenet1_0")
    network.module.extra = torch.nn.Linear(2, 2)
    assert spec_of(network) is None
    too_small = replace(unopened("vgg16"), input=(3, 16, 16))
    assert spec_of(too_small) is None


@pytest.mark.parametrize("classes", [("a", "b"), ()])
def test_files_keep_the_specification_and_the_labels(classes: tuple[str, ...], tmp_path: Path) -> None:
    described = spec("autoencoder") if not classes else replace(spec("linear"), name="mine")
    save_network(described, build(described), tmp_path / "mine.safetensors")
    network = open_network(str(tmp_path / "mine.safetensors"))
    assert network.spec == described
    assert network.classes == described.classes


def test_other_weights_of_the_open_network_keep_its_specification(tmp_path: Path) -> None:
    opened = open_network("tinycnn")
    torch.save(opened.module.state_dict(), tmp_path / "epoch.pth")
    assert fit(opened, tmp_path / "epoch.pth").spec is opened.spec


def test_a_file_with_other_classes_has_a_specification_with_them(tmp_path: Path) -> None:
    module = build(spec("nin-32"))
    module.conv3_3 = torch.nn.Conv2d(192, 4, 1)
    torch.save(module.state_dict(), tmp_path / "four.pth")
    network = open_network(str(tmp_path / "four.pth"))
    assert network.name == "nin-32"
    assert network.spec is not None
    assert network.spec.classes == network.classes == ("class 0", "class 1", "class 2", "class 3")
    assert same_outputs(network.spec, network)


def test_an_auto_encoder_does_not_classify() -> None:
    network = open_network("autoencoder")
    assert network.classes == ()
    x = torch.rand(1, *network.input)
    with torch.no_grad():
        assert predict(network.module(x), network.classes) is None
    assert examine(network).layers[-1].output == network.input
