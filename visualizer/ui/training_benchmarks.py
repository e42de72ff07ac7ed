"""The benchmarks of training in the window: what watching costs, whether the window stalls, how fast moments show."""

from __future__ import annotations

import copy
import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

import numpy as np
from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from visualizer.benchmarks.figures import Figure
from visualizer.data.dataset import DataChoice
from visualizer.training.config import TrainingConfig
from visualizer.training.loop import Training
from visualizer.ui.bench_window import Heart, open_window, spin
from visualizer.ui.driving import settle, wait
from visualizer.ui.main_window import MainWindow
from visualizer.ui.training_jobs import Start

NETWORK, BATCH = "mini-vgg", 32
PAIRS, SECONDS = 7, 4.0
LAG_SECONDS = 12.0
VISITS = 40
_PATIENCE = 120.0  # s
# One epoch is longer than all measurements together: it takes time to draw its shapes.
DATA = DataChoice("shapes", per_epoch=40_000, validation_count=256)
CONFIG = TrainingConfig(epochs=100, batch=BATCH, optimizer="adam", learning_rate=0.001, schedule="constant")


def overhead() -> tuple[Figure, ...]:
    """Steps per second of training with all live panels shown over those of the same loop with no window."""
    with _training_window() as window:
        run = window.session.training.run
        dataset = window.session.training.data.dataset
        assert run is not None
        assert dataset is not None
        bare_loop = Training(copy.deepcopy(run.start.module).requires_grad_(True), dataset, CONFIG)
        bare_steps = (step for step in bare_loop.steps() if step.split == "training")
        ratios, frames, speeds = [], [], []
        for _ in range(PAIRS):
            watched, shown = _watched_speed(window)
            _pause(window)
            bare = _bare_speed(bare_steps)
            _go_on(window)
            ratios.append(watched / bare)
            frames.append(shown)
            speeds.append(watched)
    goal = min(10.0, statistics.median(speeds))
    return (
        Figure(
            f"train-overhead: steps per second in the window / with no window, {NETWORK}, batch {BATCH}",
            statistics.median(ratios),
            "×",
            0.90,
            at_least=True,
        ),
        Figure(
            "train-overhead: new frames a second, of weights and of maps with the prediction in turn",
            statistics.median(frames),
            "/s",
            goal,
            at_least=True,
        ),
    )


def lag() -> tuple[Figure, ...]:
    """How late the window's heartbeat is while a network learns in it."""
    with _training_window() as window:
        heart = Heart(window)
        before = _step(window)
        spin(LAG_SECONDS)
        heart.stop()
        if _step(window) - before < 3:
            raise RuntimeError("the network has not learnt: that is no load to measure under")
    return (
        Figure("train-lag: heartbeat late while training, 99th percentile", heart.percentile(99), "ms", 33),
        Figure("train-lag: heartbeat late while training, worst", heart.percentile(100), "ms", 100),
    )


def scrub() -> tuple[Figure, ...]:
    """From a move of the Timeline's slider to all panels painted with the recorded moment."""
    with _training_window() as window:
        spin(10.0)  # for some moments to visit
        _pause(window)
        steps = window.session.training.moments.recorded
        if len(steps) < 10:
            raise RuntimeError(f"{len(steps)} moments are recorded: that is too few to move between")
        chosen = np.random.default_rng(0).choice(steps[:-1], VISITS)
        times = [_seconds_to_shown(window, int(step)) for step in chosen]
    value = 1000 * float(np.percentile(times[3:], 95))  # the first ones warm up
    return (Figure(f"scrub: slider to all panels painted, {NETWORK}, 95th percentile", value, "ms", 80),)


@contextmanager
def _training_window() -> Iterator[MainWindow]:
    """The Train workspace, every panel of it shown, while a network learns."""
    with open_window() as window:
        window.workspaces.show("train")
        window.session.open_network(NETWORK)
        settle(window)
        training = window.session.training
        training.how = Start(CONFIG, fresh=True)
        training.data.choose(DATA)
        training.toggle()
        if not wait(lambda: _step(window) >= 10, _PATIENCE):
            raise RuntimeError("the run has not come to its tenth step in two minutes")
        spin(4.0)  # the first frames take longer
        yield window


def _step(window: MainWindow) -> int:
    frame = window.session.training.state.frame
    return frame.step if frame is not None else 0


def _watched_speed(window: MainWindow) -> tuple[float, float]:
    """Steps a second in the window, and frames a second with new weights, or with new maps and a new prediction."""
    session = window.session
    start, first = perf_counter(), _step(window)
    maps: list[object] = []
    weights: list[object] = []
    session.inspection_changed.connect(maps.append)
    session.weights_frame_changed.connect(weights.append)
    spin(SECONDS)
    passed, last = perf_counter() - start, _step(window)
    session.inspection_changed.disconnect(maps.append)
    session.weights_frame_changed.disconnect(weights.append)
    return (last - first) / passed, (len(maps) + len(weights)) / passed


def _bare_speed(steps: Iterator[object]) -> float:
    """Steps a second of the same loop while the window does nothing."""
    start = perf_counter()
    count = 0
    while perf_counter() - start < SECONDS:
        next(steps)
        count += 1
    return count / (perf_counter() - start)


def _pause(window: MainWindow) -> None:
    if window.session.training.state.phase == "running":
        window.session.training.toggle()
    wait(lambda: window.session.training.state.phase == "paused")
    spin(1.0)  # the step under way ends, and its weights are shown
    settle(window)


def _go_on(window: MainWindow) -> None:
    window.session.training.toggle()
    spin(1.0)


def _seconds_to_shown(window: MainWindow, step: int) -> float:
    shown: list[float] = []
    loop = QEventLoop()

    def arrived(_: int) -> None:
        QApplication.processEvents()  # paints whatever has changed
        shown.append(perf_counter())
        loop.quit()

    moments = window.session.training.moments
    moments.arrived.connect(arrived)
    QTimer.singleShot(30_000, loop.quit)
    start = perf_counter()
    window.timeline.visit_requested.emit(step)
    if not shown:
        loop.exec()
    moments.arrived.disconnect(arrived)
    settle(window)
    return shown[0] - start
