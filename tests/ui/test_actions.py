from __future__ import annotations

from collections import Counter

from visualizer.ui.actions import ROWS


def test_no_two_commands_share_an_id() -> None:
    assert not [row for row, count in Counter(row.id for row in ROWS).items() if count > 1]


def test_no_two_commands_of_a_workspace_share_a_key() -> None:
    taken = Counter((row.workspace, key) for row in ROWS for key in row.shortcuts)
    everywhere = {key for workspace, key in taken if not workspace}
    assert not [key for key, count in taken.items() if count > 1]
    assert not [key for workspace, key in taken if workspace and key in everywhere]
