"""Residual blocks against the formulas of the papers and against torchvision's."""

import math
from dataclasses import replace

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torchvision.models.resnet import BasicBlock, Bottleneck

from visualizer.networks.initialization import INITIALIZATIONS
from visualizer.networks.layers import LAYERS
from visualizer.networks.modules.drop_path import survived
from visualizer.networks.modules.residual import zero_padded
from visualizer.networks.spec import layer

VARIANTS = next(field.choices for field in LAYERS["residual_block"].fields if field.name == "variant")
SHORTCUTS = next(field.choices for field in LAYERS["residual"].fields if field.name == "shortcut")
SHAPE = (8, 9, 7)


def block(**values):
    return layer("residual_block", "block", **values)


def norm(x, part):
    return F.batch_norm(x, part.running_mean, part.running_var, part.weight, part.bias, eps=1e-5)


def branch(block, x, rectify_last=False, norm_last=True):
    x = F.relu(norm(F.conv2d(x, block.conv1.weight, stride=block.conv1.stride, padding=1), block.bn1))
    x = F.conv2d(x, block.conv2.weight, padding=1)
    x = norm(x, block.bn2) if norm_last else x
    return F.relu(x) if rectify_last else x


def project(block, x):
    conv, batch_norm = block.downsample
    return norm(F.conv2d(x, conv.weight, stride=conv.stride), batch_norm)


def opening(block, x):
    conv = block.gate.conv
    return torch.sigmoid(F.conv2d(x, conv.weight, conv.bias - 6, stride=conv.stride))


def preactivated(block, x, shortcut):
    first = F.relu(norm(x, block.bn1))
    inner = F.conv2d(first, block.conv1.weight, stride=block.conv1.stride, padding=1)
    return shortcut(first) + F.conv2d(F.relu(norm(inner, block.bn2)), block.conv2.weight, padding=1)


FORMULAS = {
    "identity": lambda b, x, h: F.relu(h(b, x) + branch(b, x)),
    "scaled": lambda b, x, h: F.relu(0.7 * h(b, x) + branch(b, x)),
    "exclusive_gate": lambda b, x, h: F.relu((1 - opening(b, x)) * h(b, x) + branch(b, x) * opening(b, x)),
    "shortcut_gate": lambda b, x, h: F.relu((1 - opening(b, x)) * h(b, x) + branch(b, x)),
    "conv_shortcut": lambda b, x, h: F.relu(project(b, x) + branch(b, x)),
    "dropout_shortcut": lambda b, x, h: F.relu(h(b, x) + branch(b, x)),  # dropout is none in evaluation
    "norm_after_addition": lambda b, x, h: F.relu(norm(h(b, x) + branch(b, x, norm_last=False), b.bn2)),
    "relu_before_addition": lambda b, x, h: h(b, x) + branch(b, x, rectify_last=True),
}


def opened(block):
    """With a gate that is neither open nor shut, so that its part in the formula shows."""
    if block.gate is not None:
        nn.init.constant_(block.gate.conv.bias, 6)
    return block


@pytest.mark.parametrize("chosen", INITIALIZATIONS)
def test_gates_begin_shut_whatever_the_weights_begin_as(chosen, built):
    row = replace(
        layer("residual_block", "block", channels=8, variant="shortcut_gate"), initialization=chosen
    )
    assert built(row, SHAPE).gate(torch.zeros(1, *SHAPE)).max().item() == pytest.approx(1 / (1 + math.exp(6)))


@pytest.mark.parametrize("variant", FORMULAS)
def test_a_variant_follows_its_formula(variant, built, with_statistics):
    x = torch.randn(2, *SHAPE)
    same = opened(with_statistics(built(block(channels=8, variant=variant, scale=0.7, dropout=0.5), SHAPE)))
    torch.testing.assert_close(same(x), FORMULAS[variant](same, x, lambda _, x: x))
    larger = block(channels=12, stride=2, variant=variant, scale=0.7, dropout=0.5)
    other = opened(with_statistics(built(larger, SHAPE)))
    torch.testing.assert_close(other(x), FORMULAS[variant](other, x, project))


