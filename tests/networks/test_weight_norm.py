"""Layers with normalised weights against the formula W / (‖W‖₂ + 1e-8)."""

import pytest
import torch
import torch.nn.functional as F

from visualizer.networks.modules.weight_norm import NormConv2d, NormLinear
from visualizer.networks.spec import layer


def by_hand(weight):
    return torch.stack([unit / (unit.pow(2).sum().sqrt() + 1e-8) for unit in weight])


@pytest.mark.parametrize("bias", [True, False])
def test_a_convolution_with_filters_of_length_1(bias) -> None:
    conv = NormConv2d(4, 6, 3, stride=2, padding=1, groups=2, bias=bias).double()
    x = torch.randn(2, 4, 9, 8, dtype=torch.double)
    ours = conv(x)
    expected = F.conv2d(x, by_hand(conv.weight), conv.bias, stride=2, padding=1, groups=2)
    torch.testing.assert_close(ours, expected)
    of, factors = list(conv.parameters()), torch.randn_like(ours)
    torch.testing.assert_close(
        torch.autograd.grad((ours * factors).sum(), of), torch.autograd.grad((expected * factors).sum(), of)
    )


@pytest.mark.parametrize("bias", [True, False])
def test_a_linear_layer_with_outputs_of_length_1(bias) -> None:
    linear, x = NormLinear(7, 5, bias=bias).double(), torch.randn(3, 7, dtype=torch.double)
    torch.testing.assert_close(linear(x), F.linear(x, by_hand(linear.weight), linear.bias))
    assert torch.autograd.gradcheck(linear, (x.requires_grad_(),))


def test_only_the_direction_of_a_template_matters() -> None:
    conv, linear = NormConv2d(3, 4, 3), NormLinear(6, 4)
    for module, x in ((conv, torch.randn(2, 3, 7, 7)), (linear, torch.randn(2, 6))):
        before = module(x)
        factors = torch.tensor([0.1, 1, 7, 1000])
        module.weight.data *= factors.view(-1, *(1,) * (module.weight.ndim - 1))
        torch.testing.assert_close(module(x), before)


def test_weights_of_nothing_give_the_bias_and_finite_gradients() -> None:
    conv = NormConv2d(3, 4, 3)
    conv.weight.data.zero_()
    result = conv(torch.randn(1, 3, 5, 5))
    assert torch.equal(result, conv.bias.detach().view(1, -1, 1, 1).expand_as(result))
    result.sum().backward()
    assert conv.weight.grad.isfinite().all()


@pytest.mark.parametrize("values", [{}, {"padding": "same", "dilation": 2, "groups": 2, "bias": False}])
def test_the_plan_is_what_a_pass_shows(values, check_plan) -> None:
    check_plan(layer("norm_conv", "conv", out_channels=6, **values), (4, 13, 10))
    linear = layer("norm_linear", "fc", out_features=5, bias=values.get("bias", True))
    *_, leaf = check_plan(layer("sequence", "block", layer("flatten", "flatten"), linear), (4, 5, 3))
    assert leaf.detail == "Norm linear"
