"""Which rows and columns of its input a sliding window never looks at."""

from __future__ import annotations

from collections.abc import Sequence
from math import gcd

from visualizer.networks.layers.kinds import Shape

_AXES = ("rows", "columns")


def left_out(
    shape: Shape, sides: Sequence[int], kernel: int, stride: int, padding: int, dilation: int = 1
) -> tuple[int, str]:
    """How many rows and columns no window looks at, and one sentence about what is left out, or "".

    ``shape`` is (C, H, W) of the input, ``sides`` are (H, W) of the output. Windows that do not come out even leave
    the last rows and columns, of padding or of the picture; those that step further than they reach leave gaps.
    """
    sizes = shape[1:]
    unseen = [
        _unseen(size, side, kernel, stride, padding, dilation)
        for size, side in zip(sizes, sides, strict=True)
    ]
    what = f"{kernel}×{kernel} stride {stride}" + (f" dilation {dilation}" if dilation > 1 else "")
    # The taps fall on so many of the rows from one window to the next.
    skipped = stride - min(kernel, stride // gcd(stride, dilation))
    gaps = [axis for axis, side, left in zip(_AXES, sides, unseen, strict=True) if left and side > 1]
    if skipped and gaps:
        return sum(unseen), f"{what} skips {skipped} of every {stride} {' and '.join(gaps)}."
    exact = [(size + 2 * padding - dilation * (kernel - 1) - 1) / stride + 1 for size in sizes]
    floors = [f"{one:.2f} → {side}" for one, side in zip(exact, sides, strict=True) if 0 < one - side < 1]
    rounded = f" ({', '.join(dict.fromkeys(floors))})" if floors else ""
    if any(unseen):
        return sum(unseen), f"{what} leaves {_counted(unseen, sizes)} unseen{rounded}."
    return 0, f"{what} leaves only padding unseen{rounded}, which loses nothing." if rounded else ""


def _unseen(size: int, count: int, kernel: int, stride: int, padding: int, dilation: int) -> int:
    """The number of pixels of one axis that are in none of ``count`` windows."""
    if kernel >= stride and dilation == 1:  # without gaps
        return max(0, size + padding - (count - 1) * stride - kernel)
    seen = bytearray(size)
    for first in range(-padding, kernel * dilation - padding, dilation):
        begin = first % stride if first < 0 else first
        end = min(size, first + (count - 1) * stride + 1)
        if begin < end:
            seen[begin:end:stride] = b"\1" * len(range(begin, end, stride))
    return seen.count(0)


def _counted(unseen: Sequence[int], sizes: Sequence[int]) -> str:
    if sizes[0] == sizes[1]:
        return f"{unseen[0]} of {sizes[0]} rows and columns"
    parts = [
        f"{left} of {size} {axis}" for left, size, axis in zip(unseen, sizes, _AXES, strict=True) if left
    ]
    return " and ".join(parts)
