"""Maxout against the maximum of strided slices."""

import pytest
import torch

from visualizer.networks.modules.maxout import Maxout
from visualizer.networks.planning import fixes
from visualizer.networks.spec import layer


@pytest.mark.parametrize("pieces", [1, 2, 3])
@pytest.mark.parametrize("sides", [(), (5, 7)])
def test_the_largest_of_neighbouring_channels(pieces, sides) -> None:
    x = torch.randn(4, 12, *sides)
    slices = torch.stack([x[:, first::pieces] for first in range(pieces)])
    assert torch.equal(Maxout(pieces)(x), slices.amax(0))


def test_the_gradient_goes_to_the_largest() -> None:
    x = torch.tensor([[1.0, 3.0, 2.0, -5.0]], requires_grad=True)
    Maxout(2)(x).sum().backward()
    assert x.grad.tolist() == [[0, 1, 1, 0]]


def test_pieces_that_do_not_divide() -> None:
    with pytest.raises(RuntimeError):
        Maxout(5)(torch.zeros(1, 12))


def test_the_plan_is_what_a_pass_shows(check_plan) -> None:
    (leaf,) = check_plan(layer("maxout", "maxout", pieces=3), (6, 5, 4))
    assert leaf.detail == "Maxout of 3"
    assert leaf.output == (2, 5, 4)
    vector = layer("sequence", "block", layer("flatten", "flatten"), layer("maxout", "maxout"))
    *_, leaf = check_plan(vector, (6, 5, 4))
    assert leaf.output == (60,)


def test_pieces_that_fit_are_offered(planned) -> None:
    row = planned(layer("maxout", "maxout", pieces=4), (6, 5, 4))
    assert row.problem == "Groups of 4 do not divide the 6 channels."
    assert [(fix.field, fix.value) for fix in fixes(row)] == [("pieces", 3)]
