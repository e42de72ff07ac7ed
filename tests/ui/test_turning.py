"""The turning input in the real window: by keys, by hand, by itself; what follows it, and what is told."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from visualizer.assets import resource
from visualizer.data.preprocessing import prepare
from visualizer.data.transforms.table import TRANSFORMS, transformed, values_of
from visualizer.ui.driving import settle, wait
from visualizer.ui.main_window import MainWindow
from visualizer.ui.rotation.state import OPEN, Line, RotationState, line_names
from visualizer.ui.rotation.words import words


@pytest.fixture
def turning(window: MainWindow) -> MainWindow:
    """The window in its Rotate workspace."""
    window.workspaces.show("rotate")
    assert settle(window)
    return window


def state(window: MainWindow) -> RotationState:
    return window.turning.live.state


def own_line(window: MainWindow) -> Line:
    line = state(window).lines[0]
    assert line.key == OPEN
    return line


def probabilities(window: MainWindow, angle: float) -> np.ndarray:
    """What a plain forward pass says of the input at an angle."""
    opened, shown = window.session.opened, window.session.input
    assert opened is not None
    assert shown is not None
    network = opened.network
    plain = prepare(shown.pixels, network.preprocessing, network.input).tensor
    with torch.inference_mode():
        turned = transformed(plain, np.array([angle]), "rotation", "grey", network.preprocessing)
        result: np.ndarray = network.module(turned)[0].softmax(0).double().numpy()
    return result


def press(window: MainWindow, qtbot: QtBot, key: Qt.Key, shift: bool = False) -> None:
    modifier = Qt.KeyboardModifier.ShiftModifier if shift else Qt.KeyboardModifier.NoModifier
    qtbot.keyClick(window.activations.tiles, key, modifier)
    assert settle(window)


def test_what_it_is_compared_with_is_asked_for_in_two_places_by_the_same_commands(
    turning: MainWindow,
) -> None:
    menu = turning.rotation.bar.networks.menu()
    assert [action.objectName() for action in menu.actions()] == [
        "compare",
        "compare_open",
        "compare_moments",
    ]
    assert menu.actions() == [turning.actions_by_id[action.objectName()] for action in menu.actions()]
    menu.actions()[0].trigger()
    menu.close()
    assert [line.key == OPEN for line in state(turning).lines] == [True, False]


def test_keys_turn_the_input_and_every_panel_follows(turning: MainWindow, qtbot: QtBot) -> None:
    assert turning.session.inspection is not None
    before = turning.session.inspection
    press(turning, qtbot, Qt.Key.Key_R, shift=True)
    press(turning, qtbot, Qt.Key.Key_R)
    assert state(turning).change.value == 16
    after = turning.session.inspection
    assert not np.array_equal(after.frame.values, before.frame.values)
    assert not np.array_equal(after.seen, before.seen)
    prediction = after.prediction
    assert prediction is not None
    expected = probabilities(turning, 16.0)
    assert prediction.top[0].probability == pytest.approx(expected.max(), abs=1e-5)
    assert turning.toolbar.cursors._values["Input"].full_text().endswith(", 16°")
    press(turning, qtbot, Qt.Key.Key_0)
    assert np.array_equal(turning.session.inspection.frame.values, before.frame.values), "to the last bit"
    assert "°" not in turning.toolbar.cursors._values["Input"].full_text()


def test_a_narrow_window_still_says_how_far_the_input_is_turned(turning: MainWindow) -> None:
    turning.resize(1024, 700)
    turning.turning.live.set_value(128.0)
    assert settle(turning)
    assert turning.toolbar.cursors._values["Input"].text().endswith("128°")


def test_the_curve_agrees_with_a_plain_loop_and_with_the_dial(turning: MainWindow) -> None:
    response = own_line(turning).response
    assert response is not None
    assert response.complete
    assert response.values.tolist() == list(range(360))
    for angle in (0, 77, 201):
        assert response.probabilities[angle] == pytest.approx(probabilities(turning, angle), abs=1e-5)
    turning.turning.live.set_value(201.0)
    assert settle(turning)
    assert turning.session.inspection is not None
    prediction = turning.session.inspection.prediction
    assert prediction is not None
    assert prediction.top[0].probability == pytest.approx(response.probabilities[201].max(), abs=1e-5)


def test_a_hand_that_moves_fast_leaves_nothing_queued(turning: MainWindow) -> None:
    looks: list[object] = []
    turning.session.inspection_changed.connect(looks.append)
    for value in np.linspace(1, 90, 200):
        turning.turning.playback.set_value(float(value), False)
    turning.turning.playback.set_value(91.0, True)
    assert settle(turning)
    assert state(turning).change.value == 91
    assert turning.session.change.value == 91, "the newest is looked at in the end"
    assert len(looks) < 20


def test_it_turns_by_itself_and_holds(turning: MainWindow, qtbot: QtBot) -> None:
    press_play = turning.actions_by_id["turn_play"].trigger
    press_play()
    assert wait(lambda: turning.session.change.value > 5)
    press_play()
    assert settle(turning)
    held = state(turning).change.value
    assert not state(turning).playing
    assert wait(lambda: turning.session.change.value == held)
    qtbot.wait(100)
    assert state(turning).change.value == held


def test_values_go_round_or_stop_at_the_ends(turning: MainWindow) -> None:
    live = turning.turning.live
    live.set_value(-1.0)
    assert state(turning).change.value == 359
    live.set_value(725.0)
    assert state(turning).change.value == 5
    live.set_transform("brightness")
    assert state(turning).change.value == 1, "as it is"
    live.set_value(99.0)
    assert state(turning).change.value == 2
    assert settle(turning)
    assert words(state(turning).change) == "brightness 2×"


def test_another_transform_has_a_curve_of_its_own(turning: MainWindow) -> None:
    turning.turning.live.set_transform("occlusion")
    assert settle(turning)
    response = own_line(turning).response
    assert response is not None
    assert response.transform == "occlusion"
    assert response.complete
    assert response.values[0] == 0
    assert response.values[-1] == 100


def test_every_transform_has_its_usual_values(turning: MainWindow) -> None:
    """Not those of the one before: a step of 1 leaves three values of the scale."""
    for name in reversed(TRANSFORMS):
        turning.turning.live.set_transform(name)
        assert state(turning).step == TRANSFORMS[name].step
        assert settle(turning)
        response = own_line(turning).response
        assert response is not None
        assert np.array_equal(response.values, values_of(name)), name


def test_a_step_is_that_of_its_transform(turning: MainWindow) -> None:
    live = turning.turning.live
    live.set_step(15.0)
    live.set_transform("scale")
    live.set_step(0.25)
    steps: list[tuple[str, float]] = []
    live.changed.connect(lambda told: steps.append((told.change.transform, told.step)))
    live.set_transform("rotation")
    live.set_transform("scale")
    assert set(steps) == {("rotation", 15.0), ("scale", 0.25)}, (
        "nobody hears of one with the step of the other"
    )


def test_networks_are_kept_for_comparison_and_let_go(turning: MainWindow, qtbot: QtBot) -> None:
    press(turning, qtbot, Qt.Key.Key_C)
    assert [line.name for line in state(turning).lines] == ["shapes-net", "shapes-net"]
    turning.session.open_network("tinycnn")
    assert settle(turning)
    lines = state(turning).lines
    assert [line.name for line in lines] == ["tinycnn", "shapes-net"]
    assert all(line.response is not None and line.response.complete for line in lines)
    assert lines[0].color != lines[1].color
    turning.turning.comparison.remove(lines[1].key)
    assert settle(turning)
    assert [line.name for line in state(turning).lines] == ["tinycnn"]
    press(turning, qtbot, Qt.Key.Key_C)
    press(turning, qtbot, Qt.Key.Key_C)
    assert len(state(turning).lines) == 1, "a second time lets go of it"


def test_files_are_opened_to_compare_with_and_bad_ones_are_told_of(
    turning: MainWindow, tmp_path_factory: pytest.TempPathFactory
) -> None:
    broken = tmp_path_factory.mktemp("files") / "broken.pth"
    broken.write_bytes(b"nothing that is known")
    turning.turning.comparison.open([resource("networks/shapes-net.safetensors"), broken])
    assert settle(turning)
    assert [line.name for line in state(turning).lines] == ["shapes-net", "shapes-net"]
    assert any("broken.pth" in sentence for sentence in turning.notices.sentences())


def test_files_of_one_network_have_names_of_their_own(turning: MainWindow, tmp_path: Path) -> None:
    """In the chips, in the plots and in the numbers."""
    found = resource("networks/shapes-net.safetensors")
    other = tmp_path / "trained-longer.safetensors"
    other.write_bytes(found.read_bytes())
    turning.turning.comparison.open([found, other])
    assert settle(turning)
    assert [chip.words for chip in turning.rotation.bar.networks.chips] == [
        ("shapes-net", ""),
        ("shapes-net", ""),
        ("shapes-net", "trained-longer"),
    ]
    names = ["shapes-net", "shapes-net (2)", "shapes-net, trained-longer"]
    assert line_names(state(turning).lines) == names
    export = turning.rotation.export()
    assert export is not None
    assert list(dict.fromkeys(str(row[0]) for row in list(export.table())[1:])) == names


def test_a_network_without_scores_gets_one_sentence(turning: MainWindow) -> None:
    turning.session.open_network("autoencoder")
    assert settle(turning)
    assert own_line(turning).response is None
    assert "autoencoder" in state(turning).sentence.lower()
    turning.session.open_network("shapes-net")
    assert settle(turning)
    assert state(turning).sentence == ""
    assert own_line(turning).response is not None


def test_nothing_is_computed_while_nobody_looks(window: MainWindow) -> None:
    assert own_line(window).response is None
    window.workspaces.show("rotate")
    assert settle(window)
    assert own_line(window).response is not None
    window.workspaces.show("build")
    assert settle(window)
    before = own_line(window).response
    window.turning.live.set_border("zero")
    assert settle(window)
    assert own_line(window).response is before


def test_another_picture_keeps_the_angle_and_gets_its_own_curve(turning: MainWindow) -> None:
    turning.turning.live.set_value(30.0)
    assert settle(turning)
    first = own_line(turning).response
    turning.session.gallery.step(1)
    assert settle(turning)
    second = own_line(turning).response
    assert first is not None
    assert second is not None
    assert second is not first
    assert not np.allclose(first.probabilities, second.probabilities)
    assert turning.session.change.value == 30
