"""Flips of the input in the real window: by button, by key, from the command line; what follows them."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot
from test_training import wait_for_phase, wait_for_steps
from test_turning import own_line, press, turning
from test_turning_odd_networks import flat, open_odd
from test_turning_while_training import learning

from visualizer.cli import main
from visualizer.data.images import thumbnail
from visualizer.data.inputs import FLIPS, Flip, Input
from visualizer.data.preprocessing import prepare
from visualizer.data.transforms import NOTHING, Change
from visualizer.ui.dialogs import ShortcutsDialog
from visualizer.ui.driving import settle, wait
from visualizer.ui.gallery import SAMPLES, THUMBNAIL_SIDE
from visualizer.ui.jobs import prepared_for
from visualizer.ui.main_window import MainWindow
from visualizer.ui.widgets.dropping import arrival

__all__ = ["learning", "turning"]  # fixtures
HORIZONTAL, VERTICAL, BOTH = FLIPS.values()


@pytest.fixture
def oblong(window: MainWindow, tmp_path: Path) -> MainWindow:
    """With a picture that is wider than what the network sees of it, and cut unevenly."""
    path = tmp_path / "oblong.png"
    pixels = np.random.default_rng(3).integers(0, 256, (96, 135, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(path)
    window.session.open_paths([path])
    assert settle(window)
    return window


def shown(window: MainWindow) -> Input:
    assert window.session.input is not None
    return window.session.input


def seen(window: MainWindow) -> np.ndarray:
    assert window.session.inspection is not None
    return window.session.inspection.seen


def cursor(window: MainWindow) -> str:
    return window.toolbar.cursors._values["Input"].full_text()


def checked(window: MainWindow) -> Flip:
    return Flip(**{way: button.isChecked() for way, button in window.input.controls.flips.items()})


def box(window: MainWindow) -> tuple[float, ...]:
    """The frame of the receptive field, in pixels of what is shown."""
    (found,) = window.input.picture._boxes
    return found


def on_screen(window: MainWindow) -> np.ndarray:
    """What the Input dock paints of the picture, in shades of grey (H, W)."""
    view = window.input.picture
    view.set_boxes(())
    view.set_crop(None)
    image = (
        view.grab()
        .toImage()
        .copy(view.picture_area().toRect())
        .convertToFormat(QImage.Format.Format_Grayscale8)
    )
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : image.width()].astype(int)


# --- what follows ----------------------------------------------------------------------------------------


def test_a_key_flips_what_every_panel_shows_and_again_back(oblong: MainWindow, qtbot: QtBot) -> None:
    assert oblong.session.inspection is not None
    opened, before, picture = shown(oblong), oblong.session.inspection, seen(oblong)
    painted = on_screen(oblong)
    press(oblong, qtbot, Qt.Key.Key_H)
    assert np.array_equal(seen(oblong), picture[:, ::-1])
    assert np.array_equal(shown(oblong).pixels, opened.pixels[:, ::-1])
    assert np.abs(on_screen(oblong) - painted[:, ::-1]).mean() < 3 < np.abs(painted - painted[:, ::-1]).mean()
    assert (checked(oblong), cursor(oblong)) == (HORIZONTAL, "oblong.png, flipped")
    assert "oblong.png, flipped horizontally" in oblong.windowTitle()
    assert "flipped" in oblong.input._caption.full_text()
    assert "flipped horizontally" in oblong.input.picture.toolTip()
    assert not np.array_equal(oblong.session.inspection.frame.values, before.frame.values)
    press(oblong, qtbot, Qt.Key.Key_V)
    assert np.array_equal(seen(oblong), np.rot90(picture, 2))
    assert checked(oblong) == BOTH
    press(oblong, qtbot, Qt.Key.Key_H)
    press(oblong, qtbot, Qt.Key.Key_V)
    assert shown(oblong) is opened
    assert np.array_equal(oblong.session.inspection.frame.values, before.frame.values), "to the last bit"
    assert (checked(oblong), cursor(oblong)) == (Flip(), "oblong.png")


def test_curve_and_prediction_are_those_of_the_mirrored_input(oblong: MainWindow, qtbot: QtBot) -> None:
    oblong.workspaces.show("rotate")
    assert settle(oblong)
    assert oblong.session.opened is not None
    network, plain = oblong.session.opened.network, own_line(oblong).response
    tensor = prepare(shown(oblong).pixels, network.preprocessing, network.input).tensor.flip(3)
    qtbot.mouseClick(oblong.input.controls.flips["horizontal"], Qt.MouseButton.LeftButton)
    assert settle(oblong)
    response = own_line(oblong).response
    assert response is not None
    assert plain is not None
    assert response.complete
    with torch.inference_mode():
        for turns in range(4):
            expected = network.module(torch.rot90(tensor, turns, (2, 3)))[0].softmax(0).numpy()
            assert response.probabilities[90 * turns] == pytest.approx(expected, abs=1e-5)
    assert not np.allclose(response.probabilities, plain.probabilities, atol=1e-3)
    prediction = oblong.session.inspection.prediction  # type: ignore[union-attr]
    assert prediction is not None
    assert prediction.top[0].probability == pytest.approx(response.probabilities[0].max(), abs=1e-5)
    assert "flipped horizontally" in oblong.rotation.export().name  # type: ignore[union-attr]


def test_the_frame_of_a_field_sits_right_on_the_flipped_picture(oblong: MainWindow) -> None:
    """At a place of a map it frames, mirrored, what it framed at the mirrored place before."""
    columns = oblong.session.inspection.frame.values.shape[2]  # type: ignore[union-attr]
    # Turned by 90° after a flip from top to bottom, the picture is turned and then mirrored from left to right.
    for angle, way in ((0.0, "horizontal"), (90.0, "vertical")):
        oblong.turning.live.set_value(angle)
        assert settle(oblong)
        oblong.session.look_at(4, 7)
        assert settle(oblong)
        left, top, width, height = box(oblong)
        across = oblong.input.turned_size[0] if angle else shown(oblong).pixels.shape[1]  # type: ignore[index]
        oblong.session.flip(way)
        assert settle(oblong)
        oblong.session.look_at(4, columns - 1 - 7)
        assert settle(oblong)
        assert box(oblong) == pytest.approx((across - left - width, top, width, height))


def test_a_flip_comes_before_the_turn_and_reset_leaves_it(oblong: MainWindow, qtbot: QtBot) -> None:
    picture = seen(oblong)
    oblong.turning.live.set_value(90.0)
    assert settle(oblong)
    press(oblong, qtbot, Qt.Key.Key_H)
    assert np.array_equal(seen(oblong), np.rot90(picture[:, ::-1]))
    assert cursor(oblong) == "oblong.png, flipped, 90°"
    qtbot.mouseClick(oblong.input.controls.reset, Qt.MouseButton.LeftButton)
    assert settle(oblong)
    assert np.array_equal(seen(oblong), picture[:, ::-1])
    assert "flips stay" in oblong.input.controls.reset.toolTip()


def test_quick_flips_end_where_they_lead(oblong: MainWindow, qtbot: QtBot) -> None:
    oblong.turning.live.set_value(30.0)
    for _ in range(5):
        qtbot.keyClick(oblong.activations.tiles, Qt.Key.Key_H)
        qtbot.keyClick(oblong.activations.tiles, Qt.Key.Key_V)
    qtbot.keyClick(oblong.activations.tiles, Qt.Key.Key_H)
    assert settle(oblong)
    assert shown(oblong).flip == VERTICAL == checked(oblong)
    assert oblong.session.prepared is not None
    assert oblong.session.prepared.input is shown(oblong)


# --- the pictures to choose from ---------------------------------------------------------------------------


def test_the_next_picture_is_as_it_is_and_the_strip_stays(window: MainWindow) -> None:
    gallery, strips = window.session.gallery, []
    gallery.changed.connect(lambda items, current: strips.append((len(items), current)))
    window.session.flip("vertical")
    assert settle(window)
    assert strips[-1][1] == 0, "it is still the one that is marked"
    gallery.step(1)
    assert settle(window)
    assert shown(window).flip == checked(window) == Flip()
    assert strips[-1][1] == 1


def test_a_flipped_sample_or_pasted_picture_is_no_new_one(window: MainWindow) -> None:
    session, gallery = window.session, window.session.gallery
    generated = next(index for index, item in enumerate(gallery.items) if isinstance(item.source, Input))
    gallery.choose(generated)
    assert settle(window)
    before = len(gallery.items)
    session.flip("horizontal")
    assert settle(window)
    assert gallery._current == SAMPLES
    assert len(gallery.items) == before
    gallery.choose(generated)
    assert shown(window).flip == Flip()

    pixels = np.random.default_rng(5).integers(0, 256, (20, 30, 3), dtype=np.uint8)
    session.show_input(Input(pixels, "pasted"))
    session.flip("horizontal")  # before its thumbnail is made
    assert settle(window)
    gallery.show(SAMPLES)
    session.flip("vertical")
    assert settle(window)
    assert gallery._current == SAMPLES
    gallery.show("Opened")
    assert [item.name for item in gallery.items] == ["pasted"]
    expected = thumbnail(Input(pixels, "pasted"), THUMBNAIL_SIDE)
    assert settle(window)
    assert np.array_equal(gallery.items[0].thumbnail, expected), "as it is"


def test_pictures_of_every_kind_are_flipped(window: MainWindow, tmp_path: Path) -> None:
    random = np.random.default_rng(1)
    for mode, size in (("L", (9, 40)), ("RGBA", (40, 9)), ("RGB", (1, 1)), ("1", (33, 32))):
        path = tmp_path / f"{mode}.png"
        channels = {"L": (), "1": (), "RGB": (3,), "RGBA": (4,)}[mode]
        pixels = random.integers(0, 256, (size[1], size[0], *channels), dtype=np.uint8)
        Image.fromarray(pixels).convert(mode).save(path)
        dropped = QMimeData()
        dropped.setUrls([QUrl.fromLocalFile(str(path))])
        window.opening.receive(arrival(dropped))
        assert settle(window)
        assert shown(window).name == path.name
        picture = seen(window)
        window.session.flip("vertical")
        window.turning.live.set_value(180.0)
        assert settle(window)
        assert np.array_equal(seen(window), picture[:, ::-1]), mode
        window.turning.live.reset()
        assert settle(window)


def test_a_network_with_six_channels_gets_the_mirrored_input(window: MainWindow, tmp_path: Path) -> None:
    open_odd(window, tmp_path, flat(9, channels=6))
    plain = window.session.prepared.plain.tensor  # type: ignore[union-attr]
    assert plain.shape == (1, 6, 8, 12)
    window.session.flip("horizontal")
    window.turning.live.set_value(180.0)
    assert settle(window)
    prepared = window.session.prepared
    assert prepared is not None
    assert torch.equal(prepared.plain.tensor, plain.flip(3))
    assert torch.allclose(prepared.prepared.tensor, plain.flip(2), atol=1e-5)


# --- room, keys, command line ------------------------------------------------------------------------------


def test_keys_are_told_and_stay_where_the_buttons_give_way(turning: MainWindow, qtbot: QtBot) -> None:
    controls = turning.input.controls
    dialog = ShortcutsDialog(turning)
    told = [label.text() for label in dialog.findChildren(QLabel)]
    dialog.deleteLater()
    for way, key in (("horizontal", "H"), ("vertical", "V")):
        action, button = turning.actions_by_id[f"flip_{way}"], controls.flips[way]
        assert action.shortcut().toString() == key
        assert f"({key})" in button.toolTip()
        assert button.accessibleName().startswith(action.text())
        assert any(action.text() in text for text in told)
        assert button.isVisible()
    turning.resize(1024, 600)
    assert settle(turning)
    assert not any(button.isVisible() for button in controls.flips.values())
    assert controls.value.isVisible()
    assert controls.value.width() >= 70
    press(turning, qtbot, Qt.Key.Key_V)
    assert shown(turning).flip == VERTICAL
    assert "flipped" in turning.toolbar.cursors._values["Input"].text()
    turning.workspaces.show("race")
    assert not turning.actions_by_id["flip_horizontal"].isEnabled()


def test_the_command_line_says_what_the_panel_shows(oblong: MainWindow, tmp_path: Path) -> None:
    oblong.workspaces.show("rotate")
    assert settle(oblong)
    out = tmp_path / "curve.csv"
    source = str(shown(oblong).source)
    assert main(["rotate", "shapes-net", "--image", source, "--flip", "both", "--out", str(out)]) == 0
    oblong.session.flip("horizontal")
    oblong.session.flip("vertical")
    assert settle(oblong)
    response = own_line(oblong).response
    assert response is not None
    with out.open(newline="", encoding="utf-8") as file:
        found = [float(row["probability"]) for row in csv.DictReader(file)]
    expected = response.probabilities
    assert np.array(found).reshape(expected.shape) == pytest.approx(expected, abs=1e-5)


def test_a_large_picture_is_read_once_however_often_it_turns(window: MainWindow) -> None:
    network = window.session.opened.network  # type: ignore[union-attr]
    pixels = np.random.default_rng(2).integers(0, 256, (900, 900, 3), dtype=np.uint8)
    flipped = Input(pixels, "large").flipped(VERTICAL)
    known = prepared_for(network, flipped, None, NOTHING)
    assert known.part is None, "not before it turns"
    known = prepared_for(network, flipped, known, Change(value=90.0))
    assert known.part is not None
    assert np.array_equal(known.turned, np.rot90(known.part))
    again = prepared_for(network, flipped, known, Change(value=180.0))
    assert again.part is known.part
    assert np.array_equal(again.turned, np.rot90(known.part, 2))
    back = prepared_for(network, flipped, again, NOTHING)
    assert back.turned is None
    assert prepared_for(network, flipped.as_opened, back, Change(value=90.0)).part is not known.part


def test_a_network_in_training_looks_at_the_flipped_input(learning: MainWindow, qtbot: QtBot) -> None:
    training, plain = learning.session.training, own_line(learning).response
    training.toggle()
    wait_for_steps(qtbot, training, 3)
    before = seen(learning)
    learning.session.flip("horizontal")
    assert wait(lambda: np.array_equal(seen(learning), before[:, ::-1]))
    assert training.is_live
    training.toggle()
    wait_for_phase(qtbot, training, "paused")
    assert settle(learning)
    response = own_line(learning).response
    assert response is not None
    assert response is not plain
    known = learning.session.prepared
    assert known is not None
    with torch.inference_mode():
        expected = learning.session.opened.network.module(known.plain.tensor)[0].softmax(0).numpy()  # type: ignore[union-attr]
    assert response.probabilities[0] == pytest.approx(expected, abs=1e-5)
