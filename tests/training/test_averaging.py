import copy

import pytest
import torch
from torch import nn

from visualizer.errors import UserError
from visualizer.training.averaging import AVERAGINGS, averaging, mean_scores
from visualizer.training.schedules import settings_of


def walk(name, steps=10, **settings):
    """What is kept of a walk, and the weights (steps, 6) on its way."""
    torch.manual_seed(0)
    row = averaging(name)
    average = row.create(**settings_of(row.fields, settings))
    module = nn.Sequential(nn.Linear(2, 3, bias=False), nn.BatchNorm1d(3))
    way = []
    for step in range(1, steps + 1):
        with torch.no_grad():
            module[0].weight.add_(torch.randn(3, 2))
            module[1].running_mean.add_(1.0)
        average.add(module, step, steps)
        way.append(module[0].weight.detach().flatten().clone())
    return average, module, torch.stack(way)


def test_none_is_the_network_itself():
    average, module, _ = walk("none")
    assert average.members(module) == [module]


def test_the_moving_average():
    average, module, way = walk("ema", decay=0.8)
    expected = way[0]
    for weights in way[1:]:
        expected = 0.8 * expected + 0.2 * weights
    (averaged,) = average.members(module)
    torch.testing.assert_close(averaged[0].weight.flatten(), expected)
    assert averaged is not module


def test_polyaks_mean_begins_where_it_is_to():
    average, module, way = walk("polyak", start=0.5)
    (averaged,) = average.members(module)
    torch.testing.assert_close(averaged[0].weight.flatten(), way[5:].mean(dim=0))
    torch.testing.assert_close(averaged[1].running_mean, torch.full((3,), 8.0))  # of 6, 7, 8, 9, 10


def test_before_its_start_the_network_itself_is_looked_at():
    row = averaging("polyak")
    average, module = row.create(start=0.5), nn.Linear(2, 2)
    average.add(module, 5, 10)
    assert average.members(module) == [module]


def test_snapshots_are_the_ends_of_the_cycles_and_the_present():
    average, module, way = walk("snapshots", cycles=2)
    weights = [member[0].weight.flatten() for member in average.members(module)]
    assert torch.equal(torch.stack(weights), way[[4, 9]])
    average.add(module, 11, 20)
    assert average.members(module)[-1] is module
    assert len(average.members(module)) == 3


def test_the_mean_of_predictions_is_that_of_probabilities():
    torch.manual_seed(0)
    members, images = [nn.Linear(4, 3), nn.Linear(4, 3)], torch.randn(5, 4)
    expected = sum(member(images).softmax(dim=1) for member in members) / 2
    torch.testing.assert_close(mean_scores(members, images).exp(), expected)
    assert torch.equal(mean_scores(members[:1], images), members[0](images))


@pytest.mark.parametrize("name", AVERAGINGS)
def test_what_is_kept_survives(name, tmp_path):
    average, module, _ = walk(name)
    torch.save(average.state_dict(), tmp_path / "state")
    row = averaging(name)
    other = row.create(**settings_of(row.fields, {}))
    other.load_state_dict(torch.load(tmp_path / "state", weights_only=True), copy.deepcopy(module))
    for kept in (average, other):
        kept.add(module, 10, 10)
    for first, second in zip(average.members(module), other.members(module), strict=True):
        for key, tensor in first.state_dict().items():
            assert torch.equal(tensor, second.state_dict()[key])


def test_an_unknown_average():
    with pytest.raises(UserError, match="polyak"):
        averaging("harmonic")
