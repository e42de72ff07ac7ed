"""Races that cannot go well: rates, settings, formulas and starts of no use."""

import sys
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from visualizer.race.config import Race, Racer
from visualizer.race.frames import STATES
from visualizer.race.lineup import new_race
from visualizer.race.racers import RACERS
from visualizer.race.run import RaceRun
from visualizer.race.surface import Surface, Window
from visualizer.race.surfaces import surface


@pytest.fixture(autouse=True)
def _without_compiler(monkeypatch):
    if "torch._dynamo" not in sys.modules:  # a step of torch's imports it; it takes seconds
        compiler = SimpleNamespace(graph_break=lambda: None)
        monkeypatch.setitem(sys.modules, "torch._dynamo", compiler)
        monkeypatch.setattr(torch, "_dynamo", compiler, raising=False)


@pytest.mark.parametrize("rate", [0.0, -1.0, float("nan"), float("inf")])
def test_a_bad_learning_rate_stops_nobody_else(rate):
    race = new_race(surface("bowl"), ("sgd", "adam"), {"sgd": rate})
    frame = RaceRun(race).advance()
    ((key, sentence),) = frame.problems
    assert key == "sgd"
    assert "learning rate of SGD" in sentence
    assert frame.trajectories[0].steps == 0
    assert tuple(frame.trajectories[0].points[0]) == race.start
    assert frame.trajectories[1].steps == race.steps
    assert np.isfinite(frame.trajectories[1].losses).all()


@pytest.mark.parametrize("name", RACERS)
def test_a_huge_learning_rate_is_a_drawn_consequence(name):
    race = new_race(surface("rosenbrock"), (name, "adam"), {name: 1e30}, steps=60)
    frame = RaceRun(race).advance()
    row = frame.trajectories[0]
    assert row.steps == 60
    if name == "lbfgs":  # its line search shortens the step
        assert np.isfinite(row.losses[0])
    elif name == "rprop":  # its longest step is 50, far from this window but not 1,000 windows
        assert np.isfinite(row.points).all()
    else:
        assert STATES[row.states[-1]] == "diverged"
    gone = np.isnan(row.losses)
    assert np.isnan(row.points[gone]).all()
    assert not np.isnan(row.points[~gone]).any()
    if name != "adam":  # it gets the huge rate too
        assert np.isfinite(frame.trajectories[1].losses).all()


def test_bad_settings_and_names_become_sentences():
    bowl = surface("bowl")
    racers = (
        Racer("adam", "adam", 0.1, (("beta1", 1.5),)),
        Racer("nobody", "nobody", 0.1),
        Racer("sgd", "sgd", 0.1, schedule="nothing"),
        Racer("far", "far.away:Optimizer", 0.1),
        Racer("nesterov", "nesterov", 0.1),
    )
    frame = RaceRun(Race(bowl, bowl.start, racers, 20)).advance()
    problems = dict(frame.problems)
    assert set(problems) == {"adam", "nobody", "sgd", "far"}
    assert "beta" in problems["adam"]
    assert "no optimizer 'nobody'" in problems["nobody"]
    assert "schedule" in problems["sgd"]
    assert "allow" in problems["far"]
    assert all(sentence.endswith(".") for sentence in problems.values())
    assert frame.trajectories[4].steps == 20


HOSTILE = ("log(x)", "sqrt(x - 100)", "x / 0", "1 / (x * 0)", "exp(exp(exp(x + 9)))")


@pytest.mark.parametrize("formula", HOSTILE)
def test_a_start_where_the_formula_is_undefined(formula):
    bad = Surface("", "", formula, Window(-5, 5, -5, 5), (-1.0, 1.0))
    frame = RaceRun(new_race(bad, tuple(RACERS), steps=20)).advance()
    assert frame.complete
    assert {key for key, _ in frame.problems} == set(RACERS)
    assert all("choose another start" in sentence for _, sentence in frame.problems)
    for row in frame.trajectories:
        assert row.points.tolist() == [[-1.0, 1.0]]
        assert STATES[row.states[0]] == "diverged"


def test_a_racer_that_leaves_where_the_formula_is_defined_stops_there():
    edge = Surface("", "", "log(x) + y^2", Window(0, 5, -5, 5), (1.0, 1.0))
    row = RaceRun(new_race(edge, ("sgd",), {"sgd": 0.3}, steps=40)).advance().trajectories[0]
    last = int(np.isfinite(row.losses).sum())
    assert 0 < last < 40
    assert row.points[last - 1, 0] > 0
    assert np.isnan(row.points[last:]).all()
    assert set(row.states[last:]) == {STATES.index("diverged")}
    assert len(set(row.evaluations[last:])) == 1


@pytest.mark.parametrize("formula", ["3", "x", "y^2", "0 * x"])
def test_formulas_of_less_than_two_coordinates(formula):
    flat = Surface("", "", formula, Window(-5, 5, -5, 5), (1.0, 1.0))
    frame = RaceRun(new_race(flat, tuple(RACERS), steps=10)).advance()
    assert frame.problems == ()
    for row in frame.trajectories:
        assert row.steps == 10
        if formula == "3" and row.racer.key not in ("adamw", "asgd"):  # these two decay towards 0
            np.testing.assert_array_equal(row.points, np.ones((11, 2)))


def test_a_race_of_nobody_and_of_no_steps():
    empty = RaceRun(new_race(surface("bowl"), ())).advance()
    assert empty.complete
    assert empty.trajectories == ()
    still = RaceRun(replace(new_race(surface("bowl"), ("sgd", "lbfgs")), steps=0)).advance()
    assert still.complete
    assert [row.steps for row in still.trajectories] == [0, 0]


def test_a_start_outside_the_window():
    race = replace(new_race(surface("bowl"), ("sgd", "newton")), start=(900.0, -900.0))
    frame = RaceRun(race).advance()
    assert frame.problems == ()
    assert STATES[frame.trajectories[0].states[0]] == "escaped"
    assert STATES[frame.trajectories[1].states[-1]] == "converged"
