from __future__ import annotations

import math

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from visualizer.ui.driving import settle, wait
from visualizer.ui.rotation.benchmarks import _ages, _Picture


def turn(dial, kind, angle):
    """The hand, far from the middle of the dial, so that it hits tenths of degrees."""
    way = math.radians(angle)
    place = QPointF(dial.rect().center()) + 400 * QPointF(math.cos(way), -math.sin(way))
    none, left = Qt.MouseButton.NoButton, Qt.MouseButton.LeftButton
    button = none if kind == QEvent.Type.MouseMove else left
    held = none if kind == QEvent.Type.MouseButtonRelease else left
    event = QMouseEvent(kind, place, dial.mapToGlobal(place), button, held, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(dial, event)


def test_every_panel_follows_the_hand_and_nothing_queues_up(window):
    window.workspaces.show("rotate")
    assert settle(window)
    session, panel = window.session, window.input
    dial, seen = panel.controls.dial, []
    session.inspection_changed.connect(lambda look: seen.append(session.prepared.change.value))
    upright = session.inspection
    turn(dial, QEvent.Type.MouseButtonPress, 0)
    for angle in range(1, 91):
        turn(dial, QEvent.Type.MouseMove, angle)
        QApplication.processEvents()
    turn(dial, QEvent.Type.MouseButtonRelease, 90)
    assert wait(lambda: seen and seen[-1] == 90.0)
    assert settle(window)
    assert len(seen) <= 90  # what came too quickly was left out
    assert seen[:-1] == sorted(set(seen[:-1]))  # each once, none behind a newer one
    assert session.change.value == 90.0
    assert not window.turning.live.state.moving
    # What the network is given is turned, and what it says follows.
    shown, plain = session.prepared.prepared.tensor, session.prepared.plain.tensor
    assert np.array_equal(shown.numpy(), np.rot90(plain.numpy(), 1, (2, 3)))
    assert session.inspection is not upright
    assert panel.turned_size is not None
    assert panel._caption.full_text().endswith("turned 90°")
    assert panel.controls.value.text() == "90.0"


def test_reset_shows_the_picture_again(window):
    panel, session = window.input, window.session
    panel.controls.dial.setFocus()
    panel.value_requested.emit(45.0, True)
    assert wait(lambda: panel.turned_size is not None)
    panel.controls.reset.click()
    assert wait(lambda: panel.turned_size is None)
    assert session.prepared.prepared is session.prepared.plain
    assert panel.controls.dial.angle == 0


def test_the_age_of_what_is_on_the_screen():
    # The hand is at 1° at 0.0 s and at 2° at 0.1 s; their pictures come 50 ms later, and the last one stays.
    pictures = [_Picture(1.0, 0.05), _Picture(2.0, 0.15)]
    ages = _ages(pictures, {1.0: 0.0, 2.0: 0.1}, 0.25)
    assert ages[0] == pytest.approx(50)
    assert ages.max() == pytest.approx(150, abs=1.5)
    assert np.mean(ages) == pytest.approx(100, abs=1.5)
