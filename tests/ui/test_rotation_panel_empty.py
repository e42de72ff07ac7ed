"""The Rotation panel while a network is open and no image is."""

from dataclasses import replace

import pytest
from panel_bench import docked
from PySide6.QtWidgets import QApplication
from responses import response, turned, wave

from visualizer.ui.panels.rotation import NOTHING_OPEN, RotationPanel
from visualizer.ui.widgets.placeholder import Placeholder


@pytest.fixture
def panel(qtbot, styled):
    yield from docked(RotationPanel, qtbot, 842, 400)


def test_without_an_image_it_asks_for_one_in_place_of_empty_plots(panel):
    known = turned(0, response(wave(1)))
    waiting = replace(known, lines=tuple(replace(line, response=None) for line in known.lines))
    panel.set_state(replace(waiting, input_name=""))
    QApplication.processEvents()
    assert panel.findChild(Placeholder).isVisible()
    assert panel.findChild(Placeholder)._sentence.text() == NOTHING_OPEN
    assert panel.bar.isVisible(), "networks can be chosen already"
    assert not panel.bar.export.isEnabled()
    for state in (waiting, known):
        panel.set_state(state)
        QApplication.processEvents()
        assert panel.view.isVisible()
