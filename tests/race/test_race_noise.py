"""Noise in gradients: seeded, and the same for every racer."""

from dataclasses import replace

import numpy as np

from visualizer.race.lineup import new_race
from visualizer.race.noise import Noise, noise_of
from visualizer.race.run import RaceRun
from visualizer.race.surfaces import surface


def race(**changes):
    return replace(new_race(surface("bowl"), ("sgd", "adam", "newton"), steps=60), noise=0.5, **changes)


def added(run):
    return [row.used - row.gradients[:-1] for row in RaceRun(run).advance().trajectories]


def test_every_racer_gets_the_same_numbers():
    sgd, adam, newton = added(race())
    np.testing.assert_allclose(sgd, adam, atol=1e-12)
    np.testing.assert_allclose(sgd, newton, atol=1e-12)
    assert len(np.unique(sgd)) > 100


def test_each_its_own():
    first, second, _ = added(race(same_noise=False))
    assert abs(np.corrcoef(first.ravel(), second.ravel())[0, 1]) < 0.4
    again, _, _ = added(race(same_noise=False))
    np.testing.assert_array_equal(first, again)


def test_the_seed_decides():
    np.testing.assert_array_equal(added(race())[0], added(race())[0])
    assert not np.array_equal(added(race())[0], added(race(seed=2))[0])


def test_losses_and_gradients_stay_exact():
    row = RaceRun(race()).advance().trajectories[0]
    points = row.points
    np.testing.assert_allclose(row.losses, (points**2).sum(1), rtol=1e-12)
    np.testing.assert_allclose(row.gradients, 2 * points, rtol=1e-12)


def test_numbers_do_not_depend_on_who_asks_first():
    early, late = Noise(1.0, 3), Noise(1.0, 3)
    np.testing.assert_array_equal(late(2000), [early(index) for index in range(2001)][-1])
    sample = np.array([early(index) for index in range(4000)])
    assert abs(sample.mean()) < 0.05
    assert abs(sample.std() - 1) < 0.05
    assert noise_of(0.0, 1) is None
    assert np.array_equal(Noise(2.0, -1)(0), Noise(2.0, -1)(0))
