"""The hand in the landscape: the start, heads, zoom, the window, keys."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu
from race_landscape_bench import (
    BLUE,
    LEFT,
    SHIFT,
    SURFACE,
    WINDOW,
    at,
    is_near,
    landscape,
    landscape_panel,
    line,
    mouse,
    move,
    pixels,
    press,
    release,
    shows,
    state_of,
    wheel,
)

from visualizer.race.surface import Window

MIDDLE, RIGHT = Qt.MouseButton.MiddleButton, Qt.MouseButton.RightButton


@pytest.fixture
def panel(qtbot, styled):
    yield from landscape_panel(qtbot, 640, 450)


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
