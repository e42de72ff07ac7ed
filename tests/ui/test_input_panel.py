from __future__ import annotations

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QWheelEvent
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from visualizer.data.inputs import Input
from visualizer.ui import theme
from visualizer.ui.panels.input import InputPanel
from visualizer.ui.widgets.picture_view import PictureView
from visualizer.ui.widgets.strip import GAP, SIDE, StripItem, shown_name

WHITE = np.full((40, 60, 3), 255, np.uint8)


@pytest.fixture
def panel(qtbot, styled):
    place = QWidget()  # as in the window, where a dock holds it
    qtbot.addWidget(place)
    made = InputPanel(place)
    made.set_colors(theme.DARK)
    place.resize(500, 800)
    made.resize(275, 430)
    place.show()
    yield made  # noqa: PT022 - not returned, so that `place` lives as long as the test


def tiles(count: int) -> tuple[StripItem, ...]:
    return tuple(
        StripItem(f"picture {index}", np.full((20, 30, 3), 10 * index % 256, np.uint8))
        for index in range(count)
    )


def test_empty_panel_offers_to_open(panel, qtbot):
    button = panel.findChild(QPushButton)
    assert button.text() == "Open image…"
    with qtbot.waitSignal(panel.open_requested):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert panel.export() is None


def test_caption_says_what_becomes_of_the_picture(panel):
    panel.set_input(Input(WHITE, "white.png", notes=("first of 12 frames",)))
    assert panel._caption.full_text() == "60×40\u202fpx"
    panel.set_seen((10.0, 0.0, 40.0, 40.0), (3, 224, 224), ("first of 12 frames", "alpha over grey"))
    assert panel._caption.full_text() == "60×40\u202fpx → 224×224\u202fpx, standardised"
    assert panel._note.text() == "first of 12 frames; alpha over grey"
    panel.set_seen((10.0, 0.0, 40.0, 40.0), (1, 28, 28))
    assert panel._caption.full_text() == "60×40\u202fpx → 28×28\u202fpx, grey, standardised"


def test_what_the_network_does_not_see_is_dimmed(panel):
    panel.set_input(Input(WHITE, "white.png"))
    panel.set_seen((10.0, 0.0, 40.0, 40.0), (3, 224, 224))
    view = panel.picture
    image, area = view.grab().toImage(), view.picture_area()
    scale = area.width() / 60

    def color(x, y):
        return image.pixelColor(round(area.x() + x * scale), round(area.y() + y * scale))

    assert color(30, 20) == QColor(255, 255, 255)
    assert color(4, 20).lightness() < 140
    assert color(56, 20).lightness() < 140


def test_the_receptive_field_is_framed_in_accent(panel):
    panel.set_input(Input(WHITE, "white.png"))
    panel.set_field_box((20.0, 10.0, 12.0, 12.0))
    image = panel.picture.grab().toImage()
    found = {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}
    assert theme.DARK.accent in found
    panel.set_field_box(None)
    image = panel.picture.grab().toImage()
    found = {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}
    assert theme.DARK.accent not in found


def test_a_new_picture_forgets_the_old_ones_crop_and_field(panel):
    panel.set_input(Input(WHITE, "a"))
    panel.set_seen((10.0, 0.0, 40.0, 40.0), (3, 8, 8), ("note",))
    panel.set_field_box((1.0, 1.0, 2.0, 2.0))
    panel.set_input(Input(WHITE, "b"))
    assert panel.picture._crop is None
    assert panel.picture._boxes == ()
    assert panel._note.isHidden()


@pytest.mark.parametrize(
    "name",
    [
        "צילום\u202egnp.exe",
        "a\nb\x07.png",
        "\udcff\udcfe.jpg",
        "👩‍🔬 ラボ.webp",
        "<b>x</b>&amp;.png",
        "",
        "\x00\u2066",
    ],
)
def test_odd_names_are_shown_in_one_harmless_line(panel, qtbot, name):
    with qtbot.waitSignal(panel.subtitle_changed) as said:
        panel.set_input(Input(WHITE, name))
    text = said.args[0]
    assert text
    assert not any(ord(c) < 32 or c in "\u202e\u2066" or 0xD800 <= ord(c) < 0xE000 for c in text)
    panel.set_strip((StripItem(name, WHITE),), 0)
    assert "<b>" not in panel.strip._tip(0)
    assert "/" not in panel.export().name.replace("</b>", "")


def test_ordinary_names_stay_as_they_are():
    assert shown_name("chat noir 👩‍🔬 é.png") == "chat noir 👩‍🔬 é.png"


def test_small_pictures_are_enlarged_to_clean_pixels(qtbot, styled):
    view = PictureView()
    qtbot.addWidget(view)
    view.resize(200, 200)
    pixels = np.zeros((2, 2, 3), np.uint8)
    pixels[0, 0] = 255
    view.set_picture(pixels)
    image = view.grab().toImage()
    found = {image.pixelColor(x, y).name() for x in range(200) for y in range(200)}
    assert found == {"#ffffff", "#000000"}
    assert image.pixelColor(98, 98) == QColor(255, 255, 255)
    assert image.pixelColor(102, 98) == QColor(0, 0, 0)


