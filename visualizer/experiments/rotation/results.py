"""What the folder of an experiment holds, as arrays: the figures of every run and of every transplant."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from visualizer.experiments.rotation.look import Look, load
from visualizer.experiments.rotation.recipe import DataFacts
from visualizer.experiments.rotation.runs import LOOK, run_folder, transplant_file
from visualizer.experiments.rotation.settings import Plan
from visualizer.experiments.rotation.variants import NETWORKS
from visualizer.training.run import SCALARS

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class RunFigures:
    """One network of one seed: what was measured of it, and the validation images' ``loss`` and ``accuracy`` (E,).

    Those are of the ends of its epochs, empty for a transplant, which has none. ``seconds`` are those of training.
    """

    name: str
    seed: int
    look: Look
    loss: Numbers = field(repr=False)
    accuracy: Numbers = field(repr=False)
    seconds: float = 0.0

    @property
    def epochs(self) -> int:
        """How many it was trained."""
        return len(self.accuracy)

    @property
    def shares(self) -> Numbers:
        """Of each image the share of angles at which it is classified right, (N,)."""
        return np.asarray(self.look.shares, np.float64)

    @property
    def right_at(self) -> Numbers:
        """The share of images that are classified right at each angle, (A,)."""
        return np.asarray(self.look.right_at, np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Results:
    """Everything that is known: ``failures`` are (what, why) in words, ``device`` where it was computed."""

    plan: Plan
    data: DataFacts
    device: str
    runs: tuple[RunFigures, ...] = field(repr=False)
    transplants: tuple[RunFigures, ...] = field(default=(), repr=False)
    failures: tuple[tuple[str, str], ...] = ()

    def of(self, name: str) -> tuple[RunFigures, ...]:
        """The runs of a network, one for each seed that did not fail."""
        return tuple(run for run in self.runs if run.name == name)

    def transplants_of(self, name: str) -> tuple[RunFigures, ...]:
        """The looks at a network with the weights of the baseline."""
        return tuple(run for run in self.transplants if run.name == name)

    @property
    def names(self) -> tuple[str, ...]:
        """The networks with runs, in the order of the table."""
        return tuple(name for name in NETWORKS if self.of(name))


def read(
    plan: Plan, out: Path, data: DataFacts, device: str, failures: tuple[tuple[str, str], ...] = ()
) -> Results:
    """The results in the folder ``out``."""
    runs = tuple(_runs(plan, lambda name, seed: _run(out, name, seed)))
    transplants = tuple(_runs(plan, lambda name, seed: _transplant(out, name, seed)))
    return Results(plan, data, device, runs, transplants, failures)


def _runs(plan: Plan, of: Callable[[str, int], RunFigures | None]) -> Iterator[RunFigures]:
    for name in plan.networks:
        for seed in plan.seeds:
            found = of(name, seed)
            if found is not None:
                yield found


def _run(out: Path, name: str, seed: int) -> RunFigures | None:
    folder = run_folder(out, name, seed)
    look = load(folder / LOOK)
    if look is None:
        return None
    loss, accuracy, seconds = _curve(folder / SCALARS)
    return RunFigures(name, seed, look, loss, accuracy, seconds)


def _transplant(out: Path, name: str, seed: int) -> RunFigures | None:
    look = load(transplant_file(out, name, seed))
    nothing = np.empty(0)
    return None if look is None else RunFigures(name, seed, look, nothing, nothing)


def _curve(path: Path) -> tuple[Numbers, Numbers, float]:
    """Loss and accuracy of the validations of a run, and the seconds that it took."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    looks = [row for row in rows if row["split"] == "validation" and row["accuracy"]]
    seconds = float(rows[-1]["seconds"]) if rows else 0.0
    loss, accuracy = (np.array([float(row[key]) for row in looks]) for key in ("loss", "accuracy"))
    return loss, accuracy, seconds
