import subprocess
import sys
from dataclasses import replace
from types import SimpleNamespace

import pytest
import torch
from torch import nn, optim

from visualizer.data.dataset import Examples
from visualizer.errors import UserError
from visualizer.training.config import TrainingConfig
from visualizer.training.forward import Forward
from visualizer.training.optimizers import OPTIMIZERS, create_optimizer
from visualizer.training.stepping import take_step
from visualizer.training.updating import Updater

TORCHS = {
    "sgd": (optim.SGD, {}),
    "momentum": (optim.SGD, {"momentum": 0.9}),
    "nesterov": (optim.SGD, {"momentum": 0.9, "nesterov": True}),
    "adagrad": (optim.Adagrad, {}),
    "rmsprop": (optim.RMSprop, {}),
    "adam": (optim.Adam, {}),
    "adamw": (optim.AdamW, {}),
    "adadelta": (optim.Adadelta, {}),
    "nadam": (optim.NAdam, {}),
    "radam": (optim.RAdam, {}),
    "adamax": (optim.Adamax, {}),
    "rprop": (optim.Rprop, {}),
    "asgd": (optim.ASGD, {}),
}
SIMPLE = [name for name in OPTIMIZERS if name not in ("lbfgs", "muon")]


def parameter():
    return nn.Parameter(torch.tensor([3.0, -2.0]))


def descend(optimizer, x, steps, take=take_step):
    for _ in range(steps):
        optimizer.zero_grad()
        (x.square() * torch.tensor([1.0, 5.0])).sum().backward()
        take(optimizer)
    return x.detach()


@pytest.mark.parametrize("name", SIMPLE)
def test_the_optimizers_are_torchs(name):
    cls, arguments = TORCHS[name]
    ours, theirs = parameter(), parameter()
    made = create_optimizer(name, [ours], 0.03)
    assert type(made) is cls
    descend(made, ours, 8)
    descend(cls([theirs], lr=0.03, **arguments), theirs, 8)
    torch.testing.assert_close(ours.detach(), theirs.detach())


def test_a_step_is_that_of_torch(monkeypatch):
    if "torch._dynamo" not in sys.modules:  # a step of torch's imports it; it takes seconds
        compiler = SimpleNamespace(graph_break=lambda: None)
        monkeypatch.setitem(sys.modules, "torch._dynamo", compiler)
        monkeypatch.setattr(torch, "_dynamo", compiler, raising=False)
    ours, theirs = parameter(), parameter()
    descend(optim.Adam([ours], lr=0.1), ours, 5)
    descend(optim.Adam([theirs], lr=0.1), theirs, 5, take=lambda made: made.step())
    assert torch.equal(ours.detach(), theirs.detach())


def test_every_optimizer_of_the_table_is_tried():
    assert set(TORCHS) == set(SIMPLE)


@pytest.mark.parametrize("name", SIMPLE)
def test_every_optimizer_descends_with_its_own_learning_rate(name):
    x = parameter()
    made = create_optimizer(name, [x])
    assert made.param_groups[0]["lr"] == OPTIMIZERS[name].learning_rate
    assert descend(made, x, 50).square().sum() < 13


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_field_reaches_the_optimizer(name):
    row = OPTIMIZERS[name]
    with_matrix = [{"params": [nn.Parameter(torch.ones(3, 2))], "matrices": True}, {"params": [parameter()]}]
    groups = with_matrix if name == "muon" else [{"params": [parameter()]}]
    changed = {
        row.name: "none"
        if row.type is str
        else 3
        if row.type is int
        else max(row.minimum, row.default * 0.5 + 0.01)
        for row in row.fields
    }
    made = create_optimizer(name, groups, 0.5, changed)
    found = {key: value for group in reversed(made.param_groups) for key, value in group.items()}
    found |= dict(zip(("beta1", "beta2"), found.get("betas", ()), strict=False))
    found |= dict(zip(("eta_minus", "eta_plus"), found.get("etas", ()), strict=False))
    found |= dict(zip(("smallest", "largest"), found.get("step_sizes", ()), strict=False))
    found["line_search"] = found.get("line_search_fn") or "none"
    assert {key: found[key] for key in changed} == changed


