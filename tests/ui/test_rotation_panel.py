"""The Rotation panel: the marker in both plots, the class, the networks, the figures."""

import csv
import io
import math
from dataclasses import replace

import pytest
from panel_bench import docked
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from responses import CLASSES, damaged, lines, response, turned, wave

from visualizer.data.transforms.change import Change
from visualizer.probes.response.figures import rows, summary
from visualizer.ui import theme
from visualizer.ui.driving import wait
from visualizer.ui.panels.rotation import NOTHING_OPEN, RotationPanel
from visualizer.ui.rotation.state import COLORS, Line, RotationState
from visualizer.ui.widgets.export import csv_bytes, png_bytes, svg_bytes
from visualizer.ui.widgets.placeholder import Placeholder

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


@pytest.fixture
def panel(qtbot, styled):
    yield from docked(RotationPanel, qtbot, 842, 400)


@pytest.fixture
def state():
    return turned(128, response(wave(8, 0.8, 0.1), "8_rot_1"), response(wave(1), "baseline"))


def settled(panel, state):
    panel.set_state(state)
    for _ in range(3):
        QApplication.processEvents()
    panel.grab()
    return panel


def told(signal):
    heard = []
    signal.connect(lambda *values: heard.append(values if len(values) > 1 else values[0]))
    return heard


def color_near(widget, point, color, reach=2):
    """Whether a pixel of about that colour lies around a point of a widget."""
    picture = widget.grab().toImage()
    wanted = theme.QColor(color)
    found = (
        picture.pixelColor(round(point.x()) + dx, round(point.y()) + dy)
        for dx in range(-reach, reach + 1)
        for dy in range(-reach, reach + 1)
    )
    return any(
        abs(each.red() - wanted.red()) + abs(each.green() - wanted.green()) + abs(each.blue() - wanted.blue())
        < 60
        for each in found
    )


def drag(widget, *points):
    QTest.mousePress(widget, LEFT, NONE, points[0])
    for point in points[1:]:
        QTest.mouseMove(widget, point)
    QTest.mouseRelease(widget, LEFT, NONE, points[-1])


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
    menu = panel.bar.networks.menu()
    texts = [action.text() for action in menu.actions()]
    assert texts[0].startswith("Keep 8_rot_1, step 480")
    assert menu.actions()[2].isEnabled()
    menu.close()
    settled(panel, replace(state, lines=(replace(state.lines[0], moment=""),), live=True))
    assert [chip.words for chip in panel.bar.networks.chips] == [("8_rot_1", "live")]
    menu = panel.bar.networks.menu()
    assert not menu.actions()[2].isEnabled()
    menu.close()


def test_the_menu_asks_for_what_it_says(panel, state):
    heard = []
    panel.keep_requested.connect(lambda: heard.append("keep"))
    panel.networks_requested.connect(lambda: heard.append("networks"))
    panel.moments_requested.connect(lambda: heard.append("moments"))
    menu = settled(panel, state).bar.networks.menu()
    for action in menu.actions():
        action.trigger()
    menu.close()
    assert heard == ["keep", "networks", "moments"]


def test_runners_up_can_be_left_out(panel, state):
    settled(panel, state)
    assert [curve.name for curve in panel.view.plot._graph.curves] == ["8_rot_1", "baseline", "dog", "monkey"]
    panel._choose("runners_up", False)
    assert [curve.name for curve in panel.view.plot._graph.curves] == ["8_rot_1", "baseline"]


# --- the figures -------------------------------------------------------------------------------------


def test_figures_are_those_of_the_response(panel, state):
    settled(panel, state)
    told_of = {line.name: line.words for line in panel.figures.lines}
    found = summary(state.lines[1].response, 0)
    assert f"mean {found.mean:.3f}" in told_of["baseline"]
    assert f"min {found.minimum:.3f} at 180°" in told_of["baseline"]
    assert "flips 2" in told_of["baseline"]
    assert "right 100" in told_of["8_rot_1"]


def test_a_network_that_cannot_be_asked_says_why_and_the_others_go_on(panel, state):
    broken = Line("kept 9", "u-net", "", COLORS[2], trouble="It gives pictures, not scores.")
    settled(panel, replace(state, lines=(*state.lines, broken)))
    assert [line.sentence for line in panel.figures.lines] == ["", "", "It gives pictures, not scores."]
    assert len(panel.view.plot._graph.main) == 2


def test_the_words_before_boxes_go_before_there_is_a_second_line(panel, state):
    bar, seen = panel.bar, set()
    for width in range(900, 560, -20):
        panel.window().resize(width, 400)
        settled(panel, state)
        words = {word.isVisible() for word in bar._words}
        assert len(words) == 1
        seen |= {(words.pop(), bar.height() < 40)}
    assert (True, False) not in seen, "no second line while there are words"
    assert {(True, True), (False, True)} <= seen


def test_figures_that_no_longer_stand_side_by_side_get_lines_of_their_own(panel, state):
    panel.window().resize(640, 400)
    unknown = tuple(replace(line, response=None) for line in state.lines)
    settled(panel, replace(state, lines=unknown))
    short = panel.figures.height()
    settled(panel, state)
    assert panel.figures.height() > short
    assert panel.figures.height() == panel.figures.heightForWidth(panel.figures.width())


def test_progress_appears_when_it_takes_long_and_can_be_cancelled(panel, state):
    heard = []
    panel.cancel_requested.connect(lambda: heard.append(1))
    settled(panel, replace(state, progress=0.41))
    assert not panel.progress.isVisible()
    assert wait(panel.progress.isVisible, 5)
    assert panel.progress.words.text() == "360 angles, 41\u202f%"
    QTest.mouseClick(panel.progress.cancel, LEFT)
    assert heard == [1]
    settled(panel, state)
    assert not panel.progress.isVisible()


