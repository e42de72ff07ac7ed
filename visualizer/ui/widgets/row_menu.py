"""The context menu of a row of the stack."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu, QWidget

from visualizer.networks.layers import LAYERS
from visualizer.ui.widgets.stack_requests import StackRequests
from visualizer.ui.widgets.stack_rows import Direction, ShownRow


def block_menu(title: str, parent: QWidget, requests: StackRequests) -> QMenu:
    """The kinds of block that selected layers can be put into."""
    menu = QMenu(title, parent)
    for kind in LAYERS.values():
        if kind.is_block:
            action = menu.addAction(kind.title, partial(requests.grouped.emit, kind.name))
            action.setToolTip(kind.description)
    return menu


def add_row_actions(
    menu: QMenu,
    row: ShownRow,
    selected: tuple[int, ...],
    requests: StackRequests,
    add: Callable[[Direction], None],
    rename: Callable[[], None],
) -> None:
    """What can be done with a row and the others that are selected; ``add`` opens the list of kinds."""
    spec = row.plan.spec
    menu.addAction("Add above…", partial(add, "above"))
    menu.addAction("Add below…\tInsert", partial(add, "below"))
    if spec.row.is_block:
        menu.addAction("Add inside…", partial(add, "inside"))
    menu.addSeparator()
    menu.addAction("Rename\tF2", rename)
    menu.addAction("Duplicate\tCtrl+D", requests.duplicated.emit)
    switch = "Disable" if spec.enabled else "Enable"
    menu.addAction(switch, partial(requests.enabled_changed.emit, selected, not spec.enabled))
    menu.addSeparator()
    menu.addMenu(block_menu("Group into", menu, requests))
    if spec.row.is_block and len(selected) == 1:
        menu.addAction("Ungroup\tCtrl+Shift+G", requests.ungrouped.emit)
    menu.addSeparator()
    menu.addAction("Copy name", partial(QGuiApplication.clipboard().setText, spec.name))
    menu.addAction("Remove\tDelete", requests.removed.emit)
