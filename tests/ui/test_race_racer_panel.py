"""The form of one racer by hand: made from the tables, live while a slider moves, at a pace that can be followed."""

from __future__ import annotations

import math
import time
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from panel_bench import active
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from visualizer.race.config import Race, Racer
from visualizer.race.frames import SweepCurve, SweepFrame
from visualizer.race.racers import RACERS
from visualizer.race.surface import Surface, Window
from visualizer.training.schedules import SCHEDULES
from visualizer.ui.panels.racer import RacerPanel
from visualizer.ui.race.racer_form import OPTIMIZER, RATE, SCHEDULE, edited, racer_form
from visualizer.ui.race.state import RaceState
from visualizer.ui.widgets.rate_slider import SCALE

BOWL = Surface("bowl", "Bowl", "x^2 + y^2", Window(-2, 2, -2, 2), (1, 1), rates={"rmsprop": 0.07})


def racer(name: str, **changes: object) -> Racer:
    row = RACERS[name]
    return replace(Racer(name, name, row.learning_rate, color=row.color), **changes)


@pytest.fixture
def state() -> RaceState:
    race = Race(BOWL, (1, 1), (racer("sgd"), racer("adam"), racer("lbfgs")))
    return RaceState(race, selected="adam")


@pytest.fixture
def panel(qtbot, styled, state):
    return active(RacerPanel, qtbot, state, 456, 170)


@pytest.fixture
def edits(panel):
    made: list[Racer] = []
    panel.racer_edited.connect(lambda key, racer: made.append(racer))
    return made


def type_into(panel, key, text):
    editor = panel.view.rows[key].editor
    editor.setFocus()
    editor.selectAll()
    QTest.keyClicks(editor, text)
    return editor


def rest(panel):
    """Let the edits that wait for their turn be told."""
    while panel._edits.is_waiting:
        QTest.qWait(5)


def with_racer(state, changed):
    racers = tuple(changed if each.key == changed.key else each for each in state.race.racers)
    return replace(state, race=replace(state.race, racers=racers))


@pytest.mark.parametrize("name", RACERS)
def test_the_form_has_every_setting_of_the_tables_once(name):
    form = racer_form(racer(name, schedule="one-cycle"))
    keys = [row.key for row in (*form.left, *form.right)]
    expected = {OPTIMIZER, RATE, SCHEDULE, *(f"setting.{field.name}" for field in RACERS[name].fields)}
    expected |= {f"schedule_setting.{field.name}" for field in SCHEDULES["one-cycle"].fields}
    assert sorted(keys) == sorted(expected)
    assert keys[:2] == [OPTIMIZER, RATE]


@pytest.mark.parametrize("name", RACERS)
def test_every_racer_has_a_form_that_can_be_seen(panel, state, name):
    other = racer(name)
    race = replace(state.race, racers=(other,))
    panel.set_state(replace(state, race=race, selected=name))
    for key, row in panel.view.rows.items():
        assert row.editor.isVisibleTo(panel), key
    assert panel.view.rows[OPTIMIZER].editor.currentText() == RACERS[name].title


def test_what_is_typed_is_told_with_the_setting(panel, edits):
    type_into(panel, "setting.beta2", "0.99")
    rest(panel)
    assert edits[-1].settings == (("beta2", 0.99),)
    type_into(panel, "setting.beta2", "0.999")
    rest(panel)
    assert edits[-1].settings == ()


@pytest.mark.parametrize("typed", ["0", "-0.1", "1e31", "many"])
def test_a_rate_that_is_none_says_so_below_the_field(panel, edits, typed):
    editor = type_into(panel, RATE, typed)
    QTest.keyClick(editor, Qt.Key.Key_Return)
    rest(panel)
    assert "Learning rate must be a number from" in panel.view.rows[RATE].message
    assert all(each.learning_rate > 0 for each in edits)


def test_dragging_the_slider_edits_live_but_thirty_times_a_second_at_most(panel, edits):
    slider = panel.view.slider.slider
    began = time.monotonic()
    QTest.mousePress(slider, Qt.MouseButton.LeftButton, pos=QPoint(4, 7))
    for x in range(4, slider.width() - 4):
        QTest.mouseMove(slider, QPoint(x, 7))
        QTest.qWait(1)
    QTest.mouseRelease(slider, Qt.MouseButton.LeftButton)
    rest(panel)
    took = time.monotonic() - began
    assert 3 <= len(edits) <= took * 30 + 2
    assert edits[0].learning_rate == pytest.approx(1e-6, rel=0.2)
    assert edits[-1].learning_rate == SCALE.value((slider.width() - 9) / (slider.width() - 8))
    assert panel.view.rows[RATE].editor.text() == f"{edits[-1].learning_rate:.4g}"


def test_an_old_echo_does_not_take_an_edit_back(panel, state, edits):
    type_into(panel, RATE, "0.5")
    assert edits[0].learning_rate == 0.5
    type_into(panel, RATE, "0.52")  # waits for its turn
    panel.set_state(with_racer(state, edits[0]))
    assert panel.view.rows[RATE].editor.text() == "0.52"
    rest(panel)
    assert edits[-1].learning_rate == 0.52
    panel.set_state(with_racer(state, edits[-1]))
    assert panel.view.rows[RATE].editor.text() == "0.52"


