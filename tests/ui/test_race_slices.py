"""What waits, what is dropped and what goes on between the slices of a race, its basins and its sweep."""

from __future__ import annotations

import csv
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from PySide6.QtWidgets import QApplication

from visualizer.race.basins import BasinsRun
from visualizer.race.lineup import new_race
from visualizer.race.surface import Window
from visualizer.race.surfaces import surface
from visualizer.ui.driving import settle, wait
from visualizer.ui.main_window import MainWindow
from visualizer.ui.race import jobs, overviews
from visualizer.ui.race.code import RaceCode
from visualizer.ui.race.live import LiveRace
from visualizer.ui.race.overviews import Overviews
from visualizer.ui.race.state import RaceState
from visualizer.ui.race.sweeping import Sweeping
from visualizer.ui.session import Session
from visualizer.ui.settings import Settings
from visualizer.ui.workers import Workers


@pytest.fixture
def live(qapp: QApplication) -> Iterator[LiveRace]:
    workers = Workers()
    race = LiveRace(workers)
    race.open(new_race(surface("bowl"), ("sgd", "adam"), steps=30))
    race.wake(True)
    assert _settle(race)
    yield race
    assert workers.close()
    workers.deleteLater()


def _settle(race: LiveRace) -> bool:
    return wait(lambda: not race.workers.waiting, 30)


def _fail(*_: object) -> object:
    raise ZeroDivisionError("for a test")


def test_whoever_listens_last_hears_of_the_newest_state_last(live: LiveRace) -> None:
    heard: list[RaceState] = []

    def answer(state: RaceState) -> None:
        if state.speed == 2.0:
            live.tell(speed=5.0)

    live.changed.connect(answer)
    live.changed.connect(heard.append)
    live.tell(speed=2.0)
    assert [state.speed for state in heard] == [2.0, 5.0]
    assert heard[-1] is live.state


def test_a_race_that_fails_does_not_hold_up_the_next(live: LiveRace, monkeypatch: pytest.MonkeyPatch) -> None:
    crashes: list[str] = []
    live.workers.crashed.connect(crashes.append)
    with monkeypatch.context() as patch:
        patch.setattr(jobs, "begin_race", _fail)
        live.set_start((0.5, 0.5))
    live.set_start((0.25, 0.5))
    assert _settle(live)
    assert len(crashes) == 1
    assert live.state.frame is not None
    assert live.state.frame.race.start == (0.25, 0.5)


def test_a_race_that_nobody_sees_waits_where_it_is(live: LiveRace) -> None:
    live.edit("steps", 5_000)
    live.wake(False)
    assert _settle(live)
    frame = live.state.frame
    assert frame is not None
    assert not frame.complete
    live.wake(True)
    assert _settle(live)
    assert live.state.frame is not None
    assert live.state.frame.complete
    assert live.state.frame.trajectories[0].steps == 5_000


def test_another_window_does_not_lose_the_formula_that_was_typed_before(live: LiveRace) -> None:
    live.set_formula("(x-1)^2 + y^2")
    live.set_window(Window(-4, 4, -3, 3))
    assert _settle(live)
    shown = live.state.race.surface
    assert shown.window == Window(-4, 4, -3, 3)
    assert [place.point for place in shown.minima] == [pytest.approx((1, 0), abs=1e-6)]


