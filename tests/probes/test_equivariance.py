"""Equivariance against what is known exactly: turned tensors, torchvision, NumPy, filters that look the same turned."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torchvision.transforms import InterpolationMode
from torchvision.transforms.functional import rotate

from visualizer.data.transforms import values_of
from visualizer.errors import UserError
from visualizer.networks.anatomy import ReceptiveField, examine
from visualizer.networks.building import build
from visualizer.networks.network import Network, Preprocessing
from visualizer.networks.spec import NetworkSpec, layer
from visualizer.probes.response import equivariance
from visualizer.probes.response.equivariance import EquivarianceRun
from visualizer.probes.response.frames import Equivariance
from visualizer.probes.response.turned_maps import geometry, vector_correlation

ANGLES = np.arange(0.0, 360, 30)
QUARTERS = [3, 6, 9]  # 90°, 180°, 270°


def measured(
    module: nn.Module, image: Tensor, angles: Sequence[float] | np.ndarray = ANGLES, border: str = "grey"
) -> Equivariance:
    run = run_of(module, image, angles, border)
    found = run.advance()
    assert run.complete
    return found


def run_of(
    module: nn.Module, image: Tensor, angles: Sequence[float] | np.ndarray = ANGLES, border: str = "grey"
) -> EquivarianceRun:
    channels, height, width = image.shape[1:]
    preprocessing = Preprocessing(height, height, (0.5,) * channels, (0.5,) * channels)
    network = Network("test", module.eval(), (channels, height, width), (), preprocessing)
    return EquivarianceRun(network, examine(network), image, np.asarray(angles, np.float64), border)


def noise(*shape: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(3)).clamp(-1, 1)


def smooth(height: int, width: int, channels: int = 3) -> Tensor:
    """Blobs that vary slowly beside the distance of pixels, so that interpolation loses little."""
    return F.interpolate(noise(1, channels, 5, 5), (height, width), mode="bicubic", align_corners=True)


def by_hand(turned: Tensor, still_turned: Tensor, radius: float) -> float:
    """Pearson's correlation by NumPy, over the places within ``radius`` px of the middle."""
    side = turned.shape[-1]
    away = np.arange(side) - (side - 1) / 2
    inside = np.hypot(away[:, None], away[None]) <= radius + 1e-6
    x, y = (maps[0].detach().double().numpy()[:, inside] for maps in (turned, still_turned))
    x, y = (each - each.mean(1, keepdims=True) for each in (x, y))
    return float(np.corrcoef(x.ravel(), y.ravel())[0, 1])


def conv(*arguments: Any, seed: int = 0, **options: Any) -> nn.Conv2d:
    torch.manual_seed(seed)
    return nn.Conv2d(*arguments, **options)


def isotropic(inputs: int, outputs: int, seed: int = 0, **options: Any) -> nn.Conv2d:
    """A convolution whose filters look the same turned by 90°."""
    made = conv(inputs, outputs, 3, padding=1, seed=seed, **options)
    made.weight.data = sum(torch.rot90(made.weight.data, turn, (2, 3)) for turn in range(4)) / 4
    return made


# --- what is exactly known ---------------------------------------------------------------------------


def test_quarter_turns_are_those_of_numpy() -> None:
    module, image = conv(3, 5, 3, padding=1), noise(1, 3, 17, 17)
    found = measured(module, image)
    for place, turns in zip(QUARTERS, (1, 2, 3), strict=True):
        expected = by_hand(
            module(torch.rot90(image, turns, (2, 3))), torch.rot90(module(image), turns, (2, 3)), radius=8.0
        )
        assert found.layers[0].correlation[place] == pytest.approx(expected, abs=1e-4)


