"""Racers in all states for the tests of their table, and what finds and clicks its cells."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from visualizer.race.config import Race, Racer
from visualizer.race.frames import RaceFrame, Trajectory
from visualizer.race.racers import RACERS
from visualizer.race.surface import Place, Surface, Window
from visualizer.ui.race.state import RaceState

BOWL = Surface(
    "bowl",
    "Bowl",
    "x^2 + y^2",
    Window(-2, 2, -2, 2),
    (1, 1),
    (Place(0, 0, 0, "minimum"),),
    rates={"adam": 0.3},
)


STEPS_MADE = 200


def racer(name: str, key: str = "", **changes: object) -> Racer:
    row = RACERS[name]
    return replace(Racer(key or name, name, row.learning_rate, color=row.color), **changes)


def trajectory(which: Racer, losses: np.ndarray, states: np.ndarray) -> Trajectory:
    steps = len(losses) - 1
    points = np.zeros((steps + 1, 2))
    counts = np.arange(steps + 1)
    return Trajectory(
        which,
        points,
        losses,
        points,
        points[1:],
        points,
        counts,
        losses / 100,
        states,
        losses * 0 + 0.1,
        1e-4,
    )


def cell(panel, row, column):
    return panel.table.model().index(row, column)


def text(panel, row, column):
    return cell(panel, row, column).data()


def click_cell(panel, row, column, double=False):
    place = panel.table.visualRect(cell(panel, row, column)).center()
    QTest.mouseClick(panel.table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    if double:
        QTest.mouseDClick(panel.table.viewport(), Qt.MouseButton.LeftButton, pos=place)


def editors_of(panel):
    return [edit for edit in panel.table.viewport().findChildren(QLineEdit) if edit.isVisible()]


def editor_of(panel):
    (found,) = editors_of(panel)
    return found


def usual_state() -> RaceState:
    racers = (racer("sgd"), racer("momentum"), racer("nesterov", shown=False), racer("adam"), racer("lbfgs"))
    falling = 100 * 0.9 ** np.arange(STEPS_MADE + 1)
    lost = np.where(np.arange(STEPS_MADE + 1) < 20, falling, np.nan)
    running = np.zeros(STEPS_MADE + 1, np.uint8)
    arrived = np.where(falling < 1e-3, 1, 0).astype(np.uint8)
    diverged = np.where(np.isnan(lost), 2, 0).astype(np.uint8)
    runs = [(falling, running), (falling, arrived), (lost, diverged), (falling * 0 + 12.5, running)]
    rows = [trajectory(each, *run) for each, run in zip(racers, runs, strict=False)]
    rows.append(trajectory(racers[4], falling[:1], running[:1]))
    race = Race(BOWL, (1, 1), racers, steps=STEPS_MADE)
    frame = RaceFrame(race, tuple(rows), True, (("lbfgs", "L-BFGS needs another rate."),))
    return RaceState(race, frame, moment=120, length=STEPS_MADE, selected="adam")