def test_the_subtitle_says_what_is_shown(panel, state):
    heard = told(panel.subtitle_changed)
    settled(panel, state)
    assert heard[-1][0] == "chelsea.png, class cat, every 1°"


def test_the_class_of_a_network_that_knows_no_such_class_is_named(panel):
    strange = response(wave(2), "strange", classes=("car", "a ship with very many sails"), label=None)
    settled(panel, turned(0, response(wave(1)), strange))
    own, other = (line.words for line in panel.figures.lines)
    assert "class" not in own
    assert "predicted" in other
    assert other.endswith("class car")
    long = replace(strange, classes=("a ship with very many sails", "car"))
    settled(panel, turned(0, response(wave(1)), long))
    assert panel.figures.lines[1].words.endswith("class a ship with very many s…"), (
        "no longer than there is room"
    )


def test_networks_without_a_line_of_figures_are_counted(panel, qtbot):
    panel.window().resize(842, 400)
    settled(panel, turned(0, *(response(wave(times), f"network {times}") for times in range(1, 8))))
    before = panel.figures.grab().toImage()
    settled(panel, turned(0, *(response(wave(times), f"network {times}") for times in range(1, 7))))
    after = panel.figures.grab().toImage()
    assert before.size() == after.size()
    changed = [
        (x, y)
        for x in range(before.width())
        for y in range(before.height())
        if before.pixel(x, y) != after.pixel(x, y)
    ]
    assert changed, "one more is told of"
    assert min(x for x, _ in changed) > before.width() - 80


# --- copies ------------------------------------------------------------------------------------------


def test_numbers_are_the_rows_of_the_command_and_pictures_show_the_plots(panel, state):
    export = settled(panel, state).export()
    written = list(csv.reader(io.StringIO(csv_bytes(export.table).decode())))
    expected = [[str(cell) for cell in row] for row in rows([line.response for line in state.lines])]
    assert written == expected
    assert png_bytes(export.picture)[:4] == b"\x89PNG"
    svg = svg_bytes(export.scene)
    assert b"<svg" in svg
    assert b"baseline" in svg
    assert b"360\xc2\xb0" in svg


# --- hard cases --------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [(420, 260), (250, 120), (1400, 900)])
@pytest.mark.parametrize("quantity", ["probability", "output", "logarithm"])
def test_any_size_shows_something(panel, state, size, quantity):
    panel._choose("quantity", quantity)
    many = [response(wave(times), f"network {times}") for times in range(1, 6)]
    for each in (state, turned(300, *many), turned(0, damaged(many[0], slice(0, 360)))):
        panel.window().resize(*size)
        settled(panel, each)
        assert panel.view.plot.height() > 0


def test_in_a_small_dock_two_networks_leave_the_plots_their_room(panel, state):
    panel.window().resize(460, 300)
    settled(panel, state)
    assert panel.view.plot.picture.axes.plot.height() >= 70
    assert panel.view.polar.radius >= 30
    for widget in (panel.bar.classes, panel.bar.step, panel.bar.quantity, panel.bar.export):
        right = widget.mapTo(panel, QPoint(widget.width(), widget.height()))
        assert right.x() <= panel.width()
        assert right.y() <= panel.view.mapTo(panel, QPoint(0, 0)).y()


def test_other_transforms_have_a_line_alone_over_their_range(panel):
    made = response(lambda values: 1 - abs(values - 1) / 2, step=0.05, transform="scale")
    state = RotationState(Change("scale", 0.5), 0.05, lines(made), "chelsea.png")
    heard = told(panel.value_requested)
    settled(panel, state)
    assert not panel.view.polar.isVisible()
    axes = panel.view.plot.picture.axes
    assert axes.x == (0.25, 2)
    QTest.mouseClick(
        panel.view.plot, LEFT, NONE, QPoint(round(axes.to_x(1.5)), round(axes.plot.center().y()))
    )
    assert heard[-1] == (pytest.approx(1.5, abs=0.006), True)
    QTest.mouseMove(panel.view.plot, QPoint(round(axes.to_x(2)) + 3, 50))
    settled(panel, turned(0, response(wave(1))))
    assert panel.view.polar.isVisible()


def test_a_response_of_another_transform_is_not_drawn(panel, state):
    settled(panel, replace(state, change=Change("scale", 1.0), step=0.05))
    assert panel.view.plot._graph.curves == ()
    settled(panel, state)
    assert panel.view.plot._graph.curves


def test_one_class_has_a_curve_and_no_runners_up(panel):
    settled(panel, turned(90, response(wave(1), classes=("hot dog",), label=None)))
    assert [curve.name for curve in panel.view.plot._graph.curves] == ["shapes-net"]
    stretches = panel.view.plot._graph.main[0].elsewhere
    assert [(each.start, each.end, each.class_name) for each in stretches] == [(90.5, 269.5, "not hot dog")]


def test_a_tall_dock_has_one_plot_above_the_other(panel, state):
    panel.window().resize(520, 560)
    settled(panel, state)
    polar, plot = panel.view.polar.geometry(), panel.view.plot.geometry()
    assert polar.bottom() < plot.top()
    assert panel.view.polar.radius >= 80
    right = [
        widget.mapTo(panel, QPoint(widget.width(), 0)).x()
        for widget in (panel.bar.export, panel.bar.networks)
    ]
    assert max(right) <= panel.width()


def test_it_is_told_in_words_too(panel, state):
    settled(panel, state)
    assert "baseline: mean 0.5" in panel.view.plot.accessibleDescription()
    assert all(chip.accessibleName() for chip in panel.bar.networks.chips)
