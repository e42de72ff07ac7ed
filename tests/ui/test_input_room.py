"""The room of the Input panel: what gives way to the picture in short docks, and what stays."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from panel_bench import shown
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from visualizer.data.inputs import Input
from visualizer.data.transforms import Change
from visualizer.ui.driving import settle
from visualizer.ui.main_window import MainWindow
from visualizer.ui.panels.input import InputPanel
from visualizer.ui.widgets.strip import StripItem

PICTURE = np.full((40, 60, 3), 255, np.uint8)
LEFT = Qt.MouseButton.LeftButton
FULL, DENSE, ONE_LINE = 84, 70, 24  # px of height


@pytest.fixture
def panel(qtbot: QtBot, styled: QApplication) -> Iterator[InputPanel]:
    for made in shown(InputPanel, qtbot, 280, 480):
        made.set_input(Input(PICTURE, "white.png"))
        made.set_seen((10.0, 0.0, 40.0, 40.0), (3, 32, 32))
        made.set_strip(tuple(StripItem(str(index), PICTURE) for index in range(9)), 0)
        made.set_galleries(("a", "b"), "a")
        made.set_change(Change("rotation", 30.0), False)
        yield made


def resize(panel: InputPanel, height: int) -> None:
    panel.resize(280, height)
    for _ in range(3):
        QApplication.processEvents()


def places(window: MainWindow) -> dict[str, QRect]:
    """Where every dock stands, and every part of the Input panel."""
    made = {key: dock.geometry() for key, dock in window.docks.items() if dock.isVisible()}
    for index, part in enumerate(window.input.findChildren(QWidget)):
        if part.isVisible():
            made[f"{index}"] = QRect(part.mapTo(window, QPoint()), part.size())
    return made


def test_the_caption_gives_way_first_then_the_dial(panel: InputPanel) -> None:
    controls = panel.controls
    for height, taken, least in ((480, FULL, 120), (300, DENSE, 80), (240, ONE_LINE, 80), (480, FULL, 120)):
        resize(panel, height)
        assert controls.height() == taken
        assert panel._caption.isVisible() == (taken == FULL)
        assert panel.picture.height() >= least
        for part in (controls.dial, controls.borders, *controls.flips.values()):
            assert part.isVisible() == (taken != ONE_LINE)
        for part in (controls.value, controls.reset, controls.play, controls.transforms):
            assert part.isVisible()
            assert controls.rect().contains(part.geometry())
    assert panel.minimumSizeHint().height() <= 240  # the dock can be made that small


def test_what_is_there_depends_on_the_height_alone(panel: InputPanel) -> None:
    def found(height: int) -> tuple[int, bool, int]:
        resize(panel, height)
        assert panel.strip.geometry().bottom() < panel.height()
        return panel.controls.height(), panel._caption.isVisible(), panel.picture.height()

    heights = range(220, 420, 5)
    down = [found(height) for height in reversed(heights)]
    up = [found(height) for height in heights]
    assert up == down[::-1]
    taken = [controls for controls, _, _ in up]
    assert taken == sorted(taken)
    assert set(taken) == {ONE_LINE, DENSE, FULL}
    assert min(picture for _, _, picture in up) >= 64


def test_what_the_caption_says_is_in_the_tool_tip_too(panel: InputPanel) -> None:
    for value in (30.0, 128.0):
        panel.set_change(Change("rotation", value), False)
        assert panel._caption.full_text() in panel.picture.toolTip()
        assert f"turned {value:g}°" in panel.picture.toolTip()
        assert "white.png" in panel.picture.toolTip()


# --- in the window -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("workspace", ["rotate", "inspect"])
def test_a_small_window_has_the_dial_the_border_and_the_flips(
    window: MainWindow, qtbot: QtBot, workspace: str
) -> None:
    window.resize(1024, 700)
    window.workspaces.show(workspace)
    assert settle(window)
    assert window.size() == QSize(1024, 700)
    panel, controls = window.input, window.input.controls
    assert panel.picture.height() >= 80
    assert window.prediction.height() >= window.prediction.minimumSizeHint().height()
    parts = (
        controls.dial,
        controls.transforms,
        controls.value,
        controls.reset,
        controls.play,
        controls.borders,
        *controls.flips.values(),
    )
    for index, part in enumerate(parts):
        assert not part.visibleRegion().isEmpty()
        assert part.visibleRegion().boundingRect() == part.rect(), "nothing is cut off"
        assert not any(part.geometry().intersects(other.geometry()) for other in parts[index + 1 :])
    assert controls.borders.width() >= 70
    before = places(window)
    dial = controls.dial
    middle = dial.width() // 2
    qtbot.mousePress(dial, LEFT, pos=QPoint(middle, 5))  # straight up
    assert settle(window)
    assert places(window) == before
    qtbot.mouseMove(dial, QPoint(5, middle))
    qtbot.mouseRelease(dial, LEFT, pos=QPoint(5, middle))
    assert settle(window)
    assert window.session.change.value == 180
    assert places(window) == before
    qtbot.mouseClick(controls.flips["vertical"], LEFT)
    assert settle(window)
    assert window.session.input is not None
    assert window.session.input.flip.vertical
    assert places(window) == before


def test_smaller_windows_give_up_the_dial_and_never_the_prediction(window: MainWindow) -> None:
    window.workspaces.show("rotate")
    found = []
    for height in (900, 700, 660, 620, 700, 900):
        window.resize(1024, height)
        window.workspaces.reset()
        assert settle(window)
        assert window.prediction.height() >= window.prediction.minimumSizeHint().height()
        assert window.input.picture.height() >= 64
        assert window.input.controls.value.isVisible()
        found.append(window.input.controls.height())
    assert found == [FULL, DENSE, DENSE, ONE_LINE, DENSE, FULL]


def test_a_note_does_not_take_the_dial(window: MainWindow) -> None:
    window.resize(1024, 700)
    assert settle(window)
    window.input.set_input(Input(PICTURE, "film.gif", notes=("first of 12 frames",)))
    assert settle(window)
    assert window.input.controls.dial.isVisible()
    assert window.input.picture.height() >= 64
