"""A start beyond the plot is shown at its edge, and the basins hide no minimum where there is another corner."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot
from race_landscape_bench import pixels_of

from visualizer.race.frames import STATES
from visualizer.race.lineup import new_race
from visualizer.race.run import RaceRun
from visualizer.race.surface import Point
from visualizer.race.surfaces import SURFACES, surface
from visualizer.ui import theme
from visualizer.ui.panels.landscape import LandscapePanel
from visualizer.ui.race.state import RaceState
from visualizer.ui.widgets.basins_inset import BasinsInset
from visualizer.ui.widgets.place_labels import Box
from visualizer.ui.widgets.trail_heads import on_edge


@pytest.fixture
def panel(qtbot: QtBot, styled: None) -> Iterator[LandscapePanel]:
    place = QWidget()  # as in the window, where a dock holds it
    qtbot.addWidget(place)
    made = LandscapePanel(place)
    made.set_colors(theme.DARK)
    place.resize(780, 480)
    made.resize(780, 480)
    place.show()
    yield made
    place.close()


def raced(name: str, start: Point | None = None) -> RaceState:
    race = new_race(surface(name), start=start)
    frame = RaceRun(race).advance()
    return RaceState(race, frame, moment=race.steps, length=race.steps, selected="adam")


def words(panel: LandscapePanel) -> list[str]:
    panel.view.grab()
    return [placed.label.text for placed in panel.view.labels]


@pytest.mark.parametrize("start", [(50.0, 1.5), (-40.0, -30.0), (1.0, 2e6)])
def test_a_start_beyond_the_plot_is_named_at_its_edge(panel: LandscapePanel, start: Point) -> None:
    panel.set_state(raced("beale", start))
    assert any(text.startswith("start (") for text in words(panel))
    plot = panel.view.frame.axes.plot
    x, y = on_edge(*panel.view.frame.pixel(start), plot)
    assert plot.contains(x, y)
    drawn = pixels_of(panel.view.grab().toImage())
    around = drawn[int(y) - 8 : int(y) + 9, int(x) - 8 : int(x) + 9]
    assert (around.min(axis=-1) > 220).any()  # the white edge of the arrow


def test_in_the_plot_the_start_stays_where_it_is() -> None:
    plot = QRectF(10, 10, 200, 100)
    assert on_edge(11.5, 60.25, plot) == (11.5, 60.25)
    assert on_edge(5e9, -5e9, plot) == (plot.right() - 9, plot.top() + 9)


@pytest.mark.parametrize("name", [name for name, row in SURFACES.items() if len(row.minima) <= 2])
def test_the_basins_hide_no_minimum_where_another_corner_is_free(panel: LandscapePanel, name: str) -> None:
    state = raced(name)
    panel.set_state(state)
    panel.view.grab()
    inset = panel.view._inset.rect
    assert not inset.isEmpty()
    for place in state.race.surface.minima:
        assert not inset.contains(QPointF(*panel.view.frame.pixel(place.point)))


def test_among_minima_everywhere_the_basins_stay_where_they_are() -> None:
    inset, plot = BasinsInset(), QRectF(0, 0, 700, 420)
    minima = [QPointF(x, y) for x in range(20, 700, 40) for y in range(20, 420, 40)]
    places = set()
    for crowd in (0.0, 40.0, 5.0, 60.0, 20.0):
        covered = partial(crowded_at_right, crowd)
        inset.lay(plot, QPointF(350, 210), minima, covered, shown=True)
        places.add(inset.rect.topLeft().toTuple())
    assert len(places) == 1


def crowded_at_right(crowd: float, box: Box) -> float:
    return crowd if box[0] > 350 else 0.0


def test_who_cannot_run_is_not_said_to_diverge(panel: LandscapePanel) -> None:
    state = raced("beale")
    assert state.frame is not None
    ran = state.frame.trajectories[0]
    points = ran.points[:2].copy()
    points[1] = np.nan
    gone = np.full(2, STATES.index("diverged"), np.uint8)
    stuck = replace(ran, points=points, states=gone, losses=ran.losses[:2], evaluations=ran.evaluations[:2])
    frame = replace(
        state.frame,
        trajectories=(stuck, *state.frame.trajectories[1:]),
        problems=((ran.racer.key, "It needs sparse gradients."),),
    )
    panel.set_state(replace(state, frame=frame))
    assert not any("SGD" in text and "diverge" in text for text in words(panel))
    assert any(text == "SGD cannot run" for text in words(panel))
