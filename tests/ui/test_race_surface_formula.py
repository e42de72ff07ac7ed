"""The formula and the window in the Surface panel, typed by hand."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from panel_bench import active
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from visualizer.race.config import Race
from visualizer.race.formula import LONGEST
from visualizer.race.surface import Window
from visualizer.race.surfaces import SURFACES
from visualizer.ui.panels.surfaces import SurfacePanel
from visualizer.ui.race.state import RaceState
from visualizer.ui.widgets.paced import Paced

BEALE = SURFACES["beale"]


@pytest.fixture
def state() -> RaceState:
    return RaceState(Race(BEALE, BEALE.start, (), steps=300), formula=BEALE.formula)


@pytest.fixture
def panel(qtbot, styled, state):
    return active(SurfacePanel, qtbot, state, 246, 730)


def told_by(signal):
    made = []
    signal.connect(lambda *given: made.append(given[0] if len(given) == 1 else given))
    return made


def type_into(edit, text):
    edit.setFocus()
    edit.selectAll()
    QTest.keyClicks(edit, text)
    return edit


def pause(panel):
    """Let whatever waits for its turn, or for the typing to rest, be told."""
    while any(paced.is_waiting for paced in panel.findChildren(Paced)):
        QTest.qWait(5)


def on(state, **changes):
    return replace(state, race=replace(state.race, **changes))


def test_a_formula_is_applied_when_the_typing_rests(panel):
    told = told_by(panel.formula_requested)
    type_into(panel.formula.edit, "x^2+y^4")
    assert told == []
    pause(panel)
    assert told == ["x^2+y^4"]


def test_enter_applies_at_once_and_once(panel):
    told = told_by(panel.formula_requested)
    type_into(panel.formula.edit, "sin(x)y")
    QTest.keyClick(panel.formula.edit, Qt.Key.Key_Return)
    assert told == ["sin(x)y"]
    pause(panel)
    assert told == ["sin(x)y"]


def test_what_cannot_be_read_is_marked_where_it_is_wrong_and_not_applied(panel):
    told = told_by(panel.formula_requested)
    edit = type_into(panel.formula.edit, "x^2 + foo(y)")
    assert edit.marked == 6
    assert edit.property("invalid") is True
    assert "foo" in panel.formula.message.text()
    assert panel.formula.message.isVisible()
    red = red_columns(edit)
    left = edit.fontMetrics().horizontalAdvance("x^2 + ")
    assert red
    assert abs(min(red) - left - 8) < 6
    pause(panel)
    assert told == []
    type_into(edit, "x^2 + y")
    assert (edit.marked, panel.formula.message.isVisible(), edit.property("invalid")) == (-1, False, False)


def red_columns(edit):
    """The columns of the wavy line below the text, above the frame."""
    edit.deselect()
    image = edit.grab().toImage()
    rows = (image.height() - 6, image.height() - 5, image.height() - 4)
    return [
        x
        for x in range(5, image.width() - 5)
        if any(image.pixelColor(x, y).red() > 150 and image.pixelColor(x, y).green() < 140 for y in rows)
    ]


def test_a_pasted_million_of_characters_is_refused_at_once(panel):
    told = told_by(panel.formula_requested)
    QGuiApplication.clipboard().setText("x+" * 500_000 + "y")
    panel.formula.edit.setFocus()
    panel.formula.edit.selectAll()
    began = time.monotonic()
    panel.formula.edit.paste()
    assert time.monotonic() - began < 0.5
    assert len(panel.formula.edit.text()) == LONGEST + 1
    assert "too long" in panel.formula.message.text()
    pause(panel)
    assert told == []


def test_escape_goes_back_to_the_formula_that_holds(panel):
    edit = type_into(panel.formula.edit, "x^")
    QTest.keyClick(edit, Qt.Key.Key_Escape)
    assert edit.text() == BEALE.formula
    assert edit.property("invalid") is False


def test_another_surface_shows_its_formula_whatever_was_typed(panel, state):
    type_into(panel.formula.edit, "x^")
    panel.list.setFocus()
    other = SURFACES["rosenbrock"]
    panel.set_state(replace(on(state, surface=other), formula=other.formula))
    assert panel.formula.edit.text() == other.formula
    assert panel.formula.edit.property("invalid") is False


def test_a_formula_that_is_being_typed_stays_while_an_older_one_arrives(panel, state):
    edit = type_into(panel.formula.edit, "x^2+y^2+1")
    panel.set_state(replace(state, formula="x^2+y^2"))
    assert edit.text() == "x^2+y^2+1"


def test_the_trouble_of_the_state_is_said(panel, state):
    trouble = replace(state, formula="1/0", trouble="The formula is undefined everywhere.", trouble_at=-1)
    panel.set_state(trouble)
    assert panel.formula.message.text() == trouble.trouble
    assert panel.formula.edit.marked == -1
    panel.set_state(replace(state, formula="x*2"))
    assert not panel.formula.message.isVisible()


def test_a_window_is_asked_for_when_its_edges_are_typed(panel):
    told = told_by(panel.window_requested)
    type_into(panel.formula.edges["right"], "12.5")
    assert told == []
    pause(panel)
    assert told == [replace(BEALE.window, right=12.5)]


def test_a_window_that_ends_before_it_begins_waits_for_its_other_edge(panel):
    told = told_by(panel.window_requested)
    type_into(panel.formula.edges["left"], "10")
    pause(panel)
    assert told == []
    assert "x must end above where it begins" in panel.formula.lines["x"].message.text()
    assert panel.formula.edges["left"].text() == "10"
    edge = type_into(panel.formula.edges["right"], "20")
    QTest.keyClick(edge, Qt.Key.Key_Return)
    assert told == [replace(BEALE.window, left=10.0, right=20.0)]
    assert not panel.formula.lines["x"].message.isVisible()


@pytest.mark.parametrize("typed", ["1e300", "nan", "inf", "--", "1e10"])
def test_an_edge_that_is_no_number_is_refused(panel, typed):
    told = told_by(panel.window_requested)
    edge = type_into(panel.formula.edges["top"], typed)
    QTest.keyClick(edge, Qt.Key.Key_Return)
    assert "must be a number from" in panel.formula.lines["y"].message.text()
    pause(panel)
    assert all(abs(window.top) <= 1e9 for window in told)
    assert not told or told[-1].top == BEALE.window.top


def test_zooming_elsewhere_is_shown(panel, state):
    window = Window(1.25, 2, -3, 4.5)
    panel.set_state(on(state, surface=replace(BEALE, window=window)))
    assert [edge.text() for edge in panel.formula.edges.values()] == ["1.25", "2", "-3", "4.5"]
