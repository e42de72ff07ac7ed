"""The table of surfaces, one row each; a formula of the user's own becomes one too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from difflib import get_close_matches

from visualizer.errors import UserError
from visualizer.networks.naming import shown
from visualizer.race import surface_bowls, surface_cells, surface_hills, surface_saddles
from visualizer.race.surface import Surface
from visualizer.race.surface_rates import RATES
from visualizer.race.surfaces_own import own_surface, remark

__all__ = ["NOISY", "SURFACES", "own_surface", "surface"]

NOISY = "-noisy"
"""At the end of a name: the surface with the noise of mini-batches."""

_FIRST = ("himmelblau", "beale", "rosenbrock", "rastrigin", "saddle", "ackley")
_ROWS = (*surface_bowls.ROWS, *surface_saddles.ROWS, *surface_hills.ROWS, *surface_cells.ROWS)


def _complete(row: Surface) -> Surface:
    return replace(row, rates=RATES[row.name], remark=remark(row.minima, row.saddles))


_BY_NAME = {row.name: _complete(row) for row in _ROWS}

SURFACES: Mapping[str, Surface] = {name: _BY_NAME[name] for name in (*_FIRST, *_BY_NAME)}
"""Every surface by its name, the best known first."""


def surface(name: str) -> Surface:
    """The surface ``name``; "beale-noisy" is Beale's under that name, its ``noise`` is for the race to take.

    Raises ``UserError`` for an unknown name.
    """
    plain = name.removesuffix(NOISY)
    if plain not in SURFACES:
        near = get_close_matches(plain, SURFACES, n=1) if len(plain) < 50 else []
        remedy = f"did you mean '{near[0]}'?" if near else f"choose one of {', '.join(SURFACES)}"
        raise UserError(f"there is no surface '{shown(name)}'; {remedy}")
    return SURFACES[plain] if plain == name else replace(SURFACES[plain], name=name)
