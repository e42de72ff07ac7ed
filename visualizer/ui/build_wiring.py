"""Which request of a panel of the Build workspace reaches the editor, and how the panels learn of the draft."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject

from visualizer.ui.editor import BuildState
from visualizer.ui.widgets.panel import Dock

if TYPE_CHECKING:
    from visualizer.ui.main_window import MainWindow


class BuildPanel(Protocol):
    """What the panels of the workspace have in common."""

    def set_state(self, state: BuildState) -> None:
        """Show the draft."""


def connect_build(window: MainWindow) -> None:
    """Connect the panels of the Build workspace with the editor, once."""
    _connect_stack(window)
    editor, building = window.editor, window.building
    window.layer_kinds.kind_activated.connect(lambda kind: editor.add(kind))
    window.layer_kinds.start_activated.connect(building.start_from)
    window.checks.row_selected.connect(lambda identity: editor.select((identity,)))
    window.checks.fix_chosen.connect(editor.apply_fix)
    window.diagram.row_selected.connect(lambda identity: editor.select((identity,)))
    for panel in (window.layer_kinds, window.stack, window.summary, window.checks, window.diagram):
        editor.changed.connect(_Feed(window.docks[panel.key], panel, editor.state).set_state)


def _connect_stack(window: MainWindow) -> None:
    requests, editor = window.stack.requests, window.editor
    requests.layer_selected.connect(editor.select)
    requests.add_requested.connect(editor.add)
    requests.moved.connect(editor.move)
    requests.value_changed.connect(editor.set_value)
    requests.renamed.connect(editor.rename)
    requests.enabled_changed.connect(editor.set_enabled)
    requests.initialization_chosen.connect(editor.set_initialization)
    requests.fix_chosen.connect(editor.apply_fix)
    requests.removed.connect(editor.remove)
    requests.duplicated.connect(editor.duplicate)
    requests.grouped.connect(editor.group)
    requests.ungrouped.connect(editor.ungroup)
    requests.stepped.connect(editor.step)
    requests.undo_requested.connect(editor.undo)
    requests.redo_requested.connect(editor.redo)
    requests.name_changed.connect(editor.set_name)
    requests.input_changed.connect(editor.set_input)
    requests.classes_requested.connect(window.building.set_classes)
    requests.batch_changed.connect(editor.set_batch)
    requests.discarded.connect(editor.discard)
    requests.created.connect(editor.create)
    requests.export_requested.connect(window.saving.export_python)


class _Feed(QObject):
    """Hands the newest state to one panel while that can be seen, and once when it comes into sight."""

    def __init__(self, dock: Dock, panel: BuildPanel, state: BuildState) -> None:
        super().__init__(dock)
        self._panel, self._state = panel, state
        self._shown: BuildState | None = None
        self._visible = False
        dock.visibilityChanged.connect(self._set_visible)

    def set_state(self, state: BuildState) -> None:
        self._state = state
        self._deliver()

    def _set_visible(self, visible: bool) -> None:
        self._visible = visible
        self._deliver()

    def _deliver(self) -> None:
        if self._visible and self._shown is not self._state:
            self._shown = self._state
            self._panel.set_state(self._state)
