"""Which class of a network each class of a data set is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from visualizer.errors import UserError
from visualizer.networks.naming import shown


def class_names(classes: Sequence[str], count: int) -> tuple[str, ...]:
    """The names of ``count`` outputs; those beyond ``classes`` are called by their number."""
    return tuple(classes[index] if index < len(classes) else f"class {index}" for index in range(count))


def matched_classes(
    network: str, known: Sequence[str], data: str, wanted: Sequence[str]
) -> tuple[NDArray[np.int64], str]:
    """For each class ``wanted`` by the data set its index (k,) in ``known``, those of the network, and a note or "".

    They are matched by name, whatever the case; by their order where there are as many and no name contradicts it.
    Raises ``UserError`` where neither is possible.
    """
    places: dict[str, int] = {}
    for index, name in enumerate(known):
        places.setdefault(_plain(name), index)
    found = [places.get(_plain(name), -1) for name in wanted]
    if min(found, default=-1) >= 0:
        return np.array(found, np.int64), ""
    missing = shown(next((name for name, index in zip(wanted, found, strict=True) if index < 0), ""))
    contradicted = any(index not in (-1, place) for place, index in enumerate(found))
    if len(known) != len(wanted) or contradicted:
        raise UserError(
            f"{shown(network)} does not know the class '{missing}' of {shown(data)}; choose data with its "
            f"{len(known):,} classes, or train it on these"
        )
    return (
        np.arange(len(wanted)),
        f"The classes of {shown(data)} and of {shown(network)} have other names: they are matched by their order.",
    )


def _plain(name: str) -> str:
    return " ".join(name.replace("_", " ").casefold().split())
