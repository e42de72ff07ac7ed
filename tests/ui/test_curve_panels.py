"""Loss and Accuracy: what is drawn where, what the mouse and the keys ask for, what is saved."""

from __future__ import annotations

import math

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QWheelEvent
from PySide6.QtWidgets import QApplication, QMenu, QWidget
from table_bench import csv_bytes

from visualizer.training.frames import Change, Curves
from visualizer.ui import theme
from visualizer.ui.panels.accuracy import AccuracyPanel
from visualizer.ui.panels.loss import LossPanel
from visualizer.ui.widgets.panel import Dock

PER_EPOCH = 50


def make_curves(steps: int, *, changes: tuple[Change, ...] = (), seed: int = 0) -> Curves:
    """A run that learns, with noise; a validation at the end of each epoch."""
    step = np.arange(1, steps + 1)
    noise = np.random.default_rng(seed).normal(size=steps)
    loss = (2.3 * np.exp(-step / 400) + 0.05 + 0.02 * np.abs(noise)).astype(np.float32)
    ends = np.arange(PER_EPOCH, steps + 1, PER_EPOCH)
    return Curves(
        step=step,
        epoch=(step / PER_EPOCH).astype(np.float32),
        loss=loss,
        accuracy=np.exp(-loss),
        learning_rate=np.full(steps, 0.01, np.float32),
        validation_step=ends,
        validation_epoch=(ends / PER_EPOCH).astype(np.float32),
        validation_loss=loss[ends - 1] + np.float32(0.3),
        validation_accuracy=np.exp(-loss[ends - 1] - np.float32(0.3)),
        changes=changes,
    )


@pytest.fixture(params=[LossPanel, AccuracyPanel])
def panel(request, qtbot, styled):
    yield from shown(request.param, qtbot)


@pytest.fixture
def loss(qtbot, styled):
    yield from shown(LossPanel, qtbot)


def shown(kind, qtbot):
    place = QWidget()  # as in the window, where a dock holds it
    qtbot.addWidget(place)
    made = kind(place)
    made.set_colors(theme.DARK)
    place.resize(800, 400)
    made.resize(500, 220)
    place.show()
    yield made


def legend_of(panel) -> tuple[str, str]:
    return tuple(text.replace("\u202f", " ") for text in panel.legend._texts)


def image_of(panel) -> QImage:
    return panel.view.grab().toImage()


def pixels_of(image: QImage) -> np.ndarray:
    """The colours as (H, W, 3): blue, green, red."""
    plain = image.convertToFormat(QImage.Format.Format_RGB32)
    values = np.frombuffer(plain.constBits(), np.uint8).reshape(plain.height(), plain.width(), 4)
    return values[..., :3].copy()


def has_color(image: QImage, color: str, *, x: int | None = None, near: int = 12) -> bool:
    wanted = QColor(color)
    pixels = pixels_of(image).astype(int)
    pixels = pixels if x is None else pixels[:, x]
    away = np.abs(pixels - (wanted.blue(), wanted.green(), wanted.red())).max(axis=-1)
    return bool((away <= near).any())


def pixel_of(panel, step: int) -> int:
    panel.view.grab()
    picture = panel.view.picture
    return round(picture.axes.to_x(picture.x_of(step)))


def wheel(view: QWidget, x: int, turn: int, modifiers=Qt.KeyboardModifier.NoModifier) -> None:
    at = QPointF(x, 60)
    turned, buttons, phase = QPoint(0, turn), Qt.MouseButton.NoButton, Qt.ScrollPhase.NoScrollPhase
    event = QWheelEvent(at, view.mapToGlobal(at), QPoint(), turned, buttons, modifiers, phase, False)
    QApplication.sendEvent(view, event)


def test_without_a_run_it_says_what_to_do(panel):
    assert panel.export() is None
    assert panel.placeholder.isVisible()
    panel.set_curves(make_curves(100), 10, None)
    assert panel.view.isVisible()
    panel.set_curves(None, 1, None)
    assert panel.placeholder.isVisible()
    assert legend_of(panel) == ("", "")


def test_a_run_before_its_first_step_and_after_it(panel):
    panel.set_curves(make_curves(0), 10, None)
    panel.view.grab()
    assert legend_of(panel) == ("–", "–")
    panel.set_curves(make_curves(1), 10, None)
    panel.view.grab()
    assert legend_of(panel)[0] != "–"
    assert legend_of(panel)[1] == "–"


def test_the_legend_tells_the_visited_step(loss, qtbot):
    curves = make_curves(1000)
    loss._choose("window", 1)
    loss.set_curves(curves, 24, None)
    assert legend_of(loss) == (f"{curves.loss[-1]:.3f}", f"{curves.validation_loss[-1]:.3f}")
    loss.set_curves(curves, 24, 130)
    assert legend_of(loss) == (f"{curves.loss[129]:.3f}", f"{curves.validation_loss[1]:.3f}")
    loss.set_curves(curves, 24, 0)
    assert legend_of(loss) == ("–", "–")