def test_any_angle_is_that_of_torchvision() -> None:
    module, image = conv(3, 5, 3, padding=1), noise(1, 3, 17, 17)
    found = measured(module, image, [0, 33, 205], border="zero")
    for place, angle in ((1, 33.0), (2, 205.0)):
        # Black is -1 after the standardisation.
        turned = rotate(image, angle, InterpolationMode.BILINEAR, fill=[-1.0])
        still = rotate(module(image), angle, InterpolationMode.BILINEAR)
        expected = by_hand(module(turned), still, radius=8.0)
        assert found.layers[0].correlation[place] == pytest.approx(expected, abs=2e-3)


@pytest.mark.parametrize("border", ["grey", "circle", "replicate"])
@pytest.mark.parametrize("size", [(17, 17), (16, 24), (24, 15)])
def test_a_layer_that_looks_at_one_place_is_equivariant(border: str, size: tuple[int, int]) -> None:
    found = measured(conv(3, 4, 1), noise(1, 3, *size), border=border)
    # The mask of the circle has an edge, which interpolation softens in the maps alone.
    assert found.layers[0].correlation.min() > (0.99 if border == "circle" else 0.9999)


def test_filters_that_look_the_same_turned_are_equivariant_at_quarter_turns() -> None:
    torch.manual_seed(1)
    module = nn.Sequential(
        isotropic(3, 6, padding_mode="zeros"),
        nn.ReLU(inplace=True),
        nn.MaxPool2d(2),
        isotropic(6, 8, seed=2),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(8, 5),
    )
    found = measured(module, noise(1, 3, 20, 20))
    assert [row.name for row in found.layers] == ["0", "2", "3"]
    assert [row.is_convolution for row in found.layers] == [True, False, True]
    for row in found.layers:
        assert row.correlation[QUARTERS].min() > 0.9999
        assert row.correlation[1] < 0.99  # interpolation, and the filters are not round
    assert found.outputs[QUARTERS].min() > 0.9999  # pooled over all places: invariant


def test_an_oriented_filter_turns_less_than_an_even_one() -> None:
    module = conv(1, 1, 3, padding=1, bias=False)
    module.weight.data = torch.tensor([[[[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]]]])
    found = measured(module, smooth(33, 33, 1)).layers[0].correlation
    assert found[6] == pytest.approx(-1, abs=1e-3)  # a slope from left to right falls when it is turned
    assert abs(found[3]) < 0.5


def test_the_largest_over_rotations_turns_with_the_input() -> None:
    def rotation(kind: str, **values: Any) -> Equivariance:
        rows = (
            layer(kind, "first", out_channels=8, padding=1, **values),
            layer("global_average_pool", "pool"),
        )
        spec = NetworkSpec("test", (3, 24, 24), rows, (), Preprocessing(24, 24, (0.5,) * 3, (0.5,) * 3))
        torch.manual_seed(0)
        return measured(build(spec), smooth(24, 24))

    plain, turned = rotation("conv"), rotation("rotation_conv", rotations="8")
    assert turned.layers[0].correlation[QUARTERS].min() > 0.9999
    assert np.mean(turned.layers[0].correlation) > np.mean(plain.layers[0].correlation) + 0.1


def test_neutral_angles_give_exactly_one() -> None:
    found = measured(
        nn.Sequential(conv(3, 4, 3), nn.Flatten(), nn.Linear(4 * 15 * 15, 3)), noise(1, 3, 17, 17)
    )
    assert found.layers[0].correlation[0] == 1.0
    assert found.outputs[0] == 1.0


@settings(max_examples=12, deadline=None)
@given(st.floats(-20, 20), st.floats(-3, 5))
def test_scale_and_bias_change_nothing(scale: float, bias: float) -> None:
    """A correlation has no unit; huge, tiny and far off values must not lose it."""
    plain, image = conv(2, 3, 3, padding=1), noise(1, 2, 13, 13)
    other = conv(2, 3, 3, padding=1)
    other.weight.data *= 10**scale
    other.bias.data = plain.bias.data * 10**scale + 10 ** (scale + min(bias, 2))
    found = [measured(module, image, [0, 40, 90]).layers[0].correlation for module in (plain, other)]
    assert found[1] == pytest.approx(found[0], abs=2e-3)


