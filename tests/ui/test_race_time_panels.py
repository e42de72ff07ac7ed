"""The Loss panel and the bar of a race: what they say, what they ask for, what they save."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from panel_bench import shown
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QMouseEvent
from PySide6.QtWidgets import QApplication, QMenu
from race_frames import STEPS, SURFACE, make_frame, make_race, make_state, usual_frame
from table_bench import csv_bytes

from visualizer.race import clock
from visualizer.race.frames import STATES
from visualizer.ui import theme
from visualizer.ui.panels.race_curves import RaceCurvesPanel
from visualizer.ui.panels.race_timeline import RaceTimelinePanel
from visualizer.ui.race.state import SPEEDS, RaceState
from visualizer.ui.widgets.export import png_bytes


@pytest.fixture
def curves(qtbot, styled):
    yield from shown(RaceCurvesPanel, qtbot, 700, 260)


@pytest.fixture
def bar(qtbot, styled):
    yield from shown(RaceTimelinePanel, qtbot, 1400, 60)


# --- Loss --------------------------------------------------------------------------------------------


def test_the_loss_panel_shows_every_racer_that_is_shown(curves):
    race = make_race()
    hidden = tuple(replace(racer, shown=racer.key != "adam") for racer in race.racers)
    said = []
    curves.subtitle_changed.connect(lambda text, _: said.append(text))
    curves.set_state(make_state())
    assert [line.name for line in curves.plot.picture.lines] == ["SGD", "Nesterov", "Adam", "Newton"]
    assert [line.diverged for line in curves.plot.picture.lines] == [False, True, False, False]
    assert said[-1] == "f(x, y) − minimum by step, log"
    curves.set_state(make_state(race=replace(race, racers=hidden)))
    assert [line.key for line in curves.plot.picture.lines] == ["sgd", "nesterov", "newton"]
    none = tuple(replace(racer, shown=False) for racer in race.racers)
    curves.set_state(make_state(race=replace(race, racers=none)))
    assert "No racer is shown" in sentence_of(curves)


def sentence_of(panel) -> str:
    return panel._stack.currentWidget()._text


def test_quantities_can_be_chosen_and_fall_back_without_a_minimum(curves):
    state = make_state()
    remembered = []
    curves.view_changed.connect(lambda key, value: remembered.append((key, value)))
    curves.set_state(state)
    trajectory = state.frame.trajectories[0]
    np.testing.assert_array_equal(curves.plot.picture.lines[0].ys, trajectory.losses)
    curves.choice.setCurrentIndex(2)
    curves.choice.activated.emit(2)
    np.testing.assert_array_equal(curves.plot.picture.lines[0].ys, trajectory.distances)
    curves.smooth.click()
    assert not np.array_equal(curves.plot.picture.lines[0].ys, trajectory.distances)
    curves.logarithmic.click()
    assert not curves.plot.picture.options.logarithmic
    assert remembered == [("quantity", "distance"), ("smooth", True), ("logarithmic", False)]
    unknown = replace(state.race, surface=replace(SURFACE, minima=()))
    curves.set_state(make_state(race=unknown))
    assert curves.choice.currentText() == "Loss"
    assert not curves.choice.isEnabled()
    curves.set_state(state)
    assert curves.choice.currentText() == "Distance to the nearest minimum"
    assert curves.choice.isEnabled()


def test_choices_are_remembered(curves):
    curves.set_view({"quantity": "loss", "smooth": True, "logarithmic": "yes", "other": 3})
    curves.set_state(make_state())
    assert curves.choice.currentText() == "Loss"
    assert curves.smooth.isChecked()
    assert curves.logarithmic.isChecked()


def test_only_the_play_head_moves_while_it_plays(curves, monkeypatch):
    state = make_state()
    curves.set_state(state)
    curves.grab()
    drawn = []
    monkeypatch.setattr(curves.plot.picture, "_draw", lambda *_: drawn.append(1))
    for step in range(30):
        curves.set_state(replace(state, moment=float(step), playing=True))
        curves.grab()
    assert not drawn


@pytest.mark.parametrize("by", ["steps", "evaluations", "time"])
def test_every_clock_has_its_positions_and_words(curves, by):
    frame = make_frame(make_race(clock=by, steps=30))
    curves.set_state(make_state(frame, moment=clock.length(frame) / 2))
    newton = next(line for line in curves.plot.picture.lines if line.key == "newton")
    trajectory = frame.trajectories[-1]
    wanted = {
        "steps": np.arange(len(trajectory.points)),
        "evaluations": trajectory.evaluations,
        "time": np.arange(len(trajectory.points)) * trajectory.seconds,
    }[by]
    np.testing.assert_allclose(newton.xs, wanted)
    # The value under the play head is that of the row that the clock says.
    moment = clock.length(frame) / 2
    rows = clock.steps_at(frame, moment)
    for line, trajectory, row in zip(curves.plot.picture.lines, frame.trajectories, rows, strict=True):
        ys = trajectory.losses
        assert line.value_at(moment) == ys[row] or (np.isnan(ys[row]) and np.isnan(line.value_at(moment)))
    assert not curves.grab().isNull()


def test_the_numbers_and_the_picture_can_be_saved(curves):
    assert curves.export() is None
    curves.set_state(make_state())
    rows = csv_bytes(curves.export().table).decode().splitlines()
    assert rows[0] == "racer,step,evaluations,seconds,loss,distance to the nearest minimum"
    assert len(rows) == 1 + 4 * (STEPS + 1)
    assert rows[1].startswith("sgd,0,0,0.0,325.9162")
    assert png_bytes(curves.export().picture).startswith(b"\x89PNG")
    menu = QMenu()
    curves.fill_menu(menu)
    assert [action.text() for action in menu.actions()][1:] == [
        "Loss above the minimum",
        "Loss",
        "Distance to the nearest minimum",
    ]


# --- the bar -----------------------------------------------------------------------------------------


def test_the_bar_is_ready_before_a_race_is_computed(bar):
    bar.set_state(RaceState(make_race()))
    assert not any(button.isEnabled() for button in bar._buttons.values())
    assert bar._counts.text() == "getting ready …"
    assert not bar.grab().isNull()
    assert bar.export() is None


def test_the_bar_tells_step_speed_states_and_costs(bar):
    frame = usual_frame()
    bar.set_state(make_state(speed=2.0))
    assert bar._unit.text() == "Step"
    assert bar._place.text() == "40 / 120"
    assert bar.speed.currentText() == "2×"
    assert bar._rate.text() == "60 steps/s"
    told = bar._counts.text()
    rows = clock.steps_at(frame, 40.0)
    now = [STATES[t.states[row]] for t, row in zip(frame.trajectories, rows, strict=True)]
    assert told == " ".join(f"{now.count(name)} {name}" for name in STATES if name in now)
    cost = 1e3 * sum(trajectory.seconds for trajectory in frame.trajectories)
    assert bar._costs.text() == f"cpu float64, 4 racers {cost:.2f} ms/step"
    bar.set_state(make_state(moment=0.0))
    assert bar._counts.text() == "4 running"


@pytest.mark.parametrize(("by", "unit"), [("evaluations", "Evaluation"), ("time", "Time")])
def test_the_bar_speaks_of_its_clock(bar, by, unit):
    frame = make_frame(make_race(clock=by, steps=30))
    bar.set_state(make_state(frame, moment=0.0))
    assert bar._unit.text() == unit
    assert bar._place.text().startswith("0 /" if by == "evaluations" else "0\u202fms /")
    assert not bar.grab().isNull()


def test_the_buttons_ask(bar, qtbot):
    asked = []
    bar.start_requested.connect(lambda: asked.append("start"))
    bar.end_requested.connect(lambda: asked.append("end"))
    bar.play_requested.connect(lambda: asked.append("play"))
    bar.step_requested.connect(asked.append)
    bar.set_state(make_state())
    for button in bar._buttons.values():
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert asked == ["start", -1, "play", 1, "end"]
    bar.set_state(make_state(playing=True))
    assert bar._buttons["play"].accessibleName() == "Pause (Space)"
    bar.set_state(make_state(moment=0.0))
    assert not bar._buttons["start"].isEnabled()
    assert bar._buttons["forward"].isEnabled()
    bar.set_state(make_state(moment=float(STEPS)))
    assert bar._buttons["play"].isEnabled()
    assert not bar._buttons["end"].isEnabled()


def test_the_speed_can_be_chosen(bar):
    speeds = []
    bar.speed_requested.connect(speeds.append)
    bar.set_state(make_state())
    bar.speed.activated.emit(SPEEDS.index(25.0))
    assert speeds == [25.0]


def test_the_slider_scrubs_back_and_forth(bar, qtbot):
    asked = []
    bar.moment_requested.connect(asked.append)
    bar.set_state(make_state())
    slider = bar.slider
    middle = slider.width() // 2
    qtbot.mousePress(slider, Qt.MouseButton.LeftButton, pos=QPoint(middle, 20))
    for x in (middle + 100, middle - 200, -50, slider.width() + 50):
        move(slider, x, Qt.MouseButton.LeftButton)
    assert asked[0] == 60.0
    assert asked[1] > 60 > asked[2]
    assert asked[3:] == [0.0, float(STEPS)]
    assert all(moment == round(moment) for moment in asked)


def move(widget, x: float, buttons) -> None:
    at, none = QPointF(x, 20), Qt.MouseButton.NoButton
    event = QMouseEvent(
        QEvent.Type.MouseMove, at, widget.mapToGlobal(at), none, buttons, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(widget, event)


def test_the_slider_walks_by_keys(bar, qtbot):
    asked = []
    bar.step_requested.connect(asked.append)
    bar.start_requested.connect(lambda: asked.append("start"))
    bar.end_requested.connect(lambda: asked.append("end"))
    bar.set_state(make_state())
    keys = ("Right", "Left", "PageUp", "PageDown", "Home", "End")
    for key in keys:
        qtbot.keyClick(bar.slider, getattr(Qt.Key, f"Key_{key}"))
    assert asked == [1, -1, 10, -10, "start", "end"]


def test_marks_stand_where_racers_end(bar):
    bar.set_state(make_state(moment=0.0))
    image = bar.slider.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    marks = {mark.words: x for x, mark in bar.slider._marks}
    frame = usual_frame()
    sgd = frame.trajectories[0]
    first = int(np.argmax(sgd.states == STATES.index("converged")))
    assert f"SGD converges at step {first}" in marks
    assert any(words.startswith("Nesterov diverges") for words in marks)
    x = round(marks[f"SGD converges at step {first}"])
    column = [image.pixelColor(x, y) for y in range(image.height() - 22, image.height() - 14)]
    wanted = QColor(sgd.racer.color)
    assert any(abs(c.red() - wanted.red()) + abs(c.blue() - wanted.blue()) < 20 for c in column)


def test_the_lowest_loss_falls_over_the_clock(bar):
    bar.set_state(make_state())
    track = bar._track
    moments = np.linspace(0, STEPS, 50)
    lowest = track.lowest(moments)
    rows = np.floor(moments + 1e-9).astype(int)
    wanted = np.nanmin([trajectory.losses[rows] for trajectory in usual_frame().trajectories], axis=0)
    np.testing.assert_allclose(lowest, wanted)
    heights = track.heights(moments)
    assert heights.max() == pytest.approx(1.0)
    assert heights.min() == pytest.approx(0.0)


def test_narrow_and_light_bars_are_whole(bar):
    bar.set_state(make_state())
    bar.set_colors(theme.LIGHT)
    for width in (500, 700, 1100, 2000):
        bar.resize(width, 60)
        assert not bar.grab().isNull()
    assert not bar._machine.isHidden()
