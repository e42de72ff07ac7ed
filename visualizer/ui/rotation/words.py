"""A change of the input in a few words."""

from __future__ import annotations

from visualizer.data.transforms import Change
from visualizer.data.transforms.table import TRANSFORMS
from visualizer.ui.numbers import MINUS, THIN


def words(change: Change) -> str:
    """What is done to the input: "128°", "blur 1.2 %"; "" where nothing is."""
    row = TRANSFORMS[change.transform]
    if change.value == row.neutral:
        return ""
    text = value_words(change.transform, change.value)
    return text if row.periodic else f"{row.title.lower()} {text}"


def value_words(transform: str, value: float) -> str:
    """A value of a transform with its unit: "128°", "1.5×", "−20 %"."""
    row = TRANSFORMS[transform]
    number = f"{value:.{row.decimals}f}"
    if "." in number:
        number = number.rstrip("0").rstrip(".")
    gap = "" if row.unit in ("", "°", "×") else THIN
    return f"{number}{gap}{row.unit}".replace("-", MINUS)
