"""The rows of the table of commands as actions: in the menus, with their keys, on where they make sense."""

from __future__ import annotations

from functools import partial
from operator import attrgetter
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu

from visualizer.ui import theme
from visualizer.ui.actions import ACTIONS, MENUS, ROWS, ActionRow
from visualizer.ui.editor import BuildState
from visualizer.ui.theme import Colors
from visualizer.ui.workspaces import BY_KEY, WORKSPACES, Workspace

if TYPE_CHECKING:
    from visualizer.ui.main_window import MainWindow

_COMPARING = ("compare", "compare_open", "compare_moments")  # what "+" in the Rotation panel offers


class Commands(QObject):
    """All actions by the id of their row. Follows the workspace and the draft."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self.by_id: dict[str, QAction] = {}
        self._workspace = WORKSPACES[0]
        self._there = {row.needs: not row.needs for row in ROWS}
        menus = {name: window.menuBar().addMenu(f"&{name}") for name in MENUS}
        place = MENUS[0]
        for row in ACTIONS:
            if row is None:
                menus[place].addSeparator()
                continue
            place = row.menu
            self.by_id[row.id] = self._action(row)
            menus[place].addAction(self.by_id[row.id])
        self._group_workspaces()
        self._add_submenus(menus)
        window.rotation.bar.networks.set_commands(self.by_id[id] for id in _COMPARING)
        window.workspaces.changed.connect(self.set_workspace)
        window.editor.changed.connect(self.set_state)
        window.unsaved.kept_changed.connect(self.set_kept)
        self.set_workspace(self._workspace)

    def _action(self, row: ActionRow) -> QAction:
        action = QAction(row.text, self._window, objectName=row.id)
        action.setIconText(f" {row.text}")  # Fusion puts icon and text side by side without a gap
        action.setShortcuts([QKeySequence(keys) for keys in row.shortcuts])
        action.setStatusTip(row.help)
        keys = f" ({row.shortcuts[0]})" if row.shortcuts else ""
        action.setToolTip(f"{row.help or row.text}{keys}")
        slot, arguments = attrgetter(row.slot)(self._window), (row.argument,) if row.argument else ()
        action.triggered.connect(lambda: slot(*arguments))  # without the "checked" that the signal carries
        self._window.addAction(action)
        return action

    def _group_workspaces(self) -> None:
        """One workspace is always checked."""
        group = QActionGroup(self)
        for key in BY_KEY:
            self.by_id[key].setCheckable(True)
            group.addAction(self.by_id[key])

    def _add_submenus(self, menus: dict[str, QMenu]) -> None:
        recent = menus["File"].addMenu("Open recent")
        menus["File"].insertMenu(self.by_id["paste"], recent)
        recent.aboutToShow.connect(partial(self._window.opening.list_recent, recent))
        panels = menus["View"].addMenu("Panels")
        for dock in self._window.docks.values():
            panels.addAction(dock.toggleViewAction())

    def set_colors(self, colors: Colors) -> None:
        for row in ROWS:
            if row.icon:
                self.by_id[row.id].setIcon(theme.icon(row.icon, colors.text, colors.disabled))

    def set_workspace(self, workspace: Workspace) -> None:
        """Let the commands of the workspace be on, and those of the others off, keys included."""
        self._workspace = workspace
        self.by_id[workspace.key].setChecked(True)
        for key, dock in self._window.docks.items():
            dock.toggleViewAction().setVisible(key in workspace.docks)
        self.by_id["maximise"].setText(f"Maximise {self._window.docks[workspace.main].panel.title}")
        self._enable()

    def set_state(self, state: BuildState) -> None:
        """Follow the draft: what is selected, what would be undone."""
        self._there.update(
            layers=bool(state.selected),
            undo=bool(state.undo_text),
            redo=bool(state.redo_text),
            changes=state.changed,
            buildable=state.changed and not state.plan.problems,
        )
        self.by_id["undo"].setText(f"Undo {state.undo_text}".rstrip())
        self.by_id["redo"].setText(f"Redo {state.redo_text}".rstrip())
        self._enable()

    def set_kept(self, words: str) -> None:
        """Follow which trained network there is to go back to, in words; "" for none."""
        self._there["kept"] = bool(words)
        self.by_id["trained_back"].setText(f"Back to {words.replace('&', '&&') or 'the trained network'}")
        self._enable()

    def _enable(self) -> None:
        for row in ROWS:
            if row.workspaces or row.needs:
                here = not row.workspaces or self._workspace.key in row.workspaces
                self.by_id[row.id].setEnabled(here and self._there[row.needs])
