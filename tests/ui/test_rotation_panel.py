"""The Rotation panel: the marker in both plots, the class, the networks, the figures."""

import math
from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from responses import CLASSES, response, turned, wave
from rotation_panel_bench import color_near, drag, panel, settled, state, told

from visualizer.data.transforms.change import Change
from visualizer.ui import theme
from visualizer.ui.panels.rotation import NOTHING_OPEN, RotationPanel
from visualizer.ui.rotation.state import RotationState
from visualizer.ui.widgets.placeholder import Placeholder

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier

__all__ = ["panel", "state"]  # fixtures


# --- nothing to show ---------------------------------------------------------------------------------


def test_without_a_network_it_says_what_to_do(panel):
    settled(panel, RotationState())
    shown = panel.findChild(Placeholder)
    assert shown.isVisible()
    assert shown._sentence.text() == NOTHING_OPEN
    assert not panel.bar.isVisible()
    assert panel.export() is None


def test_a_network_without_classes_leaves_its_sentence_and_the_other_choices(panel, state):
    settled(panel, replace(state, sentence="It gives pictures, not scores: open another network."))
    assert panel.findChild(Placeholder)._sentence.text().startswith("It gives pictures")
    assert panel.bar.isVisible()
    assert not panel.bar.export.isEnabled()
    settled(panel, state)
    assert panel.view.isVisible()
    assert panel.bar.export.isEnabled()


# --- the marker --------------------------------------------------------------------------------------


def test_dragging_in_the_circle_turns_counter_clockwise_from_the_right(panel, state):
    heard = told(panel.value_requested)
    polar = settled(panel, state).view.polar
    points = [polar.place(degrees, 0.9).toPoint() for degrees in (0, 30, 90, 200)]
    drag(polar, *points)
    values = [value for value, _ in heard]
    for value, expected in zip(values, (0, 30, 90, 200, 200), strict=True):
        assert abs((value - expected + 180) % 360 - 180) <= 1.5
    assert [done for _, done in heard] == [False] * 4 + [True]
    assert all(0 <= value < 360 for value in values)


def test_a_press_outside_the_circle_takes_nothing(panel, state):
    heard = told(panel.value_requested)
    polar = settled(panel, state).view.polar
    QTest.mouseClick(polar, LEFT, NONE, QPoint(2, 2))
    assert heard == []


def test_dragging_along_the_line_stays_within_the_circle(panel, state):
    heard = told(panel.value_requested)
    plot = settled(panel, state).view.plot
    axes = plot.picture.axes
    y = round(axes.plot.center().y())
    drag(
        plot,
        *(QPoint(round(axes.to_x(degrees)), y) for degrees in (10, 100, 250)),
        QPoint(plot.width() + 80, y),
    )
    values = [value for value, _ in heard]
    assert values[:3] == pytest.approx([10, 100, 250], abs=1)
    assert 355 <= values[3] < 360
    assert heard[-1] == (values[3], True)


def test_with_shift_it_goes_in_steps_of_fifteen_degrees(panel, state):
    heard = told(panel.value_requested)
    plot = settled(panel, state).view.plot
    axes = plot.picture.axes
    at = QPoint(round(axes.to_x(97)), round(axes.plot.center().y()))
    QTest.mouseClick(plot, LEFT, Qt.KeyboardModifier.ShiftModifier, at)
    assert heard == [(90, False), (90, True)]


