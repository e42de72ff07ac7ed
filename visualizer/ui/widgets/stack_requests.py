"""What people ask of the stack of layers: the signals that all of its parts emit."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal


class StackRequests(QObject):
    """One object for all rows. Layers are named by their identities, places by ``editing.Place``."""

    layer_selected = Signal(tuple)
    add_requested = Signal(str, object)  # kind, Place
    moved = Signal(tuple, object)  # identities, Place
    value_changed = Signal(int, str, object)  # identity, field, value
    renamed = Signal(int, str)
    enabled_changed = Signal(tuple, bool)
    initialization_chosen = Signal(object, str)  # identity or None for the network, name
    fix_chosen = Signal(int, object)  # identity, Fix
    removed = Signal()
    duplicated = Signal()
    grouped = Signal(str)  # kind of block
    ungrouped = Signal()
    stepped = Signal(int)
    undo_requested = Signal()
    redo_requested = Signal()
    name_changed = Signal(str)
    input_changed = Signal(tuple)
    classes_requested = Signal(str)
    batch_changed = Signal(int)
    discarded = Signal()
    created = Signal()
    export_requested = Signal()
