import math

import numpy as np
import pytest
import torch

from visualizer.errors import UserError
from visualizer.race.derivatives import gradients
from visualizer.race.formula import FormulaError, parse
from visualizer.race.lineup import new_race
from visualizer.race.run import RaceRun
from visualizer.race.surface import Window
from visualizer.race.surfaces import own_surface


@pytest.mark.parametrize(
    ("formula", "remark"),
    [
        ("x^2 + (y - 1)^2", "1 minimum at (0, 1)"),
        ("(x² + y − 11)² + (x + y² − 7)²", "4 minima, f = 0"),
        ("2x² − 1.05x⁴ + x⁶/6 + xy + y²", "3 minima, the lowest f = 0"),
        ("xy", "no isolated minimum in the window, 1 saddle"),
        ("3", "no isolated minimum in the window"),
        ("(x + 1.25)^2 + y^2 - 2", "1 minimum at (−1.25, 0)"),
    ],
)
def test_what_is_there_is_said_in_words(formula, remark):
    made = own_surface(formula)
    assert made.remark == remark
    assert (made.name, made.formula) == ("", formula)


@pytest.mark.parametrize(
    "formula",
    [
        "x^2+y^2",
        "log(x)^2 + y^2",
        "√(x − 20) + y²",
        "asin(x) + y^2",
        "|x| + |y|",
        "1/x + y²",
        "sin x + cos y",
    ],
)
def test_the_start_is_a_slope_where_the_formula_is_defined(formula):
    made = own_surface(formula)
    assert made.start in made.window
    loss, gradient = gradients(parse(formula), torch.tensor(made.start, dtype=torch.float64)[:, None])
    assert loss.isfinite()
    assert 0 < gradient.norm() < math.inf
    assert all(math.dist(made.start, place.point) > 0.1 * made.window.width for place in made.minima)


def test_the_window_is_where_the_formula_is_defined():
    assert own_surface("x^2 + y").window == Window(-5, 5, -5, 5)
    assert own_surface("asin(x) + acos(y)").window == Window(-1, 1, -1, 1)
    assert own_surface("sqrt(x - 20) + y").window.right > 20
    given = Window(0, 1, 2, 3)
    made = own_surface("x^2 + y", given, (7.0, 8.0))
    assert (made.window, made.start) == (given, (7.0, 8.0))


@pytest.mark.parametrize("scale", ["1", "1e6", "1e-6", "1e-3", "1e12"])
def test_racers_arrive_whatever_the_scale(scale):
    """Rates and tolerances follow the slope and the height of the surface."""
    made = own_surface(f"{scale}(x² + 2(y − 1)²)")
    frame = RaceRun(new_race(made, ("sgd", "momentum", "nesterov", "adagrad", "adam", "rprop"))).advance()
    assert all(trajectory.states[-1] == 1 for trajectory in frame.trajectories)
    assert all(trajectory.states[0] == 0 for trajectory in frame.trajectories)


@pytest.mark.parametrize("formula", ["(1 − x)² + 100(y − x²)²", "exp(x) + exp(-x) + y^6"])
def test_estimated_rates_do_not_diverge(formula):
    made = own_surface(formula)
    frame = RaceRun(new_race(made, tuple(set(made.rates) - {"lbfgs", "newton"}))).advance()
    for trajectory in frame.trajectories:
        assert np.isfinite(trajectory.losses).all(), trajectory.racer.key
        assert trajectory.losses[-1] < trajectory.losses[0], trajectory.racer.key


def test_cusps_never_have_small_gradients():
    assert own_surface("√(x² + y²)").gradient_tolerance == math.inf
    assert own_surface("x^2 + 1000y^2").gradient_tolerance < math.inf


def test_levels_by_ratios_where_losses_span_decades():
    assert own_surface("(1 − x)² + 100(y − x²)²").logarithmic
    assert not own_surface("x^2 + y^2").logarithmic
    assert not own_surface("(1 − x)² + 100(y − x²)² - 1").logarithmic


@pytest.mark.parametrize("formula", ["10^10^10", "√(−1 − x²)", "0/0", "log(-x^2 - 1)"])
def test_a_formula_without_values_is_refused(formula):
    with pytest.raises(UserError, match="no finite value in this window"):
        own_surface(formula)


def test_a_formula_that_is_none_is_refused_with_its_place():
    with pytest.raises(FormulaError) as caught:
        own_surface("x^2 + foo(y)")
    assert caught.value.position == 6


@pytest.mark.parametrize(
    "formula",
    ["1e300x²", "exp(exp(x)) + y", "1/(x² + y²)", "5", "x^1000", "tan(1e9x)", "x/0", "sign(x)", "x^0 + y^0"],
)
def test_strange_formulas_are_surfaces(formula):
    """No crash: everything that is computed is finite or left out."""
    try:
        made = own_surface(formula)
    except UserError:
        return
    assert made.start in made.window
    assert all(math.isfinite(rate) and rate > 0 for rate in made.rates.values())
    assert made.loss_tolerance > 0 < made.gradient_tolerance


@pytest.mark.parametrize("window", [Window(-7.3, 7.3, -5.2, 5.2), Window(-2.4, 4.6, -2.5, 2.5)])
@pytest.mark.parametrize("formula", ["log(x) + 1/(y-1) + x^2", "sqrt(x*y) + abs(x)", "1/x + 1/y"])
def test_rates_beside_poles_and_gaps_move_racers(formula, window):
    surface = own_surface(formula, window)
    assert min(surface.rates.values()) > 1e-4
