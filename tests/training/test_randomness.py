import threading

import pytest
import torch
from torch import nn

from visualizer.training.randomness import OwnRandomness


def generator(seed=3):
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("p", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("inplace", [False, True])
def test_dropout_has_the_numbers_of_torch(p, inplace):
    x = torch.randn(4, 6)
    module = nn.Dropout(p, inplace=inplace)
    torch.manual_seed(3)
    expected = module(x.clone())
    with OwnRandomness(generator()):
        assert torch.equal(module(x.clone()), expected)


@pytest.mark.parametrize(
    "module",
    [nn.Dropout2d(0.4), nn.Dropout1d(0.4), nn.Dropout3d(0.4)],
    ids=str,
)
def test_what_is_dropped_does_not_depend_on_others(module):
    dims = {nn.Dropout1d: (4, 6, 5), nn.Dropout3d: (4, 6, 2, 2, 2)}.get(type(module), (4, 6, 3, 3))
    x = torch.randn(dims)
    with OwnRandomness(generator()):
        first = module(x)
    torch.manual_seed(99)
    with OwnRandomness(generator()):
        torch.testing.assert_close(module(x), first, rtol=0, atol=0)


def test_whole_maps_are_dropped_and_the_others_scaled():
    x = torch.ones(50, 8, 3, 3)
    with OwnRandomness(generator()):
        kept = nn.Dropout2d(0.25)(x).flatten(2)
    assert torch.equal(kept.amin(dim=2), kept.amax(dim=2))
    assert kept.unique().tolist() == pytest.approx([0.0, 4 / 3])
    assert 0.65 < (kept[..., 0] > 0).float().mean() < 0.85


def test_torchs_own_generator_is_left_alone():
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    with OwnRandomness(generator()):
        torch.rand(3)
        torch.empty(3).bernoulli_(0.5)
        nn.Dropout()(torch.ones(3))
    assert torch.equal(torch.rand(3), expected)


def test_only_the_thread_that_entered_it_draws_from_it():
    drawn = []
    with OwnRandomness(generator()):
        other = threading.Thread(target=lambda: drawn.append(torch.rand(3)))
        other.start()
        other.join()
        own = torch.rand(3)
    assert torch.equal(own, torch.rand(3, generator=generator()))
    assert not torch.equal(own, drawn[0])


def test_gradients_go_through():
    x = torch.ones(6, requires_grad=True)
    with OwnRandomness(generator()):
        y = nn.Dropout(0.5)(x)
    y.sum().backward()
    assert torch.equal(x.grad, y.detach())
