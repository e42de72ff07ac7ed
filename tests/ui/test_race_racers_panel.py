"""The table of racers by hand: what it says at each moment, edits in place, check boxes, keys, the menus."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest
from panel_bench import active
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from race_racers_bench import (
    cell,
    click_cell,
    racer,
    text,
    trajectory,
    usual_state,
)

from visualizer.race.frames import RaceFrame
from visualizer.race.racers import RACERS
from visualizer.ui import theme
from visualizer.ui.panels.racers import RacersPanel
from visualizer.ui.race.numbers import distance_text, loss_text
from visualizer.ui.race.state import RaceState
from visualizer.ui.widgets.code_dialog import CodeDialog
from visualizer.ui.widgets.racer_model import DISTANCE, LOSS, MOMENTUM, RATE, SHOWN, STATE, STEPS, TITLE


@pytest.fixture
def state() -> RaceState:
    return usual_state()


@pytest.fixture
def panel(qtbot, styled, state):
    return active(RacersPanel, qtbot, state, 456, 280)


def test_it_says_what_every_racer_has_at_the_moment(panel):
    assert [text(panel, row, TITLE) for row in range(5)] == ["SGD", "Momentum", "Nesterov", "Adam", "L-BFGS"]
    assert text(panel, 0, LOSS) == loss_text(100 * 0.9**120) == "3.2e−4"
    assert text(panel, 0, DISTANCE) == distance_text(0.9**120)
    assert (text(panel, 0, STEPS), text(panel, 0, STATE)) == ("120", "running")
    assert (text(panel, 1, STEPS), text(panel, 1, STATE)) == ("110", "converged")
    assert (text(panel, 2, STEPS), text(panel, 2, STATE), text(panel, 2, LOSS)) == ("20", "diverged", "–")
    assert text(panel, 3, LOSS) == "12.50"
    assert text(panel, 4, STATE) == "cannot run"
    assert "L-BFGS needs another rate." in cell(panel, 4, STATE).data(Qt.ItemDataRole.ToolTipRole)
    assert [text(panel, row, MOMENTUM) for row in (0, 1, 3)] == ["–", "0.90", "0.90"]
    assert panel.bar.moment == "values at step 120"


def test_the_values_follow_the_play_head(panel, state, qtbot):
    panel.set_state(replace(state, moment=0.0))
    qtbot.waitUntil(lambda: text(panel, 0, LOSS) == "100.00", timeout=20_000)
    assert text(panel, 2, STATE) == "running"
    panel.set_state(replace(state, moment=200.0))
    qtbot.waitUntil(lambda: text(panel, 0, STEPS) == "200", timeout=20_000)


def test_while_it_plays_values_are_set_some_times_a_second_only(panel, state, qtbot, monkeypatch):
    set_lines, calls = panel.table.set_lines, []
    monkeypatch.setattr(panel.table, "set_lines", lambda *given: (calls.append(1), set_lines(*given)))
    began = time.monotonic()
    for step in range(150):
        panel.set_state(replace(state, moment=step / 2))
        QApplication.processEvents()
    took = time.monotonic() - began
    assert len(calls) <= took / 0.06 + 2
    qtbot.waitUntil(lambda: text(panel, 0, STEPS) == "74", timeout=20_000)


def test_a_frame_of_fourteen_racers_takes_little(panel, state):
    racers = tuple(racer(name) for name in list(RACERS)[:14])
    losses, states = np.linspace(9, 1, 2001), np.zeros(2001, np.uint8)
    race = replace(state.race, racers=racers, steps=2000)
    frame = RaceFrame(race, tuple(trajectory(each, losses, states) for each in racers), True)
    shown = replace(state, race=race, frame=frame, length=2000)
    panel.set_state(shown)
    times = []
    for step in range(60):
        panel._state = replace(shown, moment=step * 30)
        began = time.perf_counter()
        panel._show()
        times.append(time.perf_counter() - began)
    assert min(times) < 0.004


def test_subtitle_counts_those_that_are_shown(qtbot, styled, state):
    made = RacersPanel()
    qtbot.addWidget(made)
    told = []
    made.subtitle_changed.connect(lambda text, warning: told.append(text))
    made.show()
    made.set_state(state)
    assert told[-1] == "4 of 5 shown"


def test_a_click_selects_and_a_click_on_the_box_shows_or_hides_alone(panel):
    selected, edits = [], []
    panel.racer_selected.connect(selected.append)
    panel.racer_edited.connect(lambda key, racer: edits.append((key, racer.shown)))
    click_cell(panel, 0, TITLE)
    assert (selected, edits) == (["sgd"], [])
    click_cell(panel, 2, SHOWN)
    click_cell(panel, 1, SHOWN)
    assert (selected, edits) == (["sgd"], [("nesterov", True), ("momentum", False)])


def test_what_the_state_selects_is_marked_and_told_nobody(panel, state):
    told = []
    panel.racer_selected.connect(told.append)
    panel.set_state(replace(state, selected="momentum"))
    assert panel.table.selected_key == "momentum"
    assert told == []


def test_arrow_keys_select_and_delete_removes_and_space_is_left_to_the_player(panel):
    selected, removed, keys = [], [], []
    panel.racer_selected.connect(selected.append)
    panel.racer_removed.connect(removed.append)
    panel.table.setFocus()
    QTest.keyClick(panel.table, Qt.Key.Key_Up)
    QTest.keyClick(panel.table, Qt.Key.Key_Delete)
    assert (selected, removed) == (["nesterov"], ["nesterov"])
    panel.keyPressEvent = lambda event: keys.append(event.key())
    QTest.keyClick(panel.table, Qt.Key.Key_Space)
    assert panel.table.state() == panel.table.State.NoState
    assert (len(selected), removed) == (1, ["nesterov"])


def test_the_buttons_ask(panel):
    told = []
    panel.racer_duplicated.connect(lambda key: told.append(("twin", key)))
    panel.racer_removed.connect(lambda key: told.append(("gone", key)))
    panel.restart_requested.connect(lambda: told.append("restart"))
    panel.sweep_requested.connect(lambda: told.append("sweep"))
    for button in (panel.bar.duplicate, panel.bar.remove, panel.bar.restart, panel.bar.sweep):
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert told == [("twin", "adam"), ("gone", "adam"), "restart", "sweep"]


def test_every_racer_of_the_table_can_be_added(panel):
    told = []
    panel.racer_added.connect(told.append)
    QTest.mouseClick(panel.bar.add, Qt.MouseButton.LeftButton)
    menu = next(menu for menu in panel.bar.findChildren(QMenu) if menu.isVisible())
    assert [action.text() for action in menu.actions()[: len(RACERS)]] == [
        row.title for row in RACERS.values()
    ]
    for action in menu.actions()[: len(RACERS)]:
        action.trigger()
    menu.close()
    assert told == list(RACERS)


def test_a_class_from_a_module_needs_consent(panel, qtbot):
    told = []
    panel.code_requested.connect(told.append)
    dialog = panel.ask_for_code()
    assert isinstance(dialog, CodeDialog)
    words = " ".join(label.text() for label in dialog.findChildren(type(dialog.problem)))
    assert "runs its code" in words
    for wrong in ("", "lion", "a b:C", "os.system('x'):C", "mod:", ":C"):
        dialog.name.setText(wrong)
        assert not dialog.agree.isEnabled()
    dialog.name.setText("my.module:Lion")
    QTest.mouseClick(dialog.agree, Qt.MouseButton.LeftButton)
    assert told == ["my.module:Lion"]
    cancelled = panel.ask_for_code()
    cancelled.name.setText("my.module:Lion")
    cancelled.reject()
    assert told == ["my.module:Lion"]


def test_the_menu_of_a_racer(panel):
    edits, told = [], []
    panel.racer_edited.connect(lambda key, racer: edits.append((key, racer.shown)))
    panel.best_rates_requested.connect(lambda: told.append("best"))
    place = panel.table.visualRect(cell(panel, 0, TITLE)).center()
    globally = panel.table.viewport().mapToGlobal(place)
    QApplication.sendEvent(
        panel.table.viewport(), QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, globally)
    )
    menu = next(menu for menu in panel.findChildren(QMenu) if menu.isVisible())
    by_text = {action.text(): action for action in menu.actions()}
    by_text["Show only this one"].trigger()
    assert edits == [("momentum", False), ("adam", False), ("lbfgs", False)]
    assert not by_text["Use the best learning rates"].isEnabled()
    menu.close()


def test_without_racers_it_says_what_to_do(panel, state):
    panel.set_state(replace(state, race=replace(state.race, racers=()), frame=None, selected=""))
    assert not panel.table.isVisible()
    assert not panel.bar.remove.isEnabled()
    assert panel.bar.add.isEnabled()


def test_columns_fit_and_give_way(panel):
    for width in (456, 400, 330, 260):
        panel.resize(width, 280)
        shown = [c for c in range(panel.table.model().columnCount()) if not panel.table.isColumnHidden(c)]
        assert sum(panel.table.columnWidth(c) for c in shown) <= max(panel.table.viewport().width(), 330)
        assert {RATE, LOSS, STATE, TITLE} <= set(shown)
    panel.resize(520, 280)
    assert not any(panel.table.isColumnHidden(c) for c in range(panel.table.model().columnCount()))


def test_heads_are_drawn_in_the_colours_of_the_racers(panel):
    picture = panel.table.viewport().grab().toImage()
    for row, name in enumerate(("sgd", "momentum", "nesterov", "adam")):
        place = panel.table.visualRect(cell(panel, row, SHOWN + 1)).center()
        assert picture.pixelColor(QPointF(place).toPoint()).name().upper() == RACERS[name].color


def test_both_themes_draw_another_picture(panel):
    dark = panel.table.viewport().grab().toImage()
    panel.set_colors(theme.LIGHT)
    light = panel.table.viewport().grab().toImage()
    corner = QPoint(panel.table.visualRect(cell(panel, 3, SHOWN)).left() + 1, 3 * 28 + 5)
    assert dark.pixelColor(corner).name() == theme.DARK.accent
    assert light.pixelColor(corner).name() == theme.LIGHT.accent


def test_a_table_can_be_copied(panel):
    rows = list(panel.export().table())
    assert rows[0][:4] == ("racer", "shown", "Optimizer", "lr")
    assert rows[3][:3] == ("nesterov", "hidden", "Nesterov")
    assert len(rows) == 6
