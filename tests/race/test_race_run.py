"""Races against plain loops over torch.optim, as a user writes them."""

import subprocess
import sys
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import optim

from visualizer.race.config import Race, Racer
from visualizer.race.formula import parse
from visualizer.race.lineup import new_race, usual_rate
from visualizer.race.newton import Newton
from visualizer.race.noise import Noise
from visualizer.race.racers import RACERS
from visualizer.race.run import RaceRun
from visualizer.race.surfaces import surface
from visualizer.race.walkers import STEPS_AN_EPOCH

BESIDE = 1e-12  # what trajectories may differ by
LENGTHS = {"beale": 300, "rosenbrock": 100, "himmelblau": 60}

PLAIN = {
    "sgd": lambda p, lr: optim.SGD(p, lr=lr),
    "momentum": lambda p, lr: optim.SGD(p, lr=lr, momentum=0.9),
    "nesterov": lambda p, lr: optim.SGD(p, lr=lr, momentum=0.9, nesterov=True),
    "adagrad": lambda p, lr: optim.Adagrad(p, lr=lr),
    "rmsprop": lambda p, lr: optim.RMSprop(p, lr=lr),
    "adam": lambda p, lr: optim.Adam(p, lr=lr),
    "nadam": lambda p, lr: optim.NAdam(p, lr=lr),
    "adamw": lambda p, lr: optim.AdamW(p, lr=lr),
    "adadelta": lambda p, lr: optim.Adadelta(p, lr=lr),
    "radam": lambda p, lr: optim.RAdam(p, lr=lr),
    "adamax": lambda p, lr: optim.Adamax(p, lr=lr),
    "rprop": lambda p, lr: optim.Rprop(p, lr=lr),
    "asgd": lambda p, lr: optim.ASGD(p, lr=lr),
    "lbfgs": lambda p, lr: optim.LBFGS(p, lr=lr, max_iter=4, history_size=10, line_search_fn="strong_wolfe"),
    "newton": lambda p, lr: Newton(p, lr=lr),
}


@pytest.fixture(autouse=True)
def _without_compiler(monkeypatch):
    if "torch._dynamo" not in sys.modules:  # a step of torch's imports it; it takes seconds
        compiler = SimpleNamespace(graph_break=lambda: None)
        monkeypatch.setitem(sys.modules, "torch._dynamo", compiler)
        monkeypatch.setattr(torch, "_dynamo", compiler, raising=False)


def plain_loop(formula, start, make, steps, *, rates=None, noise=None):
    """Points of one optimizer alone, its losses, and how often it has computed the gradient."""
    x = torch.tensor(start, dtype=torch.float64, requires_grad=True)
    optimizer = make([x])
    points, losses, evaluations = [x.tolist()], [], 0

    def backward():
        nonlocal evaluations
        optimizer.zero_grad()
        loss = formula(x[0], x[1])
        loss.backward()
        if noise is not None:
            x.grad += torch.from_numpy(noise(evaluations))
        evaluations += 1
        return loss.detach()

    for step in range(steps):
        if rates is not None:
            optimizer.param_groups[0]["lr"] = rates[step]
        losses.append(float(formula(x[0], x[1]).detach()))
        if isinstance(optimizer, optim.LBFGS):
            optimizer.step(backward)
        else:
            backward()
            needs_more = isinstance(optimizer, Newton)
            optimizer.step(lambda: formula(x[0], x[1])) if needs_more else optimizer.step()
        points.append(x.tolist())
    return np.array(points), np.array(losses), evaluations


def test_every_racer_has_a_plain_loop():
    assert set(PLAIN) == set(RACERS)


