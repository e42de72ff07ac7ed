"""The choices in the menus of panels, kept between two starts."""

from __future__ import annotations

import json
from typing import Protocol

from PySide6.QtCore import SignalInstance

from visualizer.ui.settings import Settings, view_of


class WithChoices(Protocol):
    """A panel that tells of choices by name, and takes them back."""

    key: str

    @property
    def view_changed(self) -> SignalInstance:
        """``view_changed(name, value)``."""

    def set_view(self, values: dict[str, object]) -> None:
        """Take the remembered choices."""


def remember_view(panel: WithChoices, settings: Settings) -> None:
    """Give a panel the choices that were made before, and keep those that are made."""
    row = view_of(panel.key)
    kept = _choices(settings.get(row))

    def keep(name: str, value: object) -> None:
        kept[name] = value
        settings.set(row, json.dumps(kept))

    if kept:
        panel.set_view(kept)
    panel.view_changed.connect(keep)


def _choices(text: str) -> dict[str, object]:
    """What was kept of a panel's menu; nothing where that is damaged."""
    try:
        kept = json.loads(text or "{}")
    except ValueError:
        return {}
    return kept if isinstance(kept, dict) else {}