def test_full_preactivation_keeps_the_shortcut_clean(built, with_statistics):
    x = torch.randn(2, *SHAPE)
    same = with_statistics(built(block(channels=8, variant="full_preactivation"), SHAPE))
    torch.testing.assert_close(same(x), preactivated(same, x, lambda first: x))
    other = with_statistics(built(block(channels=12, stride=2, variant="full_preactivation"), SHAPE))
    (conv,) = other.downsample
    torch.testing.assert_close(
        other(x), preactivated(other, x, lambda first: F.conv2d(first, conv.weight, stride=2))
    )


def test_every_variant_is_tested():
    assert set(VARIANTS) == {*FORMULAS, "full_preactivation"}


def test_zero_padding_is_option_a():
    x = torch.randn(2, 3, 5, 4)
    padded = zero_padded(x, 8, 2)
    assert padded.shape == (2, 8, 3, 2)
    assert torch.equal(padded[:, 2:5], x[:, :, ::2, ::2])
    assert not padded[:, :2].any()
    assert not padded[:, 5:].any()


def test_zero_padding_has_no_parameters_and_keeps_the_names_of_cifar_resnets(built):
    module = built(block(channels=12, stride=2, projection="zero_padding"), SHAPE)
    assert {name for name, _ in module.named_parameters()} == {
        f"{part}{number}.{kind}"
        for number in (1, 2)
        for part, kind in (("conv", "weight"), ("bn", "weight"), ("bn", "bias"))
    }
    x = torch.randn(2, *SHAPE)
    torch.testing.assert_close(module(x), F.relu(zero_padded(x, 12, 2) + branch(module, x)))


def test_zero_padding_takes_no_channels_away(planned):
    row = planned(block(channels=5, projection="zero_padding"), SHAPE)
    assert row.problem == "Zero padding cannot take channels away, 8 come in for 5; project by conv."


# torchvision -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize(
    ("cls", "groups", "base"),
    [(BasicBlock, 1, 64), (Bottleneck, 1, 64), (Bottleneck, 32, 4), (Bottleneck, 1, 128)],
)
def test_torchvisions_weights_give_torchvisions_outputs(cls, groups, base, stride, built, with_statistics):
    channels = 64 * cls.expansion
    down = nn.Sequential(nn.Conv2d(32, channels, 1, stride, bias=False), nn.BatchNorm2d(channels))
    twin = with_statistics(cls(32, 64, stride, down, groups, base))
    width = twin.conv2.out_channels
    row = block(channels=channels, stride=stride, bottleneck=cls is Bottleneck, width=width, groups=groups)
    module = built(row, (32, 9, 7))
    module.load_state_dict(twin.state_dict(), strict=True)
    x = torch.randn(2, 32, 9, 7)
    with torch.no_grad():
        torch.testing.assert_close(module(x), twin(x), rtol=0, atol=1e-6)


def test_a_bottleneck_has_a_quarter_of_the_channels_inside(built):
    assert built(block(channels=64, bottleneck=True), (32, 9, 7)).conv2.weight.shape == (16, 16, 3, 3)


# Anatomy ---------------------------------------------------------------------------------------------


def test_a_shortcut_is_a_lane_beside_the_branch(check_plan):
    leaves = {leaf.name.removeprefix("block."): leaf for leaf in check_plan(block(channels=12), SHAPE)}
    branch = ("conv1", "bn1", "relu1", "conv2", "bn2")
    assert [leaves[name].parents for name in branch] == [(-1,), (0,), (1,), (2,), (3,)]
    assert leaves["downsample.0"].parents == (-1,)
    assert leaves["relu2"].parents == (leaves["bn2"].index, leaves["downsample.1"].index)


# Chance in training ----------------------------------------------------------------------------------


def test_stochastic_depth_drops_the_branch_of_a_whole_batch_or_keeps_it(built):
    module = built(block(channels=8, survival=0.25, variant="relu_before_addition"), SHAPE).train()
    x = torch.randn(4, *SHAPE)
    torch.manual_seed(0)
    dropped = sum(bool(torch.equal(module(x), x)) for _ in range(400))
    assert 260 <= dropped <= 340  # 300 ± 4.6 standard deviations


def test_stochastic_depth_weighs_the_branch_in_evaluation(built, with_statistics):
    module = with_statistics(built(block(channels=8, survival=0.25), SHAPE))
    x = torch.randn(2, *SHAPE)
    torch.testing.assert_close(module(x), F.relu(x + 0.25 * branch(module, x)))