def test_vectors_are_correlated_as_by_numpy() -> None:
    vectors = np.random.default_rng(0).normal(size=(4, 6))
    expected = [np.corrcoef(vector, vectors[0])[0, 1] for vector in vectors]
    assert vector_correlation(vectors, vectors[0]) == pytest.approx(expected)
    assert np.isnan(vector_correlation(np.full((1, 6), 3.0), vectors[0])).all()


# --- where places lie --------------------------------------------------------------------------------


def test_the_middle_of_a_map_follows_padding_and_strides() -> None:
    shifted = geometry((112, 112), ReceptiveField((7, 7), (2, 2), (-3, -3)), (224, 224))
    assert shifted.centre == (55.75, 55.75)
    assert shifted.pitch == (2, 2)
    unknown = geometry((112, 56), None, (224, 224))
    assert unknown.centre == (55.5, 27.5)
    assert unknown.pitch == (2, 4)
    assert geometry((2, 2), None, (8, 8)).count == 0
    assert geometry((3, 3), None, (9, 9)).count == 5


def test_maps_turn_about_the_middle_of_the_input() -> None:
    """Four strides with padding shift the places by almost half of their distance; the correlation must not see it."""
    layers = [nn.Conv2d(1, 1, 3, 2, 1, bias=False) for _ in range(3)]
    for each in layers:
        each.weight.data[:] = 1 / 9
    image = F.avg_pool2d(smooth(96, 96, 1), 9, 1, 4)
    found = measured(nn.Sequential(*layers), image, border="circle")
    assert min(row.correlation.min() for row in found.layers) > 0.98


def test_places_that_are_closer_along_one_axis() -> None:
    image = F.avg_pool2d(smooth(48, 48, 1), 7, 1, 3)
    found = measured(conv(1, 2, 1, stride=(1, 3)), image)
    assert found.layers[0].correlation.min() > 0.97


# --- slices ------------------------------------------------------------------------------------------


def test_slices_give_what_one_run_gives() -> None:
    module = nn.Sequential(
        conv(3, 4, 3, padding=1), nn.ReLU(), conv(4, 4, 3, seed=1), nn.Flatten(), nn.Linear(900, 4)
    )
    image = noise(1, 3, 17, 17)
    whole, run = measured(module, image), run_of(module, image)
    seen = []
    while not run.complete:
        found = run.advance(0.0)
        seen.append(int(found.known.sum()))
        assert np.isnan(found.outputs[~found.known]).all()
        if seen[-1] == 3:
            assert found.values[found.known].tolist() == [0, 60, 90]  # about every 45° first
    assert seen[0] == 1  # the input as it is
    assert seen == sorted(seen)
    for one, other in zip(found.layers, whole.layers, strict=True):
        assert one.correlation == pytest.approx(other.correlation, abs=1e-5)
    assert found.outputs == pytest.approx(whole.outputs, abs=1e-5)
    assert not found.outputs.flags.writeable
    assert not any(part._forward_hooks for part in module.modules())


def test_angles_of_the_table_are_taken() -> None:
    found = measured(conv(3, 2, 3, padding=1), noise(1, 3, 9, 9), values_of("rotation", 15))
    assert len(found.values) == 24
    assert found.known.all()


# --- odd networks ------------------------------------------------------------------------------------


class OneAtATime(nn.Module):
    """Takes a batch of one; how it fails with more is given."""

    def __init__(self, how: str) -> None:
        super().__init__()
        self.conv, self.end, self.how = conv(3, 4, 3, padding=1), nn.Linear(4, 3), how
        self.norm = nn.BatchNorm2d(4, track_running_stats=False)

    def forward(self, x: Tensor) -> Tensor:
        if self.how == "raises" and len(x) > 1:
            raise ValueError("one image at a time, please")
        maps = self.conv(x)
        if self.how == "mixes":  # the statistics of the batch
            maps = self.norm(maps)
        pooled = maps.mean((2, 3)) + maps[:, :, 3, 3]
        if self.how == "flattens" and len(x) > 1:
            pooled = pooled.mean(0, keepdim=True)
        result: Tensor = self.end(pooled)
        return result


