"""What can be seen decides what is computed: follows which docks are on the screen."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal

from visualizer.ui.widgets.panel import Dock

TOPICS: Mapping[str, tuple[str, ...]] = {
    "inspect": ("activations", "units", "unit", "prediction"),
    "weights": ("weights",),
    "statistics": ("statistics",),
}
"""What a run or the prober is asked for, and the docks that show it; a dock behind another's tab is out of sight."""


class Watching(QObject):
    """Emits ``changed(frozenset)``, the topics that somebody can see, when they are other ones."""

    changed = Signal(object)

    def __init__(self, docks: Mapping[str, Dock], parent: QObject) -> None:
        super().__init__(parent)
        self._seen: set[str] = set()  # the docks that can be seen
        self._topics: frozenset[str] | None = None
        # Later: while docks are rearranged, each is out of sight for a moment.
        self._later = QTimer(self, singleShot=True, interval=0)
        self._later.timeout.connect(self._tell)
        for key, dock in docks.items():
            dock.visibilityChanged.connect(partial(self._note, key))

    def _note(self, key: str, visible: bool) -> None:
        """Qt tells it of tabs too: a dock behind the tab of another cannot be seen."""
        (self._seen.add if visible else self._seen.discard)(key)
        self._later.start()

    def _tell(self) -> None:
        topics = frozenset(topic for topic, docks in TOPICS.items() if self._seen.intersection(docks))
        if topics != self._topics:
            self._topics = topics
            self.changed.emit(topics)
