import pytest
import torch
from torch import nn

from visualizer.errors import UserError
from visualizer.training.losses import LOSSES, add_penalty_gradients, loss_kind, penalty, regularised


def loss(name, scores, label, smoothing=0.0):
    return float(loss_kind(name).compute(torch.tensor([scores]), torch.tensor([label]), smoothing))


def test_the_textbook_values():
    assert loss("hinge", (3.2, 5.1, -1.7), 0) == pytest.approx(2.9)
    assert loss("hinge", (2.2, 2.5, -3.1), 2) == pytest.approx(12.9)
    assert loss("cross-entropy", (3.2, 5.1, -1.7), 0) == pytest.approx(2.04, abs=0.005)


def test_smoothing_is_a_mean_with_even_labels():
    scores = (3.2, 5.1, -1.7)
    even = sum(loss("cross-entropy", scores, label) for label in range(3)) / 3
    expected = 0.8 * loss("cross-entropy", scores, 0) + 0.2 * even
    assert loss("cross-entropy", scores, 0, 0.2) == pytest.approx(expected)


@pytest.mark.parametrize("name", LOSSES)
def test_the_loss_of_a_batch_is_the_mean(name):
    scores, labels = torch.randn(6, 4), torch.tensor([0, 1, 2, 3, 0, 1])
    each = [loss(name, row.tolist(), int(label)) for row, label in zip(scores, labels, strict=True)]
    assert float(loss_kind(name).compute(scores, labels, 0.0)) == pytest.approx(sum(each) / 6, rel=1e-5)


def test_the_regularisers():
    assert penalty([torch.tensor([1.0, 0, 0, 0])], l1=0.0, l2=1.0) == 1.0
    assert penalty([torch.tensor([0.25] * 4)], l1=0.0, l2=1.0) == 0.25
    assert penalty([torch.tensor([-1.0, 0.5])], l1=1.0, l2=0.0) == 1.5
    assert penalty([torch.tensor([-1.0]), torch.tensor([2.0])], l1=1.0, l2=0.5) == 3.0 + 2.5


def test_the_gradient_of_a_penalty_is_that_of_autograd():
    weights = [torch.randn(3, 4, requires_grad=True), torch.zeros(2, 2, requires_grad=True)]
    expected = torch.autograd.grad(penalty(weights, 0.3, 0.7), weights)
    for weight in weights:
        weight.grad = torch.ones_like(weight)
    add_penalty_gradients(weights, 0.3, 0.7)
    for weight, gradient in zip(weights, expected, strict=True):
        torch.testing.assert_close(weight.grad, 1 + gradient)


def test_biases_and_normalisation_are_not_regularised():
    module = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Flatten(), nn.Linear(4, 2))
    module[3].weight.requires_grad_(False)
    assert regularised(module) == [module[0].weight]


def test_an_unknown_loss():
    with pytest.raises(UserError, match="cross-entropy"):
        loss_kind("regret")
