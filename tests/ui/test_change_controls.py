from __future__ import annotations

import numpy as np
import pytest
from panel_bench import shown
from PySide6.QtCore import QEvent, QPoint, QPointF, QSize, Qt
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget

from visualizer.data.inputs import FLIPS, Input
from visualizer.data.transforms import BORDERS, NOTHING, TRANSFORMS, Change
from visualizer.ui import theme
from visualizer.ui.panels.input import InputPanel
from visualizer.ui.widgets.strip import StripItem

PICTURE = np.full((40, 60, 3), 255, np.uint8)
TURNED = np.full((80, 80, 3), 90, np.uint8)
LEFT = Qt.MouseButton.LeftButton
DIRECT = Qt.FindChildOption.FindDirectChildrenOnly


@pytest.fixture
def panel(qtbot, styled):
    for made in shown(InputPanel, qtbot, 280, 480):
        made.set_input(Input(PICTURE, "white.png"))
        made.set_seen((10.0, 0.0, 40.0, 40.0), (3, 32, 32))
        QApplication.processEvents()
        yield made


@pytest.fixture
def asked(panel):
    """All that the panel requests, in order."""
    heard = []
    for name in ("value", "transform", "border", "flip", "reset", "play"):
        signal = getattr(panel, f"{name}_requested")
        signal.connect(lambda *values, name=name: heard.append((name, *values)))
    return heard


def lay_out(panel):
    for _ in range(3):
        QApplication.processEvents()


# The form


def test_the_rows_of_the_tables_can_be_chosen(panel, asked, qtbot):
    controls = panel.controls
    names = [controls.transforms.itemData(index) for index in range(controls.transforms.count())]
    assert names == list(TRANSFORMS)
    titles = [controls.borders.itemText(index) for index in range(controls.borders.count())]
    assert titles == [row.title for row in BORDERS.values()]
    qtbot.keyClick(controls.transforms, Qt.Key.Key_Down)
    qtbot.keyClick(controls.borders, Qt.Key.Key_Down)
    assert asked == [("transform", "shift"), ("border", "zero")]


def test_showing_a_change_requests_nothing(panel, asked, qtbot):
    for name, row in TRANSFORMS.items():
        for border in BORDERS:
            panel.set_change(Change(name, row.minimum, border), True)
            panel.set_change(Change(name, (row.minimum + row.maximum) / 2, border), False)
    qtbot.wait(40)
    assert asked == []


@pytest.mark.parametrize(("dock", "height"), [(480, 84), (280, 70)])
def test_a_rotation_has_a_dial_and_other_transforms_a_slider(panel, dock, height):
    controls = panel.controls
    panel.set_strip(tuple(StripItem(str(index), PICTURE) for index in range(9)), 0)
    panel.resize(280, dock)
    for name, row in TRANSFORMS.items():
        panel.set_change(Change(name, row.maximum * 0.75), False)
        lay_out(panel)
        assert controls.dial.isVisible() == row.periodic
        assert controls.slider.isVisible() != row.periodic
        assert controls.borders.isVisible() == row.uses_border
        assert controls.transforms.currentText() == row.title
        assert controls.value.text() == f"{row.maximum * 0.75:.{row.decimals}f}"
        assert controls.height() == height  # nothing moves under the hand
        assert all(button.isVisible() for button in controls.flips.values())
        parts = [part for part in controls.findChildren(QWidget, options=DIRECT) if part.isVisible()]
        for index, part in enumerate(parts):
            assert controls.rect().contains(part.geometry()), part
            assert not any(part.geometry().intersects(other.geometry()) for other in parts[index + 1 :])


