"""What is said of racers when the race is over, and of those that cannot run."""

from __future__ import annotations

from dataclasses import replace

import pytest

from visualizer.race import clock
from visualizer.race.conditions import CONDITIONS, conditions
from visualizer.race.frames import STATES, RaceFrame
from visualizer.race.lineup import new_race
from visualizer.race.run import RaceRun
from visualizer.race.surfaces import own_surface, surface


def run(**changes: object) -> RaceFrame:
    race = new_race(surface("beale"), ("sgd", "adam", "newton", "lbfgs"), {"adam": 0.4}, steps=200)
    return RaceRun(replace(race, **changes)).advance()


def at(frame: RaceFrame, moment: float) -> dict[str, str]:
    told = conditions(frame, clock.steps_at(frame, moment))
    return {each.racer.key: condition for each, condition in zip(frame.trajectories, told, strict=True)}


def test_who_has_used_all_steps_without_arriving_is_unfinished() -> None:
    frame = run()
    assert at(frame, 100)["sgd"] == at(frame, 199)["newton"] == "running"
    assert at(frame, 200) == {
        "sgd": "unfinished",
        "adam": "converged",
        "newton": "unfinished",  # at the saddle
        "lbfgs": "converged",
    }


@pytest.mark.parametrize("kind", ["evaluations", "time"])
def test_at_the_end_of_every_clock_nobody_runs_on(kind: str) -> None:
    frame = run(clock=kind)
    assert "running" not in at(frame, clock.length(frame)).values()
    assert "running" in at(frame, clock.length(frame) / 3).values()


def test_while_it_is_computed_racers_run() -> None:
    frame = replace(run(), complete=False)
    assert at(frame, 200)["sgd"] == "running"


def test_who_cannot_run_is_not_called_diverged() -> None:
    frame = RaceRun(new_race(surface("beale"), ("sgd", "adam"), {"sgd": 0.0}, steps=20)).advance()
    assert at(frame, 0)["sgd"] == at(frame, 20)["sgd"] == "cannot run"
    assert at(frame, 5)["adam"] == "running"


def test_who_is_stopped_on_the_way_has_run_until_then() -> None:
    """The line search of L-BFGS fails where the logarithm ends; to that point it has run."""
    frame = RaceRun(new_race(own_surface("log(x)", start=(2.0, 1.0)), ("lbfgs", "sgd"), steps=30)).advance()
    sentence = "L-BFGS stopped in step 2: its line search came to where the loss is not finite."
    assert frame.problems == (("lbfgs", sentence),)
    assert at(frame, 1)["lbfgs"] == "running"
    assert at(frame, 30)["lbfgs"] == "diverged"
    assert frame.stuck == frozenset()


def test_every_state_can_be_said() -> None:
    assert set(STATES) < set(CONDITIONS)
