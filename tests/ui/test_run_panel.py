"""The Run panel by hand: keys and clicks in the form, what the buttons ask for, where the sentences stand."""

from __future__ import annotations

import time

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from visualizer.data.dataset import DataChoice
from visualizer.training.config import TrainingConfig
from visualizer.training.frames import Curves
from visualizer.ui import theme
from visualizer.ui.panels.run import RunPanel
from visualizer.ui.run_form import DataFacts, NetworkFacts
from visualizer.ui.run_settings import RunSettings

USUAL = TrainingConfig(epochs=20, batch=64, learning_rate=0.005)
CHOICE = DataChoice("shapes", per_epoch=4096, validation_count=1024)


@pytest.fixture
def panel(qtbot, styled):
    made = RunPanel()
    qtbot.addWidget(made)
    made.resize(304, 732)
    made.set_colors(theme.DARK)
    run = RunSettings(made)
    made.run = run
    run.changed.connect(made.set_form)
    made.value_changed.connect(run.set_value)
    made.switched.connect(run.set_on)
    made.apply_requested.connect(run.apply)
    made.revert_requested.connect(run.revert)
    made.reset_requested.connect(run.reset)
    run.set_network(NetworkFacts("shapes-net", ("conv1", "conv2"), 9000, 9), USUAL, CHOICE)
    run.set_dataset(DataFacts(4096, 1024, 0, 9))
    run.set_phase("idle")
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    return made


def opened(panel, *sections):
    for key in sections:
        panel.view.sections[key].set_open(True)
        more = panel.view.more[key]
        if more.isVisible() and not more.is_open:
            click(more)
    return panel


def type_into(panel, key, text):
    editor = panel.view.rows[key].editor
    editor.setFocus()
    editor.selectAll()
    QTest.keyClicks(editor, text)
    return editor


def click(widget):
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)


def curves(count, per_epoch):
    step = np.arange(1, count + 1)
    values = np.full(count, 0.004, np.float32)
    nothing = np.zeros(0, np.float32)
    epoch = (step / per_epoch).astype(np.float32)
    return Curves(step, epoch, values, values, values, step[:0], nothing, nothing, nothing)


def test_an_edit_before_a_run_holds_with_the_key(panel):
    type_into(panel, "learning_rate", "2e-3")
    assert panel.run.config.learning_rate == 0.002
    assert not panel.bar.apply.isVisible()
    assert panel.bar.reset.isEnabled()
    click(panel.bar.reset)
    assert panel.run.config == USUAL
    assert panel.view.rows["learning_rate"].editor.text() == "0.005"


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter])
def test_enter_applies_what_waits(panel, key):
    panel.run.set_phase("running")
    editor = type_into(panel, "learning_rate", "0.02")
    assert panel.run.config.learning_rate == 0.005
    assert panel.bar.apply.isEnabled()
    assert panel.view.rows["learning_rate"].editor.property("waiting") is True
    QTest.keyClick(editor, key)
    assert panel.run.config.learning_rate == 0.02
    assert not panel.bar.apply.isEnabled()
    assert editor.hasFocus()


def test_escape_does_not_apply(panel):
    panel.run.set_phase("running")
    editor = type_into(panel, "learning_rate", "0.02")
    QTest.keyClick(editor, Qt.Key.Key_Escape)
    assert panel.run.config.learning_rate == 0.005
    assert panel.run.form.waiting == 0


def test_revert_takes_back_also_what_is_no_value(panel):
    opened(panel, "loss").run.set_phase("running")
    type_into(panel, "l2", "0.5")
    type_into(panel, "learning_rate", "0")
    panel.setFocus()
    assert panel.view.rows["learning_rate"].message
    click(panel.bar.revert)
    assert panel.run.form.waiting == 0
    assert panel.view.rows["learning_rate"].message == ""
    assert panel.view.rows["learning_rate"].editor.text() == "0.005"
    assert panel.view.rows["l2"].editor.text() == "0"


def test_while_it_runs_the_data_is_locked_and_says_so(panel):
    opened(panel, "run").run.set_phase("running")
    for key in ("data.source", "batch", "seed", "start"):
        assert not panel.view.rows[key].editor.isEnabled()
    assert panel.view.sections["data"].band.accessibleDescription() == "locked while running"
    assert panel.view.sections["optimizer"].band.accessibleDescription() == "applies at next step"
    panel.run.set_phase("ended")
    assert panel.view.rows["batch"].editor.isEnabled()


