"""The trajectories of a race as a table: racer, step, x, y, loss."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from visualizer.race.frames import RaceFrame, Trajectory

COLUMNS = ("racer", "step", "x", "y", "loss")


def write_csv(frame: RaceFrame, path: Path) -> None:
    """Write the racers one after the other, with every digit; step 0 is the start.

    One that diverges ends with the last row of finite numbers. Racers are named by their keys, which are the names
    of the command line.
    """
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(COLUMNS)
        for trajectory in frame.trajectories:
            table.writerows(_rows(trajectory))


def _rows(one: Trajectory) -> Iterator[tuple[str, int, float, float, float]]:
    for step, (x, y, loss) in enumerate(np.column_stack((one.points, one.losses)).tolist()):
        if not np.isfinite((x, y, loss)).all():
            return
        yield one.racer.key, step, x, y, loss
