"""Edits in the table of racers: rates and momentum in place."""

from __future__ import annotations

from dataclasses import replace

import pytest
from panel_bench import active
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from race_racers_bench import (
    click_cell,
    editor_of,
    editors_of,
    usual_state,
)

from visualizer.race.racers import RACERS
from visualizer.ui.panels.racers import RacersPanel
from visualizer.ui.race.state import RaceState
from visualizer.ui.widgets.racer_model import MOMENTUM, RATE
from visualizer.ui.widgets.remark import Remark


@pytest.fixture
def state() -> RaceState:
    return usual_state()


@pytest.fixture
def panel(qtbot, styled, state):
    return active(RacersPanel, qtbot, state, 456, 280)


def test_a_rate_is_edited_in_place_and_told_with_every_key(panel, qtbot):
    edits = []
    panel.racer_edited.connect(lambda key, racer: edits.append((key, racer.learning_rate)))
    click_cell(panel, 0, RATE, double=True)
    editor = editor_of(panel)
    editor.selectAll()
    QTest.keyClicks(editor, "0.25")
    assert edits[-2:] == [("sgd", 0.2), ("sgd", 0.25)]
    QTest.keyClick(editor, Qt.Key.Key_Return)
    assert edits[-1] == ("sgd", 0.25)
    qtbot.waitUntil(lambda: not editors_of(panel), timeout=20_000)


def test_enter_edits_the_rate_and_escape_takes_the_edit_back(panel):
    edits = []
    panel.racer_edited.connect(lambda key, racer: edits.append((key, racer.learning_rate)))
    panel.table.setFocus()
    QTest.keyClick(panel.table, Qt.Key.Key_Return)
    editor = editor_of(panel)
    editor.selectAll()
    QTest.keyClicks(editor, "7")
    QTest.keyClick(editor, Qt.Key.Key_Escape)
    assert edits == [("adam", 7.0), ("adam", 0.1)]


@pytest.mark.parametrize("typed", ["0", "-1", "nan", "inf", "1e31", "1e400", "abc"])
def test_a_rate_that_is_none_is_refused_in_a_sentence(panel, typed, qtbot):
    edits = []
    panel.racer_edited.connect(lambda key, racer: edits.append(racer.learning_rate))
    click_cell(panel, 0, RATE, double=True)
    editor = editor_of(panel)
    editor.selectAll()
    QTest.keyClick(editor, Qt.Key.Key_Delete)
    QTest.keyClicks(editor, typed)
    QTest.keyClick(editor, Qt.Key.Key_Return)
    assert editor.isVisible()
    said = panel.window().findChild(Remark)
    assert said.isVisible()
    assert "Learning rate must be a number from 1e-30 to 1e+30" in said.text()
    assert all(0 < rate <= 1e30 for rate in edits)
    assert not edits or edits[-1] == RACERS["sgd"].learning_rate


def test_a_huge_rate_is_taken(panel):
    edits = []
    panel.racer_edited.connect(lambda key, racer: edits.append(racer.learning_rate))
    click_cell(panel, 0, RATE, double=True)
    editor = editor_of(panel)
    editor.selectAll()
    QTest.keyClicks(editor, "1e30")
    assert edits[-1] == 1e30


def test_the_momentum_of_adam_is_its_first_beta(panel):
    edits = []
    panel.racer_edited.connect(lambda key, racer: edits.append(racer.settings))
    click_cell(panel, 3, MOMENTUM, double=True)
    editor = editor_of(panel)
    editor.selectAll()
    QTest.keyClicks(editor, "0.8")
    assert edits[-1] == (("beta1", 0.8),)
    editor.selectAll()
    QTest.keyClicks(editor, "0.9")
    assert edits[-1] == ()  # as usual


def test_sgd_has_no_momentum_to_edit(panel):
    click_cell(panel, 0, MOMENTUM, double=True)
    assert not editors_of(panel)


def test_an_edit_stays_while_values_change_under_it(panel, state, qtbot):
    click_cell(panel, 0, RATE, double=True)
    editor = editor_of(panel)
    editor.selectAll()
    QTest.keyClicks(editor, "0.5")
    racers = (replace(state.race.racers[0], learning_rate=0.5), *state.race.racers[1:])
    panel.set_state(replace(state, race=replace(state.race, racers=racers), selected="sgd"))
    panel.set_state(replace(state, race=replace(state.race, racers=racers), selected="sgd", moment=30.0))
    assert editor_of(panel) is editor
    QTest.keyClicks(editor, "5")
    assert editor.text() == "0.55"