def test_a_sentence_opens_the_section_that_it_is_in(panel):
    section = panel.view.sections["transfer"]
    assert not section.is_open
    panel.run.set_value("optimizer", "lbfgs")
    panel.run.set_value("body_rate", 0.5)
    assert section.is_open
    row = panel.view.rows["body_rate"]
    assert row.message.startswith("L-BFGS has one learning rate")
    assert row.height() == row.heightForWidth(row.width()) or QApplication.processEvents() is None


def test_what_is_typed_stays_when_others_change(panel):
    editor = type_into(panel, "learning_rate", "0.0")
    panel.run.set_dataset(DataFacts(100, 10, 0, 9))
    panel.run.set_value("epochs", 3)
    assert panel.view.rows["learning_rate"].editor is editor
    assert editor.text() == "0.0"


def test_the_fields_of_another_optimizer_take_the_place_of_the_first_ones(panel):
    editor = panel.view.rows["optimizer"].editor
    editor.setFocus()
    panel.run.set_value("optimizer", "nesterov")
    assert panel.view.rows["optimizer"].editor is editor
    assert editor.hasFocus()
    shown = [panel.view.sections["optimizer"].rows.itemAt(i).widget() for i in range(4)]
    assert [row.key for row in shown] == [
        "optimizer",
        "learning_rate",
        "optimizer.momentum",
        "optimizer.weight_decay",
    ]
    assert "optimizer.beta1" not in panel.view.rows


def test_the_tab_key_goes_from_top_to_bottom(panel):
    opened(panel, "loss", "optimizer")
    panel.run.set_value("optimizer", "nesterov")
    panel.run.set_value("optimizer", "adam")  # made last, shown in the middle
    panel.view.rows["data.source"].editor.setFocus()
    seen, tops = [], []
    for _ in range(60):
        widget = QApplication.focusWidget()
        if widget is panel.bar.reset or widget in seen:
            break
        seen.append(widget)
        tops.append(widget.mapTo(panel.view.content, QPoint(0, 0)).y())
        QTest.keyClick(widget, Qt.Key.Key_Tab)
    assert tops == sorted(tops)
    assert panel.view.rows["optimizer.beta1"].editor in seen
    assert panel.view.rows["augmentation.flip"].box in seen
    assert panel.view.rows["l1"].editor in seen
    assert panel.view.sections["live"].band in seen


def test_a_folded_section_says_what_waits_in_it(panel):
    panel.run.set_phase("running")
    section = panel.view.sections["loss"]
    assert section.band.accessibleDescription() == "Cross-entropy"
    panel.run.set_value("l2", 0.5)
    assert section.band.accessibleDescription() == "1 waiting"
    section.set_open(True)
    assert section.band.accessibleDescription() == "applies at next step"
    assert panel.view.rows["l2"].editor.text() == "0.5"


def test_a_panel_out_of_sight_makes_nothing(panel):
    panel.hide()
    panel.run.set_value("optimizer", "nesterov")
    assert "optimizer.momentum" not in panel.view.rows
    panel.show()
    assert "optimizer.momentum" in panel.view.rows


def test_what_few_people_change_is_folded_into_a_line(panel):
    more = panel.view.more["optimizer"]
    assert more.accessibleName() == "More settings: β₁ 0.9, β₂ 0.999, ε 1e-08"
    assert "optimizer.beta1" not in panel.view.rows
    more.setFocus()
    QTest.keyClick(more, Qt.Key.Key_Space)
    type_into(panel, "optimizer.beta1", "0.8")
    assert panel.run.config.optimizer_settings == {"beta1": 0.8}
    click(more)
    assert more.accessibleName() == "More settings: β₁ 0.8, β₂ 0.999, ε 1e-08"
    assert "optimizer.beta1" not in panel.view.rows
    panel.run.set_value("optimizer", "sgd")  # has no such settings
    assert not more.isVisible()
    panel.run.set_value("optimizer", "adam")
    assert more.isVisible()


def test_the_field_with_the_keyboard_is_in_sight(panel, qtbot):
    panel.view.rows["augmentation.cutout"].box.setFocus()
    qtbot.wait(10)
    box = panel.view.rows["augmentation.cutout"].box
    assert not box.visibleRegion().isEmpty()