def batch():
    generator = torch.Generator().manual_seed(1)
    images = torch.randint(0, 256, (12, 3, 6, 6), dtype=torch.uint8, generator=generator)
    return Examples(images, torch.randint(0, 3, (12,), generator=generator))


def network():
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(64, 16), nn.ReLU(), nn.Linear(16, 3)
    )


def updater(module, config):
    return Updater(module, config, Forward((0.5,) * 3, (0.5,) * 3, torch.device("cpu")))


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimizer_learns_a_batch(name):
    module = network()
    made = updater(module, TrainingConfig(optimizer=name))
    losses = [float(made.step(batch(), OPTIMIZERS[name].learning_rate, None, None)[0]) for _ in range(15)]
    assert losses[-1] < 0.995 * losses[0]


def test_muon_has_the_matrices_inside_and_adamw_the_rest():
    module = network()
    made = updater(module, TrainingConfig(optimizer="muon")).optimizer
    muon, adamw = made.parts
    assert [tuple(p.shape) for group in muon.param_groups for p in group["params"]] == [(16, 64)]
    assert (
        sum(p.numel() for group in adamw.param_groups for p in group["params"])
        == sum(p.numel() for p in module.parameters()) - 16 * 64
    )


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_new_settings_keep_the_memory_of_gradients(name):
    module = network()
    config = TrainingConfig(optimizer=name)
    made = updater(module, config)
    for _ in range(3):
        made.step(batch(), 0.001, None, None)
    before = made.optimizer.state_dict()
    field = OPTIMIZERS[name].fields[0]
    value = 2 if field.type is int else field.default * 0.5 + 0.01
    made.apply(replace(config, optimizer_settings={field.name: value}))
    after = made.optimizer.state_dict()
    for old, new in zip(before.get("parts", [before]), after.get("parts", [after]), strict=True):
        assert str(old["state"]) == str(new["state"])
        assert old["param_groups"] != new["param_groups"]
    made.step(batch(), 0.001, None, None)


def test_an_unknown_optimizer():
    with pytest.raises(UserError, match="sgd, momentum"):
        create_optimizer("adamant", [parameter()])


def test_no_step_imports_torchs_compiler():
    """It takes seconds, and the first step is to be seen within three."""
    program = """
import sys, torch
from torch import nn
from visualizer.data.dataset import Examples
from visualizer.training.averaging import AVERAGINGS
from visualizer.training.config import TrainingConfig
from visualizer.training.forward import Forward
from visualizer.training.optimizers import OPTIMIZERS
from visualizer.training.schedules import SCHEDULES, factor, settings_of
from visualizer.training.updating import Updater
batch = Examples(torch.zeros(4, 3, 8, 8, dtype=torch.uint8), torch.tensor([0, 1, 2, 0]))
for name in OPTIMIZERS:
    module = nn.Sequential(nn.Flatten(), nn.Linear(192, 8), nn.Linear(8, 8), nn.Dropout(), nn.Linear(8, 3))
    config = TrainingConfig(optimizer=name, l1=1e-3)
    made = Updater(module, config, Forward((0.5,) * 3, (0.5,) * 3, torch.device("cpu")))
    made.step(batch, 0.01, None, None)
    made.optimizer.load_state_dict(made.optimizer.state_dict())
    for row in AVERAGINGS.values():
        average = row.create(**settings_of(row.fields, {}))
        average.add(module, 10, 10)
        average.add(module, 10, 10)
    assert "torch._dynamo" not in sys.modules, name
for name in SCHEDULES:
    factor(TrainingConfig(schedule=name), 1, 10)
assert "torch._dynamo" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", program], check=True, timeout=100)
