from __future__ import annotations

from collections import Counter

from visualizer.ui.actions import ROWS
from visualizer.ui.workspaces import BY_KEY, WORKSPACES


def test_no_two_commands_share_an_id() -> None:
    assert not [row for row, count in Counter(row.id for row in ROWS).items() if count > 1]


def test_no_two_commands_of_a_workspace_share_a_key() -> None:
    for workspace in WORKSPACES:
        there = [row for row in ROWS if not row.workspaces or workspace.key in row.workspaces]
        taken = Counter(key for row in there for key in row.shortcuts)
        assert not [key for key, count in taken.items() if count > 1], workspace.key


def test_commands_name_workspaces_that_there_are() -> None:
    assert {key for row in ROWS for key in row.workspaces} <= set(BY_KEY)