@pytest.mark.parametrize("how", ["raises", "mixes", "flattens"])
def test_networks_for_one_image_are_asked_one_by_one(how: str) -> None:
    module, image = OneAtATime(how).eval(), noise(1, 3, 13, 13)
    found = measured(module, image)
    one_by_one = [measured(module, image, [0, angle]).outputs[1] for angle in ANGLES[::4]]
    assert found.outputs[::4] == pytest.approx(np.array(one_by_one), abs=1e-5)
    assert np.isfinite(found.layers[0].correlation).all()


def test_in_place_layers_do_not_reach_the_maps_before_them() -> None:
    first, image = conv(3, 4, 3, padding=1), noise(1, 3, 13, 13)
    both = [measured(nn.Sequential(first, nn.ReLU(inplace=how)), image) for how in (True, False)]
    assert both[0].layers[0].correlation == pytest.approx(both[1].layers[0].correlation, abs=1e-6)


def test_constant_maps_have_no_correlation() -> None:
    module = nn.Sequential(conv(3, 4, 3, padding=1), conv(4, 2, 3, padding=1))
    module[0].weight.data.zero_()
    found = measured(module, noise(1, 3, 13, 13))
    assert np.isnan(found.layers[0].correlation).all()
    assert found.layers[0].note == "Its maps are constant for this input."


def test_weights_of_double_precision_give_the_same() -> None:
    module, image = nn.Sequential(conv(3, 4, 3, padding=1)), noise(1, 3, 13, 13)
    single = measured(module, image).layers[0].correlation
    np.testing.assert_allclose(measured(module.double(), image).layers[0].correlation, single, atol=1e-5)


def test_values_that_are_no_numbers() -> None:
    class Broken(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv, self.other = conv(3, 4, 3, padding=1), conv(4, 4, 3, padding=1)

        def forward(self, x: Tensor) -> Tensor:
            return (self.other(self.conv(x) / 0) * math.nan).mean((2, 3))

    found = measured(Broken(), noise(1, 3, 13, 13))
    assert np.isfinite(found.layers[0].correlation).all()
    assert np.isnan(found.layers[1].correlation).all()
    assert "not finite" in found.layers[1].note
    assert np.isnan(found.outputs).all()
    assert "not finite" in found.note


@pytest.mark.parametrize("channels", [1, 6])
def test_other_numbers_of_channels(channels: int) -> None:
    found = measured(conv(channels, 4, 3, padding=1), noise(1, channels, 13, 13))
    assert np.isfinite(found.layers[0].correlation).all()


def test_tiny_inputs_and_networks_without_maps() -> None:
    dense = measured(nn.Sequential(nn.Flatten(), nn.Linear(27, 4)), noise(1, 3, 3, 3))
    assert dense.layers == ()
    assert "No layer" in dense.note
    assert np.isfinite(dense.outputs).all()
    one = measured(nn.Sequential(conv(3, 2, 3, padding=1), nn.Flatten(), nn.Linear(18, 1)), noise(1, 3, 3, 3))
    assert np.isfinite(one.layers[0].correlation).all()
    assert "One output" in one.note
    off = measured(
        conv(3, 2, 2, stride=3), noise(1, 3, 9, 9)
    )  # the outermost places never look at each other
    assert np.isnan(off.layers[0].correlation[1:]).all() == bool(off.layers[0].note)


def test_maps_that_fit_into_no_memory_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(equivariance, "available", lambda: 1000)
    with pytest.raises(UserError, match="more than there is room for"):
        run_of(conv(3, 4, 3), noise(1, 3, 32, 32))