def test_large_pictures_are_kept_small_but_measured_in_their_own_pixels(qtbot, styled):
    view = PictureView(interactive=True)
    qtbot.addWidget(view)
    view.resize(300, 200)
    view.set_picture(np.zeros((4000, 6000, 3), np.uint8))
    assert max(view._image.size().toTuple()) <= 1200
    assert view.cell_at(QPointF(150, 100)) == (2000, 3000)
    assert view.cell_at(QPointF(299.99, 199.99)) == (3999, 5999)


def test_real_photo_fits_with_its_proportions(panel, shared_data):
    with Image.open(shared_data / "photos" / "cat_chelsea.png") as file:
        pixels = np.asarray(file.convert("RGB"))
    panel.set_input(Input(pixels, "cat_chelsea.png"))
    panel.grab()
    area = panel.picture.picture_area()
    assert area.width() == panel.picture.width()
    assert area.width() / area.height() == pytest.approx(pixels.shape[1] / pixels.shape[0], rel=0.02)
    image = panel.picture.grab().toImage()
    step = pixels.shape[1] / area.width()
    middle = image.pixelColor(round(area.center().x()), round(area.center().y()))
    row, column = round(area.height() / 2 * step), round(area.width() / 2 * step)
    around = pixels[row - 3 : row + 4, column - 3 : column + 4].reshape(-1, 3).mean(0)
    assert [middle.red(), middle.green(), middle.blue()] == pytest.approx(around.tolist(), abs=25)


def test_a_click_in_the_strip_selects(panel, qtbot):
    panel.set_strip(tiles(4), 0)
    panel.grab()
    with qtbot.waitSignal(panel.item_selected) as selected:
        point = QPoint(2 * (SIDE + GAP) + 5, 20)
        qtbot.mouseClick(panel.strip.viewport(), Qt.MouseButton.LeftButton, pos=point)
    assert selected.args == [2]
    assert panel.strip.index_at(QPoint(SIDE + 2, 20)) is None  # between two
    assert panel.strip.index_at(QPoint(5 * (SIDE + GAP), 20)) is None  # behind the last


def test_arrow_keys_walk_the_strip(panel, qtbot):
    asked = []
    panel.item_selected.connect(asked.append)
    panel.set_strip(tiles(4), 1)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_End, Qt.Key.Key_Home):
        qtbot.keyClick(panel.strip, key)
    panel.set_strip(tiles(4), 0)
    qtbot.keyClick(panel.strip, Qt.Key.Key_Left)
    panel.set_strip((), None)
    qtbot.keyClick(panel.strip, Qt.Key.Key_Right)
    assert asked == [2, 0, 3, 0]


def test_the_wheel_scrolls_sideways(panel):
    panel.set_strip(tiles(40), 0)
    panel.grab()
    bar = panel.strip.horizontalScrollBar()
    here = QPointF(10, 10)
    none = QPoint()
    for turned in (-120, -240, 120):
        event = QWheelEvent(
            here,
            here,
            none,
            QPoint(0, turned),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(panel.strip.viewport(), event)
    assert bar.value() == 2 * (SIDE + GAP)


def test_the_current_picture_is_brought_into_sight(panel):
    panel.set_strip(tiles(40), 30)
    panel.grab()
    place = panel.strip._place(30)
    assert place.left() >= 0
    assert place.right() <= panel.strip.viewport().width()
    image = panel.strip.viewport().grab().toImage()
    assert image.pixelColor(place.left() + 1, place.top() + 20).name() == theme.DARK.accent


def test_thumbnails_that_arrive_later_replace_neutral_tiles(panel):
    items = tiles(3)
    panel.set_strip((items[0], StripItem("late", None), items[2]), 0)
    image = panel.strip.viewport().grab().toImage()
    assert image.pixelColor(SIDE + GAP + 20, 20).name() == theme.DARK.track
    assert "loading" in panel.strip._tip(1)
    kept = panel.strip._pixmaps[0]
    panel.set_strip(
        (items[0], StripItem("late", np.full((9, 9, 3), 250, np.uint8)), items[2]),
        0,
    )
    image = panel.strip.viewport().grab().toImage()
    assert image.pixelColor(SIDE + GAP + 20, 20).lightness() == 250
    assert panel.strip._pixmaps[0] is kept


def test_only_what_is_in_sight_becomes_a_pixmap(panel):
    panel.set_strip(tiles(500), 0)
    panel.grab()
    assert len(panel.strip._pixmaps) < 10


def test_galleries_are_chosen_by_the_user_only(panel, qtbot):
    asked = []
    panel.gallery_changed.connect(asked.append)
    panel.set_galleries(("Opened", "Samples of shapes"), "Samples of shapes")
    assert panel._galleries.currentText() == "Samples of shapes"
    assert asked == []
    panel._galleries.setFocus()
    qtbot.keyClick(panel._galleries, Qt.Key.Key_Up)
    assert asked == ["Opened"]


def test_export_is_the_picture_as_it_is_shown(panel):
    panel.set_input(Input(WHITE, "white.png"))
    panel.set_seen((10.0, 0.0, 40.0, 40.0), (3, 224, 224))
    export = panel.export()
    assert export.name == "white input"
    picture = export.picture()
    assert picture.width() / picture.height() == pytest.approx(1.5, abs=0.01)
    assert picture.pixelColor(picture.width() // 2, 50) == QColor(255, 255, 255)