@pytest.mark.parametrize(("name", "steps"), LENGTHS.items())
def test_every_racer_is_torchs_own_optimizer(name, steps):
    race = new_race(surface(name), tuple(RACERS), steps=steps)
    frame = RaceRun(race).advance()
    assert frame.complete
    assert frame.problems == ()
    formula = parse(race.surface.formula)
    for row in frame.trajectories:
        expected, losses, evaluations = plain_loop(
            formula,
            race.start,
            lambda p, row=row: PLAIN[row.racer.optimizer](p, row.racer.learning_rate),
            steps,
        )
        finite = int(np.isfinite(row.points).all(1).sum())
        assert finite == steps + 1 or not np.isfinite(expected[-1]).all(), row.racer.key
        print(name, row.racer.key, finite, np.abs(row.points[:finite] - expected[:finite]).max())
        np.testing.assert_allclose(row.points[:finite], expected[:finite], rtol=BESIDE, atol=BESIDE)
        shown = min(finite, steps)
        np.testing.assert_allclose(row.losses[:shown], losses[:shown], rtol=BESIDE, atol=BESIDE)
        if finite == steps + 1 and row.racer.optimizer != "newton":
            assert row.evaluations[-1] == evaluations
        assert row.steps == steps
        assert row.seconds > 0


@pytest.mark.parametrize("name", RACERS)
def test_every_setting_can_be_at_its_limits(name):
    """Nobody stops the race, or stops before the end but by numbers; momentum 0 is gradient descent."""
    on = surface("beale")
    rate = usual_rate(on, name)
    settings_of_racers = [(rate, ()), (1e-300, ()), (1e30, ())]
    for field in RACERS[name].fields:
        if field.type in (int, float):
            settings_of_racers += [(rate, ((field.name, end),)) for end in (field.minimum, field.maximum)]
    racers = [Racer(f"{index}", name, *each) for index, each in enumerate(settings_of_racers)]
    frame = RaceRun(Race(on, on.start, (*racers, Racer("sgd", "sgd", 0.01)), 15)).advance()
    assert all("does not take these settings" in text for _, text in frame.problems)
    *rows, sgd = frame.trajectories
    assert np.isfinite(sgd.points).all()
    if name == "momentum":
        still = next(row for row in rows if row.racer.settings == (("momentum", 0.0),))
        plain = RaceRun(Race(on, on.start, (Racer("sgd", "sgd", rate),), 15)).advance().trajectories[0]
        np.testing.assert_array_equal(still.points, plain.points)
        assert (still.momentum == 0).all()


def test_noise_is_that_of_a_plain_loop():
    race = replace(new_race(surface("himmelblau"), ("adam", "lbfgs", "newton")), noise=2.0, seed=7, steps=60)
    for row in RaceRun(race).advance().trajectories:
        expected, _, _ = plain_loop(
            parse(race.surface.formula),
            race.start,
            lambda p, row=row: PLAIN[row.racer.optimizer](p, row.racer.learning_rate),
            60,
            noise=Noise(2.0, 7),
        )
        np.testing.assert_allclose(row.points, expected, rtol=BESIDE, atol=BESIDE)


SCHEDULES = {
    "step": lambda o: optim.lr_scheduler.StepLR(o, 34, 0.1),
    "exponential": lambda o: optim.lr_scheduler.ExponentialLR(o, np.exp(-0.3 / STEPS_AN_EPOCH)),
    "cosine": lambda o: optim.lr_scheduler.CosineAnnealingLR(o, 100),
    "inverse": lambda o: optim.lr_scheduler.LambdaLR(o, lambda step: 1 / (1 + step / STEPS_AN_EPOCH)),
}


@pytest.mark.parametrize("name", SCHEDULES)
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_schedules_are_torchs(name, optimizer):
    optimizer_of_rates = optim.SGD([torch.zeros(1)], lr=0.05)
    scheduler = SCHEDULES[name](optimizer_of_rates)
    rates = []
    for _ in range(101):
        rates.append(scheduler.get_last_lr()[0])
        optimizer_of_rates.step()
        scheduler.step()
    himmelblau = surface("himmelblau")
    racer = Racer(optimizer, optimizer, 0.05 if optimizer == "adam" else 0.005, schedule=name)
    rates = np.array(rates) * racer.learning_rate / 0.05
    row = RaceRun(Race(himmelblau, himmelblau.start, (racer,), 100)).advance().trajectories[0]
    np.testing.assert_allclose(row.rates[:-1], rates[:-1], rtol=1e-12)
    make = PLAIN[optimizer]
    expected, _, _ = plain_loop(
        parse(himmelblau.formula), himmelblau.start, lambda p: make(p, racer.learning_rate), 100, rates=rates
    )
    np.testing.assert_allclose(row.points, expected, rtol=1e-9)  # the rates differ in the last digit


