"""The benchmarks of races in the window: trails that follow the hand, a window that answers while basins are made."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

from PySide6.QtCore import QEvent, QObject, QPointF, Qt, QTimer
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget

from visualizer.benchmarks.figures import Figure
from visualizer.race.lineup import new_race
from visualizer.race.surfaces import surface
from visualizer.ui.bench_window import Heart, open_window, spin
from visualizer.ui.driving import settle, wait
from visualizer.ui.main_window import MainWindow

RACERS = ("sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "adamw", "nadam")
STEPS = 300
DRAG_SECONDS, MOVES = 4.0, 60  # moves of the hand a second
DRAGS = 3
STALL_SECONDS = 6.0


def drag() -> tuple[Figure, ...]:
    """The start is dragged in a circle: frames with new trails a second, and how long the last ones take."""
    with _race_window() as window:
        drags = [_one_drag(window) for _ in range(DRAGS)]
    name = f"start-drag: {len(RACERS)} optimizers × {STEPS} steps"
    rates, steps, delays = zip(*drags, strict=True)
    return (
        Figure(f"{name}, new trails painted while the hand moves", min(rates), "/s", 20, at_least=True),
        Figure("start-drag: steps of these trails, median", min(steps), "steps", 20, at_least=True),
        Figure(f"{name}, complete after it stops", max(delays), "s", 1.0),
    )


def basins_stall() -> tuple[Figure, ...]:
    """How late the window's heartbeat is while basins of all racers are made."""
    with _race_window() as window:
        made: list[object] = []
        window.race.live.changed.connect(lambda state: made.append(state.basins))
        window.docks["basins"].raise_()
        spin(0.5)
        heart = Heart(window)
        spin(STALL_SECONDS)
        heart.stop()
        if len(set(map(id, made))) < 5:
            raise RuntimeError("no basins were made: that is no load to measure under")
    return (
        Figure(
            "basins-stall: heartbeat late while basins are made, 99th percentile",
            heart.percentile(99),
            "ms",
            33,
        ),
        Figure("basins-stall: heartbeat late while basins are made, worst", heart.percentile(100), "ms", 50),
    )


@contextmanager
def _race_window() -> Iterator[MainWindow]:
    """The Race workspace with Beale's function, everything computed."""
    with open_window() as window:
        window.workspaces.show("race")
        settle(window)
        window.race.live.open(new_race(surface("beale"), RACERS, steps=STEPS))
        settle(window)
        spin(1.0)
        settle(window)
        yield window


class _Painted(QObject):
    """Notes each time that the landscape is painted with trails it has not shown before, and how long they are."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self.lengths: list[int] = []  # steps
        self._live, self._shown = window.race.live, window.race.live.state.frame
        window.race_panels.landscape.view.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        frame = self._live.state.frame
        if event.type() == QEvent.Type.Paint and frame is not None and frame is not self._shown:
            self._shown = frame
            self.lengths.append(max(row.steps for row in frame.trajectories))
        return False


def _one_drag(window: MainWindow) -> tuple[float, float, float]:
    """One drag in circles.

    Paintings of the landscape a second with new trails while the hand moves; their steps, the median; and the
    seconds until the trails are complete after it stops.
    """
    view = window.race_panels.landscape.view
    centre, radius = QPointF(view.rect().center()), min(view.width(), view.height()) / 5
    place = centre + QPointF(radius, 0)
    painted = _Painted(window)
    _mouse(view, QEvent.Type.MouseButtonPress, place)
    start = perf_counter()

    def move() -> None:
        nonlocal place
        angle = 2 * math.pi * (perf_counter() - start) / 2.5
        place = centre + QPointF(radius * math.cos(angle), radius * math.sin(angle))
        _mouse(view, QEvent.Type.MouseMove, place)

    hand = QTimer(interval=1000 // MOVES, timerType=Qt.TimerType.PreciseTimer)
    hand.timeout.connect(move)
    hand.start()
    spin(DRAG_SECONDS)
    hand.stop()
    rate, steps = len(painted.lengths) / (perf_counter() - start), statistics.median(painted.lengths)
    _mouse(view, QEvent.Type.MouseButtonRelease, place)
    stopped = perf_counter()
    wait(lambda: _is_complete(window))
    view.repaint()
    delay = perf_counter() - stopped
    view.removeEventFilter(painted)
    settle(window)
    return rate, steps, delay


def _is_complete(window: MainWindow) -> bool:
    state = window.race.live.state
    return state.frame is not None and state.frame.complete and state.frame.race.start == state.race.start


def _mouse(view: QWidget, kind: QEvent.Type, place: QPointF) -> None:
    left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
    button = none if kind == QEvent.Type.MouseMove else left
    held = none if kind == QEvent.Type.MouseButtonRelease else left
    event = QMouseEvent(kind, place, view.mapToGlobal(place), button, held, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(view, event)
