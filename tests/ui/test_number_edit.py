from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget

from visualizer.networks.layers.convolution import KERNEL, PADDING
from visualizer.networks.layers.kinds import Field
from visualizer.ui.widgets.field_editor import WordEdit, help_text
from visualizer.ui.widgets.number_edit import NumberEdit
from visualizer.ui.widgets.remark import Remark

SHARE = Field("p", float, 0.5, 0.0, 1.0, "A share")


@pytest.fixture
def place(qtbot, styled):
    made = QWidget()
    QVBoxLayout(made)
    qtbot.addWidget(made)
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    return made


def make(place: QWidget, field: Field, value: object) -> tuple[NumberEdit, list[object]]:
    editor = NumberEdit(field)
    place.layout().addWidget(editor)
    editor.setFixedSize(70, 22)
    editor.show()
    editor.set_value(value)
    told: list[object] = []
    editor.value_changed.connect(told.append)
    editor.setFocus()
    editor.selectAll()
    return editor, told


def test_every_key_that_leaves_a_number_is_told(place):
    editor, told = make(place, KERNEL, 3)
    QTest.keyClicks(editor, "125")
    assert told == [1, 12, 125]


@pytest.mark.parametrize("typed", ["0", "", "x", "-3", "5000", "1.5", "9" * 40])
def test_what_is_no_value_stays_marked_and_is_not_told(place, typed):
    editor, told = make(place, PADDING, 3) if typed == "" else make(place, KERNEL, 3)
    QTest.keyClick(editor, Qt.Key.Key_Delete)
    told.clear()
    QTest.keyClicks(editor, typed)
    legal = [value for value in told if not 1 <= value <= 1024]
    assert legal == []
    assert editor.text() == typed[:24]
    assert editor.property("invalid") is True
    assert " must be a whole number from " in editor.reason
    reason = editor.reason
    editor.clearFocus()
    assert place.findChild(Remark).text() == reason
    assert editor.text() == str(told[-1] if told else 3)
    assert editor.property("invalid") is False


@pytest.mark.parametrize(
    ("typed", "word"), [("s", "same"), ("V", "valid"), ("same", "same"), ("va", "valid")]
)
def test_words_are_reached_by_their_first_letters(place, typed, word):
    editor, told = make(place, PADDING, 1)
    QTest.keyClicks(editor, typed)
    assert told == [word]
    editor.clearFocus()
    assert editor.text() == word


def test_a_state_that_comes_back_leaves_text_cursor_and_selection_alone(place):
    editor, _ = make(place, KERNEL, 3)
    QTest.keyClicks(editor, "57")
    editor.setCursorPosition(1)
    editor.set_value(57)
    assert (editor.text(), editor.cursorPosition(), editor.selectedText()) == ("57", 1, "")
    QTest.keyClick(editor, Qt.Key.Key_Backspace)  # "7"
    QTest.keyClick(editor, Qt.Key.Key_Delete)  # nothing left: 7 is the last value
    editor.set_value(7)
    assert editor.text() == ""
    editor.set_value(9)  # an undo, or an edit that was refused
    assert editor.text() == "9"


def test_steps_stop_at_the_ends_of_the_range(place):
    editor, told = make(place, KERNEL, 2)
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Up):
        QTest.keyClick(editor, key)
    assert told == [1, 2]
    QTest.keyClick(editor, Qt.Key.Key_Up, Qt.KeyboardModifier.ControlModifier)
    assert told[-1] == 12


@pytest.mark.parametrize(
    ("start", "key", "end"), [(0.5, "Up", 0.6), (0.5, "Down", 0.4), (0.1, "Down", 0.09), (1.0, "Up", 1.0)]
)
def test_a_float_steps_by_its_first_figure(place, start, key, end):
    editor, told = make(place, SHARE, start)
    QTest.keyClick(editor, Qt.Key[f"Key_{key}"])
    assert editor.value == pytest.approx(end)
    assert len(told) == (start != end)


def test_a_decimal_comma_is_a_point(place):
    editor, told = make(place, SHARE, 0.5)
    QTest.keyClicks(editor, "0,25")
    assert told[-1] == 0.25


def test_the_arrows_step(place):
    editor, told = make(place, KERNEL, 3)
    QTest.mouseClick(editor, Qt.MouseButton.LeftButton, pos=QPoint(64, 5))
    QTest.mouseClick(editor, Qt.MouseButton.LeftButton, pos=QPoint(64, 17))
    assert told == [4, 3]
    assert not editor._repeat.isActive()


def test_escape_goes_back_to_the_value_on_entering(place):
    editor, told = make(place, KERNEL, 3)
    QTest.keyClicks(editor, "11")
    QTest.keyClick(editor, Qt.Key.Key_Escape)
    assert editor.text() == "3"
    assert told[-1] == 3


@pytest.mark.parametrize("has_focus", [True, False])
def test_the_wheel_changes_only_what_has_the_keyboard(place, has_focus):
    editor, told = make(place, KERNEL, 3)
    if not has_focus:
        editor.clearFocus()
    event = QWheelEvent(
        QPointF(5, 5),
        QPointF(5, 5),
        QPoint(),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(editor, event)
    assert told == ([4] if has_focus else [])
    assert event.isAccepted() == has_focus


def undo_is_taken(editor: QLineEdit) -> bool:
    key, control = Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier
    event = QKeyEvent(QKeyEvent.Type.ShortcutOverride, key, control)
    event.ignore()
    QApplication.sendEvent(editor, event)
    return event.isAccepted()


def test_undo_belongs_to_the_text_only_once_something_was_typed(place):
    editor, told = make(place, KERNEL, 3)
    assert not undo_is_taken(editor)
    QTest.keyClicks(editor, "5")
    assert undo_is_taken(editor)
    QTest.keyClick(editor, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert told == [5, 3]


def test_a_choice_tells_the_word_and_not_its_title(place):
    editor = WordEdit(("nearest", "zero_padding"))
    place.layout().addWidget(editor)
    told: list[object] = []
    editor.value_changed.connect(told.append)
    editor.set_value("nearest")
    QTest.keyClick(editor, Qt.Key.Key_Down)
    assert told == ["zero_padding"]
    assert editor.currentText() == "Zero padding"


def test_the_help_of_a_field_says_its_range():
    assert help_text(KERNEL) == "Kernel: Side of the square filter (1 to 1024)"
    assert help_text(PADDING).endswith("(0 to 1024, or s for same, v for valid)")