def test_train_is_green_and_validation_orange_in_both_themes(panel):
    panel.set_curves(make_curves(1000), 24, None)
    for colors in (theme.DARK, theme.LIGHT):
        panel.set_colors(colors)
        image = image_of(panel)
        assert has_color(image, colors.train)
        assert has_color(image, colors.validation)
        assert has_color(image, colors.accent), "the play head"


def test_the_play_head_stands_at_the_visited_step(panel):
    panel.set_curves(make_curves(1000), 24, 300)
    image = image_of(panel)
    assert has_color(image, theme.DARK.accent, x=pixel_of(panel, 300), near=2)
    assert not has_color(image, theme.DARK.accent, x=pixel_of(panel, 700), near=2)


@pytest.mark.parametrize("by_step", [False, True])
def test_a_click_visits_the_step_under_it_and_a_drag_follows(panel, qtbot, by_step):
    panel.set_view({"by_step": by_step})
    panel.set_curves(make_curves(1000), 24, None)
    asked = []
    panel.visit_requested.connect(asked.append)
    qtbot.mousePress(panel.view, Qt.MouseButton.LeftButton, pos=QPoint(pixel_of(panel, 400), 60))
    assert abs(asked[-1] - 400) <= 3
    qtbot.mouseMove(panel.view, QPoint(pixel_of(panel, 600), 60))
    qtbot.mouseMove(panel.view, QPoint(-50, 60))
    qtbot.mouseRelease(panel.view, Qt.MouseButton.LeftButton, pos=QPoint(-50, 60))
    assert abs(asked[-2] - 600) <= 3
    assert asked[-1] == 0, "before the first step are the weights of the start"
    assert len(asked) == len(set(asked))


def test_the_read_out_follows_the_pointer_and_the_other_panel(loss, qtbot):
    loss.set_curves(make_curves(1000), 24, None)
    plain, heard = image_of(loss), []
    loss.hovered.connect(heard.append)
    qtbot.mouseMove(loss.view, QPoint(pixel_of(loss, 500), 60))
    assert abs(heard[-1] - 500) <= 3
    assert image_of(loss) != plain
    qtbot.mouseMove(loss.view, QPoint(pixel_of(loss, 500), loss.view.height() - 1))
    assert heard[-1] == -1
    assert image_of(loss) == plain
    count = len(heard)
    loss.set_hovered(200)
    assert image_of(loss) != plain
    assert len(heard) == count, "what is set from outside is not told again"


def test_the_wheel_zooms_around_the_pointer_and_f_fits(panel, qtbot):
    panel.set_curves(make_curves(1000), 24, None)
    x = pixel_of(panel, 400)
    whole = panel.view.picture.axes.x
    wheel(panel.view, x, 600)
    panel.view.grab()
    low, high = panel.view.picture.axes.x
    assert high - low < 0.5 * (whole[1] - whole[0])
    assert pixel_of(panel, 400) == pytest.approx(x, abs=2)
    wheel(panel.view, x, 120, Qt.KeyboardModifier.ShiftModifier)
    panel.view.grab()
    assert panel.view.picture.axes.x[0] < low
    for _ in range(40):
        wheel(panel.view, x, 1200)
    panel.view.grab()
    low, high = panel.view.picture.axes.x
    assert (high - low) * PER_EPOCH >= 3.9, "a few steps at least"
    qtbot.keyClick(panel.view, Qt.Key.Key_F)
    panel.view.grab()
    assert panel.view.picture.axes.x == whole
    wheel(panel.view, x, 600)
    qtbot.mouseDClick(panel.view, Qt.MouseButton.LeftButton, pos=QPoint(x, 60))
    panel.view.grab()
    assert panel.view.picture.axes.x == whole


def test_the_arrow_keys_go_to_steps_beside(panel, qtbot):
    curves, asked = make_curves(1000), []
    panel.set_curves(curves, 24, 400)
    panel.view.grab()
    panel.visit_requested.connect(asked.append)
    qtbot.keyClick(panel.view, Qt.Key.Key_Right)
    qtbot.keyClick(panel.view, Qt.Key.Key_Left)
    assert 400 < asked[0] < 410
    assert 390 < asked[1] < 400
    panel.set_curves(curves, 24, None)
    qtbot.keyClick(panel.view, Qt.Key.Key_Right)
    assert len(asked) == 2, "behind the end is nothing"


@pytest.mark.parametrize(("worst", "word"), [(math.nan, "NaN"), (math.inf, "∞")])
def test_a_divergence_is_marked_where_the_curve_ends(loss, worst, word):
    curves = make_curves(400)
    diverged = curves.loss.copy()
    diverged[300:] = worst
    broken = Curves(
        *(getattr(curves, name) for name in ("step", "epoch")),
        diverged,
        *(getattr(curves, name) for name in Curves.__slots__[3:]),
    )
    loss.set_curves(curves, 8, None)
    assert not has_color(image_of(loss), theme.DARK.error)
    loss.set_curves(broken, 8, None)
    image = image_of(loss)
    assert has_color(image, theme.DARK.error, x=pixel_of(loss, 301))
    assert legend_of(loss)[0] == word
    loss.set_curves(broken, 8, 200)
    assert legend_of(loss)[0] not in ("NaN", "∞", "–")


