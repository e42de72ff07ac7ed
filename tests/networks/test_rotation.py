"""Rotation convolutions against the loop over turned filters."""

import math

import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode

from visualizer.networks.anatomy import examine
from visualizer.networks.building import build
from visualizer.networks.modules.maxout import Maxout
from visualizer.networks.modules.rotation import RotationConv2d
from visualizer.networks.network import Network, Preprocessing
from visualizer.networks.planning import fixes
from visualizer.networks.spec import NetworkSpec, layer

GEOMETRIES = [
    {},
    {"stride": 2, "padding": 1, "bias": False},
    {"padding": "same", "groups": 2},
    {"kernel_size": 5, "padding": "same", "dilation": 2, "groups": 4},
    {"kernel_size": 1},
]


def turned(weight, eighths):
    """The filters turned clockwise by this many times 45°: along each ring by the angle of every weight."""
    result, centre = weight.clone(), weight.shape[-1] // 2
    for radius in range(1, centre + 1):
        offsets = [(y, x) for y in range(-radius, radius + 1) for x in range(-radius, radius + 1)]
        ring = [place for place in offsets if max(map(abs, place)) == radius]
        ring.sort(key=lambda place: math.atan2(*place))  # rows point down, so angles grow clockwise
        for index, (y, x) in enumerate(ring):
            to = ring[(index + eighths * radius) % len(ring)]
            result[..., centre + to[0], centre + to[1]] = weight[..., centre + y, centre + x]
    return result


