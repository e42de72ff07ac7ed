"""The two looks of charts: reports are read on white, pictures of the dark window beside it."""

from __future__ import annotations

from dataclasses import dataclass

from visualizer.rendering.drawing.colors import readable

TITLE, NORMAL, TICK = 15.0, 13.0, 12.0  # sizes of text in units
_CURVE, _TEXT = 3.0, 4.5  # contrasts with the ground. Source: WCAG 2.2, 1.4.11 and 1.4.3


@dataclass(frozen=True, slots=True)
class Theme:
    """One look; every colour ``#rrggbb``.

    ``box`` is a box plot that is not highlighted, ``low``, ``middle`` and ``high`` are the ramp of a matrix, ``gap``
    is what has no value in it.
    """

    ground: str
    plot: str
    grid: str
    axis: str
    text: str
    muted: str
    box: str
    gap: str
    low: str
    middle: str
    high: str

    def curve(self, color: str) -> str:
        """The colour as a curve has it: told apart from the ground. "" is that of what has no colour of its own."""
        return readable(color or self.box, self.plot, _CURVE)

    def words(self, color: str) -> str:
        """The colour as words have it."""
        return readable(color or self.box, self.ground, _TEXT)


LIGHT = Theme(
    ground="#ffffff",
    plot="#ffffff",
    grid="#e3e6ea",
    axis="#8a919b",
    text="#23272d",
    muted="#626a75",
    box="#626a75",
    gap="#c3c8cf",
    low="#f5f7fa",
    middle="#6ea6c9",
    high="#0b3a6b",
)
DARK = Theme(
    ground="#1e1f22",
    plot="#1b1c1f",
    grid="#2b2d32",
    axis="#565b63",
    text="#d7dae0",
    muted="#8b9098",
    box="#8b9098",
    gap="#44484f",
    low="#1b1c1f",
    middle="#2f6f9f",
    high="#d9ecfa",
)
