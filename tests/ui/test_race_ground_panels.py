"""Basins and Profile: pictures of the ground, the hand in them, what is saved of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from panel_bench import shown
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from race_frames import SURFACE, make_race, make_state, usual_frame
from table_bench import csv_bytes

from visualizer.race import clock
from visualizer.race.basin_colors import minimum_color
from visualizer.race.frames import LOST, UNKNOWN, UNREACHED, BasinsFrame
from visualizer.race.profile import KINDS, profile
from visualizer.ui import theme
from visualizer.ui.panels.basins import BasinsPanel
from visualizer.ui.panels.profile import ProfilePanel
from visualizer.ui.race.state import RaceState
from visualizer.ui.widgets import basin_tile
from visualizer.ui.widgets.export import png_bytes

SIZE = 32


@pytest.fixture
def basins(qtbot, styled):
    yield from shown(BasinsPanel, qtbot, 700, 460)


@pytest.fixture
def line(qtbot, styled):
    yield from shown(ProfilePanel, qtbot, 520, 260)


def quarters(key: str, fraction: float = 1.0) -> BasinsFrame:
    """Minimum 1 at the lower left, 2 at the lower right, at none at the upper left, lost at the upper right."""
    racer = next(racer for racer in make_race().racers if racer.key == key)
    reached = np.empty((SIZE, SIZE), np.int16)
    half = SIZE // 2
    reached[:half, :half], reached[:half, half:] = 0, 1
    reached[half:, :half], reached[half:, half:] = UNREACHED, LOST
    taken = np.full((SIZE, SIZE), 7, np.int32)
    return BasinsFrame(racer, SURFACE.window, SURFACE.minima, 100, reached, taken, fraction)


def state_of(*frames: BasinsFrame, **changes) -> RaceState:
    return make_state(basins=frames, **changes)


# --- Basins ------------------------------------------------------------------------------------------


def test_without_basins_a_sentence_says_when_they_come(basins):
    basins.set_state(make_state())
    assert basins._stack.currentIndex() == 0
    assert basins.export() is None


def test_every_racer_that_is_shown_has_a_tile(basins):
    basins.set_state(state_of(quarters("sgd"), quarters("adam", 0.5)))
    tiles = basins.view._tiles
    assert [tile.name for tile in tiles] == ["SGD", "Nesterov", "Adam", "Newton"]
    assert [tile.frame is not None for tile in tiles] == [True, False, True, False]
    assert dict(tiles[0].shares) == pytest.approx({0: 0.25, 1: 0.25, UNREACHED: 0.25, LOST: 0.25})
    basins.grab()
    areas = basins.view._areas
    for number, area in enumerate(areas):
        assert all(not area.intersects(other) for other in areas[number + 1 :])
        assert area.width() / area.height() == pytest.approx(
            SURFACE.window.width / SURFACE.window.height, abs=0.1
        )


def test_pixels_have_the_colour_of_their_minimum(basins):
    basins.set_state(state_of(quarters("sgd")))
    image = basins.view.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    area = basins.view._areas[0]
    lower_left = image.pixelColor(round(area.left() + 8), round(area.bottom() - 8))
    lower_right = image.pixelColor(round(area.right() - 8), round(area.bottom() - 8))
    for pixel, index in ((lower_left, 0), (lower_right, 1)):
        seen = np.array([pixel.red(), pixel.green(), pixel.blue()], float)
        wanted = np.array(minimum_color(index), float)
        # Shaded by the steps: the hue stays.
        assert seen @ wanted / np.linalg.norm(seen) / np.linalg.norm(wanted) > 0.995


def test_a_hand_in_a_tile_drags_the_start(basins, qtbot):
    asked = []
    basins.start_dragged.connect(lambda point, done: asked.append((point, done)))
    basins.set_state(state_of(quarters("sgd")))
    basins.grab()
    area = basins.view._areas[2].toRect()
    left = Qt.MouseButton.LeftButton
    qtbot.mousePress(basins.view, left, pos=area.center())
    qtbot.mouseRelease(basins.view, left, pos=QPoint(area.right() + 500, area.top() - 90))
    (first, moving), (last, done) = asked[0], asked[-1]
    assert first == pytest.approx(SURFACE.window.centre, abs=0.15)
    assert not moving
    assert last == pytest.approx((SURFACE.window.right, SURFACE.window.top))
    assert done
    asked.clear()
    qtbot.mousePress(basins.view, left, pos=QPoint(area.center().x(), basins.view.height() - 2))
    assert not asked


def test_words_tell_what_becomes_of_a_start(basins):
    basins.set_state(state_of(quarters("sgd")))
    tile = basins.view._tiles[0]
    assert basin_tile.words_at(tile, (-5, -4)) == "SGD from (−5, −4) reaches (3, 2), f = 0 in 7 steps"
    assert basin_tile.words_at(tile, (-5, 4)) == "SGD from (−5, 4) is at no minimum after 100 steps"
    assert basin_tile.words_at(tile, (5, 4)) == "SGD from (5, 4) is lost"
    alone = replace(quarters("newton"), problem="every start runs alone: 32 × 32")
    basins.set_state(state_of(alone))
    assert basin_tile.words_at(basins.view._tiles[3], (5, 4)).endswith(
        "is lost (every start runs alone: 32 × 32)"
    )
    unknown = replace(quarters("sgd"), reached=np.full((SIZE, SIZE), UNKNOWN, np.int16))
    basins.set_state(state_of(unknown))
    assert basin_tile.words_at(basins.view._tiles[0], (0, 0)) == "(0, 0): not computed yet"
    assert basins.view._tiles[0].shares == ()


def test_progress_can_be_cancelled(basins):
    asked = []
    basins.cancel_requested.connect(lambda: asked.append(1))
    basins.set_state(state_of(quarters("sgd"), quarters("adam", 0.48)))
    assert basins.progress.text() == "37\u202f%"
    assert not basins.cancel.isHidden()
    basins.cancel.click()
    assert asked
    assert basins.cancel.isHidden()
    all_of_them = tuple(quarters(racer.key) for racer in make_race().racers)
    basins.set_state(state_of(*all_of_them))
    assert basins.cancel.isHidden()
    assert basins.progress.text() == ""


def test_pictures_are_made_once(basins, monkeypatch):
    made = []
    real = basin_tile.picture
    monkeypatch.setattr(basin_tile, "picture", lambda frame: made.append(1) or real(frame))
    frames = quarters("sgd"), quarters("adam")
    state = state_of(*frames)
    basins.set_state(state)
    for step in range(20):
        basins.set_state(replace(state, moment=float(step), selected="sgd" if step % 2 else "adam"))
    assert len(made) == 2
    basins.set_state(replace(state, basins=(quarters("sgd"), frames[1])))
    assert len(made) == 3


def test_basins_are_saved_with_their_starts(basins):
    basins.set_state(state_of(quarters("sgd")))
    rows = csv_bytes(basins.export().table).decode().splitlines()
    assert rows[0] == "racer,x,y,minimum,steps"
    assert len(rows) == 1 + SIZE * SIZE
    window = SURFACE.window
    corner = f"sgd,{window.left + window.width / SIZE / 2},{window.bottom + window.height / SIZE / 2},1,7"
    assert rows[1] == corner
    assert rows[-1].split(",")[3] == "lost"
    assert png_bytes(basins.export().picture).startswith(b"\x89PNG")


@pytest.mark.parametrize("size", [(180, 140), (420, 320), (1500, 260), (300, 900)])
def test_any_size_shows_the_basins(basins, size):
    basins.resize(*size)
    basins.set_colors(theme.LIGHT)
    problem = replace(quarters("newton"), problem="every start runs alone: 32 × 32")
    basins.set_state(state_of(quarters("sgd"), problem))
    assert not basins.grab().isNull()


# --- Profile -----------------------------------------------------------------------------------------


def profile_state(kind: str, moment: float = 3.0, **changes) -> RaceState:
    frame = usual_frame()
    row = clock.steps_at(frame, moment)[2]
    point = tuple(frame.trajectories[2].points[row])
    return make_state(moment=moment, profile=profile(frame.race, kind, point), **changes)


def test_without_a_profile_a_sentence_says_how_to_get_one(line):
    line.set_state(make_state())
    assert line._stack.currentIndex() == 0
    assert line.export() is None


@pytest.mark.parametrize("kind", KINDS)
def test_the_selected_racer_is_on_the_line_that_goes_through_it(line, kind):
    state = profile_state(kind)
    line.set_state(state)
    heads = {head.key: head for head in line.plot._heads}
    assert line.choice.currentText() == KINDS[kind].title
    adam, shown_profile = heads["adam"], state.profile
    at = np.interp(adam.position, shown_profile.positions, shown_profile.losses)
    if kind.startswith("lowest"):
        assert at <= adam.loss + 1.0
    else:
        assert at == pytest.approx(adam.loss, rel=0.02)
    image = line.plot.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    axes = line.plot._axes
    x, y = axes.to_x(adam.position), line.plot._to_ys(line.plot._view, np.array([adam.loss]))[0]
    pixel = image.pixelColor(round(x), round(y))
    assert (pixel.red(), pixel.green(), pixel.blue()) == (0xD5, 0x5E, 0x00)


def test_a_kind_can_be_asked_for(line):
    asked = []
    line.profile_requested.connect(asked.append)
    line.set_state(profile_state("x"))
    line.choice.activated.emit(2)
    assert asked == ["gradient"]


def test_the_scale_suits_the_surface_until_it_is_chosen(line):
    line.set_state(profile_state("x"))
    assert line.logarithmic.isChecked()
    line.logarithmic.click()
    assert not line.plot._view.logarithmic
    assert not line.plot.grab().isNull()


def test_gaps_and_lost_racers_are_left_out(line):
    state = profile_state("x", moment=100.0)
    losses = state.profile.losses.copy()
    losses[100:200] = np.nan
    line.set_state(replace(state, profile=replace(state.profile, losses=losses)))
    assert not line.plot.grab().isNull()
    everywhere = replace(state.profile, losses=np.full_like(losses, np.nan))
    line.set_state(replace(state, profile=everywhere))
    assert not line.plot.grab().isNull()


def test_a_profile_is_saved_as_numbers(line):
    line.set_state(profile_state("y"))
    rows = csv_bytes(line.export().table).decode().splitlines()
    assert rows[0].startswith("y,")
    assert len(rows) == 402
