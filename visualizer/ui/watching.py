"""What can be seen decides what is computed."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QObject, Signal

from visualizer.ui.visible_docks import VisibleDocks

TOPICS: Mapping[str, tuple[str, ...]] = {
    "inspect": ("activations", "units", "unit", "prediction"),
    "weights": ("weights",),
    "statistics": ("statistics",),
    "rotation": ("rotation",),
}
"""What a run or the prober is asked for, and the docks that show it."""


class Watching(QObject):
    """Emits ``changed(frozenset)``, the topics that somebody can see, when they are other ones."""

    changed = Signal(object)

    def __init__(self, visible: VisibleDocks) -> None:
        super().__init__(visible)
        self._visible = visible
        self._topics: frozenset[str] | None = None
        visible.changed.connect(self._tell)

    def _tell(self) -> None:
        topics = frozenset(
            topic for topic, docks in TOPICS.items() if any(key in self._visible for key in docks)
        )
        if topics != self._topics:
            self._topics = topics
            self.changed.emit(topics)
