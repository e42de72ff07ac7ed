"""Running, converged, diverged, escaped."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from visualizer.race.basins import BasinsRun
from visualizer.race.config import Race, Racer
from visualizer.race.frames import STATES
from visualizer.race.lineup import new_race
from visualizer.race.run import RaceRun
from visualizer.race.states import LASTING, judge, nearest_minimum, states, steps_taken
from visualizer.race.surface import Place, Surface, Window
from visualizer.race.surfaces import surface
from visualizer.race.sweep import SweepRun

WINDOW = Window(-2, 2, -2, 2)
BOWL = Surface("", "", "x^2 + y^2", WINDOW, (1.0, 1.0), (Place(0, 0, 0, "minimum"),))


def words(row):
    return [STATES[state] for state in row]


def of(settled, outside=None, far=None):
    settled = np.array(settled, bool)
    none = np.zeros_like(settled)
    return words(states(settled, none if outside is None else outside, none if far is None else far))


def test_a_short_visit_is_no_finish():
    passing = [False, *[True] * (LASTING - 1), False, False]
    assert set(of(passing)) == {"running"}
    staying = [False, *[True] * LASTING, False, False]
    assert of(staying) == ["running", *["converged"] * LASTING, "running", "running"]


def test_at_the_end_it_counts_at_once():
    assert of([False, False, True]) == ["running", "running", "converged"]


@given(st.lists(st.booleans(), min_size=1, max_size=60))
def test_converged_by_the_definition(settled):
    expected = []
    for row, now in enumerate(settled):
        first, last = row, row
        while first > 0 and settled[first - 1]:
            first -= 1
        while last < len(settled) - 1 and settled[last + 1]:
            last += 1
        lasts = last - first + 1 >= LASTING or last == len(settled) - 1
        expected.append("converged" if now and lasts else "running")
    assert of(settled) == expected


def test_a_racer_converges_at_a_minimum():
    row = RaceRun(Race(BOWL, BOWL.start, (Racer("sgd", "sgd", 0.1),), 100)).advance().trajectories[0]
    first = words(row.states).index("converged")
    assert 0 < first < 100
    assert set(words(row.states[first:])) == {"converged"}
    assert row.losses[first] <= 1e-3
    assert np.hypot(*row.gradients[first]) < 1e-2
    assert row.losses[first - 1] > 1e-3 or np.hypot(*row.gradients[first - 1]) >= 1e-2
    np.testing.assert_allclose(row.distances, np.hypot(*row.points.T))


def test_a_saddle_and_a_plateau_are_no_finish():
    saddle = Surface("", "", "x^2 - y^2", WINDOW, (1.0, 0.0), (Place(0, 2, -4, "minimum"),))
    row = RaceRun(Race(saddle, saddle.start, (Racer("sgd", "sgd", 0.1),), 200)).advance().trajectories[0]
    assert np.hypot(*row.gradients[-1]) < 1e-12
    assert set(words(row.states)) == {"running"}
    flat = replace(BOWL, formula="1 - exp(-100 (x^2 + y^2))", start=(1.5, 1.5))
    row = RaceRun(Race(flat, flat.start, (Racer("sgd", "sgd", 0.1),), 50)).advance().trajectories[0]
    assert np.hypot(*row.gradients[-1]) < 1e-12
    assert set(words(row.states)) == {"running"}


def test_the_loss_of_another_minimum_is_not_enough():
    """At a place with the loss of the far minimum and no gradient, near another minimum."""
    two = replace(BOWL, minima=(Place(0, 0, 0, "minimum"), Place(5, 0, 3.0, "minimum")))
    point, gradient = np.array([[0.1, 0.0]]), np.zeros((1, 2))
    assert not judge(two, point, np.array([3.0]), gradient, (0, 0)).settled[0]
    assert judge(two, point, np.array([0.0005]), gradient, (0, 0)).settled[0]
    assert not judge(two, point, np.array([0.0]), gradient + 0.02, (0, 0)).settled[0]


def test_without_minima_nothing_converges():
    unknown = replace(BOWL, minima=())
    row = RaceRun(Race(unknown, BOWL.start, (Racer("newton", "newton", 1.0),), 20)).advance().trajectories[0]
    assert set(words(row.states)) == {"running"}
    assert np.isnan(row.distances).all()


def test_a_cusp_needs_no_small_gradient():
    cone = replace(BOWL, formula="hypot(x, y)", gradient_tolerance=np.inf, loss_tolerance=0.1)
    row = RaceRun(Race(cone, BOWL.start, (Racer("sgd", "sgd", 0.05),), 100)).advance().trajectories[0]
    assert words(row.states)[-1] == "converged"
    assert np.hypot(*row.gradients[-1]) == pytest.approx(1)


def test_diverged_is_for_ever():
    race = new_race(BOWL, ("sgd",), {"sgd": 1.5}, steps=40)  # x doubles and changes its sign in each step
    row = RaceRun(race).advance().trajectories[0]
    told = words(row.states)
    assert told.index("escaped") < told.index("diverged")
    assert np.hypot(*row.points[told.index("diverged")]) > 4000
    assert np.hypot(*row.points[told.index("diverged") - 1]) <= 4000
    assert set(told[told.index("diverged") :]) == {"diverged"}
    far = np.array([False, True, False, False])
    assert of([True] * 4, far=far) == ["converged", *["diverged"] * 3]


def test_escape_and_return():
    slow = Surface("", "", "x^2 + y^2", Window(-1, 1, -1, 1), (6.0, 0.0), (Place(0, 0, 0, "minimum"),))
    racer = Racer("momentum", "momentum", 0.01, (("momentum", 0.95),))
    row = RaceRun(Race(slow, slow.start, (racer,), 400)).advance().trajectories[0]
    told = words(row.states)
    assert told[0] == "escaped"
    first = told.index("running")
    again = told.index("escaped", first)
    assert row.points[0, 0] > 2
    assert row.points[again, 0] < -2
    assert "running" in told[again:]
    assert told[-1] == "converged"


def test_escaped_is_half_a_window_beyond():
    points = np.array([[3.9, 0], [4.1, 0], [-4.1, 0], [0, 4.1], [0, -4.1], [0, 3.9], [np.nan, 0]])
    judged = judge(BOWL, points, (points**2).sum(1), points, (0, 0))
    assert judged.outside.tolist() == [False, True, True, True, True, False, False]
    assert judged.far.tolist() == [*[False] * 6, True]


@pytest.mark.parametrize("side", [2e-3, 2e-7])
def test_nobody_has_diverged_for_being_looked_at_closely(side):
    """Of what is far away only the places outside of the window are said to be there."""
    near = Surface("", "", "x^2 + y^2", Window(-side, side, -side, side), (3.0, 1.0), BOWL.minima)
    racers = (Racer("sgd", "sgd", 0.2), Racer("a", "sgd", 1.5), Racer("adam", "adam", 0.3))
    race = Race(near, near.start, racers, 60)
    sgd, diverging, adam = (words(row.states) for row in RaceRun(race).advance().trajectories)
    assert sgd[0] == "escaped"
    assert sgd[-1] == "converged"
    assert diverging[-1] == "diverged"
    assert "diverged" not in adam
    curve = SweepRun(replace(race, racers=race.racers[:1])).advance().curves[0]
    assert curve.best == pytest.approx(0.5)
    one = BasinsRun(race, race.racers[0], Window(-3, 3, -3, 3), 4, 60).advance()
    assert (one.reached == 0).all()


def test_the_nearest_minimum():
    minima = surface("himmelblau").minima
    random = np.random.default_rng(0)
    x, y = random.uniform(-5, 5, (2, 200))
    nearest, distances = nearest_minimum(minima, x, y)
    every = np.array([np.hypot(x - place.x, y - place.y) for place in minima])
    np.testing.assert_array_equal(nearest, every.argmin(0))
    np.testing.assert_allclose(distances, every.min(0))


def test_steps_that_were_taken():
    """Gradient descent on x² + y²: x ← 0.8·x; the gradient is the last to be within its tolerance."""
    frame = RaceRun(new_race(BOWL, ("sgd", "momentum"), {"sgd": 0.1, "momentum": 1e30}, steps=60)).advance()
    settled = math.ceil(math.log(0.01 / math.hypot(2, 2)) / math.log(0.8))
    sgd, momentum = frame.trajectories
    assert [steps_taken(sgd, row) for row in (0, 5, settled, 60)] == [0, 5, settled, settled]
    assert [steps_taken(momentum, row) for row in (0, 1, 2, 60)] == [0, 1, 1, 1]
