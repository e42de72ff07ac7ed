"""What each initialisation gives, measured on layers of many weights."""

from math import sqrt

import pytest
import torch
from torch import Tensor, nn

from visualizer.networks.building import build
from visualizer.networks.editing import set_initialization
from visualizer.networks.initialization import INITIALIZATIONS, initialize
from visualizer.networks.modules.locally_connected import LocallyConnected2d
from visualizer.networks.preprocessing import Preprocessing
from visualizer.networks.spec import NetworkSpec, layer

LAYERS = [
    pytest.param(lambda: nn.Conv2d(64, 128, 3), 64 * 9, 128 * 9, id="conv"),
    pytest.param(lambda: nn.Linear(500, 200), 500, 200, id="linear"),
    pytest.param(lambda: nn.Conv2d(64, 128, 3, groups=4), 16 * 9, 128 * 9, id="groups"),  # n_out as in torch
]


def begun(module: nn.Module, name: str) -> Tensor:
    torch.manual_seed(3)
    initialize(module, name)
    bias = module.get_parameter("bias")
    assert torch.equal(bias, torch.zeros_like(bias))
    return module.get_parameter("weight").detach()


@pytest.mark.parametrize(("make", "fan_in", "fan_out"), LAYERS)
def test_spread_of_the_weights(make: type[nn.Module], fan_in: int, fan_out: int) -> None:
    spreads = {
        "he_normal": sqrt(2 / fan_in),
        "xavier_uniform": sqrt(2 / (fan_in + fan_out)),  # ±√6 / √(n_in + n_out) is uniform: bound / √3
        "small_normal": 0.01,
        "unit_normal": 1.0,
    }
    for name, spread in spreads.items():
        weight = begun(make(), name)
        assert weight.std().item() == pytest.approx(spread, rel=0.02)
        assert abs(weight.mean().item()) < 5 * spread / sqrt(weight.numel())


@pytest.mark.parametrize(("make", "fan_in", "fan_out"), LAYERS)
def test_glorot_fills_its_bounds(make: type[nn.Module], fan_in: int, fan_out: int) -> None:
    bound = sqrt(6) / sqrt(fan_in + fan_out)
    largest = begun(make(), "xavier_uniform").abs().max().item()
    assert 0.999 * bound < largest <= bound


@pytest.mark.parametrize(("make", "fan_in", "fan_out"), LAYERS)
def test_orthogonal_rows_have_length_1_and_right_angles(
    make: type[nn.Module], fan_in: int, fan_out: int
) -> None:
    rows = begun(make(), "orthogonal").flatten(1)
    torch.testing.assert_close(rows @ rows.T, torch.eye(len(rows)), atol=1e-5, rtol=0)


@pytest.mark.parametrize("name", ["he_normal", "xavier_uniform", "small_normal", "unit_normal", "orthogonal"])
def test_unshared_filters_begin_at_every_place_like_those_of_a_convolution(name: str) -> None:
    weight = begun(LocallyConnected2d(32, 48, 3, (6, 6)), name)
    shared = begun(nn.Conv2d(32, 48, 3), name)
    assert weight.std((2, 3, 4, 5)).flatten().tolist() == pytest.approx([shared.std().item()] * 16, rel=0.05)
    if name == "orthogonal":
        rows = weight[2, 3].flatten(1)
        torch.testing.assert_close(rows @ rows.T, torch.eye(48), atol=1e-5, rtol=0)


def test_default_leaves_torchs_own() -> None:
    conv = nn.Conv2d(4, 8, 3)
    before = conv.weight.clone()
    initialize(conv, "default")
    assert torch.equal(conv.weight, before)


@pytest.mark.parametrize("name", INITIALIZATIONS)
def test_scales_and_slopes_stay(name: str) -> None:
    for module in (nn.BatchNorm2d(3), nn.PReLU(3)):
        before = {key: value.clone() for key, value in module.state_dict().items()}
        initialize(module, name)
        assert all(torch.equal(value, before[key]) for key, value in module.state_dict().items())


def test_a_layer_has_its_own_that_of_its_block_or_that_of_the_network() -> None:
    own, inherits, follows = (
        layer("linear", name, out_features=400) for name in ("own", "inherits", "follows")
    )
    block = layer("sequence", "block", own, inherits)
    usual = Preprocessing(8, 8, (0.5,), (0.5,))
    spec = NetworkSpec("n", (1, 20, 20), (layer("flatten", "flatten"), block, follows), (), usual)
    spec = set_initialization(spec, None, "small_normal")
    spec = set_initialization(spec, block.identity, "unit_normal")
    spec = set_initialization(spec, own.identity, "he_normal")
    module = build(spec)
    spreads = {"block.own": sqrt(2 / 400), "block.inherits": 1, "follows": 0.01}
    for path, spread in spreads.items():
        weight = module.get_submodule(path).get_parameter("weight").detach()
        assert weight.std().item() == pytest.approx(spread, rel=0.02)
