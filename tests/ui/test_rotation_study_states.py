"""The Networks panel: what it says in odd cases, small rooms, and the real window."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from study_panel_bench import (
    BOXES,
    BY_CLASS,
    CURVE,
    MATRIX,
    choose,
    line,
    painted,
    panel,
    state,
    study,
    tip_at,
)

from visualizer.data.transforms import Change
from visualizer.probes.response.dataset_figures import accuracy_by_class, share_right
from visualizer.ui import theme
from visualizer.ui.driving import settle, wait
from visualizer.ui.main_window import MainWindow
from visualizer.ui.panels.rotation_study import RotationStudyPanel
from visualizer.ui.rotation.state import RotationState, Study
from visualizer.ui.widgets.study_words import STEPS, invitation, step_choices, value_labels

__all__ = ["panel", "state"]  # fixtures


def test_troubles_and_notes_are_said(panel: RotationStudyPanel, state: RotationState) -> None:
    noted = line(0, study(0, note="shapes has 40 test images: these are all."))
    silent = line(1, None, trouble="8_rot_1 gives one number.")
    panel.set_state(replace(state, lines=(noted, silent)))
    assert panel.note.full_text() == "shapes has 40 test images: these are all."
    assert panel.note.isVisible()
    painted(panel)
    assert "one number" in tip_at(panel, panel.views.boxes.boxes.place_of(1, 0.5))
    refused = line(1, None, study_trouble="8_rot_1 does not know the class ‘cat’.")
    panel.set_state(replace(state, lines=(noted, refused)))
    assert panel.note.full_text() == f"{refused.study_trouble} shapes has 40 test images: these are all."
    painted(panel)
    assert "does not know" in tip_at(panel, panel.views.boxes.boxes.place_of(1, 0.5))
    alone = line(0, None, study_trouble="The data could not be opened.")
    panel.set_state(replace(state, lines=(alone, refused, replace(alone, key="3"))))
    assert panel.empty._sentence.text().split("\n\n") == [alone.study_trouble, refused.study_trouble]


def test_other_transforms_have_their_own_words(panel: RotationStudyPanel, state: RotationState) -> None:
    blurred = replace(
        state,
        change=Change("blur"),
        study=Study("shapes", 40),
        lines=(line(0, study(0, transform="blur")), line(1, study(1, transform="blur"))),
    )
    panel.set_state(blurred)
    assert panel.views.caption() == "40 test images, 51 values each"
    assert panel.choice.itemText(MATRIX) == "Value × class"
    assert not panel.step.isVisible()
    for view in (BOXES, CURVE, BY_CLASS, MATRIX):
        choose(panel.choice, view)
        painted(panel)
    assert next(iter(panel.export().table()))[1] == "blur"
    assert "each with blur at 51 values" in invitation("blur", 40, 1.0)
    assert "over 3,600" in invitation("rotation", 40, 0.01)
    assert step_choices(7.0)[:4] == (1.0, 2.0, 5.0, 7.0)
    assert [text for _, text in value_labels("rotation", 0, 360, 5)] == ["0°", "90°", "180°", "270°", "360°"]


def test_nothing_is_worked_out_while_only_the_input_turns(
    panel: RotationStudyPanel, state: RotationState, monkeypatch: pytest.MonkeyPatch
) -> None:
    panel.set_state(state)
    monkeypatch.setattr(panel.views, "set_lines", lambda lines: pytest.fail("set again"))
    for angle in range(20):
        turned = tuple(replace(each, stale=bool(angle % 2)) for each in state.lines)
        panel.set_state(replace(state, change=Change("rotation", float(angle)), lines=turned))


def test_a_network_that_goes_takes_its_choice_along(panel: RotationStudyPanel, state: RotationState) -> None:
    panel.set_state(state)
    choose(panel.choice, BY_CLASS)
    choose(panel.network, 1)
    panel.set_state(replace(state, lines=state.lines[:1]))
    painted(panel)
    np.testing.assert_array_equal(panel.views.classes._cells, accuracy_by_class(state.lines[0].study))
    assert not panel.network.isVisible()


def test_many_networks_small_rooms_and_the_light_theme_are_drawn(
    panel: RotationStudyPanel, state: RotationState
) -> None:
    many = tuple(
        replace(line(1, study(number % 3)), key=str(number), moment=f"step {number}") for number in range(30)
    )
    panel.set_colors(theme.LIGHT)
    panel.set_state(replace(state, lines=(state.lines[0], *many)))
    assert panel.views.boxes.area.verticalScrollBar().maximum() > 0
    assert panel.views.boxes.boxes._rows[1].name == "8_rot_1, step 0"
    panel.window().resize(220, 190)
    for view in (BOXES, CURVE, BY_CLASS, MATRIX):
        choose(panel.choice, view)
        painted(panel)
    nothing = replace(study(0), done=0, predicted=np.full((40, 24), -1, np.int32))
    panel.set_state(replace(state, lines=(line(0, nothing),)))
    assert panel.empty.isVisible()


def test_a_study_in_the_window_from_run_to_the_end(window: MainWindow) -> None:
    """The bundled network over shapes, begun, cancelled and begun again with the mouse."""
    window.workspaces.show("rotate")
    assert settle(window)
    panel = window.rotation_study
    panel.count.setFocus()
    panel.count.selectAll()
    QTest.keyClicks(panel.count, "30")
    choose(panel.step, len(STEPS) - 1)
    live = window.turning.live
    assert (live.state.study.count, live.state.study.step) == (30, 45.0)
    QTest.mouseClick(panel.button, Qt.MouseButton.LeftButton)
    assert panel.button.text() == "Cancel"
    QTest.mouseClick(panel.button, Qt.MouseButton.LeftButton)
    assert panel.status.text() == "cancelled"
    QTest.mouseClick(panel.button, Qt.MouseButton.LeftButton)
    assert wait(lambda: live.state.study_progress is None)
    assert panel.status.text().startswith("done ")
    result = live.state.lines[0].study
    assert result.complete
    box = panel.views.boxes.boxes._rows[0].box
    assert (box.count, box.median) == (30, np.median(share_right(result)))
    assert panel.views.caption() == "30 validation images, 8 angles each"
    upright = share_right(replace(result, values=result.values[:1], predicted=result.predicted[:, :1]))
    assert upright.mean() > 0.9  # it has learnt such shapes