def test_the_rate_falls_where_the_loss_no_longer_does():
    bowl = surface("bowl")
    waits = Racer("waits", "sgd", 1.0, (), "plateau", (("factor", 0.5), ("patience", 1)))  # from side to side
    falls = replace(waits, key="falls", learning_rate=0.01)
    high, low = RaceRun(Race(bowl, bowl.start, (waits, falls), 100)).advance().trajectories
    assert high.rates[:60].tolist() == [1.0] * 60  # ends of epochs 1, 2 and 3: the second without improvement
    assert high.rates[60] == 0.5
    assert low.rates.tolist() == [0.01] * 101
    assert high.losses[-1] < 1e-9  # one step of half the rate leads to the minimum


def test_settings_reach_the_optimizers():
    racers = (
        Racer("adam", "adam", 0.05, (("beta1", 0.5), ("eps", 1e-3), ("weight_decay", 0.1))),
        Racer("rprop", "rprop", 0.02, (("eta_plus", 1.5), ("largest", 0.1))),
        Racer("momentum", "momentum", 1e-3, (("momentum", 0.5),)),
    )
    makes = (
        lambda p: optim.Adam(p, lr=0.05, betas=(0.5, 0.999), eps=1e-3, weight_decay=0.1),
        lambda p: optim.Rprop(p, lr=0.02, etas=(0.5, 1.5), step_sizes=(1e-6, 0.1)),
        lambda p: optim.SGD(p, lr=1e-3, momentum=0.5),
    )
    beale = surface("beale")
    frame = RaceRun(Race(beale, beale.start, racers, 100)).advance()
    for row, make in zip(frame.trajectories, makes, strict=True):
        expected, _, _ = plain_loop(parse(beale.formula), beale.start, make, 100)
        np.testing.assert_allclose(row.points, expected, rtol=BESIDE, atol=BESIDE)


@settings(max_examples=6, deadline=None)
@given(st.lists(st.integers(1, 7), min_size=1, max_size=12))
def test_pieces_change_nothing(pieces):
    race = replace(new_race(surface("himmelblau"), ("adam", "lbfgs", "momentum"), steps=30), noise=0.3)
    whole, run = RaceRun(race).advance(), RaceRun(race)
    for piece in pieces:
        for _ in range(piece):
            part = run.advance(0.0)
        for done, all_ in zip(part.trajectories, whole.trajectories, strict=True):
            rows = done.steps + 1
            np.testing.assert_array_equal(done.points, all_.points[:rows])
            np.testing.assert_array_equal(done.used, all_.used[: rows - 1])
            np.testing.assert_array_equal(done.momentum, all_.momentum[:rows])
            np.testing.assert_array_equal(done.rates, all_.rates[:rows])
    finished = run.advance()
    assert finished.complete
    for done, all_ in zip(finished.trajectories, whole.trajectories, strict=True):
        np.testing.assert_array_equal(done.points, all_.points)
        np.testing.assert_array_equal(done.states, all_.states)


def test_a_frame_stays_as_it_is_while_the_race_goes_on():
    run = RaceRun(new_race(surface("beale"), ("adam",), steps=50))
    early = run.advance(0.0)
    before = early.trajectories[0].points.copy()
    run.advance()
    assert early.trajectories[0].steps == 1
    np.testing.assert_array_equal(early.trajectories[0].points, before)


def test_who_else_runs_changes_nothing():
    alone = RaceRun(new_race(surface("rosenbrock"), ("nadam",), steps=80)).advance().trajectories[0]
    among = RaceRun(new_race(surface("rosenbrock"), tuple(RACERS), steps=80)).advance()
    row = next(row for row in among.trajectories if row.racer.key == "nadam")
    np.testing.assert_array_equal(row.points, alone.points)


def test_no_race_imports_what_takes_seconds():
    program = """
import sys
from visualizer.race.lineup import new_race
from visualizer.race.racers import RACERS
from visualizer.race.run import RaceRun
from visualizer.race.surfaces import surface
RaceRun(new_race(surface("himmelblau"), tuple(RACERS), steps=5)).advance()
assert not {"torch._dynamo", "sympy"} & set(sys.modules)
"""
    subprocess.run([sys.executable, "-c", program], check=True, timeout=100)
