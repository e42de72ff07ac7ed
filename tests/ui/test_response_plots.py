"""What the plots of a response paint: gaps, marks, names, strips, the read-out."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPixmap
from PySide6.QtTest import QTest
from responses import damaged, response, turned, wave

from visualizer.data.transforms.table import TRANSFORMS
from visualizer.ui import theme
from visualizer.ui.widgets.response_curves import QUANTITIES, graph_of
from visualizer.ui.widgets.response_labels import draw_values, name_places
from visualizer.ui.widgets.response_view import ResponseView


def graph(state, runners=0):
    return graph_of(state, TRANSFORMS[state.change.transform], QUANTITIES[0], runners)


@pytest.fixture
def view(qtbot, styled):
    made = ResponseView()
    qtbot.addWidget(made)
    made.resize(820, 260)
    made.set_value(300.0)
    made.show()
    return made


def strength(widget, rect, color):
    """How strongly a colour is seen in a part of a widget: the least distance of its pixels, 0 … 765."""
    picture, wanted = widget.grab().toImage(), QColor(color)
    box = QRectF(rect).toAlignedRect()
    return min(
        abs(each.red() - wanted.red()) + abs(each.green() - wanted.green()) + abs(each.blue() - wanted.blue())
        for x in range(box.left(), box.right() + 1)
        for y in range(box.top(), box.bottom() + 1)
        for each in [picture.pixelColor(x, y)]
    )


def around(point, reach=3):
    return QRectF(point.x() - reach, point.y() - reach, 2 * reach, 2 * reach)


def column(view, degrees):
    view.grab()  # places are known once it is painted
    axes = view.plot.picture.axes
    return QRectF(axes.to_x(degrees) - 1, axes.plot.top() + 2, 2, axes.plot.height() - 16)


def test_where_no_numbers_came_there_is_a_gap_with_a_cross_at_the_axis(view):
    state = turned(300, damaged(response(wave(1)), slice(100, 140)))
    view.set_graph(graph(state))
    color = state.lines[0].color
    assert strength(view.plot, column(view, 60), color) < 60
    assert strength(view.plot, column(view, 120), color) > 150
    axes = view.plot.picture.axes
    foot = QRectF(axes.to_x(105), axes.plot.bottom() - 9, axes.to_x(135) - axes.to_x(105), 8)
    assert strength(view.plot, foot, color) < 60
    polar = view.polar
    assert strength(polar, around(polar.place(120, 0.5 + 0.3 * np.cos(np.radians(120)))), color) > 150
    assert strength(polar, around(polar.place(120, 1.0), 6), color) < 60
    assert strength(polar, around(polar.place(60, 0.65)), color) < 60


def test_coarse_values_are_joined_along_the_circle(view):
    known = np.zeros(360, bool)
    known[::90] = True
    state = turned(300, response(wave(1, 0.8, 0.0), known=known))
    view.set_graph(graph(state))
    polar = view.polar
    assert (
        strength(polar, around(polar.place(45, 0.8), 2), state.lines[0].color) < 200
    )  # a chord is 0.57 away
    assert strength(polar, around(polar.place(45, 0.57), 2), state.lines[0].color) > 200


def test_a_stale_curve_is_pale(view):
    state = turned(300, response(wave(1)))
    view.set_graph(graph(state))
    fresh = strength(view.plot, column(view, 60), state.lines[0].color)
    view.set_graph(graph(replace(state, lines=(replace(state.lines[0], stale=True),))))
    assert strength(view.plot, column(view, 60), state.lines[0].color) > fresh + 100


def test_names_cover_no_curve_and_no_other_name(view):
    state = turned(300, *(response(wave(times), f"network {times}") for times in (0, 1, 2, 3)))
    made = graph(state, runners=2)
    view.set_graph(made)
    view.grab()
    axes = view.plot.picture.axes
    places = name_places(made, axes)
    assert len(places) >= 3
    for number, (_, _, box) in enumerate(places):
        assert axes.plot.contains(box)
        assert not any(box.intersects(other) for _, _, other in places[number + 1 :])
        for curve in made.curves:
            xs, ys = axes.to_x(curve.at), axes.to_y(curve.ys)
            inside = (xs > box.left()) & (xs < box.right()) & (ys > box.top()) & (ys < box.bottom())
            assert not inside.any()


def test_strips_are_filled_where_another_class_is_first(view):
    state = turned(300, response(wave(1)), response(wave(0, 0.9, 0.05), "steady"))
    view.set_graph(graph(state))
    view.grab()
    picture = view.plot.picture
    first, second = picture.strip(0), picture.strip(1)
    assert first.top() > picture.axes.plot.bottom()
    middle = QPointF(picture.axes.to_x(180), first.center().y())
    curve, stretch = picture.stretch_at(middle)
    assert (curve.name, stretch.class_name) == ("shapes-net", "dog")
    assert picture.stretch_at(QPointF(picture.axes.to_x(20), first.center().y())) is None
    assert picture.stretch_at(QPointF(middle.x(), second.center().y())) is None
    image = view.plot.grab().toImage()
    x = round(picture.axes.to_x(150))
    filled = image.pixelColor(x, round(first.center().y()))
    assert filled.green() > filled.red() + 20
    empty = image.pixelColor(x, round(second.center().y()))
    assert empty.name() == theme.DARK.field
    view.set_graph(graph(turned(0, response(wave(0, 0.9, 0.05)))))  # always right: no strip
    view.grab()
    assert picture.axes.plot.bottom() > 230


def test_values_at_the_marker_do_not_overlap(view):
    boxes = []
    state = turned(300, *(response(wave(0, 0.5 + 0.001 * at, 0.0), f"network {at}") for at in range(5)))
    view.set_graph(graph(state))
    view.grab()

    class Spy:
        def __init__(self, painter):
            self.painter = painter

        def fillRect(self, box, color):
            boxes.append(box)
            self.painter.fillRect(box, color)

        def __getattr__(self, name):
            return getattr(self.painter, name)

    canvas = QPixmap(820, 260)
    axes = view.plot.picture.axes
    for x in (axes.to_x(300), axes.to_x(359)):
        boxes.clear()
        with QPainter(canvas) as painter:
            draw_values(Spy(painter), view.plot._graph, axes, x, 300.0)
        assert len(boxes) == 5
        assert not any(a.intersects(b) for at, a in enumerate(boxes) for b in boxes[at + 1 :])
        assert all(axes.plot.adjusted(-1, -1, 1, 1).contains(box) for box in boxes)


def test_a_name_that_a_value_would_cut_is_hidden_meanwhile(view):
    view.set_graph(graph(turned(300, response(wave(0, 0.5, 0.0), "a network"))))
    view.grab()
    axes = view.plot.picture.axes
    ((_, _, name),) = view.plot.picture.names
    color = graph(turned(300, response(wave(0, 0.5, 0.0), "a network"))).curves[0].color
    assert strength(view.plot, name, color) < 60
    x = name.left() - 30  # the value reaches into the name
    view.set_value(float(axes.from_x(x)))
    right_part = QRectF(name.right() - 20, name.top(), 20, name.height())
    assert strength(view.plot, right_part, color) > 200
    view.set_value(0.0)
    assert strength(view.plot, name, color) < 60


def test_the_pointer_reads_all_curves(view):
    view.set_graph(graph(turned(300, response(wave(1)))))
    view.grab()
    before = view.plot.grab().toImage()
    axes = view.plot.picture.axes
    QTest.mouseMove(view.plot, QPoint(round(axes.to_x(90)), round(axes.plot.center().y())))
    assert view.plot._pointer is not None
    assert view.plot.grab().toImage() != before
    QTest.mouseMove(view.plot, QPoint(2, 2))
    assert view.plot.grab().toImage() == before


@pytest.mark.parametrize("value", [0.0, 120.0, 360.0])
def test_the_words_of_the_marker_are_above_the_plot_and_between_its_sides(view, value):
    view.set_graph(graph(turned(300, response(wave(0, 0.99, 0.0), "a network"))))
    view.set_value(value)
    image, axes = view.plot.grab().toImage(), view.plot.picture.axes
    above = range(int(axes.plot.top()) - 2)
    words = [x for x in range(image.width()) if any(image.pixelColor(x, y).blue() > 180 for y in above)]
    assert axes.plot.left() - 1 <= min(words) <= max(words) <= axes.plot.right() + 1
    assert min(words) - 8 <= axes.to_x(value) <= max(words) + 8
