from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from torch import nn

from visualizer.networks.anatomy import ReceptiveField, examine
from visualizer.networks.network import Network, Preprocessing
from visualizer.probes.activations import capture, frame
from visualizer.probes.frames import Scale, UnitFrame
from visualizer.probes.unit import field_box, histogram, look, unit_filter


def look_at(unit: int, position: tuple[int, int] | None = None) -> tuple[UnitFrame, nn.Module, np.ndarray]:
    torch.manual_seed(0)
    module = nn.Sequential(nn.Conv2d(3, 4, 3, stride=2, padding=1), nn.ReLU())
    network = Network("test", module.eval(), (3, 16, 16), (), Preprocessing(16, 16, (), ()))
    layers = examine(network).layers
    image = torch.rand(1, 3, 16, 16)
    output = capture(module, image, layers).outputs["0"]
    seen = np.arange(16 * 16 * 3, dtype=np.uint8).reshape(16, 16, 3)
    activations = frame(layers[0], output, Scale(), (16, 16))
    return look(network, activations, unit, seen, position), module, output[0, unit].numpy()


def test_a_unit_is_first_looked_at_where_it_is_strongest() -> None:
    unit, module, values = look_at(2)
    assert abs(unit.value) == np.abs(values).max()
    assert values[unit.position] == unit.value
    np.testing.assert_array_equal(unit.map, values)
    np.testing.assert_array_equal(unit.filter, module[0].weight[2].detach().numpy())
    norms = [np.linalg.norm(unit.filter[channel]) for channel in unit.filter_order]
    assert norms == sorted(norms, reverse=True)


def test_the_box_is_cut_to_the_picture() -> None:
    unit, _, _ = look_at(0, (0, 7))
    assert unit.field_box == (13, 0, 3, 2)
    assert unit.field_pixels.shape == (2, 3, 3)
    inner, _, values = look_at(0, (3, 4))
    assert inner.field_box == (7, 5, 3, 3)
    assert inner.value == values[3, 4]
    expected = np.arange(16 * 16 * 3, dtype=np.uint8).reshape(16, 16, 3)[5:8, 7:10]
    np.testing.assert_array_equal(inner.field_pixels, expected)


def test_a_unit_that_sees_only_padding_has_no_box() -> None:
    field = ReceptiveField((3, 3), (1, 1), (-5, 0))
    assert field_box(field, (0, 0), (16, 16)) is None
    assert field_box(field, (5, 0), (16, 16)) == (0, 0, 3, 3)


@pytest.mark.parametrize(
    ("module", "unit", "shape"),
    [
        (nn.Conv2d(8, 6, 3, groups=2), 4, (4, 3, 3)),
        (nn.ConvTranspose2d(8, 6, 3, groups=2), 4, (4, 3, 3)),
        (nn.ConvTranspose2d(8, 6, 2), 5, (8, 2, 2)),
        (nn.Linear(10, 4), 3, (10, 1, 1)),
        (nn.BatchNorm2d(4), 0, None),
        (nn.ReLU(), 0, None),
    ],
)
def test_filters_are_what_a_unit_answers_to(
    module: nn.Module, unit: int, shape: tuple[int, ...] | None
) -> None:
    weights = unit_filter(module, unit)
    if shape is None:
        assert weights is None
        return
    assert weights is not None
    assert weights.shape == shape
    assert not weights.flags.writeable
    # One step at one input: the response of the unit is that channel's weights.
    channels = module.weight.shape[1] if isinstance(module, nn.Linear) else 8
    groups = getattr(module, "groups", 1)
    first = unit // (6 // groups) * (8 // groups) if not isinstance(module, nn.Linear) else 0
    with torch.no_grad():
        for place in range(shape[0]):
            step = torch.zeros(1, channels, *((5, 5) if len(shape) == 3 and shape[1] > 1 else ()))
            step.view(1, channels, -1)[0, first + place, step[0, 0].numel() // 2] = 1
            bias = module.bias[unit] if module.bias is not None else 0
            response = (module(step)[0, unit] - bias).abs().sum()
            assert response.item() == pytest.approx(float(np.abs(weights[place]).sum()), rel=1e-4)


@given(arrays(np.float32, st.integers(1, 40), elements=st.floats(-1e6, 1e6, width=32)))
def test_histograms_count_everything_and_part_at_zero(values: np.ndarray) -> None:
    counts, edges = histogram(values)
    assert counts.sum() == len(values)
    assert len(edges) == len(counts) + 1
    assert edges[0] <= values.min()
    assert values.max() <= edges[-1] + 1e-6 * abs(edges[-1])
    if values.min() < 0 < values.max():
        assert 0 in edges


def test_an_extreme_that_rounding_puts_outside_is_counted() -> None:
    counts, _ = histogram(np.array([514517.9, -917185.0], np.float32))
    assert counts.sum() == 2


def test_histograms_of_odd_values() -> None:
    counts, edges = histogram(np.full((2, 2), 3, np.float32))
    assert counts.sum() == 4
    assert edges[0] < 3 < edges[-1]
    counts, edges = histogram(np.array([[np.nan, np.inf]], np.float32))
    assert counts.sum() == 0
