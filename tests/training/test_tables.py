import pytest
import torch

from visualizer.errors import UserError
from visualizer.training.optimizers import OPTIMIZERS, create_optimizer
from visualizer.training.schedules import SCHEDULES, create_schedule

KINDS = {
    "sgd": torch.optim.SGD,
    "momentum": torch.optim.SGD,
    "nesterov": torch.optim.SGD,
    "adagrad": torch.optim.Adagrad,
    "rmsprop": torch.optim.RMSprop,
    "adam": torch.optim.Adam,
    "adamw": torch.optim.AdamW,
}


def parameter():
    return torch.nn.Parameter(torch.tensor([3.0, -2.0]))


def rates(name, steps, optimizer="sgd"):
    made = create_optimizer(optimizer, [parameter()], 1.0)
    schedule = create_schedule(name, made, steps)
    values = []
    for _ in range(steps):
        values.append(schedule.get_last_lr()[0])
        made.step()
        schedule.step()
    return values


def test_the_optimizers_are_torch_s():
    assert {name: type(create_optimizer(name, [parameter()])) for name in OPTIMIZERS} == KINDS
    momentum, nesterov = (create_optimizer(name, [parameter()]).defaults for name in ("momentum", "nesterov"))
    assert (momentum["momentum"], momentum["nesterov"]) == (0.9, False)
    assert (nesterov["momentum"], nesterov["nesterov"]) == (0.9, True)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimizer_descends_with_its_own_learning_rate(name):
    x = parameter()
    optimizer = create_optimizer(name, [x])
    assert optimizer.param_groups[0]["lr"] == OPTIMIZERS[name].learning_rate
    for _ in range(50):
        optimizer.zero_grad()
        x.square().sum().backward()
        optimizer.step()
    assert x.square().sum() < 13


def test_the_schedules():
    assert rates("constant", 9) == [1.0] * 9
    assert rates("step", 9) == pytest.approx([1.0] * 3 + [0.1] * 3 + [0.01] * 3)
    cosine = rates("cosine", 100)
    assert cosine[0] == 1.0
    assert cosine[50] == pytest.approx(0.5)
    assert cosine[99] < 0.001
    one_cycle = rates("one-cycle", 100)
    assert one_cycle[0] == pytest.approx(1 / 25)
    assert max(one_cycle) == pytest.approx(1.0, abs=1e-3)
    assert one_cycle.index(max(one_cycle)) in (29, 30)
    assert 0 < one_cycle[99] < 0.001


@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("steps", [1, 2, 7])
def test_every_schedule_goes_with_every_optimizer(optimizer, schedule, steps):
    assert all(0 <= rate <= 1 for rate in rates(schedule, steps, optimizer))


def test_unknown_names():
    with pytest.raises(UserError, match="sgd, momentum"):
        create_optimizer("adamant", [parameter()])
    with pytest.raises(UserError, match="one-cycle"):
        create_schedule("sometimes", create_optimizer("sgd", [parameter()]), 1)
