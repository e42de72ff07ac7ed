"""What stands where the picture does not reach, one row each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Padding = Literal["zeros", "border", "reflection"]


@dataclass(frozen=True, slots=True)
class Border:
    """One row. ``padding`` is the mode of ``grid_sample``, ``level`` the picture value (0…1) that stands for zeros."""

    name: str
    title: str
    description: str
    padding: Padding = "zeros"
    level: float = 0.5


_ROWS = (
    Border("grey", "Grey", "mid-grey where the picture does not reach"),
    Border("zero", "Black", "black where the picture does not reach", level=0.0),
    Border("replicate", "Replicate", "the picture's border pixels go on", "border"),
    Border("reflect", "Reflect", "the picture mirrored at its border", "reflection"),
    Border("circle", "Circle", "grey around a circle, at every value: the corners do not tell the angle"),
)

BORDERS: Mapping[str, Border] = {row.name: row for row in _ROWS}
"""Every border by its name."""
