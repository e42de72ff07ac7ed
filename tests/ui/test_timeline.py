"""The Timeline alone: what it says in each state, and the small curve at odd values."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication, QLabel, QToolTip
from pytestqt.qtbot import QtBot

from visualizer.networks.network import Network
from visualizer.training.live import Moment
from visualizer.ui import theme
from visualizer.ui.panels.timeline import TimelinePanel
from visualizer.ui.training import Phase, TrainingState
from visualizer.ui.widgets.loss_curve import LossCurve


def moment(network: Network | None = None) -> Moment:
    curve = np.array([[0.5, 2.0], [1.0, 1.5], [1.5, 0.5]], np.float32)
    return Moment(96, 1280, 1.5, 20, 0.5, 0.75, 1.25, 0.5, 1234.0, "CPU, 1 thread", curve, network)  # type: ignore[arg-type]


@pytest.fixture
def timeline(qtbot: QtBot, styled: QApplication) -> TimelinePanel:
    panel = TimelinePanel()
    qtbot.addWidget(panel)
    panel.set_colors(theme.DARK)
    panel.resize(1200, panel.height())
    panel.set_device("CPU, 2 threads")
    panel.show()
    return panel


def texts(timeline: TimelinePanel) -> list[str]:
    shown = [label.text() for label in timeline.findChildren(QLabel)]
    return [text.replace("\u202f", " ") for text in shown if text]


def test_a_run_in_figures(timeline: TimelinePanel) -> None:
    timeline.set_state(TrainingState("running", "net", moment=moment()))
    said = texts(timeline)
    for words in ("96", "/ 1 280", "1.5", "/ 20", "0.500", "val 1.250", "75.0 %", "val 50.0 %"):
        assert words in said
    assert "1 234 samples/s" in said
    assert "CPU, 1 thread" in said
    export = timeline.export()
    assert export is not None
    assert export.table is not None
    assert list(export.table()) == [("epoch", "loss"), (0.5, 2.0), (1.0, 1.5), (1.5, 0.5)]
    timeline.set_state(TrainingState("idle", "other"))
    assert "CPU, 2 threads" in texts(timeline)
    assert timeline.export() is None


@pytest.mark.parametrize(
    ("phase", "enabled"),
    [
        ("impossible", []),
        ("idle", ["play", "step_forward"]),
        ("starting", ["stop"]),
        ("running", ["step_back", "play", "step_forward", "stop"]),
        ("paused", ["step_back", "play", "step_forward", "stop"]),
        ("stopping", []),
        ("ended", ["step_back", "play", "step_forward"]),
    ],
)
def test_the_buttons_that_do_something_are_on(
    timeline: TimelinePanel, phase: Phase, enabled: list[str]
) -> None:
    timeline.set_state(TrainingState(phase, "net", "It has no weights." if phase == "impossible" else ""))
    buttons = timeline._buttons
    assert [name for name, button in buttons.items() if button.isEnabled()] == enabled
    if phase == "impossible":
        assert all("It has no weights." in button.toolTip() for button in buttons.values())


def test_a_name_from_a_file_is_no_markup(timeline: TimelinePanel) -> None:
    timeline.set_state(TrainingState("impossible", "<b>x", "<b>x has no weights\u202e."))
    assert "&lt;b&gt;x has no weights" in timeline._buttons["play"].toolTip()
    assert "\u202e" not in timeline.curve.accessibleName()


def accents(curve: LossCurve) -> int:
    """The number of columns with a pixel of the accent colour."""
    picture = curve.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    accent = QColor(theme.DARK.accent)

    def is_accent(pixel: QColor) -> bool:
        return abs(pixel.red() - accent.red()) + abs(pixel.blue() - accent.blue()) < 80

    columns = range(picture.width())
    return sum(any(is_accent(picture.pixelColor(x, y)) for y in range(picture.height())) for x in columns)


@pytest.fixture
def curve(qtbot: QtBot, styled: QApplication) -> LossCurve:
    curve = LossCurve()
    qtbot.addWidget(curve)
    curve.set_colors(theme.DARK)
    curve.resize(412, 48)
    curve.show()
    return curve


def test_the_curve_takes_the_part_of_the_run_that_is_over(curve: LossCurve) -> None:
    points = np.stack([np.linspace(0, 20, 200), np.linspace(2, 0.1, 200)], axis=1).astype(np.float32)
    curve.set_curve(points[:100], 10.0, 20)
    half = accents(curve)
    curve.set_curve(points, 20.0, 20)
    whole = accents(curve)
    assert whole > 300
    assert half == pytest.approx(whole / 2, rel=0.1)


@pytest.mark.parametrize("losses", [[], [1.0], [0.0, 0.0], [1e30, 1e-30, 5.0]])
def test_odd_losses_are_drawn(curve: LossCurve, losses: list[float]) -> None:
    points = np.array([[index / 10, loss] for index, loss in enumerate(losses)], np.float32).reshape(-1, 2)
    curve.set_curve(points, 0.3, 1)
    assert not curve.grab().isNull()


def test_a_place_of_the_curve_tells_its_loss(curve: LossCurve, qtbot: QtBot) -> None:
    curve.set_curve(moment().curve, 1.5, 20)
    qtbot.mouseMove(curve, QPoint(25, 10))
    qtbot.waitUntil(lambda: "loss 1.500 nats" in QToolTip.text())
    QToolTip.hideText()


def test_a_sentence_takes_the_place_of_the_curve(curve: LossCurve) -> None:
    curve.set_curve(moment().curve, 1.5, 20)
    curve.set_sentence("No run yet.")
    assert curve.accessibleName() == "No run yet."
    assert accents(curve) == 0