@pytest.mark.parametrize("height", [480, 220])
def test_the_dial_asks_for_angles(panel, asked, qtbot, height):
    panel.resize(280, height)
    lay_out(panel)
    dial = panel.controls.dial
    assert dial.size() == QSize(77, 77) if height == 480 else QSize(69, 69)
    qtbot.mouseClick(dial, LEFT, pos=QPoint(dial.width() // 2, 10))  # straight up
    assert asked == [("value", 90.0, False), ("value", 90.0, True)]


def test_reset_and_play_are_asked_for(panel, asked, qtbot):
    controls = panel.controls
    qtbot.mouseClick(controls.reset, LEFT)
    qtbot.mouseClick(controls.play, LEFT)
    assert asked == [("reset",), ("play",)]
    assert "by itself" in controls.play.accessibleName()
    panel.set_change(NOTHING, True)
    assert controls.play.property("active")
    assert "Hold" in controls.play.accessibleName()


def test_flips_are_asked_for_and_shown(panel, asked, qtbot):
    flips = panel.controls.flips
    for way, button in flips.items():
        qtbot.mouseClick(button, LEFT)
        assert asked.pop() == ("flip", way)
    picture = Input(PICTURE, "white.png")
    for flip in FLIPS.values():
        panel.set_input(picture.flipped(flip))
        assert [button.isChecked() for button in flips.values()] == [flip.horizontal, flip.vertical]
        assert panel._caption.full_text().startswith("60×40\u202fpx, flipped → ")
    panel.set_input(picture)
    assert not any(button.isChecked() for button in flips.values())
    assert "flipped" not in panel._caption.full_text()
    assert asked == []


# The line for the value


def test_a_typed_angle_goes_round(panel, asked, qtbot):
    line = panel.controls.value
    line.setFocus()
    line.selectAll()
    qtbot.keyClicks(line, "-45.5")
    assert [round(value, 6) for _, value, done in asked if done] == [356.0, 315.0, 314.5]
    panel.set_change(Change("rotation", 314.5), False)
    assert line.text() == "-45.5"  # what is being typed stays
    line.finish()
    assert line.text() == "314.5"


def test_what_is_no_angle_is_marked_and_not_asked_for(panel, asked, qtbot):
    line = panel.controls.value
    line.selectAll()
    qtbot.keyClicks(line, "70000")
    assert [value for _, value, _ in asked] == [7.0, 70.0, 340.0]
    assert line.property("invalid")
    assert "from -3600 to 3600" in line.reason


def test_an_angle_of_a_later_round_is_that_of_the_first(panel, asked, qtbot):
    line = panel.controls.value
    line.setFocus()
    line.selectAll()
    qtbot.keyClicks(line, "725.5")
    assert asked[-1] == ("value", 5.5, True)
    line.finish()
    assert line.text() == "5.5"


@pytest.mark.parametrize(
    ("change", "key", "value"),
    [
        (Change("rotation", 359.5), Qt.Key.Key_Up, 0.5),
        (Change("rotation", 0.0), Qt.Key.Key_Down, 359.0),
        (Change("scale", 1.98), Qt.Key.Key_Up, 2.0),
        (Change("shift", -50.0), Qt.Key.Key_Down, None),
        (Change("blur", 1.0), Qt.Key.Key_Down, 0.75),
    ],
)
def test_arrows_step_by_the_usual_step_within_the_range(panel, asked, qtbot, change, key, value):
    panel.set_change(change, False)
    qtbot.keyClick(panel.controls.value, key)
    assert asked == ([] if value is None else [("value", value, True)])


def test_keys_that_are_no_number_are_left_to_the_window(panel, asked, qtbot):
    def wants(key, text):
        event = QKeyEvent(QEvent.Type.ShortcutOverride, key, Qt.KeyboardModifier.NoModifier, text)
        event.ignore()
        QApplication.sendEvent(panel.controls.value, event)
        return event.isAccepted()

    assert not wants(Qt.Key.Key_R, "r")
    assert not wants(Qt.Key.Key_Space, " ")
    assert wants(Qt.Key.Key_0, "0")


# The slider


def test_the_slider_asks_while_it_is_dragged_and_catches_the_neutral_value(panel, asked, qtbot):
    panel.set_change(Change("scale", 1.5), False)
    lay_out(panel)
    slider = panel.controls.slider.slider
    width, middle = slider.width(), slider.height() // 2
    neutral = round(4 + (1 - 0.25) / 1.75 * (width - 8))
    qtbot.mousePress(slider, LEFT, pos=QPoint(width - 2, middle))
    assert asked == [("value", 2.0, False)]
    qtbot.wait(30)
    qtbot.mouseMove(slider, QPoint(neutral + 2, middle))
    qtbot.mouseRelease(slider, LEFT, pos=QPoint(neutral + 2, middle))
    assert asked[-1] == ("value", 1.0, True)


def test_the_wheel_steps_the_slider(panel, asked, qtbot):
    panel.set_change(Change("occlusion", 99.0), False)
    lay_out(panel)
    slider = panel.controls.slider
    here = QPointF(20, 20)
    for turned in (240, -120):
        phase, none = Qt.ScrollPhase.NoScrollPhase, Qt.KeyboardModifier.NoModifier
        event = QWheelEvent(
            here, here, QPoint(), QPoint(0, turned), Qt.MouseButton.NoButton, none, phase, False
        )
        QApplication.sendEvent(slider, event)
    qtbot.waitUntil(lambda: asked == [("value", 100.0, True), ("value", 98.0, True)])


# The picture


def test_what_the_network_is_given_stands_in_place_of_the_picture(panel):
    def middle():
        image = panel.picture.grab().toImage()
        return image.pixelColor(image.width() // 2, image.height() // 2).red()

    assert panel.turned_size is None
    size, place = panel.picture.size(), panel.controls.pos()
    for _ in range(3):
        panel.set_change(Change("rotation", 12.0), False)
        panel.set_turned(TURNED)
        lay_out(panel)
        assert panel.turned_size == (80, 80)
        assert middle() == 90
        assert panel.picture._crop is None
        assert (panel.picture.size(), panel.controls.pos()) == (size, place)  # nothing moves
        panel.set_change(NOTHING, False)
        panel.set_turned(None)
        lay_out(panel)
        assert panel.turned_size is None
        assert middle() == 255
        assert panel.picture._crop == (10.0, 0.0, 40.0, 40.0)
        assert (panel.picture.size(), panel.controls.pos()) == (size, place)


def test_the_frame_of_a_field_goes_along(panel):
    panel.set_field_box((20.0, 10.0, 8.0, 4.0))
    panel.set_turned(TURNED)  # the crop is 40 px wide
    assert panel.picture._boxes == ((20.0, 20.0, 16.0, 8.0),)
    panel.set_turned(np.zeros((40, 40, 3), np.uint8))
    assert panel.picture._boxes == ((10.0, 10.0, 8.0, 4.0),)
    panel.set_turned(None)
    assert panel.picture._boxes == ((20.0, 10.0, 8.0, 4.0),)


def test_a_new_picture_is_shown_as_it_is(panel):
    panel.set_turned(TURNED)
    panel.set_input(Input(PICTURE, "b"))
    assert panel.turned_size is None
    assert panel.picture._size == (60, 40)
    panel.set_input(None)
    panel.set_turned(TURNED)
    assert panel.turned_size is None


def test_the_caption_says_what_is_done(panel):
    panel.set_change(Change("rotation", 128.0), False)
    assert panel._caption.full_text() == "32×32\u202fpx, standardised, turned 128°"
    panel.set_change(Change("blur", 1.5), False)
    assert panel._caption.full_text() == "32×32\u202fpx, standardised, blur 1.5\u202f%"
    panel.set_change(NOTHING, False)
    assert panel._caption.full_text() == "60×40\u202fpx → 32×32\u202fpx, standardised"


@pytest.mark.parametrize("rows", [20, 40, 120])
def test_turning_moves_nothing_whatever_the_proportions(panel, rows):
    panel.resize(280, 800)
    panel.set_input(Input(np.zeros((rows, 60, 3), np.uint8), "p"))
    panel.set_seen((0.0, 0.0, 20.0, 20.0), (3, 32, 32))
    lay_out(panel)
    before = panel.picture.geometry(), panel.controls.geometry()
    panel.set_turned(TURNED)
    lay_out(panel)
    assert (panel.picture.geometry(), panel.controls.geometry()) == before


def test_frames_of_a_turning_input_lay_nothing_out(panel):
    panel.set_turned(TURNED)
    panel.set_change(Change("rotation", 1.0), False)
    lay_out(panel)
    asked = []

    class Watch(QWidget):
        def eventFilter(self, watched, event):
            if event.type() == event.Type.LayoutRequest:
                asked.append(watched)
            return False

    watch = Watch(panel)
    for part in (panel, *panel.findChildren(QWidget)):
        part.installEventFilter(watch)
    for angle in range(2, 130, 7):
        panel.set_turned(TURNED - angle)
        panel.set_change(Change("rotation", angle + 0.5), True)
        QApplication.processEvents()
    asked.clear()  # the button's other icon
    for angle in range(2, 130, 7):
        panel.set_turned(TURNED - angle)
        panel.set_change(Change("rotation", angle + 0.25), True)
        QApplication.processEvents()
    assert asked == []


@pytest.mark.parametrize("colors", [theme.DARK, theme.LIGHT])
def test_it_takes_the_colours_of_the_theme(panel, colors):
    panel.set_colors(colors)
    panel.set_change(Change("rotation", 90.0), False)
    image = panel.controls.grab().toImage()
    names = {image.pixelColor(38, y).name() for y in range(10, 40)}
    assert colors.accent in names
