"""Trails: where they are in px, what is kept of them, and that what is drawn depends on the moment alone."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QImage, QPainter
from race_landscape_bench import WINDOW, frame_of, pixels_of, trajectory, walk

from visualizer.race import clock
from visualizer.ui.widgets.axes import Axes
from visualizer.ui.widgets.trail_crowd import Crowd
from visualizer.ui.widgets.trail_geometry import clipped, first_exit, lay_trail, pieces
from visualizer.ui.widgets.trail_heads import heads
from visualizer.ui.widgets.trail_layer import stretches
from visualizer.ui.widgets.trail_painting import TrailPainting

SIZE = QSize(400, 300)
PLOT = QRectF(0, 0, 400, 300)
AXES = Axes(PLOT, (WINDOW.left, WINDOW.right), (WINDOW.bottom, WINDOW.top))
RECT = QRectF(-1, -2, 3, 4)
COLORS = ("#E69F00", "#56B4E9", "#009E73")


# --- geometry --------------------------------------------------------------------------------------------


def test_points_lie_where_the_axes_say():
    trail = lay_trail(trajectory([(-4, 3), (4, -3), (0, 0)]), AXES, "#E69F00")
    assert trail.points.tolist() == [[0, 0], [400, 300], [200, 150]]
    assert trail.inside.all()


def test_a_racer_that_stands_still_is_drawn_no_further():
    still = [(0, 0), (1, 0)] + [(1 + 1e-6 * step, 0) for step in range(500)]
    trail = lay_trail(trajectory(still), AXES, "#E69F00")
    drawn = pieces(trail, 0, len(still) - 1)
    assert len(drawn) == 1
    assert len(drawn[0]) <= 4
    assert pieces(trail, 10, 400) == []
    assert pieces(trail, 5, 5) == []


def test_thinning_moves_no_line_by_more_than_a_pixel():
    points = walk(3, 800, 0.004)
    trail = lay_trail(trajectory(points), AXES, "#E69F00")
    drawn = np.concatenate(pieces(trail, 0, 800))
    assert len(drawn) < 700
    away = np.abs(trail.points[:, None] - drawn[None]).max(axis=2).min(axis=1)
    assert away.max() <= 1.0


@pytest.mark.parametrize("far", [1e3, 1e12, 1e200, 1e308])
def test_a_jump_to_nowhere_leaves_in_its_own_direction(far):
    trail = lay_trail(trajectory([(0, 0), (far, far / 2), (np.nan, np.nan)]), AXES, "#E69F00")
    (line,) = pieces(trail, 0, 2)
    way = line[-1] - line[0]
    # A unit of x and one of y are both 50 px; y goes down.
    assert way[1] / way[0] == pytest.approx(-0.5, abs=1e-3)
    assert np.isfinite(line).all()
    out = first_exit(trail, 2, PLOT)
    assert out is not None
    assert (out.step, out.leaves) == (1, True)
    assert (out.x, out.y) == pytest.approx((400, 50), abs=0.5)


coordinate = st.floats(-6, 6) | st.sampled_from([-1.0, 2.0, -2.0, 0.0])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(coordinate, coordinate), min_size=2, max_size=8))
def test_clipping_keeps_what_is_inside_and_nothing_else(points):
    line = np.array(points, np.float64)
    made = clipped(line, RECT)
    for part in made:
        assert (part >= np.array([RECT.left(), RECT.top()]) - 1e-9).all()
        assert (part <= np.array([RECT.right(), RECT.bottom()]) + 1e-9).all()
    length = sum(np.hypot(*np.diff(part, axis=0).T).sum() for part in made)
    shares = (np.arange(1000) + 0.5) / 1000
    wanted = 0.0
    for start, end in pairwise(line):
        along = start + shares[:, None] * (end - start)
        inside = (
            (along[:, 0] >= RECT.left())
            & (along[:, 0] <= RECT.right())
            & (along[:, 1] >= RECT.top())
            & (along[:, 1] <= RECT.bottom())
        )
        wanted += inside.mean() * np.hypot(*(end - start))
    assert length == pytest.approx(wanted, abs=0.03 * len(points))


def test_clipping_breaks_at_gaps():
    line = np.array([(0, 0), (1, 0), (np.nan, np.nan), (0, 1), (1, 1)])
    assert [part.tolist() for part in clipped(line, RECT)] == [[[0, 0], [1, 0]], [[0, 1], [1, 1]]]


def test_the_way_out():
    inside = lay_trail(trajectory([(0, 0), (1, 1)]), AXES, "#E69F00")
    assert first_exit(inside, 1, PLOT) is None
    never = lay_trail(trajectory([(9, 0), (9, 1)]), AXES, "#E69F00")
    assert first_exit(never, 1, PLOT) is None
    lost = lay_trail(trajectory([(0, 0), (1, 1), (np.nan, np.nan)]), AXES, "#E69F00")
    out = first_exit(lost, 2, PLOT)
    assert out is not None
    assert (out.step, out.leaves) == (2, False)
    assert (out.x, out.y) == (250, 100)


def test_names_know_where_trails_are():
    crowd = Crowd([lay_trail(trajectory([(-4, 0), (4, 0)]), AXES, "#E69F00"), None], PLOT)
    assert crowd.covered((10, 10, 390, 100)) == 0
    assert crowd.covered((0, 140, 400, 160)) >= 60
    assert crowd.covered((-100, -100, 900, 900)) == crowd.covered((0, 0, 400, 300))


# --- layers ----------------------------------------------------------------------------------------------


def racers(steps: int, evaluations: tuple[int, ...] = (1, 1, 1)) -> list:
    return [
        trajectory(walk(seed, steps), f"r{seed}", COLORS[seed], evaluations=evaluations[seed])
        for seed in range(3)
    ]


def painted(painting: TrailPainting, frame, moment: float) -> np.ndarray:
    painting.lay(frame, frame.race, "r1", AXES, SIZE, 1.0)
    image = QImage(SIZE, QImage.Format.Format_RGB32)
    image.fill(0)
    with QPainter(image) as painter:
        painting.draw(painter, clock.steps_at(frame, moment))
    return pixels_of(image)


@pytest.mark.parametrize(("kind", "evaluations"), [("steps", (1, 1, 1)), ("evaluations", (1, 3, 7))])
def test_playing_on_paints_what_a_jump_paints(styled, kind, evaluations):
    frame = frame_of(*racers(900, evaluations), clock=kind)
    played = TrailPainting()
    for moment in (0, 1, 2, 15, 16, 17, 40, 41, 333, 334.5, 512, 700, 899, 900):
        drawn = painted(played, frame, moment)
        assert (drawn == painted(TrailPainting(), frame, moment)).all(), moment
    for moment in (899, 640, 320, 319, 100, 3, 0, 700):
        drawn = painted(played, frame, moment)
        assert (drawn == painted(TrailPainting(), frame, moment)).all(), moment


def test_a_race_that_is_still_computed_is_drawn_on(styled):
    whole = frame_of(*racers(400))
    growing = TrailPainting()
    for rows in (1, 10, 60, 200, 399):
        cut = tuple(
            replace(
                each,
                points=each.points[: rows + 1],
                states=each.states[: rows + 1],
                evaluations=each.evaluations[: rows + 1],
            )
            for each in whole.trajectories
        )
        partial = replace(whole, trajectories=cut, complete=False)
        drawn = painted(growing, partial, 1000.0)
        assert (drawn == painted(TrailPainting(), whole, rows)).all(), rows
    assert (painted(growing, whole, 400) == painted(TrailPainting(), whole, 400)).all()


def test_another_race_does_not_show_the_trails_of_the_last(styled):
    painting = TrailPainting()
    painted(painting, frame_of(*racers(300)), 300)
    other = frame_of(*[trajectory(walk(9 + n, 300), f"r{n}", COLORS[n]) for n in range(3)])
    assert (painted(painting, other, 300) == painted(TrailPainting(), other, 300)).all()


def test_hidden_racers_and_new_colours_are_followed(styled):
    frame = frame_of(*racers(100))
    painting = TrailPainting()
    before = painted(painting, frame, 100)
    edited = (
        replace(frame.race.racers[0], shown=False),
        frame.race.racers[1],
        replace(frame.race.racers[2], color="#ffffff"),
    )
    painting.lay(frame, replace(frame.race, racers=edited), "r1", AXES, SIZE, 1.0)
    image = QImage(SIZE, QImage.Format.Format_RGB32)
    image.fill(0)
    with QPainter(image) as painter:
        painting.draw(painter, (100, 100, 100))
    after = pixels_of(image)
    assert (before == (0xE6, 0x9F, 0)).all(axis=2).any()
    assert not (after == (0xE6, 0x9F, 0)).all(axis=2).any()
    assert (after == 255).all(axis=2).any()


def test_the_selected_trail_is_the_thicker_one(styled):
    line = np.stack([np.linspace(-3, 3, 50), np.zeros(50)], axis=1)
    lines = [
        trajectory(line + np.array((0, 1)), "r0", COLORS[0]),
        trajectory(line - np.array((0, 1)), "r1", COLORS[1]),
    ]
    drawn = painted(TrailPainting(), frame_of(*lines), 49)[:, 200].max(axis=1)
    assert (drawn[80:120] > 100).sum() == 2
    assert (drawn[180:220] > 100).sum() in (3, 4)


def test_stretches_end_where_all_is_computed():
    frame = frame_of(*racers(100))
    assert stretches(frame)[-1].tolist() == [100, 100, 100]
    short = replace(frame.trajectories[0], points=frame.trajectories[0].points[:31])
    partial = replace(frame, trajectories=(short, *frame.trajectories[1:]), complete=False)
    assert stretches(partial)[-1].tolist() == [28, 28, 28]


# --- heads -----------------------------------------------------------------------------------------------


def heads_of(*trajectories, row: int, selected: str = ""):
    frame = frame_of(*trajectories)
    trails = [lay_trail(each, AXES, each.racer.color) for each in trajectories]
    return heads(frame, frame.race, trails, (row,) * len(trails), PLOT, selected)


def test_heads_are_where_the_racers_are():
    a, b = trajectory([(0, 0), (1, 1)], "a"), trajectory([(0, 0), (-1, 0)], "b")
    assert heads_of(a, b, row=0) == ()
    found = heads_of(a, b, row=1, selected="a")
    assert [(head.key, head.x, head.y, head.selected) for head in found] == [
        ("b", 150, 150, False),
        ("a", 250, 100, True),
    ]


def test_a_head_beyond_the_plot_waits_at_its_edge():
    (head,) = heads_of(trajectory([(0, 0), (7, 0)]), row=1)
    assert head.beyond
    assert head.way_out is None
    assert 380 < head.x < 400
    assert head.y == 150


def test_a_diverged_racer_is_marked_where_it_left():
    points = [(0, 0), (2, 0), (9, 0), (1e5, 0), (np.nan, np.nan)]
    (head,) = heads_of(trajectory(points, state="diverged"), row=4)
    assert head.way_out is not None
    assert head.way_out.step == 2
    assert (head.x, head.y) == (400, 150)
