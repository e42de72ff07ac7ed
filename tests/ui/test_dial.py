from __future__ import annotations

import math

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget

from visualizer.ui import theme
from visualizer.ui.widgets.dial import SIDE, Dial

NONE, SHIFT, CTRL = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
)
LEFT, NO_BUTTON = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton


class Told(list):
    """What the dial has told, and when all of it has come."""

    def __init__(self, dial, qtbot):
        super().__init__()
        self._qtbot = qtbot
        dial.value_changed.connect(lambda angle, done: self.append((round(angle, 6), done)))

    def wait(self, *expected):
        self._qtbot.waitUntil(lambda: list(self) == list(expected), timeout=20_000)


@pytest.fixture
def dial(qtbot, styled):
    place = QWidget()
    qtbot.addWidget(place)
    made = Dial(place)
    made.set_colors(theme.DARK)
    place.resize(200, 200)
    made.move(50, 50)
    with qtbot.waitActive(place):
        place.show()
        place.activateWindow()
    yield made  # noqa: PT022 - not returned, so that `place` lives as long as the test


@pytest.fixture
def told(dial, qtbot):
    return Told(dial, qtbot)


def at(angle: float, radius: float = 30.0) -> QPointF:
    """A place of the dial, counter-clockwise from the right."""
    turn = math.radians(angle)
    middle = SIDE // 2  # of the pixel in the middle
    return QPointF(middle + radius * math.cos(turn), middle - radius * math.sin(turn))


def mouse(dial, kind, place, modifiers=NONE, button=LEFT):
    held = NO_BUTTON if kind == QEvent.Type.MouseButtonRelease else button
    changed = NO_BUTTON if kind == QEvent.Type.MouseMove else button
    QApplication.sendEvent(dial, QMouseEvent(kind, place, dial.mapToGlobal(place), changed, held, modifiers))


def press(dial, place, modifiers=NONE, button=LEFT):
    mouse(dial, QEvent.Type.MouseButtonPress, place, modifiers, button)


def move(dial, place, modifiers=NONE):
    mouse(dial, QEvent.Type.MouseMove, place, modifiers)


def release(dial, place):
    mouse(dial, QEvent.Type.MouseButtonRelease, place)


def wheel(dial, notches, modifiers=NONE, sideways=False):
    turned = round(120 * notches)
    delta = QPoint(turned, 0) if sideways else QPoint(0, turned)
    phase = Qt.ScrollPhase.NoScrollPhase
    event = QWheelEvent(at(0), at(0), QPoint(), delta, NO_BUTTON, modifiers, phase, False)
    QApplication.sendEvent(dial, event)


@pytest.mark.parametrize("angle", [0, 37, 90, 128, 180, 225, 270, 359])
def test_it_follows_the_pointer_from_where_it_is_pressed(dial, told, angle):
    dial.set_angle(45 if angle != 45 else 46)
    press(dial, at(angle, 300.0))  # far away, so that tenths can be hit
    release(dial, at(angle, 300.0))
    told.wait((angle, False), (angle, True))
    assert dial.angle == pytest.approx(angle)
    assert dial.value() == 10 * angle


def test_a_hand_that_is_quicker_than_the_screen_is_told_at_its_end(dial, told, qtbot):
    press(dial, at(10))
    for angle in range(10, 200):
        move(dial, at(angle, 200.0))
    assert len(told) <= 12  # one in 16 ms
    release(dial, at(199, 200.0))
    assert told[-1] == (199.0, True)
    assert [done for _, done in told[:-1]] == [False] * (len(told) - 1)
    count = len(told)
    qtbot.wait(50)
    assert len(told) == count  # nothing comes after the hand has let go


def test_moves_are_told_while_the_hand_rests(dial, told):
    press(dial, at(90))
    move(dial, at(120, 200.0))
    move(dial, at(130, 200.0))
    told.wait((90.0, False), (130.0, False))  # the newest one, though nothing moves any more
    release(dial, at(130, 200.0))
    assert told[-1] == (130.0, True)


def test_shift_drags_by_15_degrees_and_the_middle_has_no_direction(dial, told):
    press(dial, at(52), SHIFT)
    assert told == [(45.0, False)]
    move(dial, at(200, 2.0))
    release(dial, at(200, 2.0))
    assert told == [(45.0, False), (45.0, True)]


def test_the_angle_goes_round(dial, told):
    dial.set_angle(359.5)
    wheel(dial, 1)
    told.wait((0.5, True))
    wheel(dial, -1)
    told.wait((0.5, True), (359.5, True))
    dial.set_angle(-90)
    assert dial.angle == 270
    dial.set_angle(720)
    assert dial.angle == 0


