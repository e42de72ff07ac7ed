"""Box figures against numpy's percentiles and against Tukey's rule, value by value."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from visualizer.rendering.boxes import box_figures

shares = st.lists(st.floats(0, 1, width=32), min_size=1, max_size=60)


@given(shares)
def test_quartiles_are_numpys_and_whiskers_end_at_values(values: list[float]) -> None:
    box = box_figures(np.array(values))
    assert (box.first, box.median, box.third) == tuple(np.percentile(values, (25, 50, 75)))
    assert box.low <= box.first <= box.median <= box.third <= box.high
    assert box.low in (*values, box.first)
    assert box.high in (*values, box.third)
    assert (box.count, box.minimum) == (len(values), min(values))
    assert box.mean == pytest.approx(np.mean(values))


@given(shares)
def test_each_value_is_under_the_whiskers_or_an_outlier(values: list[float]) -> None:
    box = box_figures(np.array(values))
    reach = 1.5 * (box.third - box.first)
    far = sorted(value for value in values if not box.first - reach <= value <= box.third + reach)
    assert box.outliers.tolist() == far
    assert len(far) + sum(box.low <= value <= box.high for value in values) == len(values)


def test_known_box() -> None:
    box = box_figures(np.array([1, 2, 3, 4, 5, 6, 7, 8, 40]))
    assert (box.low, box.first, box.median, box.third, box.high) == (1, 3, 5, 7, 8)
    assert box.outliers.tolist() == [40]


def test_what_is_not_finite_is_left_out() -> None:
    box = box_figures(np.array([0.25, np.nan, 0.75, np.inf]))
    assert (box.count, box.median, box.minimum) == (2, 0.5, 0.25)
    nothing = box_figures(np.array([np.nan]))
    assert nothing.count == 0
    assert np.isnan(nothing.median)
    assert len(nothing.outliers) == 0
