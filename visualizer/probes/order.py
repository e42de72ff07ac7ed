"""In which order the units of a layer are shown."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from visualizer.probes.frames import ActivationFrame

Order = Literal["index", "strength", "mean"]


def order_units(
    frame: ActivationFrame, order: Order = "index", *, hide_dead: bool = False
) -> NDArray[np.intp]:
    """The units in the order of display, (U',): by number, by strongest activation or by mean, descending.

    Equal units stay in the order of their numbers. With ``hide_dead`` the dead ones are left out.
    """
    statistics = frame.statistics
    if order == "strength":
        key = np.fmax(np.abs(statistics.minimum), np.abs(statistics.maximum))
    elif order == "mean":
        key = statistics.mean
    else:
        key = np.zeros(len(frame.values), np.float32)
    units = np.argsort(-np.nan_to_num(key), kind="stable")
    return units[~statistics.dead[units]] if hide_dead else units
