"""Figures of weights and the orders that are made of them, against torch and numpy."""

from __future__ import annotations

import copy
import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from test_weights import SMALL, network, seen
from torch import nn

from visualizer.networks.anatomy import examine
from visualizer.probes.weight_figures import BINS
from visualizer.probes.weight_frames import WeightsView
from visualizer.probes.weights import look

# --- figures -----------------------------------------------------------------------------------


def test_figures_are_torchs() -> None:
    made = network(nn.Conv2d(3, 8, 5))
    weight = made.module[0].weight.detach()
    frame = seen(made)
    np.testing.assert_allclose(frame.norms, torch.linalg.vector_norm(weight.flatten(1), dim=1), rtol=1e-5)
    assert frame.mean == pytest.approx(float(weight.mean()), abs=1e-6)
    assert frame.std == pytest.approx(float(weight.std(unbiased=False)), rel=1e-5)
    np.testing.assert_array_equal(frame.minima, weight.flatten(1).amin(1))
    np.testing.assert_array_equal(frame.maxima, weight.flatten(1).amax(1))


@given(st.integers(0, 2**31), st.sampled_from((1e-4, 0.3, 1.0, 700.0)))
@settings(max_examples=25, deadline=None)
def test_the_histogram_counts_every_weight_now_and_then(seed: int, scale: float) -> None:
    before, anatomy = SMALL
    after = replace(before, module=copy.deepcopy(before.module))
    with torch.no_grad():
        after.module[0].weight.copy_(
            scale * torch.randn(2, 3, 2, 2, generator=torch.Generator().manual_seed(seed))
        )
        before.module[0].weight.copy_(torch.randn(2, 3, 2, 2))
    frame = look(after, anatomy, anatomy.layers[0], None, before)
    assert frame.edges[0] == -frame.edges[-1]
    assert frame.edges[BINS // 2] == 0
    for counts, source in ((frame.counts, after), (frame.start_counts, before)):
        expected = np.histogram(source.module[0].weight.detach().numpy(), bins=frame.edges)[0]
        assert counts.sum() == expected.sum() == 24
        assert np.abs(np.cumsum(counts) - np.cumsum(expected)).max() <= 2  # on an edge rounding decides


@pytest.mark.parametrize(("bad", "level"), [(math.nan, 128), (math.inf, 255), (-math.inf, 0)])
def test_weights_that_are_no_numbers_are_told_of(bad: float, level: int) -> None:
    before = network(nn.Conv2d(3, 4, 3))
    made = replace(before, module=copy.deepcopy(before.module))
    made.module[0].weight.data[2, 1, 0, 0] = bad
    frame = seen(made, before=before)
    assert frame.tiles[2, 0, 0, 1] == level
    assert [unit for unit in range(4) if not np.isfinite(frame.norms[unit])] == [2]
    assert np.isfinite(frame.limit)
    assert frame.counts.sum() == 107
    assert ("NaN" if math.isnan(bad) else "infinite") in frame.note
    others = seen(before)
    np.testing.assert_array_equal(frame.tiles[[0, 1, 3]], others.tiles[[0, 1, 3]])
    assert sorted(seen(made, view=WeightsView(order="norm")).order.tolist()) == [0, 1, 2, 3]


def test_all_zero_and_huge_weights_are_no_trouble() -> None:
    made = network(nn.Conv2d(3, 4, 3))
    made.module[0].weight.data.zero_()
    frame = seen(made)
    assert (frame.tiles == 128).all()
    made.module[0].weight.data[0, 0, 0, 0] = 3e38
    made.module[0].weight.data[1, 0, 0, 0] = 1e30
    frame = seen(made)
    assert frame.norms.tolist() == pytest.approx([3e38, 1e30, 0, 0])
    assert frame.tiles[1].max() == 255


# --- order ---------------------------------------------------------------------------------------


def test_orders_are_permutations_and_sorted() -> None:
    before = network(nn.Conv2d(3, 20, 3))
    made = replace(before, module=copy.deepcopy(before.module))
    with torch.no_grad():
        made.module[0].weight += torch.randn_like(made.module[0].weight) * torch.rand(20, 1, 1, 1)
    frames = {order: seen(made, 0, WeightsView(order=order), before) for order in ("index", "norm", "change")}
    for frame in frames.values():
        assert sorted(frame.order.tolist()) == list(range(20))
    assert frames["index"].order.tolist() == list(range(20))
    assert (np.diff(frames["norm"].norms[frames["norm"].order]) <= 0).all()
    assert (np.diff(frames["change"].change_norms[frames["change"].order]) <= 0).all()


def test_similar_filters_stand_beside_each_other() -> None:
    made = network(nn.Conv2d(3, 12, 3))
    weight = made.module[0].weight.data
    twins = {0: 7, 3: 11, 5: 6}
    for one, other in twins.items():
        weight[other] = weight[one] * 3 + 0.01 * torch.randn(3, 3, 3)  # the angle counts, not the length
    weight[9] = 0
    place = np.argsort(seen(made, 0, WeightsView(order="similarity")).order)
    assert sorted(place.tolist()) == list(range(12))
    for one, other in twins.items():
        assert abs(place[one] - place[other]) == 1


def test_the_last_order_is_kept_if_asked_to() -> None:
    made = network(nn.Conv2d(3, 12, 3))
    anatomy = examine(made)
    view = WeightsView(order="norm")
    first = look(made, anatomy, anatomy.layers[0], view)
    made.module[0].weight.data[int(first.order[-1])] *= 100
    kept = look(made, anatomy, anatomy.layers[0], view, previous=first)
    assert kept.order.tolist() == first.order.tolist()
    assert look(made, anatomy, anatomy.layers[0], view).order[0] == first.order[-1]
    other = look(made, anatomy, anatomy.layers[0], WeightsView(), previous=first)
    assert other.order.tolist() == list(range(12))