def test_a_change_is_marked_and_explained(loss, qtbot):
    loss.set_curves(make_curves(1000), 24, 100)
    plain = image_of(loss)
    loss.set_curves(make_curves(1000, changes=(Change(400, 8.0, "learning rate 0.01"),)), 24, 100)
    x = pixel_of(loss, 400)
    marked = image_of(loss)
    different = np.flatnonzero((pixels_of(marked) != pixels_of(plain)).any(axis=(0, 2)))
    assert len(different)
    assert np.abs(different - x).max() <= 1
    assert loss.view._changes_at(x) == ("learning rate 0.01 from step 401",)
    assert loss.view._changes_at(x + 30) == ()


def test_choices_of_the_menu_are_told_and_shown(loss):
    loss.set_curves(make_curves(1000), 24, None)
    told = []
    loss.view_changed.connect(lambda *choice: told.append(choice))
    said = []
    loss.subtitle_changed.connect(lambda text, _: said.append(text))
    for name in ("Logarithmic loss", "By step", "Learning rate"):
        menu = QMenu(loss)
        loss.fill_menu(menu)
        before = image_of(loss)
        next(action for action in menu.actions() if action.text() == name).trigger()
        assert image_of(loss) != before
    assert told == [("logarithmic", False), ("by_step", True), ("rate", False)]
    assert said[-1] == "cross-entropy, nats, by step"
    loss.set_view({"logarithmic": True, "window": "nonsense", "by_step": 7})
    assert loss.view.picture.options.logarithmic
    assert loss.view.picture.options.by_step
    assert loss.view.picture.options.window == 0


def test_what_has_not_changed_is_not_drawn_again(panel):
    curves = make_curves(1000)
    panel.set_curves(curves, 24, None)
    panel.view.grab()
    drawn, ground = panel.view.picture._drawn, panel.view.picture._ground
    panel.set_curves(curves, 24, 300)
    panel.set_hovered(200)
    panel.view.grab()
    assert panel.view.picture._drawn is drawn
    panel.set_curves(make_curves(1001), 24, None)
    panel.view.grab()
    assert panel.view.picture._drawn is not drawn
    assert panel.view.picture._ground is ground


def test_a_panel_that_cannot_be_seen_computes_nothing(panel):
    panel.hide()
    panel.set_curves(make_curves(1000), 24, None)
    assert legend_of(panel) == ("", "")
    assert panel.view.picture._average._count == 0
    panel.show()
    assert legend_of(panel)[0] not in ("", "–")


def test_every_measurement_is_exported(panel):
    curves = make_curves(120)
    panel.set_curves(curves, 24, 60)
    export = panel.export()
    header, *rows = export.table()
    assert header == ("split", "step", "epoch", "loss", "accuracy", "learning rate")
    assert [row[0] for row in rows] == ["training"] * 120 + ["validation"] * 2
    assert rows[7][1:5] == tuple(
        pytest.approx(float(each[7])) for each in (curves.step, curves.epoch, curves.loss, curves.accuracy)
    )
    assert rows[-1][3] == pytest.approx(float(curves.validation_loss[1]))
    assert csv_bytes(export.table).count(b"\n") == 123
    assert not export.picture().isNull()


@pytest.mark.parametrize(("width", "height"), [(130, 70), (1600, 900)])
def test_every_size_can_be_drawn(panel, width, height):
    panel.resize(width, height)
    for steps in (0, 1, 2, 3, 1000):
        panel.set_curves(make_curves(steps), 24, None)
        panel.view.grab()


def test_losses_that_have_no_logarithm_and_single_odd_ones(loss):
    curves = make_curves(100)
    values = curves.loss.copy()
    values[10], values[20], values[30] = 0, math.inf, math.nan
    loss.set_curves(
        Curves(curves.step, curves.epoch, values, *(getattr(curves, name) for name in Curves.__slots__[3:])),
        4,
        None,
    )
    assert not has_color(image_of(loss), theme.DARK.error), "it went on: no divergence"
    assert legend_of(loss)[0] not in ("NaN", "∞", "–")


def test_a_dock_shows_the_legend_and_gives_it_room(qtbot, styled):
    panel = LossPanel()
    dock = Dock(panel)
    qtbot.addWidget(dock)
    dock.set_colors(theme.DARK)
    dock.resize(340, 200)
    dock.show()
    panel.set_curves(make_curves(200), 24, None)
    assert panel.legend.width() == panel.legend.sizeHint().width()
    dock.resize(200, 200)
    dock.grab()
    assert dock.width() == 200
