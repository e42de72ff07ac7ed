"""The Equivariance panel: rows, colours, curve, and what the mouse and the keys ask for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from panel_bench import docked
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot
from table_bench import csv_bytes

from visualizer.data.transforms import Change
from visualizer.probes.response.frames import Equivariance, LayerEquivariance
from visualizer.ui import theme
from visualizer.ui.panels.equivariance import EMPTY, EquivariancePanel
from visualizer.ui.rotation.state import RotationState
from visualizer.ui.widgets.color_maps import lookup_table
from visualizer.ui.widgets.equivariance_drawing import HEADING, WORDS, strip_image
from visualizer.ui.widgets.equivariance_rows import OUTPUT, rows_of

VALUES = np.arange(0.0, 360, 15)
NOTE = "Its maps are constant for this input."


def curve(level: float) -> np.ndarray:
    """1 at 0°, ``level`` at 180°, and the same to both sides."""
    return (level + (1 - level) * (1 + np.cos(np.deg2rad(VALUES))) / 2).astype(np.float32)


def result(known: int = 24) -> Equivariance:
    def layer(index: int, name: str, level: float, **options: object) -> LayerEquivariance:
        found = curve(level)
        found[known:] = np.nan
        return LayerEquivariance(index, name, "Conv 3×3", found, **options)  # type: ignore[arg-type]

    constant = LayerEquivariance(6, "conv3", "Conv 3×3", np.full(24, np.nan, np.float32), note=NOTE)
    outputs = curve(0.8)
    outputs[known:] = np.nan
    layers = (
        layer(0, "conv1", -0.2),
        layer(2, "pool", 0.1, is_convolution=False),
        layer(3, "conv2", 0.4),
        constant,
    )
    return Equivariance("net", VALUES, np.arange(24) < known, layers, outputs, "One output alone.")


def state(**options: object) -> RotationState:
    made = RotationState(change=Change(value=60.0), input_name="cat.png", equivariance=result())
    return replace(made, **options)  # type: ignore[arg-type]


@pytest.fixture
def panel(qtbot: QtBot, styled: QApplication) -> Iterator[EquivariancePanel]:
    for made in docked(EquivariancePanel, qtbot, 430, 380):
        made.set_state(state())
        QApplication.processEvents()
        yield made


def asked(panel: EquivariancePanel) -> list[tuple[object, ...]]:
    made: list[tuple[object, ...]] = []
    panel.layer_selected.connect(lambda index: made.append(("layer", index)))
    panel.value_requested.connect(lambda value, done: made.append(("value", value, done)))
    panel.cancel_requested.connect(lambda: made.append(("cancel",)))
    return made


def cell(panel: EquivariancePanel, row: int, column: int) -> QPoint:
    """The middle of a cell of the heat map."""
    columns, shown = panel.map._columns, panel.map._shown(panel._table)  # type: ignore[arg-type]
    wide = (columns.right - columns.strip) / len(VALUES)
    return QPointF(columns.strip + (column + 0.5) * wide, shown.y_of(row) + shown.row / 2).toPoint()


def drag(widget: QWidget, *points: QPoint) -> None:
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    kinds = [QEvent.Type.MouseButtonPress, *[QEvent.Type.MouseMove] * (len(points) - 1)]
    for kind, point in zip(kinds, points, strict=True):
        at = QPointF(point)
        QApplication.sendEvent(widget, QMouseEvent(kind, at, widget.mapToGlobal(at), left, left, none))
    end, nothing = QPointF(points[-1]), Qt.MouseButton.NoButton
    up = QMouseEvent(QEvent.Type.MouseButtonRelease, end, widget.mapToGlobal(end), left, nothing, none)
    QApplication.sendEvent(widget, up)


# --- rows ----------------------------------------------------------------------------------------------


def test_rows_are_in_the_order_of_the_network_with_the_outputs_last() -> None:
    table = rows_of(result(), only_convolutions=False)
    assert [row.name for row in table.rows] == ["conv1", "pool", "conv2", "conv3", "output"]
    assert table.rows[2].mean == pytest.approx(float(curve(0.4)[1:].mean()))
    assert table.lowest == -0.25
    assert table.rows[3].words(2, 30.0) == f"conv3, Conv 3×3: {NOTE}"
    assert table.rows[2].words(12, 180.0).startswith("conv2, Conv 3×3: 0.40 at 180°")
    assert [row.name for row in rows_of(result(), only_convolutions=True).rows] == [
        "conv1",
        "conv2",
        "conv3",
        "output",
    ]


def test_angles_lie_in_the_columns_of_their_values() -> None:
    table = rows_of(result(), only_convolutions=True)
    assert [table.column_at(angle) for angle in (0, 15, 352, 359)] == pytest.approx(
        [0.5, 1.5, 23.9667, 0.4333], abs=1e-3
    )
    assert table.value_at(1, 187.5) == pytest.approx((curve(0.4)[12] + curve(0.4)[13]) / 2)
    assert np.isnan(table.value_at(2, 90))


def test_colours_are_those_of_the_legend() -> None:
    image = strip_image(np.array([1, -0.25, np.nan], np.float32), -0.25)
    assert image.pixelColor(0, 0) == QColor(*lookup_table("viridis")[255].tolist())
    assert image.pixelColor(1, 0) == QColor(*lookup_table("viridis")[0].tolist())
    assert image.pixelColor(2, 0).alpha() == 0


# --- what is shown -------------------------------------------------------------------------------------


def test_without_a_result_it_says_what_to_do(panel: EquivariancePanel) -> None:
    panel.set_state(RotationState())
    assert not panel.map.isVisible()
    assert panel.placeholder._sentence.text() == EMPTY
    assert panel.export() is None
    panel.set_state(state(equivariance_sentence="The network net gives no maps; open another one."))
    assert panel.placeholder._sentence.text() == "The network net gives no maps; open another one."
    assert panel.placeholder.isVisible()
    panel.set_state(state())
    assert panel.map.isVisible()


@pytest.mark.parametrize("colors", [theme.DARK, theme.LIGHT])
def test_cells_are_painted_where_they_are_looked_for(panel: EquivariancePanel, colors: theme.Colors) -> None:
    panel.set_colors(colors)
    picture = panel.map.viewport().grab().toImage()
    table = rows_of(result(), only_convolutions=True)
    for row, column in ((0, 12), (1, 10), (3, 20)):
        share = (table.rows[row].correlation[column] - table.lowest) / (1 - table.lowest)
        expected = lookup_table("viridis")[round(float(share) * 255)].astype(int)
        found = picture.pixelColor(cell(panel, row, column))
        assert np.abs(np.array([found.red(), found.green(), found.blue()]) - expected).max() <= 2
    constant = {picture.pixelColor(cell(panel, 2, 10) + QPoint(x, 0)).name() for x in range(6)}
    assert QColor(colors.disabled).name() in constant  # hatched: there is no number


def test_the_deepest_layer_comes_first_and_the_cursor_follows(panel: EquivariancePanel) -> None:
    assert panel.map._selected == 2
    panel.set_layer(3)
    assert panel.map._selected == panel.plot._row == 1
    panel.set_layer(2)  # a pooling, which is not among the rows
    assert panel.map._selected == 1
    panel.convolutions.click()
    assert panel.map._selected == 2  # the same layer, a row further down
    panel.set_layer(2)
    assert panel.map._selected == 1


def test_of_another_transform_it_says_so_and_keeps_the_result(panel: EquivariancePanel) -> None:
    assert panel.words.full_text() == "One output alone."
    panel.set_state(state(change=Change("shear", 5.0)))
    assert (
        panel.words.full_text() == "One output alone. Of rotation only: the dial changes something else now."
    )
    assert panel.map.isVisible()
    assert panel.map._angle is None
    panel.set_state(state())
    assert panel.map._angle == panel.plot._angle == 60.0


def test_progress_and_an_older_result(panel: EquivariancePanel) -> None:
    made = asked(panel)
    panel.set_state(state(equivariance=result(3), equivariance_progress=0.125))
    assert panel.progress.text() == "12\u202f%"
    assert not panel.map._faded  # its own first angles
    panel.cancel.click()
    assert made == [("cancel",)]
    panel.set_state(state(equivariance_progress=0.0))  # all of it is known: of what was shown before
    assert panel.map._faded
    assert panel.plot._faded
    panel.set_state(state())
    assert not panel.cancel.isVisible()
    assert not panel.map._faded


def test_only_the_angle_costs_no_drawing_of_rows(panel: EquivariancePanel) -> None:
    first = state()
    panel.set_state(first)
    panel.grab()
    drawn = panel.map._drawn, panel.plot._drawn
    assert None not in drawn
    panel.set_state(replace(first, change=Change(value=123.0), moving=True))
    panel.grab()
    assert (panel.map._drawn, panel.plot._drawn) == drawn


@pytest.mark.parametrize("angle", [0.0, 123.4, 359.0])
@pytest.mark.parametrize("width", [240, 430])
def test_the_words_at_the_angle_stand_between_the_titles_and_the_colours(
    panel: EquivariancePanel, angle: float, width: int
) -> None:
    view = panel.map
    view.resize(width, 200)
    view.set_angle(None)
    without = view.viewport().grab().toImage()
    view.set_angle(angle)
    image, columns = view.viewport().grab().toImage(), view._columns
    found = [
        (x, y)
        for x in range(image.width())
        for y in range(HEADING - 4)  # below are the ends of the line
        if image.pixel(x, y) != without.pixel(x, y)
    ]
    xs, ys = zip(*found, strict=True)
    assert min(ys) >= HEADING - WORDS - 3
    assert columns.strip - 1 <= min(xs)
    assert max(xs) <= columns.right
    middle = columns.strip + rows_of(result(), only_convolutions=True).column_at(angle) / 24 * (
        columns.right - columns.strip
    )
    assert min(xs) - 8 <= middle <= max(xs) + 8, "at the angle, or as near as the sides allow"


# --- what is asked for ---------------------------------------------------------------------------------


def test_a_cell_asks_for_its_layer_and_its_angle(panel: EquivariancePanel) -> None:
    made = asked(panel)
    view = panel.map.viewport()
    drag(view, cell(panel, 0, 6))
    assert made == [("layer", 0), ("value", 90.0, False), ("value", 90.0, True)]
    made.clear()
    drag(view, cell(panel, 0, 6), cell(panel, 1, 7), cell(panel, 1, 7), QPoint(2, HEADING + 5))
    assert made == [("value", angle, False) for angle in (90.0, 105.0, 0.0)] + [("value", 0.0, True)]


def test_a_name_asks_for_its_layer_alone(panel: EquivariancePanel) -> None:
    made = asked(panel)
    drag(panel.map.viewport(), QPoint(20, cell(panel, 1, 0).y()))
    drag(panel.map.viewport(), QPoint(20, cell(panel, 3, 0).y()))  # the outputs are no layer
    assert made == [("layer", 3)]
    assert panel._layer == OUTPUT
    assert panel.plot._row == 3


def test_keys_move_the_cursor(panel: EquivariancePanel, qtbot: QtBot) -> None:
    made = asked(panel)
    qtbot.keyClick(panel.map, Qt.Key.Key_Up)
    qtbot.keyClick(panel.map, Qt.Key.Key_Up)
    qtbot.keyClick(panel.map, Qt.Key.Key_Up)
    assert made == [("layer", 3), ("layer", 0)]


def test_the_curve_asks_for_the_angle_under_the_hand(panel: EquivariancePanel) -> None:
    made = asked(panel)
    panel.plot.grab()
    plot = panel.plot._axes.plot
    places = [QPointF(panel.plot._axes.to_x(angle), plot.center().y()).toPoint() for angle in (90, 180)]
    drag(panel.plot, *places)
    assert [each[2] for each in made] == [False, False, True]
    assert [each[1] for each in made] == pytest.approx([90, 180, 180], abs=1)
    made.clear()
    drag(panel.plot, QPoint(3, 3))
    assert not made


def test_tips_tell_values(panel: EquivariancePanel) -> None:
    at = cell(panel, 1, 12)
    assert "conv2, Conv 3×3: 0.40 at 180°" in panel.map.tip(at.x(), at.y())
    assert NOTE in panel.map.tip(20, cell(panel, 2, 0).y())
    assert panel.map.tip(20, 2) == ""


def test_many_layers_scroll_and_the_outputs_stay(panel: EquivariancePanel) -> None:
    one = result().layers[0]
    many = replace(
        result(), layers=tuple(replace(one, index=number, name=f"conv{number}") for number in range(60))
    )
    panel.set_state(state(equivariance=many))
    QApplication.processEvents()
    assert panel.map.verticalScrollBar().value() == panel.map.verticalScrollBar().maximum() > 0
    assert panel.map.row_at(cell(panel, 60, 0).y()) == 60
    assert panel.map.row_at(cell(panel, 59, 0).y()) == 59
    panel.set_layer(0)
    assert panel.map.verticalScrollBar().value() == 0
    panel.resize(200, 240)
    panel.grab()


def test_numbers_are_exported_as_far_as_they_are_known(panel: EquivariancePanel) -> None:
    panel.set_state(state(equivariance=result(2)))
    export = panel.export()
    assert export is not None
    assert export.table is not None
    assert export.picture is not None
    assert not export.picture().isNull()
    lines = csv_bytes(export.table).decode().splitlines()
    assert lines[0] == "layer,angle,correlation"
    assert len(lines) == 1 + 5 * 2  # poolings too
    assert lines[1] == "conv1,0,1.0"
    assert lines[8] == "conv3,15,"
    assert lines[10].startswith("output,15,0.99")
