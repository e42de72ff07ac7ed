"""What is said of the weights of a layer: below the mosaic, under the pointer, in the table."""

from __future__ import annotations

import math
from collections.abc import Iterable
from html import escape

import numpy as np
from numpy.typing import NDArray

from visualizer.probes.weight_frames import WeightsFrame
from visualizer.ui.numbers import MINUS, THIN, signed
from visualizer.ui.text import plain
from visualizer.ui.widgets.export import Row
from visualizer.ui.widgets.weights_footer import Footer


def footer(frame: WeightsFrame, shown: str) -> Footer:
    """What stands below, where ``shown`` are "weights", "change" or "both"."""
    is_change = shown == "change" and frame.changes is not None
    key, ends = "", (MINUS, "+")
    if frame.view.limits == "layer":
        limit = signed(frame.change_limit if is_change else frame.limit, 3)
        ends = (f"{MINUS}{limit}", f"+{limit}")
    if shown != "weights" and frame.changes is None:
        key = "no start to compare with"
    elif is_change:
        key = "change since start"
    elif shown == "both":
        key = "weights | change since start"
        if frame.view.limits == "layer":
            key += f", ±{signed(frame.change_limit, 3)}"
    return Footer(frame.note, key, ends, _figures(frame), frame.counts, frame.edges, frame.start_counts)


def _figures(frame: WeightsFrame) -> tuple[tuple[str, str], ...]:
    norm = _length(frame.norms)
    pairs = [("norm", signed(norm)), ("mean", signed(frame.mean, 3)), ("std", signed(frame.std, 3))]
    if frame.change_norms is not None:
        change = _length(frame.change_norms)
        share = f" ({100 * change / norm:.0f}{THIN}%)" if 0 < norm < math.inf and change < math.inf else ""
        pairs.insert(1, ("changed by", f"{signed(change)}{share}"))
    return tuple(pairs)


def _length(norms: NDArray[np.float32]) -> float:
    """The L2 norm of the layer from those of its units."""
    return math.sqrt(float(np.square(norms, dtype=np.float64).sum()))


def table(frame: WeightsFrame) -> Iterable[Row]:
    """One row a unit."""
    yield ("unit", "class", "norm", "change_norm", "min", "max")
    for unit in range(len(frame.norms)):
        name = frame.names[unit] if unit < len(frame.names) else ""
        change = frame.change_norms[unit] if frame.change_norms is not None else ""
        yield (unit, name, frame.norms[unit], change, frame.minima[unit], frame.maxima[unit])


def tip(frame: WeightsFrame, tile: int, row: int, column: int) -> str:
    """Rich text of the unit that ``tile`` belongs to and of the value at (``row``, ``column``) in it.

    The columns of the change that stands beside a tile are counted behind the tile's own.
    """
    unit, channel = int(frame.tile_unit[tile]), int(frame.tile_channel[tile])
    name = f" {escape(plain(frame.names[unit]))}" if unit < len(frame.names) else ""
    part = f", input channel {channel}" if channel >= 0 and frame.kind == "channels" else ""
    height, width = frame.values.shape[1:3]
    row, column = min(row, height - 1), column % width
    lines = [f"<b>Unit {unit}</b>{name}{part}", _value(frame, tile, row, column)]
    norm = f"norm {signed(float(frame.norms[unit]), 3)}"
    if frame.change_norms is not None:
        norm += f", changed by {signed(float(frame.change_norms[unit]), 3)}"
    lines.append(norm)
    lines.append(f"min {signed(float(frame.minima[unit]), 3)}  max {signed(float(frame.maxima[unit]), 3)}")
    return "<p style='white-space: pre'>" + "\n".join(lines) + "</p>"


def _value(frame: WeightsFrame, tile: int, row: int, column: int) -> str:
    """The weight and its change; three of each where the tile is in colour."""
    values = frame.values[tile, row, column].reshape(-1).tolist()
    place = f"row {row}, column {column}" if frame.values[tile].size > len(values) else "weight"
    text = f"{place}: {', '.join(signed(value, 3) for value in values)}"
    if frame.differences is not None:
        differences = frame.differences[tile, row, column].reshape(-1).tolist()
        text += f"  change {', '.join(signed(value, 3) for value in differences)}"
    return text
