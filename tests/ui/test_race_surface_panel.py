"""The Surface panel by hand: the list, formulas that are typed, the window, the start, noise and length."""

from __future__ import annotations

import math
import time
from dataclasses import replace

import numpy as np
import pytest
from panel_bench import active
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from visualizer.race.config import Race
from visualizer.race.frames import Landscape
from visualizer.race.surface import Surface, Window
from visualizer.race.surfaces import SURFACES
from visualizer.ui import theme
from visualizer.ui.panels.surfaces import SurfacePanel
from visualizer.ui.race.state import RaceState
from visualizer.ui.widgets.paced import Paced
from visualizer.ui.widgets.surface_list import ROW_HEIGHT

BEALE = SURFACES["beale"]


@pytest.fixture
def state() -> RaceState:
    return RaceState(Race(BEALE, BEALE.start, (), steps=300), formula=BEALE.formula)


@pytest.fixture
def panel(qtbot, styled, state):
    return active(SurfacePanel, qtbot, state, 246, 730)


def told_by(signal):
    made = []
    signal.connect(lambda *given: made.append(given[0] if len(given) == 1 else given))
    return made


def type_into(edit, text):
    edit.setFocus()
    edit.selectAll()
    QTest.keyClicks(edit, text)
    return edit


def pause(panel):
    """Let whatever waits for its turn, or for the typing to rest, be told."""
    while any(paced.is_waiting for paced in panel.findChildren(Paced)):
        QTest.qWait(5)


def on(state, **changes):
    return replace(state, race=replace(state.race, **changes))


# --- the list ------------------------------------------------------------------------------------


def test_it_lists_every_surface_and_marks_the_one_that_is_raced_on(panel):
    assert panel.list.names == tuple(SURFACES)
    assert panel.list.currentIndex().data() == BEALE.title


def test_a_click_and_a_key_choose_a_surface(panel):
    told = told_by(panel.surface_requested)
    place = panel.list.visualRect(panel.list.model().index(0, 0)).center()
    QTest.mouseClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    QTest.keyClick(panel.list, Qt.Key.Key_Down)
    assert told == list(SURFACES)[:2]


def test_what_the_state_chooses_is_marked_and_told_nobody(panel, state):
    told = told_by(panel.surface_requested)
    other = SURFACES[list(SURFACES)[-1]]
    panel.set_state(on(state, surface=other))
    assert panel.list.currentIndex().data() == other.title
    assert panel.list.viewport().rect().intersects(panel.list.visualRect(panel.list.currentIndex()))
    panel.set_state(on(state, surface=replace(BEALE, name="beale-noisy")))
    assert panel.list.currentIndex().data() == BEALE.title
    assert told == []


def test_a_few_letters_find_a_surface(panel):
    QTest.keyClicks(panel.filter, "rosen")
    assert panel.list.names == ("rosenbrock",)
    panel.filter.clear()
    assert len(panel.list.names) == len(SURFACES)
    assert panel.list.currentIndex().data() == BEALE.title


def test_an_own_formula_has_the_first_row_and_a_picture(panel, state):
    own = Surface("", "", "x^2 + 3y^2", Window(-1, 1, -1, 1), (0.5, 0.5), remark="1 minimum")
    mine = replace(on(state, surface=own), formula=own.formula)
    bands = np.arange(200 * 300).reshape(200, 300) // 6000
    drawn = Landscape(
        own.formula,
        own.window,
        bands.astype(np.float32),
        np.arange(9.0),
        bands.astype(np.uint8),
        (),
        False,
        0,
        1,
    )
    panel.set_state(replace(mine, landscape=drawn))
    assert panel.list.names == ("", *SURFACES)
    assert panel.list.currentIndex().row() == 0
    place = panel.list.visualRect(panel.list.model().index(0, 0))
    image = panel.list.viewport().grab().toImage()
    top, bottom = (image.pixelColor(30, place.top() + y).lightness() for y in (8, 44))
    assert top > bottom + 40  # rows of a landscape begin at the bottom
    panel.set_state(state)
    assert panel.list.names == ("", *SURFACES)  # to be chosen again
    assert panel.list.currentIndex().data() == BEALE.title


def test_pictures_appear_when_they_are_there(panel):
    place = panel.list.visualRect(panel.list.model().index(0, 0)).topLeft() + QPoint(40, 20)
    assert panel.list.viewport().grab().toImage().pixelColor(place).name() == theme.DARK.track
    panel.set_thumbnails({name: np.full((52, 72), 100, np.uint8) for name in SURFACES})
    color = panel.list.viewport().grab().toImage().pixelColor(place)
    assert (color.red(), color.green(), color.blue()) == (100, 108, 123)


# --- start, noise, length --------------------------------------------------------------------------


def test_the_start_is_told_with_every_key_and_follows_the_hand(panel, state):
    told = told_by(panel.start_requested)
    edit = type_into(panel.start.line.edits["x"], "0.75")
    pause(panel)
    assert told[-1] == (0.75, BEALE.start[1])
    edit.clearFocus()
    panel.set_state(on(state, start=(0.123456, -1.5)))
    assert [edit.text() for edit in panel.start.line.edits.values()] == ["0.1235", "-1.5"]


