"""The mosaic under real mouse and key events, and its pixels."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from visualizer.ui import theme
from visualizer.ui.widgets.color_maps import COLOR_MAPS, lookup_table
from visualizer.ui.widgets.tile_view import TileView


@pytest.fixture
def view(qtbot: QtBot, styled: QApplication) -> TileView:
    # In a widget of its own, as in the window: pyqtgraph's close() of a top-level view tears its scene apart.
    place = QWidget()
    qtbot.addWidget(place)
    view = TileView(place)
    view.place = place  # the test holds the view, the view what holds it
    place.resize(400, 300)
    view.resize(400, 300)
    view.set_colors(theme.DARK)
    view.set_lookup_table(lookup_table("grey"))
    place.show()
    qtbot.waitExposed(place)
    tiles = np.repeat(np.arange(12, dtype=np.uint8)[:, None] * 20 + 10, 64, axis=1).reshape(12, 8, 8)
    view.set_tiles(tiles, np.arange(12))
    QApplication.processEvents()
    return view


def centre(view: TileView, position: int) -> QPoint:
    x, y, width, height = view._grid.rect(position)
    scene = view._box.mapViewToScene(QPointF(x + width / 2, y + height / 2))
    return view.mapFromScene(scene)


def colour(view: TileView, point: QPoint) -> tuple[int, int, int]:
    shown = view.grab().toImage().pixelColor(point)
    return shown.red(), shown.green(), shown.blue()


def test_every_tile_has_its_grey_level(view: TileView) -> None:
    for position in range(12):
        assert colour(view, centre(view, position)) == (position * 20 + 10,) * 3


def test_order_moves_tiles(view: TileView) -> None:
    view.set_tiles(view._tiles, np.arange(12)[::-1])
    assert colour(view, centre(view, 0)) == (230, 230, 230)


def test_gaps_show_the_panel(view: TileView) -> None:
    x, y, width, height = view._grid.rect(0)
    corner = view.mapFromScene(
        view._box.mapViewToScene(QPointF(x + width + view._grid.gap / 2, y + height / 2))
    )
    assert colour(view, corner) == (0x26, 0x28, 0x2C)


def test_click_selects_what_is_under_the_pointer(view: TileView, qtbot: QtBot) -> None:
    for position in (0, 5, 11):
        with qtbot.waitSignal(view.selected) as signal:
            qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=centre(view, position))
        assert signal.args == [position]


def test_hover_names_tile_and_pixel(view: TileView, qtbot: QtBot) -> None:
    with qtbot.waitSignal(view.hovered) as signal:
        qtbot.mouseMove(view.viewport(), centre(view, 7))
    assert signal.args[0] == 7
    assert set(signal.args[1:]) <= {3, 4}  # the middle of 8×8


def test_arrows_move_and_stop_at_the_edge(view: TileView, qtbot: QtBot) -> None:
    view.set_selection(0)
    moves: list[int] = []
    view.selected.connect(moves.append)
    qtbot.keyClick(view, Qt.Key.Key_Left)
    qtbot.keyClick(view, Qt.Key.Key_Up)
    assert moves == []
    qtbot.keyClick(view, Qt.Key.Key_Right)
    qtbot.keyClick(view, Qt.Key.Key_Down)
    assert moves == [1, view.columns]


def test_selection_frame_is_accent(view: TileView) -> None:
    view.set_selection(4)
    x, y, _, height = view._grid.rect(4)
    edge = view.mapFromScene(view._box.mapViewToScene(QPointF(x, y + height / 2)))
    assert colour(view, edge) == (0x5B, 0x9C, 0xFF)


def test_wheel_zooms_and_double_click_fits(view: TileView, qtbot: QtBot) -> None:
    before = view._box.viewRange()
    view._box.scaleBy((0.3, 0.3))
    view._note_zoom()
    assert view._box.viewRange() != before
    view.set_tiles(view._tiles, np.arange(12))  # a new frame keeps the zoom
    assert view._box.viewRange() != before
    qtbot.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(200, 150))
    assert np.allclose(view._box.viewRange(), before)


def test_no_tiles_is_no_trouble(view: TileView, qtbot: QtBot) -> None:
    view.set_tiles(np.zeros((4, 3, 3), np.uint8), np.zeros(0, np.intp))
    qtbot.mouseMove(view.viewport(), QPoint(50, 50))
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(50, 50))
    assert view._grid is None


@pytest.mark.parametrize("shape", [(1, 1, 1), (1000, 1, 1), (3, 224, 224), (5, 1, 40), (2048, 7, 7)])
def test_all_sizes_of_tiles(view: TileView, shape: tuple[int, int, int]) -> None:
    view.set_tiles(np.full(shape, 200, np.uint8), np.arange(shape[0]), np.array([0]))
    assert colour(view, centre(view, shape[0] - 1)) == (200, 200, 200)


def test_picture_is_the_whole_mosaic(view: TileView) -> None:
    picture = view.picture()
    x, y, width, height = (int(v) for v in view._grid.rect(3))
    assert (picture[y + height // 2, x + width // 2] == (70, 70, 70, 255)).all()


def test_lookup_tables_have_256_entries() -> None:
    for row in COLOR_MAPS:
        assert lookup_table(row.key).shape == (256, 3)
    assert (lookup_table("grey")[128] == 128).all()


def test_colours_are_those_of_the_tiles(view: TileView) -> None:
    tiles = np.random.default_rng(0).integers(0, 256, (6, 3, 3, 3), np.uint8)
    view.set_tiles(tiles, np.arange(6)[::-1])
    for position in range(6):
        assert colour(view, centre(view, position)) == tuple(tiles[5 - position, 1, 1].tolist())
    view.set_tiles(255 - tiles, np.arange(6)[::-1])  # the fast way
    assert colour(view, centre(view, 0)) == tuple((255 - tiles[5, 1, 1]).tolist())
    assert view.picture().shape[2] == 4


def test_a_partner_stands_beside_its_tile(view: TileView, qtbot: QtBot) -> None:
    tiles = np.full((4, 5, 5), 60, np.uint8)
    view.set_tiles(tiles, np.arange(4), partners=tiles + 100)
    x, y, width, height = view._grid.rect(3)
    levels = []
    for share, wanted in ((0.25, 2), (0.75, 7)):
        spot = view._box.mapViewToScene(QPointF(x + share * width, y + height / 2))
        point = view.mapFromScene(spot)
        levels.append(colour(view, point)[0])
        with qtbot.waitSignal(view.hovered) as signal:
            qtbot.mouseMove(view.viewport(), point)
        assert signal.args == [3, 2, wanted]
    assert levels == [60, 160]


def test_columns_can_be_given_and_a_line_be_framed(view: TileView) -> None:
    view.set_tiles(np.full((12, 3, 3), 90, np.uint8), np.arange(12), columns=6)
    assert view.columns == 6
    view.set_selection(6, 11)
    frame = view._selection_frame.rect()
    assert (frame.left(), frame.width()) == (0, view._grid.size[1])
    view.set_tiles(np.full((12, 3, 3), 90, np.uint8), np.arange(12), columns=2)
    assert view.columns == 2


def test_new_tiles_of_the_same_shapes_keep_zoom_and_marks_follow(view: TileView) -> None:
    view._box.scaleBy((0.3, 0.3))
    view._note_zoom()
    zoomed = view._box.viewRange()
    view.set_tiles(view._tiles + 1, np.arange(12), np.array([3]))
    assert view._box.viewRange() == zoomed
    assert len(view._marks.getData()[0]) == 1
    view.set_tiles(view._tiles, np.arange(12))
    assert not view._marks.isVisible()
    view.set_tiles(view._tiles[:4], np.arange(4))
    assert view._box.viewRange() != zoomed