def test_another_optimizer_brings_its_rate_and_its_colour(panel, edits):
    combo = panel.view.rows[OPTIMIZER].editor
    combo.activated.emit(list(RACERS).index("rmsprop"))
    assert edits[-1] == Racer("adam", "rmsprop", 0.07, color=RACERS["rmsprop"].color)
    assert "setting.alpha" in panel.view.rows
    assert "setting.beta1" not in panel.view.rows


def test_a_colour_that_is_taken_or_chosen_stays():
    adam = racer("adam")
    assert edited(adam, OPTIMIZER, "sgd", {}, (RACERS["sgd"].color,)).color == adam.color
    assert edited(replace(adam, color="#123456"), OPTIMIZER, "sgd", {}).color == "#123456"


def test_a_schedule_brings_its_settings(panel, state, edits):
    combo = panel.view.rows[SCHEDULE].editor
    combo.activated.emit(list(SCHEDULES).index("cosine"))
    assert (edits[-1].schedule, edits[-1].schedule_settings) == ("cosine", ())
    type_into(panel, "schedule_setting.cycles", "3")
    rest(panel)
    assert edits[-1].schedule_settings == (("cycles", 3),)
    assert panel.view.rows["schedule_setting.cycles"].isVisible()


def test_the_button_sweeps_then_offers_the_best_rate(panel, state, edits):
    told = []
    panel.sweep_requested.connect(lambda: told.append("sweep"))
    QTest.mouseClick(panel.button, Qt.MouseButton.LeftButton)
    assert (told, panel.button.text()) == (["sweep"], "Sweep lr")
    panel.set_state(replace(state, sweeping=True))
    assert not panel.button.isEnabled()
    rates = np.array([0.1, 0.42])
    curve = SweepCurve(state.race.racers[1], rates, rates, 0.42)
    swept = replace(state, sweep=SweepFrame(state.race, (curve,), "loss", 1.0))
    panel.set_state(swept)
    assert panel.button.text() == "Use 0.42"
    QTest.mouseClick(panel.button, Qt.MouseButton.LeftButton)
    assert edits[-1].learning_rate == 0.42
    panel.set_state(with_racer(swept, edits[-1]))
    assert panel.button.text() == "Sweep lr"


def test_a_racer_whose_every_rate_diverges_is_offered_none(panel, state):
    curve = SweepCurve(state.race.racers[1], np.array([0.1]), np.array([np.nan]), math.nan)
    panel.set_state(replace(state, sweep=SweepFrame(state.race, (curve,), "loss", 1.0)))
    assert panel.button.text() == "Sweep lr"


def test_without_a_selection_it_says_what_to_do(panel, state):
    panel.set_state(replace(state, selected=""))
    assert not panel.view.isVisible()
    assert panel.export() is None
    assert not panel.button.isEnabled()


def test_a_class_from_a_module_has_rate_and_schedule(panel, state):
    lion = Racer("lion", "my.module:Lion", 0.1)
    panel.set_state(replace(state, race=replace(state.race, racers=(lion,)), selected="lion"))
    assert set(panel.view.rows) == {OPTIMIZER, RATE, SCHEDULE}
    assert panel.view.rows[OPTIMIZER].editor.currentText() == "Lion"


def test_a_moving_play_head_costs_nothing(panel, state, monkeypatch):
    monkeypatch.setattr(panel.view, "set_form", lambda form: pytest.fail("made again"))
    for moment in range(50):
        panel.set_state(replace(state, moment=float(moment)))


def test_rows_fit_into_the_panel_and_do_not_overlap(panel):
    QApplication.processEvents()
    for column in range(2):
        rows = [r for r in panel.view.rows.values() if (r.x() > 100) == bool(column)]
        rows.sort(key=lambda row: row.y())
        for above, below in pairwise(rows):
            assert above.geometry().bottom() < below.y()
        assert all(row.geometry().right() <= panel.width() for row in rows)


def test_settings_can_be_copied(panel):
    rows = dict(list(panel.export().table())[1:])
    assert rows["Optimizer"] == "adam"
    assert rows["Learning rate"] == 0.1
    assert rows["β₁"] == 0.9


def test_where_it_is_narrow_the_columns_stand_below_each_other(panel):
    view, last = panel.view, panel.view.rows[SCHEDULE]
    rate = view.rows[RATE]
    assert last.mapTo(view, last.rect().topLeft()).x() > rate.geometry().right() - 20, "side by side"
    panel.resize(336, 300)
    QApplication.processEvents()
    rows = sorted(view.rows.values(), key=lambda row: row.y())
    assert all(above.geometry().bottom() < below.y() for above, below in pairwise(rows))
    editors = [row.editor.geometry() for row in rows]
    assert {editor.left() for editor in editors} == {editors[0].left()}
    assert min(editor.width() for editor in editors) > 150
    assert view.slider.slider.x() == editors[0].left()
    panel.resize(456, 170)
    QApplication.processEvents()
    assert last.mapTo(view, last.rect().topLeft()).x() > rate.geometry().right() - 20, "side by side again"
