"""Basins against closed forms, gradient flow, and the trajectories of single racers."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy.integrate import solve_ivp

from visualizer.race import basins, crowd
from visualizer.race.basin_colors import (
    UNKNOWN_COLOR,
    UNREACHED_COLOR,
    minimum_color,
    picture,
    shade_range,
)
from visualizer.race.basins import BasinsRun, levels
from visualizer.race.config import Race, Racer
from visualizer.race.frames import LOST, UNKNOWN, UNREACHED, BasinsFrame
from visualizer.race.lineup import new_race
from visualizer.race.racers import RACERS
from visualizer.race.run import RaceRun
from visualizer.race.states import CONVERGED, DIVERGED, ESCAPED, nearest_minimum
from visualizer.race.surface import Place, Surface, Window
from visualizer.race.surfaces import own_surface, surface
from visualizer.race.swarm import MOST_NUMBERS, scattered, swarm

WINDOW = Window(-2.0, 2.0, -1.5, 1.5)
ORIGIN = Place(0.0, 0.0, 0.0, "minimum")
BOWL = Surface("", "", "x² + y²", WINDOW, (1.0, 1.0), (ORIGIN,))


def racer(optimizer: str, rate: float) -> Racer:
    return Racer(optimizer, optimizer, rate)


def computed(race: Race, who: Racer, window: Window, size: int, steps: int) -> BasinsFrame:
    return BasinsRun(race, who, window, size, steps).advance()


def on(formula: str, *minima: Place) -> Race:
    return Race(Surface("", "", formula, WINDOW, (1.0, 1.0), minima), (1.0, 1.0), ())


def test_in_a_bowl_all_arrive_when_arithmetic_says_so() -> None:
    """x ← (1 − 2·lr)·x; settled where the loss is at most 0.001 and the gradient shorter than 0.01."""
    frame = computed(Race(BOWL, (1.0, 1.0), ()), racer("sgd", 0.1), WINDOW, 48, 60)
    assert (frame.reached == 0).all()
    x = -2 + (np.arange(48) + 0.5) / 48 * 4
    y = -1.5 + (np.arange(48) + 0.5) / 48 * 3
    radius = np.hypot(x[None, :], y[:, None])
    expected = np.ceil(np.log(0.005 / radius) / math.log(0.8)).clip(0)
    assert (frame.taken == expected).all()
    assert frame.fraction == 1.0


def test_small_steps_follow_the_gradient_flow() -> None:
    """Basins of Himmelblau with plain gradient descent, against an integrator of differential equations."""
    himmelblau = surface("himmelblau")
    frame = computed(Race(himmelblau, (0.0, 0.0), ()), racer("sgd", 0.001), himmelblau.window, 32, 900)

    def downhill(_: float, at: np.ndarray) -> list[float]:
        x, y = at
        first, second = x * x + y - 11, x + y * y - 7
        return [-4 * x * first - 2 * second, -2 * first - 4 * y * second]

    window, random = himmelblau.window, np.random.default_rng(3)
    same = 0
    for row, column in random.integers(0, 32, (40, 2)):
        start = (
            window.left + (column + 0.5) / 32 * window.width,
            window.bottom + (row + 0.5) / 32 * window.height,
        )
        end = solve_ivp(downhill, (0, 3), start, rtol=1e-6, atol=1e-6).y[:, -1]
        nearest, _ = nearest_minimum(himmelblau.minima, *np.array(end)[:, None])
        same += frame.reached[row, column] == nearest[0]
    assert same >= 39  # one may lie on a border


@pytest.mark.parametrize("optimizer", [name for name in RACERS if name != "lbfgs"])
def test_a_pixel_is_what_a_race_from_there_shows(optimizer: str) -> None:
    himmelblau = surface("himmelblau")
    race = replace(new_race(himmelblau, (optimizer,), steps=120), noise=0.05, seed=4)
    frame = computed(race, race.racers[0], himmelblau.window, 33, 120)
    compare(race, frame, [(3, 4), (16, 16), (30, 2), (8, 25), (20, 31)])


def test_so_is_one_of_an_optimizer_that_runs_alone() -> None:
    beale = surface("beale")
    race = new_race(beale, ("lbfgs",), steps=12)
    frame = computed(race, race.racers[0], beale.window, 9, 12)
    assert frame.problem == "every start runs alone: 9 × 9"
    compare(race, frame, [(0, 1), (4, 4), (8, 0), (2, 6), (5, 8), (4, 7)])
    cut = BasinsRun(race, race.racers[0], beale.window, steps=1)
    assert cut.advance(0.0).reached.shape == (32, 32)


def compare(race: Race, frame: BasinsFrame, pixels: list[tuple[int, int]]) -> None:
    size, window = len(frame.reached), frame.window
    for row, column in pixels:
        x = window.left + (column + 0.5) / size * window.width
        y = window.bottom + (row + 0.5) / size * window.height
        (trajectory,) = RaceRun(replace(race, start=(x, y), steps=frame.steps)).advance().trajectories
        arrived = np.flatnonzero(trajectory.states == CONVERGED)
        if len(arrived):
            nearest, _ = nearest_minimum(frame.minima, *trajectory.points[arrived[0]][:, None])
            assert frame.reached[row, column] == nearest[0]
            assert frame.taken[row, column] == arrived[0]
        else:
            expected = LOST if trajectory.states[-1] in (DIVERGED, ESCAPED) else UNREACHED
            assert frame.reached[row, column] == expected
            assert frame.taken[row, column] == frame.steps


def test_batches_of_any_size_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    himmelblau = surface("himmelblau")
    race = new_race(himmelblau, ("adam",))
    whole = computed(race, race.racers[0], himmelblau.window, 33, 150)
    assert len(np.unique(whole.reached)) >= 4
    monkeypatch.setattr(basins, "CHUNK", 97)
    parts = computed(race, race.racers[0], himmelblau.window, 33, 150)
    assert (whole.reached == parts.reached).all()
    assert (whole.taken == parts.taken).all()


def test_leaving_the_arrived_behind_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    himmelblau = surface("himmelblau")
    race = new_race(himmelblau, ("nadam",))
    early = computed(race, race.racers[0], himmelblau.window, 32, 200)
    monkeypatch.setattr(crowd, "_LEAVING", 2.0)
    never = computed(race, race.racers[0], himmelblau.window, 32, 200)
    assert (early.reached == never.reached).all()
    assert (early.taken == never.taken).all()


def test_coarse_blocks_come_first_and_stay_true() -> None:
    himmelblau = surface("himmelblau")
    race = new_race(himmelblau, ("momentum",))
    run = BasinsRun(race, race.racers[0], himmelblau.window, 128, 100)
    frames = [run.advance(0.0)]
    assert (frames[0].reached == UNKNOWN).all()
    while not run.complete:
        frames.append(run.advance(0.0))
    fractions = [frame.fraction for frame in frames]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0 > fractions[-2]
    first = next(frame for frame in frames if not (frame.reached == UNKNOWN).any())
    assert first.fraction == pytest.approx(1 / 16, abs=0.01)
    blocks = first.reached.reshape(32, 4, 32, 4)
    assert (blocks == blocks[:, :1, :, :1]).all()
    last = frames[-1].reached
    assert (first.reached[1::4, 1::4] == last[1::4, 1::4]).all()
    assert (first.reached == last).mean() > 0.8
    assert (frames[0].reached == UNKNOWN).all()  # a frame is not changed later


@pytest.mark.parametrize(("size", "coarsest"), [(256, 32), (100, 32), (33, 32), (32, 8), (7, 32), (1, 32)])
def test_every_pixel_comes_once(size: int, coarsest: int) -> None:
    times = np.zeros((size, size), int)
    strides = []
    for stride, rows, columns in levels(size, coarsest):
        strides.append(stride)
        np.add.at(times, (rows, columns), 1)
    assert (times == 1).all()
    assert strides[-1] == 1
    assert size // strides[0] >= min(size, coarsest)


def test_without_a_known_minimum_nothing_is_reached() -> None:
    frame = computed(on("x² + y²"), racer("sgd", 0.1), WINDOW, 32, 100)
    assert (frame.reached == UNREACHED).all()
    assert "no minimum of this surface is known" in frame.problem


def test_a_saddle_is_no_finish() -> None:
    """All starts go to the saddle at (0, 0) of a surface whose minimum is elsewhere."""
    minimum = Place(9.0, 0.0, -1.0, "minimum")
    frame = computed(on("x² + y²·cos(x)", minimum), racer("sgd", 0.1), WINDOW, 32, 100)
    assert (frame.reached == UNREACHED).sum() > 900
    assert set(np.unique(frame.reached)) <= {UNREACHED, LOST}


def test_what_leaves_is_lost() -> None:
    frame = computed(on("−x² − y²", ORIGIN), racer("sgd", 0.1), WINDOW, 32, 100)
    assert (frame.reached == LOST).all()
    assert (frame.taken == 100).all()
    drift = computed(
        on("x", ORIGIN), racer("sgd", 0.1), WINDOW, 32, 60
    )  # 6 to the left: escaped, not diverged
    assert (drift.reached == LOST).all()


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("3", {UNREACHED}),
        ("sqrt(x) + y²", {UNREACHED, LOST}),
        ("exp(exp(9x)) + y²", {UNREACHED, LOST}),
        ("log(−1 − x²)", {LOST}),
        ("1/x", {UNREACHED, LOST}),
    ],
)
@pytest.mark.parametrize("optimizer", ["sgd", "adam", "rprop", "newton"])
def test_hostile_formulas_have_basins(formula: str, expected: set[int], optimizer: str) -> None:
    minimum = Place(0.3, 0.2, -7.0, "minimum")
    frame = computed(on(formula, minimum), racer(optimizer, 0.01), WINDOW, 32, 20)
    assert set(np.unique(frame.reached)) <= expected
    assert frame.fraction == 1.0
    assert picture(frame).shape == (32, 32, 3)


def test_basins_where_slopes_are_beyond_measure() -> None:
    steep = own_surface("1e200 (x² + y²)")
    frame = computed(Race(steep, (1.0, 1.0), ()), racer("newton", 1.0), WINDOW, 8, 20)
    assert set(np.unique(frame.reached)) <= {0, UNREACHED}


@pytest.mark.parametrize("rate", [0.0, -1.0, math.nan])
def test_a_rate_that_is_none_is_a_problem_in_words(rate: float) -> None:
    run = BasinsRun(Race(BOWL, (1.0, 1.0), ()), racer("adam", rate), WINDOW, 32, 20)
    frame = run.advance(0.0)
    assert run.complete
    assert "learning rate" in frame.problem
    assert (frame.reached == UNKNOWN).all()


def test_a_huge_rate_loses_every_start() -> None:
    frame = computed(Race(BOWL, (1.0, 1.0), ()), racer("momentum", 1e30), WINDOW, 32, 20)
    assert (frame.reached == LOST).all()


def test_a_schedule_that_looks_at_losses_runs_alone() -> None:
    who = replace(racer("sgd", 0.1), schedule="plateau")
    frame = computed(Race(BOWL, (1.0, 1.0), ()), who, WINDOW, 5, 45)
    assert (frame.reached == 0).all()
    assert "alone" in frame.problem


def made_up(reached: np.ndarray, taken: np.ndarray, minima: int = 2) -> BasinsFrame:
    places = tuple(Place(float(i), 0.0, 0.0, "minimum") for i in range(minima))
    return BasinsFrame(
        racer("adam", 0.1), WINDOW, places, 100, reached.astype(np.int16), taken.astype(np.int32), 1.0
    )


def test_the_picture_says_where_and_how_soon() -> None:
    reached = np.array([[0, 0], [1, UNREACHED], [UNKNOWN, 1]])
    frame = made_up(reached, np.array([[1, 99], [1, 100], [100, 99]]))
    pixels = picture(frame)
    assert pixels.dtype == np.uint8
    assert tuple(pixels[2, 0]) == minimum_color(0)  # row 0 of the frame is at the bottom
    assert tuple(pixels[1, 0]) == minimum_color(1)
    assert (pixels[2, 1] < pixels[2, 0]).all()
    assert (pixels[0, 1] < pixels[1, 0]).all()
    assert tuple(pixels[1, 1]) == UNREACHED_COLOR
    assert tuple(pixels[0, 0]) == UNKNOWN_COLOR
    assert shade_range(frame) == (1, 99)


def test_the_lost_are_hatched_and_dark() -> None:
    frame = made_up(np.full((32, 32), LOST), np.full((32, 32), 100))
    pixels = picture(frame)
    assert len(np.unique(pixels.reshape(-1, 3), axis=0)) == 2
    assert pixels.max() < min(UNREACHED_COLOR)
    assert shade_range(frame) == (0, 0)


def test_minima_keep_apart_in_colour() -> None:
    colors = np.array([minimum_color(index) for index in range(24)], float)
    apart = np.abs(colors[:, None] - colors[None]).sum(-1) + 999 * np.eye(24)
    assert apart.min() > 25
    assert minimum_color(24) == minimum_color(0)
    many = made_up(np.arange(64).reshape(8, 8), np.full((8, 8), 5), minima=64)
    assert tuple(picture(many)[-1, 3]) == minimum_color(3)


@pytest.mark.parametrize("optimizer", ["adam", "rmsprop", "lbfgs"])
def test_a_swarm_is_many_single_races(optimizer: str) -> None:
    himmelblau = surface("himmelblau")
    race = replace(new_race(himmelblau, (optimizer,), steps=40), noise=0.1)
    frame = swarm(race, race.racers[0], 30, himmelblau.window)
    assert frame.points.shape[0] == 41
    assert frame.points.shape[1] == len(frame.reached) >= (12 if optimizer == "lbfgs" else 25)
    starts = scattered(himmelblau.window, 16 if optimizer == "lbfgs" else 30, race.seed)
    np.testing.assert_allclose(frame.points[0], starts, rtol=1e-6)
    for index in (0, 7, len(starts) - 1):
        x, y = starts[index].tolist()
        (trajectory,) = RaceRun(replace(race, start=(x, y))).advance().trajectories
        np.testing.assert_allclose(frame.points[:, index], trajectory.points, rtol=1e-5, atol=1e-6)


def test_a_swarm_that_diverges_ends_in_nothing() -> None:
    race = replace(new_race(BOWL, ("sgd",), {"sgd": 30.0}), steps=40)
    frame = swarm(race, race.racers[0], 50, WINDOW)
    assert (frame.reached == LOST).all()
    assert np.isfinite(frame.points[:2]).all()
    assert np.isnan(frame.points[-1]).all()


def test_a_swarm_keeps_within_its_memory() -> None:
    race = replace(new_race(BOWL, ("sgd",), {"sgd": 0.1}), steps=20_000)
    starts = scattered(WINDOW, 10**6, 1)
    assert len(starts) <= 10**6
    frame = swarm(replace(race, steps=1_000), race.racers[0], 200, WINDOW)
    assert frame.points.shape == (1001, 192, 2)
    assert MOST_NUMBERS // (2 * 20_001) < 500  # what a million starts come down to in the longest race


def test_scattered_starts_are_everywhere_and_come_again() -> None:
    starts = scattered(WINDOW, 1_000, 5)
    assert 900 <= len(starts) <= 1_000
    assert all(tuple(start) in WINDOW for start in starts.tolist())
    counts, _, _ = np.histogram2d(*starts.T, bins=(4, 3), range=((-2, 2), (-1.5, 1.5)))
    assert counts.min() > 60
    assert (scattered(WINDOW, 1_000, 5) == starts).all()
    assert not (scattered(WINDOW, 1_000, 6) == starts).all()


def test_basins_leave_the_threads_of_torch_as_they_were() -> None:
    before = torch.get_num_threads()
    computed(Race(BOWL, (1.0, 1.0), ()), racer("adam", 0.1), WINDOW, 16, 5)
    assert torch.get_num_threads() == before
