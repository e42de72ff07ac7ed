"""The 3-D view: a scene made by arithmetic, a sentence without OpenGL, a picture with it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QWidget
from race_frames import FORMULA, SURFACE, make_state

from visualizer.race.frames import Landscape
from visualizer.race.landscape import sample
from visualizer.race.surface import Window
from visualizer.ui import theme
from visualizer.ui.panels.relief import NO_OPENGL, ReliefPanel
from visualizer.ui.widgets.relief_context import drawing
from visualizer.ui.widgets.relief_scene import HEIGHT, MOST_SAMPLES, make_relief

ROOT = Path(__file__).parents[2]


def landscape(
    formula: str = FORMULA, window: Window = SURFACE.window, *, logarithmic: bool = True
) -> Landscape:
    return sample(formula, window, (240, 180), logarithmic=logarithmic, places=SURFACE.minima)


# --- the scene ---------------------------------------------------------------------------------------


def test_heights_rise_with_the_loss_and_fill_the_relief():
    ground = landscape()
    relief = make_relief(ground)
    assert max(relief.heights.shape) <= MOST_SAMPLES
    assert np.nanmin(relief.heights) == pytest.approx(0, abs=0.1)
    assert np.nanmax(relief.heights) == pytest.approx(HEIGHT)
    points = np.random.default_rng(1).uniform((-6, -5), (6, 5), (300, 2))
    heights = relief.heights_at(points)
    x, y = points.T
    losses = (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2
    order = np.argsort(losses)
    # Sampled and drawn level by level, so nearly monotone.
    assert np.corrcoef(np.argsort(np.argsort(heights)), np.argsort(order))[0, 1] > 0.99


def test_the_relief_of_a_plane_is_that_plane():
    relief = make_relief(landscape("x + y", Window(0, 2, 0, 2), logarithmic=False))
    points = np.random.default_rng(2).uniform(0, 2, (50, 2))
    np.testing.assert_allclose(relief.heights_at(points), points.sum(axis=1) / 4 * HEIGHT, atol=HEIGHT / 8)


def test_gaps_have_no_triangles():
    ground = landscape("log(x)", Window(-1, 1, -1, 1), logarithmic=False)
    relief = make_relief(ground)
    assert np.isnan(relief.heights).any()
    corners = relief.corners[relief.triangles]
    assert (corners[..., 0] >= -1e-6).all()
    assert np.isfinite(relief.corners).all()
    assert np.isnan(relief.heights_at(np.array([(-0.5, 0.0)]))).all()


@pytest.mark.parametrize("formula", ["0*x + 3", "sqrt(-1 - x^2)", "exp(exp(x^2))", "1/x", "x*1e-200"])
def test_any_surface_has_a_relief(formula):
    relief = make_relief(landscape(formula, logarithmic=False))
    assert np.isfinite(relief.corners).all()
    assert np.isfinite(relief.colors).all()
    assert np.isfinite(relief.lines).all()


def test_a_trail_follows_the_ground_and_leaves_out_what_is_outside():
    relief = make_relief(landscape())
    points = np.array([(0.0, 0.0), (5.0, 4.0), (50.0, 4.0), (np.nan, np.nan), (1.0, 1.0), (1.01, 1.0)])
    pairs, steps = relief.trail(points)
    assert len(pairs) == 2 * len(steps)
    assert set(steps) <= {1, 2, 5}
    assert (steps == 1).sum() == 24
    assert (steps == 5).sum() == 1
    assert (np.diff(steps) >= 0).all()
    back = (pairs[:, :2] / relief.size + 0.5) * (12, 10) + (-6, -5)
    np.testing.assert_allclose(pairs[:, 2], relief.heights_at(back.astype(float)) + 0.014, atol=1e-3)
    assert relief.trail(points[:1])[0].shape == (0, 3)


def test_what_is_behind_a_hill_is_hidden():
    relief = make_relief(landscape("exp(-x^2)", Window(-3, 3, -3, 3), logarithmic=False))
    left, right = relief.on_ground(np.array([(-2.0, 0.0), (2.0, 0.0)]))
    from_the_right = np.array([4.0, 0.0, 0.6])
    assert relief.hidden(np.array([left, right]), from_the_right).tolist() == [True, False]
    assert not relief.hidden(np.array([left, right]), np.array([0.0, 0.0, 5.0])).any()


# --- the panel ---------------------------------------------------------------------------------------


def test_without_opengl_a_sentence_says_so(qtbot, styled, monkeypatch, capfd):
    monkeypatch.setattr("visualizer.ui.widgets.relief_context.drawing", lambda: None)
    place = QWidget()
    qtbot.addWidget(place)
    panel = ReliefPanel(place)
    panel.set_colors(theme.LIGHT)
    panel.set_state(make_state(landscape=landscape()))
    place.show()
    qtbot.waitUntil(lambda: panel.placeholder._text == NO_OPENGL)
    panel.set_state(make_state(landscape=landscape(), moment=50.0))
    assert panel.export() is None
    assert not panel.button.isEnabled()
    assert not panel.grab().isNull()
    assert capfd.readouterr().err == ""


def test_the_trails_of_one_surface_never_lie_on_another(qtbot, styled):
    class View(QWidget):
        def __init__(self):
            super().__init__()
            self.told: list[str] = []

        def set_relief(self, *_):
            self.told.append("relief")

        def set_trails(self, *_):
            self.told.append("trails")

        def set_rows(self, *_):
            pass

    panel = ReliefPanel()
    qtbot.addWidget(panel)
    panel._is_built, panel.view = True, View()
    panel._stack.addWidget(panel.view)
    panel.show()
    panel.set_state(make_state(landscape=landscape("x^2 + y^2")))
    assert panel.view.told == [], "a landscape of the surface before"
    panel.set_state(make_state(landscape=landscape()))
    assert panel.view.told == ["relief", "trails"]


def test_looking_for_opengl_prints_nothing(qtbot, styled, capfd):
    drawing.cache_clear()
    found = drawing()
    assert found is None or found.begin()
    if found is not None:
        found.end()
    assert capfd.readouterr().err == ""


def run_on_a_screen(source: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["xvfb-run", "-a", sys.executable, "-W", "error", "-c", source],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT / "tests/ui"), "QT_QPA_PLATFORM": "xcb"},
        timeout=60,
    )


_WINDOW = """
import sys, time
import torch
from PySide6.QtWidgets import QApplication, QMainWindow
from race_frames import SURFACE, FORMULA, make_state
from visualizer.race.landscape import sample
from visualizer.ui import theme
from visualizer.ui.panels.relief import NO_OPENGL, ReliefPanel
from visualizer.ui.widgets.panel import Dock
from PySide6.QtCore import Qt

