"""Unshared convolutions against the loop over places, and against a convolution where all filters agree."""

import pytest
import torch
import torch.nn.functional as F

from visualizer.networks.modules.locally_connected import LocallyConnected2d
from visualizer.networks.planning import fixes
from visualizer.networks.spec import layer

GEOMETRIES = [(1, 1, 0), (3, 1, 1), (3, 2, 0), (4, 3, 2)]  # kernel, stride, padding


def looped(module, x):
    k, s, p = module.kernel_size, module.stride, module.padding
    padded = F.pad(x, (p, p, p, p))
    rows, columns = module.weight.shape[:2]
    result = x.new_empty(len(x), module.out_channels, rows, columns)
    for i in range(rows):
        for j in range(columns):
            window = padded[:, :, i * s : i * s + k, j * s : j * s + k]
            result[:, :, i, j] = torch.einsum("nckl,ockl->no", window, module.weight[i, j])
            if module.bias is not None:
                result[:, :, i, j] += module.bias[i, j]
    return result


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize(("kernel", "stride", "padding"), GEOMETRIES)
def test_the_loop_over_places_and_its_gradients(kernel, stride, padding, bias) -> None:
    module = LocallyConnected2d(3, 4, kernel, (9, 7), stride, padding, bias).double()
    x = torch.randn(2, 3, 9, 7, dtype=torch.double, requires_grad=True)
    ours, expected = module(x), looped(module, x)
    torch.testing.assert_close(ours, expected)
    of, factors = [x, *module.parameters()], torch.randn_like(ours)
    torch.testing.assert_close(
        torch.autograd.grad((ours * factors).sum(), of), torch.autograd.grad((expected * factors).sum(), of)
    )


@pytest.mark.parametrize(("kernel", "stride", "padding"), GEOMETRIES)
def test_equal_filters_are_a_convolution(kernel, stride, padding) -> None:
    module = LocallyConnected2d(3, 4, kernel, (9, 7), stride, padding)
    weight, bias = torch.randn(4, 3, kernel, kernel), torch.randn(4)
    module.weight.data[:], module.bias.data[:] = weight, bias
    x = torch.randn(2, 3, 9, 7)
    torch.testing.assert_close(module(x), F.conv2d(x, weight, bias, stride, padding))


@pytest.mark.parametrize(("kernel", "stride", "padding"), GEOMETRIES)
def test_the_plan_is_what_a_pass_shows(kernel, stride, padding, check_plan) -> None:
    row = layer(
        "locally_connected", "local", out_channels=4, kernel_size=kernel, stride=stride, padding=padding
    )
    (leaf,) = check_plan(row, (3, 9, 14))
    assert leaf.detail.startswith(f"Locally connected {kernel}×{kernel}")
    assert leaf.receptive_field is not None
    assert leaf.receptive_field.size == (kernel, kernel)
    assert leaf.receptive_field.stride == (stride, stride)
    assert leaf.receptive_field.start == (-padding, -padding)


def test_the_layers_of_deepface(planned) -> None:
    """L4 to L6 (Taigman et al. 2014): 16 filters of 9×9, 7×7 with stride 2, and 5×5 at every place."""
    shape, parameters = (16, 63, 63), []
    for kernel, stride in ((9, 1), (7, 2), (5, 1)):
        row = planned(
            layer("locally_connected", "local", out_channels=16, kernel_size=kernel, stride=stride), shape
        )
        shape = row.output
        parameters.append(row.parameters)
        assert row.values >= shape[1] * shape[2] * 16 * kernel**2  # the unfolded windows
    assert shape == (16, 21, 21)
    assert parameters == [
        55 * 55 * 16 * (16 * 81 + 1),
        25 * 25 * 16 * (16 * 49 + 1),
        21 * 21 * 16 * (16 * 25 + 1),
    ]


def test_weights_begin_as_those_of_a_convolution() -> None:
    module = LocallyConnected2d(4, 5, 5, (12, 12))
    for parameter in module.parameters():
        assert 0.09 < parameter.abs().max() <= 0.1  # 1 / √(4 · 5²)
        assert abs(parameter.mean()) < 0.01


def test_a_window_that_does_not_fit(planned) -> None:
    row = planned(layer("locally_connected", "local", out_channels=5, kernel_size=8), (3, 9, 7))
    assert row.problem == "A window of 8×8 does not fit into 9×7."
    assert [(fix.field, fix.value) for fix in fixes(row)] == [("kernel_size", 7), ("padding", 1)]
