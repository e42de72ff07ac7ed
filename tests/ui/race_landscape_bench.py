"""Races and landscapes to draw, made by hand, and the mouse on a view."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from panel_bench import shown
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from visualizer.race.config import Race, Racer
from visualizer.race.frames import STATES, Landscape, RaceFrame, Trajectory
from visualizer.race.surface import Place, Surface, Window
from visualizer.ui.panels.landscape import LandscapePanel
from visualizer.ui.race.state import RaceState

ORANGE, BLUE = "#E69F00", "#56B4E9"  # of SGD, of momentum
WINDOW = Window(-4.0, 4.0, -3.0, 3.0)
MINIMUM, SADDLE = Place(2.0, 1.0, 0.0, "minimum"), Place(-2.0, 1.0, 1.0, "saddle")
SURFACE = Surface("made", "Made", "x^2 + y^2", WINDOW, (0.0, 0.0), (MINIMUM,), (SADDLE,))
LEFT, NONE = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
PLAIN, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier


def landscape(window: Window = WINDOW, *, gap: bool = False, formula: str = SURFACE.formula) -> Landscape:
    """Bands that rise to the right; with ``gap`` the upper half is undefined."""
    height, width = 60, 80
    values = np.tile(np.linspace(0, 7.99, width, dtype=np.float32), (height, 1))
    bands = values.astype(np.uint8)
    if gap:
        values, bands = values.copy(), bands.copy()
        values[height // 2 :] = np.nan
        bands[height // 2 :] = 255
    levels = np.arange(1.0, 8.0)
    return Landscape(formula, window, values, levels, bands, (np.empty((0, 2)),) * 7, False, 0.0, 7.99)


def trajectory(
    points: Sequence[Sequence[float]] | np.ndarray,
    key: str = "sgd",
    color: str = "#E69F00",
    state: str = "running",
    evaluations: int = 1,
    optimizer: str = "sgd",
) -> Trajectory:
    """A racer that was at these points; ``state`` from the first point outside of twice the window on."""
    places = np.array(points, np.float64)
    count = len(places)
    with np.errstate(invalid="ignore"):
        far = ~(np.abs(places).max(axis=1) <= 8)
    states = np.where(far, STATES.index(state), 0).astype(np.uint8)
    nan = np.full((count, 2), np.nan)
    return Trajectory(
        Racer(key, optimizer, 0.1, color=color),
        places,
        np.arange(count, dtype=np.float64),
        np.tile([1.0, 0.0], (count, 1)),
        nan[1:],
        nan,
        np.arange(count) * evaluations,
        np.full(count, np.nan),
        states,
        np.full(count, 0.1),
        1e-4,
    )


def frame_of(*trajectories: Trajectory, steps: int | None = None, clock: str = "steps") -> RaceFrame:
    steps = steps or max(each.steps for each in trajectories)
    start = tuple(trajectories[0].points[0].tolist())
    racers = tuple(each.racer for each in trajectories)
    return RaceFrame(Race(SURFACE, start, racers, steps, clock), trajectories, True)


def state_of(*trajectories: Trajectory, moment: float = 1e9, **parts: object) -> RaceState:
    frame = frame_of(*trajectories)
    state = RaceState(frame.race, frame, landscape(), min(moment, frame.race.steps), frame.race.steps)
    return replace(state, **parts)


def walk(seed: int, steps: int, size: float = 0.15) -> np.ndarray:
    """A random walk about the middle."""
    moves = np.random.default_rng(seed).normal(size=(steps + 1, 2)) * size
    moves[0] = 0
    return np.cumsum(moves, axis=0)


# --- pictures --------------------------------------------------------------------------------------------


def pixels_of(image: QImage) -> np.ndarray:
    """The colours as (H, W, 3): red, green, blue."""
    plain = image.convertToFormat(QImage.Format.Format_RGB32)
    values = np.frombuffer(plain.constBits(), np.uint8).reshape(plain.height(), plain.width(), 4)
    return values[..., 2::-1].astype(int)


def is_near(pixel: np.ndarray, color: str, most: int = 30) -> bool:
    wanted = QColor(color)
    return bool(np.abs(pixel - (wanted.red(), wanted.green(), wanted.blue())).max() <= most)


def shows(pixels: np.ndarray, x: float, y: float, color: str, reach: int = 1) -> bool:
    """Whether there is a pixel of about that colour at most ``reach`` px away."""
    part = pixels[round(y) - reach : round(y) + reach + 1, round(x) - reach : round(x) + reach + 1]
    return any(is_near(pixel, color) for pixel in part.reshape(-1, 3))


# --- the mouse -------------------------------------------------------------------------------------------


def mouse(
    view: QWidget,
    kind: QEvent.Type,
    at: tuple[float, float],
    button: Qt.MouseButton = LEFT,
    held: Qt.MouseButton = LEFT,
    keys: Qt.KeyboardModifier = PLAIN,
) -> None:
    place = QPointF(*at)
    QApplication.sendEvent(view, QMouseEvent(kind, place, view.mapToGlobal(place), button, held, keys))


def press(view: QWidget, at: tuple[float, float], button=LEFT, keys=PLAIN) -> None:
    mouse(view, QEvent.Type.MouseButtonPress, at, button, button, keys)


def move(view: QWidget, at: tuple[float, float], button=LEFT, keys=PLAIN) -> None:
    mouse(view, QEvent.Type.MouseMove, at, NONE, button, keys)


def release(view: QWidget, at: tuple[float, float], button=LEFT, keys=PLAIN) -> None:
    mouse(view, QEvent.Type.MouseButtonRelease, at, button, NONE, keys)


def wheel(view: QWidget, at: tuple[float, float], turn: int) -> None:
    place, phase = QPointF(*at), Qt.ScrollPhase.NoScrollPhase
    event = QWheelEvent(place, view.mapToGlobal(place), QPoint(), QPoint(0, turn), NONE, PLAIN, phase, False)
    QApplication.sendEvent(view, event)


def landscape_panel(qtbot: QtBot, width: int, height: int) -> Iterator[LandscapePanel]:
    """The panel without basins."""
    for made in shown(LandscapePanel, qtbot, width, height):
        made._choose("basins", False)
        yield made


def still(panel) -> None:
    """The end of a zoom: the picture is drawn in full."""
    panel.view._moved = -math.inf


def pixels(panel) -> np.ndarray:
    still(panel)
    return pixels_of(panel.view.grab().toImage())


def at(panel, x: float, y: float) -> tuple[float, float]:
    return panel.view.frame.pixel((x, y))


def line(y: float, key: str = "sgd", color: str = ORANGE, count: int = 31):
    return trajectory(np.stack([np.linspace(-3, 3, count), np.full(count, y)], axis=1), key, color)
