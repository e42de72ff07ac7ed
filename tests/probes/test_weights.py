"""Weights as pictures, against torch's own tensors, responses and gradients."""

from __future__ import annotations

import copy
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from torch import Tensor, nn

from visualizer.networks.anatomy import Anatomy, Layer, examine
from visualizer.networks.modules.gated import GatedMerge
from visualizer.networks.modules.locally_connected import LocallyConnected2d
from visualizer.networks.modules.rotation import RotationConv2d
from visualizer.networks.modules.weight_norm import NormConv2d, NormLinear
from visualizer.networks.network import Network, Preprocessing
from visualizer.probes.weight_frames import WeightsFrame, WeightsView
from visualizer.probes.weights import MOST_TILES, MOST_VALUES, look

BY_UNIT, BY_LAYER = WeightsView(limits="unit"), WeightsView(limits="layer")


def network(*modules: nn.Module, shape: tuple[int, int, int] = (3, 8, 8), classes: int = 0) -> Network:
    torch.manual_seed(0)
    for module in modules:
        for parameter in module.parameters():
            nn.init.normal_(parameter)
    names = tuple(f"class {number}" for number in range(classes))
    module = nn.Sequential(*modules).eval()
    return Network("test", module, shape, names, Preprocessing(shape[1], shape[2], (), ()))


def seen(
    network: Network, index: int = 0, view: WeightsView | None = None, before: Network | None = None
) -> WeightsFrame:
    anatomy = examine(network)
    frame = look(network, anatomy, anatomy.layers[index], view, before)
    assert frame is not None
    return frame


def grey(weights: np.ndarray, limit: float | np.ndarray) -> np.ndarray:
    """What the grey levels must be, to ±1: −limit, 0 and limit are 0, 128 and 255."""
    return np.clip(np.floor(128 + 127.5 * weights / limit), 0, 255)


SMALL = (one := network(nn.Conv2d(3, 2, 2)), examine(one))  # an anatomy takes longer than a look


# --- what a tile shows -----------------------------------------------------------------------------


def test_filters_over_colours_are_colour_pictures() -> None:
    made = network(nn.Conv2d(3, 5, 3))
    weight = made.module[0].weight.detach().numpy()
    frame = seen(made, view=BY_UNIT)
    assert (frame.kind, frame.tiles.shape) == ("color", (5, 3, 3, 3))
    for unit in range(5):
        expected = grey(weight[unit].transpose(1, 2, 0), np.abs(weight[unit]).max())
        assert np.abs(frame.tiles[unit] - expected).max() <= 1
        np.testing.assert_array_equal(frame.values[unit], weight[unit].transpose(1, 2, 0))
    whole = seen(made, view=BY_LAYER)
    assert whole.limit == np.abs(weight).max()
    assert np.abs(whole.tiles - grey(weight.transpose(0, 2, 3, 1), whole.limit)).max() <= 1
    assert frame.note == "5 templates 3×3×3, each scaled to its own maximum"


def test_deeper_filters_are_a_grey_tile_for_each_input_channel() -> None:
    made = network(nn.Conv2d(3, 4, 1), nn.ReLU(), nn.Conv2d(4, 6, 3))
    weight = made.module[2].weight.detach().numpy()
    frame = seen(made, 2)
    assert (frame.kind, frame.tiles.shape) == ("channels", (24, 3, 3))
    for tile, (unit, channel) in enumerate(zip(frame.tile_unit, frame.tile_channel, strict=True)):
        np.testing.assert_array_equal(frame.values[tile], weight[unit, channel])
        expected = grey(weight[unit, channel], np.abs(weight[unit]).max())  # one scale for the whole filter
        assert np.abs(frame.tiles[tile] - expected).max() <= 1
    assert sorted(zip(frame.tile_unit.tolist(), frame.tile_channel.tolist(), strict=True)) == [
        (unit, channel) for unit in range(6) for channel in range(4)
    ]


