"""The latest-value mailbox: workers put, the screen takes at its own pace."""

from __future__ import annotations

import threading


class Mailbox:
    """One slot per topic, holding the newest message only.

    A slow reader therefore never falls behind and a fast writer never queues up. Messages must be frozen:
    they are handed over, not copied. Every method may be called from any thread.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._slots: dict[str, object] = {}

    def put(self, topic: str, message: object) -> None:
        """Lay ``message`` into the slot of ``topic``; what was not yet taken from there is dropped."""
        with self._lock:
            self._slots.pop(topic, None)  # so that the slot moves to the end of the order
            self._slots[topic] = message

    def take(self) -> list[tuple[str, object]]:
        """Empty all slots at once: (topic, message), in the order in which these messages arrived."""
        with self._lock:
            slots, self._slots = self._slots, {}
        return list(slots.items())

    def discard(self, topic: str) -> None:
        """Drop what lies in the slot of ``topic``, if anything does."""
        with self._lock:
            self._slots.pop(topic, None)
