"""The experiments that can be run by name: one row each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Experiment:
    """What menus and the command line say of an experiment."""

    name: str
    title: str
    description: str


_ROWS = (
    Experiment(
        "rotation",
        "Rotation-invariant networks",
        "Mini-VGG beside variants with turned and with normalised filters, all with one recipe: what do they gain "
        "where the input is turned, and what does it cost?",
    ),
)

EXPERIMENTS: Mapping[str, Experiment] = {row.name: row for row in _ROWS}
"""Every experiment by its name."""
