"""A Rotation panel in a dock, and hands for it."""

import pytest
from panel_bench import docked
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from responses import response, turned, wave

from visualizer.ui import theme
from visualizer.ui.panels.rotation import RotationPanel

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


@pytest.fixture
def panel(qtbot, styled):
    yield from docked(RotationPanel, qtbot, 842, 400)


@pytest.fixture
def state():
    return turned(128, response(wave(8, 0.8, 0.1), "8_rot_1"), response(wave(1), "baseline"))


def settled(panel, state):
    panel.set_state(state)
    for _ in range(3):
        QApplication.processEvents()
    panel.grab()
    return panel


def told(signal):
    heard = []
    signal.connect(lambda *values: heard.append(values if len(values) > 1 else values[0]))
    return heard


def color_near(widget, point, color, reach=2):
    """Whether a pixel of about that colour lies around a point of a widget."""
    picture = widget.grab().toImage()
    wanted = theme.QColor(color)
    found = (
        picture.pixelColor(round(point.x()) + dx, round(point.y()) + dy)
        for dx in range(-reach, reach + 1)
        for dy in range(-reach, reach + 1)
    )
    return any(
        abs(each.red() - wanted.red()) + abs(each.green() - wanted.green()) + abs(each.blue() - wanted.blue())
        < 60
        for each in found
    )


def drag(widget, *points):
    QTest.mousePress(widget, LEFT, NONE, points[0])
    for point in points[1:]:
        QTest.mouseMove(widget, point)
    QTest.mouseRelease(widget, LEFT, NONE, points[-1])
