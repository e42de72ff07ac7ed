"""What the folder of an experiment holds, as arrays: the figures of every run and of every transplant."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from visualizer.experiments.rotation.look import Look, load
from visualizer.experiments.rotation.recipe import DataFacts
from visualizer.experiments.rotation.runs import run_look, transplant_look
from visualizer.experiments.rotation.settings import Plan
from visualizer.experiments.rotation.variants import NETWORKS

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class RunFigures:
    """One network of one seed, and what was measured of it."""

    name: str
    seed: int
    look: Look = field(repr=False)

    @property
    def epochs(self) -> int:
        """How many it was trained."""
        return len(self.look.validation)

    @property
    def validation(self) -> Numbers:
        """The accuracy of the validation images at the end of each epoch, (E,)."""
        return np.asarray(self.look.validation, np.float64)

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
    runs = tuple(_figures(plan, out, data, run_look))
    transplants = tuple(_figures(plan, out, data, transplant_look))
    return Results(plan, data, device, runs, transplants, failures)


def _figures(
    plan: Plan, out: Path, data: DataFacts, place: Callable[[Path, str, int], Path]
) -> Iterator[RunFigures]:
    for name in plan.networks:
        for seed in plan.seeds:
            look = load(place(out, name, seed), len(data.classes))
            if look is not None:
                yield RunFigures(name, seed, look)
