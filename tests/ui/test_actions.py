from __future__ import annotations

from collections import Counter

from PySide6.QtWidgets import QApplication, QLabel, QWidget

from visualizer.ui.actions import ROWS
from visualizer.ui.dialogs import ShortcutsDialog
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


def test_commands_that_step_through_any_transform_name_no_degrees() -> None:
    assert not [row.text for row in ROWS if "°" in row.text]


def test_the_list_of_keys_tells_apart_what_one_key_does_in_different_workspaces(styled: QApplication) -> None:
    window = QWidget()
    dialog = ShortcutsDialog(window)
    words = [label.text() for label in dialog.findChildren(QLabel)]
    assert "Play or pause, in Race" in words
    assert "Copy activations, in Inspect" in words
    assert len([text for text in words if text.startswith("Fit view, in ")]) == 2
