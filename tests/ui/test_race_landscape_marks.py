"""What lies on the landscape: heads, names, arrows, dots, the small picture of basins."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations, pairwise

import numpy as np
import pytest
from race_landscape_bench import (
    BLUE,
    ORANGE,
    SURFACE,
    WINDOW,
    at,
    is_near,
    landscape_panel,
    line,
    pixels,
    press,
    release,
    shows,
    state_of,
    trajectory,
    walk,
)

from visualizer.race.frames import BasinsFrame, SwarmFrame
from visualizer.race.lineup import new_race
from visualizer.race.racers import RACERS
from visualizer.race.run import RaceRun
from visualizer.race.surfaces import surface
from visualizer.ui.race.state import RaceState
from visualizer.ui.widgets.place_labels import around
from visualizer.ui.widgets.trail_heads import RADIUS


@pytest.fixture
def panel(qtbot, styled):
    yield from landscape_panel(qtbot, 640, 450)


@pytest.fixture
def small(qtbot, styled):
    yield from landscape_panel(qtbot, 420, 320)


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
