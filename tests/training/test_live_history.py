import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from visualizer.networks.anatomy import Layer
from visualizer.training import history
from visualizer.training.history import BINS, StatisticsLog, counts, merged
from visualizer.training.statistics import Measured


def layer(index):
    return Layer(index, f"layer{index}", f"{index}", 1, "Linear", "", (4,), "vector", 8, 8, None, (), False)


def measured(*samples):
    figures = np.arange(len(samples), dtype=np.float32)
    return Measured(figures, figures + 1, figures / 10, tuple(np.asarray(s, np.float32) for s in samples))


@settings(deadline=None)
@given(arrays.arrays(np.float32, st.integers(1, 300), elements=st.floats(-50, 50, width=16)))
def test_histograms_hold_all_values_where_numpy_puts_them(values):
    limit = float(2.0 ** np.ceil(np.log2(max(1e-6, np.abs(values).max()))))
    expected, _ = np.histogram(values, BINS, (-limit, limit))
    found = counts(values, limit)
    assert found.sum() == len(values)
    if not np.isin(values, [-limit, limit]).any():  # the last edge of numpy's belongs to the bin below it
        assert np.array_equal(found, expected)


def test_merged_histograms_are_those_of_the_wider_range():
    values = np.random.default_rng(0).normal(size=5000).astype(np.float32)
    narrow = counts(values[np.abs(values) < 1], 1.0)
    for doublings in range(8):
        wide = merged(narrow[None], doublings)[0]
        assert np.array_equal(wide, counts(values[np.abs(values) < 1], 2.0**doublings))


def test_a_log_keeps_what_it_was_told_and_never_changes_what_it_gave():
    log = StatisticsLog([layer(1), layer(4)])
    log.add(0, 0.0, measured([0.1, -0.2], [1.0]))
    first = log.history()
    copied = {field.name: np.copy(getattr(first, field.name)) for field in dataclasses.fields(first)}
    for step in range(1, 200):
        norms = np.float32([step, 2 * step])
        log.add(step, step / 10, measured([0.1 * step], [1.0, np.inf, np.nan]), norms, norms / 100)
    for name, before in copied.items():
        assert np.array_equal(getattr(first, name), before, equal_nan=name in ("gradient", "update")), name
    last = log.history()
    assert (last.layers, last.names) == ((1, 4), ("layer1", "layer4"))
    assert last.step.tolist() == list(range(200))
    assert last.mean[7].tolist() == [0, 1]
    assert np.isnan(last.gradient[0]).all()
    assert last.gradient[5].tolist() == [5, 10]
    assert last.update[100] == pytest.approx([1, 2])
    assert last.counts.shape == (200, 2, BINS)
    assert last.counts[0].sum(axis=1).tolist() == [2, 1]  # no value is lost when the range grows
    assert last.counts[9].sum(axis=1).tolist() == [1, 1]  # what is not finite is not counted
    assert last.limits.tolist() == [32, 1]
    with pytest.raises(ValueError, match="read-only"):
        last.counts[0, 0, 0] = 1


def test_single_outliers_do_not_widen_the_range():
    values = np.full(10_000, 0.9, np.float32)
    values[:5] = 1e6
    log = StatisticsLog([layer(0)])
    log.add(0, 0.0, measured(values))
    told = log.history()
    assert told.limits.tolist() == [1]
    assert told.counts[0, 0, -1] == 5


def test_a_log_is_thinned_where_it_grows_long(monkeypatch):
    monkeypatch.setattr(history, "MOST_ROWS", 64)
    log = StatisticsLog([layer(0)])
    for step in range(1000):
        log.add(step, 0.0, measured([float(step)]))
    told = log.history()
    assert 32 <= len(told.step) <= 65
    assert told.step[0] == 0
    assert told.step[-1] == 999
    assert (np.diff(told.step) > 0).all()
