"""Networks that are hidden by their chips: in the plots, the figures, what is saved, the Networks panel, the window."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest
import rotation_panel_bench
import study_panel_bench
from panel_bench import docked
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from rotation_panel_bench import color_near, settled, told
from study_panel_bench import BOXES, BY_CLASS, CURVE, choose, painted

from visualizer.ui import theme
from visualizer.ui.driving import settle, wait
from visualizer.ui.main_window import MainWindow
from visualizer.ui.panels.rotation import RotationPanel
from visualizer.ui.panels.rotation_study import RotationStudyPanel
from visualizer.ui.rotation import jobs
from visualizer.ui.rotation.state import OPEN, RotationState, Study, shown_lines
from visualizer.ui.widgets.network_chips import NetworkChip

LEFT = Qt.MouseButton.LeftButton
panel, state = rotation_panel_bench.panel, rotation_panel_bench.state  # fixtures


def hidden(state: RotationState, *numbers: int) -> RotationState:
    return replace(state, hidden=frozenset(state.lines[number].key for number in numbers))


# --- the Rotation panel ------------------------------------------------------------------------------


def test_a_click_or_a_key_on_a_chip_asks_for_it(panel: RotationPanel, state: RotationState) -> None:
    heard = told(panel.line_toggled)
    first, second = settled(panel, state).bar.networks.chips
    QTest.mouseClick(second, LEFT)
    QTest.keyClick(first, Qt.Key.Key_Space)
    QTest.keyClick(first, Qt.Key.Key_Return)
    assert heard == ["kept 1", OPEN, OPEN]
    assert first.focusPolicy() & Qt.FocusPolicy.TabFocus
    assert first.isChecked()  # until the state says otherwise
    QTest.mouseClick(second.close_button, LEFT)
    assert len(heard) == 3


def test_a_hidden_network_has_no_curve_and_keeps_its_chip_and_its_figures(
    panel: RotationPanel, state: RotationState
) -> None:
    settled(panel, state)
    plot, polar = panel.view.plot, panel.view.polar
    height = 0.5 + 0.3 * math.cos(math.radians(200))
    color = state.lines[1].color
    for seen, now in ((True, state), (False, hidden(state, 1)), (True, state)):
        settled(panel, now)
        axes = plot.picture.axes
        assert ("baseline" in [curve.name for curve in plot._graph.curves]) == seen
        place = axes.plot.topLeft()
        place.setX(axes.to_x(200))
        place.setY(axes.to_y(height))
        assert color_near(plot, place, color, 1) == seen
        assert color_near(polar, polar.place(200, height), color, 1) == seen
        assert [chip.words[0] for chip in panel.bar.networks.chips] == ["8_rot_1", "baseline"]
        assert [line.hidden for line in panel.figures.lines] == [False, not seen]
        assert ("baseline (hidden): mean 0.500" in panel.figures.accessibleDescription()) != seen


def test_a_chip_says_whether_it_is_shown(panel: RotationPanel, state: RotationState) -> None:
    chip = settled(panel, state).bar.networks.chips[1]

    def told_to_readers(chip: NetworkChip) -> bool:
        return bool(QAccessible.queryAccessibleInterface(chip).state().checked)

    def square() -> list[str]:
        picture = chip.grab().toImage()
        return [picture.pixelColor(x, chip.height() // 2).name() for x in (8, 11)]

    assert told_to_readers(chip)
    assert "click to hide its curves" in chip.toolTip()
    color = theme.QColor(state.lines[1].color).name()
    assert square() == [color, color]
    chip = settled(panel, hidden(state, 1)).bar.networks.chips[1]
    assert not told_to_readers(chip)
    assert chip.accessibleName() == "baseline"
    assert "click to show its curves again" in chip.toolTip()
    assert square()[0] == color
    assert square()[1] != color  # hollow


def test_runners_up_go_with_the_open_network_and_the_class_stays(
    panel: RotationPanel, state: RotationState
) -> None:
    settled(panel, hidden(state, 0))
    assert [curve.name for curve in panel.view.plot._graph.curves] == ["baseline"]
    assert panel.bar.classes.itemText(0) == "cat (true)"


def test_a_name_does_not_change_while_others_hide(panel: RotationPanel, state: RotationState) -> None:
    same = tuple(replace(line, name="tiny", moment=f"step {at}") for at, line in enumerate(state.lines))
    settled(panel, hidden(replace(state, lines=same), 0))
    assert [curve.name for curve in panel.view.plot._graph.curves] == ["tiny, step 1"]


def test_only_what_is_shown_is_saved(panel: RotationPanel, state: RotationState) -> None:
    settled(panel, hidden(state, 0))
    export = panel.export()
    assert export is not None
    assert {row[0] for row in list(export.table())[1:]} == {"baseline"}
    assert "that are shown" in panel.bar.export.toolTip()
    settled(panel, hidden(state, 0, 1))
    assert panel.export() is None
    assert not panel.bar.export.isEnabled()
    assert panel.placeholder.isVisible()
    assert "Every network is hidden" in panel.placeholder._sentence.text()
    assert all(chip.isVisible() for chip in panel.bar.networks.chips)


# --- the Networks panel ------------------------------------------------------------------------------


@pytest.fixture
def networks(qtbot: QtBot, styled: QApplication) -> Iterator[RotationStudyPanel]:
    yield from docked(RotationStudyPanel, qtbot, 437, 425)


@pytest.fixture
def studied() -> RotationState:
    lines = tuple(study_panel_bench.line(number, study_panel_bench.study(number)) for number in range(2))
    return RotationState(lines=lines, study=Study("shapes", 40, 15.0), study_words="done 14:02, 41 s")


def test_its_box_and_its_curve_are_gone_and_come_again(
    networks: RotationStudyPanel, studied: RotationState
) -> None:
    for names, now in (
        (["baseline", "8_rot_1"], studied),
        (["8_rot_1"], hidden(studied, 0)),
        (["baseline", "8_rot_1"], studied),
    ):
        networks.set_state(now)
        choose(networks.choice, BOXES)
        painted(networks)
        assert [row.name for row in networks.views.boxes.boxes._rows] == names
        choose(networks.choice, CURVE)
        assert [curve.name for curve in networks.views.curve._curves] == names
        assert {row[0] for row in list(networks.export().table())[1:]} == set(names)


def test_a_view_of_one_network_turns_to_one_that_is_shown(
    networks: RotationStudyPanel, studied: RotationState
) -> None:
    networks.set_state(studied)
    choose(networks.choice, BY_CLASS)
    networks.set_state(hidden(studied, 0))
    painted(networks)
    assert networks.views.classes._cells is studied.lines[1].studied.by_class
    assert not networks.network.isVisible()
    networks.set_state(hidden(studied, 0, 1))
    assert networks.export() is None
    assert "is hidden" in networks.empty._sentence.text()


# --- the window --------------------------------------------------------------------------------------


def test_in_the_window_it_is_hidden_until_it_goes(window: MainWindow) -> None:
    window.workspaces.show("rotate")
    assert settle(window)
    turning, chips = window.turning, window.rotation.bar.networks
    live = turning.live
    turning.comparison.toggle()
    assert settle(window)
    own, kept = chips.chips
    QTest.mouseClick(kept, LEFT)
    key = live.state.lines[1].key
    assert live.state.hidden == {key}
    assert [line.key for line in shown_lines(live.state)] == [OPEN]
    assert len(window.rotation.view.plot._graph.main) == 1
    own.setFocus()
    QTest.keyClick(own, Qt.Key.Key_Space)  # is not that of playing here
    assert live.state.hidden == {key, OPEN}
    assert not live.state.playing
    QTest.mouseClick(kept.close_button, LEFT)
    assert live.state.hidden == {OPEN}
    live.toggle_line(key)  # it is gone
    assert live.state.hidden == {OPEN}


def test_tab_goes_along_the_chips_in_their_order(window: MainWindow) -> None:
    window.workspaces.show("rotate")
    assert settle(window)
    window.turning.comparison.toggle()
    assert settle(window)
    bar = window.rotation.bar
    expected = [*bar.networks.chips, bar.networks.more, bar.classes, bar.step]
    assert len(expected) == 5
    window.activateWindow()
    expected[0].setFocus()
    seen = []
    for _ in expected:
        seen.append(QApplication.focusWidget())
        QTest.keyClick(seen[-1], Qt.Key.Key_Tab)
    assert seen == expected


def test_another_network_is_shown_when_it_is_opened(window: MainWindow) -> None:
    window.workspaces.show("rotate")
    assert settle(window)
    live = window.turning.live
    live.toggle_line(OPEN)
    assert live.state.hidden == {OPEN}
    before = live.state.lines[0]
    window.session.open_network("shapes-net")
    assert wait(lambda: live.state.lines[0] is not before)
    assert settle(window)
    assert not live.state.hidden


def test_figures_of_a_study_are_worked_out_by_the_worker(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.workspaces.show("rotate")
    assert settle(window)
    threads: set[threading.Thread] = set()
    made = jobs.study_figures

    def noted(study: object) -> object:
        threads.add(threading.current_thread())
        return made(study)

    monkeypatch.setattr(jobs, "study_figures", noted)
    live = window.turning.live
    window.turning.studying.set_study(Study(count=4, step=90.0))
    window.turning.studying.start()
    assert wait(lambda: live.state.study_progress is None)
    assert live.state.lines[0].studied.study.complete
    assert threads
    assert threading.main_thread() not in threads