def test_a_band_folds_with_a_click_and_with_space(panel):
    section = panel.view.sections["optimizer"]
    QTest.mouseClick(section.band, Qt.MouseButton.LeftButton)
    assert not section.is_open
    section.band.setFocus()
    QTest.keyClick(section.band, Qt.Key.Key_Space)
    assert section.is_open
    QTest.keyClick(section.band, Qt.Key.Key_Left)
    assert not section.is_open
    assert section.band.accessibleDescription() == "AdamW"


def test_a_folder_is_asked_for_and_the_choice_stays(panel, qtbot):
    source = panel.view.rows["data.source"].editor
    with qtbot.waitSignal(panel.folder_requested):
        source.setFocus()
        QTest.keyClick(source, Qt.Key.Key_End)
    assert source.currentText() == "Shapes"
    assert panel.run.choice.source == "shapes"


def test_missing_data_can_be_downloaded_and_other_data_looked_at(panel, qtbot):
    with qtbot.waitSignal(panel.look_at_data_requested):
        click(panel.data_line.look)
    panel.run.set_value("data.source", "mnist")
    panel.run.set_dataset(DataFacts(problem="MNIST is not on this computer.", is_missing=True))
    assert not panel.data_line.look.isVisible()
    assert panel.view.rows["data.source"].message == "MNIST is not on this computer."
    with qtbot.waitSignal(panel.download_requested) as asked:
        click(panel.data_line.download)
    assert asked.args == ["mnist"]


def test_the_obstacle_stands_on_top(panel):
    sentence = "Shapes has 9 classes, plain gives 10 outputs: set the last layer's outputs to 9 in Build."
    panel.run.set_phase("impossible", sentence)
    assert panel.obstacle.isVisible()
    assert panel.obstacle.accessibleName() == sentence
    panel.run.set_phase("idle")
    assert not panel.obstacle.isVisible()


def test_a_switch_turns_an_augmentation_on(panel):
    row = panel.view.rows["augmentation.rotation"]
    QTest.mouseClick(row.box, Qt.MouseButton.LeftButton, pos=QPoint(6, 11))
    assert panel.run.config.augmentation == {"rotation": 15.0}
    type_into(panel, "augmentation.rotation", "30")
    assert panel.run.config.augmentation == {"rotation": 30.0}


@pytest.mark.parametrize("colors", [theme.DARK, theme.LIGHT], ids=["dark", "light"])
def test_the_play_head_moves_and_what_is_to_come_is_dashed(panel, colors):
    panel.set_colors(colors)
    panel.plot.grab()
    before = panel.plot.grab().toImage()
    panel.set_progress(5.0, curves(320, 64))
    during = panel.plot.grab().toImage()
    assert during != before
    assert panel.plot.accessibleName().endswith("0.004 now")
    panel.set_progress(10.0, curves(640, 64))
    assert panel.plot.grab().toImage() != during
    panel.set_progress(0.0, None)
    assert panel.plot.grab().toImage() == before


def test_at_an_earlier_moment_the_head_tells_the_rate_of_then(panel):
    seen = curves(640, 64)
    falling = np.linspace(0.004, 0.0, 640, dtype=np.float32)
    seen = Curves(seen.step, seen.epoch, falling, falling, falling, *([seen.validation_step] * 4))
    panel.set_progress(10.0, seen)
    assert panel.plot.accessibleName().endswith(", 0 now")
    panel.set_progress(5.0, seen)
    assert panel.plot.accessibleName().endswith(", 0.002 now")


def test_a_frame_of_a_run_costs_little(panel):
    panel.run.set_phase("running")
    long = curves(20_000, 1000)
    panel.plot.grab()
    times = []
    for step in range(10_000, 10_020):
        start = time.perf_counter()
        panel.set_progress(step / 1000, long)
        panel.plot.repaint()
        times.append(time.perf_counter() - start)
    assert min(times) < 0.004


def test_the_table_has_every_setting(panel):
    table = list(panel.export().table())
    assert table[0] == ("section", "setting", "value", "unit")
    assert ("Optimizer", "Learning rate", "0.005", "") in table
    assert ("Augmentation", "Flip", "off", "of images") in table
    assert len(table) == 1 + len(opened(panel, *panel.view.sections).view.rows)


def test_nothing_is_cut_off_at_the_width_of_the_dock(panel):
    opened(panel, *panel.view.sections)
    QApplication.processEvents()
    for row in panel.view.rows.values():
        label = row.box or row._label
        if label.isVisible():
            assert label.width() >= label.sizeHint().width(), row.key
        assert row.editor.geometry().right() <= row.width()
