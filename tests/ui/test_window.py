"""The real window: what a person drops, presses and sees."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from urllib.parse import quote

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QGuiApplication, QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from visualizer.cli import main
from visualizer.ui import settings, theme
from visualizer.ui.gallery import OPENED, SAMPLES
from visualizer.ui.jobs import BUNDLED_NETWORK
from visualizer.ui.main_window import MainWindow
from visualizer.ui.session import Session
from visualizer.ui.settings import Settings
from visualizer.ui.tour import drop, settle
from visualizer.ui.widgets.dropping import NOTHING, arrival


def test_first_start_shows_maps_and_a_right_prediction(window: MainWindow) -> None:
    session = window.session
    assert session.opened is not None
    assert session.opened.network.name == BUNDLED_NETWORK
    assert session.inspection is not None
    assert session.inspection.prediction is not None
    assert session.inspection.prediction.label_rank == 1
    assert window.network.export() is not None
    assert window.activations.export() is not None
    assert not window.notices.sentences()
    assert window.session.gallery.items


@pytest.mark.parametrize(
    "photo", ["espresso.png", "cat_chelsea.png", "puppies_1600.jpg", "landscape_exif6.jpg"]
)
def test_a_dropped_photo_is_predicted_as_by_the_command_line(
    window: MainWindow, shared_data: Path, photo: str, capsys: pytest.CaptureFixture[str]
) -> None:
    weights = shared_data / "models" / "squeezenet1_1.safetensors"
    drop(window, [weights])
    assert settle(window)
    drop(window, [shared_data / "photos" / photo])
    assert settle(window)
    assert window.session.inspection is not None
    prediction = window.session.inspection.prediction
    assert prediction is not None
    expected = json.loads((shared_data / "photos" / "expected.json").read_text())["files"][photo]
    told = [entry.rsplit(" ", 1) for entry in expected["top5"]["squeezenet1_1"].split(", ")]
    assert [row.label for row in prediction.top] == [label for label, _ in told]
    assert [row.probability for row in prediction.top] == pytest.approx(
        [float(p) for _, p in told], abs=0.0011
    )

    image = str(shared_data / "photos" / photo)
    assert main(["inspect", "squeezenet1_1", "--weights", str(weights), "--image", image, "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)["prediction"]
    assert [row["label"] for row in printed] == [row.label for row in prediction.top]
    assert [row["probability"] for row in printed] == pytest.approx(
        [row.probability for row in prediction.top], abs=1e-6
    )


def test_several_pictures_become_the_strip(window: MainWindow, shared_data: Path) -> None:
    photos = [shared_data / "photos" / name for name in ("espresso.png", "cat_chelsea.png", "rocket.jpg")]
    drop(window, photos)
    assert settle(window)
    assert window.session.input is not None
    assert window.session.input.name == "espresso.png"
    items = window.session.gallery.items
    assert [item.name for item in items] == [photo.name for photo in photos]
    assert all(item.thumbnail is not None for item in items)
    window.actions_by_id["picture_next"].trigger()
    assert settle(window)
    assert window.session.input.name == "cat_chelsea.png"


def test_a_folder_of_class_folders_becomes_a_gallery(window: MainWindow, tmp_path: Path) -> None:
    for label in ("triangle", "ellipse"):
        (tmp_path / "things" / label).mkdir(parents=True)
        Image.fromarray(np.full((32, 32, 3), 90, np.uint8)).save(tmp_path / "things" / label / "a.png")
    drop(window, [tmp_path / "things"])
    assert settle(window)
    assert [item.label for item in window.session.gallery.items] == ["ellipse", "triangle"]
    assert window.session.input is not None
    assert window.session.input.label == "ellipse"


def test_an_empty_folder_is_a_sentence(window: MainWindow, tmp_path: Path) -> None:
    drop(window, [tmp_path])
    assert settle(window)
    assert len(window.notices.sentences()) == 1


def test_names_of_all_alphabets(window: MainWindow, shared_data: Path, tmp_path: Path) -> None:
    names = (
        "котик 🐈 émoji & 100%.jpg",
        "\u202egnp.exe.jpg",
        "a" * 200 + ".jpg",
        "#?;=.jpg",
        "line\nbreak.jpg",
    )
    for name in names:
        shutil.copy(shared_data / "photos" / "cat_kitten.jpg", tmp_path / name)
        drop(window, [tmp_path / name])
        assert settle(window)
        assert window.session.input is not None
        assert window.session.input.source == tmp_path / name
        assert "\u202e" not in window.windowTitle()
        assert "\n" not in window.windowTitle()
    assert not window.notices.sentences()


@pytest.mark.parametrize("how", ["file", "pixels", "png bytes", "path as text"])
def test_paste(window: MainWindow, shared_data: Path, how: str) -> None:
    photo = shared_data / "photos" / "espresso.png"
    mime = QMimeData()
    if how == "file":
        mime.setUrls([QUrl.fromLocalFile(str(photo))])
    elif how == "pixels":
        mime.setImageData(QImage(str(photo)))
    elif how == "png bytes":
        mime.setData("image/png", photo.read_bytes())
        mime.setUrls([QUrl("https://example.org/espresso.png")])  # as browsers do
    else:
        mime.setText(str(photo))
    QGuiApplication.clipboard().setMimeData(mime)
    window.actions_by_id["paste"].trigger()
    assert settle(window)
    assert window.session.input is not None
    with Image.open(photo) as picture:
        assert np.array_equal(window.session.input.pixels, np.asarray(picture.convert("RGB")))
    assert window.session.gallery.items[0].thumbnail is not None


def test_paste_of_nothing_says_so(window: MainWindow) -> None:
    for text in ("", "just words", "/no/such/file.png"):
        mime = QMimeData()
        mime.setText(text)
        QGuiApplication.clipboard().setMimeData(mime)
        window.actions_by_id["paste"].trigger()
    assert len(window.notices.sentences()) == 1


def test_a_link_is_not_followed(window: MainWindow) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl("https://example.org/cat.jpg")])
    QGuiApplication.clipboard().setMimeData(mime)
    before = window.session.input
    window.actions_by_id["paste"].trigger()
    assert settle(window)
    assert window.session.input is before
    assert "link" in window.notices.sentences()[0]


def test_plain_text_is_refused_by_the_drag(window: MainWindow) -> None:
    mime = QMimeData()
    mime.setText("hello")
    event = QDragEnterEvent(
        QPointF(300, 300).toPoint(),
        Qt.DropAction.CopyAction,
        mime,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(window, event)
    assert not event.isAccepted()


def test_drops_reach_the_window_from_every_panel(window: MainWindow, tmp_path: Path) -> None:
    path = tmp_path / "grey.png"
    Image.fromarray(np.full((40, 40, 3), 128, np.uint8)).save(path)
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    for dock in window.docks.values():
        target = window.childAt(dock.geometry().center())
        while target is not None and not target.acceptDrops():
            target = target.parentWidget()
        assert target is window, f"{dock.objectName()} swallows drops"


def test_keys_walk_layers_and_units(window: MainWindow, qtbot: QtBot) -> None:
    session = window.session
    start = session.selection.layer
    qtbot.keyClick(window, Qt.Key.Key_BracketRight)
    assert settle(window)
    assert session.selection.layer == start + 1
    assert session.inspection is not None
    assert session.inspection.frame.layer.index == start + 1
    qtbot.keyClick(window, Qt.Key.Key_BracketLeft)
    assert settle(window)
    assert session.selection.layer == start
    session.select_unit(5)
    assert settle(window)
    window.activations.tiles.setFocus()
    qtbot.keyClick(window.activations.tiles, Qt.Key.Key_Right)
    assert settle(window)
    assert session.selection.unit == 6
    assert session.unit is not None
    assert session.unit.unit == 6


def test_every_layer_of_the_bundled_network_can_be_shown(window: MainWindow) -> None:
    assert window.session.opened is not None
    for layer in window.session.opened.anatomy.layers:
        window.session.select_layer(layer.index)
        assert settle(window)
        assert window.session.unit is not None
        assert window.session.unit.layer is layer
    assert not window.notices.sentences()


def test_scale_and_order_need_no_new_forward_pass(window: MainWindow) -> None:
    session = window.session
    assert session.inspection is not None
    values = session.inspection.frame.values
    window.activations.choose(map="viridis", limits="layer", order="strength")
    assert settle(window)
    assert session.inspection.frame.values is values
    assert not session.inspection.frame.scale.symmetric
    assert Settings().get(settings.MAP) == "viridis"


def test_copy_puts_the_mosaic_on_the_clipboard(window: MainWindow) -> None:
    QGuiApplication.clipboard().clear()
    window.actions_by_id["copy"].trigger()
    copied = QGuiApplication.clipboard().image()
    assert copied.width() == window.activations.tiles.picture().shape[1]


def test_theme_changes_the_pixels(window: MainWindow) -> None:
    def corner() -> str:
        return window.grab().toImage().pixelColor(3, window.height() - 3).name()

    window.set_theme("dark")
    dark = corner()
    window.actions_by_id["theme"].trigger()
    QApplication.processEvents()
    light = corner()
    assert dark in (theme.DARK.window, theme.DARK.panel, theme.DARK.border)
    assert light in (theme.LIGHT.window, theme.LIGHT.panel, theme.LIGHT.border)


def test_galleries_can_be_switched(window: MainWindow, shared_data: Path) -> None:
    drop(window, [shared_data / "photos" / "espresso.png"])
    assert settle(window)
    gallery = window.session.gallery
    assert [item.name for item in gallery.items] == ["espresso.png"]
    gallery.show(SAMPLES)
    assert len(gallery.items) > 9
    gallery.show(OPENED)
    assert len(gallery.items) == 1


def test_maximise_and_back(window: MainWindow) -> None:
    window.actions_by_id["maximise"].trigger()
    QApplication.processEvents()
    assert window.docks["network"].isHidden()
    window.actions_by_id["restore"].trigger()
    QApplication.processEvents()
    assert all(not dock.isHidden() for dock in window.docks.values())


def test_layout_persists_and_resets(qtbot: QtBot, styled: QApplication) -> None:
    first = MainWindow(Session(), Settings())
    first.show()
    first.docks["units"].close()
    first.close()
    first.deleteLater()
    second = MainWindow(Session(), Settings())
    second.show()
    assert second.docks["units"].isHidden()
    second.actions_by_id["reset_layout"].trigger()
    assert not second.docks["units"].isHidden()
    second.close()
    second.deleteLater()


def test_a_junk_layout_does_no_harm(qtbot: QtBot, styled: QApplication) -> None:
    store = Settings()
    store.set(settings.LAYOUT, b"junk \x00\xff")
    store.set(settings.GEOMETRY, b"junk")
    store.save()
    window = MainWindow(Session(), Settings())
    window.show()
    assert all(not dock.isHidden() for dock in window.docks.values())
    window.close()
    window.deleteLater()


def test_closing_while_the_worker_is_busy(qtbot: QtBot, styled: QApplication) -> None:
    window = MainWindow(Session(), Settings())
    window.show()
    window.opening.open_command_line([])
    window.close()  # nothing has been answered yet; the fixture looks for threads
    window.deleteLater()


def test_an_unknown_error_is_reported_once_and_the_window_lives_on(
    qtbot: QtBot, styled: QApplication, own_configuration: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    window = MainWindow(Session(), Settings())
    window.show()
    window.session.answer("broken", print)
    for _ in range(3):
        window.session.ask("broken", lambda _: 1 / 0)
        assert settle(window)
    assert "ZeroDivisionError" in (own_configuration / "errors.log").read_text()
    assert len([w for w in QApplication.topLevelWidgets() if type(w).__name__ == "CrashDialog"]) == 1
    window.opening.open_command_line([])
    assert settle(window)
    assert window.session.inspection is not None
    for dialog in [w for w in QApplication.topLevelWidgets() if type(w).__name__ == "CrashDialog"]:
        dialog.close()
    window.close()
    window.deleteLater()
    capsys.readouterr()


def test_search_finds_layers_and_commands(window: MainWindow, qtbot: QtBot) -> None:
    window.actions_by_id["search"].trigger()
    window.activateWindow()
    window.toolbar.search.opened.emit()
    assert window.session.opened is not None
    last = window.session.opened.anatomy.layers[-1]
    qtbot.keyClicks(window.toolbar.search, last.name)
    qtbot.keyClick(window.toolbar.search, Qt.Key.Key_Return)
    assert settle(window)
    assert window.session.selection.layer == last.index
    assert window.toolbar.search.text() == ""


def test_few_pasted_pictures_are_kept(window: MainWindow) -> None:
    for shade in range(12):
        image = QImage(8, 8, QImage.Format.Format_RGB888)
        image.fill(shade * 20)
        QGuiApplication.clipboard().setImage(image)
        window.actions_by_id["paste"].trigger()
        assert settle(window)
    items = window.session.gallery.items
    assert len(items) == 8
    assert items[0].source is window.session.input


def test_an_untouched_layout_still_follows_the_width_after_a_restart(
    qtbot: QtBot, styled: QApplication
) -> None:
    for _ in range(2):
        window = MainWindow(Session(), Settings())
        window.resize(1440, 900)
        window.show()
        QApplication.processEvents()
        assert not window.tabifiedDockWidgets(window.docks["unit"])
        window.resize(1024, 700)
        qtbot.waitUntil(lambda window=window: bool(window.tabifiedDockWidgets(window.docks["unit"])))
        window.close()
        window.deleteLater()


def test_notices_that_come_together_are_all_readable(window: MainWindow) -> None:
    for number in range(3):
        window.notices.show_notice("warning", f"Sentence number {number}.")
    QApplication.processEvents()
    notices = window.notices._notices()
    assert len(notices) == 3
    assert all(notice.height() >= 30 for notice in notices)


def test_a_bad_network_at_the_start_leaves_the_bundled_one(
    qtbot: QtBot, styled: QApplication, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.pth"
    bad.write_bytes(b"no network at all")
    window = MainWindow(Session(), Settings())
    window.show()
    window.opening.open_command_line([bad])
    assert settle(window)
    assert window.session.opened is not None
    assert window.session.opened.network.name == BUNDLED_NETWORK
    assert len(window.notices.sentences()) == 1
    window.close()
    window.deleteLater()


def test_esc_after_maximising_leaves_the_keys_to_the_mosaic(window: MainWindow) -> None:
    window.actions_by_id["maximise"].trigger()
    window.actions_by_id["restore"].trigger()
    assert window.focusWidget() is window.activations.tiles


def test_broken_pictures_among_good_ones_are_named(window: MainWindow, tmp_path: Path) -> None:
    Image.fromarray(np.full((8, 8, 3), 90, np.uint8)).save(tmp_path / "good.png")
    for name in ("first.png", "second.png"):
        (tmp_path / name).write_bytes(b"no picture")
    drop(window, [tmp_path / name for name in ("good.png", "first.png", "second.png", "good.png")])
    assert settle(window)
    assert [item.name for item in window.session.gallery.items] == ["good.png"]
    (sentence,) = window.notices.sentences()
    assert "first.png, second.png" in sentence


@pytest.mark.parametrize("text", ["word " * 80, "x" * 3000, "~nosuchuser/x.png", "a\0b"])
def test_any_text_may_be_in_the_clipboard(window: MainWindow, text: str) -> None:
    mime = QMimeData()
    mime.setText(text)
    window.opening.receive(arrival(mime))
    assert settle(window)
    assert window.notices.sentences() == [NOTHING]


def test_an_empty_picture_in_the_clipboard_is_nothing(window: MainWindow) -> None:
    for content in (b"", QImage()):
        mime = QMimeData()
        if isinstance(content, bytes):
            mime.setData("image/png", content)
        else:
            mime.setImageData(content)
        window.opening.receive(arrival(mime))
    assert window.notices.sentences() == [NOTHING]


def test_paths_that_cannot_be_asked_about(window: MainWindow) -> None:
    window.session.open_paths([Path("/tmp/" + "n" * 5000)])
    window.session.open_paths([Path("/tmp/" + "m" * 5000 + ".pth")])
    assert settle(window)
    assert len(window.notices.sentences()) == 2


@pytest.mark.skipif(os.name != "posix", reason="names are Unicode there")
def test_a_name_that_is_no_unicode_can_be_dropped(window: MainWindow, tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.png"))
    Image.fromarray(np.full((8, 8, 3), 90, np.uint8)).save(path)
    mime = QMimeData()
    mime.setData("text/uri-list", b"file://" + quote(os.fsencode(path)).encode() + b"\r\n")
    window.opening.receive(arrival(mime))
    assert settle(window)
    assert window.session.input is not None
    assert window.session.input.source == path
    assert not window.notices.sentences()