def test_a_start_outside_the_window_is_allowed(panel):
    told = told_by(panel.start_requested)
    type_into(panel.start.line.edits["y"], "900")
    pause(panel)
    assert told[-1] == (BEALE.start[0], 900.0)


def test_random_and_grid_of_starts(panel):
    random, swarm = told_by(panel.random_start_requested), told_by(panel.swarm_requested)
    QTest.mouseClick(panel.start.random, Qt.MouseButton.LeftButton)
    QTest.mouseClick(panel.start.swarm, Qt.MouseButton.LeftButton)
    QTest.mouseClick(panel.start.swarm, Qt.MouseButton.LeftButton)
    assert len(random) == 1
    assert swarm == [True, False]


def test_one_click_makes_the_gradients_as_noisy_as_suits_the_surface(panel, state):
    told = told_by(panel.edited)
    QTest.mouseClick(panel.noise.box, Qt.MouseButton.LeftButton, pos=QPoint(6, panel.noise.box.height() // 2))
    assert told == [("noise", BEALE.noise)]
    panel.set_state(on(state, noise=BEALE.noise))
    QTest.qWait(60)
    QTest.mouseClick(panel.noise.box, Qt.MouseButton.LeftButton, pos=QPoint(6, panel.noise.box.height() // 2))
    assert told[-1] == ("noise", 0.0)


def test_the_slider_of_the_noise_tells_while_it_moves(panel):
    told = told_by(panel.edited)
    slider = panel.noise.slider
    QTest.mousePress(slider, Qt.MouseButton.LeftButton, pos=QPoint(slider.width() - 5, 8))
    QTest.mouseMove(slider, QPoint(slider.width() // 2, 8))
    QTest.mouseRelease(slider, Qt.MouseButton.LeftButton)
    pause(panel)
    assert told[0] == ("noise", pytest.approx(100 * BEALE.noise, rel=0.1))
    assert told[-1] == ("noise", pytest.approx(BEALE.noise, rel=0.2))
    assert panel.noise.noise.value == told[-1][1]


def test_seed_and_same_for_all(panel):
    told = told_by(panel.edited)
    type_into(panel.noise.seed, "42")
    QTest.mouseClick(
        panel.noise.same, Qt.MouseButton.LeftButton, pos=QPoint(6, panel.noise.same.height() // 2)
    )
    pause(panel)
    assert told == [("same_noise", False), ("seed", 42)]


def test_steps_are_told_when_the_typing_rests_and_the_clock_at_once(panel):
    told = told_by(panel.edited)
    type_into(panel.length.steps, "450")
    panel.length.clock.activated.emit(1)
    assert told == [("clock", "evaluations")]
    pause(panel)
    assert told == [("clock", "evaluations"), ("steps", 450)]


@pytest.mark.parametrize("typed", ["0", "-5", "20001", "999999999999", "1.5"])
def test_a_length_that_is_none_is_refused(panel, typed):
    told = told_by(panel.edited)
    edit = type_into(panel.length.steps, typed)
    QTest.keyClick(edit, Qt.Key.Key_Return)
    pause(panel)
    assert "Steps must be a whole number from 1 to 20000" in panel.length.line.message.text()
    assert all(1 <= value <= 20_000 for _, value in told)
    assert not told or told[-1] == ("steps", 300)


def test_limits_of_loss_and_gradient(panel, state):
    told = told_by(panel.tolerances_requested)
    type_into(panel.arrival.loss, "1e-5")
    pause(panel)
    assert told == [(1e-5, BEALE.gradient_tolerance)]
    type_into(panel.arrival.gradient, "any")
    pause(panel)
    assert told[-1] == (1e-5, math.inf)
    panel.setFocus()
    panel.set_state(on(state, surface=replace(BEALE, gradient_tolerance=math.inf)))
    assert panel.arrival.gradient.text() == "any"


# --- as a whole --------------------------------------------------------------------------------------


def test_a_moving_play_head_costs_next_to_nothing(panel, state):
    times = []
    for moment in range(100):
        shown = replace(state, moment=float(moment))
        began = time.perf_counter()
        panel.set_state(shown)
        times.append(time.perf_counter() - began)
    assert sorted(times)[50] < 0.001


@pytest.mark.parametrize("height", [730, 530])
def test_the_list_always_shows_some_rows_and_all_settings_can_be_reached(panel, height):
    panel.resize(246, height)
    QApplication.processEvents()
    assert panel.list.height() >= 2 * ROW_HEIGHT
    scroll = panel.arrival.parentWidget().parentWidget().parentWidget()
    scroll.ensureWidgetVisible(panel.arrival.gradient)
    place = panel.arrival.gradient.mapTo(panel, QPoint(0, panel.arrival.gradient.height()))
    assert place.y() <= panel.height()
    assert panel.arrival.gradient.mapTo(panel, QPoint(panel.arrival.gradient.width(), 0)).x() <= 246


def test_it_can_be_copied(panel):
    rows = {row[0]: row[1:] for row in panel.export().table()}
    assert rows["formula"] == (BEALE.formula,)
    assert rows["start"] == BEALE.start
    assert rows["minimum"] == (3.0, 0.5, 0.0)
    assert not panel.export().picture().isNull()
