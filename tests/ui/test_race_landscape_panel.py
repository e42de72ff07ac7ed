"""The Landscape panel: what it draws where, what the hand asks for, what it says and saves."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import combinations, pairwise

import numpy as np
import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QWidget
from race_landscape_bench import (
    LEFT,
    SHIFT,
    SURFACE,
    WINDOW,
    is_near,
    landscape,
    mouse,
    move,
    pixels_of,
    press,
    release,
    shows,
    state_of,
    trajectory,
    walk,
    wheel,
)

from visualizer.race.frames import BasinsFrame, SwarmFrame
from visualizer.race.lineup import new_race
from visualizer.race.racers import RACERS
from visualizer.race.run import RaceRun
from visualizer.race.surface import Window
from visualizer.race.surfaces import surface
from visualizer.ui import theme
from visualizer.ui.panels.landscape import LandscapePanel
from visualizer.ui.race.state import RaceState
from visualizer.ui.widgets.export import csv_bytes
from visualizer.ui.widgets.place_labels import around
from visualizer.ui.widgets.trail_heads import RADIUS

ORANGE, BLUE = "#E69F00", "#56B4E9"
MIDDLE, RIGHT = Qt.MouseButton.MiddleButton, Qt.MouseButton.RightButton


@pytest.fixture
def panel(qtbot, styled):
    yield from shown(qtbot, (640, 450))


@pytest.fixture
def small(qtbot, styled):
    yield from shown(qtbot, (420, 320))


def shown(qtbot, size):
    place = QWidget()  # as in the window, where a dock holds it
    qtbot.addWidget(place)
    made = LandscapePanel(place)
    made.set_colors(theme.DARK)
    made._choose("basins", False)
    place.resize(*size)
    made.resize(*size)
    place.show()
    yield made


def still(panel) -> None:
    """The end of a zoom: the picture is drawn in full."""
    panel.view._moved = -math.inf


def pixels(panel) -> np.ndarray:
    still(panel)
    return pixels_of(panel.view.grab().toImage())


def at(panel, x: float, y: float) -> tuple[float, float]:
    return panel.view.frame.pixel((x, y))


def line(y: float, key: str = "sgd", color: str = ORANGE, count: int = 31):
    return trajectory(np.stack([np.linspace(-3, 3, count), np.full(count, y)], axis=1), key, color)


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


# --- heads, labels ---------------------------------------------------------------------------------------


def test_a_diverged_racer_leaves_dashed_with_a_sentence(panel):
    points = [(0, 0), (0, 1), (0, 90), (0, np.nan)]
    panel.set_state(state_of(trajectory(points, state="diverged"), line(-2.0, "adam", BLUE, 4)))
    drawn = pixels(panel)
    texts = [placed.label.text for placed in panel.view.labels]
    assert "SGD leaves at step 2" in texts
    x = round(at(panel, 0, 0)[0])
    top, bottom = round(at(panel, 0, 2.6)[1]), round(at(panel, 0, 0.4)[1])
    colored = [
        any(is_near(drawn[y, x + side], ORANGE, 60) for side in (-1, 0, 1)) for y in range(top, bottom)
    ]
    assert 0.3 < np.mean(colored) < 0.9
    assert sum(one != other for one, other in pairwise(colored)) > 10
    mark = at(panel, 0, 3.0)
    assert shows(drawn, mark[0] + 2, mark[1] + 7, ORANGE, 2)


def test_heads_at_one_place_share_a_name(panel):
    panel.set_state(state_of(line(0.5), line(0.52, "adam", BLUE), selected="adam"))
    pixels(panel)
    texts = {placed.label.text: placed.label.keys for placed in panel.view.labels}
    assert texts["SGD 2, SGD"] == ("adam", "sgd")


def test_a_racer_beyond_the_plot_is_named_at_its_edge(panel):
    panel.set_state(state_of(trajectory([(0, 0), (3, 0), (6, 0)])))
    drawn = pixels(panel)
    x, y = at(panel, 4.0, 0.0)
    assert shows(drawn, x - 9, y, ORANGE, 3)
    assert "SGD" in [placed.label.text for placed in panel.view.labels]


@pytest.fixture(scope="module")
def crowded() -> RaceState:
    ground = surface("himmelblau")
    race = new_race(ground, tuple(RACERS), steps=120)
    frame = RaceRun(race).advance()
    return RaceState(race, frame, None, 0.0, 120.0, selected="adam")


@pytest.mark.parametrize("size", ["panel", "small"])
def test_no_name_covers_another_or_a_head(size, request, crowded):
    made = request.getfixturevalue(size)
    made._choose("basins", True)
    for moment in (0, 1, 3, 10, 40, 119):
        made.set_state(replace(crowded, moment=float(moment)))
        pixels(made)
        view = made.view
        boxes = [placed.box for placed in view.labels]
        assert boxes
        occupied = [around(head.x, head.y, RADIUS) for head in view._heads]
        rect = view._inset.rect
        occupied.append((rect.left(), rect.top(), rect.right(), rect.bottom()))
        for one, other in [*combinations(boxes, 2), *((box, each) for box in boxes for each in occupied)]:
            assert not (one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3])
        plot = view.frame.axes.plot
        for left, top, right, bottom in boxes:
            assert plot.left() <= left < right <= plot.right() + 1
            assert plot.top() <= top < bottom <= plot.bottom() + 1


def test_arrows_point_where_they_should(panel):
    racer = trajectory([(0, 0), (0, 0.5), (0, 1)])  # the gradient is (1, 0): downhill is to the left
    panel.set_state(state_of(racer))
    before = pixels(panel)
    panel._choose("arrows", ("gradient",))
    x, y = at(panel, 0.0, 1.0)
    after = pixels(panel)
    assert is_near(after[round(y), round(x) - 12], "#ffffff", 70)
    assert not is_near(before[round(y), round(x) - 12], "#ffffff", 70)
    panel._choose("arrows", ("step",))
    assert shows(pixels(panel), x, y - 12, ORANGE)


def test_swarm_dots_have_the_colour_of_their_minimum(panel):
    from visualizer.race.basin_colors import minimum_color

    points = np.array([[(-2, -2), (2, -2)], [(-1, -2), (1, -2)]], np.float32)
    swarm = SwarmFrame(line(0.0).racer, points, np.array([0, 1], np.int16))
    panel.set_state(state_of(line(0.0), swarm=swarm, moment=0.0))
    drawn = pixels(panel)
    for index, x in enumerate((-2, 2)):
        found = drawn[round(at(panel, x, -2)[1]) + 1, round(at(panel, x, -2)[0]) + 1]
        assert tuple(found) == tuple(minimum_color(index))


# --- basins ----------------------------------------------------------------------------------------------


def basins(key: str = "sgd") -> BasinsFrame:
    reached = np.zeros((32, 32), np.int16)
    return BasinsFrame(
        trajectory([(0, 0)], key).racer, WINDOW, SURFACE.minima, 50, reached, reached.astype(np.int32), 1.0
    )


def test_a_click_in_the_inset_is_a_start(panel, qtbot):
    panel._choose("basins", True)
    panel.set_state(state_of(line(-2.0), basins=(basins(),), selected="sgd"))
    pixels(panel)
    area = panel.view._inset.picture_rect
    assert area.left() > panel.view.width() / 2
    drags = []
    panel.start_dragged.connect(lambda point, done: drags.append((point, done)))
    place = area.left() + area.width() * 0.25, area.top() + area.height() * 0.25
    press(panel.view, place)
    release(panel.view, place)
    (x, y), done = drags[-1]
    assert done
    assert (x, y) == pytest.approx((-2, 1.5), abs=0.1)


def test_the_inset_does_not_hide_the_start(panel):
    panel._choose("basins", True)
    start = trajectory([(3.5, 2.5), (3, 2)])
    panel.set_state(state_of(start, basins=(basins(),)))
    pixels(panel)
    assert not panel.view._inset.rect.contains(*at(panel, 3.5, 2.5))
    assert not panel.view._inset.rect.isEmpty()


def test_basins_are_asked_for_when_they_can_be_seen(panel, qtbot):
    told = []
    panel.basins_toggled.connect(told.append)
    panel.set_state(state_of(line(0.0)))
    qtbot.waitUntil(lambda: told == [False])
    panel.basins.setChecked(True)
    assert told == [False, True]


# --- the hand --------------------------------------------------------------------------------------------


@pytest.fixture
def drags(panel):
    told: list[tuple[tuple[float, float], bool]] = []
    panel.start_dragged.connect(lambda point, done: told.append((point, done)))
    panel.set_state(state_of(line(0.0)))
    pixels(panel)
    return told


def test_a_click_sets_the_start(panel, drags):
    place = at(panel, 1.0, 2.0)
    press(panel.view, place)
    release(panel.view, place)
    assert [done for _, done in drags] == [False, True]
    for point, _ in drags:
        assert point == pytest.approx((1.0, 2.0), abs=1e-6)


def test_the_start_is_taken_as_it_lies_and_stays_in_the_plot(panel, drags):
    x, y = at(panel, -3.0, 0.0)
    press(panel.view, (x + 5, y + 3))
    assert not drags
    move(panel.view, (x + 55, y + 3))
    assert drags[-1][0] == pytest.approx(panel.view.frame.point(x + 50, y))
    move(panel.view, (5000, -5000))
    release(panel.view, (5000, -5000))
    assert drags[-1] == (pytest.approx((WINDOW.right, WINDOW.top)), True)


def test_a_drag_tells_sixty_places_a_second_at_most(panel, drags, qtbot):
    press(panel.view, at(panel, 0.0, 2.0))
    for step in range(200):
        move(panel.view, at(panel, step / 100, 2.0))
    assert len(drags) < 30
    qtbot.waitUntil(lambda: drags[-1][0][0] > 1.98)
    release(panel.view, at(panel, 2.0, 2.0))
    assert drags[-1][1]


def test_the_diamond_follows_the_hand_at_once(panel, drags):
    press(panel.view, at(panel, 1.0, 2.0))
    x, y = at(panel, 1.0, 2.0)
    held = pixels(panel)
    assert shows(held, x - 7, y, "#ffffff", 2)
    assert is_near(held[round(y), round(x)], "#1b1c1f", 8)
    release(panel.view, (x, y))


def test_a_click_on_a_head_or_a_name_selects(panel):
    chosen, drags = [], []
    panel.racer_selected.connect(chosen.append)
    panel.start_dragged.connect(lambda *drag: drags.append(drag))
    panel.set_state(state_of(line(1.5), line(-1.5, "adam", BLUE)))
    pixels(panel)
    press(panel.view, at(panel, 3.0, -1.5))
    release(panel.view, at(panel, 3.0, -1.5))
    label = next(placed for placed in panel.view.labels if placed.label.keys == ("sgd",))
    middle = (label.box[0] + label.box[2]) / 2, (label.box[1] + label.box[3]) / 2
    press(panel.view, middle)
    release(panel.view, middle)
    assert chosen == ["adam", "sgd"]
    assert not drags


def test_the_wheel_zooms_at_the_pointer_and_asks_once_in_a_while(panel, drags, qtbot):
    asked = []
    panel.view_requested.connect(asked.append)
    place = at(panel, 1.0, 1.0)
    for _ in range(5):
        wheel(panel.view, place, 120)
    window = panel.view.shown.window
    assert window.width < 0.5 * WINDOW.width
    assert at(panel, 1.0, 1.0) == pytest.approx(place, abs=0.01)
    assert not asked
    qtbot.waitUntil(lambda: len(asked) == 1)
    assert asked == [window]


def test_the_old_ground_is_shown_larger_until_the_new_one_comes(panel, drags):
    before = pixels(panel)[round(at(panel, 0, -2.0)[1])]
    wheel(panel.view, at(panel, -3.9, -2.0), -600)
    after = pixels(panel)
    x, y = (round(each) for each in at(panel, 3.5, -2.0))
    assert is_near(after[y, x], "#{:02x}{:02x}{:02x}".format(*before[-120]), 12)
    x = round(at(panel, 6.0, 0)[0])
    assert is_near(after[y, x], "#1b1c1f", 3)


@pytest.mark.parametrize(("button", "keys"), [(MIDDLE, None), (RIGHT, None), (LEFT, SHIFT)])
def test_the_window_is_moved_with_the_hand(panel, drags, button, keys):
    held = keys or Qt.KeyboardModifier.NoModifier
    x, y = at(panel, 0.0, 0.0)
    press(panel.view, (x, y), button, held)
    move(panel.view, (x + 60, y + 30), button, held)
    release(panel.view, (x + 60, y + 30), button, held)
    assert at(panel, 0.0, 0.0) == pytest.approx((x + 60, y + 30), abs=0.01)
    assert not drags


def test_a_right_click_opens_the_menu(panel, drags):
    opened = []
    panel.view.menu_requested.connect(opened.append)
    press(panel.view, (200, 200), RIGHT)
    release(panel.view, (200, 200), RIGHT)
    assert len(opened) == 1
    panel.findChild(QMenu, options=Qt.FindChildOption.FindDirectChildrenOnly).close()


def test_a_double_click_shows_all_and_leaves_the_start(panel, drags, qtbot):
    asked = []
    panel.view.shown.zoom(0.5, (1.0, 1.0))
    panel.view_requested.connect(asked.append)
    place = at(panel, 1.0, 1.5)
    start = panel._state.race.start
    press(panel.view, place)
    release(panel.view, place)
    panel.set_state(replace(panel._state, race=replace(panel._state.race, start=drags[-1][0])))
    mouse(panel.view, QEvent.Type.MouseButtonDblClick, place)
    release(panel.view, place)
    assert drags[-1] == (start, True)
    assert panel.view.shown.window == WINDOW
    qtbot.waitUntil(lambda: asked == [WINDOW])


def test_keys_move_the_start_and_zoom(panel, drags):
    panel.view.setFocus()
    QTest.keyPress(panel.view, Qt.Key.Key_Right)
    QTest.keyRelease(panel.view, Qt.Key.Key_Right)
    assert drags[-1] == (pytest.approx((-3.0 + 0.01 * WINDOW.width, 0.0)), True)
    QTest.keyPress(panel.view, Qt.Key.Key_Up, SHIFT)
    QTest.keyRelease(panel.view, Qt.Key.Key_Up, SHIFT)
    assert drags[-1][0][1] == pytest.approx(0.001 * WINDOW.height)
    QTest.keyClick(panel.view, Qt.Key.Key_Plus)
    assert panel.view.shown.window.width == pytest.approx(0.8 * WINDOW.width)
    QTest.keyClick(panel.view, Qt.Key.Key_F)
    assert panel.view.shown.window == WINDOW


def test_a_late_answer_does_not_pull_the_window_back(panel, drags, qtbot):
    asked = []
    panel.view_requested.connect(asked.append)
    shown_window = panel.view.shown
    shown_window.zoom(0.5, (0.0, 0.0))
    qtbot.waitUntil(lambda: len(asked) == 1)
    shown_window.zoom(0.5, (0.0, 0.0))
    now = shown_window.window
    panel.set_state(replace(panel._state, landscape=landscape(asked[0])))
    assert shown_window.window == now
    qtbot.waitUntil(lambda: len(asked) == 2)
    panel.set_state(replace(panel._state, landscape=landscape(asked[0])))
    assert shown_window.window == now
    panel.set_state(replace(panel._state, landscape=landscape(asked[1])))
    assert shown_window.window == now
    other = Window(0.0, 1.0, 0.0, 1.0)
    panel.set_state(replace(panel._state, landscape=landscape(other)))
    assert shown_window.window == other


def test_another_surface_is_shown_whole(panel, drags):
    panel.view.shown.zoom(0.2, (0.0, 0.0))
    other = replace(SURFACE, formula="x*y", window=Window(-1, 1, -1, 1))
    race = replace(panel._state.race, surface=other)
    panel.set_state(replace(panel._state, race=race))
    assert panel.view.shown.window == other.window


def test_no_zoom_goes_beyond_what_numbers_can_tell_apart(panel, drags):
    for _ in range(400):
        panel.view.shown.zoom(0.5, (1.0, 1.0))
    pixels(panel)
    assert panel.view.shown.window.width > 0
    for _ in range(400):
        panel.view.shown.zoom(2.0, (1.0, 1.0))
    pixels(panel)
    assert panel.view.shown.window.width < 1e5 * WINDOW.width


def test_equal_units_stay_equal_at_every_size(panel, drags):
    panel._choose("square", True)
    for size in ((640, 450), (300, 450), (700, 200)):
        panel.resize(*size)
        panel.view.resize(*size)
        (x0, y0), (x1, y1) = at(panel, 0, 0), at(panel, 1, 1)
        assert x1 - x0 == pytest.approx(y0 - y1, rel=0.02)
        window = panel.view.shown.window
        assert window.left <= WINDOW.left + 1e-9
        assert window.top >= WINDOW.top - 1e-9
    panel._choose("square", False)
    assert panel.view.shown.window == WINDOW


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


def test_the_inset_goes_where_it_hides_few_trails(panel):
    panel._choose("basins", True)
    quiet, busy = trajectory([(0, -2), (0, -2.5)]), trajectory(walk(5, 900, 0.1) * 0.3 + (3.2, 2.0))
    panel.set_state(state_of(quiet))
    pixels(panel)
    corner = panel.view._inset.rect.center()
    panel.set_state(state_of(busy))
    panel.set_state(replace(state_of(busy), race=replace(state_of(busy).race, start=(0.0, 0.0))))
    pixels(panel)
    assert panel.view._inset.rect.center() != corner
    assert (
        panel.view._trails.crowd.covered((corner.x() - 60, corner.y() - 70, corner.x() + 60, corner.y() + 70))
        > 90
    )


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