def looped(conv, x):
    """The responses of the turned filters, one convolution after the other: (rotations, N, C, H, W)."""
    weights = [turned(conv.weight, step * 8 // conv.rotations) for step in range(conv.rotations)]
    return torch.stack(
        [F.conv2d(x, w, conv.bias, conv.stride, conv.padding, conv.dilation, conv.groups) for w in weights]
    )


def gradients(result, *of):
    factors = torch.linspace(-1, 1, result.numel(), dtype=result.dtype).view(result.shape)
    return torch.autograd.grad((result * factors).sum(), of)


@pytest.mark.parametrize("rotations", [4, 8])
@pytest.mark.parametrize("geometry", GEOMETRIES)
def test_the_largest_response_and_its_gradients(geometry, rotations) -> None:
    conv = RotationConv2d(4, 8, **{"kernel_size": 3, **geometry}, rotations=rotations).double()
    x = torch.randn(2, 4, 9, 11, dtype=torch.double, requires_grad=True)
    ours, expected = conv(x), looped(conv, x).amax(0)
    torch.testing.assert_close(ours, expected)
    of = [x, *conv.parameters()]
    torch.testing.assert_close(gradients(ours, *of), gradients(expected, *of))


@pytest.mark.parametrize("rotations", [4, 8])
def test_concatenated_responses_follow_filter_by_filter(rotations) -> None:
    conv = RotationConv2d(4, 6, 3, groups=2, rotations=rotations, merge="concatenate")
    x = torch.randn(2, 4, 8, 7)
    torch.testing.assert_close(conv(x), looped(conv, x).permute(1, 2, 0, 3, 4).flatten(1, 2))
    merged = RotationConv2d(4, 6, 3, groups=2, rotations=rotations)
    merged.load_state_dict(conv.state_dict())
    torch.testing.assert_close(Maxout(rotations)(conv(x)), merged(x))


def test_a_step_of_45_degrees_rolls_the_outer_weights_clockwise() -> None:
    conv = RotationConv2d(1, 1, 3)
    conv.weight.data = torch.arange(1.0, 10).view(1, 1, 3, 3)
    assert conv.bank()[1, 0].tolist() == [[4, 1, 2], [7, 5, 3], [8, 9, 6]]


@pytest.mark.parametrize("side", [1, 3, 5, 7])
def test_two_steps_of_45_degrees_are_exactly_90(side: int) -> None:
    conv = RotationConv2d(3, 2, side)
    bank = conv.bank().view(2, 8, 3, side, side)
    for quarter in range(4):
        assert torch.equal(bank[:, 2 * quarter], torch.rot90(conv.weight, -quarter, (2, 3)))
    assert torch.equal(turned(conv.weight, 8), conv.weight)
    for eighths in range(8):
        assert torch.equal(bank[:, eighths], turned(conv.weight, eighths))


def test_even_filters_turn_by_90_degrees() -> None:
    conv = RotationConv2d(3, 2, 4, rotations=4)
    bank = conv.bank().view(2, 4, 3, 4, 4)
    for quarter in range(4):
        assert torch.equal(bank[:, quarter], torch.rot90(conv.weight, -quarter, (2, 3)))


@pytest.mark.parametrize("rotations", [4, 8])
def test_a_turned_picture_gives_turned_maps(rotations) -> None:
    conv, x = RotationConv2d(3, 5, 3, padding=1, rotations=rotations), torch.randn(2, 3, 8, 8)
    torch.testing.assert_close(conv(x.rot90(1, (2, 3))), conv(x).rot90(1, (2, 3)))


def test_weights_are_exchanged_with_a_plain_convolution() -> None:
    plain, rotated = nn.Conv2d(3, 5, 3), RotationConv2d(3, 5, 3)
    rotated.load_state_dict(plain.state_dict())
    x = torch.randn(2, 3, 8, 8)
    rotated.merge = "concatenate"
    torch.testing.assert_close(rotated(x)[:, ::8], plain(x))
    plain.load_state_dict(rotated.state_dict())


@torch.inference_mode()
def test_changed_weights_count_at_once() -> None:
    conv, x = RotationConv2d(3, 5, 3).eval(), torch.randn(1, 3, 8, 8)
    before = conv(x)
    conv.weight *= 2
    conv.bias *= 2
    torch.testing.assert_close(conv(x), 2 * before)


def test_all_rotations_are_one_convolution() -> None:
    called = []

    class Watch(TorchDispatchMode):
        def __torch_dispatch__(self, func, types, args=(), kwargs=None):
            called.append(func.overloadpacket.__name__)
            return func(*args, **(kwargs or {}))

    conv = RotationConv2d(4, 6, 3, groups=2)
    with Watch(), torch.no_grad():
        conv(torch.randn(2, 4, 8, 7))
    assert called.count("convolution") == 1


def test_mini_vgg_has_no_more_parameters_with_rotations() -> None:
    rows = []
    for channels in (32, 64):
        for number, padding in enumerate(("same", "valid")):
            name = f"{channels}_{number}"
            rows.append(layer("rotation_conv", f"rotation{name}", out_channels=channels, padding=padding))
            rows.append(layer("relu", f"relu{name}"))
        rows.append(layer("max_pool", f"pool{channels}"))
    rows += [layer("flatten", "flatten"), layer("linear", "fc1", out_features=512)]
    rows += [layer("linear", "fc2", out_features=10)]
    preprocessing = Preprocessing(32, 32, (0.5,) * 3, (0.5,) * 3)
    spec = NetworkSpec("8_rot_4", (3, 32, 32), tuple(rows), (), preprocessing)
    anatomy = examine(Network("8_rot_4", build(spec), (3, 32, 32), (), preprocessing))
    assert anatomy.parameters == 1_250_858
    convs = (32 * 32 * 3 * 32 + 30 * 30 * 32 * 32 + 15 * 15 * 32 * 64 + 13 * 13 * 64 * 64) * 9
    assert anatomy.macs == 8 * convs + 2304 * 512 + 512 * 10


@pytest.mark.parametrize("geometry", GEOMETRIES)
@pytest.mark.parametrize("merge", ["max", "concatenate"])
@pytest.mark.parametrize("rotations", ["4", "8"])
def test_the_plan_is_what_a_pass_shows(geometry, merge, rotations, check_plan) -> None:
    row = layer("rotation_conv", "rotation", out_channels=8, **geometry, merge=merge, rotations=rotations)
    (leaf,) = check_plan(row, (4, 13, 10))
    side = geometry.get("kernel_size", 3)
    assert leaf.detail.startswith(f"Conv {side}×{side}")
    assert leaf.detail.endswith(f", {rotations} rotations")
    reach = geometry.get("dilation", 1) * (side - 1) + 1
    assert leaf.receptive_field is not None
    assert leaf.receptive_field.size == (reach, reach)


def test_45_degrees_need_a_centre(planned) -> None:
    row = planned(layer("rotation_conv", "rotation", out_channels=8, kernel_size=4), (4, 13, 10))
    assert row.problem == "Rotations by 45° need an odd kernel size, which has a centre; take 4 rotations."
    assert [(fix.field, fix.value) for fix in fixes(row)] == [("kernel_size", 3), ("rotations", "4")]
    with pytest.raises(ValueError, match="odd"):
        RotationConv2d(4, 8, 4)
    with pytest.raises(ValueError, match="not 6"):
        RotationConv2d(4, 8, 3, rotations=6)