def test_a_seed_reproduces_chance():
    def draws():
        torch.manual_seed(3)
        return [float(survived(lambda x: x, torch.ones(()), 0.5, training=True)) for _ in range(30)]

    assert draws() == draws()
    assert set(draws()) == {0.0, 1.0}


def test_dropout_acts_on_the_shortcut_or_between_the_convolutions(built, planned):
    x = torch.rand(2, *SHAPE) + 1
    module = built(block(channels=8, variant="dropout_shortcut", dropout=1.0), SHAPE).train()
    nn.init.zeros_(module.bn2.weight)
    assert not module(x).any()  # nothing of the shortcut is left, and the branch is 0
    module = built(block(channels=8, dropout=1.0), SHAPE).train()
    assert torch.equal(module(x), x)  # the last convolution sees zeros, and so does the batch norm behind
    assert planned(block(channels=8, variant="dropout_shortcut"), SHAPE).note.endswith(".")


# Around any layers -----------------------------------------------------------------------------------


def own(shortcut, *rows, after="relu", **values):
    return layer("residual", "block", *rows, shortcut=shortcut, after=after, **values)


def conv(channels, stride=1):
    return layer("conv", "inner", out_channels=channels, stride=stride, padding=1)


@pytest.mark.parametrize("after", ["none", "relu", "norm_relu"])
@pytest.mark.parametrize("shortcut", SHORTCUTS)
def test_own_layers_are_added_to_the_shortcut(shortcut, after, built, with_statistics, check_plan):
    changes = shortcut in ("conv", "zero_padding")
    row = own(shortcut, conv(12, stride=2) if changes else conv(8), after=after, scale=0.7)
    check_plan(row, SHAPE)
    module = opened(with_statistics(built(row, SHAPE)))
    x = torch.randn(2, *SHAPE)
    made = module.inner(x)
    expected = {
        "identity": lambda: x + made,
        "scaled": lambda: 0.7 * x + made,
        "exclusive_gate": lambda: (1 - opening(module, x)) * x + made * opening(module, x),
        "shortcut_gate": lambda: (1 - opening(module, x)) * x + made,
        "conv": lambda: norm(F.conv2d(x, module.shortcut[0].weight, stride=2), module.shortcut[1]) + made,
        "dropout": lambda: x + made,
        "zero_padding": lambda: zero_padded(x, 12, 2) + made,
    }[shortcut]()
    if after != "none":
        expected = F.relu(norm(expected, module.after[0]) if after == "norm_relu" else expected)
    torch.testing.assert_close(module(x), expected)


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (
            own("identity", conv(12, stride=2)),
            "The layers give 12×5×4 and the shortcut 8×9×7; to be added, both must be equal.",
        ),
        (
            own("identity", layer("conv", "inner", out_channels=8)),
            "The layers give 8×7×5 and the shortcut 8×9×7, and no stride makes them equal; "
            "give the layers padding that keeps the size.",
        ),
        (
            own("conv", layer("upsample", "inner")),
            "The layers give 8×18×14; no stride makes that of 8×9×7, so there is no shortcut.",
        ),
        (
            own("conv", layer("flatten", "inner")),
            "The layers give 504; no stride makes that of 8×9×7, so there is no shortcut.",
        ),
        (
            own("zero_padding", conv(5)),
            "Zero padding cannot take channels away, 8 come in for 5; shortcut by conv.",
        ),
    ],
)
def test_a_shortcut_that_does_not_fit_says_why(row, problem, planned):
    assert planned(row, SHAPE).problem == problem


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(SHORTCUTS), st.tuples(*[st.integers(1, 8)] * 2), st.integers(1, 4), st.integers(1, 4))
def test_any_stride_fits_a_shortcut_or_gets_a_sentence(
    planned, check_plan, shortcut, channels, stride, positions
):
    row = own(shortcut, conv(channels[1], stride))
    shape = (channels[0], stride * positions, stride * (positions + 1))
    problem = planned(row, shape).problem
    if problem:
        assert problem.endswith(".")
    else:
        check_plan(row, shape)


@pytest.mark.parametrize("side", range(1, 12))
def test_a_shortcut_by_conv_fits_odd_sizes_too(side, planned):
    for stride in range(1, 5):
        assert planned(own("conv", conv(5, stride)), (8, side, side)).problem == ""
