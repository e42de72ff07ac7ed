"""What the elements of a tensor see of the picture.

Every tensor that depends on the picture has a ``Field``; ``field_rules`` says how operations change it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

Pair = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Axis:
    """The rows or the columns: position ``i`` sees ``size`` pixels from ``start + i · stride`` on.

    Position ``i`` lies at index ``i · inner`` of the tensor's dimension ``dim``, counted from the last (−1)
    so that broadcasting keeps it. ``dim`` is None once every element sees the same; then ``stride`` is 0.
    """

    start: float
    size: float
    stride: float
    count: int
    dim: int | None
    inner: int = 1

    @property
    def end(self) -> float:
        """One past the last pixel that any position sees."""
        return self.start + (self.count - 1) * self.stride + self.size

    def hull(self) -> Axis:
        """What all positions see together."""
        return Axis(self.start, self.end - self.start, 0, 1, None)

    def fills(self, length: int) -> bool:
        """Whether the positions are exactly the indexes of a dimension of this ``length``."""
        return self.inner == 1 and self.count == length


@dataclass(frozen=True, slots=True)
class Field:
    """What the elements of a tensor see: ``rows`` and ``columns``, or only that they see parts of it.

    ``scattered`` are dimensions along which elements see different parts in an order that no formula tells
    (attention windows, shifted rows, patches behind a class token); both axes are then the hull.
    """

    rows: Axis
    columns: Axis
    scattered: frozenset[int] = frozenset()

    @property
    def dims(self) -> frozenset[int]:
        """The dimensions along which elements see different parts."""
        return self.scattered | {axis.dim for axis in (self.rows, self.columns) if axis.dim is not None}

    def each(self, change: Callable[[Axis], Axis]) -> Field:
        """With ``change`` applied to both axes; an axis of one position has no dimension."""
        rows, columns = change(self.rows), change(self.columns)
        return Field(
            rows.hull() if rows.count == 1 else rows,
            columns.hull() if columns.count == 1 else columns,
            self.scattered,
        )

    def along(self, dim: int, change: Callable[[Axis], Axis]) -> Field:
        """With ``change`` applied to the axis that runs along ``dim``, if one does."""
        return self.each(lambda axis: change(axis) if axis.dim == dim else axis)

    def scatter(self, dims: Iterable[int]) -> Field:
        """With positions in ``dims`` that are no longer in order."""
        return Field(self.rows.hull(), self.columns.hull(), frozenset(dims))

    def contract(self, dim: int) -> Field:
        """After a sum over ``dim``, which stays with length 1."""
        return replace(self.along(dim, Axis.hull), scattered=self.scattered - {dim})

    def move(self, places: dict[int, int]) -> Field:
        """After dimensions have changed places."""
        moved = self.each(lambda axis: axis if axis.dim is None else replace(axis, dim=places[axis.dim]))
        return replace(moved, scattered=frozenset(places[dim] for dim in self.scattered))

    def formula(self, shape: Sequence[int]) -> tuple[tuple[int, int], Pair, Pair] | None:
        """Size, stride and start for a tensor of this ``shape``; None where positions follow no formula."""
        if self.scattered:
            return None
        axes = (self.rows, self.columns)
        for dim in self.dims:
            if math.prod(axis.count for axis in axes if axis.dim == dim) != shape[dim]:
                return None
        return (
            (math.ceil(self.rows.size), math.ceil(self.columns.size)),
            (_plain(self.rows.stride), _plain(self.columns.stride)),
            (_plain(self.rows.start), _plain(self.columns.start)),
        )


def whole_picture(height: int, width: int) -> Field:
    """The field of the network's input: every pixel sees itself."""
    return Field(Axis(0, 1, 1, height, -2), Axis(0, 1, 1, width, -1)).each(lambda axis: axis)


def hull(fields: Sequence[Field]) -> Field:
    """What an element sees that is made of the elements of several tensors at its (broadcast) place."""
    result = fields[0]
    for field in fields[1:]:
        result = _hull_of_two(result, field)
    return result


def _hull_of_two(one: Field, other: Field) -> Field:
    for a, b in ((one, other), (other, one)):
        if not a.dims and _covers(a.rows, b.rows) and _covers(a.columns, b.columns):
            return a  # each of its elements already sees all that the other tensor sees
    both = Field(_axis_hull(one.rows, other.rows), _axis_hull(one.columns, other.columns))
    return both.scatter(one.dims | other.dims) if one.scattered or other.scattered else both


def _covers(one: Axis, other: Axis) -> bool:
    return one.start <= other.start and one.end >= other.end


def _axis_hull(one: Axis, other: Axis) -> Axis:
    if (one.dim, one.inner, one.stride, one.count) != (other.dim, other.inner, other.stride, other.count):
        one, other = one.hull(), other.hull()
    start = min(one.start, other.start)
    return replace(one, start=start, size=max(one.start + one.size, other.start + other.size) - start)


def _plain(value: float) -> float:
    return int(value) if value == int(value) else value
