"""Minima and saddles of the tables of surfaces, written as x, y and loss."""

from __future__ import annotations

from visualizer.race.surface import Place, Point

Spot = tuple[float, float, float]


def minima(*spots: Spot) -> tuple[Place, ...]:
    """Minima in the given order."""
    return tuple(Place(*spot, "minimum") for spot in spots)


def saddles(*spots: Spot) -> tuple[Place, ...]:
    """Saddles in the given order."""
    return tuple(Place(*spot, "saddle") for spot in spots)


def mirrored(*spots: Spot, centre: Point = (0.0, 0.0), swapped: bool = False) -> tuple[Place, ...]:
    """Minima at the spots and at their mirror images across both axes through the centre, each once.

    ``swapped``: and with x and y exchanged.
    """
    all_spots = [*spots, *((y, x, loss) for x, y, loss in spots)] if swapped else list(spots)
    found = dict.fromkeys(
        (across, up, loss)
        for x, y, loss in all_spots
        for across in (x, _opposite(x, centre[0]))
        for up in (y, _opposite(y, centre[1]))
    )
    return minima(*found)


def _opposite(value: float, centre: float) -> float:
    """The mirror image, in ten digits, so that what lies on the axis is its own."""
    return round(2 * centre - value, 10) + 0.0
