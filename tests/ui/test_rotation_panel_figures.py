"""The Rotation panel: its figures, what can be copied, and hard cases."""

import csv
import io
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from responses import damaged, lines, response, turned, wave
from rotation_panel_bench import panel, settled, state, told
from table_bench import csv_bytes

from visualizer.data.transforms.change import Change
from visualizer.probes.response.figures import rows, summary
from visualizer.ui.driving import wait
from visualizer.ui.rotation.state import COLORS, Line, RotationState
from visualizer.ui.widgets.export import png_bytes, svg_bytes

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier

__all__ = ["panel", "state"]  # fixtures


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
    assert wait(panel.progress.isVisible)
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
