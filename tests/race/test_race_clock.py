"""Equal steps, equal evaluations, equal time."""

import time
from dataclasses import replace

import numpy as np
import pytest

from visualizer.race import clock
from visualizer.race.lineup import new_race
from visualizer.race.run import RaceRun
from visualizer.race.surfaces import surface


@pytest.fixture(scope="module")
def frame():
    return RaceRun(new_race(surface("himmelblau"), ("sgd", "lbfgs", "newton"), steps=60)).advance()


def with_clock(frame, name):
    return replace(frame, race=replace(frame.race, clock=name))


def test_steps(frame):
    assert clock.length(frame) == 60
    assert clock.steps_at(frame, 0) == (0, 0, 0)
    assert clock.steps_at(frame, 17.9) == (17, 17, 17)
    assert clock.steps_at(frame, 1e9) == (60, 60, 60)
    assert clock.steps_at(frame, -5) == (0, 0, 0)


def test_evaluations(frame):
    counted = with_clock(frame, "evaluations")
    assert clock.length(counted) == 60
    for moment in range(61):
        sgd, lbfgs, newton = clock.steps_at(counted, moment)
        assert sgd == moment
        assert newton == moment // 3
        used = frame.trajectories[1].evaluations
        assert used[lbfgs] <= moment
        assert lbfgs == 60 or used[lbfgs + 1] > moment
    for step in range(20):
        assert clock.steps_at(counted, clock.moment_of(counted, "newton", step))[2] == step


def test_time(frame):
    timed = with_clock(frame, "time")
    quickest = min(row.seconds for row in frame.trajectories)
    assert clock.length(timed) == pytest.approx(60 * quickest)
    assert max(clock.steps_at(timed, clock.length(timed))) == 60
    for step in (0, 1, 33, 60):
        for index, row in enumerate(frame.trajectories):
            assert clock.steps_at(timed, clock.moment_of(timed, row.racer.key, step))[index] == step


def test_what_is_not_computed_is_not_reached():
    run = RaceRun(new_race(surface("bowl"), ("sgd",), {"sgd": 0.1}, steps=50))
    partial = run.advance(0.0)
    assert clock.steps_at(partial, 40) == (1,)
    assert clock.length(partial) == 50


def test_a_racer_that_cannot_run_stays_at_its_start():
    broken = RaceRun(new_race(surface("bowl"), ("sgd", "adam"), {"sgd": 0.0}, steps=10)).advance()
    for name in ("steps", "evaluations", "time"):
        timed = with_clock(broken, name)
        assert clock.steps_at(timed, clock.length(timed)) == (0, 10)
    nobody = RaceRun(new_race(surface("bowl"), ("sgd",), {"sgd": 0.0}, steps=10)).advance()
    assert clock.length(with_clock(nobody, "time")) > 0
    assert clock.moment_of(nobody, "absent", 3) == 0.0


def test_words(frame):
    steps, evaluations, timed = (with_clock(frame, name).race for name in ("steps", "evaluations", "time"))
    assert clock.words(steps, 120.7) == "step 120"
    assert clock.words(evaluations, 1240) == "1,240 evaluations"
    assert clock.words(evaluations, 1) == "1 evaluation"
    assert clock.words(timed, 0.341) == "0.34 s"
    assert clock.words(timed, 0.0123) == "12.3 ms"


def test_a_question_costs_little(frame):
    counted = with_clock(frame, "evaluations")
    best = min(timed(lambda: clock.steps_at(counted, 33)) for _ in range(50))
    assert best < 1e-3  # seconds; a tenth of it on an idle computer


def timed(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def test_evaluations_only_grow(frame):
    for row in frame.trajectories:
        assert (np.diff(row.evaluations) >= 0).all()
