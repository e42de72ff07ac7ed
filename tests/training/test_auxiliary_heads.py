"""The losses of auxiliary heads, in the modules and in the training loop."""

import copy

import pytest
import torch
from torch import nn
from torch.nn.functional import cross_entropy

from visualizer.data.dataset import Dataset, Examples
from visualizer.networks.building import build
from visualizer.networks.modules.auxiliary import auxiliary_heads, auxiliary_loss
from visualizer.networks.preprocessing import Preprocessing
from visualizer.networks.spec import LayerSpec, NetworkSpec, layer
from visualizer.training.config import TrainingConfig
from visualizer.training.loop import train

SIDE, CLASSES = 6, ("one", "two", "three")
PREPROCESSING = Preprocessing(SIDE, SIDE, (0.5,) * 3, (0.5,) * 3)


def classifier(*before: LayerSpec) -> tuple[LayerSpec, ...]:
    return (*before, layer("flatten", "flatten"), layer("linear", "fc", out_features=len(CLASSES)))


def network(weight: float = 0.3) -> nn.Module:
    torch.manual_seed(0)
    layers = (
        layer("conv", "conv1", out_channels=4, padding=1),
        layer(
            "sequence",
            "inside",
            layer("auxiliary_head", "aux", *classifier(), weight=weight),
            layer("relu", "relu"),
        ),
        *classifier(),
    )
    return build(NetworkSpec("with a head", (3, SIDE, SIDE), layers, CLASSES, PREPROCESSING))


def examples() -> Examples:
    generator = torch.Generator().manual_seed(1)
    images = torch.randint(0, 256, (40, 3, SIDE, SIDE), dtype=torch.uint8, generator=generator)
    return Examples(images, torch.randint(0, 3, (40,), generator=generator))


def dataset() -> Dataset:
    return Dataset(
        "x", CLASSES, lambda epoch: examples(), 40, examples(), (0.5,) * 3, (0.5,) * 3, is_augmented=False
    )


def test_a_head_hands_its_input_on_and_keeps_its_logits_in_training_only():
    module = network().train()
    (head,) = auxiliary_heads(module)
    x = torch.randn(5, 4, SIDE, SIDE)
    assert head(x) is x
    torch.testing.assert_close(head.logits, head.fc(x.flatten(1)))
    assert head.eval()(x) is x
    assert head.logits is None


def test_the_loss_is_the_weighted_sum_and_takes_the_logits():
    module = network(weight=0.25).train()
    heads = auxiliary_heads(module)
    labels = torch.tensor([0, 1, 2, 0, 1])
    module(torch.randn(5, 3, SIDE, SIDE))
    expected = 0.25 * cross_entropy(heads[0].logits, labels)
    torch.testing.assert_close(auxiliary_loss(heads, labels), expected)
    assert auxiliary_loss(heads, labels) == 0
    copy.deepcopy(module)  # what a kept graph would not allow


def test_one_step_of_training_follows_the_gradient_of_both_losses():
    module = network()
    expected = copy.deepcopy(module).train()
    config = TrainingConfig(epochs=1, batch=40, optimizer="sgd", learning_rate=0.01, schedule="constant")
    next(iter(train(module, dataset(), config)))
    data = examples()
    order = torch.randperm(40, generator=torch.Generator().manual_seed(config.seed))
    images, labels = data.images[order], data.labels[order]
    logits = expected((images / 255 - 0.5) / 0.5)
    loss = cross_entropy(logits, labels) + 0.3 * cross_entropy(expected.inside.aux.logits, labels)
    loss.backward()
    with torch.no_grad():
        for name, parameter in expected.named_parameters():
            moved = module.get_parameter(name) - parameter
            assert float(moved.flatten() @ parameter.grad.flatten()) == pytest.approx(
                -float(moved.norm() * parameter.grad.norm()), rel=0.02
            )


def test_the_head_learns_and_the_loss_that_is_told_is_the_networks_own():
    module, alone = network(), network(weight=0.0)
    before = copy.deepcopy(module.inside.aux.fc.weight)
    config = TrainingConfig(epochs=1, batch=40, reading=1)
    told = next(iter(train(module, dataset(), config))).loss
    assert told == next(iter(train(alone, dataset(), config))).loss
    assert not torch.equal(module.inside.aux.fc.weight, before)
