"""One row of a form: what is typed, what is refused, what waits, what is locked."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from visualizer.networks.layers.kinds import Field
from visualizer.ui.run_form import FormRow
from visualizer.ui.widgets.setting_row import ROW, SettingRow
from visualizer.ui.widgets.value_slider import Scale

RATE = Field("learning_rate", float, 0.01, 1e-12, 1000.0, "size of the steps")
BATCH = Field("batch", int, 64, 1, 65_536, "images a step")
WORDS = Field("kind", str, "sgd", 0, 0, "what steps", ("sgd", "adam"))
LOGARITHMIC = Scale(1e-5, 1.0, logarithmic=True)


@pytest.fixture
def place(qtbot, styled):
    window = QWidget()
    window.resize(304, 200)
    qtbot.addWidget(window)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    return window


def make(place, row):
    made = SettingRow(row, place)
    made.setGeometry(0, 0, 304, made.heightForWidth(304))
    told = []
    made.value_changed.connect(lambda key, value: told.append((key, value)))
    made.switched.connect(lambda key, on: told.append((key, on)))
    made.show()
    return made, told


def type_into(row, text):
    row.editor.setFocus()
    row.editor.selectAll()
    QTest.keyClicks(row.editor, text)


@pytest.mark.parametrize(("text", "value"), [("0.003", 0.003), ("1e-3", 1e-3), ("0,7", 0.7), ("12", 12.0)])
def test_a_learning_rate_is_any_positive_number(place, text, value):
    row, told = make(place, FormRow("rate", RATE, 0.01, "Learning rate", scale=LOGARITHMIC))
    type_into(row, text)
    assert told[-1] == ("rate", value)
    assert row.message == ""


def test_what_cannot_be_taken_stays_with_its_reason_until_it_is_mended(place):
    row, told = make(place, FormRow("batch", BATCH, 64, "Batch size", "images"))
    type_into(row, "0")
    row.editor.clearFocus()
    assert (row.editor.text(), told) == ("0", [])
    assert row.message == "Batch must be a whole number from 1 to 65536."
    assert row.heightForWidth(304) > ROW
    type_into(row, "8")
    assert told == [("batch", 8)]
    assert row.message == ""
    assert row.heightForWidth(304) == ROW


def test_the_reason_waits_until_nobody_types_on(place, qtbot):
    row, told = make(place, FormRow("rate", RATE, 0.01, "Learning rate"))
    type_into(row, "0")
    assert row.message == ""
    QTest.keyClicks(row.editor, ".05")
    assert told == [("rate", 0.05)]
    type_into(row, "0")
    qtbot.waitUntil(lambda: row.message.startswith("Learning rate must be"), timeout=20_000)


def test_escape_and_restore_go_back(place):
    row, told = make(place, FormRow("batch", BATCH, 64, "Batch size", "images"))
    type_into(row, "x")
    QTest.keyClick(row.editor, Qt.Key.Key_Escape)
    assert (row.editor.text(), row.message) == ("64", "")
    type_into(row, "-3")
    QTest.keyClick(row.editor, Qt.Key.Key_Return)
    assert row.message
    row.restore()
    assert (row.editor.text(), row.message, told) == ("64", "", [])


def test_what_was_valid_on_the_way_to_what_cannot_be_taken_does_not_hold(place):
    row, told = make(place, FormRow("batch", BATCH, 64, "Batch size", "images"))
    type_into(row, "655360")
    assert told[-2:] == [("batch", 65_536), ("batch", 64)]
    assert (row.editor.text(), row.editor.value) == ("655360", 64)
    type_into(row, "32")
    QTest.keyClick(row.editor, Qt.Key.Key_Return)
    type_into(row, "5x")
    assert told[-1] == ("batch", 32)  # Enter has settled it
    row.set_row(replace(row._row, value=16))  # chosen elsewhere
    type_into(row, "7x")
    assert told[-1] == ("batch", 16)


def test_what_cannot_be_taken_goes_when_the_row_is_locked(place):
    before = FormRow("batch", BATCH, 64, "Batch size", "images")
    row, _ = make(place, before)
    type_into(row, "999999")
    QTest.keyClick(row.editor, Qt.Key.Key_Return)
    assert row.message
    row.set_row(replace(before, locked=True))
    assert (row.editor.text(), row.message) == ("64", "")


def test_a_problem_of_the_value_stands_below_its_field(place):
    row, _ = make(place, FormRow("batch", BATCH, 64, "Batch size"))
    row.set_row(FormRow("batch", BATCH, 64, "Batch size", problem="There are 40 images: choose at most 40."))
    assert row.message == "There are 40 images: choose at most 40."
    label = next(child for child in row.children() if getattr(child, "text", str)() == row.message)
    assert label.geometry().top() >= row.editor.geometry().bottom()
    assert label.height() >= label.heightForWidth(label.width())


def test_a_locked_row_takes_nothing(place):
    locked = FormRow("rate", RATE, 0.01, "Learning rate", scale=LOGARITHMIC, locked=True)
    row, told = make(place, locked)
    QTest.keyClicks(row.editor, "5")
    QTest.mouseClick(row.slider, Qt.MouseButton.LeftButton, pos=QPoint(3, 10))
    assert not told
    row.set_row(replace(locked, locked=False))
    type_into(row, "5")
    assert told == [("rate", 5.0)]


def test_a_switch_turns_the_number_off_and_keeps_it(place):
    on = FormRow("flip", RATE, 0.5, "Flip", "probability", switch=True)
    row, told = make(place, on)
    QTest.mouseClick(row.box, Qt.MouseButton.LeftButton, pos=QPoint(6, 11))
    assert told == [("flip", False)]
    row.set_row(replace(on, switch=False))
    assert not row.editor.isEnabled()
    assert row.editor.text() == "0.5"
    assert row.box.isEnabled()


def test_what_waits_is_marked_and_said(place):
    row, _ = make(place, FormRow("rate", RATE, 0.01, "Learning rate"))
    before = row.grab().toImage()
    row.set_row(FormRow("rate", RATE, 0.01, "Learning rate", waiting=True))
    assert row.editor.accessibleDescription() == "Waits for Apply"
    assert row.grab().toImage() != before


def test_a_word_is_chosen_by_its_title(place):
    row, told = make(place, FormRow("kind", WORDS, "sgd", "Kind", titles=("SGD", "Adam")))
    assert row.editor.currentText() == "SGD"
    row.editor.setFocus()
    QTest.keyClick(row.editor, Qt.Key.Key_Down)
    assert told == [("kind", "adam")]


def test_the_unit_leaves_the_number_its_room(place):
    row, _ = make(place, FormRow("batch", BATCH, 64, "Batch size", "images"))
    text = row.editor.fontMetrics().horizontalAdvance("64 images")
    assert row.editor.textMargins().right() > row.editor.fontMetrics().horizontalAdvance("images")
    assert row.editor.width() > text
    assert row.editor.accessibleName() == "Batch size, images"


def test_the_slider_chooses_and_follows(place):
    row, told = make(place, FormRow("rate", RATE, 0.01, "Learning rate", scale=LOGARITHMIC))
    start = row.slider.value()
    QTest.mouseClick(row.slider, Qt.MouseButton.LeftButton, pos=QPoint(row.slider.width() - 1, 10))
    assert told == [("rate", 1.0)]
    row.set_row(FormRow("rate", RATE, 1.0, "Learning rate", scale=LOGARITHMIC))
    assert row.slider.value() == row.slider.maximum() > start
    row.set_row(FormRow("rate", RATE, 0.01, "Learning rate", scale=LOGARITHMIC))
    assert row.slider.value() == start


@given(st.floats(0, 1), st.sampled_from([LOGARITHMIC, Scale(0.0, 0.999), Scale(1e-6, 0.1, True, True)]))
def test_a_place_on_a_scale_is_a_value_within_it(share, scale):
    value = scale.value(share)
    assert 0 <= value <= scale.high
    assert value >= scale.low or value == 0
    assert scale.share(value) == pytest.approx(share, abs=0.02)
