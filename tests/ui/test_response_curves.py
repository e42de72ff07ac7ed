"""What the plots of a response are made of."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from responses import CLASSES, damaged, lines, response, turned, wave

from visualizer.data.transforms.change import Change
from visualizer.data.transforms.table import TRANSFORMS, values_of
from visualizer.probes.response.frames import Response
from visualizer.ui.rotation.state import RotationState
from visualizer.ui.widgets.response_curves import QUANTITIES, graph_of, value_words
from visualizer.ui.widgets.rotation_bar import steps_of

ROTATION = TRANSFORMS["rotation"]


def graph(state, quantity=0, runners=0):
    return graph_of(state, TRANSFORMS[state.change.transform], QUANTITIES[quantity], runners)


def test_unknown_values_are_joined_and_those_that_are_no_numbers_are_gaps():
    known = np.zeros(360, bool)
    known[::45] = True
    curve = graph(turned(0, response(wave(1), known=known))).main[0]
    assert curve.at.tolist() == list(range(0, 360, 45))
    assert not curve.complete
    value, exact = curve.value_at(22.5)
    assert value == pytest.approx((0.8 + 0.5 + 0.3 * math.cos(math.pi / 4)) / 2)
    assert not exact
    assert curve.value_at(45) == (pytest.approx(0.5 + 0.3 * math.cos(math.pi / 4)), True)
    whole = graph(turned(0, damaged(response(wave(1)), slice(100, 120)))).main[0]
    assert len(whole.at) == 360
    assert math.isnan(whole.value_at(110)[0])
    assert math.isnan(whole.value_at(99.5)[0])
    assert math.isfinite(whole.value_at(99)[0])


def test_the_curve_goes_around_and_others_end():
    known = np.zeros(360, bool)
    known[::90] = True
    curve = graph(turned(0, response(wave(1), known=known))).main[0]
    assert curve.value_at(315)[0] == pytest.approx((0.5 + 0.8) / 2)
    made = response(lambda values: values / 4, step=0.25, transform="brightness", known=np.arange(9) < 5)
    curve = graph(RotationState(Change("brightness", 1.0), 0.25, lines(made))).main[0]
    assert curve.value_at(1.0)[0] == pytest.approx(0.25)
    assert math.isnan(curve.value_at(1.5)[0])


@pytest.mark.parametrize("count", [0, 1, 2])
def test_few_values_are_no_trouble(count):
    known = np.zeros(360, bool)
    known[[0, 180][:count]] = True
    made = graph(turned(0, response(wave(1), known=known)), runners=2)
    assert len(made.main[0].at) == count
    assert math.isnan(made.main[0].value_at(90)[0]) == (count < 2)


@given(st.lists(st.integers(-1, 2), min_size=1, max_size=24), st.data())
@settings(max_examples=60, deadline=None)
def test_stretches_are_where_another_class_wins(winners, data):
    table = np.full((len(winners), 3), 0.1, np.float32)
    for row, winner in enumerate(winners):
        table[row] = np.nan if winner < 0 else np.where(np.arange(3) == winner, 0.8, 0.1)
    known = np.array(data.draw(st.lists(st.booleans(), min_size=len(winners), max_size=len(winners))))
    table[~known] = np.nan
    values = np.arange(len(winners)) * 10.0
    made = Response("net", "rotation", "grey", values, known, table, table, CLASSES, "softmax", "cat")
    curve = graph(turned(0, made)).main[0]
    for value, winner, is_known in zip(values.tolist(), winners, known.tolist(), strict=True):
        if is_known:
            expected = CLASSES[winner] if winner > 0 else ""
            assert curve.predicted_at(value) == expected
    ends = [end for each in curve.elsewhere for end in (each.start, each.end)]
    assert ends == sorted(ends)
    assert all(0 <= end <= 360 for end in ends)


def test_networks_with_other_classes_show_the_class_of_that_name_or_their_own():
    swapped = response(wave(2), "swapped", classes=("dog", "cat"))
    strange = response(wave(2), "strange", classes=("car", "ship"), label=None)
    made = graph(turned(0, response(wave(1)), swapped, strange))
    assert [curve.class_name for curve in made.main] == ["cat", "cat", "car"]
    np.testing.assert_allclose(made.main[1].ys, 1 - wave(2)(np.arange(360)), atol=1e-6)


def test_the_curve_of_another_border_and_a_stale_one_are_told():
    state = turned(0, response(wave(1)), response(wave(2)))
    assert [curve.stale for curve in graph(state).main] == [False, False]
    assert graph(replace(state, change=Change(border="circle"))).main[0].stale
    first, second = state.lines
    assert [
        curve.stale for curve in graph(replace(state, lines=(first, replace(second, stale=True)))).main
    ] == [False, True]


def test_runners_up_are_those_of_the_open_network():
    made = graph(turned(0, response(wave(1)), response(wave(2), "other")), runners=2)
    assert [(curve.name, curve.rank, curve.color) for curve in made.curves if curve.rank] == [
        ("dog", 1, made.main[0].color),
        ("monkey", 2, made.main[0].color),
    ]


@pytest.mark.parametrize("quantity", [1, 2])
def test_the_range_holds_all_values(quantity):
    made = graph(turned(0, response(wave(1)), response(wave(3, 0.02, 0.0199))), quantity, 2)
    low, high = made.y
    for curve in made.curves:
        assert np.nanmin(curve.ys) >= low
        assert np.nanmax(curve.ys) <= high
    assert quantity == 1 or high == 0
    assert len(made.y_ticks) >= 3


def test_a_flat_curve_has_a_range():
    low, high = graph(turned(0, response(wave(1, 0.5, 0.0))), 1).y
    assert low < math.log(0.5) < high


def test_a_wrong_class_is_called_so_only_where_the_truth_is_known():
    assert graph(turned(0, response(wave(1)))).beaten == "wrong"
    assert graph(replace(turned(0, response(wave(1))), wanted="dog")).beaten == "other"
    assert graph(turned(0, response(wave(1), label=None))).beaten == "other"


@pytest.mark.parametrize("name", list(TRANSFORMS))
def test_every_step_that_is_offered_is_allowed(name):
    steps = steps_of(TRANSFORMS[name])
    assert len(steps) >= 3
    assert TRANSFORMS[name].step in steps
    for step in steps:
        assert len(values_of(name, step)) >= 3


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("rotation", 128.0, "128°"),
        ("rotation", 0.5, "0.5°"),
        ("rotation", -0.0, "0°"),
        ("shift", -12.5, "\u221212.5\u202f%"),
        ("scale", 0.85, "0.85\u202f×"),
        ("scale", 2.0, "2\u202f×"),
        ("occlusion", 100.0, "100\u202f%"),
        ("noise", 0.1, "0.1"),
    ],
)
def test_values_are_written_with_their_unit(name, value, words):
    assert value_words(TRANSFORMS[name], value) == words
