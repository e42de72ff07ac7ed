"""The sweep of learning rates finds what theory says."""

import numpy as np
import pytest

from visualizer.race.config import Race, Racer
from visualizer.race.lineup import new_race, with_best_rates
from visualizer.race.run import RaceRun
from visualizer.race.surface import Place, Surface, Window
from visualizer.race.surfaces import surface
from visualizer.race.sweep import SweepRun, finer, further, grid, objective, objective_words

MINIMUM = (Place(0, 0, 0, "minimum"),)


def ravine(condition):
    return Surface("", "", f"0.5 (x^2 + {condition} y^2)", Window(-5, 5, -5, 5), (4.0, 3.0), MINIMUM)


def swept(on, names, steps, **changes):
    frame = SweepRun(new_race(on, names, steps=steps)).advance()
    assert frame.fraction == 1.0
    return frame


@pytest.mark.parametrize("condition", [4, 10])
def test_gradient_descent_on_a_quadratic(condition):
    """The slower of the two directions decides in the end: 2 / (λ₁ + λ₂); the way there counts too."""
    (curve,) = swept(ravine(condition), ("sgd",), 60).curves
    assert curve.best == pytest.approx(2 / (1 + condition), rel=0.1)
    diverging = curve.rates > 2 / condition * 1.3
    assert np.isnan(curve.objective[diverging]).all()
    assert np.isfinite(curve.objective[curve.rates < 2 / condition]).all()


def test_newton_on_a_quadratic():
    (curve,) = swept(ravine(10), ("newton",), 10).curves
    assert curve.best == 1.0


def test_the_best_rate_is_the_best_of_all_that_were_tried():
    on = surface("himmelblau")
    frame = swept(on, ("momentum", "adam"), 60)
    race = with_best_rates(frame.race, frame)
    best = RaceRun(race).advance()
    for curve, row in zip(frame.curves, best.trajectories, strict=True):
        assert (np.diff(curve.rates) > 0).all()
        assert row.racer.learning_rate == curve.best
        value = objective(on, row.points[None], row.losses[None])[0]
        assert value == np.nanmin(curve.objective)
        place = int(np.flatnonzero(curve.rates == curve.best)[0])
        assert curve.rates[place + 1] / curve.rates[place - 1] < 1.3  # two digits


def test_the_objective_by_hand():
    on = ravine(1)
    losses = np.array([[100.0, 1.0, 0.01], [8.0, 8.0, 8.0], [1.0, 0.0, 0.0], [1.0, np.nan, np.nan]])
    points = np.zeros((4, 3, 2))
    points[3, 1:] = np.nan
    values = objective(on, points, losses)
    np.testing.assert_allclose(values[:3], [1.0, 8.0, 1e-6 ** (2 / 3)])
    assert np.isnan(values[3])
    far = points[:1].copy()
    far[0, 1, 0] = 2e4
    assert np.isnan(objective(on, far, losses[:1])[0])
    unknown = Surface("", "", "x", Window(-5, 5, -5, 5), (0.0, 0.0))
    assert objective(unknown, points[:1], losses[:1])[0] == pytest.approx(101.01 / 3)
    assert "lowest minimum" in objective_words(on, 3)
    assert "mean loss over 3 steps" in objective_words(unknown, 3)


def test_pieces_give_the_same():
    race = Race(ravine(3), (4.0, 3.0), (Racer("a", "adam", 0.1), Racer("b", "sgd", 0.1)), 15, noise=0.2)
    whole, run, fractions = SweepRun(race).advance(), SweepRun(race), []
    while not run.complete:
        part = run.advance(0.005)
        fractions.append(part.fraction)
        assert [curve.racer for curve in part.curves] == list(race.racers)
    assert fractions == sorted(fractions)
    assert len(fractions) > 3
    for first, second in zip(whole.curves, part.curves, strict=True):
        np.testing.assert_array_equal(first.rates, second.rates)
        np.testing.assert_array_equal(first.objective, second.objective)


def test_where_every_rate_diverges():
    edge = Surface("", "", "log(x)", Window(0, 1, 0, 1), (-1.0, 0.0))
    (curve,) = swept(edge, ("sgd",), 10).curves
    assert np.isnan(curve.best)
    assert np.isnan(curve.objective).all()
    race = new_race(edge, ("sgd",), {"sgd": 0.3})
    frame = SweepRun(race).advance()
    assert with_best_rates(race, frame) == race


def test_every_racer_is_swept():
    frame = swept(ravine(2), ("lbfgs", "rprop", "adadelta"), 20)
    assert all(np.isfinite(curve.best) for curve in frame.curves)
    assert frame.curves[2].rates[-1] == 100


def test_steep_surfaces_need_smaller_rates():
    steep = Surface("", "", "1e7 (x^2 + y^2)", Window(-5, 5, -5, 5), (4.0, 3.0), MINIMUM)
    (curve,) = swept(steep, ("sgd",), 10).curves
    assert curve.best == pytest.approx(5e-8, rel=0.06)


def test_grids():
    rates = grid(1e-5, 10.0)
    assert len(rates) == 25
    assert rates[0] == 1e-5
    assert rates[-1] == 10.0
    assert further({1e-5: 1.0, 1e-4: 2.0}, upwards=False)[0] == 1e-6
    assert further({1e-5: 2.0, 1e-4: 1.0}, upwards=False) == []
    assert further({1e-5: 2.0, 1e-4: 1.0}, upwards=True)[-1] == 1e-3
    found = {0.01: 3.0, 0.1: 1.0, 1.0: 2.0}
    new = finer(found)
    assert all(0.01 < rate < 1.0 and rate not in found for rate in new)
    assert all(float(f"{rate:.1e}") == rate for rate in new)
