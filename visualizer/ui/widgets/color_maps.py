"""The colour maps of activation maps: one row each, as lookup tables."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class ColorMap:
    """One row: ``diverging`` maps show zero in the middle and want symmetric limits."""

    key: str
    name: str
    diverging: bool


COLOR_MAPS = (
    ColorMap("grey", "Diverging grey", diverging=True),
    ColorMap("CET-D1A", "Diverging blue–red", diverging=True),
    ColorMap("viridis", "Viridis", diverging=False),
    ColorMap("inferno", "Inferno", diverging=False),
    ColorMap("cividis", "Cividis", diverging=False),
)
_BY_KEY = {row.key: row for row in COLOR_MAPS}


def color_map(key: str) -> ColorMap:
    """The row of ``key``; the first for an unknown one."""
    return _BY_KEY.get(key, COLOR_MAPS[0])


@cache
def lookup_table(key: str) -> NDArray[np.uint8]:
    """The map as (256, 3) uint8, read-only; 256 entries because longer tables take pyqtgraph's slow path."""
    if key == "grey":
        table = np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, axis=1)
    else:
        table = np.ascontiguousarray(pg.colormap.get(key).getLookupTable(nPts=256, alpha=False), np.uint8)
    table.setflags(write=False)
    return table
