from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from visualizer.race.run import RaceRun
from visualizer.race.surface import Window
from visualizer.ui.driving import wait
from visualizer.ui.race.code import RaceCode
from visualizer.ui.race.live import LiveRace
from visualizer.ui.race.playback import RacePlayback
from visualizer.ui.race.state import RaceState
from visualizer.ui.workers import Workers


@pytest.fixture
def live(qapp: QApplication) -> Iterator[LiveRace]:
    workers = Workers()
    race = LiveRace(workers)
    race.wake(True)
    assert _settle(race)
    yield race
    assert workers.close()
    workers.deleteLater()


def _settle(race: LiveRace) -> bool:
    return wait(lambda: not race.workers.waiting, 30)


def test_nothing_is_computed_before_somebody_looks(qapp: QApplication) -> None:
    workers = Workers()
    race = LiveRace(workers)
    race.set_start((1.0, 1.0))
    assert not workers.waiting
    race.wake(True)
    assert workers.waiting
    assert _settle(race)
    assert race.state.frame is not None
    assert race.state.frame.race.start == (1.0, 1.0)
    workers.close()


def test_shows_the_whole_race_at_first(live: LiveRace) -> None:
    state = live.state
    assert state.frame is not None
    assert state.frame.complete
    assert state.moment == state.length == state.race.steps
    assert state.selected == "adam"


def test_the_last_start_wins_and_its_trails_are_those_of_a_race_alone(live: LiveRace) -> None:
    shown: list[RaceState] = []
    live.changed.connect(shown.append)
    for place in range(20):
        live.set_start((place / 10, 1.0), done=place == 19)
    assert _settle(live)
    assert live.state.frame is not None
    assert live.state.frame.race == live.state.race
    assert not live.state.dragging
    alone = RaceRun(live.state.race).advance()
    for ours, theirs in zip(live.state.frame.trajectories, alone.trajectories, strict=True):
        np.testing.assert_array_equal(ours.points, theirs.points)
    frames = {id(state.frame) for state in shown}
    assert 2 <= len(frames) < 40, "slices of starts that were passed by are not made up for"


def test_hiding_a_racer_runs_nothing(live: LiveRace) -> None:
    frame = live.state.frame
    assert frame is not None
    racer = live.state.race.racers[0]
    live.edit_racer(racer.key, replace(racer, shown=False))
    assert not live.workers.waiting
    assert live.state.frame is not None
    assert not live.state.frame.trajectories[0].racer.shown
    assert live.state.frame.trajectories[0].points is frame.trajectories[0].points


def test_another_rate_runs_the_race_again(live: LiveRace) -> None:
    racer = live.racer("adam")
    assert racer is not None
    live.edit_racer("adam", replace(racer, learning_rate=0.01))
    assert _settle(live)
    assert live.state.frame is not None
    assert live.state.frame.race.racers == live.state.race.racers


def test_another_optimizer_in_the_place_of_one_is_selected(live: LiveRace) -> None:
    racer = live.racer("adam")
    assert racer is not None
    live.edit_racer("adam", replace(racer, optimizer="newton", settings=()))
    assert _settle(live)
    assert live.state.selected == "newton"
    assert [row.optimizer for row in live.state.race.racers].count("adam") == 0


def test_a_formula_that_is_none_leaves_the_race(live: LiveRace) -> None:
    before = live.state.race
    live.set_formula("x + foo(y)")
    assert _settle(live)
    assert live.state.race == before
    assert live.state.trouble
    assert live.state.trouble_at == 4
    live.set_formula(before.surface.formula)
    assert not live.state.trouble


def test_an_own_formula_is_raced_on(live: LiveRace) -> None:
    live.set_formula("(x-1)^2 + 3(y+0.5)^2")
    assert _settle(live)
    surface = live.state.race.surface
    assert surface.name == ""
    assert len(surface.minima) == 1
    assert surface.minima[0].point == pytest.approx((1, -0.5), abs=1e-6)
    assert live.state.frame is not None
    assert live.state.frame.race.surface == surface


def test_another_window_of_an_own_formula_keeps_the_start(live: LiveRace) -> None:
    live.set_formula("sin(x) + cos(y)")
    assert _settle(live)
    live.set_start((0.25, 0.5))
    live.set_window(Window(-8, 8, -8, 8))
    assert _settle(live)
    assert live.state.race.start == (0.25, 0.5)
    assert live.state.race.surface.window == Window(-8, 8, -8, 8)
    assert len(live.state.race.surface.minima) >= 4


def test_a_noisy_surface_brings_its_noise(live: LiveRace) -> None:
    live.set_surface("beale-noisy")
    assert live.state.race.noise > 0
    live.set_surface("beale")
    assert live.state.race.noise == 0
    assert _settle(live)


def test_racers_come_and_go(live: LiveRace) -> None:
    live.add("adam")
    assert live.state.selected == "adam-2"
    live.duplicate("sgd")
    assert live.state.selected == "sgd-2"
    keys = [racer.key for racer in live.state.race.racers]
    assert keys[:2] == ["sgd", "sgd-2"]
    for key in keys:
        live.remove(key)
    assert live.state.race.racers == ()
    assert live.state.selected == ""
    assert _settle(live)
    live.add("lbfgs")
    assert _settle(live)
    assert live.state.selected == "lbfgs"
    assert live.state.frame is not None
    assert len(live.state.frame.trajectories) == 1


def test_playing_goes_from_the_start_to_the_end_and_ends(live: LiveRace) -> None:
    playback = RacePlayback(live)
    live.edit("steps", 60)
    assert _settle(live)
    playback.set_speed(10.0)
    moments: list[float] = []
    live.changed.connect(lambda state: moments.append(state.moment))
    playback.toggle()
    assert live.state.playing
    assert wait(lambda: not live.state.playing)
    assert moments[0] == 0
    assert moments == sorted(moments)
    assert len(moments) > 3
    assert live.state.moment == 60
    playback.step(-1)
    assert live.state.moment == 59


def test_the_moment_stays_where_it_is_when_the_race_changes(live: LiveRace) -> None:
    live.show_moment(17)
    live.set_start((0.0, 0.0))
    assert _settle(live)
    assert live.state.moment == 17


def test_a_class_without_consent_is_told_of(live: LiveRace) -> None:
    said: list[tuple[str, str]] = []
    live.workers.noticed.connect(lambda kind, text: said.append((kind, text)))
    RaceCode(live).allow("no_such_module_anywhere:Lion")
    assert _settle(live)
    assert said
    assert said[0][0] == "error"
    assert "no_such_module_anywhere" in said[0][1]


@pytest.mark.parametrize("formula", ["1e308*exp(x*y)", "log(x)*0", "7", "1/x", "sqrt(-1-x^2)"])
def test_surfaces_that_break_leave_the_race_alive(live: LiveRace, formula: str) -> None:
    crashes: list[str] = []
    live.workers.crashed.connect(crashes.append)
    live.set_formula(formula)
    assert _settle(live)
    live.set_surface("bowl")
    assert _settle(live)
    assert not crashes
    assert live.state.frame is not None
    assert live.state.frame.race.surface.name == "bowl"
