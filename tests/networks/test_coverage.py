"""What windows leave out, against the gradient of torch: where it is zero, no window looks."""

from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from visualizer.networks.layers import LAYERS
from visualizer.networks.layers.coverage import left_out
from visualizer.networks.rows import planned_layer


def unseen(module: nn.Module, sides: tuple[int, int]) -> int:
    """Rows and columns of the input on which the output does not depend."""
    x = torch.zeros(1, 1, *sides, requires_grad=True)
    module(x).sum().backward()
    assert x.grad is not None
    dark = x.grad[0, 0] == 0
    rows, columns = dark.all(dim=1), dark.all(dim=0)
    return int(rows.sum() + columns.sum()) if not dark.all() else sum(sides)


sizes = st.tuples(st.integers(1, 20), st.integers(1, 20))


@settings(max_examples=300, deadline=None)
@given(sizes, *(st.integers(1, 5) for _ in range(3)), st.integers(0, 4))
def test_unseen_pixels_of_convolutions(
    size: tuple[int, int], kernel: int, stride: int, dilation: int, padding: int
) -> None:
    reach = dilation * (kernel - 1) + 1
    if min(size) + 2 * padding < reach:
        return
    conv = nn.Conv2d(1, 1, kernel, stride, padding, dilation)
    nn.init.ones_(conv.weight)
    height, width = conv(torch.zeros(1, 1, *size)).shape[2:]
    count, note = left_out((1, *size), (height, width), kernel, stride, padding, dilation)
    dark = unseen(conv, size)
    assert (count > 0) == (dark > 0)
    if dark < sum(size):
        assert count == dark
    lost = "skips" in note or ("unseen" in note and "only padding" not in note)
    assert lost == (count > 0)


@settings(max_examples=200, deadline=None)
@given(sizes, st.integers(1, 5), st.integers(1, 5), st.integers(0, 2), st.booleans())
def test_unseen_pixels_of_pools(
    size: tuple[int, int], kernel: int, stride: int, padding: int, ceil_mode: bool
) -> None:
    if 2 * padding > kernel or min(size) + 2 * padding < kernel:
        return
    values = {"kernel_size": kernel, "stride": stride, "padding": padding, "ceil_mode": ceil_mode}
    told = planned_layer(LAYERS["average_pool"], (1, *size), (), values)
    dark = unseen(nn.AvgPool2d(**values), size)
    assert (told.unseen > 0) == (dark > 0)
    if dark < sum(size):
        assert told.unseen == dark


@pytest.mark.parametrize(
    ("shape", "values", "note"),
    [
        ((1, 8, 8), {"kernel_size": 1, "stride": 2}, "1×1 stride 2 skips 1 of every 2 rows and columns."),
        ((1, 9, 9), {"kernel_size": 2, "stride": 5}, "2×2 stride 5 skips 3 of every 5 rows and columns."),
        ((1, 1, 8), {"kernel_size": 1, "stride": 2}, "1×1 stride 2 skips 1 of every 2 columns."),
        (
            (1, 9, 9),
            {"kernel_size": 3, "stride": 2, "dilation": 2},
            "3×3 stride 2 dilation 2 skips 1 of every 2 rows and columns.",
        ),
        ((1, 9, 9), {"kernel_size": 3, "dilation": 2}, ""),
        (
            (1, 3, 3),
            {"kernel_size": 2, "dilation": 2},
            "2×2 stride 1 dilation 2 leaves 1 of 3 rows and columns unseen.",
        ),
        (
            (1, 14, 14),
            {"kernel_size": 3, "stride": 2, "padding": 1},
            "3×3 stride 2 leaves only padding unseen (7.50 → 7), which loses nothing.",
        ),
        ((1, 7, 8), {"kernel_size": 3, "stride": 2}, "3×3 stride 2 leaves 1 of 8 columns unseen (3.50 → 3)."),
    ],
)
def test_sentences(shape: tuple[int, ...], values: dict[str, Any], note: str) -> None:
    kind = LAYERS["conv"]
    assert planned_layer(kind, shape, (), {**kind.defaults(), **values}).note == note


def test_blocks_say_only_what_they_lose() -> None:
    kind = LAYERS["residual_block"]
    notes = {
        stride: planned_layer(kind, (8, 9, 9), (), {**kind.defaults(), "stride": stride}).note
        for stride in (1, 2, 4)
    }
    assert notes == {1: "", 2: "", 4: "3×3 stride 4 skips 1 of every 4 rows and columns."}
    assert planned_layer(kind, (8, 8, 8), (), {**kind.defaults(), "stride": 2}).note == ""
    cut = planned_layer(kind, (8, 9, 9), (), {**kind.defaults(), "stride": 3})
    assert (cut.note, cut.unseen) == ("3×3 stride 3 leaves 1 of 9 rows and columns unseen (3.67 → 3).", 2)