application = QApplication([])
theme.apply(application, theme.DARK)
window = QMainWindow()
panel = ReliefPanel()
dock = Dock(panel)
dock.set_colors(theme.DARK)
window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, dock)
dock.hide()
window.resize(420, 320)
window.show()
ground = sample(FORMULA, SURFACE.window, (240, 180), logarithmic=True, places=SURFACE.minima)

def turn(seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        application.processEvents()
        time.sleep(0.005)

panel.set_state(make_state(landscape=ground))
turn(0.1)
assert not any("OpenGL" in name for name in sys.modules), "loaded before it was seen"
dock.show()
panel.set_state(make_state(landscape=ground))
end = time.monotonic() + 20
while panel.view is None and panel.placeholder._text != NO_OPENGL and time.monotonic() < end:
    turn(0.05)
turn(0.2)
"""


@pytest.mark.skipif(shutil.which("xvfb-run") is None, reason="needs a virtual screen")
def test_the_relief_is_drawn_turned_floated_and_closed():
    done = run_on_a_screen(
        _WINDOW
        + """
from PySide6.QtGui import QColor
if panel.view is None:
    print("no OpenGL"); sys.exit()

def shades():
    image = panel.view.grab().toImage()
    pixels = [QColor(image.pixel(x, y)) for x in range(0, image.width(), 7) for y in range(0, image.height(), 7)]
    return {(p.red(), p.green(), p.blue()) for p in pixels}

first = shades()
assert len(first) > 100, len(first)  # a shaded ground
assert any(r > 180 and 60 < g < 130 and b < 40 for r, g, b in first), "the trail of Adam is not seen"
panel.view._turn(90, 10)
turn(0.2)
assert shades() != first
panel.button.click()
turn(0.2)
dock.setFloating(True)
turn(0.2)
assert len(shades()) > 100
dock.setFloating(False)
turn(0.2)
dock.hide(); dock.show()
panel.set_state(make_state(landscape=ground, moment=100.0))
turn(0.2)
assert len(shades()) > 100
assert panel.export().picture().width() > 100
window.close()
print("drawn")
""",
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.strip() in ("drawn", "no OpenGL"), done.stdout + done.stderr
    assert done.stderr == ""
