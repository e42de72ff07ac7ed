"""The selection, one of the cursors of the session."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Selection:
    """The selected layer and the unit in it, by index."""

    layer: int
    unit: int