def test_of_two_classes_that_are_allowed_both_run(
    live: LiveRace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = "import torch\nclass {}(torch.optim.SGD):\n    pass\n"
    for name in ("First", "Second"):
        (tmp_path / f"race_of_{name.lower()}.py").write_text(lines.format(name), encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    code = RaceCode(live)
    code.allow("no_such_module_anywhere:Lion")
    code.allow("race_of_first:First")
    code.allow("race_of_second:Second")
    assert _settle(live)
    assert [racer.optimizer for racer in live.state.race.racers[2:]] == [
        "race_of_first:First",
        "race_of_second:Second",
    ]


def test_a_long_race_is_shown_a_few_times_and_gives_way_at_once(live: LiveRace) -> None:
    frames: set[int] = set()
    kept: list[RaceState] = []

    def note(state: RaceState) -> None:
        kept.append(state)
        frames.add(id(state.frame))

    live.changed.connect(note)
    live.set_race(new_race(surface("beale"), ("sgd", "adam", "rmsprop", "nadam"), steps=4_000))
    assert wait(lambda: live.state.frame is not None and live.state.frame.trajectories[0].steps > 800)
    live.set_race(new_race(surface("bowl"), ("sgd",), steps=5))
    begun = time.perf_counter()
    assert wait(lambda: live.state.frame is not None and live.state.frame.race == live.state.race)
    assert time.perf_counter() - begun < 0.5
    assert len(frames) < 12
    assert _settle(live)
    assert live.state.frame is not None
    assert live.state.frame.complete


# --- basins and swarms ---------------------------------------------------------------------------------


def test_basins_wait_while_it_plays_and_go_on_where_they_were(
    live: LiveRace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(overviews, "_SLICE", 0.005)
    begun: list[object] = []
    begin = jobs.begin_basins
    monkeypatch.setattr(jobs, "begin_basins", lambda *given: begun.append(given) or begin(*given))
    views = Overviews(live)
    live.set_race(new_race(surface("beale"), ("adam",), steps=300))
    assert _settle(live)
    views.show_selected(True)
    assert wait(lambda: bool(live.state.basins))
    live.tell(playing=True)
    assert _settle(live), "while it plays, nothing is asked for"
    before = live.state.basins[0].fraction
    assert before < 1
    live.tell(playing=False)
    assert wait(lambda: live.state.basins[0].fraction > before)
    live.wake(False)
    assert _settle(live), "nobody looks"
    monkeypatch.setattr(overviews, "_SLICE", 5.0)
    live.wake(True)
    live.tell()
    assert wait(lambda: live.state.basins[0].fraction == 1)
    assert len(begun) == 1


def test_basins_of_more_racers_than_are_kept_come_to_an_end(
    live: LiveRace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(overviews, "_KEPT", 1)
    monkeypatch.setattr(overviews, "_SIZE", 8)
    views = Overviews(live)
    for _ in range(3):
        live.add("adam")
        live.set_rate(live.state.selected, 0.01 * len(live.state.race.racers))
    assert _settle(live)
    views.show_all(True)
    assert _settle(live)
    assert [frame.fraction for frame in live.state.basins] == [1.0] * 5


def test_basins_that_fail_are_told_of_once(live: LiveRace, monkeypatch: pytest.MonkeyPatch) -> None:
    crashes: list[str] = []
    live.workers.crashed.connect(crashes.append)
    monkeypatch.setattr(BasinsRun, "advance", _fail)
    views = Overviews(live)
    views.show_selected(True)
    for moment in (3.0, 4.0, 5.0):
        assert _settle(live)
        live.show_moment(moment)
    assert _settle(live)
    assert len(crashes) == 1


def test_cancelled_basins_stay_coarse_when_another_racer_is_selected(
    live: LiveRace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(overviews, "_SLICE", 0.005)
    views = Overviews(live)
    live.set_race(new_race(surface("beale"), ("adam", "sgd"), steps=300))
    assert _settle(live)
    views.show_all(True)
    assert wait(lambda: bool(live.state.basins))
    views.cancel()
    assert _settle(live)
    live.select("sgd" if live.state.selected == "adam" else "adam")
    views.show_all(True)  # as when any other dock is shown
    assert _settle(live)
    assert all(frame.fraction < 1 for frame in live.state.basins)


def test_a_swarm_of_the_surface_before_is_not_shown_on_the_next(
    live: LiveRace, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go = threading.Event(), threading.Event()
    make = jobs.make_swarm

    def slowly(*given: object) -> object:
        begun.set()
        assert go.wait(20)
        return make(*given)

    monkeypatch.setattr(jobs, "make_swarm", slowly)
    swarms: list[object] = []
    live.changed.connect(lambda state: swarms.append(state.swarm))
    views = Overviews(live)
    views.show_swarm(True)
    assert begun.wait(20)
    live.set_surface("beale")
    rate = live.state.race.racers[-1].learning_rate
    go.set()
    assert _settle(live)
    shown = {swarm.racer.learning_rate for swarm in swarms if swarm is not None}
    assert shown == {rate}


# --- sweeps ----------------------------------------------------------------------------------------------


def test_a_sweep_ends_with_its_surface(live: LiveRace) -> None:
    sweeping = Sweeping(live)
    live.edit("steps", 3_000)
    assert _settle(live)
    sweeping.start()
    assert wait(lambda: live.state.sweep is not None)
    assert live.state.sweeping
    live.set_surface("beale")
    assert not live.state.sweeping
    assert live.state.sweep is None
    assert _settle(live)
    assert live.state.sweep is None


def test_a_sweep_that_fails_is_over(live: LiveRace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "begin_sweep", _fail)
    Sweeping(live).start()
    assert live.state.sweeping
    assert _settle(live)
    assert not live.state.sweeping


# --- the window --------------------------------------------------------------------------------------------


def test_the_levels_that_were_chosen_hold_after_the_next_start(window: MainWindow) -> None:
    window.race_panels.landscape._choose_levels("logarithmic")
    window.settings.save()
    second = MainWindow(Session(), Settings())
    second.show()
    second.race_panels.landscape.basins.setChecked(False)
    second.workspaces.show("race")
    assert settle(second)
    landscape = second.race.live.state.landscape
    assert landscape is not None
    assert not second.race.live.state.race.surface.logarithmic or landscape.logarithmic
    second.race.live.set_surface("bowl")
    assert settle(second)
    landscape = second.race.live.state.landscape
    assert landscape is not None
    assert landscape.logarithmic
    second.close()
    second.deleteLater()


def test_what_is_saved_is_what_is_shown_also_by_the_clock_of_seconds(
    window: MainWindow, tmp_path: Path
) -> None:
    window.race_panels.landscape.basins.setChecked(False)
    window.workspaces.show("race")
    window.race.live.set_race(replace(new_race(surface("bowl"), ("sgd", "adam"), steps=60), clock="time"))
    assert settle(window)
    frame = window.race.live.state.frame
    assert frame is not None
    window.race.files._write(str(tmp_path / "race.csv"))
    assert settle(window)
    with (tmp_path / "race.csv").open(newline="") as file:
        rows = [row["racer"] for row in csv.DictReader(file)]
    assert [rows.count(row.racer.key) for row in frame.trajectories] == [
        row.steps + 1 for row in frame.trajectories
    ]


def test_closing_while_it_plays_asks_for_nothing_more(window: MainWindow) -> None:
    window.race_panels.landscape.basins.setChecked(False)
    window.workspaces.show("race")
    assert settle(window)
    for key in ("profile", "anatomy"):
        window.docks[key].raise_()
    window.race.playback.restart()
    assert wait(lambda: window.race.live.state.moment > 1)
    crashes: list[str] = []
    window.session.crashed.connect(crashes.append)
    window.close()  # an exception in a slot fails the test
    assert not window.race.live.state.playing
    assert not crashes


def test_minima_are_looked_for_on_one_core(live: LiveRace, monkeypatch: pytest.MonkeyPatch) -> None:
    cores: list[int] = []
    make = jobs.own_surface

    def note(*given: object) -> object:
        cores.append(torch.get_num_threads())
        return make(*given)

    monkeypatch.setattr(jobs, "own_surface", note)
    live.set_formula("sin(x) + cos(y)")
    assert _settle(live)
    assert cores == [1]
