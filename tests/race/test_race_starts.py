"""Many starts as one batch against single runs."""

from dataclasses import replace

import numpy as np
import pytest

from visualizer.errors import UserError
from visualizer.race.config import Race, Racer
from visualizer.race.racers import RACERS
from visualizer.race.run import RaceRun
from visualizer.race.starts import run_starts, stepper
from visualizer.race.surface import Surface, Window
from visualizer.race.surfaces import surface
from visualizer.race.walkers import runs_alone

STEPS = 25
COUNTS = (1, 3, 8, 1000)  # a part of a vector register, a whole one, and many with a rest
ELEMENTWISE = [name for name, row in RACERS.items() if row.elementwise]


def racer(name, on):
    return Racer(name, name, on.rates.get(name, RACERS[name].learning_rate))


def places(on, count):
    random = np.random.default_rng(3)
    window = on.window
    x, y = random.uniform(window.left, window.right, count), random.uniform(window.bottom, window.top, count)
    return np.stack((x, y), 1)


def same(ours, expected):
    finite = np.isfinite(expected)
    np.testing.assert_array_equal(np.isfinite(ours), finite)
    np.testing.assert_allclose(ours[finite], expected[finite], rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", ELEMENTWISE)
@pytest.mark.parametrize("on", ["beale", "himmelblau"])
def test_a_batch_is_its_single_runs(name, on):
    on = surface(on)
    runner, starts = racer(name, on), places(on, max(COUNTS))
    batches = {count: run_starts(on, runner, starts[:count], STEPS) for count in COUNTS}
    for index in (0, 2, 7, 501, 999):
        single = RaceRun(Race(on, tuple(starts[index]), (runner,), STEPS)).advance().trajectories[0]
        for count, batch in batches.items():
            if index < count:
                assert batch.points.shape == (STEPS + 1, count, 2)
                same(batch.points[:, index], single.points)
                same(batch.losses[:, index], single.losses)


@pytest.mark.parametrize("name", ["lbfgs"])
@pytest.mark.parametrize("schedule", ["constant", "plateau"])
def test_those_that_run_alone(name, schedule):
    on = surface("himmelblau")
    runner, starts = replace(racer(name, on), schedule=schedule), places(on, 4)
    together = run_starts(on, runner, starts, STEPS, noise=0.5, seed=4)
    for index, start in enumerate(starts):
        race = Race(on, tuple(start), (runner,), STEPS, noise=0.5, seed=4)
        single = RaceRun(race).advance().trajectories[0]
        same(together.points[:, index], single.points)
        same(together.losses[:, index], single.losses)


def test_who_runs_alone():
    assert runs_alone(Racer("a", "lbfgs", 1.0))
    assert runs_alone(Racer("a", "some.module:Class", 1.0))
    assert runs_alone(Racer("a", "sgd", 1.0, schedule="plateau"))
    assert not runs_alone(Racer("a", "sgd", 1.0, schedule="cosine"))


def test_noise_and_schedule_in_a_batch():
    on = surface("himmelblau")
    runner, starts = replace(racer("adam", on), schedule="cosine"), places(on, 6)
    batch = run_starts(on, runner, starts, STEPS, noise=2.0, seed=9)
    for index, start in enumerate(starts):
        race = Race(on, tuple(start), (runner,), STEPS, noise=2.0, seed=9)
        same(batch.points[:, index], RaceRun(race).advance().trajectories[0].points)


def test_one_that_diverges_disturbs_no_other():
    on = surface("beale")
    starts = np.array([(3.1, 0.4), (4.4, 4.4), (2.9, 0.6)])
    runner = Racer("sgd", "sgd", 0.01)
    batch = run_starts(on, runner, starts, 100)
    assert np.isnan(batch.points[-1, 1]).all()
    assert np.isnan(batch.losses[-1, 1])
    assert np.abs(batch.points[-1, [0, 2]] - (3, 0.5)).max() < 0.1


def test_who_is_gone_does_not_come_back():
    """Rprop steps on by the sign of an infinite gradient, to where it is finite again."""
    on = Surface("", "", "1e308 sin(10x) + y", Window(-1.0, 1.0, -1.0, 1.0), (0.5, 0.5))
    starts, runner = np.array([(0.16, 0.0), (0.155, 0.1), (0.15, 0.2)]), Racer("rprop", "rprop", 0.01)
    batch = run_starts(on, runner, starts, STEPS)
    for index, start in enumerate(starts):
        single = RaceRun(Race(on, tuple(start), (runner,), STEPS)).advance().trajectories[0]
        same(batch.points[:, index], single.points)
        same(batch.losses[:, index], single.losses)
    assert np.isfinite(batch.points[:2]).all()
    assert np.isnan(batch.points[-1]).all()


def test_bad_settings():
    for name in ("sgd", "lbfgs"):
        with pytest.raises(UserError, match="learning rate"):
            run_starts(surface("bowl"), Racer("a", name, -1.0), np.zeros((3, 2)), 5)
    with pytest.raises(UserError, match="allow"):
        run_starts(surface("bowl"), Racer("a", "no.such:Class", 0.1), np.zeros((3, 2)), 5)


def test_the_stepper_keeps_nothing():
    on = surface("bowl")
    seen = [
        (points.clone(), losses.clone(), gradients.clone())
        for points, losses, gradients in stepper(on, Racer("sgd", "sgd", 0.1), np.array([(1.0, 2.0)]), 3)
    ]
    assert len(seen) == 4
    for points, losses, gradients in seen:
        assert points.shape == (2, 1)
        assert float(losses[0]) == pytest.approx(float((points**2).sum()))
        np.testing.assert_allclose(gradients.numpy(), 2 * points.numpy())
    np.testing.assert_allclose(seen[1][0].numpy()[:, 0], [0.8, 1.6])
