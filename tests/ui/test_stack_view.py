from __future__ import annotations

import random

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDrag, QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from stack_bench import Bench, network, three_layers

from visualizer.networks import editing
from visualizer.networks.architectures import spec as architecture
from visualizer.networks.editing import Place
from visualizer.networks.layers import LAYERS
from visualizer.networks.spec import layer, walk
from visualizer.ui import theme
from visualizer.ui.widgets.kind_drag import kind_data, layers_data, layers_in
from visualizer.ui.widgets.number_edit import NumberEdit
from visualizer.ui.widgets.stack_columns import COLUMNS, LEAST_WIDTH, fitted


def drag(bench: Bench, mime: QMimeData, point: QPoint, kind: type[QDropEvent]) -> QDropEvent:
    """Send a drag event to the canvas, as Qt does while a drag is over it."""
    place = QPointF(point) if kind is QDropEvent else point
    event = kind(
        place, Qt.DropAction.MoveAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(bench.panel.view.canvas, event)
    return event


def drop(bench: Bench, mime: QMimeData, point: QPoint) -> None:
    drag(bench, mime, point, QDragEnterEvent)
    drag(bench, mime, point, QDragMoveEvent)
    drag(bench, mime, point, QDropEvent)


def point(bench: Bench, name: str, share: float) -> QPoint:
    """A point in a row, ``share`` of its height down."""
    area = bench.panel.view.row_area(bench.names().index(name))
    return QPoint(400, area.top() + round(share * area.height()))


def test_a_kind_is_dropped_between_two_rows(bench):
    bench.show(three_layers())
    drop(bench, kind_data("dropout"), point(bench, "relu1", 0.2))
    assert bench.names() == ["conv1", "dropout1", "relu1", "pool1"]
    assert bench.selected() == ["dropout1"]
    drop(bench, kind_data("flatten"), QPoint(300, bench.panel.view.row_area(3).bottom() + 15))
    assert bench.names()[-1] == "flatten1"


def test_a_kind_is_dropped_into_the_empty_network(bench):
    bench.show(network())
    drop(bench, kind_data("conv"), QPoint(300, 300))
    assert bench.names() == ["conv1"]


def test_rows_are_moved_by_dropping_them(bench):
    bench.show(three_layers(), "conv1", "relu1")
    carried = layers_data([bench.identity("conv1"), bench.identity("relu1")])
    drop(bench, carried, point(bench, "pool1", 0.9))
    assert bench.asked[0] == ("moved", layers_in(carried), Place())
    assert bench.names() == ["pool1", "conv1", "relu1"]


def test_a_block_is_not_dropped_into_itself(bench):
    bench.show(network(layer("sequence", "block", layer("relu", "inside")), layer("relu", "after")))
    carried = layers_data([bench.identity("block")])
    event = drag(bench, carried, point(bench, "inside", 0.2), QDragEnterEvent)
    assert not event.isAccepted()
    assert bench.panel.view.canvas.target is None
    drop(bench, carried, point(bench, "inside", 0.2))
    assert bench.asked == []


def test_files_are_left_to_the_window(bench):
    bench.show(three_layers())
    mime = QMimeData()
    mime.setText("picture")
    assert not drag(bench, mime, QPoint(300, 60), QDragEnterEvent).isAccepted()


def test_a_drag_that_leaves_takes_its_line_along_and_scrolls_no_more(bench):
    bench.show(network(*(layer("relu", f"relu{number}") for number in range(60))))
    view = bench.panel.view
    drag(bench, kind_data("conv"), QPoint(300, view.viewport().height() - 8), QDragEnterEvent)
    QTest.qWait(150)
    scrolled = view.verticalScrollBar().value()
    assert scrolled > 0
    QApplication.sendEvent(view.canvas, QDragLeaveEvent())
    assert view.canvas.target is None
    QTest.qWait(80)
    assert view.verticalScrollBar().value() == scrolled


@pytest.mark.parametrize("selected", [("relu1",), ("conv1", "pool1")])
def test_a_row_is_dragged_by_its_grip(bench, monkeypatch, selected):
    taken: list[tuple[int, ...] | None] = []
    monkeypatch.setattr(QDrag, "exec", lambda self, *_: taken.append(layers_in(self.mimeData())))
    bench.show(three_layers(), *selected)
    row = bench.row(selected[-1])
    QTest.mousePress(row, Qt.MouseButton.LeftButton, pos=QPoint(8, 17))
    QTest.mouseMove(row, QPoint(10, 30))
    far = QPoint(10, 17 + 2 * QApplication.startDragDistance())
    QTest.mouseMove(row, far)
    QTest.mouseRelease(row, Qt.MouseButton.LeftButton, pos=far)
    assert taken == [tuple(bench.identity(name) for name in selected)]
    assert bench.selected() == list(selected)


# Reconciling


def test_rows_keep_their_widgets_and_only_those_near_the_screen_have_any(bench):
    bench.show(network(*(layer("conv", f"conv{number}", out_channels=4, padding=1) for number in range(400))))
    view = bench.panel.view
    assert len(view.rows) == 400
    assert len(view.canvas.findChildren(type(bench.row("conv0")))) < 60
    before = bench.row("conv0"), bench.row("conv2")
    bench.select("conv1")
    bench.editor.remove()
    assert (bench.row("conv0"), bench.row("conv2")) == before
    bench.select("conv399")
    area = view.row_area(len(view.rows) - 1)
    assert view.verticalScrollBar().value() <= area.top()
    assert area.bottom() <= view.verticalScrollBar().value() + view.viewport().height()


def test_the_keyboard_stays_in_a_field_that_is_scrolled_away(bench):
    bench.show(network(*(layer("conv", f"conv{number}", out_channels=4, padding=1) for number in range(200))))
    field = bench.row("conv1").fields["kernel_size"]
    field.setFocus()
    bench.panel.view.verticalScrollBar().setValue(4000)
    assert field.hasFocus()


def test_the_keyboard_goes_back_to_the_stack_when_its_row_goes(bench):
    bench.show(three_layers(), "relu1")
    bench.row("relu1").name.setFocus()
    bench.editor.remove()
    assert bench.panel.view.hasFocus()


def test_random_edits_never_crash_and_every_row_shows_its_layer(bench):
    generator = random.Random(3)
    bench.show(three_layers())
    editor, view = bench.editor, bench.panel.view
    for _ in range(200):
        layers = [row for _, row in walk(editor.spec.layers)]
        some = generator.sample(layers, min(len(layers), generator.randint(0, 3)))
        editor.select([row.identity for row in some])
        _edit(generator, bench)
        if generator.random() < 0.2 and view.rows:
            view.set_open(generator.choice(view.rows).identity, generator.random() < 0.5)
        if generator.random() < 0.2:
            bench.dock.resize(generator.randint(420, 1200), generator.randint(200, 800))
        for row in list(view.shown_widgets()):
            spec = editing.find(editor.spec, row.identity)
            assert row.name.text() == spec.name
            for field, shown in row.fields.items():
                if isinstance(shown, NumberEdit):
                    assert shown.value == spec.values[field]
    bench.dock.grab()


def _edit(generator: random.Random, bench: Bench) -> None:
    editor = bench.editor
    kinds = list(LAYERS)
    blocks = [name for name, kind in LAYERS.items() if kind.is_block]
    choice = generator.randrange(10)
    if choice < 3:
        editor.add(generator.choice(kinds))
    elif choice == 3:
        editor.group(generator.choice(blocks))
    elif choice == 4 and editor.selected:
        fields = [
            field for field in editing.find(editor.spec, editor.selected[0]).row.fields if field.type is int
        ]
        for field in fields:
            editor.set_value(editor.selected[0], field.name, generator.randint(1, 40))
    elif choice < 9:
        generator.choice([editor.undo, editor.redo, editor.remove, editor.duplicate, editor.toggle_enabled])()
    elif editor.selected:
        editor.move(editor.selected, Place())


# Geometry


@pytest.mark.parametrize("wanted", [{}, {"kind": 200, "name": 300}])
@pytest.mark.parametrize("width", [LEAST_WIDTH, 539, 540, 560, 640, 699, 700, 870, 1200, 2400])
def test_columns_follow_one_another_inside_the_row(width, wanted):
    columns = fitted(width, wanted)
    spans = [columns.spans[column.name] for column in COLUMNS if column.name in columns.spans]
    ends = [0, *(left + size for left, size in spans)]
    assert all(end < left for end, (left, _) in zip(ends, spans, strict=False))
    assert ends[-1] <= width
    for column in COLUMNS:
        if column.name in columns.spans:
            assert column.least <= columns.spans[column.name][1] <= column.most
    assert set(columns.spans) >= {column.name for column in COLUMNS[:9]}


@pytest.mark.parametrize("width", [462, 640, 870])
def test_the_bar_shows_all_of_its_controls(bench, width):
    bench.dock.resize(width, 700)
    QTest.qWait(1)
    bar = bench.panel.bar
    for part in bar.findChildren(QWidget):
        if part.isVisible() and part.parentWidget().parentWidget() is bar:
            place = part.mapTo(bar, QPoint(0, 0))
            assert place.x() >= 0
            assert place.x() + part.width() <= bar.width()
            assert place.y() + part.height() <= bar.height()


def test_editors_of_all_rows_stand_below_one_another(bench):
    bench.show(architecture("resnet18"))
    widths = {
        row.cells["kernel"].geometry().getRect()[::2]
        for row in bench.panel.view.shown_widgets()
        if "kernel" in row.cells
    }
    assert len(widths) == 1


@pytest.mark.parametrize("colors", [theme.DARK, theme.LIGHT])
def test_both_themes_paint_every_kind_of_layer(bench, colors):
    rows = [editing.new_layer(kind, (16, 32, 32)) for kind in LAYERS]
    bench.show(network(*rows))
    bench.dock.set_colors(colors)
    bench.dock.resize(870, 2400)
    picture = bench.panel.grab().toImage()
    assert not picture.isNull()
    assert len(list(bench.panel.view.shown_widgets())) == len(bench.panel.view.rows)
