"""The Anatomy panel: the step of the selected racer, line by line, and the ways to the steps beside it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from panel_bench import docked
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QApplication, QToolButton, QToolTip
from pytestqt.qtbot import QtBot
from table_bench import csv_bytes

from visualizer.race.anatomy import anatomy
from visualizer.race.config import Race, Racer
from visualizer.race.frames import StepAnatomy
from visualizer.race.racers import RACERS
from visualizer.race.surface import Surface, Window
from visualizer.ui import theme
from visualizer.ui.panels.anatomy import NO_RACER, NO_STEP, WAITING, AnatomyPanel
from visualizer.ui.race.state import RaceState
from visualizer.ui.widgets.anatomy_table import (
    HEADER_HEIGHT,
    ROW_HEIGHT,
    TALL_ROW_HEIGHT,
    setting,
    significant,
)

START = (2.0, -1.0)
RACERS_HERE = tuple(Racer(name, name, 0.05, color=RACERS[name].color) for name in RACERS)
RACE = Race(
    Surface("", "Bowl", "x^2 + 3*y^2 + x*y", Window(-4, 4, -4, 4), START), START, RACERS_HERE, steps=20
)


def state_at(key: str, step: int, **changes: object) -> RaceState:
    found = anatomy(RACE, key, step) if step else None
    state = RaceState(RACE, moment=float(step), length=20.0, selected=key, anatomy=found)
    return replace(state, **changes)


@pytest.fixture
def panel(qtbot: QtBot, styled: QApplication) -> Iterator[AnatomyPanel]:
    yield from docked(AnatomyPanel, qtbot, 456, 460)


def pixels(panel: AnatomyPanel) -> bytes:
    image = panel.table.grab().toImage()
    return bytes(image.constBits())


def test_it_says_what_to_do_while_there_is_nothing(panel: AnatomyPanel) -> None:
    for state, sentence in (
        (RaceState(RACE), NO_RACER),
        (state_at("adam", 0, length=20.0), NO_STEP),
        (state_at("adam", 0, moment=3.0), WAITING),
        (replace(state_at("adam", 4), selected="sgd"), WAITING),  # of another racer
    ):
        panel.set_state(state)
        assert panel.placeholder.isVisible()
        assert panel.placeholder.findChild(type(panel.placeholder._sentence)).text() == sentence
        assert panel.export() is None


def test_the_headline_tells_the_step(panel: AnatomyPanel) -> None:
    panel.set_state(state_at("sgd", 1))
    # by hand: g = (2x + y, 6y + x) = (3, −4), α 0.05; f(2, −1) = 5, f(1.85, −0.8) = 3.8625
    assert panel.headline.isVisible()
    assert panel.headline.text().startswith(
        "SGD, step 1: (2, −1) → (1.850, −0.8000), loss 5 → 3.863. The step goes"
    )


def test_numbers_change_from_step_to_step_and_names_stay(panel: AnatomyPanel) -> None:
    panel.set_state(state_at("adam", 3))
    before, names = pixels(panel), panel.table._names.cacheKey()
    panel.set_state(state_at("adam", 4))
    assert pixels(panel) != before
    assert panel.table._names.cacheKey() == names
    panel.set_state(state_at("sgd", 4))
    pixels(panel)
    assert panel.table._names.cacheKey() != names


def test_the_same_state_again_does_nothing(panel: AnatomyPanel, monkeypatch: pytest.MonkeyPatch) -> None:
    state = state_at("adam", 3)
    panel.set_state(state)
    calls: list[object] = []
    monkeypatch.setattr(panel.table, "set_anatomy", calls.append)
    panel.set_state(state)
    panel.set_state(replace(state, playing=True))
    assert not calls
    panel.set_state(state_at("adam", 5))
    assert len(calls) == 1


def test_the_last_step_stays_while_the_next_is_on_its_way(panel: AnatomyPanel) -> None:
    state = state_at("adam", 3)
    panel.set_state(state)
    panel.set_state(replace(state, moment=4.0, anatomy=None))
    assert panel.table.isVisible()
    panel.set_state(replace(state, race=replace(RACE, steps=9), moment=4.0, anatomy=None))
    assert panel.placeholder.isVisible()  # of another race


def test_the_buttons_walk_and_stop_at_the_ends(panel: AnatomyPanel, qtbot: QtBot) -> None:
    asked: list[int] = []
    panel.step_requested.connect(asked.append)
    back, on = panel.head.findChildren(QToolButton)
    panel.set_state(state_at("adam", 3))
    qtbot.mouseClick(back, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(on, Qt.MouseButton.LeftButton)
    assert asked == [-1, 1]
    assert back.accessibleName()
    assert on.accessibleName()
    panel.set_state(state_at("adam", 0))
    assert (back.isEnabled(), on.isEnabled()) == (False, True)
    panel.set_state(state_at("adam", 20))
    assert (back.isEnabled(), on.isEnabled()) == (True, False)
    panel.set_state(RaceState(RACE, length=20.0))
    assert (back.isEnabled(), on.isEnabled()) == (False, False)


def test_every_line_explains_itself(panel: AnatomyPanel, qtbot: QtBot) -> None:
    panel.set_state(state_at("adam", 3))
    table, found = panel.table, anatomy(RACE, "adam", 3)
    tips = [table.tip_at(HEADER_HEIGHT + row * ROW_HEIGHT + 5) for row in range(len(found.terms) + 1)]
    assert len(set(tips)) == len(tips)
    for term, tip in zip(found.terms, tips, strict=False):
        assert tip.startswith(term.words[:1].upper())
        assert term.formula in tip
    assert "plain descent" in tips[-1]
    assert table.tip_at(3) == table.tip_at(2000) == ""
    where = QPoint(20, HEADER_HEIGHT + 5)
    QApplication.sendEvent(table, QHelpEvent(QEvent.Type.ToolTip, where, table.mapToGlobal(where)))
    assert "Gradient of the loss" in QToolTip.text()
    QToolTip.hideText()


@pytest.mark.parametrize("name", RACERS)
@pytest.mark.parametrize("width", [300, 456, 700])
def test_every_racer_is_drawn_in_every_width(
    panel: AnatomyPanel, qtbot: QtBot, name: str, width: int
) -> None:
    panel.window().resize(width, 400)
    panel.set_state(state_at(name, 5))
    QApplication.processEvents()
    table, lines = panel.table, len(anatomy(RACE, name, 5).terms) + 1
    assert table.height() in [HEADER_HEIGHT + lines * height + 4 for height in (ROW_HEIGHT, TALL_ROW_HEIGHT)]
    assert table._layout.is_tall or table._layout.words_from > 0
    assert table._layout.ys.right() <= table.width()
    assert len(set(pixels(panel))) > 10


def test_words_go_below_the_equations_where_it_is_narrow(panel: AnatomyPanel) -> None:
    panel.set_state(state_at("adam", 5))
    heights = []
    for width in (700, 300, 700):
        panel.window().resize(width, 600)
        QApplication.processEvents()
        heights.append(panel.table._layout.row_height)
    assert heights == [ROW_HEIGHT, TALL_ROW_HEIGHT, ROW_HEIGHT]


def test_themes_differ(panel: AnatomyPanel) -> None:
    panel.set_state(state_at("adam", 5))
    dark = pixels(panel)
    panel.set_colors(theme.LIGHT)
    assert pixels(panel) != dark


def test_the_numbers_can_be_taken_along_in_full(panel: AnatomyPanel) -> None:
    state = state_at("adam", 7)
    panel.set_state(state)
    export = panel.export()
    assert export is not None
    assert export.table is not None
    assert export.picture is not None
    assert export.name == "Adam, step 7"
    text = csv_bytes(export.table).decode()
    assert isinstance(state.anatomy, StepAnatomy)
    for value in (*state.anatomy.terms[-1].value, *state.anatomy.end, state.anatomy.loss_after):
        assert repr(value) in text
    assert not export.picture().isNull()


def test_a_step_that_diverges_is_drawn(panel: AnatomyPanel) -> None:
    racer = Racer("sgd", "sgd", 1e30)
    race = replace(RACE, racers=(racer,))
    found = anatomy(race, "sgd", 20)
    panel.set_state(RaceState(race, moment=9.0, length=20.0, selected="sgd", anatomy=found))
    assert "∞" in panel.headline.text()
    assert "diverged" in panel.headline.text()
    assert len(set(pixels(panel))) > 10


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (12.0, "12"),
        (-1.0, "−1"),
        (-3.78456, "−3.785"),
        (0.0113, "0.01130"),
        (123456.7, "123457"),
        (1.23456e7, "1.235e7"),
        (-1.2346e-7, "−1.235e−7"),
        (1.5e-12, "1.50e−12"),
        (float("nan"), "–"),
        (float("-inf"), "−∞"),
    ],
)
def test_numbers_have_four_figures(value: float, text: str) -> None:
    assert significant(value) == text


def test_settings_have_no_zeros_at_the_end() -> None:
    assert [setting(each) for each in (0.1, 0.002, 1.0, 100.0, 0.7176)] == [
        "0.1",
        "0.002",
        "1",
        "100",
        "0.7176",
    ]
