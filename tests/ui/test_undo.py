from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from visualizer.ui.undo import History, Step


def typed(history: History[int], *values: int, key: str = "") -> None:
    for before, after in itertools.pairwise(values):
        history.add(Step(f"to {after}", before, after, key))


def test_undo_and_redo_go_through_the_states() -> None:
    history: History[int] = History()
    typed(history, 0, 1, 2, 3)
    assert (history.undo(), history.undo()) == (2, 1)
    assert history.last == Step("to 1", 0, 1)
    assert history.next == Step("to 2", 1, 2)
    assert history.redo() == 2
    typed(history, 2, 9)
    assert history.redo() is None
    assert [history.undo() for _ in range(4)] == [2, 1, 0, None]


def test_typing_in_a_field_is_one_step() -> None:
    history: History[int] = History()
    typed(history, 1, 12, 128, key="kernel")
    typed(history, 128, 3, key="stride")
    assert [history.undo() for _ in range(3)] == [128, 1, None]


def test_typing_that_leads_back_leaves_no_step() -> None:
    history: History[int] = History()
    typed(history, 1, 12, 1, key="kernel")
    assert history.last is None
    assert history.undo() is None


def test_the_oldest_steps_are_forgotten() -> None:
    history: History[int] = History(limit=3)
    typed(history, *range(10))
    assert [history.undo() for _ in range(4)] == [8, 7, 6, None]


@given(st.lists(st.sampled_from(["edit", "undo", "redo"])))
def test_any_way_back_is_the_way_there(actions: list[str]) -> None:
    history: History[int] = History()
    now, count = 0, 0
    for action in actions:
        if action == "edit":
            count += 1
            history.add(Step("edit", now, count))
            now = count
        else:
            state = history.undo() if action == "undo" else history.redo()
            now = now if state is None else state
    forward = now
    steps = 0
    while (state := history.undo()) is not None:
        now, steps = state, steps + 1
    assert now == 0
    for _ in range(steps):
        state = history.redo()
        assert state is not None
        now = state
    assert now == forward
