"""The commit graph beside the layers: nothing lost, nothing invented, few lanes."""

from __future__ import annotations

from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st

from visualizer.ui.widgets.lanes import LIMIT, LaneRow, Strand, draw_lanes


@st.composite
def graphs(draw: st.DrawFn) -> list[list[int]]:
    """Rows with parents above them, some with none, mostly near ones as in real networks."""
    rows = draw(st.integers(1, 14))
    parents: list[list[int]] = [[]]
    for row in range(1, rows):
        parents.append(draw(st.lists(st.integers(0, row - 1), max_size=4, unique=True)))
    return parents


def followed(rows: tuple[LaneRow, ...], *, bundled: bool = False) -> list[set[int]]:
    """The parents of each row, read off the drawn lines alone.

    With ``bundled``, lines run on past the dots of the last lane.
    """
    found: list[set[int]] = []
    values: dict[int, set[int]] = {}  # lane → rows whose value runs there, at the middle of the row above
    for row, drawn in enumerate(rows):
        joint = set().union(*(values.get(s.start, set()) for s in drawn.strands if s.part == "upper"))
        reached: dict[int, set[int]] = defaultdict(set)
        for strand in drawn.strands:
            if strand.part == "whole":
                reached[strand.end] |= values.get(strand.start, set())
            elif strand.part == "lower":
                reached[strand.end] |= joint
        arrived = reached.pop(drawn.lane, set())
        found.append(arrived)
        keep = arrived if bundled and drawn.lane == LIMIT - 1 else set()
        values = {**reached, drawn.lane: keep | {row}}
    return found


def chain(length: int) -> list[list[int]]:
    return [[]] + [[row] for row in range(length - 1)]


def test_a_chain_is_one_line() -> None:
    rows = draw_lanes(chain(6))
    assert [row.lane for row in rows] == [0] * 6
    assert all(row.strands == (Strand(0, 0),) for row in rows[1:])
    assert not any(row.merge or row.joint is not None for row in rows)


def test_a_skip_leaves_at_its_source_and_joins_at_the_sum() -> None:
    rows = draw_lanes([[], [0], [1], [2], [3, 1], [4]])
    assert [row.lane for row in rows] == [0] * 6
    assert set(rows[2].strands) == {Strand(0, 0), Strand(0, 1)}
    assert rows[3].strands == (Strand(1, 1), Strand(0, 0))
    assert set(rows[4].strands) == {Strand(0, 0), Strand(1, 0)}
    assert [row.merge for row in rows] == [False, False, False, False, True, False]


def test_a_projection_has_its_dot_on_the_side_lane() -> None:
    rows = draw_lanes([[], [0], [1], [2], [1], [3, 4], [5]])
    assert [row.lane for row in rows] == [0, 0, 0, 0, 1, 0, 0]
    assert rows[5].merge


def test_four_branches_stand_side_by_side() -> None:
    first = [[], [0], [0], [2], [0], [4], [0], [6]]
    merged = [1, 3, 5, 7]
    rows = draw_lanes([*first, merged, merged, [9], merged, [11]])
    assert [row.lane for row in rows[:8]] == [0, 0, 1, 1, 2, 2, 3, 3]
    assert rows[8].joint == 0
    assert not rows[8].merge
    assert followed(rows)[11] == set(merged)


def test_a_sum_that_goes_on_is_joined_between_the_rows() -> None:
    # x → conv → (x + conv) → conv → (x + conv + conv) → norm: additions that are no layers
    rows = draw_lanes([[], [0], [0, 1], [0, 1, 2]])
    assert rows[2].joint == 0
    assert not rows[2].merge
    assert rows[3].merge
    assert rows[3].joint is None
    assert max(row.lane for row in rows) == 0
    assert max(strand.end for row in rows for strand in row.strands) == 1


def test_a_dense_network_of_hundreds_of_layers_needs_two_lanes() -> None:
    parents: list[list[int]] = [[], [0]]
    outputs = [1]
    for _ in range(100):
        norm = len(parents)
        parents += [list(outputs), *([row] for row in range(norm, norm + 6))]
        outputs.append(norm + 6)
    rows = draw_lanes(parents)
    assert len(rows) == 702
    assert max(strand.end for row in rows for strand in row.strands) == 1
    assert followed(rows) == [set(sources) for sources in parents]


def test_what_needs_more_lanes_than_there_are_shares_the_last() -> None:
    sources = list(range(1, 10))
    parents = [[], *([0] for _ in sources), sources]
    rows = draw_lanes(parents)
    assert max(row.lane for row in rows) == LIMIT - 1
    found = followed(rows, bundled=True)
    assert all(set(expected) <= actual for expected, actual in zip(parents, found, strict=True))


@given(graphs())
def test_the_lines_lead_exactly_where_the_values_go(parents: list[list[int]]) -> None:
    rows = draw_lanes(parents, limit=100)
    assert followed(rows) == [set(sources) for sources in parents]
    for row in rows:
        assert row.merge == (sum(s.end == row.lane and s.part != "upper" for s in row.strands) > 1)


@given(graphs())
def test_with_few_lanes_no_line_is_lost(parents: list[list[int]]) -> None:
    rows = draw_lanes(parents)
    assert all(strand.end < LIMIT and strand.start < LIMIT for row in rows for strand in row.strands)
    found = followed(rows, bundled=True)
    assert all(set(expected) <= actual for expected, actual in zip(parents, found, strict=True))
