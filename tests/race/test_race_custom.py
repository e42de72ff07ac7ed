"""Optimizers of the user's own: never imported without consent, never trusted to behave."""

import sys
import textwrap
import uuid

import numpy as np
import pytest

from visualizer.race import custom
from visualizer.race.config import Race, Racer
from visualizer.race.lineup import add_racer, new_race
from visualizer.race.run import RaceRun
from visualizer.race.surfaces import surface
from visualizer.race.sweep import SweepRun

SOURCE = """
import torch
from pathlib import Path
Path(__file__).with_suffix(".ran").touch()

class Plain(torch.optim.Optimizer):
    def __init__(self, params, lr=0.1):
        super().__init__(params, dict(lr=lr))

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            for p in group["params"]:
                p.add_(p.grad, alpha=-group["lr"])

class Careless(Plain):
    def step(self, closure=None):
        for group in self.param_groups:
            for p in group["params"]:
                p.grad.mul_(group["lr"])
                p.data = p.data - p.grad
                p.grad = None

class Sharp(Plain):
    def step(self, closure):
        with torch.no_grad():
            closure()
        super().step()

class Outer:
    class Inner(Plain):
        pass

class Breaks(Plain):
    count = 0
    def step(self, closure=None):
        self.count += 1
        if self.count > 3:
            raise RuntimeError("enough\\nof it")
        super().step()

class Swaps(Plain):
    def step(self, closure=None):
        for group in self.param_groups:
            for p in group["params"]:
                p.data = torch.zeros(5)

class Demanding(Plain):
    def __init__(self, params, lr, model):
        raise AssertionError

class Quits(Plain):
    def __init__(self, params, lr):
        raise ValueError("lr is not to my taste")

class NotOne:
    pass

def function():
    pass
"""


@pytest.fixture
def module(tmp_path, monkeypatch):
    name = f"optimizers_{uuid.uuid4().hex}"
    (tmp_path / f"{name}.py").write_text(textwrap.dedent(SOURCE), encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(custom, "_consented", set())
    return name


def run(name, steps=30, consent=True):
    if consent:
        custom.consent(name)
    bowl = surface("bowl")
    racers = (Racer("own", name, 0.1), Racer("sgd", "sgd", 0.1))
    frame = RaceRun(Race(bowl, bowl.start, racers, steps)).advance()
    return frame.trajectories, dict(frame.problems).get("own", "")


def test_nothing_is_imported_without_consent(module, tmp_path):
    (row, other), sentence = run(f"{module}:Plain", consent=False)
    assert "allow it to be run" in sentence
    assert row.steps == 0
    assert other.steps == 30
    assert module not in sys.modules
    assert not (tmp_path / f"{module}.ran").exists()


def test_consent_is_for_the_name_that_was_shown(module):
    race = add_racer(add_racer(new_race(surface("bowl")), f"{module}:Plain"), f"{module}:Careless")
    assert custom.needs_consent(race) == (f"{module}:Plain", f"{module}:Careless")
    custom.consent(f"{module}:Plain")
    assert custom.needs_consent(race) == (f"{module}:Careless",)
    assert custom.needs_consent("adam") == ()
    custom.consent((f"{module}:Careless",))
    assert custom.needs_consent(race) == ()


@pytest.mark.parametrize("name", ["Plain", "Careless", "Outer.Inner", "Sharp"])
def test_a_class_of_the_users_runs_as_it_is(module, name):
    (row, sgd), sentence = run(f"{module}:{name}")
    assert sentence == ""
    np.testing.assert_allclose(row.points, sgd.points, rtol=1e-14)
    assert row.evaluations[-1] == 30
    assert np.isnan(row.momentum).all()


def test_one_that_breaks_stops_there(module):
    (row, other), sentence = run(f"{module}:Breaks")
    assert sentence == "Breaks stopped in step 4: enough�of it."
    assert np.isfinite(row.points[:4]).all()
    assert np.isnan(row.points[4:]).all()
    assert np.isfinite(other.points).all()


def test_one_that_puts_anything_in_place_of_the_point_stops_there(module):
    (row, other), sentence = run(f"{module}:Swaps")
    assert sentence.startswith("Swaps stopped in step 1")
    assert np.isnan(row.points[1:]).all()
    assert np.isfinite(other.points).all()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("{}:Nothing", "no class 'Nothing'"),
        ("{}:NotOne", "must be a class made from torch.optim.Optimizer"),
        ("{}:function", "must be a class"),
        ("{}:Demanding", "cannot be made"),
        ("{}:Quits", "lr is not to my taste"),
        ("no_such_module_at_all:Adam", "no module 'no_such_module_at_all'"),
        ("{}:Plain.__class__", "no optimizer"),
        ("os.path:join", "must be a class"),
        (":Adam", "package.module:Class"),
        ("torch.optim:", "package.module:Class"),
        ("a b:C", "package.module:Class"),
        ("x" * 5000 + ":C", "package.module:Class"),
    ],
)
def test_what_is_no_optimizer(module, name, words):
    _, sentence = run(name.format(module))
    assert words in sentence
    assert len(sentence) < 400
    assert "\n" not in sentence


def test_a_module_that_breaks(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "breaking_optimizers.py").write_text("raise SystemExit('no\\nway')", encoding="utf-8")
    _, sentence = run("breaking_optimizers:Adam")
    assert "cannot be imported: no" in sentence


def test_torchs_own_classes_by_name():
    custom.consent("torch.optim:Adam")
    bowl = surface("bowl")
    racers = (Racer("a", "torch.optim:Adam", 0.1), Racer("b", "adam", 0.1))
    own, row = RaceRun(Race(bowl, bowl.start, racers, 50)).advance().trajectories
    np.testing.assert_array_equal(own.points, row.points)


def test_settings_of_a_link_reach_the_class():
    custom.consent("torch.optim:SGD")
    bowl = surface("bowl")
    racers = (
        Racer("a", "torch.optim:SGD", 0.05, (("momentum", 0.9), ("nesterov", True))),
        Racer("b", "nesterov", 0.05),
        Racer("c", "torch.optim:SGD", 0.05, (("speed", 1.0),)),
        Racer("d", "torch.optim:SGD", 0.05, (("lr", 1.0),)),
    )
    frame = RaceRun(Race(bowl, bowl.start, racers, 50)).advance()
    np.testing.assert_array_equal(frame.trajectories[0].points, frame.trajectories[1].points)
    problems = dict(frame.problems)
    assert set(problems) == {"c", "d"}
    assert "cannot be made with (parameters, lr=0.05, speed)" in problems["c"]


def test_they_are_swept_too(module):
    custom.consent(f"{module}:Plain")
    race = add_racer(new_race(surface("bowl"), (), steps=10), f"{module}:Plain")
    assert race.racers[0].key == "Plain"
    (curve,) = SweepRun(race).advance().curves
    assert curve.best == pytest.approx(0.5)
