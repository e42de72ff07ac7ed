"""The Landscape panel: what it draws where, what the hand asks for, what it says and saves."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QApplication, QMenu
from race_landscape_bench import (
    BLUE,
    ORANGE,
    at,
    is_near,
    landscape,
    landscape_panel,
    line,
    move,
    pixels,
    shows,
    state_of,
    trajectory,
    walk,
)
from table_bench import csv_bytes

from visualizer.ui import theme

MIDDLE, RIGHT = Qt.MouseButton.MiddleButton, Qt.MouseButton.RightButton


@pytest.fixture
def panel(qtbot, styled):
    yield from landscape_panel(qtbot, 640, 450)


@pytest.fixture
def small(qtbot, styled):
    yield from landscape_panel(qtbot, 420, 320)


# --- what is drawn ---------------------------------------------------------------------------------------


def test_before_the_first_race_it_says_what_to_do(panel):
    assert panel.placeholder.isVisible()
    assert panel.export() is None
    panel.set_state(state_of(line(0.0)))
    assert panel.view.isVisible()
    assert not panel.placeholder.isVisible()


def test_the_trail_ends_at_the_play_head(panel):
    state = state_of(line(1.5), line(-1.5, "adam", BLUE))
    panel.set_state(replace(state, moment=15.0))
    drawn = pixels(panel)
    for y, color in ((1.5, ORANGE), (-1.5, BLUE)):
        assert shows(drawn, *at(panel, -1.5, y), color)
        assert not shows(drawn, *at(panel, 1.5, y), color)
    panel.set_state(state)
    assert shows(pixels(panel), *at(panel, 1.5, 1.5), ORANGE)


def test_what_is_still_to_come_can_be_shown_faintly(panel):
    panel.set_state(state_of(line(1.5), moment=15.0))
    before = pixels(panel)
    panel._choose("faint", True)
    x, y = (round(each) for each in at(panel, 1.5, 1.5))
    changed = np.abs(pixels(panel)[y - 1 : y + 2, x] - before[y - 1 : y + 2, x]).max()
    assert 20 < changed < 150


def test_higher_is_lighter_and_gaps_are_hatched(panel):
    panel.set_state(state_of(line(-2.0), landscape=landscape(gap=True)))
    drawn = pixels(panel)
    row = [drawn[round(at(panel, 0, -1.0)[1]), round(at(panel, x, 0)[0])].sum() for x in (-3.5, -1, 1, 3.5)]
    assert row == sorted(row)
    assert len(set(row)) == 4
    x, y = (round(each) for each in at(panel, -3.5, 2.5))
    hatched = drawn[y : y + 40, x : x + 40].reshape(-1, 3)
    assert len(np.unique(hatched, axis=0)) == 2


def test_a_landscape_of_another_formula_is_not_shown(panel):
    panel.set_state(state_of(line(0.0), landscape=landscape(formula="x*y")))
    x, y = (round(each) for each in at(panel, 3.5, -2.0))
    assert is_near(pixels(panel)[y, x], "#1b1c1f", 2)


def test_a_formula_that_is_none_dims_the_last_surface(panel):
    state = state_of(line(0.0))
    panel.set_state(state)
    x, y = (round(each) for each in at(panel, 3.5, -2.0))
    bright = pixels(panel)[y, x].sum()
    panel.set_state(replace(state, trouble="There is no function foo."))
    assert pixels(panel)[y, x].sum() < 0.7 * bright


def test_the_ground_stays_dark_in_the_light_theme(panel):
    panel.set_state(state_of(line(0.0)))
    x, y = (round(each) for each in at(panel, 3.0, -2.0))
    dark = pixels(panel)
    panel.set_colors(theme.LIGHT)
    light = pixels(panel)
    assert (dark[y, x] == light[y, x]).all()
    assert is_near(light[445, 3], theme.LIGHT.panel, 2)
    assert is_near(dark[445, 3], theme.DARK.panel, 2)


def test_playing_draws_the_ground_once(panel):
    state = state_of(line(0.0))
    panel.set_state(state)
    pixels(panel)
    kept = panel.view._ground._pixmap.cacheKey()
    for moment in range(20):
        panel.set_state(replace(state, moment=float(moment)))
        pixels(panel)
    assert panel.view._ground._pixmap.cacheKey() == kept


def test_minima_saddles_and_racers_are_named_at_the_pointer(panel):
    panel.set_state(state_of(line(-1.5)))
    pixels(panel)
    tip = panel.view.tip_at
    point = panel.view.rect().center().toPointF()
    for place, words in (
        ((2.0, 1.0), "minimum (2, 1), f = 0"),
        ((-2.0, 1.0), "saddle (−2, 1), f = 1.000"),
        ((3.0, -1.5), "SGD, running, step 30: (3, −1.5), f = 30.00"),
        ((0.0, 2.5), ""),
    ):
        point.setX(at(panel, *place)[0])
        point.setY(at(panel, *place)[1])
        assert tip(point) == words


def test_the_pointer_is_read_out(panel):
    panel.set_state(state_of(line(-1.5)))
    move(panel.view, at(panel, 2.0, -0.5), Qt.MouseButton.NoButton)
    (note,) = panel.view._notes(panel._state, panel.view.frame.axes.plot)
    assert note[1].startswith("x 2   y −0.5   f ≈ 6.0")
    before = pixels(panel)
    QApplication.sendEvent(panel.view, QEvent(QEvent.Type.Leave))
    assert not panel.view._notes(panel._state, panel.view.frame.axes.plot)
    assert (pixels(panel) != before).any()


def test_a_window_without_numbers_says_so(panel):
    empty = landscape()
    nothing = replace(
        empty,
        values=np.full_like(empty.values, np.nan),
        bands=np.full_like(empty.bands, 255),
        levels=np.empty(0),
        lines=(),
        low=math.nan,
        high=math.nan,
    )
    panel.set_state(state_of(line(0.0), landscape=nothing))
    pixels(panel)
    assert panel.view._notes(panel._state, panel.view.frame.axes.plot)[0][1].startswith("f is no number")


# --- choices, files --------------------------------------------------------------------------------------


def test_choices_are_told_and_remembered(panel):
    told, levels = [], []
    panel.view_changed.connect(lambda name, value: told.append((name, value)))
    panel.levels_requested.connect(levels.append)
    panel.set_state(state_of(line(0.0)))
    panel.lines.setChecked(False)
    panel._choose_arrow("momentum", True)
    panel._choose_arrow("gradient", True)
    panel._choose_levels("logarithmic")
    assert told == [
        ("lines", False),
        ("arrows", ("momentum",)),
        ("arrows", ("gradient", "momentum")),
        ("levels", "logarithmic"),
    ]
    panel.set_view({"lines": True, "arrows": ["step", "nonsense"], "faint": 3, "levels": "linear", "x": 1})
    assert panel.lines.isChecked()
    assert panel.view.options.arrows == ("step",)
    assert not panel.view.options.faint
    assert levels == ["logarithmic", "linear"]


def test_the_menu_has_every_choice(panel):
    panel.set_state(state_of(line(0.0)))
    swarms = []
    panel.swarm_requested.connect(swarms.append)
    menu = QMenu()
    panel.fill_menu(menu)
    by_text = {action.text(): action for action in menu.actions()}
    by_text["Same units for x and y"].trigger()
    by_text["Swarm of starts"].trigger()
    assert panel.view.options.square
    assert swarms == [True]
    assert by_text["Contour lines"].isChecked()


def test_every_step_is_saved(panel):
    panel.set_state(state_of(line(0.0, count=4)))
    export = panel.export()
    assert export is not None
    rows = csv_bytes(export.table).decode().splitlines()
    assert rows == [
        "racer,step,x,y,loss",
        "sgd,0,-3.0,0.0,0.0",
        "sgd,1,-1.0,0.0,1.0",
        "sgd,2,1.0,0.0,2.0",
        "sgd,3,3.0,0.0,3.0",
    ]
    assert not export.picture().isNull()


def test_the_smallest_and_oddest_sizes_are_painted(panel):
    panel.set_state(state_of(trajectory(walk(1, 50))))
    for size in ((1, 1), (40, 30), (160, 120), (2000, 60)):
        panel.view.resize(*size)
        panel.view.grab()


def test_the_focus_is_shown_when_it_comes_by_a_key(panel):
    panel.set_state(state_of(line(0.0)))
    before = pixels(panel)
    panel.view.setFocus(Qt.FocusReason.MouseFocusReason)
    assert (pixels(panel) == before).all()
    panel.lines.setFocus()
    panel.view.clearFocus()
    panel.activateWindow()
    panel.view.setFocus(Qt.FocusReason.TabFocusReason)
    plot = panel.view.frame.axes.plot
    assert shows(pixels(panel), plot.left() - 1, plot.center().y(), theme.DARK.accent)
