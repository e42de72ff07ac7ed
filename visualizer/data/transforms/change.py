"""What is done to the input before the network sees it, as data."""

from __future__ import annotations

from dataclasses import dataclass

ROTATION = "rotation"


@dataclass(frozen=True, slots=True)
class Change:
    """``transform`` names a row of ``TRANSFORMS``, ``value`` is in its unit (degrees of rotation).

    ``border`` names a row of ``BORDERS``: what stands where the picture does not reach.
    """

    transform: str = ROTATION
    value: float = 0.0
    border: str = "grey"


NOTHING = Change()
"""The input as it is."""
