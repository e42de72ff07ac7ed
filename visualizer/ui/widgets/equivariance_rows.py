"""What the Equivariance panel shows: a row for every layer and one for the outputs, with their figures."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from visualizer.probes.response.frames import Equivariance, Floats
from visualizer.ui.numbers import signed

OUTPUT = -1
"""Stands for the index of a layer in the row of the outputs."""


@dataclass(frozen=True, slots=True, eq=False)
class EquivarianceRow:
    """``correlation`` (A,) is NaN where it is not known or there is none; ``mean`` leaves out the angle 0."""

    index: int  # in the anatomy
    name: str
    detail: str
    correlation: Floats = field(repr=False)
    mean: float
    note: str = ""

    def words(self, place: int | None = None, angle: float = 0.0) -> str:
        """The row in a sentence, with its value at the ``place``-th angle."""
        what = f"{self.name}, {self.detail}" if self.detail else self.name
        if self.note:
            return f"{what}: {self.note}"
        here = ""
        if place is not None:
            value = float(self.correlation[place])
            here = (
                f"{number(value)} at {angle:g}°, " if math.isfinite(value) else f"none known at {angle:g}°, "
            )
        return f"{what}: {here}{number(self.mean)} in the mean"


@dataclass(frozen=True, slots=True, eq=False)
class EquivarianceRows:
    """The rows in the order of the network, that of the outputs last, over ``values`` (A,) in degrees.

    ``known`` (A,) tells which angles are computed, ``lowest`` is the value at the lower end of the scale.
    """

    values: NDArray[np.float64] = field(repr=False)
    known: NDArray[np.bool_] = field(repr=False)
    rows: tuple[EquivarianceRow, ...]
    lowest: float

    def place_of(self, index: int) -> int:
        """Which row is that of a layer; −1 where there is none."""
        return next((place for place, row in enumerate(self.rows) if row.index == index), -1)

    def column_at(self, angle: float) -> float:
        """Where an angle lies among the columns, 0…A: at the middle of the column of its value."""
        count = len(self.values)
        if count < 2:
            return 0.5
        beyond_first = np.append(self.values, self.values[0] + 360) - self.values[0]
        place = np.interp((angle - self.values[0]) % 360, beyond_first, np.arange(count + 1))
        return (float(place) + 0.5) % count

    def value_at(self, row: int, angle: float) -> float:
        """The correlation at any angle, between those that are known; NaN where none is."""
        found = self.rows[row].correlation
        finite = np.isfinite(found)
        if not finite.any():
            return math.nan
        return float(np.interp(angle, self.values[finite], found[finite], period=360))


def rows_of(equivariance: Equivariance, *, only_convolutions: bool) -> EquivarianceRows:
    """The rows of a result as far as it is."""
    layers = [layer for layer in equivariance.layers if layer.is_convolution or not only_convolutions]
    turned = equivariance.known & (equivariance.values % 360 != 0)
    rows = [
        EquivarianceRow(
            layer.index,
            layer.name,
            layer.detail,
            layer.correlation,
            _mean(layer.correlation[turned]),
            layer.note,
        )
        for layer in layers
    ]
    output = EquivarianceRow(OUTPUT, "output", "", equivariance.outputs, _mean(equivariance.outputs[turned]))
    found = np.concatenate([row.correlation for row in (*rows, output)])
    smallest = float(np.nanmin(found)) if np.isfinite(found).any() else 0.0
    # In steps, so that colours stay as they are while angles come in.
    lowest = min(0.0, math.floor(smallest * 4) / 4)
    return EquivarianceRows(equivariance.values, equivariance.known, (*rows, output), lowest)


def number(value: float) -> str:
    """A correlation as people read it: ``0.57``."""
    return "–" if math.isnan(value) else "0.00" if abs(value) < 0.005 else signed(value)


def _mean(values: Floats) -> float:
    finite = values[np.isfinite(values)]
    return float(finite.mean()) if len(finite) else math.nan
