import copy

import pytest
import torch
from torch import nn

from visualizer.data.dataset import Dataset, Examples
from visualizer.errors import UserError
from visualizer.training.config import TrainingConfig
from visualizer.training.loop import Training
from visualizer.training.transfer import RATE, freezable, freeze, parameter_groups


def network():
    torch.manual_seed(0)
    module = nn.Sequential()
    module.add_module("conv1", nn.Conv2d(3, 4, 3))
    block = nn.Sequential()
    block.add_module("conv", nn.Conv2d(4, 4, 1))
    block.add_module("norm", nn.BatchNorm2d(4))
    module.add_module("block", block)
    module.add_module("conv2", nn.Conv2d(4, 4, 3))
    module.add_module("flatten", nn.Flatten())
    module.add_module("fc", nn.Linear(16, 3))
    return module


def learning(module):
    return [name for name, parameter in module.named_parameters() if parameter.requires_grad]


def dataset():
    generator = torch.Generator().manual_seed(1)
    images = torch.randint(0, 256, (24, 3, 6, 6), dtype=torch.uint8, generator=generator)
    examples = Examples(images, torch.randint(0, 3, (24,), generator=generator))
    return Dataset("x", ("a", "b", "c"), lambda epoch: examples, 24, examples, (0.5,) * 3, (0.5,) * 3, False)


def trained(**settings):
    module = network()
    before = copy.deepcopy(module.state_dict())
    list(Training(module, dataset(), TrainingConfig(epochs=2, batch=8, **settings)).steps())
    after = module.state_dict()
    return {name for name in before if not torch.equal(before[name], after[name])}


@pytest.mark.parametrize(
    ("last", "left"),
    [
        ("", ["conv1", "block.conv", "block.norm", "conv2", "fc"]),
        ("conv1", ["block.conv", "block.norm", "conv2", "fc"]),
        ("block.conv", ["block.norm", "conv2", "fc"]),
        ("block", ["conv2", "fc"]),
        ("conv2", ["fc"]),
    ],
)
def test_freezing_up_to_a_layer_or_block(last, left):
    module = network()
    freeze(module, last)
    assert learning(module) == [f"{name}.{kind}" for name in left for kind in ("weight", "bias")]


@pytest.mark.parametrize(("last", "words"), [("fc", "nothing to learn"), ("conv9", "no layer 'conv9'")])
def test_what_cannot_be_frozen(last, words):
    with pytest.raises(UserError, match=words):
        freeze(network(), last)


def test_what_may_be_frozen():
    assert freezable(network()) == ("conv1", "block.conv", "block.norm", "conv2")


def test_frozen_layers_keep_weights_and_statistics():
    moved = trained(freeze_to="block")
    assert moved == {"conv2.weight", "conv2.bias", "fc.weight", "fc.bias"}
    assert "block.norm.running_mean" in trained(freeze_to="block.conv")


def test_the_body_learns_at_its_own_rate():
    groups = parameter_groups(network(), 0.1)
    assert [(group[RATE], len(group["params"])) for group in groups] == [(0.1, 8), (1.0, 2)]
    moved = trained(body_rate=0.0, optimizer="sgd")
    assert {name for name in moved if "running" not in name and "num_batches" not in name} == {
        "fc.weight",
        "fc.bias",
    }


def test_a_layer_that_is_used_twice_is_in_one_group():
    shared = nn.Linear(4, 4)
    groups = parameter_groups(nn.Sequential(nn.Linear(4, 4), shared, nn.ReLU(), shared, nn.Linear(4, 2)), 0.5)
    assert sum(len(group["params"]) for group in groups) == 6
    assert [tuple(p.shape) for group in groups if group["matrices"] for p in group["params"]] == [(4, 4)]
