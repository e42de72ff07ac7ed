"""The sweep panel by hand: its empty state, progress, marks at the best rates, clicks on curves."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from visualizer.race.config import Race, Racer
from visualizer.race.frames import SweepCurve, SweepFrame
from visualizer.race.racers import RACERS
from visualizer.race.surface import Surface, Window
from visualizer.ui import theme
from visualizer.ui.panels.sweep import SweepPanel
from visualizer.ui.race.state import RaceState
from visualizer.ui.widgets.placeholder import Placeholder
from visualizer.ui.widgets.sweep_curves import is_logarithmic, objective_range, rate_range, sweep_lines

BOWL = Surface("bowl", "Bowl", "x^2 + y^2", Window(-2, 2, -2, 2), (1, 1))
RATES = 10.0 ** np.arange(-5, 1.5, 0.25)


def racer(name: str, rate: float) -> Racer:
    return Racer(name, name, rate, color=RACERS[name].color)


def curve(which: Racer, best: float, *, diverges_from: float = math.inf) -> SweepCurve:
    values = 1e-4 * (1 + (np.log10(RATES / best)) ** 2 * 100)
    values[diverges_from <= RATES] = np.nan
    return SweepCurve(which, RATES, values, best)


@pytest.fixture
def state() -> RaceState:
    racers = (racer("sgd", 0.001), racer("adam", 0.1), racer("lbfgs", 1.0))
    race = Race(BOWL, (1, 1), racers)
    curves = (
        curve(racers[0], 10**-2.5, diverges_from=0.1),
        curve(racers[1], 1.0),
        SweepCurve(racers[2], RATES, RATES * np.nan, math.nan),
    )
    return RaceState(race, selected="adam", sweep=SweepFrame(race, curves, "loss above the minimum", 1.0))


@pytest.fixture
def panel(qtbot, styled, state):
    made = SweepPanel()
    qtbot.addWidget(made)
    made.resize(456, 300)
    made.set_colors(theme.DARK)
    made.subtitles = []
    made.subtitle_changed.connect(lambda text, warning: made.subtitles.append((text, warning)))
    made.set_state(state)
    with qtbot.waitExposed(made):
        made.show()
    made.plot.repaint()
    return made


def line(panel, key):
    return next(line for line in panel.plot._lines if line.key == key)


def click(panel, point):
    QTest.mouseClick(panel.plot, Qt.MouseButton.LeftButton, pos=point.toPoint())


def test_without_a_sweep_it_says_what_one_is_and_begins_one(panel, state):
    told = []
    panel.sweep_requested.connect(lambda: told.append(1))
    panel.set_state(replace(state, sweep=None))
    empty = panel.findChild(Placeholder)
    assert empty.isVisible()
    QTest.mouseClick(empty._button, Qt.MouseButton.LeftButton)
    assert told == [1]
    assert panel.export() is None


def test_while_it_sweeps_it_says_how_far_and_can_be_cancelled(panel, state):
    told = []
    panel.sweep_cancelled.connect(lambda: told.append(1))
    panel.set_state(replace(state, sweep=None, sweeping=True))
    assert panel.plot.isVisible()
    panel.set_state(replace(state, sweep=replace(state.sweep, fraction=0.37), sweeping=True))
    assert panel.status.full_text() == "37\u202f%"
    assert not panel.begin.isVisible()
    assert not panel.use.isEnabled()
    QTest.mouseClick(panel.cancel, Qt.MouseButton.LeftButton)
    assert told == [1]
    panel.set_state(replace(state, sweep=replace(state.sweep, fraction=0.37)))
    assert panel.status.full_text() == "cancelled at 37\u202f%"


def test_the_buttons_ask_and_the_objective_is_in_words(panel):
    told = []
    panel.sweep_requested.connect(lambda: told.append("sweep"))
    panel.best_rates_requested.connect(lambda: told.append("best"))
    QTest.mouseClick(panel.begin, Qt.MouseButton.LeftButton)
    QTest.mouseClick(panel.use, Qt.MouseButton.LeftButton)
    assert told == ["sweep", "best"]
    assert panel.subtitles[-1] == ("lower is better: loss above the minimum", False)


def test_the_best_rate_is_marked_on_its_curve(panel):
    adam = line(panel, "adam")
    place = panel.plot.place_of(adam, adam.best)
    picture = panel.plot.grab().toImage()
    assert picture.pixelColor(place.toPoint()).name().upper() == RACERS["adam"].color
    assert panel.plot._axes.plot.contains(place)


def test_a_click_on_a_curve_takes_that_rate(panel):
    told = []
    panel.rate_requested.connect(lambda key, rate: told.append((key, rate)))
    adam = line(panel, "adam")
    click(panel, panel.plot.place_of(adam, 1e-2))
    assert told[0][0] == "adam"
    assert told[0][1] == pytest.approx(1e-2, rel=0.1)
    click(panel, panel.plot.place_of(adam, 1.0) + QPointF(3, -2))
    assert told[1] == ("adam", 1.0)
    click(panel, QPointF(panel.plot._axes.plot.left() + 3, panel.plot._axes.plot.bottom() - 3))
    assert len(told) == 2


def test_a_click_in_the_list_takes_the_best_rate(panel):
    told = []
    panel.rate_requested.connect(lambda key, rate: told.append((key, rate)))
    assert [each.key for each in panel.plot._lines] == ["sgd", "adam", "lbfgs"]
    for row in range(3):
        click(panel, panel.plot.row_place(row).center())
    assert told == [("sgd", 10**-2.5), ("adam", 1.0)]  # L-BFGS has none


def test_a_rate_that_diverges_is_marked_and_cannot_be_clicked(panel):
    sgd = line(panel, "sgd")
    assert sgd.diverges_from == pytest.approx(0.1)
    assert math.isnan(sgd.at(1.0))
    assert math.isnan(line(panel, "lbfgs").best)


def test_a_sweep_of_another_race_says_so(panel, state):
    moved = replace(state, race=replace(state.race, start=(0.5, 1.0)))
    panel.set_state(moved)
    assert panel.subtitles[-1] == ("of the race as it was before", True)
    racers = tuple(replace(each, learning_rate=0.5, shown=False) for each in state.race.racers)
    panel.set_state(replace(state, race=replace(state.race, racers=racers)))
    assert panel.subtitles[-1] == ("lower is better: loss above the minimum", False)


def test_the_rate_in_use_follows_the_racer(panel, state):
    racers = (state.race.racers[0], replace(state.race.racers[1], learning_rate=0.3), state.race.racers[2])
    panel.set_state(replace(state, race=replace(state.race, racers=racers)))
    assert line(panel, "adam").rate == 0.3


def test_racers_that_are_gone_have_no_curve(panel, state):
    panel.set_state(replace(state, race=replace(state.race, racers=state.race.racers[1:2])))
    assert [each.key for each in panel.plot._lines] == ["adam"]


def test_nothing_is_done_while_only_the_play_head_moves(panel, state, monkeypatch):
    monkeypatch.setattr(panel.plot, "set_lines", lambda *given: pytest.fail("set again"))
    for moment in range(20):
        panel.set_state(replace(state, moment=float(moment)))


def test_axes_fit_what_there_is(state):
    lines = sweep_lines(state.sweep, state)
    assert rate_range(lines) == (-5, 2)
    assert is_logarithmic(lines)
    low, high = objective_range(lines, logarithmic=True)
    assert low < -4 < high
    flat = [replace(each, objective=each.objective * 0 + 3.0) for each in lines[:2]]
    assert not is_logarithmic(flat)
    assert objective_range(flat, logarithmic=False)[0] < 3 < objective_range(flat, logarithmic=False)[1]
    assert rate_range([]) == (-5, 1)
    assert objective_range([lines[2]], logarithmic=False) == (0.0, 1.0)


@pytest.mark.parametrize("height", [140, 300])
def test_fifteen_racers_and_small_sizes_are_drawn(panel, state, height):
    racers = tuple(racer(name, 0.1) for name in RACERS)
    race = replace(state.race, racers=racers)
    curves = tuple(curve(each, 0.01 * (place + 1)) for place, each in enumerate(racers))
    panel.set_state(replace(state, race=race, sweep=SweepFrame(race, curves, "loss", 1.0)))
    panel.resize(300, height)
    panel.plot.repaint()
    rows = list(panel.export().table())
    assert len(rows) == 1 + 15 * len(RATES)
    assert sum(row[3] for row in rows[1:]) >= 2


def test_an_empty_sweep_draws_nothing_and_does_not_fail(panel, state):
    nothing = SweepCurve(state.race.racers[0], np.zeros(0), np.zeros(0), math.nan)
    panel.set_state(replace(state, sweep=SweepFrame(state.race, (nothing,), "loss", 0.0), sweeping=True))
    panel.plot.repaint()
    click(panel, panel.plot._axes.plot.center())
