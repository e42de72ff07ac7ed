import math
from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.optim import lr_scheduler

from visualizer.errors import UserError
from visualizer.training.config import TrainingConfig
from visualizer.training.optimizers import create_optimizer
from visualizer.training.schedules import SCHEDULES, factor

pytestmark = pytest.mark.filterwarnings("ignore:Detected call of")  # no optimizer makes a step here

EPOCHS, PER_EPOCH = 5, 8
STEPS = EPOCHS * PER_EPOCH


def rates(name, steps=STEPS, **changes):
    config = replace(TrainingConfig(epochs=EPOCHS, schedule=name), **changes)
    return [factor(config, step, steps) for step in range(steps)]


def torch_rates(create, steps=STEPS):
    optimizer = create_optimizer("sgd", [torch.nn.Parameter(torch.zeros(1))], 1.0)
    schedule = create(optimizer)
    values = []
    for _ in range(steps):
        values.append(schedule.get_last_lr()[0])
        schedule.step()
    return values


ORACLES = {
    "constant": ({}, lambda o: lr_scheduler.ConstantLR(o, 1.0)),
    "step": ({"drops": 3, "factor": 0.3}, lambda o: lr_scheduler.StepLR(o, 10, 0.3)),
    "exponential": ({"rate": 0.7}, lambda o: lr_scheduler.ExponentialLR(o, math.exp(-0.7 / PER_EPOCH))),
    "inverse": ({"rate": 2.0}, lambda o: lr_scheduler.LambdaLR(o, lambda t: 1 / (1 + 2 * t / PER_EPOCH))),
    "plateau": ({}, lambda o: lr_scheduler.ConstantLR(o, 1.0)),
    "cosine": ({"lowest": 0.1}, lambda o: lr_scheduler.CosineAnnealingLR(o, STEPS, 0.1)),
    "one-cycle": ({}, lambda o: lr_scheduler.OneCycleLR(o, 1.0, STEPS + 1, cycle_momentum=False)),
}


@pytest.mark.parametrize("name", SCHEDULES)
def test_the_schedules_are_those_of_torch(name):
    settings, create = ORACLES[name]
    assert rates(name, schedule_settings=settings) == pytest.approx(torch_rates(create), abs=1e-9)


def test_other_settings_of_a_cycle_and_restarts():
    settings = {"rise": 0.5, "start": 0.1, "end": 0.01}
    expected = torch_rates(
        lambda o: lr_scheduler.OneCycleLR(
            o, 1.0, STEPS + 1, pct_start=0.5, div_factor=10, final_div_factor=100, cycle_momentum=False
        )
    )
    assert rates("one-cycle", schedule_settings=settings) == pytest.approx(expected, abs=1e-9)
    restarts = torch_rates(lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, 10))
    assert rates("cosine", schedule_settings={"cycles": 4}) == pytest.approx(restarts, abs=1e-9)


def test_the_warm_up_is_a_line_and_the_rest_has_the_schedule():
    warm_up = 2 * PER_EPOCH
    expected = torch_rates(
        lambda o: lr_scheduler.SequentialLR(
            o,
            [
                lr_scheduler.LinearLR(o, 1 / (warm_up + 1), 1.0, warm_up),
                lr_scheduler.CosineAnnealingLR(o, STEPS - warm_up),
            ],
            [warm_up],
        )
    )
    assert rates("cosine", warm_up=2.0) == pytest.approx(expected, abs=1e-9)


@given(st.lists(st.floats(0.1, 10), max_size=30), st.integers(0, 4))
def test_the_plateau_is_that_of_torch(losses, patience):
    optimizer = create_optimizer("sgd", [torch.nn.Parameter(torch.zeros(1))], 1.0)
    schedule = lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.5, patience=patience, eps=0)
    for loss in losses:
        schedule.step(loss)
    config = TrainingConfig(schedule="plateau", schedule_settings={"factor": 0.5, "patience": patience})
    assert factor(config, 3, 100, losses) == pytest.approx(optimizer.param_groups[0]["lr"])


@pytest.mark.parametrize("name", SCHEDULES)
@pytest.mark.parametrize("steps", [1, 2, 7])
@pytest.mark.parametrize("warm_up", [0.0, 1.0, 100.0])
def test_short_runs_and_steps_behind_the_end(name, steps, warm_up):
    config = TrainingConfig(epochs=1, schedule=name, warm_up=warm_up)
    assert all(0 <= factor(config, step, steps) <= 1 for step in range(steps + 3))


def test_an_unknown_schedule():
    with pytest.raises(UserError, match="one-cycle"):
        factor(TrainingConfig(schedule="sometimes"), 0, 1)