@given(
    arrays(
        np.float32,
        (2, 3, 2, 2),
        elements=st.floats(-(2.0**40), 2.0**40, width=32, allow_subnormal=False) | st.just(0.0),
    ),
    st.sampled_from((BY_UNIT, BY_LAYER)),
)
@settings(max_examples=60, deadline=None)
def test_zero_is_mid_grey_and_signs_are_sides_of_it(weights: np.ndarray, view: WeightsView) -> None:
    made, anatomy = SMALL
    made.module[0].weight.data.copy_(torch.from_numpy(weights))
    frame = look(made, anatomy, anatomy.layers[0], view)
    assert (frame.tiles[frame.values == 0] == 128).all()
    assert (frame.tiles[frame.values > 0] >= 128).all()
    assert (frame.tiles[frame.values < 0] <= 128).all()
    largest = np.abs(frame.values).max(axis=(1, 2, 3), keepdims=True)
    if view is BY_LAYER:
        largest = np.full_like(largest, largest.max())
    extreme = (np.abs(frame.values) == largest) & (largest > 1e-20)
    assert set(frame.tiles[extreme & (frame.values > 0)].tolist()) <= {255}
    assert set(frame.tiles[extreme & (frame.values < 0)].tolist()) <= {0, 1}


def responses(module: nn.Module, channels: int, side: int) -> Tensor:
    """What an impulse in the middle of each input channel gives: (channels, units, H, W)."""
    impulses = torch.zeros(channels, channels, side, side)
    for channel in range(channels):
        impulses[channel, channel, side // 2, side // 2] = 1
    return module(impulses)


@pytest.mark.parametrize(
    ("module", "channels"),
    [
        (nn.Conv2d(4, 6, 3, padding=1, groups=2, bias=False), 4),
        (nn.Conv2d(5, 5, 3, padding=1, groups=5, bias=False), 5),
        (nn.Conv2d(2, 6, 3, padding=1, groups=2, bias=False), 2),
        (NormConv2d(4, 3, 3, padding=1, bias=False), 4),
        (RotationConv2d(4, 2, 3, padding=1, bias=False, rotations=8, merge="concatenate"), 4),
        (RotationConv2d(2, 2, 4, padding="same", bias=False, rotations=4, merge="concatenate"), 2),
    ],
)
@pytest.mark.filterwarnings("ignore:Using padding='same'")
def test_the_response_to_an_impulse_is_the_turned_template(module: nn.Module, channels: int) -> None:
    made = network(module, shape=(channels, 9, 9))
    frame = seen(made)
    given_back = responses(made.module, channels, 9).detach().numpy()
    side = frame.values.shape[1]
    first = 4 - (side - 1) // 2 - (side % 2 == 0)
    for tile, (unit, channel) in enumerate(zip(frame.tile_unit, frame.tile_channel, strict=True)):
        window = given_back[channel, unit, first : first + side, first : first + side]
        np.testing.assert_allclose(window[::-1, ::-1], frame.values[tile], atol=1e-6)


@pytest.mark.parametrize("groups", [1, 2])
def test_the_response_of_a_transposed_convolution_is_the_template(groups: int) -> None:
    module = nn.ConvTranspose2d(4, 6, 3, padding=1, groups=groups, bias=False)
    made = network(module, shape=(4, 9, 9))
    frame = seen(made)
    given_back = responses(made.module, 4, 9).detach().numpy()
    assert len(frame.tiles) == 6 * 4 // groups
    for tile, (unit, channel) in enumerate(zip(frame.tile_unit, frame.tile_channel, strict=True)):
        np.testing.assert_allclose(given_back[channel, unit, 3:6, 3:6], frame.values[tile], atol=1e-6)


@pytest.mark.parametrize(
    ("channels", "row"), [(3, nn.Linear(48, 5)), (1, nn.Linear(16, 5)), (3, NormLinear(48, 5))]
)
def test_rows_behind_the_input_are_the_gradient_of_the_scores(channels: int, row: nn.Module) -> None:
    made = network(nn.Flatten(), nn.Dropout(), row, shape=(channels, 4, 4), classes=5)
    frame = seen(made, 2)
    assert frame.kind == "class"
    assert frame.names == made.classes
    image = torch.randn(1, channels, 4, 4, requires_grad=True)
    for unit in range(5):
        (gradient,) = torch.autograd.grad(made.module(image)[0, unit], image)
        expected = gradient[0].permute(1, 2, 0) if channels == 3 else gradient[0, 0]
        np.testing.assert_allclose(frame.values[unit], expected.numpy(), atol=1e-6)


def test_rows_behind_maps_are_the_gradient_of_the_maps() -> None:
    made = network(nn.Conv2d(3, 6, 3), nn.ReLU(), nn.Flatten(), nn.Linear(6 * 6 * 6, 4), nn.ReLU())
    frame = seen(made, 3)
    assert (frame.kind, frame.tiles.shape) == ("channels", (24, 6, 6))
    maps = torch.randn(1, 6, 6, 6, requires_grad=True)
    for unit in range(4):
        (gradient,) = torch.autograd.grad(made.module[2:4](maps)[0, unit], maps)
        np.testing.assert_allclose(frame.values[frame.tile_unit == unit], gradient[0].numpy(), atol=1e-6)


@pytest.mark.parametrize(
    ("inputs", "side"), [(128, (8, 16)), (100, (10, 10)), (7, (2, 4)), (101, (10, 11)), (1, (1, 1))]
)
def test_rows_of_numbers_are_folded(inputs: int, side: tuple[int, int]) -> None:
    made = network(nn.Flatten(), nn.Linear(4, inputs), nn.Linear(inputs, 3), shape=(1, 2, 2))
    frame = seen(made, 2)
    assert (frame.kind, frame.tiles.shape) == ("row", (3, *side))
    weight = made.module[2].weight.detach().numpy()
    np.testing.assert_array_equal(frame.values.reshape(3, -1)[:, :inputs], weight)
    assert (frame.tiles.reshape(3, -1)[:, inputs:] == 128).all()


def test_pointwise_filters_are_rows_too() -> None:
    made = network(nn.Conv2d(3, 12, 1), nn.Conv2d(12, 5, 1))
    assert seen(made).kind == "color"
    frame = seen(made, 1)
    assert (frame.kind, frame.tiles.shape) == ("row", (5, 3, 4))


def test_filters_of_all_places_stand_side_by_side() -> None:
    made = network(LocallyConnected2d(3, 2, 3, (5, 6)), shape=(3, 5, 6))
    frame = seen(made)
    weight = made.module[0].weight.detach().numpy()
    assert frame.tiles.shape == (2, 3 * 3, 4 * 3, 3)
    for row in range(3):
        for column in range(4):
            part = frame.values[1, 3 * row : 3 * row + 3, 3 * column : 3 * column + 3]
            np.testing.assert_array_equal(part, weight[row, column, 1].transpose(1, 2, 0))


class _Merging(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.merge = GatedMerge([3, 3], per_map=True)

    def forward(self, x: Tensor) -> Tensor:
        return self.merge(x, x)


def test_gates_are_shown_as_far_as_they_are_open() -> None:
    module = _Merging()
    with torch.no_grad():
        module.merge.weight.copy_(torch.linspace(-2, 2, 6))
        module.merge.open[1] = 0
    made = Network("test", module.eval(), (3, 8, 8), (), Preprocessing(8, 8, (), ()))
    np.testing.assert_allclose(
        seen(made).values.reshape(-1), module.merge.gates().detach().numpy(), atol=1e-7
    )


# --- the change since the start -----------------------------------------------------------------


def test_the_change_is_that_of_the_weights() -> None:
    before = network(nn.Conv2d(3, 4, 3))
    after = replace(before, module=copy.deepcopy(before.module))
    with torch.no_grad():
        after.module[0].weight[1:] += 0.01 * torch.randn(3, 3, 3, 3)
    for start in (before, before.module.state_dict()):
        frame = seen(after, before=start)
        change = (after.module[0].weight - before.module[0].weight).detach().numpy()
        assert frame.changes is not None
        assert (frame.changes[0] == 128).all()  # this filter has not changed
        np.testing.assert_allclose(frame.differences, change.transpose(0, 2, 3, 1), atol=1e-7)
        assert np.abs(frame.changes[2] - grey(frame.differences[2], np.abs(change[2]).max())).max() <= 1
        lengths = torch.linalg.vector_norm(torch.from_numpy(change), dim=(1, 2, 3))
        np.testing.assert_allclose(frame.change_norms, lengths, rtol=1e-5)
        assert frame.change_limit == pytest.approx(np.abs(change).max())


@pytest.mark.parametrize("before", [None, {}, {"0.weight": torch.zeros(4, 3, 5, 5)}])
def test_without_a_start_of_that_shape_there_is_no_change(before: dict[str, Tensor] | None) -> None:
    frame = seen(network(nn.Conv2d(3, 4, 3)), before=before)
    assert (frame.changes, frame.change_norms, frame.start_counts) == (None, None, None)
    other = network(nn.Identity())
    assert seen(network(nn.Sequential(nn.Conv2d(3, 4, 3))), before=other).changes is None


def test_a_frame_stays_as_it_is_while_the_weights_go_on() -> None:
    made = network(nn.Conv2d(3, 4, 3), nn.Conv2d(4, 4, 3), nn.Flatten(), nn.Linear(64, 3))
    frames = [seen(made, index, before=made) for index in (0, 1, 3)]
    kept = [copy.deepcopy(frame) for frame in frames]
    with torch.no_grad():
        for parameter in made.module.parameters():
            parameter.add_(1)
    for frame, before in zip(frames, kept, strict=True):
        for name in ("tiles", "values", "norms", "minima", "counts", "changes"):
            np.testing.assert_array_equal(getattr(frame, name), getattr(before, name))
            assert not getattr(frame, name).flags.writeable


# --- which layer, and how much of it -----------------------------------------------------------


def test_a_layer_without_templates_shows_those_of_the_nearest() -> None:
    made = network(nn.ReLU(), nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Conv2d(4, 2, 3), nn.ReLU())
    anatomy = examine(made)
    found = [look(made, anatomy, layer).layer.index for layer in anatomy.layers]
    assert found == [1, 1, 1, 1, 4, 4]
    assert look(made, anatomy, anatomy.layers[3]).note.startswith("3 has no templates; these are of 1.")


def test_a_network_without_templates_shows_none() -> None:
    made = network(nn.ReLU(), nn.BatchNorm2d(3), nn.MaxPool2d(2))
    anatomy = examine(made)
    assert look(made, anatomy, anatomy.layers[0]) is None


def test_colours_survive_what_changes_values_one_by_one() -> None:
    frames = [
        seen(network(nn.BatchNorm2d(3), nn.Conv2d(3, 4, 3)), 1),
        seen(network(nn.Conv2d(3, 3, 1), nn.Conv2d(3, 4, 3)), 1),
        seen(network(nn.BatchNorm2d(3), nn.Flatten(), nn.Linear(192, 2)), 2),
    ]
    assert [frame.kind for frame in frames] == ["color", "channels", "class"]


@pytest.mark.parametrize("unit", [0, 77, 127])
@pytest.mark.parametrize("order", ["index", "norm"])
def test_of_a_large_layer_the_page_of_the_unit_is_shown(unit: int, order: str) -> None:
    made = network(nn.Conv2d(3, 96, 1), nn.Conv2d(96, 128, 3), shape=(3, 4, 4))
    frame = seen(made, 1, WeightsView(order=order, unit=unit))
    assert len(frame.tiles) == len(frame.tile_unit) <= MOST_TILES
    assert unit in frame.tile_unit
    assert (np.diff(frame.tile_unit) >= 0).all()
    assert len(frame.norms) == len(frame.order) == 128
    assert frame.note.startswith("42 of 128 units" if order == "index" and unit < 127 else "")
    weight = made.module[1].weight.detach().numpy()
    np.testing.assert_array_equal(frame.values[frame.tile_unit == unit], weight[unit])


def test_even_one_huge_unit_is_bounded() -> None:
    made = network(nn.Flatten(), nn.Linear(2, 5000), nn.Linear(5000, 300), shape=(1, 1, 2))
    frame = seen(made, 2, WeightsView(unit=299))
    assert frame.tiles.size <= MOST_VALUES + 5100
    assert 299 in frame.tile_unit
    made = network(nn.Conv2d(1, 5000, 1), nn.Conv2d(5000, 2, 2), shape=(1, 2, 2))
    frame = seen(made, 1, WeightsView(unit=1))
    assert frame.tiles.shape == (MOST_TILES, 2, 2)
    assert "the first 4096" in frame.note


def test_modules_of_other_makers_are_no_trouble() -> None:
    for module in (nn.MultiheadAttention(8, 2), nn.Embedding(4, 6), nn.Conv3d(2, 3, 3), nn.Conv1d(2, 3, 3)):
        layer = Layer(0, "0", "0", 1, "", "", (8,), "vector", 1, 0, None, (-1,), False)
        made = network(module)
        frame = look(made, Anatomy((layer,), 1, 0), layer)
        assert frame is not None
        assert len(frame.tiles) == len(frame.tile_unit)
