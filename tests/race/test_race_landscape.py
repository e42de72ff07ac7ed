"""Surfaces on a grid: gaps, levels, bands and lines against the formula itself."""

import math
import threading
import time

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from visualizer.race.formula import parse
from visualizer.race.landscape import level_words, sample
from visualizer.race.one_core import on_one_core
from visualizer.race.surface import Place, Window
from visualizer.race.surfaces import SURFACES

BOX = Window(-2.0, 3.0, -1.0, 2.0)


@pytest.mark.parametrize("logarithmic", [False, True])
def test_lines_are_where_the_formula_has_the_level(logarithmic: bool) -> None:
    landscape = sample("x^2 + 3y^2", BOX, (200, 150), logarithmic)
    steps = np.array((BOX.width / 200, BOX.height / 150))
    tolerance = (2 * steps[0] ** 2 + 6 * steps[1] ** 2) / 4  # of interpolation between samples, with room
    assert len(landscape.lines) == len(landscape.levels) >= 10
    for level, line in zip(landscape.levels, landscape.lines, strict=True):
        points = line[~np.isnan(line[:, 0])]
        assert len(points) > 10
        np.testing.assert_allclose(points[:, 0] ** 2 + 3 * points[:, 1] ** 2, level, atol=tolerance)


def test_lines_reach_the_edge_of_the_window() -> None:
    landscape = sample("x", BOX, (50, 40))
    line = landscape.lines[len(landscape.lines) // 2]
    assert np.nanmin(line[:, 1]) <= BOX.bottom
    assert np.nanmax(line[:, 1]) >= BOX.top


def test_values_are_those_of_the_formula_from_the_bottom_up() -> None:
    landscape = sample("x + 100y", BOX, (5, 3))
    xs, ys = (-1.5, -0.5, 0.5, 1.5, 2.5), (-0.5, 0.5, 1.5)
    expected = [[x + 100 * y for x in xs] for y in ys]
    np.testing.assert_allclose(landscape.values, expected, rtol=1e-6)
    assert (landscape.low, landscape.high) == pytest.approx((expected[0][0], expected[-1][-1]))


@pytest.mark.parametrize("logarithmic", [False, True])
def test_bands_count_the_levels_below(logarithmic: bool) -> None:
    landscape = sample("log(x) * y", BOX, (60, 40), logarithmic)
    undefined = np.isnan(landscape.values)
    assert undefined[:, :24].all()
    assert not undefined[:, 24:].any()
    assert (landscape.bands[undefined] == 255).all()
    counted = (landscape.values[..., None] >= landscape.levels).sum(-1)
    apart = (
        np.abs(landscape.values[..., None] - landscape.levels).min(-1) > 1e-5
    )  # values are rounded to float32
    assert (landscape.bands == counted)[apart & ~undefined].all()


@pytest.mark.parametrize("logarithmic", [False, True])
@pytest.mark.parametrize("name", SURFACES)
def test_every_surface_gets_a_fair_number_of_levels(name: str, logarithmic: bool) -> None:
    surface = SURFACES[name]
    landscape = sample(surface.formula, surface.window, (125, 100), logarithmic, surface.minima)
    levels = landscape.levels
    assert 5 <= len(levels) <= 24
    assert (np.diff(levels) > 0).all()
    assert landscape.low < levels[0]
    assert levels[-1] < landscape.high
    words = level_words(levels)
    assert len(set(words)) == len(levels)
    assert max(map(len, words)) <= 9
    if logarithmic == surface.logarithmic:  # as it is first seen: no band swallows the picture
        shares = np.bincount(landscape.bands[landscape.bands < 255].ravel()) / landscape.bands.size
        assert shares.max() < 0.9


def test_ratios_are_counted_from_the_lowest_place_in_the_window() -> None:
    minimum = Place(0.0, 0.0, -5.0, "minimum")
    inside = sample("x^2 + y^2 − 5", BOX, (50, 30), True, (minimum,))
    heights = inside.levels + 5
    round_ones = {
        f"{factor}e{power}" for factor in ("1", "1.5", "2", "3", "5", "7") for power in range(-4, 3)
    }
    assert set(heights.round(9).tolist()) <= {float(height) for height in round_ones}
    assert heights[-1] / heights[0] > 30


@pytest.mark.parametrize("logarithmic", [False, True])
@pytest.mark.parametrize(
    "formula",
    ["3", "0", "sqrt(−1 − x^2)", "1e300*x*y", "1e308*x^2*9", "1e-300*x", "1e-318*x*y", "1/x", "1/(x*y)^9", "x/0",
     "exp(exp(9*x))", "1e6 + 1e-9*x", "log(x)", "tan(x*y)", "floor(x)", "x − x"],
)  # fmt: skip
def test_hostile_formulas_are_drawn_too(formula: str, logarithmic: bool) -> None:
    landscape = sample(formula, BOX, (40, 31), logarithmic)
    assert landscape.values.shape == landscape.bands.shape == (31, 40)
    assert len(landscape.lines) == len(landscape.levels) <= 24
    assert np.isfinite(landscape.levels).all()
    assert not np.isinf(landscape.values).any()
    assert (np.isnan(landscape.values) == (landscape.bands == 255)).all()
    for line in landscape.lines:
        assert not np.isinf(line).any()
    assert len(level_words(landscape.levels)) == len(landscape.levels)
    if formula in ("3", "0", "x − x"):
        assert not len(landscape.levels)
    if formula.startswith("sqrt"):
        assert math.isnan(landscape.low)


@settings(max_examples=60, deadline=None)
@given(st.floats(-1e6, 1e6), st.floats(1e-9, 1e6), st.floats(-1e6, 1e6), st.floats(1e-9, 1e6), st.booleans())
def test_any_window_can_be_looked_at(
    left: float, width: float, bottom: float, height: float, logarithmic: bool
) -> None:
    window = Window(left, left + width, bottom, bottom + height)
    landscape = sample("x^2*y − sin(x*y) + exp(x/9)", window, (16, 12), logarithmic)
    assert len(landscape.levels) <= 24


def test_a_landscape_is_quick() -> None:
    surface = SURFACES["beale"]
    times = []
    for _ in range(5):
        start = time.perf_counter()
        sample(surface.formula, surface.window, (500, 400), True)
        times.append(time.perf_counter() - start)
    assert min(times) < 0.25  # 0.02 on a computer with nothing else to do


@pytest.mark.parametrize(
    ("levels", "words"),
    [
        ((1.0, 45.0, 1200.0), ("1", "45", "1\u202f200")),
        ((-0.5, 0.0, 0.25), ("\u22120.5", "0", "0.25")),
        ((-1.0316, -0.9316, 8.9684), ("\u22121.03", "\u22120.932", "8.97")),
        ((1e-7, 2e5), ("1e\u22127", "2e5")),
        ((1000.0, 1000.001), ("1\u202f000", "1\u202f000.001")),
        ((), ()),
    ],
)
def test_levels_in_words(levels: tuple[float, ...], words: tuple[str, ...]) -> None:
    assert level_words(np.array(levels)) == words


def test_one_core_is_a_matter_of_one_thread() -> None:
    before = torch.get_num_threads()
    inside: list[int] = []

    def ask() -> None:
        inside.append(torch.get_num_threads())

    with on_one_core():
        assert torch.get_num_threads() == 1
        other = threading.Thread(target=ask)
        other.start()
        other.join()
    assert inside == [before]
    assert torch.get_num_threads() == before
    assert float(parse("x + y")(torch.tensor(1.0), torch.tensor(2.0))) == 3
