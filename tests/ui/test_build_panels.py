"""The panels beside the stack, whatever happens to a draft: all of them follow and none fails."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from visualizer.networks import architectures
from visualizer.networks.layers import LAYERS
from visualizer.networks.spec import walk
from visualizer.ui.build_checks import checks
from visualizer.ui.build_figures import counted_up_to
from visualizer.ui.editor import Editor
from visualizer.ui.panels.checks import ChecksPanel
from visualizer.ui.panels.diagram import DiagramPanel
from visualizer.ui.panels.palette import PalettePanel
from visualizer.ui.panels.summary import SummaryPanel
from visualizer.ui.theme import DARK

BEGINNINGS = ("mini-vgg", "resnet18-32", "googlenet-32", "autoencoder")
EDITS = (
    "add",
    "remove",
    "duplicate",
    "group",
    "ungroup",
    "toggle_enabled",
    "undo",
    "redo",
    "value",
    "classes",
)


@pytest.fixture
def editor(qtbot: QtBot, styled: QApplication) -> Iterator[Editor]:
    """An editor with all the panels that follow it."""
    made = Editor()
    panels = [kind() for kind in (PalettePanel, SummaryPanel, ChecksPanel, DiagramPanel)]
    for panel in panels:
        qtbot.addWidget(panel)
        panel.resize(300, 300)
        panel.set_colors(DARK)
        panel.show()
        made.changed.connect(panel.set_state)
    yield made
    panels.clear()  # they lived as long as the editor


def edit(editor: Editor, what: str, data: st.DataObject) -> None:
    rows = [row for _, row in walk(editor.spec.layers)]
    if rows:
        editor.select([data.draw(st.sampled_from(rows)).identity])
    if what == "add":
        editor.add(data.draw(st.sampled_from(list(LAYERS))))
    elif what == "classes":
        editor.set_classes(tuple(map(str, range(data.draw(st.integers(0, 12))))))
    elif what == "value" and rows:
        row = data.draw(st.sampled_from(rows))
        numbers = [field for field in row.row.fields if field.type is int]
        if numbers:
            field = data.draw(st.sampled_from(numbers))
            editor.set_value(row.identity, field.name, data.draw(st.integers(0, 70)))
    elif what != "value":
        getattr(editor, what)()


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(BEGINNINGS), st.lists(st.sampled_from(EDITS), max_size=15), st.data())
def test_they_follow_any_edits(editor: Editor, beginning: str, edits: list[str], data: st.DataObject) -> None:
    editor.begin(architectures.spec(beginning))
    editor.history.clear()  # each example is one of its own
    for what in edits:
        edit(editor, what, data)
    QApplication.processEvents()
    found = checks(editor.state)
    assert bool(editor.spec.layers) == bool(found)
    told = {check.identity for check in found if check.what == "problem"}
    assert {row.spec.identity for row in editor.plan.rows if row.problem} <= told or len(told) >= 50
    if editor.plan.output is not None:
        assert counted_up_to(editor.plan) == ""
