"""The numbers behind the curves, against slow and plain counterparts."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visualizer.ui.widgets import curve_axes
from visualizer.ui.widgets.curve_data import MovingAverage, columns, end_of
from visualizer.ui.widgets.curve_painting import finite_runs

NAN, INF = math.nan, math.inf


def plain_average(values: list[float], window: float) -> list[float]:
    """Bias-corrected, as Adam's moments are: the sum over 1 − decayᵏ; what is no number has no weight."""
    decay, total, weight, averages = 1 - 1 / window, 0.0, 0.0, []
    for value in values:
        finite = math.isfinite(value)
        total = decay * total + (1 - decay) * (value if finite else 0)
        weight = decay * weight + (1 - decay) * finite
        averages.append(total / weight if weight else NAN)
    return averages


@settings(max_examples=60, deadline=None)
@given(
    values=st.lists(
        st.one_of(st.floats(-100, 100, width=32), st.sampled_from([NAN, INF])), min_size=1, max_size=400
    ),
    window=st.sampled_from([1.0, 2.0, 16.0, 500.0]),
    cuts=st.lists(st.integers(1, 400), max_size=5),
)
def test_the_average_of_a_growing_curve_is_that_of_the_whole(values, window, cuts):
    curve = np.array(values, np.float32)
    average = MovingAverage()
    for length in [*sorted(min(cut, len(curve)) for cut in cuts), len(curve)]:
        grown = average.of(np.arange(length), curve[:length], window)
    np.testing.assert_allclose(grown, plain_average(curve.tolist(), window), rtol=1e-9, atol=1e-9)


def test_the_average_of_a_constant_is_that_constant_from_the_first_step():
    np.testing.assert_allclose(MovingAverage().of(np.arange(1000), np.full(1000, 2.5, np.float32), 64), 2.5)


def test_another_curve_or_window_starts_anew():
    rng = np.random.default_rng(0)
    first, second = rng.normal(size=(2, 300)).astype(np.float32)
    average = MovingAverage()
    average.of(np.arange(300), first, 10)
    for curve, window in ((second, 10), (second, 30), (first[:100], 30)):
        np.testing.assert_allclose(
            average.of(np.arange(len(curve)), curve, window), plain_average(curve.tolist(), window), rtol=1e-9
        )


def test_a_curve_that_was_thinned_starts_anew_even_where_the_values_are_alike():
    rng, average = np.random.default_rng(0), MovingAverage()
    accuracy = (rng.integers(0, 3, 400) / 32).astype(np.float32)
    steps = np.arange(400)
    average.of(steps[:200], accuracy[:200], 16)
    thinned = np.sort(rng.choice(np.arange(1, 399), 250, replace=False))
    thinned[0], accuracy[thinned[199]] = 0, accuracy[199]
    averages = average.of(steps[thinned], accuracy[thinned], 16)
    np.testing.assert_allclose(averages, plain_average(accuracy[thinned].tolist(), 16), rtol=1e-9)


@settings(max_examples=100, deadline=None)
@given(
    steps=st.lists(st.integers(1, 5000), min_size=1, max_size=300, unique=True),
    ends=st.tuples(st.integers(0, 5000), st.integers(1, 3000)),
    count=st.integers(1, 200),
    as_epochs=st.booleans(),
)
def test_columns_lose_no_value_in_sight(steps, ends, count, as_epochs):
    xs = np.array(sorted(steps))
    xs = (xs / 100).astype(np.float32) if as_epochs else xs
    low, span = ends
    low, high = (low / 100, (low + span) / 100) if as_epochs else (low, low + span)
    values = np.random.default_rng(len(steps)).normal(size=len(xs)).astype(np.float32)
    shown = columns(xs, low, high, count)
    inside = (xs >= np.float32(low)) & (xs <= np.float32(high)) if as_epochs else (xs >= low) & (xs <= high)
    lows, highs = shown.envelope(values)
    if inside.any():
        assert lows.min() <= values[inside].min()
        assert highs.max() >= values[inside].max()
    held = [place for a, b in zip(shown.first, shown.last, strict=True) for place in range(a, b + 1)]
    assert held == sorted(set(held)), "no value twice, in order"
    assert set(np.flatnonzero(inside)) <= set(held)
    assert len(held) <= inside.sum() + 2, "at most one more at each end"


def test_no_peak_of_a_long_curve_is_lost():
    values = np.zeros(100_000, np.float32)
    values[[1, 54_321, 99_998]] = 7, -9, 8
    lows, highs = columns(np.arange(1, 100_001), 0, 100_000, 700).envelope(values)
    assert len(lows) <= 700
    assert sorted(highs[highs > 0]) == [7, 8]
    assert lows.min() == -9


@pytest.mark.parametrize(
    ("values", "end"),
    [([], 0), ([1, 2], 2), ([1, NAN, 2], 3), ([1, 2, NAN], 2), ([1, INF, NAN, INF], 1), ([NAN, NAN], 0)],
)
def test_a_curve_ends_behind_its_last_number(values, end):
    assert end_of(np.array(values, np.float32)) == end


@pytest.mark.parametrize(
    ("values", "runs"),
    [([], []), ([1, 2], [(0, 2)]), ([NAN, 1, INF, 2, 3], [(1, 2), (3, 5)]), ([NAN], [])],
)
def test_gaps_split_a_line(values, runs):
    assert finite_runs(np.array(values, np.float64)) == runs


def test_the_x_axis_holds_the_run_and_moves_in_jumps():
    ranges = set()
    for last in np.linspace(0, 120, 2000):
        low, high = curve_axes.x_range(float(last), 120)
        assert low == 0
        assert last <= high <= max(1.25 * last, 7)
        ranges.add(high)
    assert len(ranges) < 60
    assert curve_axes.x_range(0, 0) == (0, 1)


@settings(max_examples=100, deadline=None)
@given(
    values=st.lists(st.floats(1e-7, 1e7), min_size=1, max_size=50),
    must=st.lists(st.floats(1e-7, 1e7), max_size=5),
)
def test_the_logarithmic_range_holds_what_must_be_seen(values, must):
    column = np.array(values)
    low, high = curve_axes.logarithmic_range(column, column, np.array(must))
    assert high - low >= 0.5 - 1e-9
    for value in [*must, float(np.median(column))]:
        assert low - 1e-9 <= math.log10(value) <= high + 1e-9
    labels = curve_axes.logarithmic_labels((low, high), 6)
    assert len(labels) <= 6
    for place, text in labels:
        assert float(text.replace("\u2212", "-")) == pytest.approx(10**place)


def test_a_peak_of_few_columns_does_not_flatten_all_others():
    high = np.ones(500)
    high[3] = 1e6
    assert curve_axes.linear_range(np.zeros(500), high, np.array([1.5]))[1] < 2
    assert curve_axes.logarithmic_range(np.full(500, 0.5), high, np.zeros(0))[1] < 1


@pytest.mark.parametrize("values", [[], [NAN], [INF, -INF], [0.0], [-1.0]])
def test_a_range_of_nothing_is_a_range(values):
    column = np.array(values, np.float64)
    for fit in (curve_axes.linear_range, curve_axes.logarithmic_range):
        low, high = fit(column, column, column)
        assert math.isfinite(low)
        assert low < high < INF
