"""Where the columns of the layer statistics stand: where the room is short, sparklines shrink, go, then figures go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtGui import QFontMetrics

from visualizer.ui.theme import SMALL_SIZE, font
from visualizer.ui.widgets.statistic_rows import STATISTICS

EDGE = 11  # px at both sides
GAP = 8  # px between columns
_NAME_SHARE = 0.24  # of the width, at most
_SMALLEST_LINE, _WIDEST_LINE = 34, 220  # px
_WIDEST_VALUES = {
    "activation": ("+0.0e−00", "−00000"),
    "gradient": ("0.0e−00",),
    "update": ("▲ 00.00\u202f‰", "▼ <\u202f0.01\u202f‰", "▲ 0.0e+00"),
    "dead": ("▲ >\u202f99\u202f%",),
}


@dataclass(frozen=True, slots=True)
class Place:
    """One column: from ``left``, a sparkline of ``line`` px (0 for none), then the value up to ``right``.

    A column without room has no width.
    """

    left: int
    line: int
    right: int


@dataclass(frozen=True, slots=True)
class Columns:
    """The room of the names, up to ``name_right``, and the place of each statistic."""

    name_right: int
    places: tuple[Place, ...]


def lay_out(width: int, names: Sequence[str]) -> Columns:
    """The columns in ``width`` px for layers of these ``names``."""
    metrics = QFontMetrics(font(SMALL_SIZE))
    longest = max(
        (QFontMetrics(font(SMALL_SIZE, bold=True)).horizontalAdvance(name) for name in names), default=0
    )
    name_right = EDGE + min(longest + 2, max(48, int(width * _NAME_SHARE)))
    values = [max(map(metrics.horizontalAdvance, _WIDEST_VALUES[row.key])) + 4 for row in STATISTICS]
    lines = sum(row.line != "none" for row in STATISTICS)
    free = width - name_right - EDGE - sum(values) - GAP * len(STATISTICS)
    line = min(free // lines, _WIDEST_LINE)
    line = line if line >= _SMALLEST_LINE else 0
    places, left = [], name_right + GAP
    for row, value in zip(STATISTICS, values, strict=True):
        drawn = line if row.line != "none" else 0
        right = left + drawn + value
        if right > width:
            places.append(Place(left, 0, left))
            continue
        places.append(Place(left, drawn, right))
        left = right + GAP
    return Columns(name_right, tuple(places))