def test_arrow_keys_go_around(panel, state):
    heard = told(panel.value_requested)
    settled(panel, replace(state, change=Change(value=0)))
    QTest.keyClick(panel.view.plot, Qt.Key.Key_Left)
    QTest.keyClick(panel.view.polar, Qt.Key.Key_Right)
    QTest.keyClick(panel.view.polar, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert heard == [(359, True), (1, True), (15, True)]


def test_the_marker_and_its_dots_lie_on_the_curves(panel, state):
    settled(panel, state)
    plot, polar = panel.view.plot, panel.view.polar
    axes = plot.picture.axes
    x = axes.to_x(128)
    assert color_near(plot, QPointF(x, axes.plot.top() + 40), theme.DARK.accent, 1)
    for line, times, mean, height in ((state.lines[0], 8, 0.8, 0.1), (state.lines[1], 1, 0.5, 0.3)):
        value = mean + height * math.cos(math.radians(times * 128))
        assert color_near(plot, QPointF(x, axes.to_y(value)), line.color, 1)
        assert color_near(polar, polar.place(128, value), line.color, 1)
        other = mean + height * math.cos(math.radians(times * 20))  # the curves themselves
        assert color_near(plot, QPointF(axes.to_x(20), axes.to_y(other)), line.color, 1)
        assert color_near(polar, polar.place(20, other), line.color, 1)
    assert color_near(polar, polar.place(128, 1.0), theme.DARK.accent, 0)


def test_only_the_marker_moves_while_the_value_does(panel, state):
    settled(panel, state)
    graph, figures = panel.view.plot._graph, panel.figures.lines
    drawn = panel.view.polar._drawn.cacheKey(), panel.view.plot.picture._drawn.cacheKey()
    settled(panel, replace(state, change=Change(value=200.0), moving=True))
    assert panel.view.plot._graph is graph
    assert panel.figures.lines is figures
    assert (panel.view.polar._drawn.cacheKey(), panel.view.plot.picture._drawn.cacheKey()) == drawn
    assert color_near(panel.view.polar, panel.view.polar.place(200, 1.0), theme.DARK.accent, 0)


# --- the choices -------------------------------------------------------------------------------------


def test_the_true_class_comes_first_and_all_can_be_chosen(panel, state):
    heard = told(panel.class_requested)
    classes = settled(panel, state).bar.classes
    assert [classes.itemText(at) for at in range(classes.count())] == ["cat (true)", *CLASSES]
    classes.setFocus()
    QTest.keyClick(classes, Qt.Key.Key_Down)
    QTest.keyClick(classes, Qt.Key.Key_Down)
    assert heard == ["cat", "dog"]
    settled(panel, replace(state, wanted="dog"))
    assert classes.currentText() == "dog"
    assert panel.view.plot._graph.main[0].class_name == "dog"
    QTest.keyClick(classes, Qt.Key.Key_Home)
    assert heard[-1] == ""


def test_without_a_label_the_prediction_comes_first(panel):
    settled(panel, turned(0, response(wave(1, 0.3, 0.1), label=None)))
    assert panel.bar.classes.itemText(0) == "dog (predicted)"


def test_one_of_a_thousand_classes_is_found_by_a_part_of_its_name(panel):
    names = (*(f"class number {at}" for at in range(999)), "tiger cat & <b>")
    heard = told(panel.class_requested)
    settled(panel, turned(0, response(wave(1), classes=names, label=None)))
    classes = panel.bar.classes
    assert classes.isEditable()
    line = classes.lineEdit()
    line.setFocus()
    line.selectAll()
    QTest.keyClicks(line, "ger CA")
    popup = classes.completer().popup()
    assert classes.completer().completionCount() == 1
    QTest.keyClick(popup, Qt.Key.Key_Down)
    QTest.keyClick(popup, Qt.Key.Key_Return)
    assert heard == ["tiger cat & <b>"]
    line.setText("no such class")
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert line.text() == classes.itemText(classes.currentIndex())


def test_steps_transforms_and_quantities_are_asked_for(panel, state):
    steps, transforms, views = (
        told(signal) for signal in (panel.step_requested, panel.transform_requested, panel.view_changed)
    )
    settled(panel, state)
    assert panel.bar.step.currentText() == "1°"
    panel.bar.step.setFocus()
    QTest.keyClick(panel.bar.step, Qt.Key.Key_Down)
    assert steps == [2.0]
    panel.transform.setFocus()
    QTest.keyClick(panel.transform, Qt.Key.Key_Down)
    assert transforms == ["shift"]
    panel.bar.quantity.setFocus()
    QTest.keyClick(panel.bar.quantity, Qt.Key.Key_Down)
    assert views == [("quantity", "output")]
    assert panel.view.plot._graph.y != (0.0, 1.0)
    other = RotationPanel()
    other.set_view({"quantity": "output", "runners_up": False, "unknown": 3})
    assert other._quantity.key == "output"
    other.deleteLater()
    settled(panel, replace(state, step=0.7))
    assert panel.bar.step.currentText() == "0.7°"


def test_networks_have_chips_and_can_be_left_out(panel, state):
    removed = told(panel.line_removed)
    first, second = settled(panel, state).bar.networks.chips
    assert first.words == ("8_rot_1", "step 480")
    assert not first.close_button.isVisible()
    QTest.mouseClick(second.close_button, LEFT)
    QTest.keyClick(second, Qt.Key.Key_Delete)
    assert removed == ["kept 1", "kept 1"]
    settled(panel, replace(state, lines=(replace(state.lines[0], moment=""),), live=True))
    assert [chip.words for chip in panel.bar.networks.chips] == [("8_rot_1", "live")]


def test_the_menu_offers_the_commands_that_it_was_given(panel, state):
    keep, moments = QAction("Keep", panel), QAction("Moments", panel)
    heard = []
    keep.triggered.connect(lambda: heard.append("keep"))
    moments.setEnabled(False)
    panel.bar.networks.set_commands([keep, moments])
    menu = settled(panel, state).bar.networks.menu()
    assert menu.actions() == [keep, moments]
    menu.actions()[0].trigger()
    menu.close()
    assert heard == ["keep"]
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    again = panel.bar.networks.menu()
    assert again.actions() == [keep, moments], "they outlive the menu"
    again.close()


def test_runners_up_can_be_left_out(panel, state):
    settled(panel, state)
    assert [curve.name for curve in panel.view.plot._graph.curves] == ["8_rot_1", "baseline", "dog", "monkey"]
    panel._choose("runners_up", False)
    assert [curve.name for curve in panel.view.plot._graph.curves] == ["8_rot_1", "baseline"]
