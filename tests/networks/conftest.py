"""What the tests of networks share."""

import math
import unicodedata
from collections.abc import Callable

import pytest
from torch import nn

from visualizer.errors import UserError
from visualizer.networks.anatomy import Layer, examine
from visualizer.networks.building import build
from visualizer.networks.network import Network
from visualizer.networks.planning import plan
from visualizer.networks.preprocessing import Preprocessing
from visualizer.networks.rows import RowPlan
from visualizer.networks.spec import LayerSpec, NetworkSpec, layer

PREPROCESSING = Preprocessing(32, 32, (0.5,), (0.5,))


@pytest.fixture(scope="session")
def check_sentence() -> Callable[[UserError], None]:
    """Checks that an error is one sentence of our own, fit to be shown."""
    return _check_sentence


def _check_sentence(error: UserError) -> None:
    text = str(error)
    assert 10 < len(text) <= 300
    assert not any(unicodedata.category(c) in ("Cc", "Cf", "Cs") for c in text)
    assert "weights_only" not in text
    assert "Error" not in text


@pytest.fixture(scope="session")
def planned() -> Callable[[LayerSpec, tuple[int, int, int]], RowPlan]:
    """The plan of one layer on an input (C, H, W), with or without a problem."""
    return lambda row, shape: plan(NetworkSpec("one layer", shape, (row,), (), PREPROCESSING)).rows[0]


@pytest.fixture(scope="session")
def built() -> Callable[[LayerSpec, tuple[int, int, int]], nn.Module]:
    """The module of one layer for an input (C, H, W), in evaluation mode."""
    return lambda row, shape: build(NetworkSpec("one layer", shape, (row,), (), PREPROCESSING)).eval()[0]


@pytest.fixture(scope="session")
def check_plan() -> Callable[[LayerSpec, tuple[int, int, int]], tuple[Layer, ...]]:
    """Checks that a layer's plan says what one forward pass through its module shows; gives the leaves."""
    return _check_plan


def _check_plan(row: LayerSpec, shape: tuple[int, int, int]) -> tuple[Layer, ...]:
    spec = NetworkSpec("one layer", shape, (row, layer("relu", "end")), (), PREPROCESSING)
    told = plan(spec)
    assert not told.problems
    module = build(spec)
    anatomy = examine(Network("one layer", module, shape, (), PREPROCESSING, "", ()))
    *leaves, end = anatomy.layers
    assert told.rows[0].output == end.output
    assert told.rows[0].macs == anatomy.macs
    assert told.rows[0].parameters == sum(parameter.numel() for parameter in module.parameters())
    assert told.rows[0].values >= sum(math.prod(leaf.output) for leaf in leaves)
    if end.receptive_field is not None and told.rows[0].receptive_field is not None:
        for size, side in zip(end.receptive_field.size, end.output[-2:], strict=True):
            assert size <= told.rows[0].receptive_field
            if side > 1:  # windows over a single position see the zeros around it
                assert size == told.rows[0].receptive_field
    return tuple(leaves)


@pytest.fixture(scope="session")
def with_statistics() -> Callable[[nn.Module], nn.Module]:
    """Gives the batch norms of a module statistics and scales of their own; in evaluation mode."""
    return _with_statistics


def _with_statistics(module: nn.Module) -> nn.Module:
    for part in module.modules():
        if isinstance(part, nn.BatchNorm2d):
            nn.init.normal_(part.running_mean, std=0.5)
            nn.init.uniform_(part.running_var, 0.5, 2)
            nn.init.uniform_(part.weight, 0.5, 2)
            nn.init.normal_(part.bias, std=0.5)
    return module.eval()
