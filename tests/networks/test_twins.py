"""The specifications of networks that torchvision has: same keys, same costs, same outputs."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torchvision import models

from visualizer.networks.anatomy import Anatomy, examine
from visualizer.networks.architectures import ARCHITECTURES, spec
from visualizer.networks.building import build
from visualizer.networks.network import Network
from visualizer.networks.planning import plan
from visualizer.networks.skeleton import Skeleton

TWINS = [name for name, row in ARCHITECTURES.items() if row.twin]


def torchvisions(name: str) -> nn.Module:
    heads = {"aux_logits": True, "init_weights": False} if name == "googlenet" else {}
    module: nn.Module = models.get_model(name, weights=None, **heads)
    return module.eval()


def ours(name: str, state: dict[str, Tensor]) -> nn.Module:
    """The module of our specification, around the same tensors."""
    with Skeleton():
        module = build(spec(name))
    module.load_state_dict(state, strict=True, assign=True)
    return module.eval()


def anatomy(name: str, module: nn.Module) -> Anatomy:
    row = spec(name)
    return examine(Network(name, module, row.input, row.classes, row.preprocessing))


def test_the_twins() -> None:
    assert TWINS == [
        "alexnet", "vgg16", "vgg19", "googlenet", "resnet18", "resnet34", "resnet50", "resnet101", "resnet152",
        "wide_resnet50_2", "resnext50_32x4d", "squeezenet1_0", "squeezenet1_1", "densenet121",
    ]  # fmt: skip


@pytest.mark.parametrize("name", TWINS)
def test_a_twin_is_torchvisions_network(name: str) -> None:
    """Strict keys, equal outputs, parameters and MACs; with statistics of batch norm that are not 0 and 1."""
    generator = torch.Generator().manual_seed(7)
    theirs = torchvisions(name)
    for key, value in theirs.state_dict().items():
        if key.endswith("running_mean"):
            value.normal_(0, 0.1, generator=generator)
        elif key.endswith("running_var"):
            value.uniform_(0.5, 1.5, generator=generator)
    module = ours(name, theirs.state_dict())
    x = torch.randn(1, 3, 224, 224, generator=generator)
    with torch.no_grad():
        torch.testing.assert_close(module(x), theirs(x), rtol=1e-5, atol=1e-5)
    mine, wanted = anatomy(name, module), anatomy(name, theirs)
    assert (mine.parameters, mine.macs) == (wanted.parameters, wanted.macs)
    planned = plan(spec(name))
    assert (planned.parameters, planned.macs) == (wanted.parameters, wanted.macs)


def test_the_heads_of_googlenet_learn_with_it() -> None:
    """In training torchvision returns the heads' logits beside the network's; ours keep them."""
    theirs = torchvisions("googlenet")
    module = ours("googlenet", theirs.state_dict())
    for part in [*theirs.modules(), *module.modules()]:
        part.training = not isinstance(
            part, nn.Dropout | nn.BatchNorm2d
        )  # chance and statistics stay out of it
    x = torch.randn(2, 3, 224, 224, generator=torch.Generator().manual_seed(3))
    with torch.no_grad():
        logits, wanted = module(x), theirs(x)
    torch.testing.assert_close(logits, wanted.logits, rtol=1e-5, atol=1e-5)
    for head, values in (("aux1", wanted.aux_logits1), ("aux2", wanted.aux_logits2)):
        torch.testing.assert_close(module.get_submodule(head).logits, values, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(
    ("name", "file", "read"),
    [
        ("squeezenet1_0", "squeezenet1_0-deepcompressed.safetensors", load_file),
        ("squeezenet1_1", "squeezenet1_1.safetensors", load_file),
        ("squeezenet1_1", "squeezenet1_1.pth", lambda path: torch.load(path, weights_only=True)),
    ],
)
def test_trained_weights_compute_the_same(
    name: str, file: str, read: Callable[[Path], dict[str, Tensor]], shared_data: Path
) -> None:
    state = read(shared_data / "models" / file)
    theirs = torchvisions(name)
    theirs.load_state_dict(state)
    x = torch.randn(2, 3, 224, 224, generator=torch.Generator().manual_seed(5))
    with torch.no_grad():
        torch.testing.assert_close(ours(name, state)(x), theirs(x), rtol=1e-5, atol=1e-5)
