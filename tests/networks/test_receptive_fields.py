from __future__ import annotations

import pytest
import torch
from torch import nn

from visualizer.networks.anatomy import examine
from visualizer.networks.network import Network, Preprocessing


def open_module(module: nn.Module, size: tuple[int, int, int] = (3, 32, 32)) -> Network:
    return Network("test", module.eval(), size, (), Preprocessing(size[1], size[1], (), ()))


@pytest.mark.parametrize(("stride", "side"), [(1, 5), (2, 3), (3, 2)])
def test_convolution_arithmetic(stride: int, side: int) -> None:
    anatomy = examine(open_module(nn.Conv2d(1, 1, 3, stride), (1, 7, 7)))
    (layer,) = anatomy.layers
    assert layer.output == (1, side, side)
    assert (layer.parameters, layer.macs) == (10, 9 * side * side)


@pytest.mark.parametrize(("kernel", "layers", "size"), [(3, 3, 7), (2, 2, 3)])
def test_stacked_convolutions(kernel: int, layers: int, size: int) -> None:
    stack = nn.Sequential(*(nn.Conv2d(3, 3, kernel) for _ in range(layers)))
    field = examine(open_module(stack)).layers[-1].receptive_field
    assert field is not None
    assert field.size == (size, size)


FIELDS = {
    "dilated": nn.Sequential(nn.Conv2d(3, 2, 3, dilation=3), nn.MaxPool2d(2)),
    "padded": nn.Sequential(nn.ZeroPad2d((2, 1, 3, 0)), nn.Conv2d(3, 2, (2, 5), stride=(2, 1))),
    "average pool": nn.Sequential(nn.AvgPool2d(3, 2, 1), nn.Conv2d(3, 2, 3)),
    "adaptive pool": nn.Sequential(nn.Conv2d(3, 2, 3, padding=1), nn.AdaptiveAvgPool2d(8)),
    "flattened and back": nn.Sequential(nn.Conv2d(3, 2, 3), nn.Flatten(2), nn.Unflatten(2, (30, 30))),
    "global": nn.Sequential(nn.Conv2d(3, 2, 3, stride=2), nn.AdaptiveAvgPool2d(1), nn.Flatten()),
    "flattened": nn.Sequential(nn.Conv2d(3, 2, 5, stride=3), nn.Flatten(), nn.Linear(200, 4)),
    "pad after stride": nn.Sequential(nn.Conv2d(3, 2, 1, stride=2), nn.ReflectionPad2d(0), nn.ZeroPad2d(3)),
}


@pytest.mark.parametrize("name", FIELDS)
def test_receptive_fields_are_where_gradients_come_from(name: str) -> None:
    """Every pixel a unit depends on lies in its field, and the field's corners matter where it is exact."""
    torch.manual_seed(0)
    module = FIELDS[name]
    layer = examine(open_module(module)).layers[-1]
    field = layer.receptive_field
    assert field is not None
    picture = torch.rand(1, 3, 32, 32, requires_grad=True)
    output = module(picture)
    maps = output.reshape(output.shape[1], *(output.shape[2:] if output.ndim == 4 else (1, 1)))
    seen_once = False
    for row in range(0, maps.shape[1], 3):
        for column in range(0, maps.shape[2], 4):
            (gradient,) = torch.autograd.grad(maps[:, row, column].sum(), picture, retain_graph=True)
            where = gradient.abs().sum((0, 1)).nonzero()
            if not len(where):
                continue
            for axis, index in ((0, row), (1, column)):
                low = field.start[axis] + index * field.stride[axis]
                high = low + field.size[axis]
                first, last = where[:, axis].min().item(), where[:, axis].max().item() + 1
                assert low <= first
                assert last <= high
                if "pool" not in name and "dilated" not in name:
                    assert (first, last) == (max(low, 0), min(high, 32))
            seen_once = True
    assert seen_once


@pytest.mark.parametrize(
    "module",
    [
        nn.ConvTranspose2d(3, 2, 2, stride=2),
        nn.ConvTranspose2d(3, 2, 4, stride=2, padding=1),
        nn.ConvTranspose2d(3, 2, 3, stride=1, dilation=2),
        nn.Upsample(scale_factor=2),
        nn.Upsample(scale_factor=2, mode="bilinear"),
        nn.Upsample(size=(49, 49), mode="bilinear", align_corners=True),
        nn.Upsample(scale_factor=3, mode="bicubic"),
        nn.AdaptiveAvgPool2d(7),
    ],
    ids=str,
)
def test_fields_of_fractional_strides_cover_the_gradients(module: nn.Module) -> None:
    torch.manual_seed(0)
    stack = nn.Sequential(nn.Conv2d(3, 3, 3, stride=2, padding=1), module)
    field = examine(open_module(stack)).layers[-1].receptive_field
    assert field is not None
    picture = torch.rand(1, 3, 32, 32, requires_grad=True)
    output = stack(picture)
    for index in range(output.shape[-1]):
        (gradient,) = torch.autograd.grad(output[0, :, index, index].sum(), picture, retain_graph=True)
        where = gradient.abs().sum((0, 1)).nonzero()
        low = field.start[0] + index * field.stride[0]
        assert low <= where.min()
        assert where.max() < low + field.size[0]
