"""The checks: problems with what would help, notes, good news; clicks and keys on them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from table_bench import csv_bytes

from visualizer.networks import architectures
from visualizer.networks.architectures import DIGITS, SHAPES
from visualizer.networks.numbering import numbered_classes
from visualizer.networks.spec import layer
from visualizer.ui.build_checks import MOST_LINES, Check, checks
from visualizer.ui.editor import EMPTY, Editor
from visualizer.ui.panels.checks import ChecksPanel
from visualizer.ui.theme import DARK, LIGHT


@pytest.fixture
def editor() -> Editor:
    made = Editor()
    made.begin(architectures.spec("mini-vgg"))
    return made


@pytest.fixture
def panel(qtbot: QtBot, styled: QApplication, editor: Editor) -> ChecksPanel:
    made = ChecksPanel()
    qtbot.addWidget(made)
    made.set_colors(DARK)
    made.resize(600, 160)
    made.show()
    qtbot.waitExposed(made)
    editor.changed.connect(made.set_state)
    made.fix_chosen.connect(editor.apply_fix)
    made.row_selected.connect(lambda identity: editor.select((identity,)))
    made.set_state(editor.state)
    return made


def identity_of(editor: Editor, name: str) -> int:
    return next(row.spec.identity for row in editor.plan.rows if row.spec.name == name)


def shown(panel: ChecksPanel) -> list[Check]:
    return [line._check for line in panel.lines if line.isVisible() and line._check is not None]


def test_a_network_that_fits_is_told_so(editor: Editor, panel: ChecksPanel) -> None:
    assert [(check.what, check.name) for check in shown(panel) if check.what == "ok"] == [
        ("ok", "network"),
        ("ok", "fc2"),
    ]
    assert shown(panel)[-1].sentence == "10 outputs match the 10 classes of CIFAR-10."
    assert "All 17 layers fit." in [check.sentence for check in shown(panel)]


@pytest.mark.parametrize(
    ("classes", "words"),
    [
        (SHAPES, "9 outputs match the 9 classes of shapes."),
        (DIGITS, "10 outputs match the 10 classes of digits."),
        (numbered_classes(4), "4 outputs match the 4 numbered classes."),
        (("cat", "dog"), "2 outputs match the 2 classes."),
    ],
)
def test_the_set_of_the_classes_is_named(classes: tuple[str, ...], words: str) -> None:
    editor = Editor()
    fc = layer("linear", "fc", out_features=len(classes))
    editor.begin(replace(EMPTY, layers=(layer("flatten", "flat"), fc), classes=classes))
    assert checks(editor.state)[-1].sentence == words


def test_a_problem_says_how_many_layers_wait(editor: Editor, panel: ChecksPanel, qtbot: QtBot) -> None:
    with qtbot.waitSignal(panel.subtitle_changed, check_params_cb=lambda text, warns: warns) as said:
        editor.set_value(identity_of(editor, "pool2"), "kernel_size", 20)
    assert said.args[0].startswith("1 error")
    first = shown(panel)[0]
    assert (first.what, first.name) == ("problem", "pool2")
    assert first.sentence.endswith("6 layers below wait.")  # dropout, flatten, fc1, relu, dropout, fc2
    assert not [check for check in shown(panel) if check.what == "ok"]


def test_a_fix_makes_the_problem_go(editor: Editor, panel: ChecksPanel, qtbot: QtBot) -> None:
    pool = identity_of(editor, "pool2")
    editor.set_value(pool, "kernel_size", 20)
    QApplication.processEvents()
    line = panel.lines[0]
    button = line.buttons[0]
    assert button.text().startswith("Kernel 13 → 64×1×1")
    with qtbot.waitSignal(panel.fix_chosen) as chosen:
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert chosen.args[0] == pool
    assert not editor.plan.rows[10].problem
    assert all(not line.buttons for line in panel.lines if line.isVisible() and line._check.what == "ok")


def test_outputs_that_do_not_match_are_mended_by_the_number_of_classes(
    editor: Editor, panel: ChecksPanel, qtbot: QtBot
) -> None:
    editor.set_classes(SHAPES)
    assert shown(panel)[0].sentence == "10 outputs do not match the 9 classes."
    assert [button.text() for button in panel.lines[0].buttons] == ["Outputs 9"]
    qtbot.mouseClick(panel.lines[0].buttons[0], Qt.MouseButton.LeftButton)
    assert not editor.plan.problems


def test_a_click_and_enter_select_the_layer(editor: Editor, panel: ChecksPanel, qtbot: QtBot) -> None:
    pool = identity_of(editor, "pool2")
    editor.set_value(pool, "kernel_size", 20)
    editor.select(())
    qtbot.mouseClick(panel.lines[0], Qt.MouseButton.LeftButton, pos=QPoint(5, 8))
    assert editor.selected == (pool,)
    editor.select(())
    panel.lines[0].setFocus()
    qtbot.keyClick(panel.lines[0], Qt.Key.Key_Return)
    assert editor.selected == (pool,)


def test_a_line_about_the_network_selects_nothing(editor: Editor, panel: ChecksPanel, qtbot: QtBot) -> None:
    asked: list[int] = []
    panel.row_selected.connect(asked.append)
    line = next(line for line in panel.lines if line._check is not None and line._check.name == "network")
    qtbot.mouseClick(line, Qt.MouseButton.LeftButton)
    assert asked == []


def test_layers_inside_blocks_are_named_with_them(panel: ChecksPanel, editor: Editor) -> None:
    editor.begin(architectures.spec("vgg16"))
    inside = next(row for row in editor.plan.rows if len(row.path) == 2)
    editor.set_value(inside.spec.identity, "kernel_size", 255)
    problem = shown(panel)[0]
    assert problem.name == "features.0"
    assert problem.identity == inside.spec.identity


def test_many_notes_are_cut_short(panel: ChecksPanel, editor: Editor) -> None:
    pools = [layer("max_pool", f"pool{at}") for at in range(MOST_LINES + 7)]
    editor.begin(replace(EMPTY, input=(3, 31, 31), layers=(layer("branches", "wide", *pools),)))
    with_notes = [row for row in editor.plan.rows if row.note]
    assert len(with_notes) > MOST_LINES
    lines = [check for check in shown(panel) if check.what == "note"]
    assert len(lines) == MOST_LINES + 1
    assert lines[-1].sentence.startswith(str(len(with_notes) - MOST_LINES))


def test_many_problems_are_counted_and_cut_short(panel: ChecksPanel, editor: Editor, qtbot: QtBot) -> None:
    pools = [layer("max_pool", f"pool{at}", kernel_size=99) for at in range(MOST_LINES + 7)]
    with qtbot.waitSignal(panel.subtitle_changed) as said:
        editor.begin(replace(EMPTY, layers=(layer("branches", "wide", *pools),)))
    assert said.args[0] == f"{MOST_LINES + 7} errors"
    assert len(shown(panel)) == MOST_LINES + 1
    assert shown(panel)[-1].sentence == "7 more layers have problems."


def test_an_empty_draft_says_what_to_do_and_a_disabled_one_what_is_wrong(
    panel: ChecksPanel, editor: Editor
) -> None:
    editor.begin(EMPTY)
    assert panel._pages.currentIndex() == 0
    assert panel.export() is None
    editor.add("conv")
    editor.set_enabled(editor.selected, False)
    assert panel._pages.currentIndex() == 1
    assert [check.what for check in shown(panel)] == ["problem"]
    assert "empty" in shown(panel)[0].sentence


def test_it_is_read_and_saved(panel: ChecksPanel, editor: Editor) -> None:
    editor.set_value(identity_of(editor, "pool2"), "kernel_size", 20)
    assert panel.lines[0].accessibleName().startswith("Error: pool2. ")
    export = panel.export()
    assert export is not None
    assert export.table is not None
    assert csv_bytes(export.table).decode().splitlines()[1].startswith("problem,pool2,")


def test_it_is_painted_in_both_themes_at_any_width(panel: ChecksPanel, editor: Editor) -> None:
    editor.set_value(identity_of(editor, "pool2"), "kernel_size", 20)
    for colors in (DARK, LIGHT):
        panel.set_colors(colors)
        for width in (180, 420, 900):
            panel.resize(width, 160)
            QApplication.processEvents()
            for button in panel.lines[0].buttons:
                assert 0 < button.mapTo(panel, QPoint(0, 0)).x() <= width - button.width()
            assert not panel.grab().isNull()


def test_a_long_name_ends_with_an_ellipsis_inside_its_column(panel: ChecksPanel, editor: Editor) -> None:
    identity = identity_of(editor, "pool2")
    editor.rename(identity, "features_denseblock1_transition_pool")
    editor.set_value(identity, "kernel_size", 20)
    QApplication.processEvents()
    name = panel.lines[0]._name
    assert name.text().endswith("…")
    assert name.fontMetrics().horizontalAdvance(name.text()) <= name.width()
