from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visualizer.probes.response.figures import class_of, flips, rows, runners_up, summary
from visualizer.probes.response.frames import Response

NAMES = ("cat", "dog", "frog")


def response(
    table: object, label: str | None = None, transform: str = "rotation", **changes: object
) -> Response:
    """Of probabilities (A, K) at equally spaced values; NaN rows are known but not finite."""
    likely = np.array(table, np.float32)
    count = len(likely)
    values = np.arange(count) * (360 / count) if transform == "rotation" else np.linspace(-50, 50, count)
    fields = {"known": np.ones(count, bool), "classes": NAMES[: likely.shape[1]], **changes}
    return Response(
        "net", transform, "grey", values, outputs=likely, probabilities=likely, label=label, **fields
    )


FOUR = [[0.6, 0.3, 0.1], [0.2, 0.7, 0.1], [0.5, 0.1, 0.4], [0.1, 0.1, 0.8]]


def test_the_figures_of_a_class() -> None:
    figures = summary(response(FOUR), 0)
    assert figures.mean == pytest.approx(0.35)
    assert (figures.minimum, figures.maximum) == (pytest.approx(0.1), pytest.approx(0.6))
    assert (figures.minimum_at, figures.maximum_at) == (270, 0)
    assert figures.std == pytest.approx(np.std([0.6, 0.2, 0.5, 0.1]))
    assert figures.flips == 4  # cat dog cat frog, and round to cat
    assert figures.share_right == 0.5
    assert summary(response(FOUR, transform="shift"), 0).flips == 3  # a line has no way round


def test_values_without_numbers_are_gaps_that_are_not_right() -> None:
    nan = [math.nan] * 3
    some = response([FOUR[0], nan, FOUR[0], FOUR[1]])
    assert some.predicted.tolist() == [0, -1, 0, 1]
    figures = summary(some, 0)
    assert figures.share_right == 0.5
    assert figures.mean == pytest.approx((0.6 + 0.6 + 0.2) / 3)
    assert figures.flips == 2
    nothing = summary(response([nan, nan]), 0)
    assert math.isnan(nothing.mean)
    assert math.isnan(nothing.minimum_at)
    assert (nothing.share_right, nothing.flips) == (0, 0)
    assert runners_up(response([nan, nan]), 0) == ()


def test_values_that_are_not_known_yet_do_not_count() -> None:
    part = response([FOUR[0], [math.nan] * 3, FOUR[2], [math.nan] * 3], known=np.array([1, 0, 1, 0], bool))
    assert summary(part, 0).share_right == 1
    assert summary(part, 0).flips == 0
    assert len(list(rows([part]))) == 1 + 2 * 3
    none = response(np.full((4, 3), math.nan), known=np.zeros(4, bool))
    assert math.isnan(summary(none, 0).share_right)


def test_before_anything_is_known() -> None:
    empty = response(np.empty((4, 0)), known=np.zeros(4, bool))
    assert empty.predicted.tolist() == [-1] * 4
    assert class_of(empty, "cat") == 0
    assert summary(empty, 0).flips == 0
    assert runners_up(empty, 0) == ()
    assert list(rows([empty]))[1:] == []


@pytest.mark.parametrize(
    ("label", "wanted", "expected"),
    [(None, "", 0), ("dog", "", 1), ("dog", "frog", 2), ("newt", "", 0), ("dog", "newt", 1)],
)
def test_the_class_that_is_looked_at(label: str | None, wanted: str, expected: int) -> None:
    assert class_of(response(FOUR, label), wanted) == expected


def test_the_prediction_of_the_input_as_it_is() -> None:
    five = response([*FOUR, FOUR[1]], transform="shift")  # its neutral value is in the middle
    assert class_of(five) == 0
    gap = [[math.nan] * 3, *FOUR[1:]]
    assert class_of(response(gap)) == 1
    assert class_of(response([[math.nan] * 3] * 4)) == 0


def test_one_class_is_a_yes_or_no() -> None:
    one = response([[0.5], [0.4], [math.nan], [0.9]])
    assert one.predicted.tolist() == [0, 1, -1, 0]
    assert class_of(one) == 0
    figures = summary(one, 0)
    assert (figures.share_right, figures.flips) == (0.5, 2)
    assert runners_up(one, 0) == ()


def test_the_runners_up_are_those_with_the_highest_mean() -> None:
    assert runners_up(response(FOUR), 0) == (2, 1)
    assert runners_up(response(FOUR), 2, 1) == (0,)


@given(st.lists(st.integers(-1, 3), max_size=30), st.integers(0, 29))
@settings(deadline=None)
def test_flips_around_a_circle_do_not_depend_on_where_it_begins(guesses: list[int], turn: int) -> None:
    circle = np.array(guesses, np.int64)
    count = flips(circle, around=True)
    assert flips(np.roll(circle, turn), around=True) == count
    assert 0 <= count - flips(circle, around=False) <= 1
    assert count != 1


def test_rows_for_a_table() -> None:
    table = list(rows([response(FOUR)]))
    assert table[0] == ("network", "angle", "class", "probability")
    assert len(table) == 1 + 4 * 3
    assert table[4][:3] == ("net", 90, "cat")
    assert isinstance(table[4][1], int)
    assert table[4][3] == pytest.approx(0.2)
    assert [row[:3] for row in rows([response(FOUR)], "dog")][1:3] == [("net", 0, "dog"), ("net", 90, "dog")]
    assert next(rows([response(FOUR, transform="shift")]))[1] == "shift"
    assert [row[1] for row in rows([response([*FOUR] * 2)], "cat")][1:4] == [0, 45, 90]
    assert [row[1] for row in rows([response([*FOUR] * 4)], "cat")][1:3] == [0, 22.5]