@pytest.mark.parametrize(
    ("notches", "modifiers", "sideways", "angle"),
    [(1, NONE, False, 101), (-2, NONE, False, 98), (1, SHIFT, True, 115), (-1, CTRL, False, 99.9)],
)
def test_the_wheel_steps(dial, told, notches, modifiers, sideways, angle):
    dial.set_angle(100)
    wheel(dial, notches, modifiers, sideways)
    told.wait((angle, True))


def test_a_touchpad_turns_it_by_parts_of_notches(dial, told):
    for _ in range(4):
        wheel(dial, 0.3)
    told.wait((1.0, True))


@pytest.mark.parametrize(
    ("key", "modifiers", "angle"),
    [
        (Qt.Key.Key_Right, NONE, 101),
        (Qt.Key.Key_Up, NONE, 101),
        (Qt.Key.Key_Left, NONE, 99),
        (Qt.Key.Key_Down, CTRL, 99.9),
        (Qt.Key.Key_Up, SHIFT, 115),
        (Qt.Key.Key_PageUp, NONE, 115),
        (Qt.Key.Key_PageDown, NONE, 85),
        (Qt.Key.Key_Home, NONE, 0),
    ],
)
def test_the_keys_step(dial, told, qtbot, key, modifiers, angle):
    dial.set_angle(100)
    dial.setFocus()
    qtbot.keyClick(dial, key, modifiers)
    told.wait((angle, True))
    assert dial.angle == pytest.approx(angle)


def test_other_keys_are_left_to_the_window(dial, told, qtbot):
    dial.setFocus()
    for key in (Qt.Key.Key_R, Qt.Key.Key_0, Qt.Key.Key_Space, Qt.Key.Key_End):
        qtbot.keyClick(dial, key)
    qtbot.keyClick(dial, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    qtbot.wait(30)
    assert told == []


def test_setting_it_tells_nobody_and_does_not_fight_the_hand(dial, told, qtbot):
    dial.set_angle(128.04)
    assert dial.angle == 128.04
    assert dial.value() == 1280
    qtbot.wait(30)
    assert told == []
    press(dial, at(90, 200.0))
    dial.set_angle(10)  # an older answer
    assert dial.angle == pytest.approx(90)
    release(dial, at(90, 200.0))
    dial.set_angle(10)
    assert dial.angle == 10


def test_assistive_programs_can_set_it(dial, told):
    dial.setValue(455)
    told.wait((45.5, True))
    assert dial.angle == 45.5


def test_another_button_is_not_the_hand(dial, told):
    press(dial, at(90), button=Qt.MouseButton.RightButton)
    move(dial, at(180))
    assert told == []
    assert dial.angle == 0


def test_a_dial_that_disappears_lets_go(dial, told):
    press(dial, at(90, 200.0))
    dial.hide()
    assert told == [(90.0, False), (90.0, True)]
    dial.show()
    move(dial, at(180, 200.0))
    assert dial.angle == pytest.approx(90)


# Pixels


def color_at(image, angle: float, radius: float) -> QColor:
    place = at(angle, radius)
    return image.pixelColor(round(place.x()), round(place.y()))


@pytest.mark.parametrize("colors", [theme.DARK, theme.LIGHT])
@pytest.mark.parametrize("angle", [60, 128, 250])
def test_the_knob_and_the_wedge_are_where_the_angle_is(dial, colors, angle):
    dial.set_colors(colors)
    dial.set_angle(angle)
    image = dial.grab().toImage()
    assert color_at(image, angle, 23).name() == colors.accent
    assert color_at(image, angle / 2, 15) != QColor(colors.field)
    assert color_at(image, angle / 2, 15).name() != colors.accent
    assert color_at(image, angle + (360 - angle) / 2, 15) == QColor(colors.field)


def test_ticks_stand_every_15_degrees_and_are_longer_every_45(dial):
    image = dial.grab().toImage()

    def is_drawn(angle, radius):
        return color_at(image, angle, radius) != QColor(theme.DARK.field)

    for angle in range(0, 360, 15):
        assert is_drawn(angle, 32.5), angle
        assert is_drawn(angle, 28.0) == (angle % 45 == 0), angle
        assert not is_drawn(angle + 7.5, 32.5)


def test_focus_is_framed_in_accent(dial, qtbot):
    other = QWidget(dial.parentWidget())
    other.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    other.show()
    other.setFocus()

    def rim():
        image = dial.grab().toImage()
        return max(color_at(image, angle, 37).blue() for angle in range(100, 170, 5))

    assert rim() < 120
    dial.setFocus()
    assert rim() > 230


def test_a_turn_does_not_draw_the_ticks_anew(dial):
    dial.grab()
    ground = dial._ground
    dial.set_angle(77)
    dial.grab()
    assert dial._ground is ground
    dial.set_colors(theme.LIGHT)
    assert color_at(dial.grab().toImage(), 200, 15) == QColor(theme.LIGHT.field)
