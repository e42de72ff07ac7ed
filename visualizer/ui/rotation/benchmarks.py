"""The benchmark of the dial: every panel shows the turned input while the hand moves, and nothing queues up."""

from __future__ import annotations

import math
import statistics
from dataclasses import dataclass
from time import perf_counter

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QEventLoop, QObject, QPointF, Qt, QTimer, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from visualizer.benchmarks.figures import Figure
from visualizer.benchmarks.forward import bare_forward
from visualizer.ui.bench_window import open_window, spin
from visualizer.ui.driving import settle
from visualizer.ui.main_window import MainWindow
from visualizer.ui.rotation.study_benchmark import study_in_window
from visualizer.ui.widgets.dial import Dial

NETWORK = "squeezenet1_1"
TURNS, WARM_UP = 40, 4
STEP = 37.0  # degrees between two turns, so that no two are alike
TURNING_SECONDS, MOVES = 4.0, 60  # moves of the hand a second
TIMES = 3  # that the hand does so
ROUND = 6.0  # s for one turn of the hand
FAR = 400.0  # px from the middle of the dial, where a pixel is less than a tenth of a degree

OVERHEAD = 40  # ms beside the forward pass from the hand to the screen
LAG = 2 * OVERHEAD + 16  # ms: what is on its way, what waits for it, and one frame of the screen


@dataclass(frozen=True, slots=True)
class _Picture:
    """What was painted at ``time`` (s): the input turned by ``angle``."""

    angle: float
    time: float


class _Painted(QObject):
    """Notes each painting of the window that shows the input at an angle it has not shown before."""

    came = Signal()

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self.pictures: list[_Picture] = []
        self._session = window.session
        self._window, self._shown = window, window.session.unit
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.UpdateRequest and self._session.unit is not self._shown:
            self._shown = self._session.unit
            prepared = self._session.prepared
            assert prepared is not None
            angle = prepared.change.value
            QTimer.singleShot(0, self, lambda: self._note(angle))  # once all that is dirty has been painted
        return False

    def _note(self, angle: float) -> None:
        self.pictures.append(_Picture(angle, perf_counter()))
        self.came.emit()

    def wait_for(self, angle: float) -> float:
        """The time (s) at which the input at ``angle`` was painted first."""
        loop = QEventLoop()
        self.came.connect(loop.quit)
        end = perf_counter() + 30
        while not any(picture.angle == angle for picture in self.pictures):
            if perf_counter() > end:
                raise RuntimeError("the panels did not follow the dial: that is no turn to measure")
            QTimer.singleShot(1000, loop.quit)
            loop.exec()
        return next(picture.time for picture in self.pictures if picture.angle == angle)

    def stop(self) -> None:
        self._window.removeEventFilter(self)


def dial() -> tuple[Figure, ...]:
    """From turning the dial to every visible panel painted, turn by turn and with a hand that moves on.

    And what a study of many images costs the window.
    """
    with open_window() as window:
        window.session.open_network(NETWORK)
        settle(window)
        window.workspaces.show("rotate")
        spin(0.5)
        settle(window, patience=300)  # the whole curve
        extra = _single_turns(window)
        turning = [_turning(window) for _ in range(TIMES)]
        study = study_in_window(window)
    behind, last, rate = (statistics.median(figures) for figures in zip(*turning, strict=True))
    name = f"{NETWORK} at 224"
    return (
        Figure(
            f"dial: turn to all panels painted - bare forward, {name}",
            statistics.median(extra),
            "ms",
            OVERHEAD,
        ),
        Figure(
            f"dial: lag behind the hand, {MOVES} moves/s, 95th percentile - 2 forwards",
            behind,
            "ms",
            LAG,
        ),
        Figure("dial: last move to its picture painted - 2 forwards", last, "ms", LAG),
        Figure("dial: pictures while the hand moves", rate, "/s", 10, at_least=True),
        study,
    )


def _bare_seconds(window: MainWindow) -> float:
    """One forward pass of the turned input, in s."""
    session = window.session
    assert session.opened is not None
    assert session.prepared is not None
    return bare_forward(session.opened.network, session.prepared.prepared.tensor)()


def _forward(window: MainWindow) -> float:
    """The median of some forward passes of the turned input, in ms."""
    return 1000 * statistics.median(_bare_seconds(window) for _ in range(9))


def _single_turns(window: MainWindow) -> list[float]:
    """Ms from each of many turns to the panels painted, less the forward pass of the same turned input."""
    dial, painted, extra = window.input.controls.dial, _Painted(window), []
    _mouse(dial, QEvent.Type.MouseButtonPress, 0.0)
    settle(window)
    for index in range(1, TURNS + WARM_UP + 1):
        start = perf_counter()
        _mouse(dial, QEvent.Type.MouseMove, STEP * index)
        took = painted.wait_for(dial.angle) - start
        settle(window)
        if index > WARM_UP:
            extra.append(1000 * (took - _bare_seconds(window)))
    _mouse(dial, QEvent.Type.MouseButtonRelease, STEP * index)
    settle(window)
    painted.stop()
    return extra


def _turning(window: MainWindow) -> tuple[float, float, float]:
    """A hand that turns the dial at an even pace.

    The 95th percentile over time of how old the angle on the screen is, and how long the last one takes, both less two
    forward passes (ms); pictures a second.
    """
    forward = _forward(window)
    dial, painted = window.input.controls.dial, _Painted(window)
    moves: dict[float, float] = {}  # when the hand was at an angle first
    _mouse(dial, QEvent.Type.MouseButtonPress, dial.angle)
    start = perf_counter()

    def move() -> None:
        _mouse(dial, QEvent.Type.MouseMove, 360 * (perf_counter() - start) / ROUND)
        moves.setdefault(dial.angle, perf_counter())

    hand = QTimer(interval=1000 // MOVES, timerType=Qt.TimerType.PreciseTimer)
    hand.timeout.connect(move)
    hand.start()
    spin(TURNING_SECONDS)
    hand.stop()
    stopped, count = perf_counter(), len(painted.pictures)
    last = 1000 * (painted.wait_for(dial.angle) - moves[dial.angle])
    _mouse(dial, QEvent.Type.MouseButtonRelease, dial.angle)
    settle(window)
    painted.stop()
    lag = float(np.percentile(_ages(painted.pictures, moves, stopped), 95))
    bare = 2 * statistics.mean((forward, _forward(window)))
    return lag - bare, last - bare, count / (stopped - start)


def _ages(pictures: list[_Picture], moves: dict[float, float], until: float) -> NDArray[np.float64]:
    """How old the angle on the screen is at every ms from the first picture on, in ms."""
    times = np.array([picture.time for picture in pictures])
    made = np.array([moves.get(picture.angle, math.nan) for picture in pictures])
    known = np.isfinite(made)
    times, made = times[known], made[known]
    moments = np.arange(times[0], until, 0.001)
    return 1000 * (moments - made[np.searchsorted(times, moments, side="right") - 1])


def _mouse(dial: Dial, kind: QEvent.Type, angle: float) -> None:
    turn = math.radians(angle)
    centre = QPointF(dial.rect().center())
    place = centre + QPointF(FAR * math.cos(turn), -FAR * math.sin(turn))
    left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
    button = none if kind == QEvent.Type.MouseMove else left
    held = none if kind == QEvent.Type.MouseButtonRelease else left
    event = QMouseEvent(kind, place, dial.mapToGlobal(place), button, held, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(dial, event)
