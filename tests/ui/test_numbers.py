import math

import pytest

from visualizer.ui import numbers

T, M = numbers.THIN, numbers.MINUS


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (928, "928"),
        (37_000, f"37.0{T}k"),
        (7_962_624, f"7.96{T}M"),
        (1_814_073_344, f"1.81{T}G"),
        (9_999, f"9{T}999"),
    ],
)
def test_short(value: float, text: str) -> None:
    assert numbers.short(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (-0.05, f"{M}0.05"),
        (0.0, "0.00"),
        (3.987, "3.99"),
        (322.21, "322.2"),
        (1234.5, "1234"),
        (0.0004, f"4.0e{M}04"),
        (math.nan, "NaN"),
        (-math.inf, f"{M}∞"),
    ],
)
def test_signed(value: float, text: str) -> None:
    assert numbers.signed(value) == text


@pytest.mark.parametrize(
    ("share", "digits", "text"),
    [
        (0.9661, 1, "96.6 %"),
        (359 / 360, 0, "> 99 %"),
        (359 / 360, 1, "99.7 %"),
        (0.99996, 1, "> 99.9 %"),
        (1 - 1e-9, 4, "> 99.9999 %"),
        (0.0003, 1, "< 0.1 %"),
        (1 / 360, 0, "< 1 %"),
        (1, 0, "100 %"),
        (1, 1, "100.0 %"),
        (0, 0, "0 %"),
        (0, 1, "0.0 %"),
        (1.004, 0, "100 %"),  # no share: a change that is as large as what changes
        (math.nan, 1, "–"),
    ],
)
def test_percent_is_none_or_all_only_where_it_is(share: float, digits: int, text: str) -> None:
    assert numbers.percent(share, digits) == text.replace(" ", T)


def test_integer_percent_shape() -> None:
    assert numbers.integer(1_250_858) == f"1{T}250{T}858"
    assert numbers.percent(0.9661) == f"96.6{T}%"
    assert numbers.shape((64, 48, 48)) == "64×48×48"
