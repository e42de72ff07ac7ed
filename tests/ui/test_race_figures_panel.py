"""The Steps panel: step length, gradient norm and direction over a race, with the play head."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from panel_bench import docked
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from table_bench import csv_bytes

from visualizer.race.config import Race, Racer
from visualizer.race.frames import RaceFrame, Trajectory
from visualizer.race.racers import RACERS
from visualizer.race.surface import Surface, Window
from visualizer.ui import theme
from visualizer.ui.panels.race_figures import RaceFiguresPanel
from visualizer.ui.race.state import RaceState
from visualizer.ui.widgets.placeholder import Placeholder
from visualizer.ui.widgets.step_figures import directions, gradient_norms, in_background, step_lengths

STEPS = 40


def make_trajectory(key: str, points: np.ndarray, gradients: np.ndarray | None = None) -> Trajectory:
    count = len(points)
    return Trajectory(
        racer=Racer(key, key, 0.1, color=RACERS[key].color),
        points=points,
        losses=np.sum(points**2, axis=1),
        gradients=2 * points if gradients is None else gradients,
        used=2 * points[:-1],
        momentum=np.full((count, 2), np.nan),
        evaluations=2 * np.arange(count),
        distances=np.full(count, np.nan),
        states=np.zeros(count, np.uint8),
        rates=np.full(count, 0.1),
        seconds=1e-3,
    )


def make_frame(keys: tuple[str, ...] = ("sgd", "momentum", "adam"), *, complete: bool = True) -> RaceFrame:
    start = np.array([2.0, 1.0])
    rows = [
        make_trajectory(key, start * (0.9 - 0.1 * number) ** np.arange(STEPS + 1)[:, None])
        for number, key in enumerate(keys)
    ]
    surface = Surface("", "Bowl", "x^2 + y^2", Window(-3, 3, -3, 3), (2.0, 1.0))
    race = Race(surface, (2.0, 1.0), tuple(row.racer for row in rows), steps=STEPS)
    return RaceFrame(race, tuple(rows), complete)


def make_state(frame: RaceFrame | None = None, **changes: object) -> RaceState:
    frame = frame or make_frame()
    state = RaceState(frame.race, frame, moment=10.0, length=float(STEPS), selected="adam")
    return replace(state, **changes)


@pytest.fixture
def panel(qtbot: QtBot, styled: QApplication) -> Iterator[RaceFiguresPanel]:
    yield from docked(RaceFiguresPanel, qtbot, 456, 330)


def keys(panel: RaceFiguresPanel) -> list[list[str]]:
    return [[line.key for line in figure.plot.picture.lines] for figure in panel.figures]


# --- the figures -----------------------------------------------------------------------------------


def test_figures_by_hand() -> None:
    points = np.array([[0.0, 0.0], [3.0, 4.0], [3.0, 4.0], [3.0, 3.0]])
    gradients = np.array([[-3.0, -4.0], [1.0, 0.0], [5.0, 0.0], [0.0, 0.0]])
    row = make_trajectory("sgd", points, gradients)
    np.testing.assert_array_equal(step_lengths(row), [np.nan, 5, 0, 1])
    np.testing.assert_array_equal(gradient_norms(row), [5, 1, 5, 0])
    np.testing.assert_allclose(directions(row), [np.nan, 1, np.nan, 0])
    uphill = make_trajectory("sgd", points[:2], -gradients[:2])
    np.testing.assert_allclose(directions(uphill), [np.nan, -1])


def test_figures_of_a_racer_that_could_not_start_or_that_diverged() -> None:
    alone = make_trajectory("sgd", np.array([[1.0, 2.0]]))
    assert np.isnan(step_lengths(alone)).tolist() == np.isnan(directions(alone)).tolist() == [True]
    points = np.array([[1.0, 0.0], [-1e200, 1e-200], [np.nan, np.nan]])
    gradients = np.array([[1e200, 1e-200], [1e-300, 1e-300], [np.nan, np.nan]])
    lost = replace(make_trajectory("sgd", np.ones((3, 2))), points=points, gradients=gradients)
    np.testing.assert_allclose(directions(lost), [np.nan, 1, np.nan])
    np.testing.assert_allclose(step_lengths(lost), [np.nan, 1e200, np.nan])


# --- the panel -------------------------------------------------------------------------------------


def test_it_says_what_to_do_without_racers(panel: RaceFiguresPanel) -> None:
    for state in (make_state(frame=None), RaceState(make_frame().race)):
        panel.set_state(replace(state, frame=None))
        assert panel.findChild(Placeholder).isVisible()
    frame = make_frame()
    hidden = replace(frame.race, racers=tuple(replace(racer, shown=False) for racer in frame.race.racers))
    panel.set_state(make_state(frame, race=hidden))
    assert panel.findChild(Placeholder).isVisible()
    panel.set_state(make_state())
    assert not panel.findChild(Placeholder).isVisible()


def test_the_selected_racer_is_in_front_and_alone_where_lines_would_cross(panel: RaceFiguresPanel) -> None:
    panel.set_state(make_state())
    assert keys(panel) == [["sgd", "momentum", "adam"], ["sgd", "momentum", "adam"], ["adam"]]
    colors = {line.key: line.color for line in panel.figures[0].plot.picture.lines}
    assert colors["adam"] == RACERS["adam"].color
    assert colors["sgd"] == in_background(RACERS["sgd"].color) != RACERS["sgd"].color
    panel.set_state(make_state(selected="sgd"))
    assert keys(panel)[2] == ["sgd"]
    panel.set_state(make_state(selected=""))
    assert keys(panel)[2] == ["sgd", "momentum", "adam"]
    assert panel.figures[0].plot.picture.lines[0].color == RACERS["sgd"].color


def test_the_play_head_moves_and_the_lines_stay(panel: RaceFiguresPanel) -> None:
    state = make_state()
    panel.set_state(state)
    lines = [figure.plot.picture.lines for figure in panel.figures]
    before = panel.figures[0].plot.grab().toImage()
    panel.set_state(replace(state, moment=30.0))
    assert all(figure.plot.picture.lines is line for figure, line in zip(panel.figures, lines, strict=True))
    assert panel.figures[0].plot.grab().toImage() != before


def test_a_click_and_a_drag_ask_for_a_moment(panel: RaceFiguresPanel, qtbot: QtBot) -> None:
    panel.set_state(make_state())
    asked: list[float] = []
    panel.moment_requested.connect(asked.append)
    for figure in panel.figures:
        figure.plot.grab()
        axes = figure.plot.picture.axes
        at = QPoint(round(axes.to_x(20.0)), round(axes.plot.center().y()))
        qtbot.mouseClick(figure.plot, Qt.MouseButton.LeftButton, pos=at)
    assert asked == pytest.approx([20.0] * 3, abs=0.2)


def test_out_of_sight_nothing_is_made_and_in_sight_it_is_made_up_for(panel: RaceFiguresPanel) -> None:
    panel.window().hide()
    panel.set_state(make_state())
    assert keys(panel) == [[], [], []]
    panel.window().show()
    assert keys(panel)[2] == ["adam"]


def test_while_the_start_is_dragged_lines_are_made_ten_times_a_second(panel: RaceFiguresPanel) -> None:
    panel.set_state(make_state(dragging=True))
    lines = panel.figures[0].plot.picture.lines
    panel.set_state(make_state(dragging=True))
    assert panel.figures[0].plot.picture.lines is lines
    panel.set_state(make_state())  # the hand has stopped
    assert panel.figures[0].plot.picture.lines is not lines


def test_plots_begin_at_one_place_and_are_dark_in_both_themes(panel: RaceFiguresPanel) -> None:
    panel.set_state(make_state())
    panel.set_colors(theme.LIGHT)
    for figure in panel.figures:
        image = figure.plot.grab().toImage()
        plot = figure.plot.picture.axes.plot
        assert plot.left() == panel.figures[0].plot.picture.axes.plot.left()
        assert image.pixelColor(round(plot.right()) - 3, round(plot.top()) + 3).lightness() < 60


def test_the_figures_can_be_taken_along(panel: RaceFiguresPanel) -> None:
    assert panel.export() is None
    panel.set_state(make_state())
    export = panel.export()
    assert export is not None
    assert export.table is not None
    assert export.picture is not None
    rows = csv_bytes(export.table).decode().splitlines()
    assert len(rows) == 1 + 3 * (STEPS + 1)
    assert rows[0].startswith("racer,step,evaluations,seconds,step length")
    assert rows[2].startswith("sgd,1,2,0.001,0.22360679774997")
    assert not export.picture().isNull()
