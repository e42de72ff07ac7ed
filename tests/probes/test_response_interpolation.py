"""Between the values where a response was computed: numpy's own interpolation is the oracle."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visualizer.data.transforms.table import TRANSFORMS, values_of
from visualizer.probes.response.frames import Response
from visualizer.probes.response.interpolation import between, probabilities_at

CLASSES = ("a", "b", "c")


def made(transform: str, known: np.ndarray, seed: int = 0, step: float = 15.0) -> Response:
    values = values_of(transform, step)
    table = np.random.default_rng(seed).dirichlet(np.ones(3), len(values))
    table[~known] = np.nan
    return Response("net", transform, "grey", values, known, table.astype(np.float32), table, CLASSES)


def masks(transform: str) -> st.SearchStrategy[np.ndarray]:
    count = len(values_of(transform, 15.0))
    return st.lists(st.booleans(), min_size=count, max_size=count).map(np.array)


@settings(max_examples=100, deadline=None)
@given(masks("rotation").filter(lambda known: known.sum() > 1), st.floats(0, 360, exclude_max=True))
def test_around_the_circle_it_is_the_line_between_the_known_angles(known: np.ndarray, angle: float) -> None:
    response = made("rotation", known)
    found, _ = probabilities_at(response, angle)
    for index in range(3):
        at, ys = response.values[known], response.probabilities[known, index]
        assert found[index] == pytest.approx(np.interp(angle, at, ys, period=360), abs=1e-7)


@settings(max_examples=100, deadline=None)
@given(masks("shift"), st.floats(TRANSFORMS["shift"].minimum, TRANSFORMS["shift"].maximum))
def test_of_other_transforms_nothing_is_known_beyond_the_ends(known: np.ndarray, value: float) -> None:
    response = made("shift", known)
    found, exact = probabilities_at(response, value)
    at, ys = response.values[known], response.probabilities[known, 0]
    if known.any() and at[0] <= value <= at[-1]:
        assert found[0] == pytest.approx(np.interp(value, at, ys), abs=1e-7)
    elif not known.any() or abs(at - value).min() > 1e-6:
        assert np.isnan(found).all()
        assert not exact


def test_what_was_computed_is_told_to_the_bit_also_beside_a_gap() -> None:
    known = np.zeros(24, bool)
    known[[0, 7]] = True
    response = made("rotation", known)
    assert probabilities_at(response, 105.0)[1]
    assert np.array_equal(probabilities_at(response, 105.0)[0], response.probabilities[7])
    assert np.array_equal(probabilities_at(response, 360.0)[0], response.probabilities[0])
    assert not probabilities_at(response, 104.0)[1], "the neighbours are far"


def test_neighbours_a_usual_step_apart_are_as_good_as_exact() -> None:
    response = made("rotation", np.ones(360, bool), step=1.0)
    assert probabilities_at(response, 12.5)[1]
    assert probabilities_at(response, 359.5)[1], "over the seam too"
    assert not probabilities_at(made("rotation", np.ones(24, bool)), 12.5)[1]


@pytest.mark.parametrize("period", [0.0, 360.0])
def test_of_one_value_or_none_there_is_nothing_between(period: float) -> None:
    assert between(np.zeros(0), 5.0, period) is None
    assert between(np.array([90.0]), 5.0, period) is None
    assert between(np.array([90.0]), 90.0, period) is not None


def test_a_row_without_numbers_spoils_only_what_is_beside_it() -> None:
    response = made("rotation", np.ones(24, bool))
    response.probabilities[3] = np.nan
    assert np.isnan(probabilities_at(response, 40.0)[0]).all()
    assert np.isfinite(probabilities_at(response, 60.0)[0]).all()
