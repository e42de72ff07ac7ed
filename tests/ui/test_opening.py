"""What is dropped on the window, pasted, or named in the clipboard."""

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

from visualizer.cli import main
from visualizer.ui.driving import drop, settle
from visualizer.ui.gallery import LIMIT, OPENED, SAMPLES, find_pictures
from visualizer.ui.main_window import MainWindow
from visualizer.ui.widgets.dropping import NOTHING, arrival


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


def test_a_folder_among_pictures_gives_its_pictures_with_their_labels(
    window: MainWindow, shared_data: Path, tmp_path: Path
) -> None:
    for label in ("triangle", "ellipse"):
        (tmp_path / "things" / label).mkdir(parents=True)
        Image.fromarray(np.full((32, 32, 3), 90, np.uint8)).save(tmp_path / "things" / label / "a.png")
    (tmp_path / "empty").mkdir()
    photo = shared_data / "photos" / "espresso.png"
    drop(window, [tmp_path / "things", tmp_path / "empty", photo])
    assert settle(window)
    items = window.session.gallery.items
    assert [(item.name, item.label) for item in items] == [
        ("espresso.png", None),
        ("a.png", "ellipse"),
        ("a.png", "triangle"),
    ]
    assert all(item.thumbnail is not None for item in items)
    assert window.session.input is not None
    assert window.session.input.name == "espresso.png"
    window.actions_by_id["picture_next"].trigger()
    assert settle(window)
    assert window.session.input.label == "ellipse"
    assert window.notices.sentences() == [
        "The folder 'empty' holds no pictures; choose one with PNG or JPEG files in it.",
        "things: 2 pictures in 2 classes.",
    ]


def test_of_a_large_folder_beside_a_picture_the_strip_keeps_both(tmp_path: Path) -> None:
    (tmp_path / "many").mkdir()
    for number in range(LIMIT + 1):
        (tmp_path / "many" / f"{number}.png").touch()
    found = find_pictures([tmp_path / "many", tmp_path / "one.png"])
    assert [item.name for item in found.items[:2]] == ["one.png", "0.png"]
    assert len(found.items) == LIMIT
    assert found.sentence.endswith(f"of {LIMIT + 2} pictures the strip shows the first {LIMIT}")


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
    for dock in window.workspaces.docks.values():
        dock.raise_()  # it may stand behind another one
        assert settle(window)
        target = window.childAt(dock.geometry().center())
        while target is not None and not target.acceptDrops():
            target = target.parentWidget()
        assert target is window, f"{dock.objectName()} swallows drops"


def test_galleries_can_be_switched(window: MainWindow, shared_data: Path) -> None:
    drop(window, [shared_data / "photos" / "espresso.png"])
    assert settle(window)
    gallery = window.session.gallery
    assert [item.name for item in gallery.items] == ["espresso.png"]
    gallery.show(SAMPLES)
    assert len(gallery.items) > 9
    gallery.show(OPENED)
    assert len(gallery.items) == 1


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
